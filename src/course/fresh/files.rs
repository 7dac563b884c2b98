//! The lab's files, and the fresh files that replace them.
//!
//! Rule: a word is replaced by the same other word in names, contents and conversations. The target of a
//! symbolic link is edited in the same way.

use std::fs;
use std::io;
use std::path::Path;

use super::edits::{apply, words_in};
use super::vary_table::Word;
use crate::course::lab_server_files::{self, Kind};

/// A file of the lab, and the fresh one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// Its name below the served folder: `desserts/flan.txt`.
    pub(super) name: String,
    /// What the lab's file contains; for a link, where it leads.
    pub(super) old: Vec<u8>,
    /// The fresh file's path from the lab's folder on: `files/desserts/bako.txt`.
    pub(super) path: String,
    /// What it contains; for a link, where it leads.
    pub(super) fresh: Vec<u8>,
    link: bool,
}

/// The files of a lab with these words changed.
pub(super) fn pairs(slug: &str, words: &[Word]) -> Vec<Pair> {
    let changed = |bytes: &[u8]| apply(bytes, &words_in(bytes, None, words));
    let files = lab_server_files::of_slug(slug);
    files
        .map(|(path, kind)| {
            let (old, link) = match kind {
                Kind::Bytes(bytes) => (bytes.to_vec(), false),
                Kind::Link(target) => (target.as_bytes().to_vec(), true),
            };
            // The folder's own name is the contract's, and no word of the lab.
            let (folder, name) = path.split_once('/').unwrap_or(("", path));
            let fresh_name = changed(name.as_bytes());
            Pair {
                name: name.to_string(),
                fresh: changed(&old),
                path: format!("{folder}/{}", String::from_utf8_lossy(&fresh_name)),
                old,
                link,
            }
        })
        .collect()
}

/// Writes the fresh files below this folder.
pub(super) fn write(files: &[Pair], folder: &Path) -> io::Result<()> {
    for file in files {
        let path = folder.join(&file.path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        match file.link {
            false => fs::write(&path, &file.fresh)?,
            true => link(&String::from_utf8_lossy(&file.fresh), &path)?,
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

/// A system without symbolic links has one trap less in its folder.
#[cfg(not(unix))]
fn link(_target: &str, _path: &Path) -> io::Result<()> {
    Ok(())
}
