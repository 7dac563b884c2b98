//! The head of a message: its start line and its header section.
//!
//! ```text
//! HTTP-message   = start-line CRLF *( field-line CRLF ) CRLF [ message-body ]  ; RFC 9112 2.1
//! request-line   = method SP request-target SP HTTP-version                    ; RFC 9112 3
//! status-line    = HTTP-version SP status-code SP [ reason-phrase ]            ; RFC 9112 4
//! field-line     = field-name ":" OWS field-value OWS                          ; RFC 9112 5
//! HTTP-version   = "HTTP" "/" DIGIT "." DIGIT                                  ; RFC 9112 2.3
//! ```
//!
//! Rule 1: every line ends in CR LF. RFC 9112 section 2.2 lets a recipient accept LF alone as a line end. We do
//! not accept it, because an attacker can use two programs that disagree about the end of a line (section
//! 11.2).
//! Rule 2: one pass. A parser remembers where in the header section it stopped, and continues there. So a head
//! that arrives byte by byte costs no more than a whole head. Only the start line is read again from its
//! beginning, and its length has a limit.
//! Rule 3: offsets in faults and in `FieldRange` count from the first byte given to the parser.

use super::fault::Wrong;
use super::field_section::{Section, skip_text};
use super::grammar::{self, FIELD_TEXT, TARGET, TCHAR, is};
use super::headers::Fields;
use super::{Fault, Parsed};
use crate::limits::{MAX_EMPTY_LINES, MAX_HEAD, MAX_METHOD, MAX_START_LINE};

/// The versions that we speak. A later minor version of HTTP/1 is treated as 1.1 (RFC 9110
/// section 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// `HTTP/1.0`
    Http10,
    /// `HTTP/1.1` and above, below `HTTP/2.0`
    Http11,
}

/// The head of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RequestHead<'a> {
    /// A token such as `GET`; case matters.
    pub method: &'a [u8],
    /// The target as it was sent; its bytes are checked, its form is not (see [`super::target`]).
    pub target: &'a [u8],
    /// Offset of the target in the bytes that the parser was given.
    pub target_at: usize,
    /// The version.
    pub version: Version,
    /// The fields.
    pub fields: Fields<'a>,
}

/// The head of a response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResponseHead<'a> {
    /// The version.
    pub version: Version,
    /// From 100 to 999.
    pub status: u16,
    /// What stands after the code; means nothing.
    pub reason: &'a [u8],
    /// The fields.
    pub fields: Fields<'a>,
}

/// Reads heads, one after the other; keeps what it learnt about one that has not come whole.
///
/// The list of fields is kept between heads, so that a connection allocates it once.
#[derive(Debug, Default)]
pub struct HeadParser {
    section: Section,
    start: Option<StartLine>,
}

/// What the start line said, as offsets.
#[derive(Clone, Copy, Debug)]
struct StartLine {
    version: Version,
    status: u16,
    /// Method of a request, reason phrase of a response.
    word: (usize, usize),
    /// Target of a request.
    target: (usize, usize),
    /// The first byte of the header section.
    end: usize,
}

impl HeadParser {
    /// A parser that has seen nothing.
    pub fn new() -> HeadParser {
        HeadParser::default()
    }

    /// Reads the head of a request from the beginning of `bytes`. Up to `MAX_EMPTY_LINES` empty lines
    /// before it are passed over (RFC 9112 section 2.2).
    pub fn request<'a>(&'a mut self, bytes: &'a [u8]) -> Result<Parsed<RequestHead<'a>>, Fault> {
        let Some((start, used)) = self.read(bytes, request_line)? else {
            return Ok(Parsed::NeedMore);
        };
        let value = RequestHead {
            method: slice(bytes, start.word),
            target: slice(bytes, start.target),
            target_at: start.target.0,
            version: start.version,
            fields: Fields::new(bytes, &self.section.list),
        };
        Ok(Parsed::Done { value, used })
    }

