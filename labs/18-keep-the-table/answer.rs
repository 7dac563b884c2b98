//! Lab 18 · Keep the table · the answers. Each answer has its length. This file also decides whether the
//! connection stays open.

use wirelab::http::framing::{Body, Message, body};
use wirelab::http::{Fault, RequestHead, Version, target, write::reason};

/// The answer to one request, and whether the connection stays open after it.
pub fn to(head: &RequestHead) -> (Vec<u8>, bool) {
    let body = target::host_field(head.version, head.fields, 0)
        .and_then(|_| body(Message::Request, head.version, head.fields));
    let goes_on = match body {
        Ok(Body::None | Body::Length(0)) => persists(head),
        // This server reads no bodies. Without a close, it would read the body as the next request.
        Ok(_) => false,
        Err(fault) => return no(fault),
    };
    let (status, text) = match (head.method, head.target) {
        (b"GET" | b"HEAD", b"/menu.txt") => (200, "three tacos\n"),
        (b"GET" | b"HEAD", b"/drinks.txt") => (200, "one water\n"),
        (b"GET" | b"HEAD", _) => (404, "no such file here\n"),
        _ => (501, "GET and HEAD are all that we know\n"),
    };
    let connection = match (goes_on, head.version) {
        (true, Version::Http11) => "", // HTTP/1.1 needs no header line to keep a connection open
        (true, Version::Http10) => "Connection: keep-alive\r\n",
        (false, _) => "Connection: close\r\n",
    };
    let with_body = head.method != b"HEAD";
    (say(status, connection, text, with_body), goes_on)
}

/// Whether the connection stays open: the rules of RFC 9112 section 9.3, in their order.
fn persists(head: &RequestHead) -> bool {
    if head.fields.has_element("connection", "close") {
        return false;
    }
    head.version == Version::Http11 || head.fields.has_element("connection", "keep-alive")
}

/// The answer to bytes that are no request. The server closes: it cannot find the next request.
pub fn no(fault: Fault) -> (Vec<u8>, bool) {
    let why = format!("{}\n", fault.wrong.rule().sentence);
    let bytes = say(fault.status(), "Connection: close\r\n", &why, true);
    (bytes, false)
}

/// An answer in bytes. Every answer has its length, also a 404: on a connection that stays open, the client
/// needs the length to find the end of the answer.
fn say(status: u16, connection: &str, text: &str, with_body: bool) -> Vec<u8> {
    let (reason, length) = (reason(status), text.len());
    let head =
        format!("HTTP/1.1 {status} {reason}\r\nContent-Length: {length}\r\n{connection}\r\n");
    [
        head.as_bytes(),
        if with_body { text.as_bytes() } else { b"" },
    ]
    .concat()
}
