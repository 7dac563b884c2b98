//! Mistakes of a server with the body of a request: not asked for, not taken off, read as something else.

use super::bodies_pages as page;
use super::evidence::Evidence;
use super::message::{is_request, message};
use super::served::answer_at;
use super::{Cause, Entry, count, find, shown};
use crate::course::catalogue::Side;

pub(super) const TABLE: &[Entry] = &[
    Entry {
        page: &page::NO_CONTINUE,
        judge: no_continue,
    },
    Entry {
        page: &page::BODY_LEFT,
        judge: body_left,
    },
    Entry {
        page: &page::LINE_BODY,
        judge: line_body,
    },
    Entry {
        page: &page::CHUNKS_READ,
        judge: chunks_read,
    },
];

/// The status that was wanted and the one that came in the answer of the first difference; `None` in
/// place of the second when nothing came.
fn statuses(evidence: &Evidence) -> Option<(u16, Option<u16>)> {
    let want = answer_at(&evidence.want.bytes, evidence.at)?.status()?;
    let have = answer_at(&evidence.have.bytes, evidence.at).and_then(|answer| answer.status());
    let came = evidence.have.bytes.len() > evidence.at;
    (evidence.side == Side::Server).then_some((want, have.filter(|_| came)))
}

/// The bodies of the requests that were said, those that came with a length, in order.
fn said_bodies(evidence: &Evidence) -> Vec<&[u8]> {
    let mut bodies = Vec::new();
    let mut rest = evidence.heard.as_slice();
    while is_request(rest) {
        let request = message(rest);
        let Some(after) = request.body else { break };
        let (body, next) = after.split_at(request.length().unwrap_or(0).min(after.len()));
        if !body.is_empty() {
            bodies.push(body);
        }
        rest = next;
    }
    bodies
}

/// The client asks whether it may send the body, and gets no word, or a final one.
fn no_continue(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = statuses(evidence)?;
    (want == 100 && have != Some(100)).then_some(())?;
    let what = match have {
        Some(status) => format!("You answered {status} before the body could come"),
        None => "You said nothing, and so the body never came: both sides waited".to_string(),
    };
    let length = message(&evidence.heard).length().unwrap_or(0);
    Cause::likely(format!(
        "the request said `Expect: 100-continue`, and held back its body of {} for your word. {what}.",
        count(length, "byte")
    ))
}

/// A faulty request was answered that nobody sent: it is the body of the one before.
fn body_left(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = statuses(evidence)?;
    let have = have.filter(|&have| have != want || evidence.have.bytes.len() > evidence.at)?;
    let begun = evidence.have.bytes[..evidence.at].contains(&b'\n');
    let bodies = said_bodies(evidence);
    let body = bodies.last().filter(|_| begun)?;
    let as_request = is_request(body) || matches!(have, 400 | 405 | 501);
    let other = !matches!(want, 400 | 405 | 501) && want != have || is_request(body);
    (as_request && other).then_some(())?;
    Cause::likely(format!(
        "a request brought a body of {}, `{}`. You left it on the connection, took it for the next request, and \
         answered that with {have}.",
        count(body.len(), "byte"),
        shown(body)
    ))
}

/// Bodies that end in a line end are taken, and one that does not is waited for.
fn line_body(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = statuses(evidence)?;
    let bodies = said_bodies(evidence);
    let (last, earlier) = bodies.split_last()?;
    let lines = earlier.iter().any(|body| body.ends_with(b"\n")) && !last.ends_with(b"\n");
    let waits = have.is_none() && evidence.silence.is_some() && want < 300;
    (lines && waits).then_some(())?;
    Cause::likely(format!(
        "the body `{}` came whole, all {} of it, and you went on waiting. It does not end in a line end; the one before \
         it did, and that one you took.",
        shown(last),
        count(last.len(), "byte")
    ))
}

/// A body in chunks that is right was refused, or understood as another one.
fn chunks_read(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = statuses(evidence)?;
    let small = evidence.heard.to_ascii_lowercase();
    let chunked = find(&small, b"transfer-encoding: chunked").is_some();
    (chunked && want == 200).then_some(())?;
    let sizes = "Sizes are hexadecimal, in small or capital letters; what follows a `;` means nothing; lines behind \
                 the last chunk are trailers, and belong to the order, too.";
    match have? {
        status @ (400 | 411 | 413 | 501) => Cause::likely(format!(
            "the order came in chunks, and it is right. You answered {status}. {sizes}"
        )),
        200 => Cause::likely(format!(
            "the order came in chunks, and you read another one. Yours goes on with `{}` where `{}` belongs. Data is counted, \
             and never looked into: it may hold line ends, and lines that look like sizes.",
            shown(evidence.line()),
            shown(evidence.wanted_line())
        )),
        _ => None,
    }
}