    /// Reads the head of a response from the beginning of `bytes`.
    pub fn response<'a>(&'a mut self, bytes: &'a [u8]) -> Result<Parsed<ResponseHead<'a>>, Fault> {
        let Some((start, used)) = self.read(bytes, status_line)? else {
            return Ok(Parsed::NeedMore);
        };
        let value = ResponseHead {
            version: start.version,
            status: start.status,
            reason: slice(bytes, start.word),
            fields: Fields::new(bytes, &self.section.list),
        };
        Ok(Parsed::Done { value, used })
    }

    /// Start line, then section. The answer is the start line and the length of the head.
    fn read(
        &mut self,
        bytes: &[u8],
        line: fn(&[u8]) -> Result<Option<StartLine>, Fault>,
    ) -> Result<Option<(StartLine, usize)>, Fault> {
        let come = bytes.get(..MAX_HEAD).unwrap_or(bytes);
        let whole = come.len() == MAX_HEAD;
        if self.start.is_none() {
            self.start = line(come)?;
            self.section.begin(self.start.map_or(0, |start| start.end));
        }
        let Some(start) = self.start else {
            return Ok(None);
        };
        match self.section.read(come)? {
            Some(end) => {
                self.start = None;
                Ok(Some((start, end)))
            }
            None if whole => Err(Fault::new(MAX_HEAD, Wrong::HeadTooLarge)),
            None => Ok(None),
        }
    }
}

fn slice(bytes: &[u8], range: (usize, usize)) -> &[u8] {
    bytes.get(range.0..range.1).unwrap_or_default()
}

/// The line end at `at`: `Some(offset after it)`, `None` when it has not come whole, or the fault
/// `otherwise` when something else stands there.
pub(super) fn line_end(bytes: &[u8], at: usize, otherwise: Wrong) -> Result<Option<usize>, Fault> {
    match bytes.get(at..at + 2) {
        Some(b"\r\n") => return Ok(Some(at + 2)),
        Some([b'\r', _]) => return Err(Fault::new(at, Wrong::BareCr)),
        _ => {}
    }
    match bytes.get(at) {
        None | Some(b'\r') => Ok(None),
        Some(b'\n') => Err(Fault::new(at, Wrong::BareLf)),
        Some(_) => Err(Fault::new(at, otherwise)),
    }
}

/// Reads a request line, the empty lines before it included. `Ok(None)`: not whole yet.
fn request_line(come: &[u8]) -> Result<Option<StartLine>, Fault> {
    let mut start = 0;
    while let Some(b'\r' | b'\n') = come.get(start) {
        if start == 2 * MAX_EMPTY_LINES {
            return Err(Fault::new(start, Wrong::EmptyLines));
        }
        match line_end(come, start, Wrong::BareCr)? {
            Some(next) => start = next,
            None => return Ok(None),
        }
    }
    let limit = start + MAX_START_LINE;
    let bytes = come.get(..limit).unwrap_or(come);
    let whole = bytes.len() == limit;

    // Nearly every request, before anything is looked at byte by byte.
    let method = match bytes.get(start..start + 4) {
        Some(b"GET ") => start..start + 3,
        _ => start..grammar::skip(bytes, start, TCHAR),
    };
    if method.len() > MAX_METHOD {
        return Err(Fault::new(start + MAX_METHOD, Wrong::MethodTooLong));
    }
    match bytes.get(method.end) {
        None => return Ok(None),
        Some(b' ') if method.is_empty() => {
            return Err(Fault::new(start, Wrong::SpaceInRequestLine));
        }
        Some(b' ') => {}
        // The handshake record of TLS begins with 0x16 (RFC 8446 section 5.1).
        Some(0x16) if method.is_empty() => return Err(Fault::new(start, Wrong::TlsHello)),
        Some(b'\r' | b'\n') => return missing(come, method.end, Wrong::NoVersion),
        Some(_) => return Err(Fault::new(method.end, Wrong::Method)),
    }

    let target = method.end + 1..grammar::skip(bytes, method.end + 1, TARGET);
    match bytes.get(target.end) {
        None if whole => return Err(Fault::new(limit, Wrong::TargetTooLong)),
        None => return Ok(None),
        Some(b' ') if target.is_empty() => {
            return Err(Fault::new(target.end, Wrong::SpaceInRequestLine));
        }
        Some(b' ') => {}
        Some(b'\r' | b'\n') => return missing(come, target.end, Wrong::NoVersion),
        Some(_) => return Err(Fault::new(target.end, Wrong::TargetByte)),
    }

    let Some((version, end)) = version(come, target.end + 1, Wrong::SpaceInRequestLine)? else {
        return Ok(None);
    };
    let end = line_end(come, end, Wrong::AfterVersion)?;
    Ok(end.map(|end| StartLine {
        version,
        status: 0,
        word: (method.start, method.end),
        target: (target.start, target.end),
        end,
    }))
}

