//! What graders read: the formats of `check`, and the table of a class.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::{WIRELAB, badpeer, have};

/// A folder with an empty workbench, gone after the test.
struct Course(PathBuf);

impl Course {
    fn new(name: &str) -> Course {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("graders-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("labs/workbench/src/bin")).expect("a folder");
        fs::write(path.join("labs/workbench/Cargo.toml"), "").expect("a file");
        Course(path)
    }

    /// Exit code, stdout, stderr.
    fn run(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(WIRELAB);
        command.args(words).env("WIRELAB_COURSE", &self.0);
        command.env("GITHUB_STEP_SUMMARY", self.0.join("summary.md"));
        command.current_dir(&self.0).stdin(Stdio::null());
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().expect("wirelab starts");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (status.code(), text(stdout), text(stderr))
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}

impl Drop for Course {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn good() -> String {
    format!("'{}' good {{addr}}", badpeer())
}

fn single_read() -> String {
    format!("'{}' single-read {{addr}}", badpeer())
}

/// What Python's own reader makes of a JSON document; nothing where there is no Python.
fn json_says(text: &str, expression: &str) -> Option<String> {
    if !have(&["python3"]) {
        return None;
    }
    let program = format!("import json, sys\nd = json.loads(sys.argv[1])\nprint({expression})");
    let output = Command::new("python3")
        .args(["-c", &program, text])
        .output();
    let output = output.expect("python3 starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{text}");
    Some(
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_string(),
    )
}

#[test]
fn every_format_tells_the_same() {
    let course = Course::new("formats");
    let server = single_read();
    let check = ["check", "9", "--server", &server];
    let (ended, text, _) = course.run(&[&check[..], &["--report", "r.json"]].concat());
    assert_eq!(ended, Some(1), "{text}");
    assert!(text.starts_with("FAIL lab 09 · "), "{text}");
    let json = course.read("r.json");
    for (expression, expected) in [
        (
            "d['format'], d['passed'], d['failed'], d['not_checked']",
            "1 0 1 0",
        ),
        (
            "d['checks'][0]['lab'], d['checks'][0]['side'], d['checks'][0]['code']",
            "9 server W18",
        ),
        (
            "d['checks'][0]['status'], d['checks'][0]['mistake']",
            "failed single-read",
        ),
        (
            "d['checks'][0]['runs'][0]['status'], d['checks'][0]['runs'][0]['weather']",
            "passed calm",
        ),
        ("d['checks'][0]['output'].startswith('FAIL lab 09')", "True"),
    ] {
        if let Some(said) = json_says(&json, expression) {
            assert_eq!(said, expected, "{expression}");
        }
    }
    let printed = |format: &str| {
        let (ended, text, _) = course.run(&[&check[..], &["--format", format]].concat());
        assert_eq!(ended, Some(1), "{text}");
        text
    };
    assert!(printed("json").starts_with("{\n  \"wirelab\": "));
    assert!(printed("junit").contains("type=\"W18\""));
    let page = printed("md");
    assert!(
        page.contains("| lab 09 server | failed | W18 single-read | "),
        "{page}"
    );
    assert!(
        course
            .read("summary.md")
            .contains("| lab 09 server | failed | W18 single-read | ")
    );
    let results = printed("gradescope");
    let test = "d['tests'][0]['name'], d['tests'][0]['score'], d['tests'][0]['max_score'], d['tests'][0]['status']";
    if let Some(said) = json_says(&results, test) {
        assert_eq!(said, "lab 09 server [W18 single-read] 0 1 failed");
    }
    let (ended, _, said) = course.run(&["check", "9", "--format", "yaml"]);
    assert_eq!(ended, Some(2));
    assert!(said.contains("text, json, md, junit, gradescope"), "{said}");
}

#[test]
fn the_labs_that_are_named_are_graded_and_the_rest_of_them_counts_nothing() {
    let course = Course::new("labs");
    let server = good();
    course.run(&["check", "9", "--server", &server]);
    let words = [
        "check",
        "--labs",
        "8-9,12",
        "--report",
        "r.json",
        "--format",
        "gradescope",
    ];
    let (ended, text, _) = course.run(&words);
    assert_eq!(ended, Some(0), "{text}");
    assert!(
        text.ends_with("Left out, not started: client of labs 8 and 12\n"),
        "{text}"
    );
    let results = course.read("r.json");
    let scores = "d['score'], [(t['name'], t['score']) for t in d['tests']]";
    if let Some(said) = json_says(&results, scores) {
        let expected = "1 [('lab 09 server', 1), ('lab 08 client', 0), ('lab 12 client', 0)]";
        assert_eq!(said, expected);
    }
    for (labs, word) in [
        ("0", "0"),
        ("9-8", "9-8"),
        ("x", "x"),
        ("1-99", "1-99"),
        ("1,,2", ""),
    ] {
        let (ended, _, said) = course.run(&["check", "--labs", labs]);
        assert_eq!(ended, Some(2), "{labs}: {said}");
        assert!(said.contains(&format!("`{word}` is not one")), "{said}");
    }
    // Nothing is started: the report says so, and the exit code does.
    let empty = Course::new("nothing");
    let (ended, text, said) = empty.run(&["check", "--all", "--format", "gradescope"]);
    assert_eq!(ended, Some(3), "{said}");
    assert!(text.contains("\"score\": 0,"), "{text}");
}

/// A hidden conversation has neither its name nor its bytes in any output; the code is there.
#[test]
fn an_exam_tells_the_code_and_not_the_conversation() {
    if !have(&["python3"]) {
        return;
    }
    let course = Course::new("exam");
    // Right for what is printed, wrong for everything else.
    let server = "import os, socket\nhost, port = os.environ['WIRELAB_ADDR'].split(':')\n\
                  s = socket.create_server((host, int(port)))\nwhile True:\n  c = s.accept()[0]\n  \
                  try:\n    line = c.makefile('rb').readline()\n    if line.endswith(b'\\n'):\n      \
                  known = {b'0': b'? how many\\n', b'10': b'10 tacos, coming up\\n'}\n      \
                  c.sendall(known.get(line.split(b' ')[0], b'3 tacos, coming up\\n'))\n  \
                  except OSError: pass\n  c.close()\n";
    course.write("fixed.py", server);
    let check = [
        "check",
        "1",
        "--server",
        "python3 fixed.py",
        "--seed",
        "4711",
    ];
    let (ended, open, _) = course.run(&check);
    assert_eq!(ended, Some(1), "{open}");
    assert!(open.contains("-fresh"), "{open}");
    let line = open.lines().find(|line| line.starts_with(" - S> "));
    let hidden = line
        .and_then(|line| line.strip_prefix(" - S> "))
        .expect("the line that was due");
    for format in ["text", "json", "md", "junit", "gradescope"] {
        let (ended, text, _) = course.run(&[&check[..], &["--exam", "--format", format]].concat());
        assert_eq!(ended, Some(1), "{text}");
        for secret in [hidden, "fresh\"", "-fresh", "4711"] {
            let told = text.contains(secret) && !(format == "json" && secret == "fresh\"");
            assert!(!told, "{format} tells {secret}: {text}");
        }
        assert!(text.contains("hidden"), "{format}: {text}");
    }
    assert!(
        !course
            .0
            .join("target/wirelab/lab01-server-got.wire")
            .exists()
            || open.contains("got.wire")
    );
}

/// Thirty students, one report or bill each, and every kind of file that is none.
#[test]
fn a_class_is_one_table_and_bad_files_are_one_message_each() {
    let course = Course::new("class");
    let (good, bad) = (good(), single_read());
    course.run(&["check", "9", "--server", &bad, "--report", "stuck.json"]);
    let (ended, ..) = course.run(&["check", "9", "--server", &good, "--report", "passed.json"]);
    assert_eq!(ended, Some(0));
    let (ended, ..) = course.run(&["bill", "--name", "Maria", "--save", "maria.txt"]);
    assert_eq!(ended, Some(0));
    let (stuck, passed) = (course.read("stuck.json"), course.read("passed.json"));
    for number in 1..=30 {
        let report = if number <= 7 { &stuck } else { &passed };
        course.write(&format!("class/student{number:02}/report.json"), report);
    }
    course.write("class/maria.txt", course.read("maria.txt"));
    let (ended, text, said) = course.run(&["class", "class", "--html", "c.html", "--csv", "c.csv"]);
    assert_eq!((ended, &said[..]), (Some(0), ""), "{text}");
    assert!(
        text.starts_with("7 of 31 are stuck at W18 single-read, lab 9\n\nwho "),
        "{text}"
    );
    let row = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        let words = line.expect(name).split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("student01"), "student01 0 lab 9 W18");
    assert_eq!(row("student30"), "student30 9 15");
    assert_eq!(row("Maria"), "Maria 9 15");
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    let page = course.read("c.html");
    assert!(
        page.contains("<td class=\"n\">7</td><td>W18 single-read</td>"),
        "{page}"
    );
    assert_eq!(course.read("c.csv").lines().count(), 32);

    // And now the bad ones.
    let edited = stuck.replace("\"failed\": 1", "\"failed\": 0");
    let other = passed.replace("\"format\": 1", "\"format\": 2");
    course.write("class/edited.json", edited);
    course.write("class/other-version.json", other);
    course.write("class/cut.json", &passed[..passed.len() / 2]);
    course.write("class/no-report.json", "{\"score\": 3}\n");
    course.write("class/no-bill.txt", "hello\n");
    course.write("class/latin.txt", [0xe9, 0x0a]);
    course.write("class/twin/a.json", &passed);
    course.write("class/other/maria.txt", course.read("maria.txt"));
    course.write("class/\u{1b}[31mred.json", &passed);
    let huge = fs::File::create(course.0.join("class/huge.json")).expect("a file");
    huge.set_len(100 << 20).expect("a sparse file");
    let (ended, text, said) = course.run(&["class", "class"]);
    assert_eq!(ended, Some(1), "{said}");
    for message in [
        "edited.json: the report was changed",
        "other-version.json: this report has the format 2",
        "cut.json: this is not JSON from byte ",
        "no-report.json: this is JSON, but not a report of wirelab",
        "no-bill.txt: this is not a bill",
        "latin.txt: this is not text in UTF-8",
        "huge.json: the file has more than 4194304 bytes",
        "maria.txt, other/maria.txt: students of one name, Maria: both are counted",
    ] {
        assert_eq!(said.matches(message).count(), 1, "{message}\n{said}");
    }
    assert_eq!(said.lines().count(), 8, "{said}");
    assert!(text.starts_with("7 of 34 are stuck"), "{text}");
    assert!(!(text + &said).contains('\u{1b}'), "no name moves a cursor");

    // A lab that this course does not have, as another course may have written it.
    let before = passed.split("  \"sha256\"").next().expect("a report");
    let before = before.replace("\"lab\": 9,", "\"lab\": 99,");
    let hash = wirelab::wire::sha256::hex(before.as_bytes());
    course.write(
        "other/new.json",
        format!("{before}  \"sha256\": \"{hash}\"\n}}\n"),
    );
    let (ended, text, said) = course.run(&["class", "other"]);
    assert_eq!(ended, Some(1));
    let expected = "wirelab: new.json: this course has no lab 99: its result is left out\n";
    assert_eq!(said, expected);
    assert!(text.contains("\nnew "), "{text}");

    let (ended, _, said) = course.run(&["class", "nowhere"]);
    assert_eq!(ended, Some(1));
    assert_eq!(said.lines().count(), 1, "{said}");
}
