//! The programs of the labs and of the workbench as files: their places, and how cargo or another compiler
//! builds them.
//!
//! Rule 1: a program is taken from the folder of our own executable. Cargo runs only if the program is missing
//! or older than its source. So a first `cargo lab 1` builds two programs and not fifty.
//! Rule 2: the compiler's messages about a learner's program are passed on unchanged.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::SystemTime;

use super::built_from::BuiltFrom;
use super::catalogue::{Lab, Language, Side};
use super::locations::{self, Workbench};
use super::quiet_cargo;

/// Why a program is not there.
#[derive(Debug)]
pub enum BuildError {
    /// It is built in the clone of the course or in a workbench, and we are in neither.
    Nowhere {
        /// The program.
        program: String,
    },
    /// Cargo could not be started.
    NoCargo {
        /// What the system said.
        reason: String,
    },
    /// The compiler of another language could not be started.
    NoCompiler {
        /// Its name.
        compiler: &'static str,
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
        /// The file that is missing, from the folder of the course on.
        file: String,
        /// The lab.
        number: u8,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Nowhere { program } => write!(
                f,
                "{program} is missing: this folder is not in a clone of the course and not in a workbench; `wirelab \
                 init DIR` makes a workbench"
            ),
            BuildError::NoCargo { reason } => write!(
                f,
                "cargo could not be started ({reason}): install Rust from https://rustup.rs, \
                 or put cargo on the PATH"
            ),
            BuildError::NoCompiler { compiler, reason } => write!(
                f,
                "{compiler} could not be started ({reason}): install it, or put it on the PATH"
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

/// The lab's own server and client (those of `sides`), built if need be, in the order of `sides`.
pub fn lab_programs(lab: &Lab, sides: &[Side]) -> Result<Vec<PathBuf>, BuildError> {
    let programs = sides.iter().map(|&side| lab.program("lab", side)).collect();
    built_programs(lab, programs)
}

/// The exercise's server as the learner gets it, built if need be.
pub fn stub_server(lab: &Lab) -> Result<PathBuf, BuildError> {
    let program = lab.program("start", Side::Server);
    let mut paths = built_programs(lab, vec![program.clone()])?;
    paths.pop().ok_or(BuildError::Nowhere { program })
}

fn built_programs(lab: &Lab, programs: Vec<String>) -> Result<Vec<PathBuf>, BuildError> {
    let here = locations::repository();
    let folder = locations::beside_us().or_else(|| Some(here.as_ref()?.join("target/debug")));
    let Some(folder) = folder else {
        let program = programs.into_iter().next().unwrap_or_default();
        return Err(BuildError::Nowhere { program });
    };
    let of_lab = here.as_deref().map(|here| here.join("labs").join(lab.slug));
    let sources = of_lab.as_deref().map(rust_files).unwrap_or_default();
    let built_from: Vec<BuiltFrom> = programs
        .iter()
        .map(|program| BuiltFrom::of(&executable_in(&folder, program), &sources))
        .collect();
    built_from.iter().for_each(BuiltFrom::show_change);
    let changed = here
        .as_deref()
        .zip(of_lab)
        .and_then(|(here, of_lab)| last_change(&[here.join("src"), of_lab]));
    let mut stale: Vec<&str> = programs.iter().map(String::as_str).collect();
    stale.retain(|program| is_stale(&executable_in(&folder, program), changed));
    if let Some(first) = stale.first() {
        let Some(here) = here else {
            let program = first.to_string();
            return Err(BuildError::Nowhere { program });
        };
        build(&here, &folder, &stale, "labs")?;
    }
    built_from.iter().for_each(BuiltFrom::note);
    let paths = programs.iter().map(|name| executable_in(&folder, name));
    Ok(paths.collect())
}

/// The learner's program for one side of a lab, built if need be.
pub fn workbench_program(lab: &Lab, side: Side) -> Result<PathBuf, BuildError> {
    let program = lab.program("my", side);
    let Some(workbench) = locations::workbench() else {
        return Err(BuildError::Nowhere { program });
    };
    let source = workbench.source(&program);
    if !workbench.root.join(&source).is_file() {
        return Err(BuildError::NotStarted {
            file: source,
            number: lab.number,
        });
    }
    // Always through cargo: the learner may use modules and packages that no time of a file shows.
    let folder = folder_of(&workbench);
    let sources = [workbench.root.join(&source)];
    let built_from = BuiltFrom::of(&executable_in(&folder, &program), &sources);
    built_from.show_change();
    build(&workbench.root, &folder, &[&program], "workbench")?;
    built_from.note();
    Ok(executable_in(&folder, &program))
}

/// The program of this source in Go or C, compiled into a folder of its language in `target/` of the workbench's
/// root. It gets its name when it is whole: another check may run the old one.
pub fn compiled(root: &Path, source: &Path, language: Language) -> Result<PathBuf, BuildError> {
    let folder = root.join("target").join(language.word());
    let name = source.file_stem().unwrap_or_default().to_string_lossy();
    let program = executable_in(&folder, &name);
    let beside = executable_in(&folder, &format!("{name}.new-{}", std::process::id()));
    let (compiler, words): (&'static str, &[&str]) = match language {
        Language::Go => ("go", &["build", "-o"]),
        _ => ("cc", &["-Wall", "-pthread", "-o"]),
    };
    let failed = |error: std::io::Error| BuildError::NoCompiler {
        compiler,
        reason: error.to_string(),
    };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let mut command = Command::new(compiler);
    command.args(words).arg(&beside).arg(source);
    let output = command.stdin(Stdio::null()).output().map_err(failed)?;
    if !output.status.success() {
        return Err(BuildError::Compiler {
            program: name.into_owned(),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        });
    }
    std::fs::rename(&beside, &program).map_err(failed)?;
    Ok(program)
}

/// The Rust files in a folder, sorted.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .collect();
    files.sort();
    files
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

/// Where cargo puts the programs of this workbench: beside us when we are of the same clone, so that
/// nothing is built twice; otherwise into a folder of its own, so that they come between no others.
fn folder_of(workbench: &Workbench) -> PathBuf {
    let named = std::env::var_os("WIRELAB_COURSE").is_some();
    let ours = locations::beside_us()
        .filter(|ours| workbench.in_clone && (!named || ours.starts_with(&workbench.root)));
    ours.unwrap_or_else(|| workbench.root.join("target/debug"))
}

fn executable_in(folder: &Path, program: &str) -> PathBuf {
    folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
}

/// `cargo build` for these programs, into this folder and with the profile that made us.
fn build(here: &Path, folder: &Path, programs: &[&str], package: &str) -> Result<(), BuildError> {
    let cargo = std::env::var_os("CARGO").unwrap_or(OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.arg("build").current_dir(here);
    command.args(["--package", package]);
    for program in programs {
        command.args(["--bin", program]);
    }
    let profile = folder.file_name().filter(|name| *name != "debug");
    command
        .arg("--profile")
        .arg(profile.unwrap_or("dev".as_ref()));
    if let Some(target) = folder.parent() {
        command.arg("--target-dir").arg(target);
    }
    let progress = PROGRESS.get().copied().unwrap_or_default();
    let mut rest = String::new();
    let mut shown = false;
    let mut show = |said: &[u8]| {
        shown = true;
        rest.push_str(&String::from_utf8_lossy(said));
        let whole = rest.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let lines: String = rest.drain(..whole).collect();
        let lines = lines.split_inclusive(['\n', '\r']);
        lines.filter(|line| is_status(line)).for_each(progress.show);
    };
    let ended = quiet_cargo::run(&mut command, progress.terminal, &mut show);
    if shown && progress.terminal {
        // A bar of cargo's may still be there.
        (progress.show)("\x1b[K");
    }
    let ended = ended.map_err(|error| BuildError::NoCargo {
        reason: error.to_string(),
    })?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.said).into_owned();
    let said = said.split_inclusive(['\n', '\r']);
    Err(BuildError::Compiler {
        program: programs.join(", "),
        said: said.filter(|line| !is_status(line)).collect(),
    })
}

/// Where cargo's own words go when a build takes long.
#[derive(Clone, Copy)]
pub struct BuildProgress {
    /// Whether a person looks at a terminal there.
    pub terminal: bool,
    /// Takes a line, or what is drawn over it.
    pub show: fn(&str),
}

impl Default for BuildProgress {
    fn default() -> BuildProgress {
        BuildProgress {
            terminal: false,
            show: |_| {},
        }
    }
}

static PROGRESS: OnceLock<BuildProgress> = OnceLock::new();

/// Says once in a process where the progress of builds is shown; before that, nowhere.
pub fn show_progress(progress: BuildProgress) {
    let _ = PROGRESS.set(progress);
}

/// Whether a line of cargo's says what it does (`   Compiling wirelab v0.1.0`), and is no message of the
/// compiler's. Its verbs end at column 12.
fn is_status(line: &str) -> bool {
    let line = line.trim_start_matches("\x1b[K");
    let Some((verb, rest)) = line.split_at_checked(12) else {
        return false;
    };
    let word = verb.trim_start();
    let is_verb = word.len() > 3 && word.chars().all(|letter| letter.is_ascii_alphabetic());
    is_verb && rest.starts_with(' ') && word.starts_with(|first: char| first.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_words_are_told_from_the_compilers() {
        for line in [
            "   Compiling workbench v0.1.0 (/x)\n",
            "    Blocking waiting for file lock on build directory\n",
            "\x1b[K    Building [====>   ] 1/3: wirelab\r",
            "    Finished `dev` profile in 1s\n",
        ] {
            assert!(is_status(line), "{line:?}");
        }
        for line in [
            "error[E0425]: cannot find value `tacos` in this scope\n",
            " --> labs/workbench/src/bin/my01-server.rs:1:13\n",
            "1 | fn main() { tacos }\n",
            "  |             ^^^^^ not found in this scope\n",
            "error: could not compile `workbench` due to 1 previous error\n",
            "\n",
        ] {
            assert!(!is_status(line), "{line:?}");
        }
    }
}
