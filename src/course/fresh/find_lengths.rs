//! Where the messages of one side begin and end, and which numbers in them count which bytes: `Content-Length`,
//! the sizes of chunks, and prefixes of four bytes.
//!
//! Rule: the input is the course's own snapshots, with their faulty requests. If a part is not understood, it
//! is skipped, and no length in it is changed.

use std::ops::Range;

use super::edits::{Count, Form};

/// One message of a stream, as ranges of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// From its first byte to the end of its empty line.
    pub(super) head: Range<usize>,
    /// As much of the body as is there.
    pub(super) body: Range<usize>,
    /// The digits of its length, if it says one.
    pub(super) length: Option<Range<usize>>,
}

/// The HTTP messages at the beginning of a stream, and what counts what in them.
pub(super) fn messages(bytes: &[u8]) -> (Vec<Message>, Vec<Count>) {
    let (mut messages, mut counts) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(end) = find(bytes, at, b"\r\n\r\n").map(|end| end + 4) {
        let head = at..end;
        if !is_http(&bytes[head.clone()]) {
            break;
        }
        let length = value(bytes, &head, b"content-length");
        let chunked = value(bytes, &head, b"transfer-encoding")
            .is_some_and(|coding| bytes[coding].eq_ignore_ascii_case(b"chunked"));
        let said = length.clone().and_then(|digits| number(&bytes[digits]));
        let body = match said {
            _ if chunked => end..chunks(bytes, end, &mut counts),
            // An answer to HEAD says a length, and the next message follows.
            Some(_) if bytes[end..].starts_with(b"HTTP/1.") => end..end,
            Some(said) => end..end.saturating_add(said).min(bytes.len()),
            None => end..end,
        };
        if let (Some(digits), Some(said)) = (&length, said)
            && said > 0
            && body.len() == said
            && !chunked
        {
            counts.push(Count {
                digits: digits.clone(),
                span: body.clone(),
                form: Form::Decimal,
            });
        }
        at = body.end;
        messages.push(Message { head, body, length });
    }
    if messages.is_empty() {
        counts.extend(prefixes(bytes));
    }
    (messages, counts)
}

/// The value of the first field with this name, in small letters, within a head.
pub(super) fn value(bytes: &[u8], head: &Range<usize>, name: &[u8]) -> Option<Range<usize>> {
    let mut at = head.start;
    while let Some(end) = find(&bytes[..head.end], at, b"\r\n") {
        let line = &bytes[at..end];
        if let Some(colon) = line.iter().position(|byte| *byte == b':')
            && line[..colon].eq_ignore_ascii_case(name)
        {
            let text = line[colon + 1..].trim_ascii_start();
            return Some(end - text.len()..end - text.len() + text.trim_ascii_end().len());
        }
        at = end + 2;
    }
    None
}

/// A number in decimal digits alone.
pub(super) fn number(digits: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(digits).ok()?;
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// Where `wanted` stands from `at` on.
pub(super) fn find(bytes: &[u8], at: usize, wanted: &[u8]) -> Option<usize> {
    let mut windows = bytes.get(at..)?.windows(wanted.len());
    windows
        .position(|window| window == wanted)
        .map(|found| at + found)
}

fn is_http(head: &[u8]) -> bool {
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    line.starts_with(b"HTTP/") || line.windows(6).any(|window| window == b" HTTP/")
}

/// Reads chunks from `at` on; where the body ends, or where it stops to be one.
fn chunks(bytes: &[u8], mut at: usize, counts: &mut Vec<Count>) -> usize {
    while let Some(end) = find(bytes, at, b"\r\n") {
        let line = &bytes[at..end];
        let digits = line
            .iter()
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        let text = std::str::from_utf8(&line[..digits]).unwrap_or_default();
        let Ok(size) = usize::from_str_radix(text, 16) else {
            return at;
        };
        let data = end + 2..(end + 2).saturating_add(size);
        if size == 0 {
            // The trailers end with an empty line.
            let empty = find(bytes, end, b"\r\n\r\n");
            return empty.map_or(bytes.len(), |empty| empty + 4);
        }
        if bytes.get(data.end..data.end + 2) != Some(b"\r\n") {
            return at;
        }
        let upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
        let width = if text.starts_with('0') { digits } else { 1 };
        let form = Form::Hex { upper, width };
        counts.push(Count {
            digits: at..at + digits,
            span: data.clone(),
            form,
        });
        at = data.end + 2;
    }
    at
}

/// Pieces that each begin with four bytes of length, from the beginning or from after a first line on, when they
/// fill all of it.
fn prefixes(bytes: &[u8]) -> Vec<Count> {
    let line = find(bytes, 0, b"\n").map(|end| end + 1);
    [Some(0), line]
        .into_iter()
        .flatten()
        .find_map(|at| tiles(bytes, at))
        .unwrap_or_default()
}

fn tiles(bytes: &[u8], mut at: usize) -> Option<Vec<Count>> {
    let mut counts = Vec::new();
    while at < bytes.len() {
        let prefix: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        let span = at + 4..(at + 4).checked_add(u32::from_be_bytes(prefix) as usize)?;
        bytes.get(span.clone())?;
        counts.push(Count {
            digits: at..at + 4,
            span: span.clone(),
            form: Form::Four,
        });
        at = span.end;
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
        let (_, counts) = messages(bytes);
        let both = |count: &Count| (&bytes[count.digits.clone()], &bytes[count.span.clone()]);
        counts.iter().map(both).collect()
    }

    #[test]
    fn lengths_of_bodies_are_found_and_those_of_no_body_are_not() {
        let answers = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:  5 \r\n\r\nfl\r\n\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort";
        assert_eq!(counted(answers), [(&b"5"[..], &b"fl\r\n\n"[..])]);
        let (all, _) = messages(answers);
        assert_eq!(all.len(), 3);
        assert_eq!(&answers[all[2].body.clone()], b"short");
        assert_eq!(all[0].length, Some(33..35));
    }

    #[test]
    fn sizes_of_chunks_and_prefixes_are_found() {
        let order = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n3 ta\r\n0E;x=1\r\ncos\n1 burrito\n\r\n0\r\nTip: 1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
        let found = [
            (&b"4"[..], &b"3 ta"[..]),
            (&b"0E"[..], &b"cos\n1 burrito\n"[..]),
        ];
        assert_eq!(counted(order), found);
        assert_eq!(messages(order).0.len(), 2);
        let framed = b"menu by length\n\0\0\0\x04flan\0\0\0\0";
        assert_eq!(
            counted(framed),
            [
                (&b"\0\0\0\x04"[..], &b"flan"[..]),
                (&b"\0\0\0\0"[..], &b""[..])
            ]
        );
        assert!(counted(b"3 tacos\n").is_empty());
    }

    #[test]
    fn no_snapshot_and_no_half_of_one_is_too_strange() {
        for lab in crate::course::catalogue::labs() {
            for script in &lab.scripts {
                let bytes = script.text().as_bytes();
                for end in (0..bytes.len()).step_by(7) {
                    messages(&bytes[..end]);
                }
            }
        }
    }
}
