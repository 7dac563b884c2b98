//! Lab 21 · Bring your own food · the shelf: plates under their names, each whole or not there at all.
//!
//! Every plate is a file. While it is still coming it has a name that begins with a dot, and no guest
//! can ask for that; when the last byte is there, it gets its real name in one step.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A folder of plates.
pub struct Shelf {
    /// New for each start of the server, and there only while something is in it.
    pub folder: PathBuf,
    /// Held by who puts up the folder, or takes it away.
    folding: Mutex<()>,
}

impl Shelf {
    /// An empty shelf, in the system's folder for files that need not last.
    pub fn new() -> Shelf {
        Shelf {
            folder: std::env::temp_dir().join(format!("wirelab-plates-{}", std::process::id())),
            folding: Mutex::new(()),
        }
    }

    /// Takes `length` bytes of what comes into a file of its own, for the guest of this number; or nothing,
    /// when they do not all come.
    pub fn receive(&self, guest: u64, body: impl Read, length: u64) -> io::Result<Half<'_>> {
        let plate = self.folder.join(format!(".half-{guest}"));
        let mut file = self.create(&plate)?;
        let half = Half { plate, shelf: self };
        let came = io::copy(&mut body.take(length), &mut file)?;
        if came < length {
            let why = format!("only {came} of {length} bytes came, so nothing is kept");
            return Err(io::Error::new(ErrorKind::UnexpectedEof, why));
        }
        Ok(half)
    }

    /// PUT: the guest has chosen the name. Whoever reads the old plate reads it to its end, whoever asks
    /// from now on gets the new one, and nobody ever gets a half: rename(2). `true` when the name is new.
    pub fn put(&self, half: &Half, name: &str) -> io::Result<bool> {
        let plate = self.folder.join(name);
        let new = !plate.exists();
        fs::rename(&half.plate, plate)?;
        Ok(new)
    }

    /// POST: we choose the name, the first that is free. link(2) fails where there is a file already, so
    /// two guests at the same moment get two names.
    pub fn add(&self, half: &Half) -> io::Result<String> {
        let mut number = 1;
        loop {
            let name = format!("plate-{number}");
            match fs::hard_link(&half.plate, self.folder.join(&name)) {
                Ok(()) => return Ok(name),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// GET: the whole plate.
    pub fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.folder.join(name))
    }

    /// DELETE: the name is gone.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        self.take_off(&self.folder.join(name))
    }

    fn create(&self, plate: &Path) -> io::Result<File> {
        let _alone = self.folding.lock();
        fs::create_dir_all(&self.folder)?;
        File::create(plate)
    }

    /// Nobody can clear up behind a server that is killed. So it does while it runs: with the last plate goes
    /// the folder.
    fn take_off(&self, plate: &Path) -> io::Result<()> {
        let _alone = self.folding.lock();
        let gone = fs::remove_file(plate);
        let _ = fs::remove_dir(&self.folder); // refused while anything is in it: rmdir(2)
        gone
    }
}

/// A plate on its way in. What has not got a real name is thrown away.
pub struct Half<'a> {
    plate: PathBuf,
    shelf: &'a Shelf,
}

impl Drop for Half<'_> {
    fn drop(&mut self) {
        let _ = self.shelf.take_off(&self.plate);
    }
}
