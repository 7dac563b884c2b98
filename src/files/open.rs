//! Opens a file or a folder below the root, and reads a small file in the state of one moment.
//!
//! Rule 1: after opening, the path of the open file is checked (`/proc/self/fd/N`; proc(5)). Between a check of
//! the path and the opening, somebody may replace the file by a link. An open file cannot be replaced.
//! Rule 2: only regular files are opened. Opening a pipe would wait for its writer for ever.
//! Rule 3: the content comes from one moment: the stamp is the same before and after reading.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::stamp::Stamp;
use crate::limits::{MEMORY_FILE, SNAPSHOT_TRIES};

/// Why a path leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Miss {
    NotThere,
    Forbidden,
    /// The system is out of descriptors or memory for now.
    Busy,
    /// It changes faster than it can be read.
    Changing,
    /// It is longer than it says, by more than we keep in memory.
    NoLength,
}

/// The places that may be served.
#[derive(Clone, Copy, Debug)]
pub(super) struct Boundary<'a> {
    /// The root, without links in it.
    pub(super) root: &'a Path,
    /// Whether names that begin with a dot are served.
    pub(super) dotfiles: bool,
}

/// An open file, and its state when it was opened.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    stamp: Stamp,
}

/// Where the bytes of a file are.
#[derive(Clone, Debug)]
pub enum Source {
    /// In memory, all of them.
    Memory(Arc<[u8]>),
    /// On the disk.
    Disk(Arc<OpenFile>),
}

/// A file that was opened.
pub(super) struct Opened {
    pub(super) source: Source,
    pub(super) stamp: Stamp,
    /// Every later change will show in the stamp.
    pub(super) settled: bool,
    /// The system's length of it is wrong, as in `/proc`; the bytes in memory are all there are.
    pub(super) no_length: bool,
}

impl OpenFile {
    /// The file, for reading at an offset.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Whether it is still what it was when it was opened.
    pub fn is_unchanged(&self) -> bool {
        let now = self.file.metadata();
        now.is_ok_and(|now| self.stamp.is_of(&now))
    }
}

impl Boundary<'_> {
    /// Whether a path without links lies below the root, and through no hidden folder.
    pub(super) fn admits(&self, real: &Path) -> bool {
        let hidden = |part: Component| part.as_os_str().as_encoded_bytes().starts_with(b".");
        real.strip_prefix(self.root)
            .is_ok_and(|below| self.dotfiles || !below.components().any(hidden))
    }

    /// Where the path leads when all links are followed, if that is admitted.
    pub(super) fn follow(&self, path: &Path) -> Result<PathBuf, Miss> {
        let real = path.canonicalize().map_err(|error| miss(&error))?;
        self.admits(&real).then_some(real).ok_or(Miss::NotThere)
    }

    /// Opens a file or a folder, and makes sure that what was opened is admitted.
    pub(super) fn open(&self, real: &Path) -> Result<File, Miss> {
        let file = open_at_once(real).map_err(|error| miss(&error))?;
        let place = place_of(&file, real).map_err(|error| miss(&error))?;
        self.admits(&place).then_some(file).ok_or(Miss::NotThere)
    }

    /// Opens a regular file, and reads it if it is small.
    pub(super) fn open_file(&self, real: &Path) -> Result<Opened, Miss> {
        let before = real.symlink_metadata().map_err(|error| miss(&error))?;
        if !before.is_file() {
            return Err(Miss::NotThere);
        }
        let file = self.open(real)?;
        if !file.metadata().is_ok_and(|it| it.is_file()) {
            return Err(Miss::NotThere);
        }
        for _ in 0..SNAPSHOT_TRIES {
            let (stamp, settled) = Stamp::settled(&file).map_err(|error| miss(&error))?;
            let bytes = match stamp.length > MEMORY_FILE {
                true => None,
                false => read_small(&file, stamp.length).map_err(|error| miss(&error))?,
            };
            let Some(bytes) = bytes else {
                let source = Source::Disk(Arc::new(OpenFile { file, stamp }));
                return Ok(Opened {
                    source,
                    stamp,
                    settled,
                    no_length: false,
                });
            };
            if !file.metadata().is_ok_and(|now| stamp.is_of(&now)) {
                continue;
            }
            if bytes.len() as u64 > MEMORY_FILE {
                return Err(Miss::NoLength);
            }
            return Ok(Opened {
                no_length: bytes.len() as u64 != stamp.length,
                source: Source::Memory(bytes.into()),
                stamp,
                settled,
            });
        }
        Err(Miss::Changing)
    }
}

/// All bytes of a file up to one more than is kept in memory; `None` when there is no memory for them.
fn read_small(mut file: &File, length: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let room = usize::try_from(length).unwrap_or(usize::MAX);
    if bytes.try_reserve_exact(room.saturating_add(1)).is_err() {
        return Ok(None);
    }
    file.rewind()?;
    file.take(MEMORY_FILE + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Where an open file lies, without links.
fn place_of(file: &File, path: &Path) -> io::Result<PathBuf> {
    if let Some(place) = own_descriptor(file).and_then(|link| fs::read_link(link).ok()) {
        return Ok(place);
    }
    // A second look: the path must lead to the very file that is open.
    let place = path.canonicalize()?;
    let same = Stamp::of(&fs::metadata(&place)?) == Stamp::of(&file.metadata()?);
    same.then_some(place).ok_or(ErrorKind::NotFound.into())
}

/// A path that leads to the open file itself, wherever its own path leads by now.
#[cfg(target_os = "linux")]
pub(super) fn own_descriptor(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd;
    Some(format!("/proc/self/fd/{}", file.as_raw_fd()).into())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn own_descriptor(_: &File) -> Option<PathBuf> {
    None
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

pub(super) fn miss(error: &io::Error) -> Miss {
    match error.kind() {
        ErrorKind::PermissionDenied => Miss::Forbidden,
        ErrorKind::OutOfMemory => Miss::Busy,
        // EMFILE and ENFILE, which have no kind (open(2)).
        _ if matches!(error.raw_os_error(), Some(23 | 24)) => Miss::Busy,
        _ => Miss::NotThere,
    }
}
