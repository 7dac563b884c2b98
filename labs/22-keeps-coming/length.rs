//! Lab 22 · The order that keeps coming · where the body of a request ends: those of the eight rules of RFC
//! 9112, section 6.3, that apply to a request. The client's rules.rs has the rules for an answer.

use wirelab::http::{RequestHead, Version, grammar};

/// Status, and a sentence.
pub type Refusal = (u16, &'static str);

/// How the body ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Body {
    /// After this many bytes.
    Length(u64),
    /// After a chunk of size 0.
    Chunked,
}

/// The rules for a request, in the order of RFC 9112.
pub fn body(head: &RequestHead) -> Result<Body, Refusal> {
    let coding: Vec<_> = head
        .fields
        .list("transfer-encoding")
        .map(|one| one.text)
        .collect();
    let lengths: Vec<_> = head
        .fields
        .all("content-length")
        .map(|one| one.value)
        .collect();
    let coded = head.fields.get("transfer-encoding").is_some();
    if coded && (!lengths.is_empty() || head.version == Version::Http10) {
        // Rule 3. If two programs trust different lengths, they see different requests. We trust neither.
        return Err((400, "a length and chunks: which of them is true?"));
    }
    if coded {
        // Rule 4. If chunked is not the last coding, we cannot find the end. We support no other coding.
        return match coding[..] {
            [one] if one.eq_ignore_ascii_case(b"chunked") => Ok(Body::Chunked),
            [.., last] if last.eq_ignore_ascii_case(b"chunked") => {
                Err((501, "we know chunked alone"))
            }
            _ => Err((400, "chunked must be the last coding")),
        };
    }
    match lengths[..] {
        // Rule 5. Two lengths, or a length that is not a number.
        [_, _, ..] => Err((400, "two lengths: which of them is true?")),
        [digits] => match grammar::decimal(digits) {
            Some(length) => Ok(Body::Length(length.unwrap_or(u64::MAX))), // rule 6
            None => Err((400, "a length is made of digits")),
        },
        // Rule 7. A request without these header lines has no body.
        [] => Ok(Body::Length(0)),
    }
}
