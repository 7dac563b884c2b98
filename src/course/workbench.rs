//! The workbench: the folder with the learner's programs. Copies an exercise into it, and notices when a
//! program is saved.
//!
//! Rule: a file of the learner is never overwritten and never deleted.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use super::catalogue::{self, Lab, Language, Side};
use super::lab_server_files;
use super::locations::{self, Workbench};
use super::progress::Progress;

/// What became of one file of an exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It is new.
    New {
        /// From the folder of the course on.
        file: String,
    },
    /// It is new, and the one that was there before is kept under this name.
    Again {
        /// From the folder of the course on.
        file: String,
        /// Where the learner's old one is now.
        old: String,
    },
    /// It was there, and was left alone.
    Kept {
        /// From the folder of the course on.
        file: String,
    },
}

/// Why an exercise could not be placed.
#[derive(Debug)]
pub enum PlaceError {
    /// Neither a clone of the course nor a workbench is here.
    Nowhere,
    /// The lab's exercise has no such side.
    NoStub(Side),
    /// The system refused.
    System {
        /// From the folder of the course on.
        file: String,
        /// What it said.
        error: io::Error,
    },
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlaceError::Nowhere => f.write_str(
                "there is no workbench here: `wirelab init DIR` makes one, or change into the clone",
            ),
            PlaceError::NoStub(side) => {
                write!(f, "the exercise of this lab has no {}", side.word())
            }
            PlaceError::System { file, error } => write!(f, "{file}: {error}"),
        }
    }
}

impl std::error::Error for PlaceError {}

/// Puts the stub for one side of a lab into the workbench. `again` moves a file that is there aside;
/// without it such a file is left alone. From now on the program in this language is the one that is checked.
pub fn place(lab: &Lab, side: Side, language: Language, again: bool) -> Result<Placed, PlaceError> {
    let workbench = locations::workbench().ok_or(PlaceError::Nowhere)?;
    let placed = place_in(&workbench, lab, side, language, again)?;
    let noted = Progress::update(|progress| {
        progress.set_language(lab, side, language);
        progress.set_last_command(lab, side, None);
    });
    noted.map_err(|error| PlaceError::System {
        file: workbench.file(super::progress::FILE),
        error,
    })?;
    Ok(placed)
}

fn place_in(
    workbench: &Workbench,
    lab: &Lab,
    side: Side,
    language: Language,
    again: bool,
) -> Result<Placed, PlaceError> {
    let stub = lab.stub_in(side, language);
    let stub = stub.ok_or(PlaceError::NoStub(side))?;
    let file = workbench.source_in(&lab.program("my", side), language);
    let failed = |error| {
        let file = file.clone();
        PlaceError::System { file, error }
    };
    let path = workbench.root.join(&file);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut old = None;
    if again && path.exists() {
        let (aside, name) = free_name(&path, &file);
        fs::rename(&path, aside).map_err(failed)?;
        old = Some(name);
    }
    match write_new(&path, stub) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(Placed::Kept { file }),
        Err(error) => return Err(failed(error)),
    }
    if !workbench.in_clone {
        place_page(&workbench.root, lab)?;
    }
    Ok(match old {
        Some(old) => Placed::Again { file, old },
        None => Placed::New { file },
    })
}

/// Outside of a clone: puts the lab's page and its files below `labs/`, where its texts look for them.
fn place_page(root: &Path, lab: &Lab) -> Result<(), PlaceError> {
    let file = format!("labs/{}/README.md", lab.slug);
    let path = root.join(&file);
    let folder = path.parent().unwrap_or(root);
    let readme = lab.readme;
    let written = fs::create_dir_all(folder).and_then(|()| match write_new(&path, readme) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        written => written,
    });
    let written = written.and_then(|()| lab_server_files::write(lab, folder));
    written.map_err(|error| PlaceError::System { file, error })
}

/// Writes a file that must not be there yet.
pub(super) fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// `my01-server.rs.old`, or with 2, 3 … after it when that is taken: the path and how to call it.
fn free_name(path: &Path, file: &str) -> (PathBuf, String) {
    let names = (1u32..).map(|count| match count {
        1 => ".old".to_string(),
        more => format!(".old{more}"),
    });
    let mut free = names.map(|ending| {
        let mut name = path.as_os_str().to_os_string();
        name.push(&ending);
        (PathBuf::from(name), format!("{file}{ending}"))
    });
    let found = free.find(|(path, _)| !path.exists());
    found.expect("the numbers do not run out before the names do")
}

/// The exercises that the learner has started: each lab and side whose file is there.
pub fn started() -> Vec<(&'static Lab, Side)> {
    let sides = |lab| [Side::Server, Side::Client].map(|side| (lab, side));
    let all = catalogue::labs().flat_map(sides);
    all.filter(|(lab, side)| program(lab, *side).is_some())
        .collect()
}

/// The learner's program for one side of a lab: its language and its file, from the workbench's root on. Of
/// several, the one in the language that was started last counts. `None`: there is none.
pub fn program(lab: &Lab, side: Side) -> Option<(Language, String)> {
    let workbench = locations::workbench()?;
    let name = lab.program("my", side);
    let file = |language| {
        let file = workbench.source_in(&name, language);
        let is_there = workbench.root.join(&file).is_file();
        is_there.then_some((language, file))
    };
    let noted = Progress::load().ok()?.language(lab, side);
    noted
        .and_then(file)
        .or_else(|| Language::ALL.into_iter().find_map(file))
}

