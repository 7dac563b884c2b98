//! Finds the file or the folder for the path of a request.
//!
//! Rule: most requests need only a look into the cache. Everything else is `#[cold]`, so that the thread of a
//! connection needs 4 KiB less memory.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::Files;
use super::cache::CachedFile;
use super::open::{Boundary, Miss, Opened, Source, miss};
use crate::http::target::{self, BadPath};
use crate::http::{Fields, date, headers, media, write};

/// A file that can be sent.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) file: Arc<CachedFile>,
    pub(super) media: &'static str,
    /// `br` or `gzip`, if this is a neighbour that was compressed before.
    pub(super) encoding: Option<&'static str>,
    /// Whether a client with another `Accept-Encoding` gets another file.
    pub(super) varies: bool,
}

/// What a path leads to.
pub(super) enum Thing {
    File(Found),
    Folder {
        names: Vec<Vec<u8>>,
        /// Without links.
        real: PathBuf,
        /// The path ends in a slash.
        slash: bool,
    },
}

/// Why there is nothing to send.
pub(super) enum NoThing {
    BadPath(BadPath),
    Miss(Miss),
}

impl From<Miss> for NoThing {
    fn from(miss: Miss) -> NoThing {
        NoThing::Miss(miss)
    }
}

/// The compressed neighbours of a file: `menu.txt.br`, `menu.txt.gz`. The first is the better one.
const NEIGHBOURS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// One request on its way to a file.
pub(super) struct Lookup<'a> {
    pub(super) files: &'a Files,
    pub(super) boundary: Boundary<'a>,
    pub(super) fields: Fields<'a>,
    pub(super) now: Instant,
}

impl Lookup<'_> {
    /// Finds what the path of a request leads to.
    pub(super) fn find(&self, path: &[u8]) -> Result<Thing, NoThing> {
        match self.find_kept(path) {
            Some(found) => Ok(Thing::File(found)),
            None => self.find_on_disk(path),
        }
    }

    /// The file that is kept for this path, if the path is spelt plainly.
    fn find_kept(&self, path: &[u8]) -> Option<Found> {
        let key = plain(path)?;
        let file = self.files.cache.get(key, self.now, self.boundary)?;
        Some(self.found(file))
    }

    /// The same, if its bytes are in memory, and no other file may be wanted instead.
    pub(super) fn find_in_memory(&self, path: &[u8]) -> Option<Found> {
        let file = self
            .files
            .cache
            .get(plain(path)?, self.now, self.boundary)?;
        let here = matches!(file.source, Source::Memory(_));
        (here && self.files.cache.is_alone(&file, self.now)).then(|| Found::of(file))
    }

    #[cold]
    fn find_on_disk(&self, path: &[u8]) -> Result<Thing, NoThing> {
        let (names, slash) = target::names(path).map_err(NoThing::BadPath)?;
        let hidden = |name: &Vec<u8>| name.first() == Some(&b'.');
        if !self.boundary.dotfiles && names.iter().any(hidden) {
            return Err(Miss::NotThere.into());
        }
        let mut path = self.boundary.root.to_path_buf();
        for name in &names {
            path.push(os_name(name).ok_or(Miss::NotThere)?);
        }
        let mut key = names.join(&b'/');
        if slash && !names.is_empty() {
            key.push(b'/');
        }
        if let Some(file) = self.files.cache.get(&key, self.now, self.boundary) {
            return Ok(Thing::File(self.found(file)));
        }
        let real = self.boundary.follow(&path)?;
        let metadata = real.metadata().map_err(|error| miss(&error))?;
        if metadata.is_dir() {
            let index = match slash {
                true => self.file(&path.join("index.html"), &key),
                false => Err(Miss::NotThere),
            };
            return match index {
                Ok(file) => Ok(Thing::File(self.found(file))),
                Err(other @ (Miss::Busy | Miss::Changing)) => Err(other.into()),
                Err(_) => Ok(Thing::Folder { names, real, slash }),
            };
        }
        if slash {
            return Err(Miss::NotThere.into());
        }
        let file = self.file(&path, &key)?;
        Ok(Thing::File(self.found(file)))
    }

    /// Opens a regular file, and keeps it for the next request. Without a descriptor for it, this makes room
    /// once.
    fn file(&self, path: &Path, key: &[u8]) -> Result<Arc<CachedFile>, Miss> {
        let real = self.boundary.follow(path)?;
        let opened = match self.boundary.open_file(&real) {
            Err(Miss::Busy) if self.files.cache.close_files() => self.boundary.open_file(&real)?,
            opened => opened?,
        };
        let keep = opened.settled && !opened.no_length;
        let file = Arc::new(describe(path, real, opened));
        if keep {
            self.files.cache.put(key, &file, self.now);
        }
        Ok(file)
    }

    /// The file, or the neighbour that the client prefers (RFC 9110 section 12.5.3).
    fn found(&self, file: Arc<CachedFile>) -> Found {
        match self.files.cache.is_alone(&file, self.now) {
            true => Found::of(file),
            false => self.among_neighbours(file),
        }
    }

    #[cold]
    fn among_neighbours(&self, file: Arc<CachedFile>) -> Found {
        // Without a coding it is always acceptable, and preferred only to what is wanted less.
        let plain = named_weight(self.fields, "identity").unwrap_or(0);
        let mut best = plain.saturating_sub(1);
        let mut found = Found::of(Arc::clone(&file));
        for (coding, extension) in NEIGHBOURS {
            let Some(neighbour) = self.neighbour(&file, extension) else {
                continue;
            };
            found.varies = true;
            let weight = weight(self.fields, coding);
            if weight > best {
                best = weight;
                found.file = neighbour;
                found.encoding = Some(coding);
            }
        }
        if !found.varies {
            self.files.cache.note_alone(&file, self.now);
        }
        found
    }

    /// The compressed neighbour of a file, if it is not older than the file.
    fn neighbour(&self, file: &CachedFile, extension: &str) -> Option<Arc<CachedFile>> {
        let mut path = file.path.as_os_str().to_os_string();
        path.push(extension);
        let path = Path::new(&path);
        // Nearly always there is none: one call of the system says so.
        path.symlink_metadata().ok()?;
        // The key of no request: names are joined with a slash, and none of them is empty.
        let key = [b"//", path.as_os_str().as_encoded_bytes()].concat();
        let kept = self.files.cache.get(&key, self.now, self.boundary);
        let neighbour = kept.or_else(|| self.file(path, &key).ok())?;
        (!neighbour.stamp.is_older_than(&file.stamp)).then_some(neighbour)
    }
}

