//! A note beside each program of a lab and of the workbench: the hash of the sources that it was built from.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::replace_file::replace_file;
use crate::wire::sha256;

/// What a program was built from, by the bytes of its sources. Cargo looks at times alone, and a file that
/// comes back (`mv my01-server.rs.old my01-server.rs`) has an old one.
pub(super) struct BuiltFrom<'a> {
    sources: &'a [PathBuf],
    hash: String,
    /// Beside the program: the hash of the sources that it was built from.
    note: PathBuf,
}

impl<'a> BuiltFrom<'a> {
    pub(super) fn of(program: &Path, sources: &'a [PathBuf]) -> BuiltFrom<'a> {
        let mut bytes = Vec::new();
        for source in sources {
            bytes.extend(std::fs::read(source).unwrap_or_default());
            bytes.push(0);
        }
        let mut note = program.as_os_str().to_owned();
        note.push(".built-from");
        BuiltFrom {
            sources,
            hash: sha256::hex(&bytes),
            note: PathBuf::from(note),
        }
    }

    /// Gives the sources the time of now when they are others than the last build's, so that cargo sees it.
    pub(super) fn show_change(&self) {
        if self.last().is_some_and(|last| last != self.hash) {
            for source in self.sources {
                let file = std::fs::File::options().append(true).open(source);
                let _ = file.and_then(|file| file.set_modified(SystemTime::now()));
            }
        }
    }

    fn last(&self) -> Option<String> {
        std::fs::read_to_string(&self.note).ok()
    }

    /// Written once for each build, and whole: another process may read the note at this moment, and half a
    /// note would look like a changed source.
    pub(super) fn note(&self) {
        if self.last().is_some_and(|last| last == self.hash) {
            return;
        }
        let _ = replace_file(&self.note, &self.hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_of_what_was_built_is_never_read_in_part() {
        let folder = std::env::temp_dir().join(format!("wirelab-note-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let look = || {
            for version in 0..50 {
                let source = [PathBuf::from(file!())];
                let mut built_from = BuiltFrom::of(&folder.join("program"), &source);
                built_from.hash = format!("{}{version}", built_from.hash);
                built_from.note();
                let last = built_from.last().expect("a note");
                assert!(last.len() >= 65, "{last:?}");
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(look))));
        std::fs::remove_dir_all(&folder).expect("its folder");
    }
}
