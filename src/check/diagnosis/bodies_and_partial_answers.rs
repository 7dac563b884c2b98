//! Mistakes of a server with bodies: a request's body that the server does not ask for, leaves on the
//! connection, or reads as something else; and answers to a client that already has a part of the file.

use super::Evidence;
use super::chunk_borders::{kept_cr, misread, size_lines, trailers};
use super::file_servers::answer_at;
use super::valid_but_different::said;
use super::{Cause, Row, count, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::{
    Message, chunks, find, is_request, message, messages, upto,
};
use crate::wire::DifferenceKind;

/// Asked before the causes of a silence that nothing explains.
pub(super) const WAITS: &[Row] = &[
    ("W67", no_continue),
    ("W69", line_body),
    ("W70", chunks_unanswered),
];

pub(super) const TABLE: &[Row] = &[
    ("W68", answered_before_body),
    ("W68", body_left),
    ("W70", trailers_left),
    ("W70", chunks_read),
    ("W70", line_end_unread),
    ("W74", sends_all),
    ("W71", date_before_tag),
    ("W72", suffix_range),
    ("W73", range_end),
];

/// The status that was wanted and the one that came in the answer of the first difference; `None` in
/// place of the second when nothing came.
pub(super) fn statuses(evidence: &Evidence) -> Option<(u16, Option<u16>)> {
    let want = answer_at(&evidence.want().bytes, evidence.at())?.status()?;
    let have = answer_at(&evidence.have().bytes, evidence.at()).and_then(|answer| answer.status());
    let came = evidence.have().bytes.len() > evidence.at();
    (evidence.side() == Side::Server).then_some((want, have.filter(|_| came)))
}

/// The bodies of the requests that were sent, those that came with a length, in order.
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
    let refused = have.is_some_and(|have| have >= 400 && have != 417);
    (want == 100 && have != Some(100) && !refused).then_some(())?;
    let silent = have.is_some() || evidence.silence().is_some();
    silent.then_some(())?;
    let open = evidence
        .have()
        .bytes
        .ends_with(b"HTTP/1.1 100 Continue\r\n");
    let what = match have {
        None if open => {
            "The empty line of your answer 100 is missing. An answer 100 is a head like every other, so the client \
             waits for this empty line"
                .to_string()
        }
        Some(status) => format!("You answered {status} before the client could send the body"),
        None => "You sent nothing, so the body never came, and both sides waited".to_string(),
    };
    let length = message(evidence.heard()).length().unwrap_or(0);
    Cause::likely(format!(
        "the request contains `Expect: 100-continue`. So the client sends its body of {} only after your answer 100. \
         {what}.",
        count(length, "byte")
    ))
}

/// A right order in chunks came whole, and the answer does not come.
fn chunks_unanswered(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = statuses(evidence)?;
    let request = messages(evidence.heard()).into_iter().next_back()?;
    let whole = chunks(message(request).body.unwrap_or_default()).1.is_ok();
    let waits = have.is_none() && evidence.silence().is_some() && want < 400;
    (whole && waits && message(request).chunked()).then_some(())?;
    Cause::likely(
        "the whole order came in chunks, with the last chunk and the empty line after it. But you wait for more \
         bytes. Count the bytes of the data. After the data of a chunk come \\r\\n and the next size. The body ends \
         with a size of 0, then perhaps trailer lines, and an empty line.",
    )
}

/// The last answer came before the body of its request.
fn answered_before_body(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let request = exchange.request()?;
    let length = request.length().filter(|&length| length > 0)?;
    let have = message(evidence.rest()).status()?;
    let early = evidence.early() || evidence.difference()?.what == DifferenceKind::Extra;
    (evidence.side() == Side::Server && early && (200..400).contains(&have)).then_some(())?;
    let asked = request.field("Expect").is_some();
    asked.then_some(())?;
    Cause::likely(format!(
        "you answered {have} before the body of {} had come. The client may still send this body. If you do not read \
         the body, you take it for the next request.",
        count(length, "byte")
    ))
}

