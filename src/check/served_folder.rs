//! The folder that a server under check serves (the contract's `WIRELAB_ROOT`).
//!
//! Rule: a temporary folder is removed when its value is dropped. On Unix, a small `sh` removes it if our
//! process is killed, as `program::guard` ends the programs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, id};
#[cfg(unix)]
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of files.
#[derive(Debug)]
pub struct ServedFolder {
    path: PathBuf,
    _temporary: Option<Temporary>,
}

/// A folder of ours in the system's folder for temporary files.
#[derive(Debug)]
struct Temporary {
    folder: PathBuf,
    cleaner: Option<Child>,
}

impl ServedFolder {
    /// A folder that stays.
    pub fn at(path: PathBuf) -> ServedFolder {
        ServedFolder {
            path,
            _temporary: None,
        }
    }

    /// A folder that goes with the value. `fill` writes into it; `name` is the part of it that is served.
    /// Errors: the system's, with the folder's name in the message.
    pub fn temporary(
        name: &str,
        fill: impl FnOnce(&Path) -> io::Result<()>,
    ) -> io::Result<ServedFolder> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("wirelab-{}-{count}", id()));
        // Not `create_dir_all`: a folder that another program has made is not ours.
        fs::create_dir(&folder).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", folder.display()))
        })?;
        let cleaner = cleaner(&folder);
        let temporary = Temporary { folder, cleaner };
        fill(&temporary.folder)?;
        Ok(ServedFolder {
            path: temporary.folder.join(name),
            _temporary: Some(temporary),
        })
    }

    /// Whether it is there after the check, too.
    pub fn stays(&self) -> bool {
        self._temporary.is_none()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A process that takes the folder away when we are gone.
#[cfg(unix)]
fn cleaner(folder: &Path) -> Option<Child> {
    use std::os::unix::process::CommandExt;
    const CLEANER: &str = r#"trap '' HUP INT TERM
read -r end
rm -rf -- "$1""#;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", CLEANER, "cleaner"]).arg(folder);
    command.process_group(0).stdin(Stdio::piped());
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.spawn().ok()
}

#[cfg(not(unix))]
fn cleaner(_folder: &Path) -> Option<Child> {
    None
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
        if let Some(cleaner) = &mut self.cleaner {
            drop(cleaner.stdin.take());
            let _ = cleaner.wait();
        }
    }
}
