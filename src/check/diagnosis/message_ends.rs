//! Mistakes about where a message ends: Content-Length, chunked, and bytes after the end.

use super::{Cause, Row, count, shown};
use super::{Close, Evidence, Tried};
use crate::check::Side;
use crate::check::lenient_http_reader::{
    ChunkFault, Message, chunks, field, from, is_request, is_response, message, upto,
};

pub(super) const TABLE: &[Row] = &[
    ("W15", stray_body),
    ("W13", extra_crlf),
    ("W13", two_empty_lines),
    ("W17", cl_and_te),
    ("W15", body_not_allowed),
    ("W14", header_in_body),
    ("W16", chunked),
    ("W10", cl_chars),
    ("W10", waits_for_letters),
    ("W11", head_length),
    ("W11", cl_newline),
    ("W12", no_length),
];

/// What stands between two answers, or after the last one, belongs to the answer before it: the body of
/// an answer that has none, or a line end.
fn stray_body(evidence: &Evidence) -> Option<Cause> {
    let stray = evidence
        .stray()
        .filter(|_| evidence.side() == Side::Server)?;
    let before = evidence.exchange_before()?;
    let status = before.want.status()?;
    let next = (1..stray.len()).find(|&at| is_response(from(stray, at)));
    let body = upto(stray, next.unwrap_or(stray.len()));
    not_allowed(before.asks_for_head(), status, body)
}

/// Says so, if an answer with this status to such a request has no body.
fn not_allowed(head_asked: bool, status: u16, body: &[u8]) -> Option<Cause> {
    let why = match status {
        _ if head_asked => "the request was HEAD".to_string(),
        100..=199 | 204 | 304 => format!("the status is {status}"),
        _ => return None,
    };
    Cause::likely(format!(
        "this answer must have no body, because {why}. But you sent {} after the empty line, `{}`. The client reads \
         these bytes as the beginning of the next answer.",
        count(body.len(), "byte"),
        shown(body)
    ))
}

/// Both lengths in one head, which was not asked for.
fn cl_and_te(evidence: &Evidence) -> Option<Cause> {
    let have = message(&evidence.have().bytes);
    let want = message(&evidence.want().bytes);
    let both = |message: &Message| message.length().is_some() && message.chunked();
    (both(&have) && !both(&want) && evidence.at() <= have.head.len()).then_some(())?;
    Cause::likely(format!(
        "your head says twice where the body ends: `Content-Length: {}` and `Transfer-Encoding: chunked`. One \
         program may use the first line, and another program may use the second line.",
        have.length()?
    ))
}

/// A body after the answer to HEAD, or after a status that has none.
fn body_not_allowed(evidence: &Evidence) -> Option<Cause> {
    let have = message(&evidence.have().bytes);
    let head_asked = evidence.heard().starts_with(b"HEAD ");
    let status = have.status()?;
    let body = have.body.unwrap_or_default();
    let wanted = message(&evidence.want().bytes);
    let first = !body.is_empty() && !is_response(body) && wanted.status() == Some(status);
    (evidence.side() == Side::Server && first && evidence.at() >= have.head.len()).then_some(())?;
    not_allowed(head_asked, status, body)
}

/// The empty line came too early, and a header line that was wanted stands after it.
fn header_in_body(evidence: &Evidence) -> Option<Cause> {
    let have = message(&evidence.have().bytes);
    let want = message(&evidence.want().bytes);
    let body = have.body?;
    let line = body.split_inclusive(|&byte| byte == b'\n').next()?;
    let (name, _) = field(line).filter(|_| line.ends_with(b"\r\n"))?;
    let early = evidence.at() >= have.head.len() && evidence.at() <= have.head.len() + 2;
    let belongs = want.field(std::str::from_utf8(name).ok()?).is_some();
    (early && belongs && have.head.len() < want.head.len()).then_some(())?;
    Cause::likely(format!(
        "the line `{}` came after the empty line, so it is a part of the body. An extra \\r\\n before this line \
         ended the head too early. Perhaps two parts of your program each sent a \\r\\n.",
        shown(line)
    ))
}

