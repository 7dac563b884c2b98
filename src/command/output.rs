//! The files that commands write.
//!
//! Rule 1: a file is written under a temporary name and then renamed. So a reader never sees half of it, and a
//! full disk does not damage the old file. If the output is not a plain file (a pipe, a device), it is written
//! to directly.
//! Rule 2: an output must not be the same file as an input or another output, also not under another name or
//! through a link.
//! Rule 3: a new file keeps the mode of the file that it replaces. A read-only file is not replaced.

use super::WrongUse;
use super::wire_file::shown;
use anyhow::{Context, Result};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Refuses outputs that are one of the inputs, or each other. `-` is no file.
pub fn check(inputs: &[&OsStr], outputs: &[(&str, Option<&OsStr>)]) -> Result<(), WrongUse> {
    let mut taken: Vec<(String, &OsStr)> = Vec::new();
    for input in inputs.iter().filter(|name| **name != "-") {
        taken.push(("the input".to_string(), input));
    }
    for (option, name) in outputs {
        let Some(name) = name.filter(|name| *name != "-") else {
            continue;
        };
        if let Some((what, _)) = taken.iter().find(|(_, other)| is_same(name, other)) {
            return Err(WrongUse(format!(
                "{option} {}: this file is {what} too; give the output another name",
                shown(name)
            )));
        }
        taken.push((format!("the output of {option}"), name));
    }
    Ok(())
}

/// Writes a file, or to `screen` when the name is `-`.
pub fn write(name: &OsStr, bytes: &[u8], screen: &mut impl Write) -> Result<()> {
    if name == "-" {
        screen.write_all(bytes)?;
        return Ok(());
    }
    let written = Output::create(name).and_then(|mut output| {
        output.file.write_all(bytes)?;
        output.put_in_place()
    });
    written.map(|_| ()).with_context(|| cannot(name))
}

/// The context of an error of [`Output`].
pub fn cannot(name: &OsStr) -> NotWritten {
    NotWritten(shown(name))
}

/// The file with this name cannot be written.
#[derive(Debug)]
pub struct NotWritten(pub String);

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: cannot be written", self.0)
    }
}

/// A file on its way to its name.
pub struct Output {
    /// The open file.
    pub file: File,
    /// Whether it is a plain file, in which one may seek.
    pub plain: bool,
    /// What a link leads to.
    target: PathBuf,
    /// The name that it has until it is in place.
    beside: Option<PathBuf>,
}

impl Output {
    /// Opens a new file beside the name. Errors: `PermissionDenied` for a read-only file.
    pub fn create(name: &OsStr) -> io::Result<Output> {
        // A link stays a link: what it leads to is replaced.
        let target = fs::canonicalize(name).unwrap_or_else(|_| PathBuf::from(name));
        let found = match fs::metadata(&target) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if found
            .as_ref()
            .is_some_and(|found| found.permissions().readonly())
        {
            return Err(io::Error::new(
                ErrorKind::PermissionDenied,
                "it is read-only",
            ));
        }
        if found.as_ref().is_some_and(|found| !found.is_file()) {
            return Ok(Output {
                file: File::options().write(true).open(&target)?,
                plain: false,
                target,
                beside: None,
            });
        }
        let beside = beside(&target);
        // One that a killed process of this number has left.
        let _ = fs::remove_file(&beside);
        let output = Output {
            file: File::options()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&beside)?,
            plain: true,
            target,
            beside: Some(beside),
        };
        if let Some(found) = found {
            output.file.set_permissions(found.permissions())?;
        }
        Ok(output)
    }

    /// Gives the file its name. It stays open, and may go on growing.
    pub fn put_in_place(mut self) -> io::Result<File> {
        self.file.flush()?;
        if let Some(beside) = &self.beside {
            fs::rename(beside, &self.target)?;
            self.beside = None;
        }
        self.file.try_clone()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            let _ = fs::remove_file(beside);
        }
    }
}

fn beside(target: &Path) -> PathBuf {
    let mut name = OsString::from(target);
    name.push(format!(".{}.new", std::process::id()));
    PathBuf::from(name)
}

fn is_same(one: &OsStr, other: &OsStr) -> bool {
    let path = |name| fs::canonicalize(name).ok();
    if let (Some(one), Some(other)) = (path(one), path(other))
        && one == other
    {
        return true;
    }
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => one.is_file() && is_one_file(&one, &other),
        (Err(_), Err(_)) => fs_name(one) == fs_name(other),
        _ => false,
    }
}

/// The name of a file that is not there yet, its folder resolved.
fn fs_name(name: &OsStr) -> PathBuf {
    let path = Path::new(name);
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or(Path::new(".")));
    match (folder, path.file_name()) {
        (Ok(folder), Some(file)) => folder.join(file),
        _ => path.to_path_buf(),
    }
}

/// Whether both names, which may be hard links, lead to one file.
#[cfg(unix)]
fn is_one_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_one_file(_: &Metadata, _: &Metadata) -> bool {
    false
}
