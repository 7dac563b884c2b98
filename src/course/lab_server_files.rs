//! The files that a lab's server serves (the contract's `WIRELAB_ROOT`): those of the clone, or copies that are
//! compiled in.
//!
//! Rule 1: a check compares the same bytes on every machine, so the files are the same on every machine.
//! Rule 2: outside a clone the files are in a temporary folder, which is removed when the process ends.
//! Rule 3: beside the folder there is a file, as in a clone: `/../server.rs` must not bring it (lab 7).

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::catalogue::{Lab, Side};
use super::locations;
use crate::check::ServedFolder;

/// A file of a lab.
struct File {
    slug: &'static str,
    /// From the lab's folder on: `files/menu.txt`.
    name: &'static str,
    kind: Kind,
}

/// What a file of a lab is.
pub(super) enum Kind {
    /// Its bytes.
    Bytes(&'static [u8]),
    /// A symbolic link, and where it leads.
    Link(&'static str),
}

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The folder of the lab's files, `labs/NN-slug/files`; `None` when the lab has none. Errors: it had to
/// be written, and the system refused, with the folder's name in the message.
pub fn of(lab: &Lab) -> io::Result<Option<Arc<ServedFolder>>> {
    if !FILES.iter().any(|file| file.slug == lab.slug) {
        return Ok(None);
    }
    let path = locations::repository().map(|here| here.join("labs").join(lab.slug).join("files"));
    if let Some(path) = path.filter(|path| path.is_dir()) {
        return Ok(Some(Arc::new(ServedFolder::at(path))));
    }
    let served = ServedFolder::temporary("files", |folder| {
        write(lab, folder)?;
        write_server(lab, folder)
    })?;
    Ok(Some(Arc::new(served)))
}

/// Writes `server.rs`, which a clone has beside the served folder. Its text is that of the stub.
fn write_server(lab: &Lab, folder: &Path) -> io::Result<()> {
    let path = folder.join("server.rs");
    let text = lab.stub(Side::Server).unwrap_or_default();
    fs::write(&path, text).map_err(|error| named(&path, &error))
}

/// Writes the lab's files below this folder: `files/menu.txt` and so on. Files that are there stay.
pub fn write(lab: &Lab, folder: &Path) -> io::Result<()> {
    for file in FILES.iter().filter(|file| file.slug == lab.slug) {
        let path = folder.join(file.name);
        let above = path.parent().unwrap_or(folder);
        let written = fs::create_dir_all(above).and_then(|()| file.write(&path));
        written.map_err(|error| named(&path, &error))?;
    }
    Ok(())
}

/// The files of a lab by the name of its folder: each path from there on, and what it is.
pub(super) fn of_slug(slug: &str) -> impl Iterator<Item = (&'static str, &'static Kind)> {
    let files = FILES.iter().filter(move |file| file.slug == slug);
    files.map(|file| (file.name, &file.kind))
}

impl File {
    fn write(&self, path: &Path) -> io::Result<()> {
        match self.kind {
            _ if fs::symlink_metadata(path).is_ok() => Ok(()),
            Kind::Bytes(bytes) => fs::write(path, bytes),
            #[cfg(unix)]
            Kind::Link(target) => std::os::unix::fs::symlink(target, path),
            // A system without symbolic links has one trap less in its folder.
            #[cfg(not(unix))]
            Kind::Link(_) => Ok(()),
        }
    }
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::catalogue;

    /// Every file below a folder, with its bytes; a link with where it leads.
    fn all(folder: &Path) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = entry.path();
            if let Ok(target) = fs::read_link(&path) {
                found.push((name, target.as_os_str().as_encoded_bytes().to_vec()));
            } else if path.is_dir() {
                let inside = all(&path).into_iter();
                found.extend(inside.map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
            } else {
                found.push((name, fs::read(&path).unwrap()));
            }
        }
        found.sort();
        found
    }

    #[test]
    #[cfg(unix)]
    fn what_is_compiled_in_is_what_the_folders_have() {
        let labs = Path::new(env!("CARGO_MANIFEST_DIR")).join("labs");
        for lab in catalogue::labs() {
            let mut expected = all(&labs.join(lab.slug));
            expected.retain(|(name, _)| name.starts_with("files/") || name.starts_with("files-"));
            let folder = std::env::temp_dir().join(format!(
                "wirelab-files-{}-{}",
                lab.number,
                std::process::id()
            ));
            fs::create_dir(&folder).unwrap();
            write(lab, &folder).unwrap();
            let got = all(&folder);
            fs::remove_dir_all(&folder).unwrap();
            assert_eq!(got, expected, "labs/{}", lab.slug);
        }
    }
}
