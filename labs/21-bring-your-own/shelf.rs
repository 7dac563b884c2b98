//! Lab 21 · Bring your own food · the shelf: it keeps plates under their names. A client gets a whole plate,
//! or no plate.
//!
//! Every plate is a file. While the bytes of the plate come, the name of the file begins with a dot, and no client
//! can ask for such a name. After the last byte the file gets its real name in one step.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A folder of plates.
pub struct Shelf {
    /// Each start of the server has a folder of its own. The folder exists only while it contains a file.
    pub folder: PathBuf,
    /// Locked while a thread makes the folder or removes it.
    folding: Mutex<()>,
}

impl Shelf {
    /// An empty shelf, in the system's folder for temporary files. A server that was killed may have left its
    /// folder, and the system may give the same process id again. So we take the first name that is free.
    pub fn new() -> Shelf {
        let (temporary, id) = (std::env::temp_dir(), std::process::id());
        let mut number = 1;
        let mut folder = temporary.join(format!("wirelab-plates-{id}"));
        while folder.symlink_metadata().is_ok() {
            number += 1;
            folder = temporary.join(format!("wirelab-plates-{id}-{number}"));
        }
        Shelf {
            folder,
            folding: Mutex::new(()),
        }
    }

    /// Writes the next `length` bytes into a temporary file, one for each client number. Error: fewer bytes
    /// come. Then nothing is kept.
    pub fn receive(&self, client: u64, body: impl Read, length: u64) -> io::Result<Half<'_>> {
        let plate = self.folder.join(format!(".half-{client}"));
        let mut file = self.create(&plate)?;
        let half = Half { plate, shelf: self };
        let came = io::copy(&mut body.take(length), &mut file)?;
        if came < length {
            let why = format!("only {came} of {length} bytes came, so nothing is kept");
            return Err(io::Error::new(ErrorKind::UnexpectedEof, why));
        }
        Ok(half)
    }

    /// PUT: the client has chosen the name. rename(2) replaces the old file in one step. A thread that has opened
    /// the old file can read the old file to its end, so no client gets half a plate. `true`: the name is new.
    pub fn put(&self, half: &Half, name: &str) -> io::Result<bool> {
        let plate = self.folder.join(name);
        let new = !plate.exists();
        fs::rename(&half.plate, plate)?;
        Ok(new)
    }

    /// POST: we choose the first name that is free. link(2) fails if there is a file of that name, so two
    /// clients at the same moment get two names.
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

    /// DELETE: removes the plate.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        self.take_off(&self.folder.join(name))
    }

    fn create(&self, plate: &Path) -> io::Result<File> {
        let _alone = self.folding.lock();
        fs::create_dir_all(&self.folder)?;
        File::create(plate)
    }

    /// Removes a plate, and the folder with the last plate. A server that is killed cannot remove its folder
    /// at the end, so the server removes an empty folder at once.
    fn take_off(&self, plate: &Path) -> io::Result<()> {
        let _alone = self.folding.lock();
        let gone = fs::remove_file(plate);
        let _ = fs::remove_dir(&self.folder); // rmdir(2) fails while the folder contains a file
        gone
    }
}

/// A plate whose bytes are still coming. Dropping this value removes the temporary file.
pub struct Half<'a> {
    plate: PathBuf,
    shelf: &'a Shelf,
}

impl Drop for Half<'_> {
    fn drop(&mut self) {
        let _ = self.shelf.take_off(&self.plate);
    }
}
