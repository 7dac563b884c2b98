//! Lab 21 · Bring your own food · the reply, and how it is written.

use wirelab::http::write;

use crate::order::Refusal;

/// Status, header lines, body.
pub type Reply = (u16, String, Vec<u8>);

/// The polite no.
pub fn no((status, fields, why): Refusal) -> Reply {
    (status, fields.to_string(), format!("{why}\n").into_bytes())
}

/// The whole answer, for one write. `close` is the line that announces the end, or nothing.
pub fn in_bytes((status, fields, body): Reply, close: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    write::status_line(&mut bytes, status);
    bytes.extend(fields.bytes());
    // 204 means that there is no body, and says so by itself; every other answer says how long its own is.
    if status != 204 {
        bytes.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
    }
    bytes.extend([close.as_bytes(), b"\r\n", &body].concat());
    bytes
}