/// The server answered a faulty request that was not sent: it is the body of the request before.
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
        "a request came with a body of {}, `{}`. You answered {have}. Probably you did not read these bytes as a \
         body, but took them for the next request.",
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
        "the body `{}` came completely, with all {}. But you waited for more bytes. This body does not end with a \
         line end. An earlier body ended with a line end, and you read that body.",
        shown(last),
        count(last.len(), "byte")
    ))
}

/// A body in chunks that is right was refused, or understood as another one.
fn chunks_read(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = statuses(evidence)?;
    let exchange = evidence.exchange()?;
    let request = exchange.request()?;
    let same = |message: &Message| chunks(message.body.unwrap_or_default()).0.concat();
    let other_data = same(&exchange.want) != same(&exchange.have) || have? != 200;
    (request.chunked() && want == 200 && other_data).then_some(())?;
    let sizes = "The size of a chunk is a hexadecimal number, in small or capital letters. Ignore everything after a \
        `;` in a size line. The \\r\\n after the data belongs to the chunk. The lines after the last chunk are \
        trailers. The trailers belong to the message, too.";
    let coding = request.field("Transfer-Encoding").unwrap_or_default();
    let faults = said(&exchange.have);
    let sizes = match faults.contains("begins with its size") {
        true => size_lines(&request),
        false => sizes.to_string(),
    };
    let named = match coding.iter().any(u8::is_ascii_uppercase) {
        true => format!(" `{}` means the same as `chunked`.", shown(coding)),
        false => String::new(),
    };
    match have? {
        status @ (400 | 411 | 413 | 501) => Cause::likely(format!(
            "the order came in correct chunks, but you answered {status}{faults}.{named} {sizes}"
        )),
        200 if misread(&request, &same(&exchange.have)).is_some() => Cause::likely(format!(
            "the order came in chunks. {}",
            misread(&request, &same(&exchange.have))?
        )),
        200 if kept_cr(&same(&exchange.want), &same(&exchange.have)) => Cause::likely(
            "your answer contains a `\\r` that belongs to the line end of an order. An order ends at its `\\n`. If a \
             `\\r` stands before the `\\n`, this `\\r` is not a part of the order.",
        ),
        200 => Cause::likely(format!(
            "the order came in chunks, but you did not read it correctly. The first bytes agree. After them your \
             answer has `{}`, but `{}` was expected. Find the end of the data by counting bytes. Do not search in the \
             data: it may contain line ends, and lines that look like sizes.",
            shown(evidence.line()),
            shown(evidence.wanted_line())
        )),
        _ => None,
    }
}

/// The bytes after the data are no line end, and only the next size line was refused.
fn line_end_unread(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let due = said(&exchange.want);
    let later = due.contains("behind the data") && said(&exchange.have).contains("with its size");
    (exchange.request()?.chunked() && later).then_some(())?;
    Cause::likely(
        "the two bytes after the data of a chunk are not `\\r\\n`. But your answer names the next size line as the \
         fault. Probably you skip these two bytes and do not compare them. If they are not `\\r\\n`, the size before \
         them was wrong.",
    )
}

/// The request whose answer holds the first difference.
fn asked(evidence: &Evidence) -> Option<Message<'_>> {
    evidence.exchange()?.request()
}

