//! A lenient reader of bytes that should be HTTP/1.1 messages or lines, even if they are wrong.
//!
//! Rule: this module does not decide whether a message is correct. `http/` is strict and stops at the first
//! fault. A check must look at the bytes after that fault, so this reader goes on as far as it can.

/// A message as far as it can be made out. All parts are slices of the bytes that were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Everything up to the empty line, the empty line not included; all bytes when there is none.
    pub head: &'a [u8],
    /// What follows the empty line; `None` when there is no empty line.
    pub body: Option<&'a [u8]>,
}

/// Splits at the first empty line, written `\r\n\r\n` or `\n\n`.
pub fn message(bytes: &[u8]) -> Message<'_> {
    let mut start = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if start > 0 && matches!(line, b"\r\n" | b"\n") {
            let (head, rest) = bytes.split_at(start);
            return Message {
                head,
                body: rest.get(line.len()..),
            };
        }
        start += line.len();
    }
    Message {
        head: bytes,
        body: None,
    }
}

impl<'a> Message<'a> {
    /// The lines of the head, line ends included.
    pub fn lines(&self) -> impl Iterator<Item = &'a [u8]> {
        self.head.split_inclusive(|&byte| byte == b'\n')
    }

    /// The fields of the head, in order.
    pub fn fields(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.lines().skip(1).filter_map(field)
    }

    /// The first line, without its line end.
    pub fn first_line(&self) -> &'a [u8] {
        self.lines().next().unwrap_or_default().trim_ascii_end()
    }

    /// The value of the first field with this name, without case and without outer white space.
    pub fn field(&self, name: &str) -> Option<&'a [u8]> {
        let found = self
            .fields()
            .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| value)
    }

    /// The elements of all fields with this name, without outer white space: a field may be a list with commas.
    pub fn elements(&self, name: &str) -> Vec<String> {
        let fields = self.fields();
        let named = fields.filter(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()));
        let lines: Vec<_> = named
            .map(|(_, value)| String::from_utf8_lossy(value))
            .collect();
        let elements = lines.iter().flat_map(|line| line.split(','));
        elements.map(|element| element.trim().to_string()).collect()
    }

    /// `Content-Length`, where it is a number.
    pub fn length(&self) -> Option<usize> {
        let value = self.field("Content-Length")?;
        std::str::from_utf8(value).ok()?.parse().ok()
    }

    /// Whether the last transfer coding is `chunked`.
    pub fn chunked(&self) -> bool {
        let coding = self.field("Transfer-Encoding").unwrap_or_default();
        coding.to_ascii_lowercase().ends_with(b"chunked")
    }

    /// The status code of a response.
    pub fn status(&self) -> Option<u16> {
        let rest = self.first_line().strip_prefix(b"HTTP/")?;
        let word = rest
            .split(|&byte| byte == b' ')
            .filter(|word| !word.is_empty())
            .nth(1)?;
        std::str::from_utf8(word).ok()?.parse().ok()
    }

    /// The target of a request: the second word of its first line.
    pub fn target(&self) -> Option<&'a [u8]> {
        self.first_line().split(|&byte| byte == b' ').nth(1)
    }

    /// How many of the bytes after the empty line belong to this message; a response without a length
    /// has all of them.
    fn body_length(&self) -> usize {
        let rest = self.body.unwrap_or_default();
        let length = match self.length() {
            Some(length) => length,
            None if self.chunked() => match chunks(rest) {
                (_, Ok(length)) => length,
                (_, Err(_)) => rest.len(),
            },
            None => 0,
        };
        length.min(rest.len())
    }
}

/// `Name: value` into its two parts, outer white space cut off; `None` when there is no colon or the
/// name is empty or no token (RFC 9110 section 5.6.2), a space before the colon aside.
pub fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, value) = split_once(line, b':')?;
    let name = name.trim_ascii();
    let token = !name.is_empty() && name.iter().all(|&byte| is_token(byte));
    token.then(|| (name, value.trim_ascii()))
}

/// What stands before and after the first such byte.
pub fn split_once(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|&byte| byte == at)?;
    Some((bytes.get(..place)?, bytes.get(place + 1..)?))
}

