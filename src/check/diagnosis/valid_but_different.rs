//! Correct HTTP that differs from the lab's conversation: another status, another target.
//!
//! Rule: these come after all mistakes that break HTTP. The text says that the bytes differ only from this
//! lab's conversation.

use super::difference_place::Exchange;
use super::echoed_fields::lines_for_refusal;
use super::{Cause, Evidence, Row, file_servers, request_details, shown, target_parts};
use crate::check::Side;
use crate::check::lenient_http_reader::{Message, find, message, messages};
use crate::wire::Who;

pub(super) const TABLE: &[Row] = &[
    ("W87", file_servers::range_rules),
    ("W83", full_too_soon),
    ("W81", target_parts::query_in_name),
    ("W83", too_strict),
    ("W82", near_status),
    ("W82", other_method),
    ("W82", length_of_nothing),
    ("W81", target_parts::changed_percents),
    ("W123", method_of_the_argument),
    ("W81", target_parts::other_part),
];

/// The two statuses of the first difference, when they differ there.
pub(super) fn differing(evidence: &Evidence) -> Option<(Exchange<'_>, u16, u16)> {
    let exchange = evidence.exchange()?;
    let (want, have) = exchange.statuses()?;
    (evidence.side() == Side::Server && want != have).then_some((exchange, want, have))
}

/// What a status says, for those that are confused most.
fn meaning(status: u16) -> Option<&'static str> {
    Some(match status {
        100 => "send the body",
        200 => "this is what you asked for",
        201 => "something new was made",
        204 => "the request succeeded, and there is no body",
        206 => "this is a part of the file",
        301 => "the resource has moved for ever",
        302 => "the resource has moved for a time",
        303 => "the request succeeded, and the client can get the result with GET from the new URL",
        304 => "the resource has not changed",
        307 => "send the same request to the new URL, this time only",
        308 => "send the same request to the new URL, from now on",
        400 => "the request is faulty",
        403 => "the server refuses to do this",
        404 => "nothing was found there",
        405 => "the server knows this method, but does not allow it here",
        408 => "the request did not come in time",
        411 => "the request needs a length",
        413 => "the body is too large",
        414 => "the request line is too long",
        416 => "the file has no such part",
        417 => "the server cannot do what Expect asks for",
        431 => "the header lines are too long",
        500 => "something failed inside the server",
        501 => "the server does not support this method or this coding",
        502 => "a server behind this server gave no complete answer",
        503 => "the server cannot answer at the moment",
        504 => "a server behind this server did not answer in time",
        505 => "the server does not know this version",
        _ => return None,
    })
}

/// An answer 100 that nobody waited for, or before a refusal.
fn unwanted_continue(exchange: &Exchange, want: u16, have: u16) -> Option<Cause> {
    let request = exchange.request().filter(|_| have == 100)?;
    let line = shown(request.first_line());
    let text = match request.field("Expect") {
        None => format!(
            "you answered `{line}` with 100 Continue, but the request has no line Expect. Send 100 only if a request \
             has `Expect: 100-continue`. The expected answer is {want}."
        ),
        Some(_) => format!(
            "you answered `{line}` with 100 Continue, but {want} was expected. The status 100 asks for the body. \
             First decide whether you want the body. Then send either 100 or the final answer."
        ),
    };
    Cause::likely(text)
}

/// Both statuses are possible answers, and the other one belongs here.
fn near_status(evidence: &Evidence) -> Option<Cause> {
    let (exchange, want, have) = differing(evidence)?;
    if let Some(unwanted) = unwanted_continue(&exchange, want, have) {
        return Some(unwanted);
    }
    let asked = exchange.request();
    let request = asked.map(|request| shown(request.first_line()));
    let to = request.map_or(String::new(), |line| format!(" to `{line}`"));
    let says = |status| {
        meaning(status).map_or(String::new(), |text| {
            format!(" The status {status} says: {text}.")
        })
    };
    Cause::likely(format!(
        "you answered {have}{to}, but {want} was expected.{}{}{}",
        says(have),
        says(want),
        asked.map_or(String::new(), |request| request_details::decides(
            &request, want, have
        ))
    ))
}

/// What a refusal of ours or theirs says about its reason: the first line of its body.
pub(super) fn said(message: &Message) -> String {
    let line = message
        .body
        .unwrap_or_default()
        .split(|&byte| byte == b'\n')
        .next();
    let line = line.unwrap_or_default().trim_ascii();
    match line.len() {
        1..=60 => format!(", `{}`", shown(line)),
        _ => String::new(),
    }
}

