//! Lab 22 · The order that keeps coming · chunks: a state machine that takes any number of bytes at a time. The
//! state says what must come next.
//!
//!     chunk = size in hex digits [; extension] CR LF, data of this size, CR LF
//!     body  = chunks, a chunk of size 0 (without data), trailer lines, an empty line

use std::io::{self, BufRead};

use crate::length::Refusal;

const LONGEST_LINE: usize = 1_024; // bytes of a size line or a trailer line
const MOST_LINES: usize = 10_000; // size lines, line ends after data, trailer lines: many small chunks cost time

/// What must come next.
enum Next {
    /// A line: hex digits, and perhaps an extension, which we ignore.
    Size,
    /// Data: this number of bytes is still missing.
    Data(usize),
    /// CR LF, and nothing else. If we skipped two bytes here without comparing them, we might lose data.
    DataEnd,
    /// Trailer lines. The empty line ends the body.
    Trailer,
}

/// Reads one chunked body, of at most `most` bytes. The bytes after the body stay in the reader.
pub fn read(reader: &mut impl BufRead, most: usize) -> io::Result<Result<Vec<u8>, Refusal>> {
    let (mut body, mut line, mut lines) = (Vec::new(), Vec::new(), 0);
    let mut next = Next::Size;
    loop {
        let piece = reader.fill_buf()?; // these bytes may be one byte, half a line, or ten chunks
        if piece.is_empty() {
            return Err(io::Error::other(
                "the client closed in the middle of a chunked body",
            ));
        }
        if let Next::Data(left) = next {
            let n = piece.len().min(left);
            body.extend_from_slice(&piece[..n]);
            reader.consume(n);
            next = if n == left {
                Next::DataEnd
            } else {
                Next::Data(left - n)
            };
            continue;
        }
        let byte = piece[0];
        reader.consume(1);
        line.push(byte);
        if matches!(next, Next::DataEnd) && !b"\r\n".starts_with(&line) {
            return Ok(Err((400, "behind the data comes \\r\\n, and nothing else")));
        }
        if line.len() > LONGEST_LINE || lines > MOST_LINES {
            return Ok(Err((400, "too much around too little")));
        }
        if byte != b'\n' {
            continue; // the line has not ended yet
        }
        let Some(text) = line.strip_suffix(b"\r\n") else {
            return Ok(Err((400, "a line of a chunked body ends in \\r\\n")));
        };
        next = match next {
            Next::Size => match size(text) {
                Some(0) => Next::Trailer,
                Some(size) if size <= most - body.len() => Next::Data(size),
                Some(_) => return Ok(Err((413, "we take 65536 bytes and no more"))),
                None => return Ok(Err((400, "a chunk begins with its size in hex digits"))),
            },
            Next::Trailer if text.is_empty() => return Ok(Ok(body)),
            Next::Trailer => Next::Trailer,
            Next::DataEnd | Next::Data(_) => Next::Size,
        };
        line.clear();
        lines += 1;
    }
}

/// The size in a size line: `1a;note=x` is 26. Hex digits, small or capital letters; a sign or a space is not a digit.
/// A size that no number here can hold is the largest number: it is too much in any case.
fn size(line: &[u8]) -> Option<usize> {
    let digits = match line.iter().position(|byte| *byte == b';') {
        Some(at) => line[..at].trim_ascii_end(),
        None => line,
    };
    let fine = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    let text = std::str::from_utf8(digits).ok().filter(|_| fine)?;
    Some(usize::from_str_radix(text, 16).unwrap_or(usize::MAX))
}
