//! Names the program that passed a check: the file that was checked, and the hash of its content.
//!
//! Rule: a file is identified by its bytes, never by its name or its time.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::catalogue::{Lab, Side};
use super::locations;
use super::progress::By;
use crate::check::program::CommandLine;
use crate::limits;
use crate::wire::sha256;

/// Hex digits of a program's hash in a bill.
const DIGITS: usize = 32;

/// A program, as a bill names it: `my09-server.rs sha256:…`. What has no file that we can read (a server
/// that ran already, a command without one) is named as such.
pub fn named(lab: &Lab, side: Side, by: &By) -> String {
    if let By::Address(_) = by {
        return "a server that ran already".to_string();
    }
    let known = files(lab, side, by).into_iter().next_back();
    let known = known.and_then(|path| Some((path.file_name()?.to_owned(), hash(&path)?)));
    match known {
        Some((name, hash)) => format!("{} sha256:{hash}", visible(&name.to_string_lossy())),
        None => "a command without a file".to_string(),
    }
}

/// Whether the program is the course's own: one of its files has the name or the bytes of the lab's program.
pub fn is_reference(lab: &Lab, side: Side, by: &By) -> bool {
    let name = lab.program("lab", side);
    let program = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let built = locations::beside_us().map(|folder| folder.join(program));
    let ours = built.and_then(|path| hash(&path));
    files(lab, side, by).iter().any(|path| {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        stem == Some(&name) || (ours.is_some() && hash(path) == ours)
    })
}

/// The files of the program, as far as its command line names them.
fn files(lab: &Lab, side: Side, by: &By) -> Vec<PathBuf> {
    match by {
        By::Workbench => locations::workbench()
            .map(|it| it.root.join(it.source(&lab.program("my", side))))
            .into_iter()
            .collect(),
        By::Command(text) => CommandLine::parse(text).map_or_else(
            |_| Vec::new(),
            |line| {
                let words = line.words().into_iter().map(PathBuf::from);
                words.filter(|path| path.is_file()).collect()
            },
        ),
        By::Address(_) => Vec::new(),
    }
}

/// The hash of a file's bytes; `None` when it cannot be read or is longer than any program here.
fn hash(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(limits::MAX_PROGRAM_FILE + 1)
        .read_to_end(&mut bytes)
        .ok()?;
    if bytes.len() as u64 > limits::MAX_PROGRAM_FILE {
        return None;
    }
    let mut hash = sha256::hex(&bytes);
    hash.truncate(DIGITS);
    Some(hash)
}

/// A file's name as one word of letters that cannot move a cursor or turn a line around.
fn visible(name: &str) -> String {
    let plain = |c: char| c.is_ascii_graphic() || (c.is_alphanumeric() && !c.is_control());
    let shown = name.chars().map(|c| if plain(c) { c } else { '_' });
    shown.take(40).collect()
}
