//! Finds the files of a class, and reads them.
//!
//! Rule 1: the first name below the class's folder is the student: a file, or a folder with the student's files.
//! A CI service packs a report into a folder of its own, so a student's folder without a report is searched one
//! level deeper.
//! Rule 2: only plain files are opened: a pipe that nobody writes would stop the reader.
//! Rule 3: a file or folder that cannot be read is one message.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::visible;
use crate::course::progress;
use crate::limits;
use crate::plural::count_of;

/// One file that may be a report or a bill.
pub(super) struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// The first name below the class's folder. It tells the students apart, so it is not changed.
    pub student: OsString,
    /// What the student is called: the folder's name, or the file's without its end.
    pub name: String,
    /// The file, from the class's folder on, to be shown.
    pub file: String,
}

/// The files of a class, sorted, and what cannot be read. Errors: the folder itself cannot be read.
pub(super) fn find(folder: &Path) -> io::Result<(Vec<Found>, Vec<String>)> {
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for path in entries(folder)? {
        let is_folder = path.is_dir();
        let name = if is_folder {
            path.file_name()
        } else {
            path.file_stem()
        };
        let name = visible(&name.unwrap_or_default().to_string_lossy());
        let inside = match is_folder {
            false => vec![path.clone()],
            true => of_student(&path, folder, &mut problems),
        };
        let inside = inside.into_iter().filter(|file| is_ours(file));
        files.extend(inside.map(|file| Found {
            student: path.file_name().unwrap_or_default().to_os_string(),
            name: name.clone(),
            file: below(folder, &file),
            path: file,
        }));
    }
    if files.len() > limits::CLASS_FILES {
        problems.push(format!(
            "only the first {} files are read",
            limits::CLASS_FILES
        ));
        files.truncate(limits::CLASS_FILES);
    }
    Ok((files, problems))
}

/// The files of one student: those in the folder, or else those in the folders in it.
fn of_student(student: &Path, class: &Path, problems: &mut Vec<String>) -> Vec<PathBuf> {
    let mut inside = |folder: &Path| {
        entries(folder).unwrap_or_else(|error| {
            let folder = below(class, folder);
            problems.push(format!("{folder}: this folder cannot be read: {error}"));
            Vec::new()
        })
    };
    let is_hidden = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with('.')
    };
    let (folders, files): (Vec<_>, Vec<_>) = inside(student)
        .into_iter()
        .partition(|path| path.is_dir() && !path.is_symlink());
    if files.iter().any(|file| is_ours(file)) {
        return files;
    }
    let mut deeper: Vec<Vec<PathBuf>> = Vec::new();
    for folder in folders.iter().filter(|folder| !is_hidden(folder)) {
        let mut found = inside(folder);
        found.retain(|path| is_ours(path) && !is_hidden(path) && !path.is_dir());
        if !found.is_empty() {
            deeper.push(found);
        }
    }
    // Several may be the folders of several students.
    if deeper.len() > 1 {
        let student = below(class, student);
        problems.push(format!(
            "{student}: {} folders in it have reports: put the reports of each student into one folder",
            deeper.len()
        ));
        return Vec::new();
    }
    deeper.into_iter().flatten().collect()
}

/// A path from the class's folder on, to be shown.
fn below(class: &Path, path: &Path) -> String {
    visible(&path.strip_prefix(class).unwrap_or(path).to_string_lossy())
}

/// The paths in a folder, sorted.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Whether a file may be a report or a bill: by the end of its name.
fn is_ours(path: &Path) -> bool {
    let end = path.extension().unwrap_or_default().to_string_lossy();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match &*end {
        "json" => true,
        // The progress file of a workbench is no bill.
        "txt" => name != progress::FILE,
        _ => false,
    }
}

/// The text of a file, if it is no longer than a report can be.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let limit = limits::CLASS_FILE;
    let found = fs::metadata(path).map_err(|error| error.to_string())?;
    if !found.is_file() {
        return Err("this is not a plain file: copy the report itself to this place".to_string());
    }
    let too_long = || {
        let limit = count_of(limit, "byte");
        format!("the file has more than {limit}, which is too long for a report")
    };
    if found.len() > limit {
        return Err(too_long());
    }
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    // Another program may write to the file at this moment.
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    let read = read.map_err(|error| error.to_string())?;
    if read as u64 > limit {
        return Err(too_long());
    }
    String::from_utf8(bytes).map_err(|_| "this is not text in UTF-8".to_string())
}
