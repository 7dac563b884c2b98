//! Compiles the course in: the README, hints, stubs, programs, served files and conversations of each lab
//! that `labs/syllabus.txt` names, and the part of the library that exercises use. A lab's files are found
//! by their names, so no list of them is kept.

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
    let links = Links::read(&root);
    let snapshots = names(&root.join("snapshots"));
    let mut labs = String::from("&[\n");
    let mut served = String::from("&[\n");
    let folders = text
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    for slug in folders.filter_map(|line| line.split_whitespace().next()) {
        lab(&root, slug, &snapshots, &mut labs);
        let folder = root.join("labs").join(slug);
        for part in names(&folder)
            .iter()
            .filter(|name| name.starts_with("files"))
        {
            files(&folder, part, slug, &links, &mut served);
        }
        for (name, target) in links.of(slug) {
            let link = format!("Kind::Link({target:?})");
            file(slug, name, &link, &mut served);
        }
    }
    let library = library(&root);
    for (name, text) in [
        ("labs.rs", labs),
        ("files.rs", served),
        ("library.rs", library),
    ] {
        fs::write(out.join(name), format!("{text}]\n")).expect("cargo's folder can be written");
    }
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
    for (field, file) in [
        ("readme", "README.md"),
        ("hints", "hints.txt"),
        ("presets", "presets.wire"),
    ] {
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
    let _ = writeln!(labs, "stubs: &[");
    for file in names(&folder) {
        let stub = file
            .strip_prefix("start-")
            .filter(|_| !file.ends_with(".rs"));
        if let Some((side, extension)) = stub.and_then(|stub| stub.split_once('.')) {
            let text = text_of(&folder.join(&file));
            let _ = writeln!(labs, "({side:?}, {extension:?}, {text}),");
        }
    }
    let _ = writeln!(labs, "],");
    for (field, file) in [("server", "server.rs"), ("client", "client.rs")] {
        let _ = writeln!(labs, "{field}: {},", folder.join(file).exists());
    }
    let wrong = folder.join("wrong");
    let _ = writeln!(labs, "wrong: &[");
    let files = match wrong.is_dir() {
        true => names(&wrong),
        false => Vec::new(),
    };
    for file in files {
        if let Some(name) = file.strip_suffix(".wire") {
            println!("cargo::rerun-if-changed={}", wrong.join(&file).display());
            let _ = writeln!(labs, "({name:?}, {}),", text_of(&wrong.join(&file)));
        }
    }
    let _ = writeln!(labs, "],");
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

/// Writes each file below `labs/NN-slug/NAME` as a `File`, without the links.
fn files(folder: &Path, name: &str, slug: &str, links: &Links, served: &mut String) {
    let path = folder.join(name);
    println!("cargo::rerun-if-changed={}", path.display());
    if links.of(slug).any(|(link, _)| link == name) {
        return;
    }
    assert!(
        !path.is_symlink(),
        "{}: labs/links.txt does not have this link",
        path.display()
    );
    if path.is_dir() {
        for inside in names(&path) {
            files(folder, &format!("{name}/{inside}"), slug, links, served);
        }
        return;
    }
    let bytes = format!(
        "Kind::Bytes(include_bytes!({:?}))",
        path.display().to_string()
    );
    file(slug, name, &bytes, served);
}

fn file(slug: &str, name: &str, kind: &str, served: &mut String) {
    let _ = writeln!(
        served,
        "File {{ slug: {slug:?}, name: {name:?}, kind: {kind} }},"
    );
}

/// The symbolic links among the labs' files, from `labs/links.txt`.
struct Links(String);

impl Links {
    fn read(root: &Path) -> Links {
        let path = root.join("labs/links.txt");
        println!("cargo::rerun-if-changed={}", path.display());
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Links(text)
    }

    /// Those of one lab: the link from the lab's folder on, and where it leads.
    fn of(&self, slug: &str) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.0.lines().filter_map(|line| line.split_once(' '));
        let prefix = format!("labs/{slug}/");
        lines.filter_map(move |(link, target)| Some((link.strip_prefix(&prefix)?, target)))
    }
}

/// The modules that a stub may name, as pairs of name and text.
fn library(root: &Path) -> String {
    let folder = root.join("src");
    let mut modules = Vec::new();
    for place in [
        "calendar.rs",
        "http",
        "limits.rs",
        "limits",
        "plural.rs",
        "wire/sha256.rs",
    ] {
        println!("cargo::rerun-if-changed={}", folder.join(place).display());
        sources(&folder, place, &mut modules);
    }
    let mut list = String::from("&[\n");
    for name in modules {
        let _ = writeln!(list, "({name:?}, {}),", text_of(&folder.join(&name)));
    }
    list
}

/// The file of this name, or all files below the folder of this name.
fn sources(folder: &Path, name: &str, found: &mut Vec<String>) {
    let path = folder.join(name);
    if path.is_dir() {
        for inside in names(&path) {
            sources(folder, &format!("{name}/{inside}"), found);
        }
    } else if path.exists() {
        found.push(name.to_string());
    }
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
