//! A look at bytes that are meant to be an HTTP/1.1 message, however wrong they are.
//!
//! Rule: nothing here decides whether a message is right. `http/` is strict and stops at the first
//! fault; a diagnosis has to look behind it, so this reads as much as can be made out.

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
                body: Some(&rest[line.len()..]),
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

    /// The first line, without its line end.
    pub fn first_line(&self) -> &'a [u8] {
        self.lines().next().unwrap_or_default().trim_ascii_end()
    }

    /// The value of the first field with this name, without case and without outer white space.
    pub fn field(&self, name: &str) -> Option<&'a [u8]> {
        let mut fields = self.lines().skip(1).filter_map(field);
        fields
            .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// `Content-Length`, where it is a number.
    pub fn length(&self) -> Option<usize> {
        std::str::from_utf8(self.field("Content-Length")?)
            .ok()?
            .parse()
            .ok()
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
}

/// `Name: value` into its two parts, outer white space cut off; `None` when there is no colon or the
/// name is empty or no token (RFC 9110 section 5.6.2), a space before the colon aside.
pub fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let name = line[..colon].trim_ascii();
    let token = !name.is_empty() && name.iter().all(|&byte| is_token(byte));
    token.then(|| (name, line[colon + 1..].trim_ascii()))
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
}
