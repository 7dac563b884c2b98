//! Lab 29 · Many kitchens · reads a message from a connection, up to its last byte.

use std::io::{self, BufRead, ErrorKind, Read};

use wirelab::http::framing::{self, Body};
use wirelab::http::head::HeadParser;
use wirelab::http::{Fault, Fields, Parsed, RequestHead, ResponseHead};

use crate::message::Message;

const LONGEST_LINE: u64 = 8_192; // bytes
const LONGEST_BODY: u64 = 1_000_000; // bytes

/// The fields of a head, and how the body ends.
type Head = (Vec<(String, String)>, Body);

/// Reads a request (`to` is `None`), or the answer to a request with this method. Errors: `UnexpectedEof` when the
/// connection ends too early, `InvalidData` when the message is wrong, `Unsupported` for a request in chunks.
pub fn message(reader: &mut impl BufRead, to: Option<&str>) -> io::Result<Message> {
    let (mut parser, mut received) = (HeadParser::new(), Vec::new());
    let (fields, body) = loop {
        let mut line = reader.by_ref().take(LONGEST_LINE);
        if line.read_until(b'\n', &mut received)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let head = match to {
            None => whole(parser.request(&received), request),
            Some(to) => whole(parser.response(&received), |head| response(head, to)),
        };
        if let Some(head) = head.map_err(|fault| wrong(fault.wrong.rule().sentence))? {
            break head;
        }
    };
    let start = received.split(|byte| *byte == b'\r').next();
    let mut message = Message {
        start: in_1_1(text(start.unwrap_or_default()), to.is_none()),
        fields,
        body: Vec::new(),
    };
    match body {
        Body::None => {}
        Body::Length(length) if length <= LONGEST_BODY => {
            message.body.resize(length as usize, 0);
            reader.read_exact(&mut message.body)?;
        }
        Body::Length(_) => return Err(wrong("its body is too long")),
        Body::Chunked if to.is_none() => return Err(ErrorKind::Unsupported.into()),
        // An answer without a length, or in chunks: all bytes until the server closes.
        _ => drop(reader.take(LONGEST_BODY).read_to_end(&mut message.body)?),
    }
    Ok(message)
}

fn request(head: RequestHead) -> Result<Head, Fault> {
    let body = framing::body(framing::Message::Request, head.version, head.fields)?;
    Ok((all(head.fields), body))
}

fn response(head: ResponseHead, to: &str) -> Result<Head, Fault> {
    let (status, to) = (head.status, to.as_bytes());
    let message = framing::Message::Response { status, to };
    let body = framing::body(message, head.version, head.fields)?;
    Ok((all(head.fields), body))
}

/// The result of `make` if the head is complete, or else `None`.
fn whole<T>(
    parsed: Result<Parsed<T>, Fault>,
    make: impl FnOnce(T) -> Result<Head, Fault>,
) -> Result<Option<Head>, Fault> {
    match parsed? {
        Parsed::Done { value, .. } => make(value).map(Some),
        _ => Ok(None),
    }
}

/// Each connection has its own version. We always send 1.1 (RFC 9110, section 2.5).
fn in_1_1(start: String, request: bool) -> String {
    let (old, new) = ("HTTP/1.0", "HTTP/1.1");
    let rest = match request {
        true => start.strip_suffix(old).map(|rest| format!("{rest}{new}")),
        false => start.strip_prefix(old).map(|rest| format!("{new}{rest}")),
    };
    rest.unwrap_or(start)
}

fn all(fields: Fields) -> Vec<(String, String)> {
    let fields = fields.iter();
    fields
        .map(|field| (text(field.name), text(field.value)))
        .collect()
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// An error that says what is wrong with a message.
pub fn wrong(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}
