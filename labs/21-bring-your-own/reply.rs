//! Lab 21 · Bring your own food · the answers, and how they are written.

use wirelab::http::write;

use crate::order::Refusal;

/// Status, header lines, body.
pub type Reply = (u16, String, Vec<u8>);

/// A refusal as an answer.
pub fn no((status, fields, why): Refusal) -> Reply {
    (status, fields.to_string(), format!("{why}\n").into_bytes())
}

/// The whole answer in bytes, for one write. `close` is the line `Connection: close`, or nothing.
pub fn in_bytes((status, fields, body): Reply, close: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    write::status_line(&mut bytes, status);
    bytes.extend(fields.bytes());
    // A 204 has no body and no length. All other answers have the length of the body.
    if status != 204 {
        bytes.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
    }
    bytes.extend([close.as_bytes(), b"\r\n", &body].concat());
    bytes
}
