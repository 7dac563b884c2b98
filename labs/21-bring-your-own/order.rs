//! Lab 21 · Bring your own food · the order: what the head of a request says about its body. Nothing here
//! reads a byte of the body.

use std::io::{self, BufRead, Read};

use wirelab::http::{Parsed, RequestHead, Version, grammar, head::HeadParser, target};

const LARGEST: u64 = 1_000_000; // bytes of a plate; we do not trust the length that a client says (lab 11)

/// A refusal: status, header lines, a sentence.
pub type Refusal = (u16, &'static str, &'static str);

/// A request without its body.
pub struct Order {
    /// `PUT`.
    pub method: String,
    /// The plate's name, without the slash before it; empty for `/`.
    pub name: String,
    /// How many bytes of body follow the head.
    pub length: u64,
    /// The client does not send the body before we answer 100 (Continue).
    pub waits: bool,
    /// The client sends no other request after this one.
    pub closes: bool,
}

impl Order {
    /// Reads the head of the next request, and no byte of its body. `None`: the client has closed.
    pub fn read(reader: &mut impl BufRead) -> io::Result<Option<Result<Order, Refusal>>> {
        let (mut parser, mut received) = (HeadParser::new(), Vec::new());
        // Line by line, so that we do not read a byte of the body with the head.
        while reader
            .by_ref()
            .take(8_192)
            .read_until(b'\n', &mut received)?
            > 0
        {
            match parser.request(&received) {
                Ok(Parsed::NeedMore) => {}
                Ok(Parsed::Done { value: head, .. }) => return Ok(Some(Order::of(&head))),
                Err(fault) => {
                    let why = fault.wrong.rule().sentence;
                    return Ok(Some(Err((fault.status(), "", why))));
                }
            }
        }
        Ok(None)
    }

    fn of(head: &RequestHead) -> Result<Order, Refusal> {
        let new = head.version == Version::Http11;
        let length = length(head)?;
        if target::host_field(head.version, head.fields, 0).is_err() {
            return Err((400, "", "one Host line, please"));
        }
        let target = String::from_utf8_lossy(head.target);
        Ok(Order {
            method: String::from_utf8_lossy(head.method).into_owned(),
            name: target.strip_prefix('/').unwrap_or(" ").to_string(),
            length,
            // A client of HTTP/1.0 does not know what 100 means, even if it sends Expect.
            waits: new && length > 0 && head.fields.has_element("expect", "100-continue"),
            closes: !new || head.fields.has_element("connection", "close"),
        })
    }

    /// The refusal that follows from the method and the name. `None`: no refusal. The rule for names is lab 7's.
    pub fn refusal(&self) -> Option<Refusal> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let known = self.name.chars().all(plain) && !self.name.starts_with('.');
        match (self.method.as_str(), self.name.as_str()) {
            _ if !known => Some((404, "", "no plate has such a name")),
            ("POST", "") => None,
            ("GET" | "PUT" | "DELETE", "") => Some((405, "Allow: POST\r\n", "name a plate")),
            ("GET" | "PUT" | "DELETE", _) => None,
            ("POST", _) => Some((405, "Allow: GET, PUT, DELETE\r\n", "this plate has a name")),
            _ => Some((501, "", "GET, PUT, POST and DELETE are all that we know")),
        }
    }
}

/// The length of the body in bytes, or the refusal.
fn length(head: &RequestHead) -> Result<u64, Refusal> {
    if head.fields.get("transfer-encoding").is_some() {
        return Err((411, "", "in one piece, please, and with its length"));
    }
    let lengths: Vec<&[u8]> = head
        .fields
        .all("content-length")
        .map(|field| field.value)
        .collect();
    match lengths[..] {
        [] if matches!(head.method, b"PUT" | b"POST") => Err((411, "", "how many bytes is it?")),
        [] => Ok(0),
        // `decimal` gives None if these bytes are not digits, and Some(None) if the number is too large for a u64.
        [digits] => match grammar::decimal(digits) {
            Some(Some(length)) if length <= LARGEST => Ok(length),
            Some(_) => Err((413, "", "we take 1000000 bytes and no more")),
            None => Err((400, "", "a length is made of digits")),
        },
        _ => Err((400, "", "there must be one length, and only one")),
    }
}
