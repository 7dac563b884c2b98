//! Lab 22 · The order that keeps coming · where the body of an answer ends: the eight rules of RFC 9112,
//! section 6.3, in their order.

use wirelab::http::{ResponseHead, chunked::Decoder, grammar};

/// How the body of an answer ends.
pub enum End {
    /// With the head.
    Now,
    /// After this many bytes.
    After(usize),
    /// After a chunk of size 0.
    Chunked(Decoder),
    /// When the server closes the connection.
    WithTheConnection,
}

/// Where the body of this answer to `method` ends. The numbers are the numbers of the rules.
pub fn end(head: &ResponseHead, method: &str) -> Result<End, &'static str> {
    let coding = head.fields.list("transfer-encoding").last();
    let lengths: Vec<_> = head
        .fields
        .all("content-length")
        .map(|one| one.value)
        .collect();
    match (head.status, coding, &lengths[..]) {
        (100..=199 | 204 | 304, ..) => Ok(End::Now), // 1: by the status
        _ if method == "HEAD" => Ok(End::Now),       // 1, too: by the method
        (200..=299, ..) if method == "CONNECT" => Err("from here on this is no HTTP"), // 2
        (_, Some(_), [_, ..]) => Err("a length and chunks: which of them is true?"), // 3
        (_, Some(last), _) => match last.text.eq_ignore_ascii_case(b"chunked") {
            true => Ok(End::Chunked(Decoder::new())), // 4
            false => Ok(End::WithTheConnection),      // 4, too
        },
        (_, None, [_, _, ..]) => Err("two lengths: which of them is true?"), // 5
        (_, None, [digits]) => match grammar::decimal(digits).flatten() {
            Some(length) => Ok(End::After(usize::try_from(length).unwrap_or(usize::MAX))), // 6
            None => Err("the length is not a number"),                                     // 5, too
        },
        (_, None, []) => Ok(End::WithTheConnection), // 8; rule 7 is for requests
    }
}
