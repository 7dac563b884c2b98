//! The files that a failed check writes to `target/wirelab/`: both transcripts and a picture.
//!
//! Rule: each side of a lab always uses the same file names, so that old files do not pile up. A check that
//! passes removes the files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::check::Report;
use crate::wire::svg;

/// The folder, below the one that [`keep`] is given.
const FOLDER: &str = "target/wirelab";

/// Below `here`: writes expected, got and picture of a failure, or takes older ones away; the paths for the reader.
/// Errors carry the file's name.
pub fn keep(report: &Report, here: &Path) -> io::Result<Vec<String>> {
    let place = report
        .place
        .replace(|c: char| !c.is_ascii_alphanumeric(), "");
    let stem = format!("{FOLDER}/{place}-{}", report.side.word());
    let names = [
        format!("{stem}-expected.wire"),
        format!("{stem}-got.wire"),
        format!("{stem}-got.svg"),
    ];
    let Some((_, failure)) = report.failure() else {
        for name in &names {
            let _ = fs::remove_file(here.join(name));
        }
        return Ok(Vec::new());
    };
    fs::create_dir_all(here.join(FOLDER)).map_err(|error| named(FOLDER, &error))?;
    let texts = [
        failure.expected.render(),
        failure.got.render(),
        svg(&failure.got),
    ];
    for (name, text) in names.iter().zip(texts) {
        let path: PathBuf = here.join(name);
        fs::write(&path, text).map_err(|error| named(name, &error))?;
    }
    Ok(names.to_vec())
}

fn named(name: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{name}: {error}"))
}
