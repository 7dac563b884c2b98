//! Answers 206: the part of the fresh file that the fresh request asks for, and what `Content-Range` says of it.
//!
//! Rule: a part is replaced only if one of the lab's files contains it.

use super::edits::{Edit, apply, within};
use super::files::Pair;
use super::find_lengths::{Message, find, messages, number, value};
use crate::http::range::{Wish, wish};

/// The edits of a server's bytes, whose client's bytes are edited so.
pub(super) fn parts(client: (&[u8], &[Edit]), server: &[u8], files: &[Pair]) -> Vec<Edit> {
    let (requests, _) = messages(client.0);
    let (answers, _) = messages(server);
    let finals = answers
        .iter()
        .filter(|answer| !status_of(server, answer).starts_with(b"1"));
    let mut edits = Vec::new();
    for (request, answer) in requests.iter().zip(finals) {
        if status_of(server, answer) != b"206" {
            continue;
        }
        let head = apply(
            &client.0[request.head.clone()],
            &within(client.1, &request.head),
        );
        let asked = value(&head, &(0..head.len()), b"range").map(|range| &head[range]);
        edits.extend(
            part(asked.unwrap_or_default(), server, answer, files)
                .into_iter()
                .flatten(),
        );
    }
    edits
}

fn status_of<'a>(bytes: &'a [u8], answer: &Message) -> &'a [u8] {
    let head = &bytes[answer.head.clone()];
    head.split(|byte| *byte == b' ').nth(1).unwrap_or_default()
}

fn part(asked: &[u8], server: &[u8], answer: &Message, files: &[Pair]) -> Option<[Edit; 2]> {
    let said = value(server, &answer.head, b"content-range")?;
    let text = &server[said.clone()];
    let slash = find(text, 0, b"/")?;
    let first = text.strip_prefix(b"bytes ")?;
    let first = number(&first[..find(first, 0, b"-")?])?;
    let whole = number(&text[slash + 1..])?;
    let body = &server[answer.body.clone()];
    let is_of = |file: &&Pair| {
        file.old.len() == whole && file.old.get(first..first + body.len()) == Some(body)
    };
    let fresh = &files.iter().find(is_of)?.fresh;
    let Wish::Parts(ranges) = wish(asked, fresh.len() as u64) else {
        return None;
    };
    let [range] = ranges[..] else {
        return None;
    };
    let new = fresh
        .get(range.first as usize..=range.last as usize)?
        .to_vec();
    let line = format!("bytes {}-{}/{}", range.first, range.last, fresh.len());
    Some([
        Edit {
            at: said,
            new: line.into_bytes(),
        },
        Edit {
            at: answer.body.clone(),
            new,
        },
    ])
}
