//! Parses the responses in the bytes of a server, one after the other.
//!
//! Rule 1: the strict parser of `http` reads each response as the answer to the next request. Bytes after the
//! last response are read as responses, too, so that an extra one is found. An extra one counts by its head:
//! nobody knows which request it answers, so nobody knows whether it has a body.
//! Rule 2: when more bytes come, only the last, unfinished response is read again.
//! Rule 3: bytes of another known protocol are reported with its name.

use crate::http::framing::Body;
use crate::http::sans_io_connection::{Connection, PeerEvent};
use crate::http::{Fault, Fields, Parsed, Version};

/// A final response, and the interim ones before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `HTTP/1.1`, not 1.0.
    pub version_11: bool,
    /// Names as they were written, and values.
    pub fields: Vec<(String, Vec<u8>)>,
    /// The content, without its chunks.
    pub body: Vec<u8>,
    /// The end of the body does not depend on the end of the connection.
    pub has_length: bool,
    /// The connection ends with it: the response says so, or its version or its body do.
    pub closes: bool,
    /// The statuses from 100 to 199 that came before it.
    pub interim: Vec<u16>,
}

/// Something else than a response of HTTP/1, that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// A body, without a status line: HTTP/0.9.
    Http09,
    /// Frames of HTTP/2.
    Http2,
    /// A record of TLS.
    Tls,
    /// A tunnel, after CONNECT.
    Tunnel,
    /// Bytes after a response that has no body: to HEAD, or 204, or 304.
    BodyAfter(&'static str),
    /// A 101 with its Upgrade field: from here on another protocol.
    Upgraded,
}

/// The bytes of a server so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The whole ones.
    pub whole: Vec<Answer>,
    /// The interim ones after the last whole one.
    pub interim: Vec<u16>,
    /// A response has begun and is not whole.
    pub begun: bool,
    /// Where it stopped being HTTP/1.
    pub fault: Option<Fault>,
    /// What it is there instead.
    pub other: Option<Other>,
    /// Offset after the last whole response.
    pub used: usize,
}

impl Answer {
    /// The value of the first field with this name; case does not matter.
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        let mut same = self
            .fields
            .iter()
            .filter(|(is, _)| is.eq_ignore_ascii_case(name));
        same.next().map(|(_, value)| &value[..])
    }

    /// Whether the list in this field has an element; case does not matter.
    pub fn lists(&self, name: &str, element: &str) -> bool {
        let same = self
            .fields
            .iter()
            .filter(|(is, _)| is.eq_ignore_ascii_case(name));
        let mut elements = same.flat_map(|(_, value)| value.split(|&b| b == b','));
        elements.any(|it| it.trim_ascii().eq_ignore_ascii_case(element.as_bytes()))
    }
}

/// Reads the responses to requests with these methods; to further ones as to a GET. `ended`: the server
/// has closed.
pub fn read(bytes: &[u8], asked: &[&str], ended: bool) -> Answers {
    let mut answers = Answers::default();
    answers.read_on(bytes, asked, ended);
    answers
}

impl Answers {
    /// Reads on: `bytes` are those of the last call, with more after them.
    pub fn read_on(&mut self, bytes: &[u8], asked: &[&str], ended: bool) {
        while self.fault.is_none() && self.other.is_none() && self.used < bytes.len() {
            let method = asked.get(self.whole.len());
            let rest = bytes.get(self.used..).unwrap_or_default();
            let Some((answer, used)) = self.one(rest, method.copied(), ended) else {
                break;
            };
            self.used += used;
            self.whole.push(answer);
        }
        if let (Some(fault), None) = (self.fault, self.other) {
            let rest = bytes.get(self.used..).unwrap_or_default();
            self.other = self.name(rest, asked, fault.at <= self.used + STATUS_LINE);
        }
    }

