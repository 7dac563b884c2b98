//! The learner's way in any language: the stubs, the command that is remembered, `watch` with a command.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

use crate::support::wrong::without_patience;
use crate::support::{WIRELAB, badpeer, bin, have, python, side_by_side};
use wirelab::check::program::CommandLine;
use wirelab::check::{Plan, Subject, report};
use wirelab::course::catalogue::{self, Lab, Language, Side};
use wirelab::course::{locate_and_build_programs, plan_exercise_check};

/// A course folder with an empty workbench, gone after the test.
struct Course(PathBuf);

impl Course {
    fn new(name: &str) -> Course {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("languages-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("labs/workbench/src/bin")).expect("a folder");
        fs::write(path.join("labs/workbench/Cargo.toml"), "").expect("a file");
        Course(path)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(WIRELAB);
        command.args(words).env("WIRELAB_COURSE", &self.0);
        command.current_dir(&self.0).stdin(Stdio::null());
        command
    }

    /// The exit code, and all that it said.
    fn told(&self, words: &[&str]) -> (Option<i32>, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(words).output().expect("wirelab starts");
        let text = [stdout, stderr].concat();
        (status.code(), String::from_utf8_lossy(&text).into_owned())
    }

    fn progress(&self) -> String {
        fs::read_to_string(self.0.join("labs/workbench/progress.txt")).unwrap_or_default()
    }
}

impl Drop for Course {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Compilers of C warn of nothing in a stub.
#[test]
fn the_stubs_in_c_compile_without_a_warning() {
    if !have(&["cc"]) {
        return;
    }
    let of_lab = |(lab, side): (&'static Lab, Side)| {
        let stub = lab.stub_in(side, Language::C)?;
        let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join("warnings");
        fs::create_dir_all(&own).expect("a folder");
        let file = own.join(format!("{}-{}.c", lab.slug, side.word()));
        fs::write(&file, stub).expect("a file");
        let mut compile = Command::new("cc");
        let compile = compile
            .args(["-Wall", "-Wextra", "-fsyntax-only"])
            .arg(&file);
        let said = compile.output().expect("cc starts").stderr;
        (!said.is_empty()).then(|| String::from_utf8_lossy(&said).into_owned())
    };
    let warnings = side_by_side(exercises(), of_lab);
    let warnings: Vec<String> = warnings.into_iter().flatten().collect();
    assert!(warnings.is_empty(), "{}", warnings.join("\n"));
}

/// Every lab and side that has an exercise.
fn exercises() -> Vec<(&'static Lab, Side)> {
    let of = |lab: &'static Lab| lab.exercises().into_iter().map(move |side| (lab, side));
    catalogue::labs().flat_map(of).collect()
}

/// The first lines of a report, up to the empty one: verdict, code and conversation, without the column.
fn headline(report: &str) -> String {
    let lines = report.lines().skip_while(|line| !line.starts_with("FAIL"));
    let words = lines.take_while(|line| !line.is_empty());
    let words: Vec<&str> = words.flat_map(str::split_whitespace).collect();
    words.join(" ")
}

/// Stubs that fail in another way, which is natural in their language.
const OTHERWISE: [(&str, Language); 2] = [
    // Node reads before the program does, so it cannot leave the order unread: it answers too early.
    ("05-server", Language::Node),
    // In C a text ends at its first NUL; the others find that a picture is no text.
    ("07-server", Language::C),
];

/// What a check of this stub finds first, without a look for the cause: its verdict.
fn verdict(lab: &Lab, side: Side, language: Language) -> String {
    let file = format!("start-{}.{}", side.word(), language.extension());
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("labs");
    let source = source.join(lab.slug).join(file);
    let text = source.display().to_string();
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(lab.slug);
    let line = match language {
        Language::Python => CommandLine::of(Path::new(python()), &[&text]),
        Language::Node => CommandLine::of(Path::new("node"), &[&text]),
        other => {
            let program = locate_and_build_programs::compiled(&place, &source, other);
            CommandLine::of(&program.expect("it compiles"), &[])
        }
    };
    let plan = plan_exercise_check::plan_of(lab, side, Subject::Command(line), None, 1);
    let plan = Plan {
        triage: false,
        ..plan.expect("a plan")
    };
    let report = plan.run().unwrap_or_else(|error| panic!("{text}: {error}"));
    match report.failure() {
        Some((run, failure)) => report::headline_of(run, failure, side),
        None => "passed".to_string(),
    }
}

/// Starts each stub of this language, and checks it: it must fail as the one in Rust does.
fn stubs_teach(language: Language, tool: &str) {
    if !have(&[tool]) {
        return;
    }
    // One language after the other, so that no program waits long for a processor.
    static ONE: Mutex<()> = Mutex::new(());
    let _turn = ONE.lock();
    let wrong = side_by_side(exercises(), |(lab, side)| {
        lab.stub_in(side, language)?;
        let name = format!("{:02}-{}", lab.number, side.word());
        let got = without_patience(lab, &verdict(lab, side, language));
        let snapshot = format!("tests/labs/snapshots/labs__checks__start{name}.snap");
        let rust =
            fs::read_to_string(&snapshot).unwrap_or_else(|error| panic!("{snapshot}: {error}"));
        let rust = headline(&rust);
        let is_other = OTHERWISE.contains(&(&name[..], language));
        let same = rust.starts_with(&format!("FAIL lab {:02} · {got}", lab.number));
        let teaches = got != "passed" && (same || is_other);
        let word = language.word();
        (!teaches).then(|| format!("{name} in {word}: {got}\n  in Rust: {rust}"))
    });
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// From `start` to the report, in each language that is here.
#[test]
fn a_stub_is_started_and_its_mistake_is_named() {
    let tools = ["", "python3", "node", "go", "cc"];
    for (language, tool) in Language::ALL.into_iter().zip(tools).skip(1) {
        if !have(&[tool]) {
            continue;
        }
        let (word, extension) = (language.word(), language.extension());
        let course = Course::new(word);
        for (lab, code) in [("2", "[W18 single-read]"), ("9", "[W07 status-line]")] {
            let (started, said) = course.told(&["start", lab, "--lang", word]);
            let file = format!("labs/workbench/src/bin/my0{lab}-server.{extension}");
            assert_eq!(started, Some(0), "{said}");
            assert!(
                said.contains(&format!("{file} is your server now")),
                "{said}"
            );
            assert!(course.0.join(file).is_file());
            let (ended, report) = course.told(&["check", lab]);
            assert_eq!(ended, Some(1), "{report}");
            assert!(headline(&report).contains(code), "{word}: {report}");
        }
    }
}

#[test]
fn the_stubs_in_python_fail_as_those_in_rust_do() {
    stubs_teach(Language::Python, "python3");
}

#[test]
fn the_stubs_in_node_fail_as_those_in_rust_do() {
    stubs_teach(Language::Node, "node");
}

#[test]
fn the_stubs_in_go_fail_as_those_in_rust_do() {
    stubs_teach(Language::Go, "go");
}

#[test]
fn the_stubs_in_c_fail_as_those_in_rust_do() {
    stubs_teach(Language::C, "cc");
}

#[test]
fn no_exercise_lacks_its_stubs() {
    for (lab, side) in exercises() {
        for language in Language::ALL {
            let stub = lab.stub_in(side, language);
            let (slug, side, name) = (lab.slug, side.word(), language.name());
            let stub = stub.unwrap_or_else(|| panic!("{slug}: no {side} in {name}"));
            let first = stub.lines().next().unwrap_or_default();
            let begins = format!("Lab {} · your ", lab.number);
            assert!(first.contains(&begins), "{slug} {name}: {first}");
            let check = format!("cargo lab check {}", lab.number);
            assert!(stub.contains(&check), "{slug} {name} names no check");
        }
    }
}

#[test]
fn a_language_without_a_stub_is_one_message() {
    let course = Course::new("unknown");
    let (ended, said) = course.told(&["start", "1", "--lang", "cobol"]);
    let expected =
        "wirelab: there are no stubs in `cobol`: LANG is one of rust, python, node, go, c\n";
    assert_eq!((ended, &said[..]), (Some(2), expected));
}

#[test]
fn the_last_command_is_taken_again() {
    let course = Course::new("last");
    let server = format!("'{}' {{addr}}", bin("lab09-server").display());
    let again = format!("lab 09 is checked with `{server}`, as last time\n");
    let (ended, said) = course.told(&["check", "9", "--server", &server]);
    assert_eq!(ended, Some(0), "{said}");
    assert!(!said.contains("as last time"), "{said}");

    let (ended, said) = course.told(&["check", "9"]);
    assert_eq!(ended, Some(0), "{said}");
    assert!(said.starts_with(&again), "{said}");

    let (ended, said) = course.told(&["check", "--all"]);
    assert_eq!(ended, Some(0), "{said}");
    assert!(said.starts_with(&again), "{said}");
    let words: Vec<&str> = said.split_whitespace().collect();
    let words = words.join(" ");
    // Lab 9's server is not among them, and further labs follow both.
    for left_out in [
        "Left out, not started: server of labs 1 to 3, 5, 7, 10, 11 and 15 to ",
        "; client of labs 1, 4, 6, 8, 11 to 14",
    ] {
        assert!(words.contains(left_out), "{said}");
    }

    // The bill takes the same command, and sees that it is the course's own program.
    let (ended, said) = course.told(&["bill"]);
    assert_eq!(ended, Some(1), "{said}");
    let own = "left out: 09-smallest-answer server: it is the course's own program";
    assert!(said.contains(own), "{said}");

    // Without a command the option means the workbench; there is nothing yet, and that is not kept.
    let (ended, said) = course.told(&["check", "9", "--server"]);
    assert_eq!(ended, Some(3), "{said}");
    assert!(said.contains("`cargo lab start 9` puts it there"), "{said}");
    assert!(course.progress().contains(" server-last="));

    // Starting the exercise anew makes the workbench's program the one that counts.
    let (ended, said) = course.told(&["start", "9", "--lang", "py"]);
    assert_eq!(ended, Some(0), "{said}");
    assert!(
        said.contains("\n  python3 labs/workbench/src/bin/my09-server.py\n"),
        "{said}"
    );
    let progress = course.progress();
    assert!(!progress.contains(" server-last="), "{progress}");
    assert!(progress.contains(" server-in=python"), "{progress}");
}

/// `check 1 --client` takes that side of the workbench, as the stubs and the READMEs say.
#[test]
fn an_option_without_a_command_takes_that_side_of_the_workbench() {
    if !have(&["python3"]) {
        return;
    }
    let course = Course::new("side");
    let (_, said) = course.told(&["start", "1", "--lang", "python"]);
    for (words, side) in [
        (["check", "1", "--client"], "client"),
        (["check", "1", "--server"], "server"),
        (["check", "--client", "1"], "client"),
    ] {
        let (ended, report) = course.told(&words);
        assert_eq!(ended, Some(1), "{said}\n{report}");
        let first = report.lines().next().unwrap_or_default();
        assert!(
            first.contains(&format!("the {side}'s ")),
            "{words:?}: {first}"
        );
        assert_eq!(report.matches("FAIL ").count(), 1, "{words:?}: {report}");
    }
    let (ended, report) = course.told(&["check", "1"]);
    assert_eq!(
        (ended, report.matches("FAIL ").count()),
        (Some(1), 2),
        "{report}"
    );
}

#[test]
fn watch_takes_a_command_and_looks_at_its_files() {
    let course = Course::new("watch");
    let script = course.0.join("server.sh");
    let write = |program: String| {
        let beside = course.0.join("server.new");
        fs::write(&beside, format!("exec {program} \"$1\"\n")).expect("a file");
        fs::rename(&beside, &script).expect("it gets its name");
    };
    write(format!("'{}' says-nothing", badpeer()));
    let mut watch = course.command(&["watch", "9", "--server", "sh server.sh {addr}"]);
    let watch = watch.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut watch = watch.spawn().expect("wirelab starts");
    let stdout = watch.stdout.take().expect("stdout is piped");
    let mut said = Vec::new();
    for line in BufReader::new(stdout).lines() {
        let line = line.expect("UTF-8");
        if line.starts_with("watching `sh server.sh {addr}` for lab 9") {
            write(format!("'{}'", bin("lab09-server").display()));
        }
        said.push(line);
    }
    assert!(watch.wait().expect("it ends").success(), "{said:#?}");
    let verdicts = said.iter().filter_map(|line| line.get(..11));
    let verdicts: Vec<&str> = verdicts.filter(|words| words.ends_with("lab 09")).collect();
    assert_eq!(verdicts, ["FAIL lab 09", "PASS lab 09"], "{said:#?}");
    assert!(
        course
            .progress()
            .contains("server-by=sh%20server.sh%20{addr}")
    );
}
