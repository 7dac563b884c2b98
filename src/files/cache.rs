//! A cache of requested files.
//!
//! Rule 1: a cached file is valid only for [`BELIEVED`] after a request looked at its path, and only while it
//! is requested often: the first [`LOOKS`] requests in that time look at the path themselves. So a person sees
//! a change at once, and no client gets bytes that are older than the last look.
//! Rule 2: a look resolves the whole path again, with all its links, and compares all metadata of the file. If
//! anything differs, the entry is removed.
//! Rule 3: the cache is bounded: in entries, in bytes, and in open files by the limit of descriptors. An entry
//! that was not requested since the last pass is removed first.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::{Duration, Instant};

use super::open::{Boundary, Source};
use super::stamp::Stamp;
use crate::limits::{BELIEVED, CACHED_BYTES, CACHED_FILES, LOOKS, PATH_REVALIDATE};

/// The files that are kept, by the path of the request without its first slash.
#[derive(Debug)]
pub(super) struct Cache {
    kept: RwLock<Kept>,
    /// Instants are stored as microseconds after this one.
    begun: Instant,
    /// Most files that are kept open.
    pub(super) descriptors: usize,
}

#[derive(Debug, Default)]
struct Kept {
    files: HashMap<Box<[u8]>, Arc<CachedFile>>,
    bytes: usize,
    descriptors: usize,
}

/// A file, and what is said about it as long as it is unchanged.
#[derive(Debug)]
pub(super) struct CachedFile {
    /// As it was asked for, below the root.
    pub(super) path: PathBuf,
    /// Where that leads, without links.
    pub(super) real: PathBuf,
    pub(super) source: Source,
    pub(super) stamp: Stamp,
    /// How many bytes it has.
    pub(super) length: u64,
    /// A strong entity tag in quotes; `None` when nothing can be said about its state.
    pub(super) tag: Option<String>,
    /// When it was modified, in seconds since 1970, and that as a date.
    pub(super) modified: Option<(i64, String)>,
    pub(super) media: &'static str,
    /// The fields of an answer with all of it.
    pub(super) fields: Vec<u8>,
    pub(super) looks: Looks,
}

/// When a request looked at the path.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// Microseconds after the cache's beginning.
    last: AtomicU64,
    /// Requests since then.
    asked: AtomicU32,
    /// Until when, likewise, it is believed that there are no compressed neighbours.
    alone: AtomicU64,
    /// A request came since entries were last removed.
    used: AtomicBool,
}

impl Cache {
    pub(super) fn new() -> Cache {
        Cache {
            kept: RwLock::default(),
            begun: Instant::now(),
            descriptors: CACHED_FILES,
        }
    }

