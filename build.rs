//! Compiles the course in: the README, hints, stubs, programs and conversations of each lab that
//! `labs/syllabus.txt` names. A lab's files are found by their names, so no list of them is kept.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let syllabus = root.join("labs/syllabus.txt");
    println!("cargo::rerun-if-changed={}", syllabus.display());
    println!(
        "cargo::rerun-if-changed={}",
        root.join("snapshots").display()
    );
    let text = fs::read_to_string(&syllabus)
        .unwrap_or_else(|error| panic!("{}: {error}", syllabus.display()));
    let snapshots = names(&root.join("snapshots"));
    let mut labs = String::from("&[\n");
    let folders = text
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    for slug in folders.filter_map(|line| line.split_whitespace().next()) {
        lab(&root, slug, &snapshots, &mut labs);
    }
    labs += "]\n";
    fs::write(out.join("labs.rs"), labs).expect("cargo's folder can be written");
}

/// Writes the files of one lab as a `LabFiles`.
fn lab(root: &Path, slug: &str, snapshots: &[String], labs: &mut String) {
    let folder = root.join("labs").join(slug);
    for file in names(&folder) {
        // The programs' own changes need no new library: they are read again when the course is.
        if !file.ends_with(".rs") || file.starts_with("start-") {
            println!("cargo::rerun-if-changed={}", folder.join(file).display());
        }
    }
    let _ = writeln!(labs, "LabFiles {{ slug: {slug:?},");
    for (field, file) in [("readme", "README.md"), ("hints", "hints.txt")] {
        let _ = writeln!(labs, "{field}: {},", text_of(&folder.join(file)));
    }
    for (field, file) in [
        ("start_server", "start-server.rs"),
        ("start_client", "start-client.rs"),
    ] {
        let path = folder.join(file);
        let text = match path.exists() {
            true => format!("Some({})", text_of(&path)),
            false => "None".to_string(),
        };
        let _ = writeln!(labs, "{field}: {text},");
    }
    for (field, file) in [("server", "server.rs"), ("client", "client.rs")] {
        let _ = writeln!(labs, "{field}: {},", folder.join(file).exists());
    }
    let prefix = format!("lab{slug}");
    let mut own: Vec<&String> = snapshots
        .iter()
        .filter(|name| {
            let rest = name.strip_prefix(&prefix);
            rest.is_some_and(|rest| rest.starts_with('.') || rest.starts_with('-'))
        })
        .collect();
    // The main conversation is the lab's first; the others follow by name.
    own.sort_by_key(|name| (name.len() != prefix.len() + ".snap".len(), name.to_string()));
    let _ = writeln!(labs, "snapshots: &[");
    for name in own.iter().filter_map(|name| name.strip_suffix(".snap")) {
        let path = root.join("snapshots").join(format!("{name}.snap"));
        let _ = writeln!(labs, "({name:?}, {}),", text_of(&path));
    }
    let _ = writeln!(labs, "] }},");
}

/// `include_str!` of a file; an empty text where the file is missing, which the tests report.
fn text_of(path: &Path) -> String {
    match path.exists() {
        true => format!("include_str!({:?})", path.display().to_string()),
        false => "\"\"".to_string(),
    }
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
