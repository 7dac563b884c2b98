//! Some hundred programs with one known mistake each, written from the READMEs of the labs: the check fails
//! each of them, and names its cause or none; and it passes the right programs from which they were made.
//! `cargo test wrong_programs::lab09` runs those of lab 9. That is one in five of the wrong ones: each starts an
//! interpreter many times. `cargo test --test labs wrong_programs -- --ignored` runs them all;
//! with `WIRELAB_PROGRAM=lab09-server.py:no`, those whose name has this in it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Condvar, Mutex, Once};

use crate::flaws::{Program, programs};
use crate::support::wrong::code;
use crate::support::{have, python, side_by_side};
use wirelab::check::Subject;
use wirelab::check::program::CommandLine;
use wirelab::course::{catalogue, plan_exercise_check};

/// The folder into which the programs are written; what they share is there, too.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wrong");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Writes a file, unless this stands in it: a program of another run of these tests may be reading it.
fn write(file: &Path, text: &str) {
    if std::fs::read_to_string(file).is_ok_and(|old| old == text) {
        return;
    }
    std::fs::write(file, text).expect("it can be written");
}

/// The command that runs a program, once its source is written, and compiled where that is needed; `None`
/// where its tool is not installed.
fn command(program: &Program) -> Option<CommandLine> {
    let name = program.name.replace(['.', ':'], "-");
    let file = folder().join(format!("{name}.{}", program.language));
    let tool = match program.language.as_str() {
        "py" => "python3",
        "js" => "node",
        "go" => "go",
        "rs" => "rustc",
        _ => "cc",
    };
    have(&[tool]).then_some(())?;
    write(&file, &program.source);
    let file = file.to_str().expect("a path in UTF-8").to_string();
    match tool {
        // `-S`: without the folders of installed packages, which takes half of its start.
        "python3" => return Some(CommandLine::of(Path::new(python()), &["-S", &file])),
        "node" => return Some(CommandLine::of(Path::new(tool), &[&file])),
        _ => {}
    }
    let built = folder().join(name);
    let mut compile = Command::new(tool);
    match tool {
        "go" => compile.arg("build"),
        "rustc" => compile.args(["--edition", "2024"]),
        _ => &mut compile,
    };
    let done = compile.arg("-o").arg(&built).arg(&file).output();
    let done = done.expect("the compiler runs");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{}: {said}", program.name);
    Some(CommandLine::of(&built, &[]))
}

/// What is wrong about the check of this program, if anything is.
fn complaint(program: &Program) -> Option<String> {
    let command = command(program)?;
    let lab = catalogue::lab(program.lab).expect("a lab");
    let plan = plan_exercise_check::plan_of(lab, program.side, Subject::Command(command), None, 1);
    let (code, text) = code(&plan.expect("a plan"));
    // For a comparison of several runs: `--nocapture` shows it.
    let headline = text.lines().next().unwrap_or_default();
    println!("{}: {code}: {headline}", program.name);
    let right = program.accepted.contains(&code);
    let wide = text.lines().any(|line| line.chars().count() > 80);
    let (name, cause, accepted) = (&program.name, &program.cause, &program.accepted);
    (!right || wide).then(|| format!("{name}: {cause}: got {code}, and not {accepted:?}\n{text}"))
}

/// How many programs are checked at once, in all tests together. Each is an interpreter that starts several
/// times: with more of them, each waits for a processor longer than for its peer.
static FREE_SLOTS: Mutex<usize> = Mutex::new(6);
static FREE: Condvar = Condvar::new();

/// Does something with one of the slots.
fn with_a_slot<R>(work: impl FnOnce() -> R) -> R {
    let slots = FREE_SLOTS.lock().expect("no panic at the count");
    let slots = FREE.wait_while(slots, |slots| *slots == 0);
    *slots.expect("no panic at the count") -= 1;
    let result = work();
    *FREE_SLOTS.lock().expect("no panic at the count") += 1;
    FREE.notify_one();
    result
}

/// The programs of one lab; of the wrong ones, one in so many.
fn check(lab: u8, one_in: usize) {
    static KIT: Once = Once::new();
    KIT.call_once(|| {
        let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/labs/wrong_programs/kit.py");
        let kit = std::fs::read_to_string(kit).expect("what the programs share");
        write(&folder().join("kit.py"), &kit);
    });
    let mut programs = programs();
    let only = std::env::var("WIRELAB_PROGRAM").unwrap_or_default();
    programs.retain(|program| program.lab == lab && program.name.contains(&only));
    let mut place = usize::from(lab);
    programs.retain(|program| {
        place += 1;
        !program.name.contains(':') || place.is_multiple_of(one_in)
    });
    let wrong = side_by_side(programs, |program| with_a_slot(|| complaint(&program)));
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

macro_rules! labs {
    ($($name:ident = $number:literal)*) => {
        $(#[test]
        fn $name() {
            check($number, 5);
        })*

        const LABS: &[u8] = &[$($number),*];
    };
}

labs! {
    lab01 = 1 lab02 = 2 lab03 = 3 lab04 = 4 lab05 = 5 lab06 = 6 lab07 = 7 lab08 = 8 lab09 = 9 lab10 = 10
    lab11 = 11 lab12 = 12 lab13 = 13 lab14 = 14 lab15 = 15 lab16 = 16 lab17 = 17 lab18 = 18 lab19 = 19
    lab20 = 20 lab21 = 21 lab22 = 22 lab23 = 23 lab24 = 24 lab25 = 25 lab26 = 26 lab27 = 27 lab28 = 28 lab29 = 29
    lab30 = 30
}

#[test]
#[ignore = "it takes a minute or two"]
fn every_program() {
    std::thread::scope(|scope| {
        catalogue::labs().for_each(|lab| drop(scope.spawn(move || check(lab.number, 1))));
    });
}

#[test]
fn the_set_is_large_and_every_lab_has_programs() {
    let programs = programs();
    let wrong = programs.iter().filter(|program| program.name.contains(':'));
    assert!(wrong.count() >= 150);
    for lab in catalogue::labs() {
        let of_lab = programs.iter().filter(|program| program.lab == lab.number);
        assert!(of_lab.count() > 1, "lab {}", lab.number);
        assert!(LABS.contains(&lab.number), "lab {} has no test", lab.number);
    }
}