    /// One final response, and how many bytes it took with the interim ones before it. Without a method
    /// it is an extra one.
    fn one(&mut self, bytes: &[u8], asked: Option<&str>, ended: bool) -> Option<(Answer, usize)> {
        let (method, extra) = (asked.unwrap_or("GET"), asked.is_none());
        let mut client = Connection::client();
        let asked = client.request(method.as_bytes(), false);
        asked.and_then(|()| client.end()).ok()?;
        let mut answer = Answer::default();
        let mut used = 0;
        self.begun = true;
        self.interim.clear();
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            let event = match client.receive(rest, ended) {
                Ok(Parsed::Done { value, used: more }) => {
                    used += more;
                    value
                }
                Ok(Parsed::NeedMore) => return None,
                Err(_) if extra && answer.status != 0 => {
                    used = bytes.len();
                    break;
                }
                Err(fault) => {
                    match upgrades(rest) {
                        true => self.other = Some(Other::Upgraded),
                        false => self.fault = Some(fault.moved(self.used + used)),
                    }
                    return None;
                }
            };
            match event {
                PeerEvent::Response { head, .. } if head.status < 200 => {
                    self.interim.push(head.status)
                }
                PeerEvent::Response { head, body } => {
                    answer.status = head.status;
                    answer.version_11 = head.version == Version::Http11;
                    answer.fields = owned(head.fields);
                    answer.has_length = body != Body::UntilClose;
                    if body == Body::Tunnel {
                        self.other = Some(Other::Tunnel);
                    }
                }
                PeerEvent::Data(data) => answer.body.extend_from_slice(data),
                _ => break,
            }
        }
        answer.closes = client.steps().closes.is_some();
        answer.interim = std::mem::take(&mut self.interim);
        self.begun = false;
        Some((answer, used))
    }

    /// What these bytes are, which are no response; `early`: not even their first line is one.
    fn name(&self, bytes: &[u8], asked: &[&str], early: bool) -> Option<Other> {
        if is_settings(bytes) {
            return Some(Other::Http2);
        }
        if is_tls(bytes) {
            return Some(Other::Tls);
        }
        if !early || bytes.starts_with(b"HTTP/") {
            return None;
        }
        let before = self.whole.last();
        let method = asked.get(self.whole.len().wrapping_sub(1)).copied();
        match (before.map(|answer| answer.status), method) {
            (None, _) => Some(Other::Http09),
            (Some(_), Some("HEAD")) => Some(Other::BodyAfter("the response to HEAD")),
            (Some(204), _) => Some(Other::BodyAfter("204")),
            (Some(304), _) => Some(Other::BodyAfter("304")),
            _ => None,
        }
    }
}

/// Bytes that a fault of the first line may lie away from the line's beginning.
const STATUS_LINE: usize = 16;

/// A SETTINGS frame, the first thing that a server of HTTP/2 says: length, type 4, flags, stream 0 (RFC
/// 9113 section 6.5).
fn is_settings(bytes: &[u8]) -> bool {
    let Some([high, middle, low, kind, _, rest @ ..]) = bytes.get(..9) else {
        return false;
    };
    let length = u32::from_be_bytes([0, *high, *middle, *low]);
    *kind == 4 && length.is_multiple_of(6) && length < 1024 && rest == [0; 4]
}

/// A record of TLS, an alert or a handshake: its type, the major version 3, and a minor one (RFC 8446
/// section 5.1).
fn is_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [21 | 22, 3, 0..=4, ..])
}

/// A 101 that says to what.
fn upgrades(bytes: &[u8]) -> bool {
    let head = bytes.windows(4).position(|part| part == b"\r\n\r\n");
    let head = head.and_then(|end| bytes.get(..end)).unwrap_or_default();
    let mut lines = head.split(|&b| b == b'\n');
    let status = lines.next().unwrap_or_default();
    let named = |line: &[u8]| {
        line.get(..8)
            .is_some_and(|name| name.eq_ignore_ascii_case(b"upgrade:"))
    };
    status.starts_with(b"HTTP/1.1 101 ") && lines.any(named)
}

impl std::fmt::Display for Other {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Other::Http09 => write!(f, "a response of HTTP/0.9: bytes without a status line"),
            Other::Http2 => write!(f, "frames of HTTP/2 (a SETTINGS frame)"),
            Other::Tls => write!(f, "a record of TLS: the port is for https"),
            Other::Tunnel => write!(f, "a tunnel: CONNECT was granted"),
            Other::BodyAfter(what) => write!(f, "a body after {what}, which has none"),
            Other::Upgraded => write!(f, "101, then another protocol"),
        }
    }
}

