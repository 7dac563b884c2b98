//! Lab 16 · Any file, but only those files · from the path in a request to a file in the folder.
//!
//!     path         = *( "/" segment )        RFC 3986 section 3.3
//!     pct-encoded  = "%" HEXDIG HEXDIG       RFC 3986 section 2.1
//!
//! Four steps in this order: cut at each slash, decode each piece once, resolve the dots, and ask the file
//! system for the real path. A decoded piece is never cut or decoded again.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// Why a path gets no file.
pub enum Refusal {
    /// The path is not allowed: 400, and the words of the refusal.
    Bad(&'static str),
    /// The file is missing, or it is outside the folder. Both get 404: if the two answers differed, a client
    /// could find out which forbidden files exist.
    NoFile,
}

/// The file that `path` names under `root`. `root` must be canonical (realpath(3)): no links in it.
pub fn find(root: &Path, path: &[u8]) -> Result<PathBuf, Refusal> {
    let mut names: Vec<Vec<u8>> = Vec::new();
    let mut is_folder = true;
    for segment in path.split(|byte| *byte == b'/') {
        let name = decode(segment)?;
        if name.contains(&0) {
            return Err(Refusal::Bad("no file name holds a NUL"));
        }
        if name.contains(&b'/') {
            return Err(Refusal::Bad("a slash hides in a name"));
        }
        // Test for dots after the decoding: %2e%2e means the same as two dots.
        is_folder = matches!(&name[..], b"" | b"." | b"..");
        match &name[..] {
            b"" | b"." => {}
            b".." => drop(names.pop()), // at the root, .. means nothing (RFC 3986 section 5.2.4)
            _ => names.push(name),
        }
    }
    if is_folder {
        return Err(Refusal::NoFile);
    }
    let mut place = root.to_path_buf();
    for name in names {
        // Accept a single plain name only. (On Windows `C:` and `a\b` are not single names.)
        let name = String::from_utf8(name).map_err(|_| Refusal::NoFile)?;
        if !Path::new(&name)
            .components()
            .eq([Component::Normal(name.as_ref())])
        {
            return Err(Refusal::NoFile);
        }
        place.push(name);
    }
    // The file system resolves symbolic links. `starts_with` compares name by name. As text, files-secret
    // begins with files.
    match fs::canonicalize(place) {
        Ok(real) if real.starts_with(root) && real.is_file() => Ok(real),
        _ => Err(Refusal::NoFile),
    }
}

/// Decodes a piece once: each `%` and its two hex digits become one byte.
fn decode(segment: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut name = Vec::new();
    let mut rest = segment;
    while let [byte, behind @ ..] = rest {
        if *byte != b'%' {
            name.push(*byte);
            rest = behind;
            continue;
        }
        let digits = behind
            .get(..2)
            .filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        name.push(byte.ok_or(Refusal::Bad("a % needs two hex digits"))?);
        rest = &behind[2..];
    }
    Ok(name)
}