/// Whether there was another request for this target.
fn asked_before(evidence: &Evidence, target: &[u8]) -> bool {
    let named = [b" ", target, b" HTTP/"].concat();
    let inside = |bytes: &[u8]| find(bytes, &named).is_some();
    let conns = evidence.got.connections().into_iter();
    let mut conns = conns.filter(|conn| *conn < evidence.conn());
    // What stands behind the request on this connection was not asked before it.
    let asked = evidence.exchange().and_then(|exchange| exchange.asked);
    let here = messages(evidence.heard()).into_iter();
    let mut here = here.take_while(|one| asked.is_none_or(|asked| !std::ptr::eq(*one, asked)));
    conns.any(|conn| inside(&evidence.got.bytes_of(conn, Who::Client))) || here.any(inside)
}

/// A right request was refused.
fn too_strict(evidence: &Evidence) -> Option<Cause> {
    let (exchange, want, have) = differing(evidence)?;
    let refused = (100..400).contains(&want)
        && (400..600).contains(&have)
        && !matches!(have, 500 | 502..=504);
    let request = exchange.request().filter(|_| refused)?;
    if have == 404
        && !matches!(request.target()?, b"/")
        && asked_before(evidence, request.target()?)
    {
        return Cause::likely(format!(
            "you answered `{}` with 404{}, but {want} was expected. Requests for the same target came before. Either \
             your program has lost what they stored there, or it looks for a different name.",
            shown(request.first_line()),
            said(&exchange.have)
        ));
    }
    let why = match have {
        404 => "looks for a different name, or at a different place, or does not allow this name",
        _ => "is stricter than the standard or than this lab",
    };
    Cause::likely(format!(
        "the request `{}` is correct, but you answered {have}{}. Probably your program {why}. The right answer is \
         {want}.{}",
        shown(request.first_line()),
        said(&exchange.have),
        request_details::allowed(&request, have)
            .or_else(|| lines_for_refusal(&request, exchange.have.body.unwrap_or_default()))
            .map_or(String::new(), |text| format!(" {text}"))
    ))
}

/// The server refuses a client with 503 although it is not full.
fn full_too_soon(evidence: &Evidence) -> Option<Cause> {
    let other = differing(evidence).filter(|(_, want, _)| *want != 503);
    let have = match other {
        Some((_, _, have)) => have,
        None => message(evidence.rest()).status()?,
    };
    let nothing_due = evidence.missing().is_empty() || other.is_some();
    (evidence.side() == Side::Server && have == 503 && nothing_due).then_some(())?;
    let open = evidence.open_connections();
    Cause::likely(format!(
        "you refused connection {} with 503 while {open} {} open. The server must accept more clients than this \
         number. After a client has closed, its place must be free again.",
        evidence.conn(),
        if open == 1 {
            "other connection was"
        } else {
            "other connections were"
        }
    ))
}

/// A redirect changes the method, or must not.
fn other_method(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence
        .exchange()
        .filter(|_| evidence.side() == Side::Client)?;
    let (want, have) = (
        target_parts::words(&exchange.want)?,
        target_parts::words(&exchange.have)?,
    );
    let heard = evidence.heard_before();
    let status = message(&heard).status();
    let differs = want.0 != have.0 && want.1 == have.1;
    let moved = status.filter(|status| (300..400).contains(status) && differs)?;
    let rule = match moved {
        307 | 308 => "repeats the request unchanged",
        303 => "is followed with GET",
        _ => "is followed with GET if the request was a POST",
    };
    Cause::in_case(
        "method",
        format!(
            "your method is `{}`, but `{}` was expected. The last answer was a redirect with the status {moved}, which \
             {rule}.",
            shown(have.0),
            shown(want.0)
        ),
    )
}

/// The first request has another method than the argument says.
fn method_of_the_argument(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence
        .exchange()
        .filter(|_| evidence.side() == Side::Client && evidence.conn() == 1)?;
    let (want, have) = (
        target_parts::words(&exchange.want)?,
        target_parts::words(&exchange.have)?,
    );
    let arg = evidence.expectation.script.heading("arg")?;
    let named = arg
        .split_whitespace()
        .skip(1)
        .any(|word| word.as_bytes() == want.0);
    (named && want.0 != have.0 && want.1 == have.1).then_some(())?;
    Cause::likely(format!(
        "your method is `{}`, but the argument says `{}`. The method is the word after the URL, in WIRELAB_ARG.",
        shown(have.0),
        shown(want.0)
    ))
}

/// An answer that never has a body has a length.
fn length_of_nothing(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let (want, have) = exchange.statuses()?;
    let extra = exchange.have.field("Content-Length").is_some()
        && exchange.want.field("Content-Length").is_none();
    (want == have && matches!(have, 100..=199 | 204 | 304) && extra).then_some(())?;
    Cause::in_case(
        "no-length",
        format!(
            "your answer {have} has a Content-Length. An answer {have} has no body, so in this lab it has no \
             Content-Length."
        ),
    )
}