/// A line that ended too early: a fault of the line end comes first, if it has one.
fn missing(bytes: &[u8], at: usize, wrong: Wrong) -> Result<Option<StartLine>, Fault> {
    let end = line_end(bytes, at, wrong)?;
    end.map_or(Ok(None), |_| Err(Fault::new(at, wrong)))
}

/// Reads a version at `at`; the answer is the version and the offset after it. `space` is the
/// fault when a space stands where the version should begin.
fn version(bytes: &[u8], at: usize, space: Wrong) -> Result<Option<(Version, usize)>, Fault> {
    let text = bytes.get(at..).unwrap_or_default();
    // The two versions of nearly every message, before anything is looked at byte by byte.
    match text.get(..8) {
        Some(b"HTTP/1.1") => return Ok(Some((Version::Http11, at + 8))),
        Some(b"HTTP/1.0") => return Ok(Some((Version::Http10, at + 8))),
        _ => {}
    }
    for (index, wanted) in b"HTTP/0.0".iter().enumerate() {
        let digit = *wanted == b'0';
        match text.get(index) {
            None => return Ok(None),
            Some(got) if got == wanted || (digit && got.is_ascii_digit()) => {}
            Some(b' ') if index == 0 => return Err(Fault::new(at, space)),
            Some(_) => return Err(Fault::new(at + index, Wrong::Version)),
        }
    }
    match text.get(5) {
        Some(b'1') => Ok(Some((Version::Http11, at + 8))),
        _ => Err(Fault::new(at, Wrong::VersionUnknown)),
    }
}

/// Reads a status line. The space after the code is there even when the reason is empty
/// (RFC 9112 section 4).
fn status_line(come: &[u8]) -> Result<Option<StartLine>, Fault> {
    let bytes = come.get(..MAX_START_LINE).unwrap_or(come);
    let whole = bytes.len() == MAX_START_LINE;
    let Some((version, at)) = version(bytes, 0, Wrong::Version)? else {
        return Ok(None);
    };
    let mut status = 0;
    for (index, b) in bytes.iter().skip(at).take(5).enumerate() {
        match (index, b) {
            (0 | 4, b' ') => {}
            (1, b'1'..=b'9') | (2 | 3, b'0'..=b'9') => status = status * 10 + u16::from(b - b'0'),
            _ => return Err(Fault::new(at + index, Wrong::StatusCode)),
        }
    }
    if bytes.len() < at + 5 {
        return Ok(None);
    }
    let reason = at + 5..skip_text(bytes, at + 5);
    if reason.end == bytes.len() && whole {
        return Err(Fault::new(MAX_START_LINE, Wrong::StatusLineTooLong));
    }
    let end = line_end(come, reason.end, Wrong::ReasonByte)?;
    Ok(end.map(|end| StartLine {
        version,
        status,
        word: (reason.start, reason.end),
        target: (0, 0),
        end,
    }))
}

/// Whether these bytes may stand in a field value as they are.
pub fn is_field_value(value: &[u8]) -> bool {
    value.iter().all(|&b| is(b, FIELD_TEXT)) && grammar::trim_ows(value).len() == value.len()
}
