//! Replaces a small file as a whole, so that a reader in another process never sees half of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes the text beside the file, then puts it in the file's place in one step (rename(2)).
/// Errors: the system's; nothing is left beside the file then.
pub(super) fn replace_file(path: &Path, text: &str) -> io::Result<()> {
    let beside = beside(path);
    let saved = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    saved.inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// A name beside this file that no other save uses: `progress.txt.new-4711-0`.
fn beside(path: &Path) -> PathBuf {
    static SAVES: AtomicU64 = AtomicU64::new(0);
    let save = SAVES.fetch_add(1, Ordering::Relaxed);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".new-{}-{save}", process::id()));
    PathBuf::from(name)
}
