//! How a body in chunks was misread, where the answer shows it: a chunk taken for a line, a trailer for data.
//!
//! Rule: pure functions of the request that came and of the data that the program sent back.

use super::shown;
use crate::check::lenient_http_reader::{Message, chunks, field, find, from, upto};

/// The lines after the last chunk.
pub(super) fn trailers<'a>(request: &Message<'a>) -> Vec<&'a [u8]> {
    let body = request.body.unwrap_or_default();
    let mut lines = body.split(|&byte| byte == b'\n').rev().skip(2);
    let mut found = Vec::new();
    while let Some(line) = lines.next().filter(|line| field(line).is_some()) {
        found.push(line.trim_ascii_end());
    }
    match request.chunked() {
        true => found,
        false => Vec::new(),
    }
}

/// What the program took for something else, in the data that it sent back.
pub(super) fn misread(request: &Message, sent: &[u8]) -> Option<String> {
    let trailers = trailers(request);
    if let Some(trailer) = trailers.iter().find(|line| find(sent, line).is_some()) {
        return Some(format!(
            "`{}` is a trailer, but your answer contains it as a part of the body. The lines after the last chunk \
             belong to the message, but not to its body.",
            shown(trailer)
        ));
    }
    let (data, _) = chunks(request.body.unwrap_or_default());
    let whole = data.concat();
    let mut end = 0;
    for chunk in &data {
        end += chunk.len();
        let before = upto(&whole, end);
        let line = before.iter().rposition(|&byte| byte == b'\n');
        let begun = from(before, line.map_or(0, |at| at + 1));
        let next = from(&whole, end).first();
        let at = find(sent, begun).filter(|_| begun.len() > 1 && next.is_some());
        let cut = at.is_some_and(|at| from(sent, at + begun.len()).first() != next);
        if cut && find(sent, upto(&whole, end + 1)).is_none() {
            let behind = from(&whole, end).split(|&byte| byte == b'\n').next()?;
            let size = size_line(request.body.unwrap_or_default(), end);
            if let Some(size) = size.filter(|_| find(sent, behind).is_none()) {
                return Some(format!(
                    "Your answer contains the data up to the end of a chunk, `{}`, but nothing of the next chunk. \
                     The size line of the next chunk is `{}`. A size is a hexadecimal number. Ignore everything after \
                     a `;`.",
                    shown(begun),
                    shown(size)
                ));
            }
            return Some(format!(
                "`{}` is the end of a chunk, but your answer ends an order there. A chunk may end in the middle of \
                 an order. Join the data of all chunks first, and then look for the line ends in the joined data.",
                shown(begun)
            ));
        }
    }
    None
}

/// Whether the data that came back differ only by a CR.
pub(super) fn kept_cr(due: &[u8], sent: &[u8]) -> bool {
    let without: Vec<u8> = sent.iter().copied().filter(|&byte| byte != b'\r').collect();
    due != sent && due == without
}

/// The size lines of a request, and what may stand in them.
pub(super) fn size_lines(request: &Message) -> String {
    let body = request.body.unwrap_or_default();
    let (mut at, mut lines) = (0, Vec::new());
    for chunk in chunks(body).0 {
        let line = find(from(body, at), b"\r\n").map_or(&[][..], |end| upto(from(body, at), end));
        at += line.len() + 2 + chunk.len() + 2;
        lines.push(format!("`{}`", shown(line)));
    }
    lines.truncate(6);
    format!(
        "The size lines of the request are {}. A size is a hexadecimal number, in small or capital letters, perhaps \
         with zeros in front. Ignore everything after a `;`.",
        lines.join(", ")
    )
}

/// The size line of the chunk whose data begin after so many bytes of data.
fn size_line(body: &[u8], end: usize) -> Option<&[u8]> {
    let (mut at, mut before) = (0, 0);
    for chunk in chunks(body).0 {
        let line = upto(from(body, at), find(from(body, at), b"\r\n")?);
        if before == end {
            return Some(line);
        }
        before += chunk.len();
        at += line.len() + 2 + chunk.len() + 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::lenient_http_reader::message;

    const REQUEST: &[u8] =
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n3 ta\r\n4\r\ncos\n\r\n0\r\n\
        Tip: 10%\r\n\r\n";

    #[test]
    fn a_trailer_in_the_answer_is_named() {
        assert_eq!(trailers(&message(REQUEST)), [b"Tip: 10%"]);
        let text = misread(
            &message(REQUEST),
            b"3 tacos, coming up\nTip: 10%, coming up\n",
        )
        .unwrap();
        assert!(text.contains("`Tip: 10%` is a trailer"), "{text}");
    }

    #[test]
    fn an_answer_that_ends_with_a_chunk_names_the_next_size() {
        let text = misread(&message(REQUEST), b"3 ta, coming up\n").unwrap();
        assert!(text.contains("the next chunk is `4`"), "{text}");
    }

    #[test]
    fn the_end_of_a_chunk_is_no_end_of_an_order() {
        let text = misread(&message(REQUEST), b"3 ta, coming up\ncos, coming up\n").unwrap();
        assert!(text.contains("`3 ta` is the end of a chunk"), "{text}");
        assert_eq!(misread(&message(REQUEST), b"3 tacos, coming up\n"), None);
        assert_eq!(misread(&message(REQUEST), b""), None);
    }
}
