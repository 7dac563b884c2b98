//! From the names on a path to an open file.
//!
//! Rule 1: a file is opened once and kept open. Each request asks the open file whether it is unchanged
//! (`fstat`): being written to, replaced, removed or renamed all show there. What is kept is bounded.
//! Nothing but the asking lies on the way of most requests; the rest is `#[cold]`: so a client's thread
//! needs a page of memory less (4 KiB).
//! Rule 2: what only the path shows is believed for a second: that no folder above was exchanged, and
//! that there are no compressed neighbours; most files have none.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::Files;
use crate::http::{Fields, date, headers, media};
use crate::limits::{MAX_OPEN_FILES, PATH_REVALIDATE};

/// A file that can be sent.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) open: Arc<Open>,
    pub(super) media: &'static str,
    /// `br` or `gzip`, if this is a neighbour that was compressed before.
    pub(super) encoding: Option<&'static str>,
    /// Whether a client with another `Accept-Encoding` gets another file.
    pub(super) varies: bool,
}

/// What a path leads to.
pub(super) enum Thing {
    File(Found),
    Folder(PathBuf),
}

/// Why it leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Miss {
    NotThere,
    Forbidden,
    /// The system is out of descriptors or memory for now.
    Busy,
}

/// The compressed neighbours of a file: `menu.txt.br`, `menu.txt.gz`. The first is the better one.
const NEIGHBOURS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Files that are open, by the path on which they lie.
#[derive(Debug, Default)]
pub(super) struct Cache {
    open: RwLock<HashMap<PathBuf, Arc<Open>>>,
}

/// A file, and what is said about it as long as it is unchanged.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) file: Arc<File>,
    /// A strong entity tag in quotes: length, time of change and number of the file.
    pub(super) tag: String,
    /// When it was changed, in seconds since 1970, and that as a date.
    pub(super) modified: Option<(i64, String)>,
    stamp: Stamp,
    seen: RwLock<Seen>,
}

/// When something was last seen that only the path shows.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// The file lies on its path.
    there: Instant,
    /// It has no neighbours.
    alone: Option<Instant>,
}

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// 0 in all of it where the system has none.
    identity: Identity,
}

/// Which file it is, and what changes when it loses a name: by a removal, or another file in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Identity {
    device: u64,
    number: u64,
    names: u64,
    changed: (i64, i64),
}

impl Files {
    /// Finds what the names lead to. `folder`: the path ends in a slash, and so means no file.
    pub(super) fn find(
        &self,
        names: &[Vec<u8>],
        folder: bool,
        fields: Fields<'_>,
    ) -> Result<Thing, Miss> {
        let hidden = |name: &Vec<u8>| name.first() == Some(&b'.');
        if !self.settings.dotfiles && names.iter().any(hidden) {
            return Err(Miss::NotThere);
        }
        let mut path = self.root.clone();
        for name in names {
            path.push(os_name(name).ok_or(Miss::NotThere)?);
        }
        if !folder && let Some(open) = self.cache.get(&path) {
            return Ok(Thing::File(self.found(&path, open, fields)));
        }
        self.find_on_disk(&path, folder, fields)
    }

    #[cold]
    fn find_on_disk(&self, path: &Path, folder: bool, fields: Fields<'_>) -> Result<Thing, Miss> {
        let inside = self.inside(path)?;
        let metadata = inside.metadata().map_err(|error| miss(&error))?;
        if metadata.is_dir() {
            let index = path.join("index.html");
            return match (folder, self.file(&index)) {
                (true, Ok(open)) => Ok(Thing::File(self.found(&index, open, fields))),
                (true, Err(Miss::Busy)) => Err(Miss::Busy),
                _ => Ok(Thing::Folder(inside)),
            };
        }
        if folder {
            return Err(Miss::NotThere);
        }
        let open = self.file(path)?;
        Ok(Thing::File(self.found(path, open, fields)))
    }

    /// Where the path leads when all links are followed, if that is below the root.
    fn inside(&self, path: &Path) -> Result<PathBuf, Miss> {
        let real = path.canonicalize().map_err(|error| miss(&error))?;
        match real.starts_with(&self.root) {
            true => Ok(real),
            false => Err(Miss::NotThere),
        }
    }

