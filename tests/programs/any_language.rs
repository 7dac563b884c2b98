//! The servers of lab 9 in other languages keep the contract, in every language whose tool is on this machine.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

use crate::support::{course, have};

/// Checks lab 9's server with this command, from the folder of the repository.
fn passes(command: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_wirelab"))
        .args(["check", "9", "--server", command])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("WIRELAB_COURSE", course())
        .output()
        .expect("wirelab runs");
    let text = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{command}:\n{}",
        String::from_utf8_lossy(&text)
    );
}

#[test]
fn the_server_in_python_passes() {
    if have(&["python3"]) {
        passes("python3 labs/09-smallest-answer/server.py");
    }
}

#[test]
fn the_server_in_node_passes() {
    if have(&["node"]) {
        passes("node labs/09-smallest-answer/server.js");
    }
}

#[test]
fn the_server_in_go_passes() {
    if have(&["go"]) {
        passes("go run labs/09-smallest-answer/server.go");
    }
}

#[test]
fn the_server_in_c_passes() {
    if have(&["cc"]) {
        let program = format!("{}/lab09-c", env!("CARGO_TARGET_TMPDIR"));
        let source = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/labs/09-smallest-answer/server.c"
        );
        let compiled = Command::new("cc")
            .args(["-Wall", "-Werror", "-o", &program, source])
            .status();
        assert!(compiled.expect("cc runs").success());
        passes(&format!("'{program}' {{port}}"));
    }
}

/// The page of the contract names each of them, and each that it names is there.
#[test]
fn the_readme_names_every_language() {
    let readme = include_str!("../../README.md");
    let lab = "labs/09-smallest-answer";
    let folder = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(lab));
    let names = folder
        .expect("the folder")
        .map(|file| file.expect("an entry").file_name());
    let names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let mut servers: Vec<&str> = names.iter().map(String::as_str).collect();
    servers.retain(|name| name.starts_with("server.") && *name != "server.rs");
    assert!(servers.len() >= 4, "only {servers:?}");
    for name in servers {
        let link = format!("]({lab}/{name})");
        assert!(readme.contains(&link), "the README does not name {name}");
    }
}