/// Lines after the last chunk are taken for the next request.
fn trailers_left(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let asked = exchange.asked?;
    let mut before = messages(evidence.heard()).into_iter();
    let place = before
        .clone()
        .position(|message| std::ptr::eq(message, asked))?;
    let before = message(before.nth(place.checked_sub(1)?)?);
    let data = |message: &Message| chunks(message.body.unwrap_or_default()).0.concat();
    let nothing = data(&exchange.have).is_empty() && !data(&exchange.want).is_empty();
    (!trailers(&before).is_empty() && nothing).then_some(())?;
    let request = message(asked);
    let lost = match request.chunked() {
        true => data(&request),
        false => request.body.unwrap_or_default().to_vec(),
    };
    if !lost.is_empty() && !lost.ends_with(b"\n") && exchange.have.status() == Some(200) {
        return Cause::likely(format!(
            "`{}` was ordered, but your answer names no order. There are two possible reasons. Perhaps you drop an \
             order that has no line end: the last order of a body may have none. Or perhaps you took trailers of the \
             request before for this request. These lines after the last chunk belong to the request with the chunks.",
            shown(&lost)
        ));
    }
    let came = match exchange.have.status() {
        Some(_) => "Your answer is right for a request without an order",
        None => "This request got no answer",
    };
    Cause::likely(format!(
        "the request before this one was in chunks, and had trailers, which are lines after its last chunk. {came}. \
         Probably you took a part of these lines for a request. Trailers belong to the message with the chunks, and \
         end with an empty line."
    ))
}

/// All of it, to one who has it already or wants a part.
fn sends_all(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = statuses(evidence)?;
    let unchanged = want == 304 && matches!(have, Some(200 | 206));
    (unchanged || want == 206 && have == Some(200)).then_some(())?;
    let whole = answer_at(&evidence.have().bytes, evidence.at())?;
    (whole.field("Content-Range").is_none() || have == Some(206)).then_some(())?;
    let request = asked(evidence)?;
    let names = ["If-None-Match", "If-Modified-Since", "Range"];
    let (name, value) = names
        .iter()
        .find_map(|name| Some((name, request.field(name)?)))?;
    let tags = *name == "If-None-Match";
    let list = match tags && value.contains(&b',') {
        true => " The value is a list, so compare each of its tags.",
        false => "",
    };
    let weak = match tags && find(value, b"W/").is_some() {
        true => " Ignore a `W/` in front of a tag.",
        false => "",
    };
    let star = match (value, have) {
        (b"*", Some(206)) => {
            " Either your program does not know that `*` fits every version of the file, or it looks at Range first."
        }
        (b"*", _) => " `*` fits every version of the file.",
        _ if *name == "If-Modified-Since" && whole.field("Last-Modified") == Some(value) => {
            " Your own Last-Modified is the same time. So the file has not changed after this time."
        }
        _ => "",
    };
    Cause::likely(format!(
        "the request contains `{name}: {}`, but you answered {}. The right answer is {want}.{list}{weak}{star}",
        shown(value),
        have?
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
        "the request has `If-None-Match: {}` and `If-Modified-Since: {}`. The tag is not the tag of this file, but \
         you answered 304. Probably you compared the date. If a request has a tag, ignore the date.",
        shown(tag),
        shown(date)
    ))
}

/// `bytes=-11` was taken for the first bytes.
fn suffix_range(evidence: &Evidence) -> Option<Cause> {
    let range = asked(evidence)?.field("Range")?;
    (range.starts_with(b"bytes=-") && range != b"bytes=-0").then_some(())?;
    let wanted = answer_at(&evidence.want().bytes, evidence.at())?.field("Content-Range")?;
    let have = answer_at(&evidence.have().bytes, evidence.at())?;
    let got = have.field("Content-Range").unwrap_or(b"missing");
    (evidence.side() == Side::Server && have.status()? != 416 && got != wanted).then_some(())?;
    Cause::likely(format!(
        "`Range: {}` has a minus before the number, so it asks for that number of bytes from the end. So the line \
         `Content-Range: {}` was expected, but your value is `{}`.{}",
        shown(range),
        shown(wanted),
        shown(got),
        match wanted.starts_with(b"bytes 0-") {
            true =>
                " The file does not have more bytes than the number says, so the part is the whole file.",
            false => "",
        }
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
        "the right answer to `Range: {}` has {} in its body, but your answer has {}. A range includes its last byte, \
         so the range 0-0 has one byte.",
        shown(range),
        count(want.length()?, "byte"),
        count(have.length()?, "byte")
    ))
}