/// Content-Length is the number of letters, or of UTF-16 units, of a body that has letters of several bytes.
fn cl_chars(evidence: &Evidence) -> Option<Cause> {
    let have = evidence.exchange()?.have;
    let body = whole_body(evidence, &have)?;
    let text = std::str::from_utf8(body).ok()?;
    let (letters, bytes, said) = (text.chars().count(), body.len(), have.length()?);
    let units = text.encode_utf16().count();
    let what = match said {
        _ if said == bytes => return None,
        _ if said == letters => "letters",
        _ if said == units => "units of UTF-16, as `length` of a text does in Java and JavaScript",
        _ => return None,
    };
    let line = text.trim_end();
    let ends = from(body, said);
    Cause::likely(format!(
        "your Content-Length counts {what}. The body `{}` is {} but {}. A reader that takes {} stops before `{}`.",
        shown(line.as_bytes()),
        count(letters, "letter"),
        count(bytes, "byte"),
        count(said, "byte"),
        shown(ends)
    ))
}

/// The whole body came, with letters of several bytes, and the program waits for more.
fn waits_for_letters(evidence: &Evidence) -> Option<Cause> {
    let request = message(evidence.heard());
    let body = request
        .body
        .filter(|body| request.length() == Some(body.len()))?;
    let letters = std::str::from_utf8(body).ok()?.chars().count();
    let silent = evidence.have().bytes.is_empty() && evidence.silence().is_some();
    // One that is right when the body comes later does not count letters.
    let apart = evidence.tries.apart.is_some_and(Tried::is_right);
    let after_end = evidence.tries.half_close.is_some_and(|it| !it.is_right());
    let waits = silent && after_end && !apart;
    (evidence.side() == Side::Server && waits && letters < body.len()).then_some(())?;
    Cause::likely(format!(
        "the whole body came, {}, but your program still waits. The body has {}. If your program counts letters, it \
         waits for {} more. Otherwise it waits for other bytes, which this client does not send.",
        count(body.len(), "byte"),
        count(letters, "letter"),
        body.len() - letters
    ))
}

/// Content-Length is not the number of bytes in the body.
fn cl_newline(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let (have, want) = (exchange.have, exchange.want);
    let (said, body) = (have.length()?, have.body?);
    // A NUL after a right body has a page of its own.
    let nul = evidence.extra() == [0];
    (!nul).then_some(())?;
    let in_length = evidence.at() > 0 && wanted_differs(evidence, b"Content-Length");
    let at_end = have.length() == want.length() && evidence.rest().len() < 3;
    (said != body.len() && (in_length || at_end)).then_some(())?;
    let empty = body.is_empty() && evidence.have().close == Close::Open;
    (!exchange.asks_for_head() && !empty && !have.chunked()).then_some(())?;
    let sent = body.len();
    let line_end = [&b"\r\n"[..], b"\n"]
        .into_iter()
        .find(|end| body.ends_with(end));
    let line_end = line_end.unwrap_or_default();
    let unsent = want
        .body
        .is_some_and(|wanted| wanted.strip_suffix(b"\n") == Some(body));
    let why = match said {
        _ if said == have.head.len() + 2 + sent => {
            "The announced number is the length of head and body together. Content-Length must count only the body, \
             which is the bytes after the empty line".to_string()
        }
        _ if unsent && said == sent + 1 => "You counted the newline at the end of the body, but did not send it. The \
                                            other side waits for one more byte"
            .to_string(),
        _ if !line_end.is_empty() && (said + line_end.len() == sent || said + 1 == sent) => format!(
            "The difference is the length of the line end of the body, `{}`. The bytes of the line end count, too",
            shown(line_end)
        ),
        _ if said == sent + 1 => "You counted one byte that you did not send. Perhaps it is the NUL at the end of a \
            C string, which `sizeof` counts and `strlen` does not count"
            .to_string(),
        _ => "Content-Length must be the number of bytes after the empty line".to_string(),
    };
    Cause::likely(format!(
        "you announced {} and sent {sent}. {why}.",
        count(said, "byte")
    ))
}

/// The length in an answer to HEAD is that of the body which GET would bring.
fn head_length(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let (said, due) = (exchange.have.length()?, exchange.want.length()?);
    let same = exchange.have.status() == exchange.want.status();
    (exchange.asks_for_head() && said != due && same).then_some(())?;
    Cause::likely(format!(
        "the request was HEAD, and your Content-Length is {said}. An answer to HEAD has the same head as the answer \
         to GET, and no body. So its Content-Length is the length of the body of the answer to GET, {}.",
        count(due, "byte")
    ))
}