impl Found {
    fn of(file: Arc<CachedFile>) -> Found {
        Found {
            media: file.media,
            file,
            encoding: None,
            varies: false,
        }
    }
}

/// A path as the cache has it, if it is spelt so that it can be nothing else than its names.
fn plain(path: &[u8]) -> Option<&[u8]> {
    let key = path.strip_prefix(b"/")?;
    let odd = |pair: &[u8]| matches!(pair, b"//" | b"/.");
    (!path.contains(&b'%') && !path.windows(2).any(odd)).then_some(key)
}

/// What is said about a file that was opened.
fn describe(path: &Path, real: PathBuf, opened: Opened) -> CachedFile {
    let Opened {
        source,
        stamp,
        settled,
        no_length,
    } = opened;
    let length = match &source {
        Source::Memory(bytes) => bytes.len() as u64,
        Source::Disk(_) => stamp.length,
    };
    // Without a length that holds, and of a file that does not rest, nothing is promised.
    let proof = settled && !no_length;
    let tag = proof.then(|| stamp.tag());
    let modified = stamp.seconds().filter(|_| proof);
    let modified = modified.map(|since| (since, date::format(since)));
    let media = media::by_name(path.file_name().map_or(b"", OsStr::as_encoded_bytes));
    let mut fields = Vec::with_capacity(256);
    if let Some((_, date)) = &modified {
        write::field(&mut fields, "Last-Modified", date.as_bytes());
    }
    if let Some(tag) = &tag {
        write::field(&mut fields, "ETag", tag.as_bytes());
        write::field(&mut fields, "Accept-Ranges", b"bytes");
    }
    write::field(&mut fields, "Content-Type", media.as_bytes());
    write::field_number(&mut fields, "Content-Length", length);
    CachedFile {
        path: path.to_path_buf(),
        real,
        source,
        stamp,
        length,
        tag,
        modified,
        media,
        fields,
        looks: Default::default(),
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

/// A name from a URL as the system's file name. Elsewhere than on Unix it must be UTF-8, without what
/// separates names or drives there.
#[cfg(unix)]
fn os_name(name: &[u8]) -> Option<&OsStr> {
    use std::os::unix::ffi::OsStrExt;
    Some(OsStr::from_bytes(name))
}

#[cfg(not(unix))]
fn os_name(name: &[u8]) -> Option<&OsStr> {
    let text = std::str::from_utf8(name).ok()?;
    (!text.contains(['\\', ':'])).then_some(OsStr::new(text))
}
