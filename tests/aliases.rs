//! `cargo lab` and `cargo exercise`, as .cargo/config.toml has them. They have a build profile of their own, so
//! the library is built once more, and only `.ci/run` runs this: `cargo test --test aliases -- --ignored`.

mod support;

use std::process::{Command, Output, Stdio};

use support::course_folder::{Course, SERVER_1, err, out};

/// `cargo lab` or `cargo exercise` in the clone, for a course folder.
fn alias(course: &Course, words: &[&str]) -> Output {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let mut command = Command::new(cargo);
    command.args(words).env("WIRELAB_COURSE", &course.0);
    // From a folder inside, as a learner may be.
    let inside = concat!(env!("CARGO_MANIFEST_DIR"), "/labs/01-three-tacos");
    command.current_dir(inside).stdin(Stdio::null());
    command.output().expect("cargo starts")
}

#[test]
#[ignore = "builds the library in the profile of `cargo lab`; .ci/run runs it"]
fn cargo_lab_is_the_program_and_says_nothing_more_when_nothing_is_built() {
    let course = Course::new("alias");
    let first = alias(&course, &["lab", "list"]);
    assert!(first.status.success(), "{}", err(&first));
    let again = alias(&course, &["lab", "list"]);
    assert_eq!(out(&again), out(&course.run(&["list"])));
    assert_eq!(without_cargos_lines(&again), "");
    let wrong = alias(&course, &["lab", "lunch"]);
    assert_eq!(wrong.status.code(), Some(2));
    let said = without_cargos_lines(&wrong);
    assert!(said.starts_with("wirelab: "), "{said}");
}

/// What a command said on stderr. Other tests use the same target folder: cargo may wait for one of them, and
/// says so.
fn without_cargos_lines(output: &Output) -> String {
    let cargos = ["Blocking waiting", "Compiling", "Finished"];
    let said = err(output);
    let own = said
        .lines()
        .filter(|line| !cargos.iter().any(|it| line.trim_start().starts_with(it)));
    own.collect::<Vec<_>>().join("\n")
}

/// `cargo exercise` for a course folder.
fn exercise(course: &Course, words: &[&str]) -> Output {
    alias(course, &[&["exercise"], words].concat())
}

#[test]
#[ignore = "builds the library in the profile of `cargo lab`; .ci/run runs it"]
fn exercises_are_run_side_by_side_and_a_broken_one_hides_no_other() {
    let course = Course::new("exercise");
    let nothing = exercise(&course, &[]);
    assert!(nothing.status.success(), "{}", err(&nothing));
    assert!(
        out(&nothing).contains("`cargo lab start 1`"),
        "{}",
        out(&nothing)
    );

    course.save("my01-server", SERVER_1);
    course.save("my02-server", "fn main() { tacos }");
    let output = exercise(&course, &[]);
    let said = out(&output);
    assert!(!output.status.success());
    assert!(said.contains("PASS lab 01"), "{said}");
    assert!(said.contains("cannot find value `tacos`"), "{said}");
    assert!(course.progress().contains("01-three-tacos server=passed"));

    let one = exercise(&course, &["--", "1"]);
    assert!(one.status.success(), "{}", out(&one));
}