    /// Opens a regular file, or finds it open.
    fn file(&self, path: &Path) -> Result<Arc<Open>, Miss> {
        if let Some(open) = self.cache.get(path) {
            return Ok(open);
        }
        let real = self.inside(path)?;
        let before = real.symlink_metadata().map_err(|error| miss(&error))?;
        if !before.is_file() {
            return Err(Miss::NotThere);
        }
        let file = open_at_once(&real).map_err(|error| miss(&error))?;
        let metadata = file.metadata().map_err(|error| miss(&error))?;
        if !metadata.is_file() {
            return Err(Miss::NotThere);
        }
        let stamp = Stamp::of(&metadata);
        let tag = stamp.tag();
        let modified = seconds(stamp.modified).map(|since| (since, date::format(since)));
        let file = Arc::new(file);
        let seen = RwLock::new(Seen {
            there: Instant::now(),
            alone: None,
        });
        let open = Arc::new(Open {
            file,
            tag,
            modified,
            stamp,
            seen,
        });
        // Behind a link, the path alone does not show that the link was changed.
        if real == path {
            self.cache.put(path, &open);
        }
        Ok(open)
    }

    /// The file, or the neighbour that the client prefers (RFC 9110 section 12.5.3).
    fn found(&self, path: &Path, open: Arc<Open>, fields: Fields<'_>) -> Found {
        let media = media::by_name(path.file_name().map_or(b"", OsStr::as_encoded_bytes));
        match open.is_alone() {
            true => Found::of(&open, media),
            false => self.among_neighbours(path, &open, media, fields),
        }
    }

    #[cold]
    fn among_neighbours(
        &self,
        path: &Path,
        open: &Arc<Open>,
        media: &'static str,
        fields: Fields<'_>,
    ) -> Found {
        let mut found = Found::of(open, media);
        // Without a coding it is always acceptable, and preferred only to what is wanted less.
        let plain = named_weight(fields, "identity").unwrap_or(0);
        let mut best = plain.saturating_sub(1);
        for (coding, extension) in NEIGHBOURS {
            let mut neighbour = path.as_os_str().to_os_string();
            neighbour.push(extension);
            let neighbour = Path::new(&neighbour);
            // Nearly always there is none: one call of the system says so.
            if neighbour.symlink_metadata().is_err() {
                continue;
            }
            let Ok(open) = self.file(neighbour) else {
                continue;
            };
            found.varies = true;
            let weight = weight(fields, coding);
            if weight > best {
                best = weight;
                found = Found::of(&open, media);
                found.encoding = Some(coding);
                found.varies = true;
            }
        }
        if !found.varies {
            open.note(|seen| seen.alone = Some(Instant::now()));
        }
        found
    }
}

impl Found {
    fn of(open: &Arc<Open>, media: &'static str) -> Found {
        Found {
            open: Arc::clone(open),
            media,
            encoding: None,
            varies: false,
        }
    }
}

impl Open {
    /// Its length in bytes.
    pub(super) fn length(&self) -> u64 {
        self.stamp.length
    }

