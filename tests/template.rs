//! The template of a class, `labs/class`: both files for CI services are YAML, and each of their commands runs on
//! this machine, on a student's folder that `wirelab init --class` made.
//!
//! Rule: what the services do themselves is done here as they document it: the steps of a job share a folder and
//! run in `bash -e`; the lines of a GitLab script share a shell.
#![cfg(unix)]

#[path = "support/flaws.rs"]
mod flaws;
#[path = "template/service.rs"]
mod service;
mod support;
#[path = "template/thirty.rs"]
mod thirty;
#[path = "support/yaml.rs"]
mod yaml;

use std::fs;
use std::path::{Path, PathBuf};

use service::{Github, Gitlab, Student, has_reports};
use support::{WIRELAB, bin};

/// A folder that no clone is above; gone after the test.
pub struct Place(pub PathBuf);

impl Place {
    fn new(name: &str) -> Place {
        // Without a space: a runner's temporary folder has none, and PATH could not hold a colon.
        let name = format!("wirelab-template-{name}-{}", std::process::id());
        let place = Place(std::env::temp_dir().join(name));
        let _ = fs::remove_dir_all(&place.0);
        fs::create_dir_all(&place.0).expect("a folder");
        place
    }

    /// A `cargo` that installs what is built already, and notes with which words it was called.
    fn quick_cargo(&self) -> PathBuf {
        let folder = self.0.join("quick-cargo");
        fs::create_dir_all(&folder).expect("a folder");
        let real = std::env::var("CARGO").unwrap_or("cargo".to_string());
        let noted = folder.join("noted");
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" != install ]; then exec '{real}' \"$@\"; fi\n\
             echo \"$*\" >>'{}'\nmkdir -p checker/bin\nln -s '{WIRELAB}' checker/bin/wirelab\n",
            noted.display()
        );
        service::write_program(&folder.join("cargo"), &script);
        folder
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A student's folder is the one that `wirelab init` makes, and the template's two files.
#[test]
fn a_students_folder_is_a_workbench_with_the_two_files() {
    let place = Place::new("folder");
    let plain = Student::new(&place, "plain", &[]);
    let student = Student::new(&place, "anna", &["--class"]);
    let mut files = service::files_below(&student.folder);
    for name in [".github/workflows/wirelab.yml", ".gitlab-ci.yml"] {
        let at = files.iter().position(|(file, _)| file == name);
        let (_, text) = files.remove(at.unwrap_or_else(|| panic!("no {name}: {files:?}")));
        assert_eq!(text, read(&format!("labs/class/{name}")).into_bytes());
    }
    assert_eq!(files, service::files_below(&plain.folder));
    // A second time nothing changes; a file of somebody's own is never overwritten.
    let said = student.init(&["--class"]).expect("once more");
    assert!(said.contains("is a workbench already"), "{said}");
    fs::write(student.folder.join(".gitlab-ci.yml"), "mine: {}\n").expect("a file");
    let refused = student.init(&["--class"]).expect_err("a file of another's");
    assert_eq!(refused.lines().count(), 1, "{refused}");
    assert!(
        refused.contains(".gitlab-ci.yml exists and is not part of a workbench"),
        "{refused}"
    );
}

/// Every command of both files, on a right program and on a wrong one.
#[test]
fn both_files_are_yaml_and_their_commands_run() {
    drop(bin("wirelab"));
    let place = Place::new("commands");
    let path = place.quick_cargo();
    let (github, gitlab) = (Github::read(), Gitlab::read());
    let programs = flaws::programs();
    let source = |name: &str| {
        let found = programs.iter().find(|program| program.name == name);
        &found.unwrap_or_else(|| panic!("no {name}")).source
    };
    let (right, wrong) = (source("lab01-server.c"), source("lab01-server.c:nul"));
    for (name, source, code) in [("anna", right, 0), ("bert", wrong, 1)] {
        let student = Student::new(&place, name, &["--class"]);
        student.write("my01-server.c", source);
        // None of it concerns the checker: a library of the student's, a cargo that goes elsewhere, and a pass
        // that nobody gave.
        student.tamper();
        for (service, ended) in [
            ("github", github.run(&place, &student, &path)),
            ("gitlab", gitlab.run(&place, &student, &path)),
        ] {
            assert_eq!(ended.code, Some(code), "{service} {name}: {}", ended.said);
            let verdict = if code == 0 { "PASS lab 01" } else { "[W78 " };
            assert!(ended.said.contains(verdict), "{service}: {}", ended.said);
            let report = fs::read_to_string(ended.report.join(format!("{name}.json")));
            let report = report.unwrap_or_else(|error| panic!("{service} {name}: {error}"));
            assert!(report.contains("\"format\": 1"), "{report}");
            // A table in the job's summary, where the service has one.
            assert_eq!(
                ended.summary.contains("| lab 01 server | "),
                service == "github"
            );
        }
        fs::create_dir_all(place.0.join("class").join(name)).expect("a folder");
        let report = github.folder(&place, &student).join("report");
        let to = place.0.join("class").join(name).join("report.json");
        fs::copy(report.join(format!("{name}.json")), to).expect("the report");
    }
    let noted = fs::read_to_string(path.join("noted")).expect("cargo was called");
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!("install wirelab --version {version} --locked --root checker");
    assert_eq!(noted.lines().count(), 4, "{noted}");
    assert!(noted.lines().all(|line| line == expected), "{noted}");
    let table = has_reports(&place.0.join("class"), &[]);
    assert!(table.starts_with("1 of 2 is stuck at W78 "), "{table}");
}

/// Without Rust the job ends with one message that says what to do.
#[test]
fn a_machine_without_rust_is_told_so() {
    let place = Place::new("no-rust");
    let path = place.0.join("bin");
    fs::create_dir_all(&path).expect("a folder");
    let student = Student::new(&place, "anna", &["--class"]);
    for ended in [
        Github::read().run_with_path(&place, &student, &path),
        Gitlab::read().run_with_path(&place, &student, &path),
    ] {
        assert_eq!(ended.code, Some(1), "{}", ended.said);
        assert_eq!(ended.said.lines().count(), 1, "{}", ended.said);
        assert!(
            ended
                .said
                .starts_with("cargo is not on this machine: take "),
            "{}",
            ended.said
        );
        assert!(ended.said.contains("https://rustup.rs"), "{}", ended.said);
    }
}

/// What the reader of YAML does not know is no YAML here.
#[test]
fn the_reader_of_yaml_is_strict() {
    let good = "a: 1\n# note\nb:\n  - x: [p, \"q r\"]\n    y: |\n      one\n        two\n\n      three\n  - z\n";
    let read = yaml::parse(good).expect("this is YAML");
    assert_eq!(read.text(&["a"]), Some("1"));
    let items = read.get("b").expect("b").items();
    assert_eq!(items[0].text(&["y"]), Some("one\n  two\n\nthree\n"));
    assert_eq!(items[0].get("x").expect("x").items().len(), 2);
    for bad in [
        "a: 1\na: 2\n",
        "\ta: 1\n",
        "a: &b 1\n",
        "a: b: c\n",
        "a:\n",
        "a: [b\n",
        "a: \"b\n",
        "a: 1\n   b: 2\n",
        "a\n",
        "a: b #c\n",
    ] {
        assert!(yaml::parse(bad).is_err(), "{bad:?} is read");
    }
}
