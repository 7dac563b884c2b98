//! CONTRIBUTING.md is true: a lab, a diagnosis and a probe case are added to a copy of the course by its
//! steps, and appear where they should. It builds the copy, so only `.ci/run` runs it:
//! `cargo test --test contributing -- --ignored`.
#![cfg(unix)]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use support::{Server, badpeer, bin};
use wirelab::course::catalogue;

/// The number of the lab that is added: the one after the last.
fn number() -> String {
    (catalogue::labs().map(|lab| lab.number).max().unwrap_or(0) + 1).to_string()
}

fn slug() -> String {
    number() + "-four-tacos"
}

/// A copy of the course, gone after the test.
struct Course(PathBuf);

impl Course {
    fn copy() -> Course {
        let course = Course(Path::new(env!("CARGO_TARGET_TMPDIR")).join("contributing"));
        let _ = fs::remove_dir_all(&course.0);
        fs::create_dir_all(&course.0).expect("a folder");
        let parts = ["src", "labs", "snapshots", "benches", "tests", ".cargo"];
        let files = ["Cargo.toml", "Cargo.lock", "build.rs", "README.md"];
        let mut copy = Command::new("cp");
        copy.arg("-r").args(parts).args(files).arg(&course.0);
        copy.current_dir(env!("CARGO_MANIFEST_DIR"));
        assert!(copy.status().expect("cp starts").success());
        course
    }

    /// Changes a file of the course, which CONTRIBUTING.md must name for this.
    fn change(&self, file: &str, named: &str, new: impl FnOnce(String) -> String) {
        let guide = include_str!("../CONTRIBUTING.md");
        assert!(
            guide.contains(named),
            "CONTRIBUTING.md does not name {named}"
        );
        let path = self.0.join(file);
        let old = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, new(old)).unwrap_or_else(|error| panic!("{file}: {error}"));
    }

    /// `cargo run -- WORDS` in the copy.
    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        command
            .args(["run", "--quiet", "--bin", "wirelab", "--"])
            .args(words);
        command.current_dir(&self.0).stdin(Stdio::null());
        command
            .env_remove("WIRELAB_COURSE")
            .env("CARGO_TARGET_DIR", self.0.join("target"));
        command.output().expect("cargo starts")
    }

    fn says(&self, words: &[&str], expected: &str) -> String {
        let output = self.run(words);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(
            said.contains(expected),
            "{words:?}: no {expected:?} in\n{said}"
        );
        said
    }
}

