//! Finds the clone with the labs' programs, and the workbench with the learner's programs.
//!
//! Rule 1: the program contains no path of the machine that compiled it. Every path is looked for at run time.
//! Rule 2: neither must exist. `wirelab` checks, shows and records in any folder, with files that are compiled
//! in. Only commands that keep a file of the learner need a workbench.

use std::path::{Path, PathBuf};

use super::catalogue::Language;

/// What the `Cargo.toml` of a workbench outside the clone holds, for `wirelab` to know it by.
const MARK: &str = "[package.metadata.wirelab]";

/// The workbench inside a clone, from the clone's folder on.
const IN_CLONE: &str = "labs/workbench";

/// The folder of the learner's own programs and progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workbench {
    /// The folder that file names are relative to: the clone, or the workbench.
    pub root: PathBuf,
    /// Whether it is the one inside a clone.
    pub in_clone: bool,
}

impl Workbench {
    /// A file of the workbench from the root on: `labs/workbench/progress.txt`, or `progress.txt`.
    pub fn file(&self, name: &str) -> String {
        match self.in_clone {
            true => format!("{IN_CLONE}/{name}"),
            false => name.to_string(),
        }
    }

    /// Where a learner's program in Rust stands: `labs/workbench/src/bin/my09-server.rs`.
    pub fn source(&self, program: &str) -> String {
        self.source_in(program, Language::Rust)
    }

    /// The same for a program in any language: `labs/workbench/src/bin/my09-server.py`.
    pub fn source_in(&self, program: &str, language: Language) -> String {
        self.file(&format!("src/bin/{program}.{}", language.extension()))
    }

    /// Its folder.
    pub fn folder(&self) -> PathBuf {
        match self.in_clone {
            true => self.root.join(IN_CLONE),
            false => self.root.clone(),
        }
    }
}

/// The workbench that counts here: what `WIRELAB_COURSE` names; otherwise the nearest one that `wirelab
/// init` made, at or above the current folder; otherwise that of the clone above our executable, or above
/// the current folder.
pub fn workbench() -> Option<Workbench> {
    let of = |root: PathBuf| Workbench {
        in_clone: !is_marked(&root),
        root,
    };
    if let Some(folder) = std::env::var_os("WIRELAB_COURSE") {
        return Some(of(PathBuf::from(folder)));
    }
    let current = std::env::current_dir().unwrap_or_default();
    let own = current.ancestors().find(|folder| is_marked(folder));
    let own = own.map(Path::to_path_buf);
    own.or_else(|| above("labs/workbench/Cargo.toml")).map(of)
}

/// The clone with the sources of the labs' own programs: the folder that `WIRELAB_COURSE` names, when it
/// has them; otherwise the nearest one above our executable, or above the current folder.
pub fn repository() -> Option<PathBuf> {
    const LABS: &str = "labs/programs/Cargo.toml";
    let named = std::env::var_os("WIRELAB_COURSE").map(PathBuf::from);
    let named = named.filter(|folder| folder.join(LABS).is_file());
    named.or_else(|| above(LABS))
}

/// The folder of programs that our executable is in, when cargo built it there: `target/debug`. For a test,
/// which lies in `deps`, one up. `None` for an installed program.
pub fn beside_us() -> Option<PathBuf> {
    let executable = std::env::current_exe().ok()?;
    let folder = executable.parent()?;
    let folder = match folder.ends_with("deps") {
        true => folder.parent()?,
        false => folder,
    };
    // Cargo keeps its notes beside what it builds.
    let built = folder.join(".fingerprint").is_dir();
    built.then(|| folder.to_path_buf())
}

/// Whether this folder is a workbench that `wirelab init` made.
pub fn is_marked(folder: &Path) -> bool {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml"));
    manifest.is_ok_and(|text| text.lines().any(|line| line.trim() == MARK))
}

/// The nearest folder above our executable, or above the current folder, that has this file.
fn above(file: &str) -> Option<PathBuf> {
    let starts = [std::env::current_exe().ok(), std::env::current_dir().ok()];
    let mut folders = starts.iter().flatten().flat_map(|start| start.ancestors());
    folders
        .find(|folder| folder.join(file).is_file())
        .map(Path::to_path_buf)
}