/// A response with a body, no length and no chunks, and the server does not close.
fn no_length(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let (have, want) = (exchange.have, exchange.want);
    let body = have.body.filter(|body| !body.is_empty())?;
    let unframed = have.length().is_none() && !have.chunked() && have.status().is_some();
    let framed = want.length().is_some() || want.chunked();
    let open = evidence.have().close == Close::Open;
    (evidence.side() == Side::Server && unframed && framed && open).then_some(())?;
    Cause::likely(format!(
        "the client cannot know where your body ends. You sent `{}` without a Content-Length, and your connection is \
         still open. So the client waits for more bytes.",
        shown(body)
    ))
}

/// CRLF or LF after everything that was announced.
fn extra_crlf(evidence: &Evidence) -> Option<Cause> {
    let stray = evidence.stray().filter(|_| evidence.is_http())?;
    let extra = [&b"\r\n"[..], b"\n"]
        .into_iter()
        .find(|end| stray.starts_with(end))?;
    let behind = from(stray, extra.len());
    let whole = message(&evidence.want().bytes).body.is_some();
    let alone = behind.is_empty() || is_response(behind) || is_request(behind);
    (whole && alone).then_some(())?;
    let sender = if evidence.side() == Side::Server {
        "answer"
    } else {
        "request"
    };
    let body = message(&evidence.want().bytes)
        .body
        .is_some_and(|body| !body.is_empty());
    let (place, why) = match body {
        true => (
            "after the body",
            " The empty line stands before the body. No line end follows after the body.",
        ),
        false => (
            "after the empty line",
            " One empty line ends a head. No second empty line follows.",
        ),
    };
    Cause::likely(format!(
        "{} more came {place}: `{}`. These bytes are not a part of this {sender}. On a connection that stays open \
         they are the beginning of the next {sender}.{why}",
        count(extra.len(), "byte"),
        shown(extra)
    ))
}

/// Two empty lines end the head, so the body begins with one of them.
fn two_empty_lines(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let wanted = exchange.want.body?;
    let here = evidence.missing().len() >= wanted.len()
        && exchange.have.head.len() == exchange.want.head.len();
    let body = exchange.have.body?.strip_prefix(b"\r\n")?;
    let agrees =
        !wanted.is_empty() && body.starts_with(wanted) || wanted.is_empty() && body.is_empty();
    (here && agrees && evidence.is_http()).then_some(())?;
    Cause::likely(
        "there are two empty lines between your head and the body. The first empty line ends the head. The second \
         empty line is already a part of the body, but your length does not count its two bytes.",
    )
}

/// The chunks do not say what they hold, or do not end.
fn chunked(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let (want, have) = (exchange.want, exchange.have);
    let body = have.body.filter(|_| have.chunked() && want.chunked())?;
    let right = |body: &[u8]| chunks(body).1.is_ok_and(|length| length == body.len());
    (want.body.is_none_or(right) && have.head.len() == want.head.len()).then_some(())?;
    match chunks(body).1.err()? {
        ChunkFault::NoEnd => Cause::likely(
            "the last chunk `0\\r\\n` and the empty line after it are missing, so the message never ends. The other \
             side cannot know whether more bytes come.",
        ),
        ChunkFault::Size { line, said, really } => {
            let decimal = std::str::from_utf8(line).ok()?.parse::<usize>() == Ok(really);
            let why = match decimal {
                true => format!(
                    "The size of a chunk is a hexadecimal number, and {really} is written {really:x}"
                ),
                false => {
                    "The size counts the bytes of the chunk's data, without the \\r\\n after them"
                        .to_string()
                }
            };
            Cause::likely(format!(
                "your chunk size is `{}`, which means {}, but the data of the chunk has {really}. {why}.",
                shown(line),
                count(said, "byte")
            ))
        }
        ChunkFault::NoSize { line } => Cause::likely(format!(
            "`{}` stands at the place of a chunk size. A chunk consists of its size in hexadecimal digits, \\r\\n, \
             as many bytes as the size says, and \\r\\n again.",
            shown(line)
        )),
    }
}

/// The body, where it is the one that was wanted or nothing more was wanted of it.
fn whole_body<'a>(evidence: &'a Evidence, have: &Message<'a>) -> Option<&'a [u8]> {
    let wanted = evidence.exchange()?.want.body;
    have.body
        .filter(|body| wanted.is_none_or(|wanted| wanted == *body || body.starts_with(wanted)))
}

/// Whether the first difference lies in the line of this field.
fn wanted_differs(evidence: &Evidence, name: &[u8]) -> bool {
    let is = |line| field(line).is_some_and(|(found, _)| found.eq_ignore_ascii_case(name));
    is(evidence.line()) && is(evidence.wanted_line())
}