impl Drop for Course {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What is lab 1's in a text becomes the new lab's.
fn renumbered(text: &str) -> String {
    let number = number();
    let text = text
        .replace("01-three-tacos", &slug())
        .replace("Three tacos", "Four tacos");
    let text = text.replace("Lab 1 ", &format!("Lab {number} "));
    let text = text.replace("lab01", &format!("lab{number}"));
    let text = text.replace("start01", &format!("start{number}"));
    text.replace("8001", &format!("80{number}"))
}

fn add_lab(course: &Course) {
    let lab = course.0.join("labs").join(slug());
    let mut copy = Command::new("cp");
    copy.arg("-r")
        .arg(course.0.join("labs/01-three-tacos"))
        .arg(&lab);
    assert!(copy.status().expect("cp starts").success());
    course.change("labs/syllabus.txt", "`labs/syllabus.txt`", |text| {
        let row = format!("{} 9293: 2.2\n", slug());
        match text.split_once("\ntrack") {
            Some((labs, tracks)) => format!("{labs}\n{row}\ntrack{tracks}"),
            None => text + &row,
        }
    });
    for entry in fs::read_dir(&lab).expect("the lab").flatten() {
        if entry.path().is_file() {
            let text = fs::read_to_string(entry.path()).expect("text");
            fs::write(entry.path(), renumbered(&text)).expect("a file");
        }
    }
    fs::remove_dir_all(lab.join("wrong")).expect("lab 1 has wrong answers");
    course.change(
        "labs/programs/Cargo.toml",
        "`labs/programs/Cargo.toml`",
        |text| {
            let own = text.lines().filter(|line| line.contains("01-three-tacos"));
            let own: String = own.map(|line| renumbered(line) + "\n").collect();
            text.replacen("\n]\n", &format!("\n{own}]\n"), 1)
        },
    );
    let text = fs::read_to_string(course.0.join("snapshots/lab01-three-tacos.snap"));
    let name = format!("snapshots/lab{}.snap", slug());
    course.change(&name, "`snapshots/labNN-your-slug.snap`", |_| {
        renumbered(&text.expect("lab 1's snapshot"))
    });
    course.change("README.md", "table in `README.md`", |text| {
        let row = text
            .lines()
            .find(|line| line.contains("(labs/01-three-tacos/)"));
        let row = renumbered(row.expect("lab 1's row"));
        let row = row.replacen("| 1 |", &format!("| {} |", number()), 1);
        // Behind the last lab of the table.
        let last = text
            .lines()
            .rfind(|line| line.starts_with("| ") && line.contains("](labs/"));
        let last = last.expect("the table of labs");
        text.replacen(last, &format!("{last}\n{row}"), 1)
    });
}

fn add_diagnosis(course: &Course) {
    let slug = slug();
    let wrong = format!("labs/{slug}/wrong");
    fs::create_dir(course.0.join(&wrong)).expect("a folder");
    let file = format!("{wrong}/answers-in-spanish.wire");
    course.change(&file, "wrong/name-of-the-mistake.wire", |_| {
        format!(
            "@wire 1\n@title It answers in another language\n@script lab{slug}\n@side server\n\
             @expect W199\nC connect\nC> 3 tacos\\n\nS> tres tacos\\n\nS fin\nC fin\n"
        )
    });
    let pages = "src/check/diagnosis/pages.txt";
    course.change(pages, pages, |text| {
        text + "\n@page W199 another-language\n@title the answer is in another language\n\
                The order was in English, and so is the answer of the lab.\n\
                @advice answer in the language of the order\n"
    });
    let bytes = "src/check/diagnosis/syntax_mistakes.rs";
    course.change(bytes, bytes, |text| {
        let table = "pub(super) const TABLE: &[Row] = &[\n";
        assert!(text.contains(table));
        text.replacen(
            table,
            &format!("{table}    (\"W199\", another_language),\n"),
            1,
        ) + "\nfn another_language(evidence: &Evidence) -> Option<Cause> {\n    \
               let spanish = evidence.have().bytes.starts_with(b\"tres \");\n    \
               spanish.then_some(())?;\n    \
               Cause::likely(\"your answer begins with a word of Spanish\")\n}\n"
    });
}

fn add_probe_case(course: &Course) {
    let file = "src/probe/cases/9112-5-fields.cases";
    course.change(file, file, |text| {
        text + "\n@case a-case-of-mine\n@level SHOULD\n@rule A field line has a colon.\n\
                @basis grammar\n@allow 400 close\nC> GET {path} HTTP/1.1\\r\\n\n\
                C> Host: {host}\\r\\n\nC> tacos tacos\\r\\n\nC> \\r\\n\n"
    });
}

/// A page of the course in a browser.
fn page(server: &Server, path: &str) -> String {
    let mut stream = TcpStream::connect(server.addr).expect("it listens");
    let host = server.addr;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .expect("it reads");
    let mut text = Vec::new();
    stream.read_to_end(&mut text).expect("it answers");
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
#[ignore = "builds a second course, which takes half a minute: .ci/run runs it"]
fn a_lab_a_diagnosis_and_a_probe_case_are_added_as_the_guide_says() {
    let course = Course::copy();
    add_lab(&course);
    add_diagnosis(&course);
    add_probe_case(&course);

    let (number, slug) = (number(), slug());
    course.says(&["list"], &format!("{number}  Four tacos"));
    let told = course.says(&[&number], "S> 3 tacos, coming up\\n");
    assert!(
        told.starts_with(&format!("Lab {number} · Four tacos\n")),
        "{told}"
    );
    let checked = course.says(
        &["check", &number, "--reference"],
        &format!("PASS lab {number} · server"),
    );
    assert!(
        checked.contains(&format!("PASS lab {number} · client")),
        "{checked}"
    );
    course.says(
        &["start", &number, "--server"],
        &format!("my{number}-server.rs is your server now"),
    );
    let readme = fs::read_to_string(course.0.join("README.md")).expect("text");
    assert!(
        readme.contains(&format!("| {number} | [Four tacos](labs/{slug}/)")),
        "{readme}"
    );

    let mut web = Command::new(course.0.join("target/debug/wirelab"));
    web.args(["web", "--port", "0", "--no-open"])
        .current_dir(&course.0);
    let web = Server::start_with(&mut web);
    assert!(page(&web, "/").contains("Four tacos"));
    assert!(page(&web, &format!("/labs/{slug}/")).contains(&format!("Lab {number} · Four tacos")));

    let wrong = course
        .0
        .join(format!("labs/{slug}/wrong/answers-in-spanish.wire"));
    let server = format!(
        "'{}' replay-server {{addr}} '{}'",
        badpeer(),
        wrong.display()
    );
    course.says(
        &["check", &number, "--server", &server],
        "[W199 another-language]",
    );
    course.says(&["explain", "W199"], "the language of the order");

    let mut served = Command::new(bin("wirelab"));
    served.args([
        "serve",
        env!("CARGO_MANIFEST_DIR"),
        "--port",
        "0",
        "--quiet",
    ]);
    let served = Server::start_with(&mut served);
    let addr = served.addr.to_string();
    course.says(&["probe", &addr, "--case", "a-case-of-mine"], "1 of 1");
}
