//! A body that announces its length piece by piece (RFC 9112 section 7.1).
//!
//! ```text
//! chunked-body    = *chunk last-chunk trailer-section CRLF
//! chunk           = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
//! chunk-size      = 1*HEXDIG
//! last-chunk      = 1*("0") [ chunk-ext ] CRLF
//! chunk-ext       = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )  ; section 7.1.1
//! chunk-ext-val   = token / quoted-string
//! trailer-section = *( field-line CRLF )                                           ; section 7.1.2
//! ```
//!
//! Rule 1: the CR LF after the data is compared, never skipped. A reader that skips two bytes without looking
//! may read another body than the sender wrote.
//! Rule 2: extensions are checked and then ignored; trailers are kept apart from the header section.

use super::fault::Wrong;
use super::field_section::Section;
use super::grammar::{self, TCHAR, hex_value};
use super::{Fault, Fields, Parsed};
use crate::limits::{MAX_CHUNK_EXTENSIONS, MAX_CHUNK_LINE, MAX_TRAILERS};

/// Reads one chunked body, piece by piece.
#[derive(Debug, Default)]
pub struct Decoder {
    place: Place,
    trailers: Section,
}

/// Where in the body the next byte stands.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    next: Next,
    /// Bytes of extensions so far.
    extensions: usize,
}

/// What must come next.
#[derive(Clone, Copy, Debug, Default)]
enum Next {
    /// `chunk-size [ chunk-ext ] CRLF`
    #[default]
    Size,
    /// So many more bytes of `chunk-data`.
    Data(u64),
    /// The CR LF after the data.
    DataEnd,
    /// `trailer-section CRLF`
    Trailers,
}

/// A piece of a chunked body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Piece<'a> {
    /// Some of the content; never empty. The ends of chunks have no meaning, so they are not reported.
    Data(&'a [u8]),
    /// The body has ended; its trailers.
    End(Fields<'a>),
}

impl Decoder {
    /// A decoder at the beginning of a body.
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// Bytes that are missing from the chunk that was begun.
    pub fn announced(&self) -> u64 {
        match self.place.next {
            Next::Data(left) => left,
            _ => 0,
        }
    }

    /// Reads the next piece from the beginning of `bytes`. Not to be called after the end.
    ///
    /// `used` of one piece also covers what stood before it (the size line of its chunk).
    pub fn next<'a>(&'a mut self, bytes: &'a [u8]) -> Result<Parsed<Piece<'a>>, Fault> {
        // `self.place` moves on only together with `used`: after NeedMore the same bytes come again.
        let mut place = self.place;
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            match place.next {
                Next::Size => {
                    let line = size_line(rest).map_err(|fault| fault.moved(at))?;
                    let Parsed::Done { value, used } = line else {
                        return Ok(Parsed::NeedMore);
                    };
                    place.extensions += value.extension;
                    if place.extensions > MAX_CHUNK_EXTENSIONS {
                        return Err(Fault::new(at, Wrong::ChunkExtensionTooLong));
                    }
                    at += used;
                    place.next = match value.size {
                        0 => Next::Trailers,
                        size => Next::Data(size),
                    };
                }
                Next::Data(_) if rest.is_empty() => return Ok(Parsed::NeedMore),
                Next::Data(left) => {
                    let take = rest.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    place.next = match left - take as u64 {
                        0 => Next::DataEnd,
                        left => Next::Data(left),
                    };
                    self.place = place;
                    let value = Piece::Data(rest.get(..take).unwrap_or_default());
                    let used = at + take;
                    return Ok(Parsed::Done { value, used });
                }
                Next::DataEnd => match rest {
                    [b'\r', b'\n', ..] => {
                        at += 2;
                        place.next = Next::Size;
                    }
                    [] | [b'\r'] => return Ok(Parsed::NeedMore),
                    _ => return Err(Fault::new(at, Wrong::ChunkEnd)),
                },
                Next::Trailers => return self.read_trailers(bytes, at),
            }
        }
    }

    /// Reads `trailer-section CRLF` at `at`. It is read from its beginning each time, which the limit
    /// keeps cheap.
    fn read_trailers<'a>(
        &'a mut self,
        bytes: &'a [u8],
        at: usize,
    ) -> Result<Parsed<Piece<'a>>, Fault> {
        let limit = at + MAX_TRAILERS;
        let come = bytes.get(..limit).unwrap_or(bytes);
        self.trailers.begin(at);
        let Some(used) = self.trailers.read(come)? else {
            if come.len() == limit {
                return Err(Fault::new(limit, Wrong::HeadTooLarge));
            }
            return Ok(Parsed::NeedMore);
        };
        let fields = Fields::new(bytes, &self.trailers.list);
        for name in NOT_IN_TRAILERS {
            if let Some(field) = fields.all(name).next() {
                return Err(Fault::new(field.name_at, Wrong::TrailerName));
            }
        }
        let value = Piece::End(fields);
        Ok(Parsed::Done { value, used })
    }
}