    fn seen(&self) -> Seen {
        *self.seen.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, what: impl FnOnce(&mut Seen)) {
        what(&mut self.seen.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn is_alone(&self) -> bool {
        let alone = self.seen().alone;
        alone.is_some_and(|alone| alone.elapsed() < PATH_REVALIDATE)
    }

    /// Whether it is what it was when it was opened, and lies on this path.
    fn is_still(&self, path: &Path) -> bool {
        let now = self.file.metadata();
        now.is_ok_and(|now| self.stamp.is_of(&now))
            && (self.seen().there.elapsed() < PATH_REVALIDATE || self.is_there(path))
    }

    #[cold]
    fn is_there(&self, path: &Path) -> bool {
        self.note(|seen| seen.there = Instant::now());
        let now = path.symlink_metadata();
        now.is_ok_and(|now| self.stamp.is_of(&now))
    }
}

/// How much the client wants this coding, in thousandths; 0 if it does not take it. `*` stands for
/// every coding that is not named.
fn weight(fields: Fields<'_>, coding: &str) -> u16 {
    let named = named_weight(fields, coding);
    named.or_else(|| named_weight(fields, "*")).unwrap_or(0)
}

/// The same, if the client names it; `x-gzip` is an old name of `gzip` (RFC 9110 section 8.4.1.3).
fn named_weight(fields: Fields<'_>, coding: &str) -> Option<u16> {
    fields.list("accept-encoding").find_map(|element| {
        let (name, weight) = headers::weighted(element.text);
        let same = name.eq_ignore_ascii_case(coding.as_bytes())
            || (coding == "gzip" && name.eq_ignore_ascii_case(b"x-gzip"));
        same.then_some(weight.unwrap_or(0))
    })
}

impl Cache {
    /// The file that is open for this path, if it is still the same.
    fn get(&self, path: &Path) -> Option<Arc<Open>> {
        let files = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let open = Arc::clone(files.get(path)?);
        drop(files);
        if open.is_still(path) {
            return Some(open);
        }
        self.forget(path);
        None
    }

    #[cold]
    fn forget(&self, path: &Path) {
        self.write().remove(path);
    }

    /// Keeps a file open; when too many are, all others are let go.
    fn put(&self, path: &Path, open: &Arc<Open>) {
        let mut files = self.write();
        if files.len() >= MAX_OPEN_FILES {
            files.clear();
        }
        files.insert(path.to_path_buf(), Arc::clone(open));
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<PathBuf, Arc<Open>>> {
        self.open.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stamp {
    /// Whether a file of which the system says this is the one that was stamped, and unchanged.
    #[inline(never)]
    fn is_of(&self, metadata: &Metadata) -> bool {
        metadata.is_file() && *self == Stamp::of(metadata)
    }

    fn of(metadata: &Metadata) -> Stamp {
        Stamp {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            identity: identity(metadata),
        }
    }

    /// Two states of one file that have the same tag would have to have the same length and the same
    /// nanosecond of change.
    fn tag(&self) -> String {
        let since = self
            .modified
            .map(|time| time.duration_since(SystemTime::UNIX_EPOCH));
        let nanoseconds = since.map_or(0, |since| match since {
            Ok(after) => after.as_nanos(),
            Err(before) => before.duration().as_nanos(),
        });
        format!(
            "\"{:x}-{nanoseconds:x}-{:x}\"",
            self.length, self.identity.number
        )
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity {
        device: metadata.dev(),
        number: metadata.ino(),
        names: metadata.nlink(),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    }
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {
    Identity::default()
}

/// Seconds since 1970, also before it; `None` where the system does not know.
fn seconds(time: Option<SystemTime>) -> Option<i64> {
    let time = time?;
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).ok(),
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).ok()?;
            Some(-whole - i64::from(before.subsec_nanos() > 0))
        }
    }
}

/// A name from a URL as the system's file name. Elsewhere than on Unix it must be UTF-8, without what
/// separates names or drives there.
#[cfg(unix)]
pub(super) fn os_name(name: &[u8]) -> Option<&OsStr> {
    use std::os::unix::ffi::OsStrExt;
    Some(OsStr::from_bytes(name))
}

#[cfg(not(unix))]
pub(super) fn os_name(name: &[u8]) -> Option<&OsStr> {
    let text = std::str::from_utf8(name).ok()?;
    (!text.contains(['\\', ':'])).then_some(OsStr::new(text))
}

/// Opens without waiting, should it have become a pipe since we looked (O_NONBLOCK; open(2)). Reading
/// a regular file is the same with and without.
#[cfg(target_os = "linux")]
fn open_at_once(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    const O_NONBLOCK: i32 = 0o4000;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(O_NONBLOCK).open(path)
}

#[cfg(not(target_os = "linux"))]
fn open_at_once(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

fn miss(error: &io::Error) -> Miss {
    match error.kind() {
        ErrorKind::PermissionDenied => Miss::Forbidden,
        ErrorKind::OutOfMemory => Miss::Busy,
        // EMFILE and ENFILE, which have no kind (open(2)).
        _ if matches!(error.raw_os_error(), Some(23 | 24)) => Miss::Busy,
        _ => Miss::NotThere,
    }
}