/// Whether a byte may stand in a token (RFC 9110 section 5.6.2, `tchar`).
pub fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether the bytes are meant as a response.
pub fn is_response(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/")
}

/// Whether the bytes are a request with a version: the first line ends in `HTTP/` and digits.
pub fn is_request(bytes: &[u8]) -> bool {
    let line = message(bytes).first_line();
    let version = line.rsplit(|&byte| byte == b' ').next().unwrap_or_default();
    !is_response(bytes) && version.len() == 8 && version.starts_with(b"HTTP/")
}

/// Whether the first line has a version in it, wherever it stands.
fn is_http(bytes: &[u8]) -> bool {
    let mut words = message(bytes).first_line().split(|&byte| byte == b' ');
    words.any(|word| word.starts_with(b"HTTP/"))
}

/// Cuts what one side says into messages: HTTP requests and responses with their bodies, or lines.
pub fn messages(bytes: &[u8]) -> Vec<&[u8]> {
    let mut rest = bytes;
    let mut all = Vec::new();
    while !rest.is_empty() {
        let found = message(rest);
        let line = rest.split_inclusive(|&byte| byte == b'\n').next();
        let length = match found.body {
            Some(body) if is_http(rest) => rest.len() - body.len() + found.body_length(),
            _ => line.map_or(rest.len(), <[u8]>::len),
        };
        let (message, behind) = rest.split_at(length.min(rest.len()));
        all.push(message);
        rest = behind;
    }
    all
}

/// The bytes of the head, its empty line included; `None` where there is no empty line.
pub fn head_length(message_bytes: &[u8]) -> Option<usize> {
    let body = message(message_bytes).body?;
    Some(message_bytes.len() - body.len())
}

/// A message with a body in two parts; any other in one.
pub fn head_and_body(message_bytes: &[u8]) -> Vec<&[u8]> {
    let length = head_length(message_bytes).filter(|&length| length < message_bytes.len());
    match length.and_then(|length| message_bytes.split_at_checked(length)) {
        Some((head, body)) => vec![head, body],
        None => vec![message_bytes],
    }
}

/// What is wrong with a chunked body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkFault<'a> {
    /// The last chunk or its empty line is missing.
    NoEnd,
    /// No CRLF stands after `said` bytes; the line goes on to `really`.
    Size {
        /// What the size is written as.
        line: &'a [u8],
        /// What it means.
        said: usize,
        /// How many bytes stand before the next CRLF.
        really: usize,
    },
    /// This line is no size.
    NoSize {
        /// Without its line end.
        line: &'a [u8],
    },
}

/// Reads a chunked body (RFC 9112 section 7.1): the data of its chunks, and its length or its first fault.
pub fn chunks(body: &[u8]) -> (Vec<&[u8]>, Result<usize, ChunkFault<'_>>) {
    let mut data = Vec::new();
    let mut rest = body;
    loop {
        match chunk(rest) {
            Ok((last, behind)) => {
                rest = behind;
                match last {
                    Some(bytes) => data.push(bytes),
                    None => return (data, Ok(body.len() - rest.len())),
                }
            }
            Err(fault) => return (data, Err(fault)),
        }
    }
}

/// The first chunk, and what follows it; no data for the last chunk, with its trailers.
fn chunk(body: &[u8]) -> Result<(Option<&[u8]>, &[u8]), ChunkFault<'_>> {
    let (line, rest) = split_once(body, b'\n').ok_or(ChunkFault::NoEnd)?;
    let line = line.trim_ascii_end();
    let digits = line.split(|&byte| byte == b';').next().unwrap_or_default();
    let digits = digits.trim_ascii();
    let text = std::str::from_utf8(digits).unwrap_or_default();
    let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let said = usize::from_str_radix(text, 16).ok().filter(|_| hex);
    let said = said.ok_or(ChunkFault::NoSize { line })?;
    if said == 0 {
        let behind = rest.strip_prefix(b"\r\n").or_else(|| message(rest).body);
        return behind.map(|behind| (None, behind)).ok_or(ChunkFault::NoEnd);
    }
    let behind = rest.get(said..).and_then(|rest| rest.strip_prefix(b"\r\n"));
    match (rest.get(..said), behind) {
        (Some(data), Some(behind)) => Ok((Some(data), behind)),
        _ => Err(ChunkFault::Size {
            line: digits,
            said,
            really: find(rest, b"\r\n").unwrap_or(rest.len()),
        }),
    }
}

