//! Prints long text on a terminal, one screen at a time.
//!
//! Rule 1: the pager is used only if stdout and stdin are both terminals, and `TERM` is not `dumb`.
//! Rule 2: the pager does not change the terminal's modes. The user answers with a line.
//! Rule 3: it asks only if more text comes, so a text that fits on the screen causes no question.

use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock};
use wirelab::locks::lock;

const QUESTION: &str = "-- Enter shows the next page; q and Enter stops here --";

/// Rows and columns of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Lines that are seen at once.
    pub rows: usize,
    /// Columns of a line.
    pub columns: usize,
}

/// The size of a terminal that does not tell. Reason: that of the terminals after which all are modelled.
const USUAL: Size = Size {
    rows: 24,
    columns: 80,
};

/// The size of the terminal, if a person sits at one.
pub fn terminal() -> Option<Size> {
    static SIZE: OnceLock<Option<Size>> = OnceLock::new();
    *SIZE.get_or_init(|| {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if is_dumb || !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return None;
        }
        // stty(1) asks the terminal that its stdin is.
        let mut stty = Command::new("stty");
        let stty = stty.arg("size").stderr(Stdio::null());
        let said = stty.stdin(Stdio::inherit()).output().ok();
        let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        Some(said.and_then(|said| size(&said)).unwrap_or(USUAL))
    })
}

/// `24 80`; a size of 0 is none.
fn size(said: &str) -> Option<Size> {
    let (rows, columns) = said.trim().split_once(' ')?;
    let size = Size {
        rows: rows.parse().ok()?,
        columns: columns.parse().ok()?,
    };
    (size.rows > 1 && size.columns > 1).then_some(size)
}

/// The text of one command on its way to a terminal.
#[derive(Debug)]
pub struct Pager {
    size: Size,
    /// Whether sequences that move the cursor are welcome; colour is the sign of it.
    color: bool,
    at: Mutex<Position>,
}

/// How far the screen is filled.
#[derive(Debug, Default)]
struct Position {
    rows: usize,
    columns: usize,
    /// Inside of a sequence that colours.
    escape: bool,
    /// Standard input has ended.
    endless: bool,
}

impl Pager {
    /// For a terminal of this size.
    pub fn new(size: Size, color: bool) -> Pager {
        Pager {
            size,
            color,
            at: Mutex::new(Position::default()),
        }
    }

    /// Writes text to stdout. When a screen is full and more text comes, it asks. `Ok(false)`: the person has
    /// seen enough.
    pub fn write(&self, text: &[u8]) -> io::Result<bool> {
        let mut at = lock(&self.at);
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            if at.rows + 1 >= self.size.rows && !at.endless {
                if !ask(&mut at, self.color)? {
                    return Ok(false);
                }
                at.rows = usize::from(!self.color);
            }
            io::stdout().write_all(line)?;
            at.go_on(line, self.size.columns);
        }
        Ok(true)
    }
}

impl Position {
    /// Where the cursor is after these bytes, which hold a newline at their end at most.
    fn go_on(&mut self, line: &[u8], columns: usize) {
        for letter in String::from_utf8_lossy(line).chars() {
            match letter {
                '\n' => {
                    self.rows += 1;
                    self.columns = 0;
                }
                '\x1b' => self.escape = true,
                _ if self.escape => self.escape = !letter.is_ascii_alphabetic(),
                _ => {
                    // The letter after a full line is the first of the next row.
                    if self.columns == columns {
                        self.rows += 1;
                        self.columns = 0;
                    }
                    self.columns += 1;
                }
            }
        }
    }
}

/// Whether the person wants more. Takes the question away again, where the cursor may be moved.
fn ask(at: &mut Position, color: bool) -> io::Result<bool> {
    let mut stdout = io::stdout();
    stdout.write_all(QUESTION.as_bytes())?;
    stdout.flush()?;
    let mut answer = String::new();
    if io::stdin().read_line(&mut answer)? == 0 {
        at.endless = true;
    }
    // One row up, and that row is emptied: the answer's newline was shown, too.
    if color {
        stdout.write_all(b"\x1b[1A\r\x1b[2K")?;
    }
    Ok(!answer.trim_start().starts_with(['q', 'Q']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_two_numbers() {
        let usual = Size {
            rows: 24,
            columns: 80,
        };
        assert_eq!(size("24 80\n"), Some(usual));
        for nothing in ["", "0 0\n", "24", "stty: no terminal", "-1 80", "24 0"] {
            assert_eq!(size(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn rows_are_counted_as_a_terminal_fills_them() {
        let rows = |text: &str| {
            let mut at = Position::default();
            at.go_on(text.as_bytes(), 10);
            (at.rows, at.columns)
        };
        assert_eq!(rows("tacos\n"), (1, 0));
        assert_eq!(rows("0123456789\n"), (1, 0));
        assert_eq!(rows("0123456789a\n"), (2, 0));
        assert_eq!(rows("\x1b[1mjalapeño\x1b[0m"), (0, 8));
    }
}
