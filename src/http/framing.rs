//! Where the body of a message ends: the eight rules of RFC 9112 section 6.3, in its order.
//!
//! If two programs disagree about the end of a body, an attacker can make them see different messages (section
//! 11.2). So a doubtful message is refused, even where the RFC allows a repair.

use super::fault::Wrong;
use super::grammar::{decimal, is_token};
use super::{Fault, Fields, Version};

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// There is none: the message ends with its head.
    None,
    /// So many bytes; also 0 when the head says so.
    Length(u64),
    /// In chunks, the last of size 0 (see [`super::chunked`]).
    Chunked,
    /// Everything up to the end of the connection. Responses only.
    UntilClose,
    /// No body, and no HTTP from here on: CONNECT succeeded.
    Tunnel,
}

/// A message, as far as its body's length depends on it.
#[derive(Clone, Copy, Debug)]
pub enum Message<'a> {
    /// A request.
    Request,
    /// A response.
    Response {
        /// Its status.
        status: u16,
        /// The method of the request that it answers.
        to: &'a [u8],
    },
}

/// How the end of this message's body is found, or why it cannot be known.
pub fn body(message: Message<'_>, version: Version, fields: Fields<'_>) -> Result<Body, Fault> {
    // Rules 1 and 2: the fields say nothing about these.
    if let Message::Response { status, to } = message {
        if to == b"HEAD" || matches!(status, 100..=199 | 204 | 304) {
            return Ok(Body::None);
        }
        if to == b"CONNECT" && (200..300).contains(&status) {
            return Ok(Body::Tunnel);
        }
    }
    let coding = fields.all("transfer-encoding").next();
    let length = content_length(fields)?;
    match (coding, length, message) {
        // Rule 3 lets a server refuse both together; so may a client. We do.
        (Some(coding), Some(_), _) => Err(Fault::new(coding.name_at, Wrong::LengthAndChunked)),
        // Rule 4.
        (Some(coding), None, _) => {
            if version == Version::Http10 {
                return Err(Fault::new(coding.name_at, Wrong::CodingInOldVersion));
            }
            coded(fields, coding.value_at)
        }
        // Rules 5 and 6 (an invalid length is a fault of `content_length`).
        (None, Some(length), _) => Ok(Body::Length(length)),
        // Rule 7.
        (None, None, Message::Request) => Ok(Body::None),
        // Rule 8.
        (None, None, Message::Response { .. }) => Ok(Body::UntilClose),
    }
}

/// `Content-Length = 1*DIGIT` (RFC 9110 section 8.6).
///
/// A list of equal numbers, which rule 5 lets a recipient repair, is refused like any other list.
fn content_length(fields: Fields<'_>) -> Result<Option<u64>, Fault> {
    let mut all = fields.all("content-length");
    let Some(field) = all.next() else {
        return Ok(None);
    };
    if let Some(second) = all.next() {
        return Err(Fault::new(second.name_at, Wrong::TwoLengths));
    }
    match decimal(field.value) {
        Some(Some(length)) => Ok(Some(length)),
        Some(None) => Err(Fault::new(field.value_at, Wrong::HugeLength)),
        None if field.value.contains(&b',') => Err(Fault::new(field.value_at, Wrong::TwoLengths)),
        None => Err(Fault::new(field.value_at, Wrong::BadLength)),
    }
}

/// `Transfer-Encoding = #transfer-coding`, where we know one coding: chunked, once and last. A
/// response might also end with its connection (rule 4), but then in a coding unknown to us.
fn coded(fields: Fields<'_>, value_at: usize) -> Result<Body, Fault> {
    let mut chunked = false;
    for coding in fields.list("transfer-encoding") {
        let name = coding.text.split(|b| b";\t ".contains(b)).next();
        let name = name.unwrap_or_default();
        let wrong = match (chunked, name.eq_ignore_ascii_case(b"chunked")) {
            _ if !is_token(name) => Wrong::BadCoding,
            (true, true) => Wrong::ChunkedTwice,
            (true, false) => Wrong::ChunkedNotLast,
            (false, false) => Wrong::UnknownCoding,
            (false, true) if coding.text.len() > name.len() => Wrong::ChunkedParameter,
            (false, true) => {
                chunked = true;
                continue;
            }
        };
        return Err(Fault::new(coding.at, wrong));
    }
    if chunked {
        return Ok(Body::Chunked);
    }
    Err(Fault::new(value_at, Wrong::ChunkedNotLast))
}