fn owned(fields: Fields<'_>) -> Vec<(String, Vec<u8>)> {
    let name = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    let pairs = fields.iter().map(|it| (name(it.name), it.value.to_vec()));
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart_by_what_was_asked() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\
                      HTTP/1.1 100 Continue\r\n\r\n\
                      HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nX: y\r\n\r\nno\
                      HTTP/1.0 200 OK\r\n\r\nto the end";
        let open = read(bytes, &["HEAD", "GET"], false);
        assert_eq!((open.whole.len(), open.begun), (2, true));
        let answers = read(bytes, &["HEAD", "GET"], true);
        assert_eq!(answers.whole.len(), 3);
        let statuses: Vec<u16> = answers.whole.iter().map(|it| it.status).collect();
        assert_eq!(statuses, [200, 404, 200]);
        assert_eq!(answers.whole[0].body, b"");
        assert_eq!(answers.whole[1].interim, [100]);
        assert_eq!(answers.whole[1].field("x"), Some(&b"y"[..]));
        assert_eq!(answers.whole[2].body, b"to the end");
        assert!(answers.whole[2].closes && !answers.whole[1].closes);
        assert_eq!(answers.used, bytes.len());
        // At every cut the same, read on piece by piece.
        for cut in 0..bytes.len() {
            let mut pieces = Answers::default();
            pieces.read_on(&bytes[..cut], &["HEAD", "GET"], false);
            pieces.read_on(bytes, &["HEAD", "GET"], true);
            assert_eq!(pieces, answers, "cut at {cut}");
        }
    }

    #[test]
    fn an_extra_response_counts_by_its_head() {
        // The first two answer POST and a request that nobody sent; the last one answers our HEAD.
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi\
                      HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n\
                      HTTP/1.1 200 OK\r\nContent-Length: 61\r\n\r\n";
        let answers = read(bytes, &["POST", "HEAD"], true);
        assert_eq!((answers.whole.len(), answers.fault), (3, None));
        assert_eq!(answers.used, bytes.len());
        // One that was asked for is cut off.
        let cut = read(bytes, &["POST", "HEAD", "GET"], true);
        assert!(cut.whole.len() == 2 && cut.fault.is_some());
    }

    #[test]
    fn what_is_no_answer_is_a_fault_with_its_place() {
        let bytes = b"HTTP/1.1 204 No Content\r\n\r\nhello";
        let answers = read(bytes, &["GET"], false);
        assert_eq!(answers.whole.len(), 1);
        assert_eq!(answers.fault.map(|fault| fault.at), Some(27));
        assert!(read(b"", &["GET"], true).fault.is_none());
    }

    #[test]
    fn what_is_no_response_of_http_1_has_a_name() {
        let named = |bytes: &[u8], asked: &str| read(bytes, &[asked], false).other;
        let page = b"<!doctype html><title>tacos</title>";
        assert_eq!(named(page, "GET"), Some(Other::Http09));
        let settings = b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0d";
        assert_eq!(named(settings, "GET"), Some(Other::Http2));
        assert_eq!(
            named(b"\x15\x03\x03\x00\x02\x02\x28", "GET"),
            Some(Other::Tls)
        );
        let head = [b"HTTP/1.1 200 OK\r\nContent-Length: 35\r\n\r\n", &page[..]].concat();
        let body = Some(Other::BodyAfter("the response to HEAD"));
        assert_eq!(named(&head, "HEAD"), body);
        let tunnel = b"HTTP/1.1 200 Connected\r\n\r\n";
        assert_eq!(named(tunnel, "CONNECT"), Some(Other::Tunnel));
        let switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n\0\0";
        assert_eq!(named(switch, "GET"), Some(Other::Upgraded));
        let broken = b"HTTP/1.1 tacos\r\n\r\n";
        assert_eq!(named(broken, "GET"), None);
        assert!(read(broken, &["GET"], false).fault.is_some());
    }
}