/// The place of `wanted` in `bytes`.
pub fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len().max(1))
        .position(|window| window == wanted)
}

/// The first bytes, at most so many.
pub fn upto(bytes: &[u8], end: usize) -> &[u8] {
    bytes.get(..end).unwrap_or(bytes)
}

/// The bytes from this place on; none after the end.
pub fn from(bytes: &[u8], start: usize) -> &[u8] {
    bytes.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_made_out_is_made_out() {
        let bytes = b"HTTP/1.1 200 OK\r\ncontent-LENGTH :  10 \r\nX: a:b\r\n\r\nbody\n\n";
        let found = message(bytes);
        assert_eq!(found.status(), Some(200));
        assert_eq!(found.length(), Some(10));
        assert_eq!(found.field("x"), Some(&b"a:b"[..]));
        assert_eq!(found.body, Some(&b"body\n\n"[..]));
        assert!(is_response(bytes) && !is_request(bytes));
        assert!(is_request(b"GET / HTTP/1.1\n"));
        assert!(!is_request(b"3 tacos\n"));
        assert_eq!(message(b"HTTP/1.1 200\r\nA: b\r\n").body, None);
        assert_eq!(message(b"HTTP/1.1 204 No\nA: b\n\n").body, Some(&b""[..]));
        assert!(message(b"").first_line().is_empty());
    }

    #[test]
    fn messages_are_lines_or_whole_http_messages() {
        assert_eq!(
            messages(b"1 water\n2 tacos\nhalf"),
            [&b"1 water\n"[..], b"2 tacos\n", b"half"]
        );
        let two = b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\na\nb\nc";
        let pipelined = [&two[..], b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"].concat();
        assert_eq!(
            messages(&pipelined),
            [&two[..], b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"]
        );
        assert_eq!(head_and_body(two), [&two[..38], b"a\nb\nc"]);
        assert!(messages(b"").is_empty());
        let huge = b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\nx";
        assert_eq!(messages(huge).concat(), huge);
    }

    /// Only the field tells how long a body is, not a word that stands elsewhere.
    #[test]
    fn a_length_is_read_from_its_field_alone() {
        for first in [
            "GET /chunked HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a HTTP/1.1\r\nX-Content-Length: 5\r\n\r\n",
            "GET /a HTTP/1.1\r\nX: Transfer-Encoding: chunked\r\n\r\n",
            "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        ] {
            let second = "GET /b HTTP/1.1\r\nHost: b\r\n\r\n";
            let both = format!("{first}{second}");
            assert_eq!(
                messages(both.as_bytes()),
                [first.as_bytes(), second.as_bytes()]
            );
        }
    }

    #[test]
    fn chunks_are_read_up_to_their_first_fault() {
        let fault = |body| chunks(body).1;
        assert_eq!(
            chunks(b"5\r\ntacos\r\n0\r\n\r\nGET"),
            (vec![&b"tacos"[..]], Ok(15))
        );
        assert_eq!(fault(b"A;x=y\r\n0123456789\r\n0\r\nT: 1\r\n\r\n"), Ok(30));
        assert_eq!(fault(b"5\r\ntacos\r\n"), Err(ChunkFault::NoEnd));
        assert_eq!(fault(b"5\r\ntacos\r\n0\r\n"), Err(ChunkFault::NoEnd));
        let decimal = ChunkFault::Size {
            line: b"10",
            said: 16,
            really: 10,
        };
        assert_eq!(fault(b"10\r\n0123456789\r\n0\r\n\r\n"), Err(decimal));
        for line in [&b"tacos"[..], b"ffffffffffffffffff", b"+5", b""] {
            let body = [line, b"\r\n"].concat();
            assert_eq!(chunks(&body).1, Err(ChunkFault::NoSize { line }));
        }
    }
}
