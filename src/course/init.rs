//! Makes a workbench outside a clone: a package for the learner, from files that are compiled in.
//!
//! Rule 1: an existing file is never overwritten.
//! Rule 2: it needs no clone and no network: the part of our library that exercises use is compiled in.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::locations;
use super::workbench::write_new;

/// What became of the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is a workbench now.
    New,
    /// It was one before, and nothing was changed.
    Already,
}

/// Why no workbench was made.
#[derive(Debug)]
pub enum InitError {
    /// A file of another's is where one of ours should be.
    Taken(PathBuf),
    /// The system refused.
    System {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InitError::Taken(path) => write!(
                f,
                "{} exists and is not part of a workbench: give an empty or a new folder",
                path.display()
            ),
            InitError::System { path, error } => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for InitError {}

/// Makes `folder` a workbench: a package, and beside it the library that some exercises use.
pub fn init(folder: &Path) -> Result<Made, InitError> {
    if locations::is_marked(folder) {
        return Ok(Made::Already);
    }
    let library = SOURCES.iter().map(|(name, text)| {
        let name = format!("wirelab/src/{name}");
        (name, *text)
    });
    let ours = OWN.iter().map(|(name, text)| (name.to_string(), *text));
    // The manifest that marks the folder comes last: half a workbench is none.
    let files: Vec<(String, &str)> = library.chain(ours).collect();
    let taken = files.iter().map(|(name, _)| folder.join(name));
    if let Some(taken) = taken.into_iter().find(|path| path.exists()) {
        return Err(InitError::Taken(taken));
    }
    for (name, text) in &files {
        let path = folder.join(name);
        let above = path.parent().unwrap_or(folder);
        let written = fs::create_dir_all(above).and_then(|()| write_new(&path, text));
        written.map_err(|error| InitError::System { path, error })?;
    }
    Ok(Made::New)
}

/// Adds what a student's folder in a class has besides: the files by which a CI service checks it. A file of the
/// same text stays as it is.
pub fn add_class(folder: &Path) -> Result<(), InitError> {
    let missing = |path: &PathBuf, text: &str| match fs::read_to_string(path) {
        Ok(there) if there == text => Ok(false),
        Ok(_) => Err(InitError::Taken(path.clone())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(InitError::System {
            path: path.clone(),
            error,
        }),
    };
    for (name, text) in CLASS {
        let path = folder.join(name);
        if missing(&path, text)? {
            let above = path.parent().unwrap_or(folder);
            let written = fs::create_dir_all(above).and_then(|()| write_new(&path, text));
            written.map_err(|error| InitError::System { path, error })?;
        }
    }
    Ok(())
}

/// The files of `labs/class` that a student's folder gets.
const CLASS: &[(&str, &str)] = &[
    (
        ".github/workflows/wirelab.yml",
        include_str!("../../labs/class/.github/workflows/wirelab.yml"),
    ),
    (
        ".gitlab-ci.yml",
        include_str!("../../labs/class/.gitlab-ci.yml"),
    ),
];

/// The files of the workbench itself.
const OWN: &[(&str, &str)] = &[
    (".gitignore", "/target\n/progress.txt.*\n"),
    (
        "src/lib.rs",
        "//! Your programs are in `src/bin/`: `wirelab start 1` puts the first one there. What several of\n\
         //! them share may stand here.\n",
    ),
    (
        "wirelab/src/lib.rs",
        "//! The part of wirelab's library that its exercises use: HTTP/1.1 as text and values.\n\
         #![allow(dead_code)]\n\n\
         pub mod calendar;\npub mod http;\npub mod limits;\npub mod plural;\n\n\
         /// What the exercises use of the transcripts' part.\n\
         pub mod wire {\n    pub mod sha256;\n}\n",
    ),
    (
        "wirelab/Cargo.toml",
        "[package]\nname = \"wirelab\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n",
    ),
    (
        "Cargo.toml",
        "# A workbench for wirelab's course, made by `wirelab init`. Your programs are in src/bin/, and\n\
         # what you have passed is in progress.txt.\n\
         [package]\nname = \"workbench\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         # By this line `wirelab` knows the folder.\n\
         [package.metadata.wirelab]\n\n\
         # From lab 14 on, exercises use its HTTP.\n\
         [dependencies]\nwirelab = { path = \"wirelab\" }\n\n\
         [workspace]\n\n\
         # Small programs, built in no time.\n\
         [profile.dev]\ndebug = false\nincremental = false\n",
    ),
];

/// The modules that the stubs may name. They know neither sockets nor the rest of the library.
static SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/library.rs"));
