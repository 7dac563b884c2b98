//! The errors of a text that should be a transcript: the place, the fault, and what to write instead.
//!
//! Rule 1: every message fits on one line and says what to do. Rule 2: the caller puts the file name and a `:`
//! in front.

use std::fmt;

use crate::limits::MAX_REPEATED;

/// A place in a text, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub fault: ParseFault,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseFault {
    /// A file with a byte that is no part of a UTF-8 character.
    NotUtf8(u8),
    /// The first character of a line does not say what the line is.
    UnknownLine(char),
    /// White space before the first character of a line.
    Indented,
    /// `C` or `S` with something else after it than `>`, `x` or a space.
    UnknownMark(char),
    /// A connection number that is 0 or too big.
    ConnNumber,
    /// No space after `C>` or `Cx`.
    NoSpace(String),
    /// A bytes or hex line without a byte.
    NoBytes,
    /// Something after `\n` that is no remark.
    AfterLineEnd,
    /// A character beyond ASCII in a bytes line.
    NotAscii(char),
    /// A control character in a bytes line.
    Control(u8),
    /// A backslash with something after it that it does not go with; `None` at the line's end.
    UnknownEscape(Option<char>),
    /// `\x` without two hex digits.
    HexEscape,
    /// `\{` without `}`.
    Unclosed,
    /// `\{…}` that is neither a mask nor a repeat.
    UnknownMask(String),
    /// `\{N*}`: nothing to repeat, or `\{0*…}`.
    EmptyRepeat,
    /// `\{` inside a repeat.
    NestedRepeat,
    /// Repeats that grow beyond [`MAX_REPEATED`].
    TooBig,
    /// Half a hex pair.
    HalfPair,
    /// A character in a hex line that is no hex digit.
    NotHex(char),
    /// An event that is none.
    UnknownEvent(String),
    /// Something after an event.
    AfterEvent,
    /// What should be a duration and is none.
    Duration(String),
    /// `~` with something after it that is no gap.
    UnknownGap(String),
    /// A heading after the first other line.
    LateHeading,
    /// `@` without a key.
    NoKey,
    /// Another version of the notation.
    Version(String),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.fault)
    }
}

impl std::error::Error for ParseError {}

impl fmt::Display for ParseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParseFault::NotUtf8(byte) => write!(
                f,
                r"byte {byte:02x} is not UTF-8: write it as \x{byte:02x}, and save the file as UTF-8"
            ),
            ParseFault::UnknownLine(c) => write!(
                f,
                "a line cannot begin with {}: begin it with C, S, ~, # or @",
                shown(*c)
            ),
            ParseFault::Indented => f.write_str("white space before a line: remove it"),
            ParseFault::UnknownMark(c) => write!(
                f,
                "{} must not be here: write C> bytes, Cx hex pairs, or C and an event",
                shown(*c)
            ),
            ParseFault::ConnNumber => {
                f.write_str("not a number of a connection: the first is C, then C2, C3")
            }
            ParseFault::NoSpace(mark) => write!(f, "no space after {mark}: write one"),
            ParseFault::NoBytes => f.write_str("no bytes: write some, or leave the line out"),
            ParseFault::AfterLineEnd => {
                f.write_str(r"a line ends at \n: put the next bytes on a new line")
            }
            ParseFault::NotAscii(c) => {
                write!(f, "{c} is more than one byte: write {}", escaped(*c))
            }
            ParseFault::Control(byte) => write!(
                f,
                "an invisible control character: write {}",
                control(*byte)
            ),
            ParseFault::UnknownEscape(Some(c)) => write!(
                f,
                r"\{} is unknown: write \r \n \t \\ \xHH or \{{mask}}; a backslash is \\",
                shown(*c)
            ),
            ParseFault::UnknownEscape(None) => f.write_str(r"a backslash alone: a backslash is \\"),
            ParseFault::HexEscape => f.write_str(r"\x needs two hex digits: write \x0a"),
            ParseFault::Unclosed => f.write_str(r"\{ without }: close it on the same line"),
            ParseFault::UnknownMask(inner) => write!(
                f,
                r"unknown mask {}: {}",
                shortened(&format!(r"\{{{inner}}}")),
                "write date, port, int, hex, any, line, 12 bytes, 1..9 bytes, \
                 12 bytes sha256:(16 to 64 hex digits), masked 12 bytes or 12*text"
            ),
            ParseFault::EmptyRepeat => {
                f.write_str(r"a repeat of nothing: write at least \{1*x}, or leave it out")
            }
            ParseFault::NestedRepeat => f.write_str(
                r"a mask inside a repeat: write it after the }, or write \\ for the backslash",
            ),
            ParseFault::TooBig => write!(
                f,
                "repeats of more than {MAX_REPEATED} bytes in one transcript: write a smaller number"
            ),
            ParseFault::HalfPair => {
                f.write_str("one hex digit alone: write every byte as two, 0a for a")
            }
            ParseFault::NotHex(c) => write!(
                f,
                "{} is not a hex digit: write pairs of 0-9 and a-f",
                shown(*c)
            ),
            ParseFault::UnknownEvent(word) => write!(
                f,
                "unknown event {}: write connect, refuse, fin, rst or timeout 2000ms; of a datagram drop, double or swap",
                shortened(word)
            ),
            ParseFault::AfterEvent => {
                f.write_str("an event ends here: put the rest on a line of its own, a note after #")
            }
            ParseFault::Duration(text) => write!(
                f,
                "{} is not a duration: write milliseconds, such as 50ms or 50.125ms",
                shortened(text)
            ),
            ParseFault::UnknownGap(text) => write!(
                f,
                "unknown gap {}: write ~, ~ 50.2ms, ~ 10ms..20ms (the smaller first) or ~ end",
                shortened(text)
            ),
            ParseFault::LateHeading => {
                f.write_str("a heading after other lines: move it to the top of the file")
            }
            ParseFault::NoKey => f.write_str("a heading without a key: write @title and its text"),
            ParseFault::Version(text) => write!(
                f,
                "version {} of the notation is unknown: this program reads @wire 1",
                shortened(text)
            ),
        }
    }
}

/// A character as a message can show it.
fn shown(c: char) -> String {
    match c {
        ' ' => "a space".to_string(),
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    }
}

/// The UTF-8 bytes of a character as escapes.
fn escaped(c: char) -> String {
    let mut buffer = [0; 4];
    let bytes = c.encode_utf8(&mut buffer).bytes();
    bytes.map(|byte| format!(r"\x{byte:02x}")).collect()
}

fn control(byte: u8) -> String {
    match byte {
        b'\t' => r"\t".to_string(),
        b'\r' => r"\r".to_string(),
        _ => format!(r"\x{byte:02x}"),
    }
}

/// The text of the file, short enough for a message: at most 40 characters, none of them control.
fn shortened(text: &str) -> String {
    let clean: String = text
        .chars()
        .take(40)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match clean.len() < text.len() {
        true => format!("\"{clean}…\""),
        false => format!("\"{clean}\""),
    }
}
