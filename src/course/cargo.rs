//! The programs of the labs and of the workbench as files: where they lie, and how cargo makes them.
//!
//! Rule 1: a program is taken from beside our own executable; cargo is asked only when it is missing
//! or older than its source, so that a first `cargo lab 1` builds two programs and not fifty.
//! Rule 2: no path of the machine that compiled us is known here; the repository is found at run time.
//! Rule 3: what the compiler says about a learner's program is passed on word for word.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use super::catalogue::{Lab, Side};

/// Why a program is not there.
#[derive(Debug)]
pub enum BuildError {
    /// We do not run inside the repository, so nothing can be built.
    NoRepository {
        /// The program.
        program: String,
    },
    /// Cargo could not be started.
    NoCargo {
        /// What the system said.
        reason: String,
    },
    /// It does not compile. What the compiler said.
    Compiler {
        /// The program.
        program: String,
        /// Cargo's and the compiler's words, as they were.
        said: String,
    },
    /// The learner has not started this exercise.
    NotStarted {
        /// The file that is missing, from the repository's folder on.
        file: String,
        /// The lab.
        number: u8,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::NoRepository { program } => write!(
                f,
                "{program} is not built, and this is not the folder of the course: run `cargo lab` there"
            ),
            BuildError::NoCargo { reason } => write!(
                f,
                "cargo could not be started ({reason}): install Rust from https://rustup.rs, \
                 or put cargo on the PATH"
            ),
            BuildError::Compiler { program, said } => {
                write!(f, "{program} does not compile:\n{}", said.trim_end())
            }
            BuildError::NotStarted { file, number } => {
                write!(
                    f,
                    "{file} does not exist: `cargo lab start {number}` puts it there"
                )
            }
        }
    }
}

impl std::error::Error for BuildError {}

/// The folder of the repository: what `WIRELAB_COURSE` says; otherwise the nearest one above our
/// executable, or above the current folder, that has a workbench.
pub fn repository() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("WIRELAB_COURSE") {
        return Some(PathBuf::from(folder));
    }
    let executable = std::env::current_exe().ok();
    let current = std::env::current_dir().ok();
    let starts = [executable, current];
    let mut folders = starts.iter().flatten().flat_map(|start| start.ancestors());
    folders
        .find(|folder| folder.join("labs/workbench/Cargo.toml").is_file())
        .map(Path::to_path_buf)
}

/// The folder that a server of this lab serves, `labs/NN-slug/files`, where the lab has one: the
/// contract's `WIRELAB_ROOT`.
pub fn files_folder(lab: &Lab) -> Option<PathBuf> {
    let folder = repository()?.join("labs").join(lab.slug).join("files");
    folder.is_dir().then_some(folder)
}

/// The lab's own server and client (those of `sides`), built if need be, in the order of `sides`.
pub fn lab_programs(lab: &Lab, sides: &[Side]) -> Result<Vec<PathBuf>, BuildError> {
    let programs: Vec<String> = sides.iter().map(|&side| lab.program("lab", side)).collect();
    let here = repository();
    let changed = here.as_deref().and_then(|here| {
        let folder = here.join("labs").join(lab.slug);
        last_change(&[here.join("src"), folder])
    });
    let mut stale: Vec<&str> = programs.iter().map(String::as_str).collect();
    stale.retain(|program| is_stale(&beside_us(program), changed));
    if let Some(first) = stale.first() {
        let Some(here) = here else {
            let program = first.to_string();
            return Err(BuildError::NoRepository { program });
        };
        build(&here, &programs_folder(), &stale, "labs")?;
    }
    Ok(programs.iter().map(|program| beside_us(program)).collect())
}

/// The learner's program for one side of a lab, built if need be.
pub fn workbench_program(lab: &Lab, side: Side) -> Result<PathBuf, BuildError> {
    let program = lab.program("my", side);
    let source = workbench_source(&program);
    let here = repository().ok_or_else(|| BuildError::NoRepository {
        program: program.clone(),
    })?;
    if !here.join(&source).is_file() {
        return Err(BuildError::NotStarted {
            file: source,
            number: lab.number,
        });
    }
    // Always through cargo: the learner may use modules and packages that no time of a file shows.
    let folder = programs_folder_of(&here);
    build(&here, &folder, &[&program], "workbench")?;
    Ok(executable_in(&folder, &program))
}

/// `labs/workbench/src/bin/my09-server.rs`: where a learner's program stands in the repository.
pub fn workbench_source(program: &str) -> String {
    format!("labs/workbench/src/bin/{program}.rs")
}

/// Whether a program is missing, or was built before this time.
pub fn is_stale(program: &Path, changed: Option<SystemTime>) -> bool {
    let built = std::fs::metadata(program).and_then(|found| found.modified());
    built.map_or(true, |built| changed.is_some_and(|changed| changed > built))
}

/// When the last change was among these files; a folder stands for all files below it.
pub fn last_change(sources: &[PathBuf]) -> Option<SystemTime> {
    let mut last = None;
    let mut waiting = sources.to_vec();
    while let Some(path) = waiting.pop() {
        let Ok(found) = std::fs::metadata(&path) else {
            continue;
        };
        if found.is_dir() {
            let inside = std::fs::read_dir(&path).into_iter().flatten().flatten();
            waiting.extend(inside.map(|entry| entry.path()));
        } else {
            last = last.max(found.modified().ok());
        }
    }
    last
}

/// Where cargo puts programs: the folder of our own executable (one up for a test, which lies in `deps`).
fn programs_folder() -> PathBuf {
    let executable = std::env::current_exe().unwrap_or_default();
    let folder = executable.parent().unwrap_or(Path::new("")).to_path_buf();
    if folder.ends_with("deps") {
        return folder.parent().map(Path::to_path_buf).unwrap_or(folder);
    }
    folder
}

/// The same for the programs of this repository: when it is not the one that we were built in, they
/// must not come between those of ours.
fn programs_folder_of(here: &Path) -> PathBuf {
    let ours = programs_folder();
    let foreign = std::env::var_os("WIRELAB_COURSE").is_some() && !ours.starts_with(here);
    match ours.file_name() {
        Some(profile) if foreign => here.join("target").join(profile),
        _ => ours,
    }
}

fn beside_us(program: &str) -> PathBuf {
    executable_in(&programs_folder(), program)
}

fn executable_in(folder: &Path, program: &str) -> PathBuf {
    folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
}

/// `cargo build --quiet` for these programs, into this folder and with the profile that made us.
fn build(here: &Path, folder: &Path, programs: &[&str], package: &str) -> Result<(), BuildError> {
    let cargo = std::env::var_os("CARGO").unwrap_or(OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet"]).current_dir(here);
    command.args(["--package", package]);
    for program in programs {
        command.args(["--bin", program]);
    }
    if folder.ends_with("release") {
        command.arg("--release");
    }
    if let Some(target) = folder.parent() {
        command.arg("--target-dir").arg(target);
    }
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| BuildError::NoCargo {
        reason: error.to_string(),
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(BuildError::Compiler {
        program: programs.join(", "),
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}
