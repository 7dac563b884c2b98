//! Mistakes of a server with bodies: those of requests, not asked for, not taken off, read as something
//! else; and those of answers to who has a part of it already.

use super::Evidence;
use super::served::answer_at;
use super::{Cause, Row, count, shown};
use crate::check::Side;
use crate::check::message::{Message, find, from, is_request, message, upto};

pub(super) const TABLE: &[Row] = &[
    ("W67", no_continue),
    ("W68", body_left),
    ("W69", line_body),
    ("W70", chunks_read),
    ("W74", sends_all),
    ("W71", date_before_tag),
    ("W72", suffix_range),
    ("W73", range_end),
];

/// The status that was wanted and the one that came in the answer of the first difference; `None` in
/// place of the second when nothing came.
fn statuses(evidence: &Evidence) -> Option<(u16, Option<u16>)> {
    let want = answer_at(&evidence.want().bytes, evidence.at())?.status()?;
    let have = answer_at(&evidence.have().bytes, evidence.at()).and_then(|answer| answer.status());
    let came = evidence.have().bytes.len() > evidence.at();
    (evidence.side() == Side::Server).then_some((want, have.filter(|_| came)))
}

/// The bodies of the requests that were said, those that came with a length, in order.
fn said_bodies(evidence: &Evidence) -> Vec<&[u8]> {
    let mut bodies = Vec::new();
    let mut rest = evidence.heard();
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
    let length = message(evidence.heard()).length().unwrap_or(0);
    Cause::likely(format!(
        "the request said `Expect: 100-continue`, and held back its body of {} for your word. {what}.",
        count(length, "byte")
    ))
}

/// A faulty request was answered that nobody sent: it is the body of the one before.
fn body_left(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = statuses(evidence)?;
    let have = have.filter(|&have| have != want || evidence.have().bytes.len() > evidence.at())?;
    let begun = upto(&evidence.have().bytes, evidence.at()).contains(&b'\n');
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
    let waits = have.is_none() && evidence.silence().is_some() && want < 300;
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
    let small = evidence.heard().to_ascii_lowercase();
    let chunked = find(&small, b"transfer-encoding: chunked").is_some();
    (chunked && want == 200).then_some(())?;
    let sizes = "Sizes are hexadecimal, in small or capital letters. Ignore what follows a `;`. \
         The lines after the last chunk are trailers, and they belong to the message, too.";
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

/// The request (without a body) whose answer holds the first difference.
fn asked(evidence: &Evidence) -> Option<Message<'_>> {
    // A body need not end in a line end, so an answer may begin in the middle of a line.
    let want = &evidence.want().bytes;
    let answers = upto(want, evidence.at() + 9)
        .windows(9)
        .filter(|nine| nine == b"HTTP/1.1 ")
        .count();
    let heard = evidence.heard();
    let begins = |at: &usize| {
        from(heard, *at).starts_with(b"GET ") && (*at == 0 || upto(heard, *at).ends_with(b"\n"))
    };
    let mut requests = (0..heard.len()).filter(begins);
    let start = requests.nth(answers.checked_sub(1)?)?;
    Some(message(from(heard, start)))
}

/// All of it, to one who has it already or wants a part.
fn sends_all(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = statuses(evidence)?;
    (matches!(want, 206 | 304 | 416) && have == Some(200)).then_some(())?;
    let request = asked(evidence)?;
    let names = ["If-None-Match", "If-Modified-Since", "Range"];
    let (name, value) = names
        .iter()
        .find_map(|name| Some((name, request.field(name)?)))?;
    Cause::likely(format!(
        "the request says `{name}: {}`, and you answered 200 and sent all of it. {want} was due here.",
        shown(value)
    ))
}

/// 304 by the date, though a tag was asked for and is another one.
fn date_before_tag(evidence: &Evidence) -> Option<Cause> {
    let request = asked(evidence)?;
    let (tag, date) = (
        request.field("If-None-Match")?,
        request.field("If-Modified-Since")?,
    );
    (statuses(evidence)? == (200, Some(304))).then_some(())?;
    Cause::likely(format!(
        "the request asks twice: `If-None-Match: {}`, which is not the tag of this file, and `If-Modified-Since: {}`. You \
         answered 304 by the date. Where there is a tag to compare, the date does not count.",
        shown(tag),
        shown(date)
    ))
}

/// `bytes=-11` was taken for the first bytes.
fn suffix_range(evidence: &Evidence) -> Option<Cause> {
    let range = asked(evidence)?.field("Range")?;
    let suffix = range.strip_prefix(b"bytes=-")?;
    let wanted = answer_at(&evidence.want().bytes, evidence.at())?.field("Content-Range")?;
    let have = answer_at(&evidence.have().bytes, evidence.at())?;
    let got = have.field("Content-Range").unwrap_or(b"nothing");
    (evidence.side() == Side::Server && have.status()? != 416 && got != wanted).then_some(())?;
    Cause::likely(format!(
        "`Range: {}` asks for the last {} bytes: `Content-Range: {}`. Yours says `{}`. A minus in front counts from \
         the end.",
        shown(range),
        shown(suffix),
        shown(wanted),
        shown(got)
    ))
}

/// A part that is one byte too short or too long.
fn range_end(evidence: &Evidence) -> Option<Cause> {
    let range = asked(evidence)?.field("Range")?;
    let (want, have) = (
        answer_at(&evidence.want().bytes, evidence.at())?,
        answer_at(&evidence.have().bytes, evidence.at())?,
    );
    let part = want.status()? == 206 && have.status()? == 206;
    let off = want.length()?.abs_diff(have.length()?) == 1;
    (evidence.side() == Side::Server && part && off).then_some(())?;
    Cause::likely(format!(
        "`Range: {}` is answered with {}, and yours has {}. Both ends of a range count: 0-0 is one byte.",
        shown(range),
        count(want.length()?, "byte"),
        count(have.length()?, "byte")
    ))
}
