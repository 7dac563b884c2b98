//! Reads transcripts from files, for every command that takes one.
//!
//! Rule: a faulty file is wrong use of the command (exit code 2). The message begins like a compiler's, so that
//! an editor can jump to the place: `F.wire:1000:7: …`.

use super::WrongUse;
use anyhow::Result;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use wirelab::files::is_unseen;
use wirelab::import;
use wirelab::limits::MAX_TRANSCRIPT_FILE;
use wirelab::wire::{Entry, Transcript};

/// The transcript in a file, or on standard input when the name is `-`. A capture (pcap, pcapng) and a
/// HAR file become one. The header that a snapshot begins with (`---`, lines, `---`) is passed over.
pub fn read(name: &OsStr) -> Result<Transcript> {
    let shown = shown(name);
    let bytes =
        bytes_of(name).map_err(|error| WrongUse(format!("{shown}: {}", why_unreadable(&error))))?;
    if let Some(imported) = import::import(&bytes) {
        let imported = imported.map_err(|error| WrongUse(format!("{shown}: {error}")))?;
        return Ok(imported);
    }
    let header = header_length(&bytes);
    let lines_before = bytes[..header]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count();
    let transcript = Transcript::parse_bytes(&bytes[header..]).map_err(|mut error| {
        if let Some(kind) = import::kind_of(&bytes) {
            return WrongUse(format!("{shown}: not a transcript: this is {kind}"));
        }
        error.line += lines_before;
        WrongUse(format!("{shown}:{error}"))
    })?;
    Ok(transcript)
}

/// As [`read`], for a transcript that something is compared with: one in which nothing happens compares
/// nothing, and is wrong use.
pub fn read_steps(name: &OsStr) -> Result<Transcript> {
    let transcript = read(name)?;
    let is_step = |entry: &Entry| matches!(entry, Entry::Chunk(_) | Entry::Event { .. });
    match transcript.entries().iter().any(is_step) {
        true => Ok(transcript),
        false => {
            let shown = shown(name);
            let message = "this transcript has no step, so nothing can be compared";
            Err(WrongUse(format!("{shown}: {message}: record something first")).into())
        }
    }
}

/// The name as messages show it.
pub fn shown(name: &OsStr) -> String {
    match name == "-" {
        true => "stdin".to_string(),
        false => name.to_string_lossy().replace(is_unseen, "?"),
    }
}

/// The bytes of a file that the user named, or of stdin for `-`. Errors: `FileTooLarge` beyond
/// [`MAX_TRANSCRIPT_FILE`], which `/dev/zero` is, too.
pub fn bytes_of(name: &OsStr) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = MAX_TRANSCRIPT_FILE as u64 + 1;
    if name == "-" {
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        let file = File::open(name)?;
        // A file that is too long is not read at all.
        if file.metadata()?.len() >= most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        file.take(most).read_to_end(&mut bytes)?;
    }
    match bytes.len() > MAX_TRANSCRIPT_FILE {
        true => Err(io::ErrorKind::FileTooLarge.into()),
        false => Ok(bytes),
    }
}

/// What [`bytes_of`] says of a file that it does not read.
pub fn too_long() -> String {
    format!("longer than {} MiB", MAX_TRANSCRIPT_FILE / (1024 * 1024))
}

fn why_unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => {
            "there is no such file: give the path of a transcript, or - for stdin".to_string()
        }
        io::ErrorKind::IsADirectory => "a folder: give a transcript in it".to_string(),
        io::ErrorKind::FileTooLarge => {
            format!("{}: cut the transcript into smaller ones", too_long())
        }
        _ => format!("cannot be read: {error}"),
    }
}

/// How many bytes the header of a snapshot takes; 0 without one.
fn header_length(bytes: &[u8]) -> usize {
    let end = b"\n---\n";
    if !bytes.starts_with(b"---\n") {
        return 0;
    }
    let found = bytes.windows(end.len()).position(|window| window == end);
    found.map_or(0, |at| at + end.len())
}
