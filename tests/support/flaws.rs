//! Programs with one known mistake each: `tests/labs/wrong_programs/labNN-SIDE.EXT` is a right program for a lab in
//! some language, and the `.flaws` file beside it says how to spoil it:
//!
//! ```text
//! @flaw NAME CODES what is wrong, in a sentence
//! -text of the program that stands there once
//! +what stands there instead
//! ```
//!
//! `CODES` are the codes that tell the truth about this mistake, with commas between them; `none`: no code;
//! `passed`: it is no mistake. Lines with `-` that follow each other are one text; a flaw may have several.

use std::path::{Path, PathBuf};

use wirelab::course::catalogue::Side;

/// A program, and what the check must say about it. Not every test needs all of it.
#[allow(dead_code)]
#[derive(Clone, Debug)]
pub struct Program {
    /// `lab09-server:no-flush`; without a flaw `lab09-server`.
    pub name: String,
    /// The lab.
    pub lab: u8,
    /// Which side it plays.
    pub side: Side,
    /// `py`, `js`, `go`, `rs` or `c`.
    pub language: String,
    /// Its text.
    pub source: String,
    /// What the check may end with; `passed` for a right program.
    pub accepted: Vec<String>,
    /// What is wrong, in words.
    pub cause: String,
}

/// All programs, the right ones and the spoiled ones.
pub fn programs() -> Vec<Program> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/labs/wrong_programs");
    let files = std::fs::read_dir(folder).expect("the folder of programs");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("an entry").path()).collect();
    files.sort();
    let mut all = Vec::new();
    for file in &files {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let kind = file.extension().unwrap_or_default().to_string_lossy();
        let (Some(lab), true) = (stem.strip_prefix("lab"), kind != "flaws") else {
            continue;
        };
        let (number, side) = lab.split_once('-').expect("labNN-SIDE");
        let side = match side.starts_with("client") {
            true => Side::Client,
            false => Side::Server,
        };
        let right = Program {
            name: format!("{stem}.{kind}"),
            lab: number.parse().expect("labNN"),
            side,
            language: kind.to_string(),
            source: std::fs::read_to_string(file).expect("a program"),
            accepted: vec!["passed".to_string()],
            cause: "nothing".to_string(),
        };
        let mut flaws = file.clone().into_os_string();
        if kind == "py" {
            flaws = file.with_extension("flaws").into_os_string();
        } else {
            flaws.push(".flaws");
        }
        let flaws = std::fs::read_to_string(&flaws).unwrap_or_default();
        for flaw in flaws.split("@flaw ").skip(1) {
            all.push(spoiled(&right, flaw));
        }
        all.push(right);
    }
    all
}

/// A right program with one flaw.
fn spoiled(right: &Program, flaw: &str) -> Program {
    let (head, edits) = flaw.split_once('\n').expect("a line behind @flaw");
    let mut words = head.splitn(3, ' ');
    let mut word = || {
        words
            .next()
            .unwrap_or_else(|| panic!("{}: {head}", right.name))
    };
    let (name, codes, cause) = (word(), word(), word());
    let name = format!("{}:{name}", right.name);
    let mut source = right.source.clone();
    let mut edit = (String::new(), String::new());
    let mut apply = |edit: &mut (String, String)| {
        let (old, new) = std::mem::take(edit);
        let (old, new) = (old.trim_end_matches('\r'), new.as_str());
        let old = old.strip_suffix('\n').unwrap_or(old);
        let new = new.strip_suffix('\n').unwrap_or(new);
        let found = source.matches(old).count();
        assert_eq!(found, 1, "{name}: this stands there {found} times: {old}");
        source = source.replacen(old, new, 1);
    };
    for line in edits.lines() {
        if let Some(old) = line.strip_prefix('-') {
            if !edit.1.is_empty() {
                apply(&mut edit);
            }
            edit.0 += &format!("{old}\n");
        } else if let Some(new) = line.strip_prefix('+') {
            edit.1 += &format!("{new}\n");
        }
    }
    apply(&mut edit);
    Program {
        name,
        source,
        accepted: codes.split(',').map(str::to_string).collect(),
        cause: cause.to_string(),
        ..right.clone()
    }
}