/// Fields that say where a message ends or whom it is for: too late in a trailer, and a danger to
/// whoever merges them (RFC 9110 section 6.5.1).
const NOT_IN_TRAILERS: [&str; 3] = ["content-length", "transfer-encoding", "host"];

/// What the line before a chunk's data says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeLine {
    /// Bytes of data; 0 in the last chunk.
    pub size: u64,
    /// Bytes that the extensions took.
    pub extension: usize,
}

/// Reads `chunk-size [ chunk-ext ] CRLF`, at most `MAX_CHUNK_LINE` bytes of it.
pub fn size_line(bytes: &[u8]) -> Result<Parsed<SizeLine>, Fault> {
    let come = bytes.get(..MAX_CHUNK_LINE).unwrap_or(bytes);
    let digits = grammar::skip(come, 0, grammar::HEX);
    let mut size = 0u64;
    for &b in come.iter().take(digits) {
        if size >> 60 > 0 {
            return Err(Fault::new(0, Wrong::ChunkSizeTooLarge));
        }
        size = size << 4 | u64::from(hex_value(b).unwrap_or(0));
    }
    if digits == 0 && !come.is_empty() {
        return Err(Fault::new(0, Wrong::ChunkSize));
    }
    let end = extensions(come, digits)?;
    match come.get(end..).unwrap_or_default() {
        [b'\r', b'\n', ..] => {
            let extension = end - digits;
            let value = SizeLine { size, extension };
            let used = end + 2;
            Ok(Parsed::Done { value, used })
        }
        [] | [b'\r'] if come.len() == MAX_CHUNK_LINE => {
            Err(Fault::new(MAX_CHUNK_LINE, Wrong::ChunkExtensionTooLong))
        }
        [] | [b'\r'] => Ok(Parsed::NeedMore),
        [b'\r', ..] => Err(Fault::new(end, Wrong::BareCr)),
        [b'\n', ..] => Err(Fault::new(end, Wrong::BareLf)),
        _ if end == digits => Err(Fault::new(end, Wrong::ChunkSize)),
        _ => Err(Fault::new(end, Wrong::ChunkExtension)),
    }
}

/// The offset after the extensions that begin at `at`, or the length of the line when it stops in
/// the middle of one. BWS, white space that should not be there, must be accepted (RFC 9110
/// section 5.6.3).
fn extensions(line: &[u8], mut at: usize) -> Result<usize, Fault> {
    loop {
        let semicolon = grammar::skip_ows(line, at);
        match line.get(semicolon) {
            Some(b';') => {}
            Some(_) => return Ok(at),
            None => return Ok(line.len()),
        }
        at = token(line, grammar::skip_ows(line, semicolon + 1))?;
        let equals = grammar::skip_ows(line, at);
        if line.get(equals) != Some(&b'=') {
            continue;
        }
        let value = grammar::skip_ows(line, equals + 1);
        at = match line.get(value..).unwrap_or_default() {
            text @ [b'"', ..] => match grammar::quoted_string(text) {
                Ok(length) => length.map_or(line.len(), |length| value + length),
                Err(bad) => return Err(Fault::new(value + bad, Wrong::ChunkExtension)),
            },
            _ => token(line, value)?,
        };
    }
}

/// The offset after the token at `at`, which must be there unless the line stops before it.
fn token(line: &[u8], at: usize) -> Result<usize, Fault> {
    let end = grammar::skip(line, at, TCHAR);
    if end == at && at < line.len() {
        return Err(Fault::new(at, Wrong::ChunkExtension));
    }
    Ok(end)
}

/// Appends one chunk. Empty data appends nothing, for a chunk of size 0 would end the body.
pub fn write_chunk(out: &mut Vec<u8>, data: &[u8]) {
    if data.is_empty() {
        return;
    }
    out.extend_from_slice(format!("{:x}\r\n", data.len()).as_bytes());
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
}

/// Appends the last chunk and the empty line after it, without trailers.
pub fn write_end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n\r\n");
}
