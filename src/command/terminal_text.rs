//! Makes a stranger's bytes safe for a terminal, which would carry out control characters.
//!
//! Rule 1: control characters (C0 except TAB, LF and CR before LF; DEL; C1) and marks that change the direction
//! of text are written as escapes. Rule 2: binary bytes are refused before the first of them is written.

use std::io::{self, Write};

use wirelab::files::is_unseen;

/// Takes bytes for a terminal.
pub struct TerminalText<W> {
    inner: W,
    /// Why binary bytes are refused, and what to do.
    binary: &'static str,
    /// A CR has come, and not the byte after it.
    after_cr: bool,
    /// The beginning of a character whose end has not come.
    rest: Vec<u8>,
}

impl<W: Write> TerminalText<W> {
    /// Passes text on to `inner`. `binary`: the error if the bytes are not text.
    pub fn new(inner: W, binary: &'static str) -> TerminalText<W> {
        TerminalText {
            inner,
            binary,
            after_cr: false,
            rest: Vec::new(),
        }
    }
}

impl<W: Write> Write for TerminalText<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.contains(&0) {
            return Err(io::Error::other(self.binary));
        }
        self.rest.extend_from_slice(bytes);
        let mut text = String::new();
        let mut used = 0;
        for chunk in self.rest.utf8_chunks() {
            for c in chunk.valid().chars() {
                if std::mem::take(&mut self.after_cr) {
                    text.push_str(if c == '\n' { "\r" } else { "\\r" });
                }
                match c {
                    '\r' => self.after_cr = true,
                    '\n' | '\t' => text.push(c),
                    c if !is_unseen(c) => text.push(c),
                    c => text.extend(c.escape_default()),
                }
            }
            used += chunk.valid().len();
            let at_end = used + chunk.invalid().len() == self.rest.len();
            let may_go_on =
                at_end && chunk.invalid().len() < 4 && starts_character(chunk.invalid());
            if !may_go_on {
                if !chunk.invalid().is_empty() && std::mem::take(&mut self.after_cr) {
                    text.push_str("\\r");
                }
                text.extend(chunk.invalid().escape_ascii().map(char::from));
                used += chunk.invalid().len();
            }
        }
        self.rest.drain(..used);
        self.inner.write_all(text.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.after_cr) {
            self.inner.write_all(b"\\r")?;
        }
        let rest = std::mem::take(&mut self.rest);
        write!(self.inner, "{}", rest.escape_ascii())?;
        self.inner.flush()
    }
}

/// Whether these bytes may be the beginning of a character.
fn starts_character(bytes: &[u8]) -> bool {
    let length = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 0,
    };
    bytes.len() < length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[&[u8]]) -> String {
        let mut out = Vec::new();
        let mut terminal = TerminalText::new(&mut out, "it is binary");
        for piece in pieces {
            terminal.write_all(piece).unwrap();
        }
        terminal.flush().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(shown(&[b"3 tacos\r\n\t1"]), "3 tacos\r\n\t1");
        assert_eq!(shown(&[b"\x1b[31mred"]), "\\u{1b}[31mred");
        assert_eq!(
            shown(&["\u{9b}31m\u{202e}x".as_bytes()]),
            "\\u{9b}31m\\u{202e}x"
        );
        assert_eq!(
            shown(&[b"\xc3", b"\xb1a\xff", b"\xe2\x82"]),
            "ña\\xff\\xe2\\x82"
        );
        // A CR alone would write over the beginning of the line.
        assert_eq!(shown(&[b"a\r", b"\nb\rc\r\xff\r"]), "a\r\nb\\rc\\r\\xff\\r");
        let mut out = Vec::new();
        assert!(
            TerminalText::new(&mut out, "it is binary")
                .write_all(b"a\0b")
                .is_err()
        );
        assert_eq!(out, b"");
    }
}
