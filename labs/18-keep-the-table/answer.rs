//! Lab 18 · Keep the table · the answers, each with its length, and the decision whether another may follow.

use wirelab::http::framing::{Body, Message, body};
use wirelab::http::{Fault, RequestHead, Version, target, write::reason};

/// The answer to one request, and whether another may follow on this connection.
pub fn to(head: &RequestHead) -> (Vec<u8>, bool) {
    let body = target::host_field(head.version, head.fields, 0)
        .and_then(|_| body(Message::Request, head.version, head.fields));
    let goes_on = match body {
        Ok(Body::None | Body::Length(0)) => persists(head),
        // We take no bodies. Unread, it would be taken for the next request: so this was the last one.
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
        (true, Version::Http11) => "", // nothing to say: this is what HTTP/1.1 does
        (true, Version::Http10) => "Connection: keep-alive\r\n",
        (false, _) => "Connection: close\r\n",
    };
    let with_body = head.method != b"HEAD";
    (say(status, connection, text, with_body), goes_on)
}

/// RFC 9112 section 9.3, in its order.
fn persists(head: &RequestHead) -> bool {
    if head.fields.has_element("connection", "close") {
        return false;
    }
    head.version == Version::Http11 || head.fields.has_element("connection", "keep-alive")
}

/// Behind a fault nobody knows where the next request would begin.
pub fn no(fault: Fault) -> (Vec<u8>, bool) {
    let why = format!("{}\n", fault.wrong.rule().sentence);
    let bytes = say(fault.status(), "Connection: close\r\n", &why, true);
    (bytes, false)
}

/// On a connection that goes on, the length is the only end that an answer has. A 404 has one, too.
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
