//! Byte ranges: requests for a part of a file (RFC 9110 section 14).
//!
//! ```text
//! Range         = range-unit "=" range-set                          ; sections 14.1.1 and 14.2
//! range-set     = 1#range-spec
//! range-spec    = int-range / suffix-range
//! int-range     = first-pos "-" [ last-pos ]
//! suffix-range  = "-" suffix-length
//! Content-Range = "bytes" SP ( first "-" last "/" ( length / "*" ) / "*/" length )  ; section 14.4
//! ```
//!
//! Rule: a server may always ignore `Range` and send the whole file. So every value that is not a valid set of
//! byte ranges is ignored. If all ranges are past the end of the file, the answer is 416.

use super::grammar::{decimal, trim_ows};
use crate::limits::MAX_RANGES;

/// A part of something: the bytes from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Offset of the first byte.
    pub first: u64,
    /// Offset of the last byte; never before `first`, always inside.
    pub last: u64,
}

impl Range {
    /// How many bytes it has; at least 1.
    pub fn length(self) -> u64 {
        self.last - self.first + 1
    }
}

/// What a `Range` field asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Everything: the field is not valid, or asks for nothing that we do.
    All,
    /// These parts, in the order asked for; at least one.
    Parts(Vec<Range>),
    /// Parts that do not exist: answer 416 (Range Not Satisfiable).
    Nothing,
}

/// Reads the value of a `Range` field for something of `length` bytes.
///
/// Ranges outside are left out (section 15.3.7.2 sends only those that can be satisfied). Everything
/// is sent when there are more than `MAX_RANGES`, or more than two that overlap: section 14.2 calls
/// that the sign of a broken client or an attack.
pub fn wish(value: &[u8], length: u64) -> Wish {
    let Some(set) = value.split_at_checked(6).and_then(|(unit, set)| {
        // The name of a range unit has no case (section 14.1).
        unit.eq_ignore_ascii_case(b"bytes=").then_some(set)
    }) else {
        return Wish::All;
    };
    let mut count = 0;
    let mut parts = Vec::new();
    for spec in set.split(|&b| b == b',').map(trim_ows) {
        if spec.is_empty() {
            continue;
        }
        count += 1;
        match part(spec, length) {
            Some(Some(range)) => parts.push(range),
            Some(None) => {}
            None => return Wish::All,
        }
        if count > MAX_RANGES {
            return Wish::All;
        }
    }
    match parts.len() {
        _ if count == 0 => Wish::All,
        0 => Wish::Nothing,
        _ if overlaps(&parts) > 2 => Wish::All,
        _ => Wish::Parts(parts),
    }
}

/// One `range-spec`: `None` if it cannot be served, `Some(None)` if it lies outside.
fn part(spec: &[u8], length: u64) -> Option<Option<Range>> {
    let dash = spec.iter().position(|&b| b == b'-')?;
    let (first, last) = (&spec[..dash], &spec[dash + 1..]);
    // A number too large for us lies after every end.
    let number = |digits| decimal(digits).map(|number| number.unwrap_or(u64::MAX));
    if first.is_empty() {
        let suffix = number(last)?;
        // The end of nothing is all of it (section 14.1.2), and no Content-Range can say so.
        if suffix > 0 && length == 0 {
            return None;
        }
        let range = (suffix > 0).then(|| Range {
            first: length - suffix.min(length),
            last: length - 1,
        });
        return Some(range);
    }
    let first = number(first)?;
    let last = match last {
        b"" => u64::MAX,
        digits => number(digits)?,
    };
    if last < first {
        return None;
    }
    let inside = first < length;
    Some(inside.then(|| Range {
        first,
        last: last.min(length - 1),
    }))
}

/// How many ranges overlap another one.
fn overlaps(parts: &[Range]) -> usize {
    let overlap = |a: &Range, b: &Range| a.first <= b.last && b.first <= a.last;
    let touched = |(index, a): &(usize, &Range)| {
        let mut others = parts.iter().enumerate().filter(|(other, _)| other != index);
        others.any(|(_, b)| overlap(a, b))
    };
    parts.iter().enumerate().filter(touched).count()
}

/// Which part of the whole an answer has: what its `Content-Range` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The part.
    pub range: Range,
    /// The length of the whole, if the server knows it.
    pub whole: Option<u64>,
}

/// Reads the value of a `Content-Range` field that has a range. `None`: it is not valid (a range that
/// ends before it begins, or after the whole, section 14.4), has another unit, or has no range.
pub fn stretch(value: &[u8]) -> Option<Stretch> {
    let (unit, rest) = value.split_at_checked(6)?;
    let slash = rest.iter().position(|&b| b == b'/')?;
    let dash = rest[..slash].iter().position(|&b| b == b'-')?;
    let first = decimal(&rest[..dash])??;
    let last = decimal(&rest[dash + 1..slash])??;
    let whole = match &rest[slash + 1..] {
        b"*" => None,
        digits => Some(decimal(digits)??),
    };
    let valid =
        unit.eq_ignore_ascii_case(b"bytes ") && first <= last && last < whole.unwrap_or(u64::MAX);
    let range = Range { first, last };
    valid.then_some(Stretch { range, whole })
}

/// The value of `Content-Range` for a part.
pub fn content_range(range: Range, length: u64) -> String {
    format!("bytes {}-{}/{length}", range.first, range.last)
}

/// The value of `Content-Range` in a 416 answer.
pub fn content_range_outside(length: u64) -> String {
    format!("bytes */{length}")
}

/// What stands between the parts of a `multipart/byteranges` body (section 14.6, RFC 2046
/// section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multipart<'a> {
    /// A text that occurs in no part; at most 70 letters and digits.
    pub boundary: &'a str,
    /// The media type of each part.
    pub media: &'a str,
    /// The length of the whole.
    pub length: u64,
}

impl Multipart<'_> {
    /// The value of the answer's `Content-Type`.
    pub fn content_type(&self) -> String {
        format!("multipart/byteranges; boundary={}", self.boundary)
    }

    /// What stands before the bytes of a part, its line ends included.
    pub fn before(&self, range: Range) -> String {
        let Multipart {
            boundary, media, ..
        } = self;
        let range = content_range(range, self.length);
        format!("\r\n--{boundary}\r\nContent-Type: {media}\r\nContent-Range: {range}\r\n\r\n")
    }

    /// What stands after the last part.
    pub fn end(&self) -> String {
        format!("\r\n--{}--\r\n", self.boundary)
    }

    /// The length of the whole body, for `Content-Length`.
    pub fn body_length(&self, parts: &[Range]) -> u64 {
        let part = |range: &Range| self.before(*range).len() as u64 + range.length();
        parts.iter().map(part).sum::<u64>() + self.end().len() as u64
    }
}