    /// The file that is kept for this path, if it is still the same.
    pub(super) fn get(
        &self,
        key: &[u8],
        now: Instant,
        boundary: Boundary<'_>,
    ) -> Option<Arc<CachedFile>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let file = Arc::clone(kept.files.get(key)?);
        drop(kept);
        let now = self.micros(now);
        if !file.looks.used.load(Ordering::Relaxed) {
            file.looks.used.store(true, Ordering::Relaxed);
        }
        if file.looks.is_believed(now) || file.is_still(now, boundary) {
            return Some(file);
        }
        self.forget(key);
        None
    }

    /// Keeps a file that was looked at after `now`, and forgets others if there is no room.
    pub(super) fn put(&self, key: &[u8], file: &Arc<CachedFile>, now: Instant) {
        file.looks.last.store(self.micros(now), Ordering::Relaxed);
        let (bytes, descriptors) = file.cost(key);
        let mut kept = self.write();
        kept.remove(key);
        if self.is_full(&kept, bytes, descriptors) {
            kept.retain(|file| file.looks.used.swap(false, Ordering::Relaxed));
        }
        if self.is_full(&kept, bytes, descriptors) {
            *kept = Kept::default();
        }
        kept.bytes += bytes;
        kept.descriptors += descriptors;
        kept.files.insert(key.into(), Arc::clone(file));
    }

    /// Forgets all files that are kept open. `false`: there were none.
    #[cold]
    pub(super) fn close_files(&self) -> bool {
        let mut kept = self.write();
        let before = kept.descriptors;
        kept.retain(|file| matches!(file.source, Source::Memory(_)));
        before > 0
    }

    #[cold]
    pub(super) fn clear(&self) {
        *self.write() = Kept::default();
    }

    #[cold]
    fn forget(&self, key: &[u8]) {
        self.write().remove(key);
    }

    fn is_full(&self, kept: &Kept, bytes: usize, descriptors: usize) -> bool {
        kept.files.len() >= CACHED_FILES
            || kept.bytes + bytes > CACHED_BYTES
            || kept.descriptors + descriptors > self.descriptors
    }

    /// Whether it is still believed that the file has no compressed neighbours. When that time is over, one
    /// request looks again, and the others believe for as long as a look takes.
    pub(super) fn is_alone(&self, file: &CachedFile, now: Instant) -> bool {
        let alone = &file.looks.alone;
        let until = alone.load(Ordering::Relaxed);
        if self.micros(now) < until {
            return true;
        }
        let later = self.micros(now + BELIEVED);
        let looks = until == 0
            || alone
                .compare_exchange(until, later, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        !looks
    }

    /// Notes that it had none.
    pub(super) fn note_alone(&self, file: &CachedFile, now: Instant) {
        let until = self.micros(now + PATH_REVALIDATE);
        file.looks.alone.store(until, Ordering::Relaxed);
    }

    fn micros(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.begun);
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn remove(&mut self, key: &[u8]) {
        if let Some(file) = self.files.remove(key) {
            let (bytes, descriptors) = file.cost(key);
            self.bytes -= bytes;
            self.descriptors -= descriptors;
        }
    }

    fn retain(&mut self, stays: impl Fn(&CachedFile) -> bool) {
        let (mut bytes, mut descriptors) = (0, 0);
        self.files.retain(|key, file| {
            let stays = stays(file);
            if stays {
                let cost = file.cost(key);
                bytes += cost.0;
                descriptors += cost.1;
            }
            stays
        });
        self.bytes = bytes;
        self.descriptors = descriptors;
    }
}

impl CachedFile {
    /// The bytes and the descriptors that it takes.
    fn cost(&self, key: &[u8]) -> (usize, usize) {
        let names = key.len() + self.path.as_os_str().len() + self.real.as_os_str().len();
        let own = size_of::<CachedFile>() + self.fields.len() + names;
        match &self.source {
            Source::Memory(bytes) => (own + bytes.len(), 0),
            Source::Disk(_) => (own, 1),
        }
    }

    /// Looks whether the path still leads to this file, and the file is unchanged.
    #[cold]
    fn is_still(&self, now: u64, boundary: Boundary<'_>) -> bool {
        let there = boundary
            .follow(&self.path)
            .is_ok_and(|real| real == self.real);
        let stat = |path: &Path| path.symlink_metadata();
        let same = there && stat(&self.real).is_ok_and(|it| self.stamp.is_of(&it));
        if same {
            self.looks.note(now);
        }
        same
    }
}

impl Looks {
    /// Whether the last look is recent, and requests come fast. Counts this one.
    fn is_believed(&self, now: u64) -> bool {
        let age = now.saturating_sub(self.last.load(Ordering::Relaxed));
        Duration::from_micros(age) < BELIEVED && self.asked.fetch_add(1, Ordering::Relaxed) >= LOOKS
    }

    /// A look has begun at `now`. A new time of belief begins when the one before it is over.
    fn note(&self, now: u64) {
        let last = self.last.fetch_max(now, Ordering::Relaxed);
        if Duration::from_micros(now.saturating_sub(last)) >= BELIEVED {
            self.asked.store(0, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks_of(times: impl Iterator<Item = u64>) -> usize {
        let looks = Looks::default();
        looks.last.store(1_000_000, Ordering::Relaxed);
        let look = |now: &u64| {
            let looked = !looks.is_believed(*now);
            if looked {
                looks.note(*now);
            }
            looked
        };
        times.filter(look).count()
    }

    #[test]
    fn who_asks_seldom_looks_each_time() {
        assert_eq!(looks_of((1..=100).map(|n| 1_000_000 + n * 12_000)), 100);
    }

    #[test]
    fn a_hundred_thousand_requests_a_second_look_eight_times_in_ten_milliseconds() {
        let looks = looks_of((1..=100_000).map(|n| 1_000_000 + n * 10));
        let most = 100 * (LOOKS as usize + 1);
        assert!(
            (100..=most).contains(&looks),
            "{looks} looks, at most {most}"
        );
    }
}
