//! Saves a body to a file, so that an interrupted download can continue later.
//!
//! The body is collected in `FILE.part`, which is renamed to FILE when the body is whole. So FILE is never
//! incomplete. `FILE.part-of` says what the bytes in `FILE.part` are a part of: the URL, the length, and the
//! validator of this version, as header fields. It is written only if the server sent a strong validator.
//! Without a validator nobody can know whether two parts belong together, so a part is deleted.
//!
//! Rule: if FILE is not a plain file (a pipe, a device), the body is written to it directly, without a `.part`
//! file.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Answer, Part};

const READ_ONLY: &str = "this file is read-only, so it is not replaced";

/// A file that gets a body.
pub struct Download {
    /// The name in the end.
    file: PathBuf,
    part: PathBuf,
    note: PathBuf,
    /// It is there, and it is no plain file.
    special: bool,
    open: Option<File>,
    /// Offset of the next byte.
    at: u64,
    /// The length of the whole, if it is known.
    whole: Option<u64>,
    /// There is a note, so that the part is of use.
    resumable: bool,
}

/// Where a body begins in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// At its first byte.
    Anew,
    /// After so many bytes that were there.
    Behind(u64),
}

impl Download {
    /// A download to `file`; nothing is opened yet. Errors: a folder, a place where no file can be.
    pub fn to(file: &Path) -> io::Result<Download> {
        // A link stays a link: what it leads to is replaced.
        let file = fs::canonicalize(file).unwrap_or(file.to_path_buf());
        let special = match fs::metadata(&file) {
            Ok(found) if found.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(found) if found.is_file() && found.permissions().readonly() => {
                return Err(io::Error::new(ErrorKind::PermissionDenied, READ_ONLY));
            }
            Ok(found) => !found.is_file(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let folder = file
                    .parent()
                    .filter(|folder| !folder.as_os_str().is_empty());
                fs::metadata(folder.unwrap_or(Path::new(".")))?;
                false
            }
            Err(error) => return Err(error),
        };
        Ok(Download {
            part: with(&file, ".part"),
            note: with(&file, ".part-of"),
            file,
            special,
            open: None,
            at: 0,
            whole: None,
            resumable: false,
        })
    }

    /// What an earlier download has left, if it can go on. The last byte of a part that is whole
    /// is asked for once more: so the server says whether this is still the version that it has.
    pub fn left_over(&self) -> Option<Part> {
        if self.special {
            return None;
        }
        let note = fs::read_to_string(&self.note).ok()?;
        let field = |name: &str| {
            let mut lines = note.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        let whole = match field("Content-Length") {
            None => None,
            Some(digits) => Some(digits.parse::<u64>().ok()?),
        };
        let length = fs::metadata(&self.part).ok()?.len();
        let have = length.min(whole.map_or(u64::MAX, |whole| whole.saturating_sub(1)));
        (have > 0).then_some(Part {
            url: field("URL")?.to_string(),
            have,
            whole,
            validator: field("If-Range")?.as_bytes().to_vec(),
        })
    }

    /// Opens the file for the body of this answer: at the end of the part, or from the beginning.
    pub fn begin(&mut self, answer: &Answer) -> io::Result<Begun> {
        if self.special {
            self.open = Some(File::options().write(true).open(&self.file)?);
            return Ok(Begun::Anew);
        }
        if let Some(stretch) = answer.stretch {
            let first = stretch.range.first;
            let mut part = File::options().write(true).open(&self.part)?;
            part.set_len(first)?;
            part.seek(SeekFrom::Start(first))?;
            self.open = Some(part);
            self.at = first;
            self.whole = stretch.whole;
            self.resumable = true;
            return Ok(Begun::Behind(first));
        }
        // The note goes first and comes last: it never stands beside bytes of another version.
        remove(&self.note)?;
        remove(&self.part)?;
        let part = File::create_new(&self.part)?;
        // The mode of the file that is replaced stays, before a byte is in it.
        if let Ok(found) = fs::metadata(&self.file) {
            part.set_permissions(found.permissions())?;
        }
        self.open = Some(part);
        self.whole = answer.length;
        if let Some(validator) = answer
            .validator
            .as_ref()
            .filter(|_| answer.coding.is_none())
        {
            fs::write(&self.note, note(answer, validator))?;
            self.resumable = true;
        }
        Ok(Begun::Anew)
    }

    /// Says that what is written is not the body as it came, so that its length is not known.
    pub fn length_unknown(&mut self) {
        self.whole = None;
    }

    /// Gives the file its name; answers its length. Errors: `UnexpectedEof` when the server sent less than the
    /// whole; `ResourceBusy` when another program has changed the part meanwhile.
    pub fn finish(mut self) -> io::Result<u64> {
        drop(self.open.take());
        if self.special {
            return Ok(self.at);
        }
        if self.whole.is_some_and(|whole| whole != self.at) {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if fs::metadata(&self.part)?.len() != self.at {
            return Err(ErrorKind::ResourceBusy.into());
        }
        fs::rename(&self.part, &self.file)?;
        remove(&self.note)?;
        Ok(self.at)
    }

    /// Leaves the part for the next time, if it is of use, and says how long it is.
    pub fn give_up(mut self) -> Option<u64> {
        let begun = self.open.take().is_some();
        if !begun || self.special {
            return None;
        }
        if self.resumable && self.at > 0 {
            return Some(self.at);
        }
        // Whether this succeeds or not: without a note, nobody uses the part.
        let _ = remove(&self.note);
        let _ = remove(&self.part);
        None
    }
}

impl Write for Download {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let open = self.open.as_mut().ok_or(ErrorKind::NotConnected)?;
        let count = open.write(bytes)?;
        self.at += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn note(answer: &Answer, validator: &[u8]) -> Vec<u8> {
    let mut text = format!("URL: {}\nIf-Range: ", answer.url).into_bytes();
    text.extend_from_slice(validator);
    if let Some(length) = answer.length {
        text.extend_from_slice(format!("\nContent-Length: {length}").as_bytes());
    }
    text.push(b'\n');
    text
}

fn with(file: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(ending);
    PathBuf::from(name)
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
