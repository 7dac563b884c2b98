//! `cargo lab` and `cargo exercise`: builds what is needed, says so when it takes long, and becomes it.
//!
//! `cargo run --quiet` alone says nothing, neither of a build nor of another cargo that it waits for. This
//! starter is built with a profile of its own, so in a folder that no other cargo locks. It asks cargo only
//! when a source is newer than the program.

#[path = "../../src/course/quiet_cargo.rs"]
mod quiet_cargo;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::SystemTime;

fn main() -> ExitCode {
    let mut words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let done = match words.first() {
        Some(first) if first == "--exercise" => exercise(words.split_off(1)),
        _ => lab(words),
    };
    done.unwrap_or_else(|error| {
        let _ = writeln!(io::stderr(), "cargo lab: {error}");
        ExitCode::FAILURE
    })
}

/// Builds `wirelab` if it is older than its sources, and becomes it.
fn lab(words: Vec<OsString>) -> io::Result<ExitCode> {
    let here = clone()?;
    let starter = std::env::current_exe()?;
    // target/launch/lab, and target/debug/wirelab beside it
    let target = starter.parent().and_then(Path::parent).unwrap_or(&here);
    let name = format!("wirelab{}", std::env::consts::EXE_SUFFIX);
    let program = target.join("debug").join(name);
    let built = fs::metadata(&program).and_then(|found| found.modified());
    let sources = [
        "src",
        "labs",
        "snapshots",
        "build.rs",
        "Cargo.toml",
        "Cargo.lock",
    ];
    let sources = sources.map(|name| here.join(name));
    if built.map_or(true, |built| last_change(sources.to_vec()) > Some(built)) {
        let mut build = cargo(&here);
        build.args(["build", "--bin", "wirelab"]);
        build.arg("--target-dir").arg(target);
        if let Some(failed) = run_quietly(&mut build)? {
            return Ok(failed);
        }
        // Cargo may find that the change concerns no part of it; then it is not asked again.
        let _ = File::options()
            .append(true)
            .open(&program)
            .and_then(|file| file.set_modified(SystemTime::now()));
    }
    become_it(Command::new(program).args(words))
}

/// Builds and runs the test of the workbench: every exercise that is started, or those of one lab.
fn exercise(words: Vec<OsString>) -> io::Result<ExitCode> {
    let here = clone()?;
    let test = ["test", "--package", "workbench", "--lib"];
    if let Some(failed) = run_quietly(cargo(&here).args(test).arg("--no-run"))? {
        return Ok(failed);
    }
    let words = words.iter().filter(|word| *word != "--");
    become_it(cargo(&here).args(test).args(["--quiet", "--"]).args(words))
}

/// The clone's folder, from what cargo tells each program that it runs.
fn clone() -> io::Result<PathBuf> {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let clone = own.and_then(|own| Some(own.parent()?.parent()?.to_path_buf()));
    clone.ok_or_else(|| io::Error::other("this program is started by `cargo lab`"))
}

fn cargo(here: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command.current_dir(here);
    command
}

/// Runs cargo; its exit code when it fails. A failure is always shown.
fn run_quietly(command: &mut Command) -> io::Result<Option<ExitCode>> {
    let mut shown = false;
    let mut show = |said: &[u8]| {
        shown = true;
        let _ = io::stderr().write_all(said);
    };
    let ended = quiet_cargo::run(command, io::stderr().is_terminal(), &mut show)?;
    if ended.status.success() {
        return Ok(None);
    }
    if !shown {
        io::stderr().write_all(&ended.said)?;
    }
    Ok(Some(code(ended.status.code())))
}

/// The last change among these files; a folder stands for all files below it. The learner's own programs
/// are no part of `wirelab`.
fn last_change(mut waiting: Vec<PathBuf>) -> Option<SystemTime> {
    let mut last = None;
    while let Some(path) = waiting.pop() {
        let Ok(found) = fs::metadata(&path) else {
            continue;
        };
        if !found.is_dir() {
            last = last.max(found.modified().ok());
        } else if !path.ends_with("labs/workbench") {
            let inside = fs::read_dir(&path).into_iter().flatten().flatten();
            waiting.extend(inside.map(|entry| entry.path()));
        }
    }
    last
}

/// Ends as this command ends. On Unix the process becomes it, so that Ctrl-C and signals reach it.
fn become_it(command: &mut Command) -> io::Result<ExitCode> {
    #[cfg(unix)]
    return Err(std::os::unix::process::CommandExt::exec(command));
    #[cfg(not(unix))]
    Ok(code(command.status()?.code()))
}

fn code(code: Option<i32>) -> ExitCode {
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
