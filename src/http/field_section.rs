//! The header or trailer section of a message: field lines up to the empty one (RFC 9112 section 5).
//!
//! Rule: a section remembers where it stopped, and continues there when more bytes have come.

use super::Fault;
use super::fault::Wrong;
use super::grammar;
use super::head::line_end;
use super::headers::FieldRange;
use crate::limits::MAX_FIELDS;

/// A header or trailer section while it is read.
#[derive(Debug, Default)]
pub(crate) struct Section {
    /// The fields of the lines that came whole.
    pub(crate) list: Vec<FieldRange>,
    /// The line that has not.
    stopped: Stopped,
}

/// A field line that has not come whole, as offsets.
#[derive(Clone, Copy, Debug, Default)]
struct Stopped {
    /// Its first byte.
    line: usize,
    /// Its colon, or 0 as long as that has not come.
    colon: usize,
    /// Its first byte that has not been looked at.
    at: usize,
}

impl Stopped {
    fn before(line: usize) -> Stopped {
        let (colon, at) = (0, line);
        Stopped { line, colon, at }
    }
}

impl Section {
    /// Gets ready for a section that begins at this offset.
    pub(crate) fn begin(&mut self, at: usize) {
        self.list.clear();
        self.stopped = Stopped::before(at);
    }

    /// Reads field lines up to the empty one; the answer is the offset after it.
    /// `Ok(None)`: not whole yet.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<Option<usize>, Fault> {
        let mut from = self.stopped;
        loop {
            match bytes.get(from.line) {
                Some(b'\r' | b'\n') => {
                    self.stopped = from;
                    return line_end(bytes, from.line, Wrong::BareCr);
                }
                Some(_) if self.list.len() == MAX_FIELDS => {
                    return Err(Fault::new(from.line, Wrong::TooManyFields));
                }
                _ => {}
            }
            if !field_line(bytes, &mut from, &mut self.list)? {
                self.stopped = from;
                return Ok(None);
            }
        }
    }
}

/// Reads one field line and its line end, from where it stopped the last time, and gets ready for the
/// next. `Ok(false)`: not whole yet.
#[inline]
fn field_line(bytes: &[u8], from: &mut Stopped, list: &mut Vec<FieldRange>) -> Result<bool, Fault> {
    let line = from.line;
    if from.colon == 0 {
        from.at = grammar::skip_token(bytes, from.at);
        match bytes.get(from.at) {
            Some(b':') if from.at > line => {}
            None => return Ok(false),
            Some(_) => return no_name(bytes, line, from.at, list.is_empty()),
        }
        from.colon = from.at;
        from.at += 1;
    }
    let end = skip_text(bytes, from.at);
    from.at = end;
    if bytes.get(end..end + 2) != Some(b"\r\n") {
        return line_end(bytes, end, Wrong::ValueByte).map(|_| false);
    }
    let (start, value_end) = value_place(bytes, from.colon + 1, end);
    list.push(FieldRange {
        name_start: line as u32,
        name_end: from.colon as u32,
        value_start: start as u32,
        value_end: value_end as u32,
    });
    *from = Stopped::before(end + 2);
    Ok(true)
}

/// The value between two offsets, without the white space around it.
#[inline]
fn value_place(bytes: &[u8], from: usize, end: usize) -> (usize, usize) {
    let whole = bytes.get(from..end).unwrap_or_default();
    // One space before the value and none after it, as nearly everybody writes.
    let space = |b: Option<&u8>| matches!(b, None | Some(b' ' | b'\t'));
    if let [b' ', value @ ..] = whole
        && !space(value.first())
        && !space(value.last())
    {
        return (from + 1, end);
    }
    let start = grammar::skip_ows(bytes, from).min(end);
    let value = grammar::trim_ows(bytes.get(start..end).unwrap_or_default());
    (start, start + value.len())
}

/// Says what is wrong with a line that does not begin with a name and a colon.
#[cold]
fn no_name(bytes: &[u8], line: usize, stop: usize, first: bool) -> Result<bool, Fault> {
    let wrong = match bytes.get(stop) {
        Some(b':') => Wrong::NoName,
        Some(b' ' | b'\t') if stop == line && first => Wrong::SpaceBeforeFields,
        Some(b' ' | b'\t') if stop == line => Wrong::Folded,
        Some(b' ' | b'\t') => Wrong::SpaceBeforeColon,
        Some(b'\r' | b'\n') => match line_end(bytes, stop, Wrong::NoColon)? {
            Some(_) => Wrong::NoColon,
            // A CR at the end: whether LF follows is not known yet.
            None => return Ok(false),
        },
        _ => Wrong::NameByte,
    };
    Err(Fault::new(stop, wrong))
}

/// The offset of the first byte that may not stand in a field value, or the length.
pub(super) fn skip_text(bytes: &[u8], from: usize) -> usize {
    grammar::skip_field_text(bytes, from)
}
