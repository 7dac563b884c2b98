//! Lab 24: each step of its exercise can be checked alone, with the command that its README shows.

use std::process::Command;

use crate::support::{Server, bin, course};
use wirelab::check;
use wirelab::course::catalogue;

const README: &str = include_str!("../../labs/24-whole-restaurant/README.md");

/// The lines `$ cargo lab check … --addr …` of the README, without `$ cargo lab `.
fn steps() -> Vec<Vec<&'static str>> {
    let lines = README.lines().filter_map(|line| {
        let words = line.strip_prefix("$ cargo lab ")?;
        words.contains("--lab-file").then_some(words)
    });
    lines.map(|words| words.split(' ').collect()).collect()
}

#[test]
fn lab24_every_step_passes_with_the_finished_server() {
    let now = check::NOW.to_string();
    let root = "labs/24-whole-restaurant/files";
    let environment = format!("$ WIRELAB_ROOT={root} WIRELAB_NOW={now} cargo run ");
    assert!(README.contains(&environment), "{environment}");
    let mut command = Command::new(bin("lab24-server"));
    command.arg("127.0.0.1:0");
    command.env("WIRELAB_ROOT", root).env("WIRELAB_NOW", now);
    let server = Server::start_with(&mut command);
    let addr = server.addr.to_string();
    for step in steps() {
        let words = step.iter().map(|word| match *word {
            "127.0.0.1:8024" => &addr,
            word => word,
        });
        let output = Command::new(env!("CARGO_BIN_EXE_wirelab"))
            .args(words)
            .env("WIRELAB_COURSE", course())
            .output()
            .expect("wirelab runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{step:?}\n{text}");
    }
}

#[test]
fn lab24_every_conversation_of_the_lab_has_its_step() {
    let mut checked: Vec<String> = steps()
        .iter()
        .flat_map(|step| step.iter().filter(|word| word.starts_with("snapshots/")))
        .map(ToString::to_string)
        .collect();
    checked.sort();
    let built = catalogue::lab(24);
    let scripts = &built.expect("lab 24").scripts;
    let mut all: Vec<String> = scripts
        .iter()
        .map(|script| format!("snapshots/{}.snap", script.name))
        .collect();
    all.sort();
    assert_eq!(checked, all);
}

#[test]
fn lab24_every_module_that_the_readme_names_is_there() {
    let names: Vec<&str> = README
        .split('`')
        .filter(|word| word.starts_with("src/"))
        .collect();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        assert!(std::path::Path::new(name).exists(), "{name}");
    }
}
