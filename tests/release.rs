//! A release: what the packed crate holds, the files of the release workflow, and the crate and the archive on a
//! machine that has nothing of ours. Two of the tests build everything again, so only `.ci/run` runs them:
//! `cargo test --test release -- --ignored`.
#![cfg(unix)]

mod support;
#[path = "support/yaml.rs"]
mod yaml;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use support::{bin, have};
use wirelab::course::catalogue;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// No registry takes a crate of more than 10 MB; ours is to stay well below.
const LARGEST_CRATE: u64 = 6_000_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command.args(words).current_dir(root()).stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What it prints, when it succeeds.
fn succeeds(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (text(&stdout), text(&stderr));
    assert!(status.success(), "{command:?}: {out}{err}");
    out
}

/// A folder that no clone is above; gone after the test.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Place {
        let name = format!("wirelab release-{name}-{}", std::process::id());
        let place = Place(std::env::temp_dir().join(name));
        let _ = fs::remove_dir_all(&place.0);
        fs::create_dir_all(place.0.join("empty")).expect("a folder");
        place
    }

    /// Runs the installed program in the empty folder.
    fn run(&self, program: &Path, words: &[&str]) -> String {
        let mut command = Command::new(program);
        command.args(words).current_dir(self.0.join("empty"));
        succeeds(command.env_remove("WIRELAB_COURSE").stdin(Stdio::null()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Every file that the course is compiled from is packed, and nothing that is only ours.
#[test]
fn the_crate_holds_the_course_and_not_the_tests() {
    let list = succeeds(&mut cargo(&[
        "package",
        "--package",
        "wirelab",
        "--list",
        "--allow-dirty",
    ]));
    let packed: Vec<&str> = list.lines().collect();
    let has = |name: &str| packed.contains(&name);
    for lab in catalogue::labs() {
        for file in ["README.md", "hints.txt", "presets.wire", "server.rs"] {
            let name = format!("labs/{}/{file}", lab.slug);
            assert_eq!(has(&name), root().join(&name).is_file(), "{name}");
        }
        for script in &lab.scripts {
            let name = format!("snapshots/{}.snap", script.name);
            assert!(has(&name), "{name}");
        }
    }
    for name in [
        "build.rs",
        "labs/syllabus.txt",
        "labs/links.txt",
        "LICENSE-MIT",
        "LICENSE-APACHE",
    ] {
        assert!(has(name), "{name}");
    }
    for folder in [
        "tests/",
        "benches/",
        "target/",
        ".ci/",
        "docs/",
        "labs/workbench/",
    ] {
        let found = packed.iter().find(|name| name.starts_with(folder));
        assert_eq!(found, None);
    }
    let length = |name: &&str| fs::metadata(root().join(name)).map_or(0, |found| found.len());
    let all: u64 = packed.iter().map(length).sum();
    assert!(all < LARGEST_CRATE, "{all} bytes");
}

/// The links that are packed as text are those of the folders.
#[test]
fn every_symbolic_link_of_the_labs_is_listed() {
    let listed = fs::read_to_string(root().join("labs/links.txt")).expect("the list");
    let listed: Vec<(&str, &str)> = listed
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .collect();
    assert!(!listed.is_empty());
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    for (link, target) in listed {
        if let Ok(found) = fs::read_link(root().join(link)) {
            assert_eq!(found, Path::new(target), "{link}");
        }
        assert!(
            manifest.contains(&format!("\"!/{link}\"")),
            "{link} is packed"
        );
    }
}

#[test]
fn the_release_workflow_is_yaml_and_calls_the_script() {
    let file = ".github/workflows/release.yml";
    let file = fs::read_to_string(root().join(file)).expect("the workflow");
    let workflow = yaml::parse(&file).unwrap_or_else(|error| panic!("release.yml: {error}"));
    let jobs = workflow.get("jobs").expect("jobs").pairs();
    let steps = jobs
        .iter()
        .flat_map(|(_, job)| job.get("steps").expect("steps").items());
    let runs: Vec<&str> = steps.filter_map(|step| step.text(&["run"])).collect();
    assert!(runs.contains(&".ci/release --tag \"$TAG\""), "{runs:?}");
    // The other commands are of a program that only the service has a use for; their words are a shell's.
    for run in &runs {
        let mut shell = Command::new("sh");
        succeeds(shell.args(["-n", "-c", run]));
        let ours = run.starts_with(".ci/release ") || run.starts_with("gh release ");
        assert!(ours, "nobody tries this command: {run}");
    }
}

/// A tag of another version, and a version without a section in the changelog, stop before anything is built.
#[test]
fn a_tag_of_another_version_is_no_release() {
    let mut release = Command::new("bash");
    release.arg(".ci/release").args(["--tag", "v0.0.1"]);
    if !have(&["bash"]) {
        return;
    }
    let output = release.current_dir(root()).output().expect("bash starts");
    assert_eq!(output.status.code(), Some(2));
    let expected = format!(
        "release: the tag is v0.0.1, and Cargo.toml has version {VERSION}: they must agree\n"
    );
    assert_eq!(text(&output.stderr), expected);
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).expect("the changelog");
    assert!(changelog.contains(&format!("\n## {VERSION}\n")));
}

/// The README's first command in an empty folder, a lab, and a check.
fn works(place: &Place, program: &Path) {
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let first = readme
        .lines()
        .find_map(|line| line.strip_prefix("$ cargo lab "));
    let first = first.expect("the README's first command");
    let told = place.run(program, &[first]);
    assert!(told.starts_with("Lab 1 · Three tacos\n"), "{told}");
    assert!(told.contains("S> 3 tacos, coming up\\n"), "{told}");
    let told = place.run(program, &["9"]);
    assert!(told.contains("S> three tacos\\n"), "{told}");
    let server = format!("'{}' {{addr}}", bin("lab09-server").display());
    let told = place.run(program, &["check", "9", "--server", &server]);
    assert!(told.starts_with("PASS lab 09 · server\n"), "{told}");
    // Links cannot be packed, and lab 16 is about one.
    let server = format!("'{}' {{addr}}", bin("lab16-server").display());
    let told = place.run(program, &["check", "16", "--server", &server]);
    assert!(told.starts_with("PASS lab 16 · server\n"), "{told}");
}

#[test]
#[ignore = "builds the packed crate, which takes minutes on a busy machine: .ci/run runs it"]
fn the_packed_crate_alone_runs_the_first_command() {
    let place = Place::new("crate");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("release");
    let target = target.to_str().expect("a path in UTF-8");
    // Everything that a bare `cargo package` packs; it is built below.
    let mut package = cargo(&[
        "package",
        "--allow-dirty",
        "--no-verify",
        "--offline",
        "--quiet",
    ]);
    succeeds(package.args(["--target-dir", target]));
    let name = format!("wirelab-{VERSION}");
    let packed = Path::new(target).join(format!("package/{name}.crate"));
    let length = fs::metadata(&packed).expect("the crate").len();
    assert!(length < LARGEST_CRATE, "{length} bytes");
    succeeds(
        Command::new("tar")
            .arg("-xzf")
            .arg(&packed)
            .arg("-C")
            .arg(&place.0),
    );
    let unpacked = place.0.join(&name);
    let mut install = cargo(&["install", "--debug", "--offline", "--locked", "--quiet"]);
    install
        .arg("--path")
        .arg(&unpacked)
        .arg("--root")
        .arg(place.0.join("root"));
    install.current_dir(place.0.join("empty"));
    succeeds(install.args(["--target-dir", target]));
    works(&place, &place.0.join("root/bin/wirelab"));
}

#[test]
#[ignore = "builds an archive, which takes minutes on a busy machine: .ci/run runs it"]
fn the_archive_has_the_program_and_what_belongs_to_it() {
    if !have(&["bash"]) {
        return;
    }
    let place = Place::new("archive");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("release");
    let mut release = Command::new("bash");
    release
        .args([".ci/release", "--profile", "dev", "--tag"])
        .arg(format!("v{VERSION}"));
    release.current_dir(root()).env("CARGO_TARGET_DIR", &target);
    let said = succeeds(&mut release);
    let words = said
        .trim_end()
        .strip_prefix("release: ")
        .expect("its last line");
    let (archive, which) = words
        .split_once(".tar.gz (")
        .expect("a file and which target");
    let known = ["static)", "this machine's own)"];
    let not_static = which.starts_with("not static: the target ");
    assert!(known.contains(&which) || not_static, "{said}");
    let name = archive.rsplit('/').next().expect("a name");
    assert!(name.starts_with(&format!("wirelab-{VERSION}-")), "{said}");
    let archive = format!("{archive}.tar.gz");
    succeeds(
        Command::new("tar")
            .arg("-xzf")
            .arg(&archive)
            .arg("-C")
            .arg(&place.0),
    );
    let folder = place.0.join(name);
    for file in [
        "README.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "wirelab.1",
        "completions/wirelab.bash",
        "completions/_wirelab",
        "completions/wirelab.fish",
    ] {
        let found = fs::metadata(folder.join(file)).map_or(0, |found| found.len());
        assert!(found > 500, "{file} has {found} bytes");
    }
    works(&place, &folder.join("wirelab"));
    let hash = fs::read_to_string(format!("{archive}.sha256")).expect("the hash");
    let bytes = fs::read(&archive).expect("the archive");
    assert!(
        hash.starts_with(&wirelab::wire::sha256::hex(&bytes)),
        "{hash}"
    );
}