/// The words that run a program of the workbench by hand, from the root on; a program in C is compiled first.
pub fn run_command(program: &str, language: Language, file: &str) -> String {
    let in_clone = locations::workbench().is_some_and(|workbench| workbench.in_clone);
    match language {
        Language::Rust if in_clone => format!("cargo run -q -p workbench --bin {program}"),
        Language::Rust => format!("cargo run -q --bin {program}"),
        Language::Python => format!("python3 {file}"),
        Language::Node => format!("node {file}"),
        Language::Go => format!("go run {file}"),
        Language::C => {
            format!("cc -pthread -o target/{program} {file} && target/{program}")
        }
    }
}

/// What the workbench holds: each file under its `src/` and its `Cargo.toml`, with the time of its last
/// write and its length. Two of them differ when something was saved, made or deleted in between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saved(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

/// What the workbench holds now; and these files of the learner's elsewhere, each with its neighbours of the
/// same kind (`.py` beside `.py`): a log that the program writes there is no change.
pub fn saved(files: &[PathBuf]) -> Saved {
    let mut saved = match locations::workbench() {
        Some(workbench) => saved_in(&workbench.folder()),
        None => Saved::default(),
    };
    for file in files {
        let folder = file.parent().filter(|folder| *folder != Path::new(""));
        let inside = fs::read_dir(folder.unwrap_or(Path::new("."))).into_iter();
        let inside = inside.flatten().flatten().take(NEIGHBOURS);
        for path in inside.map(|entry| entry.path()).chain([file.clone()]) {
            let is_source = path.extension().is_some() && path.extension() == file.extension();
            if (is_source || path == *file)
                && let Ok(meta) = fs::metadata(&path)
                && meta.is_file()
            {
                saved.0.insert(path, (meta.modified().ok(), meta.len()));
            }
        }
    }
    saved
}

/// How many files beside one of the learner's are looked at. Reason: a program's modules are beside it, and a
/// folder of a hundred thousand files is no folder of a program.
const NEIGHBOURS: usize = 1_000;

/// Waits until the workbench no longer holds what it held `before`; looks ten times a second. An editor
/// may save in several steps, so it waits on until two looks in a row see the same.
pub fn wait_for_save(before: &Saved, files: &[PathBuf]) {
    let mut last = saved(files);
    loop {
        thread::sleep(LOOK);
        let now = saved(files);
        if now != *before && now == last {
            return;
        }
        last = now;
    }
}

/// How often the workbench is looked at. Reason: a person does not notice a tenth of a second, and a
/// disk does not notice ten looks.
const LOOK: Duration = Duration::from_millis(100);

fn saved_in(workbench: &Path) -> Saved {
    let mut waiting = vec![workbench.join("src"), workbench.join("Cargo.toml")];
    let mut saved = Saved::default();
    while let Some(path) = waiting.pop() {
        let Ok(meta) = fs::metadata(&path) else {
            continue; // an editor may be between deleting and renaming
        };
        if meta.is_dir() {
            let entries = fs::read_dir(&path).into_iter().flatten().flatten();
            waiting.extend(entries.map(|entry| entry.path()));
        } else {
            saved.0.insert(path, (meta.modified().ok(), meta.len()));
        }
    }
    saved
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is gone after the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("wirelab-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Folder(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_stub_is_placed_once_and_a_learners_file_is_never_lost() {
        let folder = Folder::new("place");
        let lab = catalogue::lab(1).unwrap();
        let file = "labs/workbench/src/bin/my01-server.rs".to_string();
        let workbench = Workbench {
            root: folder.0.clone(),
            in_clone: true,
        };
        let place = |again| place_in(&workbench, lab, Side::Server, Language::Rust, again).unwrap();

        assert_eq!(place(false), Placed::New { file: file.clone() });
        fs::write(folder.0.join(&file), "first").unwrap();
        assert_eq!(place(false), Placed::Kept { file: file.clone() });
        assert_eq!(fs::read_to_string(folder.0.join(&file)).unwrap(), "first");

        let again = |old: &str| Placed::Again {
            file: file.clone(),
            old: format!("{file}{old}"),
        };
        assert_eq!(place(true), again(".old"));
        fs::write(folder.0.join(&file), "second").unwrap();
        assert_eq!(place(true), again(".old2"));
        let read = |name: &str| fs::read_to_string(folder.0.join(format!("{file}{name}"))).unwrap();
        assert_eq!(
            (read(".old").as_str(), read(".old2").as_str()),
            ("first", "second")
        );
        assert!(read("").contains("Lab 1"));
    }

    #[test]
    fn a_save_a_new_file_and_a_deleted_one_are_seen() {
        let folder = Folder::new("saved");
        let bin = folder.0.join("src/bin");
        fs::create_dir_all(&bin).unwrap();
        let empty = saved_in(&folder.0);
        assert_eq!(empty, saved_in(&folder.0));
        fs::write(bin.join("my01-server.rs"), "fn main() {}").unwrap();
        let one = saved_in(&folder.0);
        assert_ne!(one, empty);
        fs::write(bin.join("my01-server.rs"), "fn main() { }").unwrap();
        assert_ne!(saved_in(&folder.0), one);
        fs::remove_file(bin.join("my01-server.rs")).unwrap();
        assert_eq!(saved_in(&folder.0), empty);
    }

    #[test]
    fn a_side_without_an_exercise_cannot_be_placed() {
        let folder = Folder::new("no-stub");
        let workbench = Workbench {
            root: folder.0.clone(),
            in_clone: false,
        };
        let lab = catalogue::lab(9).unwrap();
        let error = place_in(&workbench, lab, Side::Client, Language::Rust, false).unwrap_err();
        assert_eq!(error.to_string(), "the exercise of this lab has no client");
    }
}
