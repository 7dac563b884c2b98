//! The programs in `examples/` keep the contract, in every language whose tool is on this machine.
#![cfg(unix)]

use std::process::Command;

use crate::support::have;

/// Checks lab 9's server with this command, from the folder of the repository.
fn passes(command: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_wirelab"))
        .args(["check", "9", "--server", command])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
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
        passes("python3 examples/lab09-server.py");
    }
}

#[test]
fn the_server_in_node_passes() {
    if have(&["node"]) {
        passes("node examples/lab09-server.js");
    }
}

#[test]
fn the_server_in_go_passes() {
    if have(&["go"]) {
        passes("go run examples/lab09-server.go");
    }
}

#[test]
fn the_server_in_c_passes() {
    if have(&["cc"]) {
        let program = format!("{}/lab09-c", env!("CARGO_TARGET_TMPDIR"));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/lab09-server.c");
        let compiled = Command::new("cc")
            .args(["-Wall", "-Werror", "-o", &program, source])
            .status();
        assert!(compiled.expect("cc runs").success());
        passes(&format!("'{program}' {{port}}"));
    }
}

/// The page of the contract names each example, and each example that it names is there.
#[test]
fn the_readme_names_every_example() {
    let readme = include_str!("../../README.md");
    let folder =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).expect("the folder");
    for file in folder {
        let name = file.expect("an entry").file_name();
        let link = format!("](examples/{})", name.to_string_lossy());
        assert!(readme.contains(&link), "the README does not name {name:?}");
    }
}
