//! The output of a program, with a limit: its beginning, its end, and its whole length.
//!
//! Rule: the reader never stops reading, so that a full pipe does not block a program which prints 1 GB. It
//! never keeps more than twice [`limits::KEPT_OUTPUT`].

use crate::plural::count_of;
use std::collections::VecDeque;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::proc_stat::ProcStat;
use crate::limits;
use crate::locks::lock;

/// The output of a program so far: its first bytes, its last bytes, and the number of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The first bytes, at most [`limits::KEPT_OUTPUT`].
    pub first: Vec<u8>,
    /// The last bytes that are not in `first`, at most [`limits::KEPT_OUTPUT`].
    pub last: VecDeque<u8>,
    /// How many bytes there were in all.
    pub total: u64,
    /// Whether the program closed its end (or ended).
    pub closed: bool,
}

impl Kept {
    fn add(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = limits::KEPT_OUTPUT - self.first.len();
        let (first, rest) = bytes.split_at(room.min(bytes.len()));
        self.first.extend_from_slice(first);
        let keep = rest.len().min(limits::KEPT_OUTPUT);
        self.last.extend(rest.iter().skip(rest.len() - keep));
        let excess = self.last.len().saturating_sub(limits::KEPT_OUTPUT);
        self.last.drain(..excess);
    }

    /// How many bytes of the middle were left out.
    pub fn left_out(&self) -> u64 {
        self.total - (self.first.len() + self.last.len()) as u64
    }

    /// As text: whatever is no UTF-8 is replaced, and a line in the middle says what was left out.
    pub fn text(&self) -> String {
        let mut bytes = self.first.clone();
        if self.left_out() > 0 {
            let note = format!("\n[… {} left out …]\n", count_of(self.left_out(), "byte"));
            bytes.extend_from_slice(note.as_bytes());
        }
        bytes.extend(&self.last);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// One stream of a running program, read by a thread of its own until it closes.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream {
    shared: Arc<(Mutex<Kept>, Condvar)>,
    /// The reading thread in `/proc`, where there is such a folder.
    reader: Arc<OnceLock<PathBuf>>,
}

impl Stream {
    /// Starts to read `source`.
    pub(super) fn reading(mut source: impl Read + Send + 'static) -> Stream {
        let stream = Stream::default();
        let writer = stream.clone();
        thread::spawn(move || {
            if let Ok(this) = fs::read_link("/proc/thread-self") {
                let _ = writer.reader.set(Path::new("/proc").join(this));
            }
            let mut buffer = [0; 16 * 1024];
            loop {
                let n = match source.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(n) => n,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    Err(_) => break,
                };
                writer.lock().add(buffer.get(..n).unwrap_or_default());
                writer.shared.1.notify_all();
            }
            writer.lock().closed = true;
            writer.shared.1.notify_all();
        });
        stream
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        lock(&self.shared.0)
    }

    /// A copy of what there is.
    pub(super) fn kept(&self) -> Kept {
        self.lock().clone()
    }

    /// Waits until all that was printed by now is read: until the stream is closed, or the reading thread sleeps,
    /// which it does only when nothing waits to be read. Where that cannot be seen, it is not waited for.
    pub(super) fn catch_up(&self, patience: Duration) {
        let until = Instant::now() + patience;
        let reads = || match self.reader.get() {
            Some(reader) => ProcStat::read(reader).is_some_and(|stat| stat.state != 'S'),
            // It has not begun.
            None => Path::new("/proc/thread-self").exists(),
        };
        while !self.lock().closed && reads() && Instant::now() < until {
            thread::sleep(limits::POLL_INTERVAL);
        }
    }

    /// Waits until `wanted` finds something in what there is, the stream is closed, or time is up.
    pub(super) fn wait<T>(
        &self,
        patience: Duration,
        wanted: impl Fn(&Kept) -> Option<T>,
    ) -> Option<T> {
        let until = Instant::now() + patience;
        let mut kept = self.lock();
        loop {
            let found = wanted(&kept);
            let left = until.saturating_duration_since(Instant::now());
            if found.is_some() || kept.closed || left.is_zero() {
                return found;
            }
            let woken = self.shared.1.wait_timeout(kept, left);
            kept = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_flood_keeps_its_two_ends() {
        let mut kept = Kept::default();
        let mut all = Vec::new();
        for i in 0..30_000u32 {
            let line = format!("line {i}\n");
            kept.add(line.as_bytes());
            all.extend_from_slice(line.as_bytes());
        }
        assert_eq!(kept.total, all.len() as u64);
        assert_eq!(kept.first, all[..limits::KEPT_OUTPUT]);
        let last: Vec<u8> = kept.last.iter().copied().collect();
        assert_eq!(last, all[all.len() - limits::KEPT_OUTPUT..]);
        assert!(kept.text().contains("bytes left out"));
    }

    #[test]
    fn what_was_written_is_read_after_catching_up() {
        let (source, mut pipe) = std::io::pipe().unwrap();
        let stream = Stream::reading(source);
        let mut written = 0;
        for length in 1..200 {
            pipe.write_all(&vec![b'x'; length]).unwrap();
            written += length as u64;
            stream.catch_up(Duration::from_secs(30));
            if Path::new("/proc/thread-self").exists() {
                assert_eq!(stream.kept().total, written);
            }
        }
    }

    #[test]
    fn a_big_piece_and_a_small_output_are_kept_whole_where_they_fit() {
        let mut kept = Kept::default();
        kept.add(&vec![b'a'; limits::KEPT_OUTPUT * 3]);
        assert_eq!(kept.left_out(), limits::KEPT_OUTPUT as u64);
        let mut small = Kept::default();
        small.add(b"oh no\n");
        assert_eq!(small.text(), "oh no\n");
    }
}
