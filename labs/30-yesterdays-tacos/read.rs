//! Lab 30 · Yesterday's tacos · reads a message from a socket, up to its last byte.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::net::TcpStream;

use wirelab::http::headers::Fields;
use wirelab::http::{Parsed, head::HeadParser};

use crate::message::Message;

const LONGEST_LINE: u64 = 8_192; // bytes
const LONGEST_BODY: usize = 1_000_000; // bytes

/// Reads a request, or an answer to `method`. `None`: the connection ended before the first byte.
pub fn message(stream: &TcpStream, method: Option<&str>) -> io::Result<Option<Message>> {
    let mut reader = BufReader::new(stream);
    let (mut parser, mut received) = (HeadParser::new(), Vec::new());
    let mut message = loop {
        let mut line = reader.by_ref().take(LONGEST_LINE);
        if line.read_until(b'\n', &mut received)? == 0 {
            let cut = io::Error::from(ErrorKind::UnexpectedEof);
            return if received.is_empty() {
                Ok(None)
            } else {
                Err(cut)
            };
        }
        let fields = match method {
            None => parser
                .request(&received)
                .map(|head| fields(head, |h| h.fields)),
            Some(_) => parser
                .response(&received)
                .map(|head| fields(head, |h| h.fields)),
        };
        if let Some(fields) = fields.map_err(|fault| wrong(fault.wrong.rule().sentence))? {
            let start = received
                .split(|byte| *byte == b'\r')
                .next()
                .unwrap_or_default();
            let start = String::from_utf8_lossy(start).into_owned();
            let (body, measured) = (Vec::new(), true);
            break Message {
                start,
                fields,
                body,
                measured,
            };
        }
    };
    let bodiless = method == Some("HEAD") || matches!(message.status(), 204 | 304);
    match message.get("content-length").map(str::parse::<usize>) {
        _ if bodiless => {}
        Some(Ok(length)) if length <= LONGEST_BODY => {
            message.body.resize(length, 0);
            reader.read_exact(&mut message.body)?;
        }
        Some(_) => return Err(wrong("its Content-Length is no length that fits")),
        None if method.is_none() => {}
        None => {
            message.measured = false;
            reader
                .take(LONGEST_BODY as u64)
                .read_to_end(&mut message.body)?;
        }
    }
    Ok(Some(message))
}

/// An error that says what is wrong with the message.
fn wrong(why: impl ToString) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why.to_string())
}

/// The fields of a complete head. `None`: the head is not complete yet.
fn fields<'a, T>(
    parsed: Parsed<T>,
    of: impl Fn(&T) -> Fields<'a>,
) -> Option<Vec<(String, String)>> {
    let Parsed::Done { value, .. } = parsed else {
        return None;
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(
        of(&value)
            .iter()
            .map(|field| (text(field.name), text(field.value)))
            .collect(),
    )
}
