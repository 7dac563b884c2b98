//! Mistakes in how a connection ends: reset, too early, in both directions at once, or not at all.

use super::chunk_borders::trailers;
use super::source_signs::{resets_by, shuts_reading};
use super::{Cause, Row, count, shown, waits_for_the_end};
use super::{Close, Evidence, Tried};
use crate::check::Side;
use crate::check::lenient_http_reader::{message, messages};

/// Asked before what a pause or a piece explains.
pub(super) const FIRST: &[Row] = &[("W61", stops_reading)];

pub(super) const TABLE: &[Row] = &[
    ("W24", rst_unread),
    ("W35", full_close),
    ("W39", no_half_close),
    ("W31", waits_for_the_end::no_empty_line),
    ("W20", waits_for_the_end::not_flushed),
    ("W19", waits_for_the_end::read_to_eof),
    ("W40", stays_open),
    ("W42", closes_early),
    ("W59", ignores_close),
    ("W61", no_answer),
];

/// What came is right, all or a part of it, and then the connection was reset.
fn rst_unread(evidence: &Evidence) -> Option<Cause> {
    let right = evidence.right_bytes() || evidence.cut_short();
    let reset = evidence.have().close == Close::Rst && evidence.want().close != Close::Rst;
    let unasked =
        evidence.tries.mute.is_some_and(Tried::is_right) && !evidence.want().bytes.is_empty();
    let server = evidence.side() == Side::Server && evidence.process.ending.is_none();
    // In another weather alone, a reset is what follows from reading too little: see W18.
    let plain = !evidence.passes_in_calm() && !evidence.have().bytes.is_empty();
    (server && right && (reset && plain || unasked)).then_some(())?;
    if unasked {
        return Cause::proven(
            "your program answers before it has read the request: a client that connected and sent nothing got the \
             whole answer, too. If the request is still unread when your program closes, the kernel sends RST and not \
             FIN. A reset may destroy the answer before the client reads it.",
        );
    }
    let sent = match evidence.right_bytes() {
        true => format!(
            "all {} of your answer came",
            count(evidence.have().bytes.len(), "byte")
        ),
        false => format!(
            "{} of your answer came",
            count(evidence.have().bytes.len(), "byte")
        ),
    };
    let why = match resets_by(evidence.process.source.as_deref()) {
        Some("resetAndDestroy") => {
            "Your source calls `resetAndDestroy`, which sends a reset; `end` sends a FIN. The kernel also sends a \
             reset if a program closes before it has read all bytes"
        }
        Some(_) => {
            "Your source sets SO_LINGER. If its time is 0, closing sends a reset. The kernel also sends a reset if a \
             program closes before it has read all bytes"
        }
        None => {
            "The kernel sends a reset if a program closes before it has read all bytes, or if SO_LINGER is set to 0"
        }
    };
    Cause::likely(format!(
        "{sent}, and then a reset (RST) came, but a normal end (FIN) was expected. {why}. A reset may destroy the \
         answer before the client reads it."
    ))
}

/// A client closed both directions where it should only have ended its own.
fn full_close(evidence: &Evidence) -> Option<Cause> {
    let client = evidence.side() == Side::Client && evidence.right_bytes();
    let closed = evidence.want().close == Close::Fin && evidence.have().close == Close::Rst;
    (client && closed && evidence.answer_owed()).then_some(())?;
    let printed = evidence.process.stdout.trim_end();
    let other = evidence.side().who().other();
    let answer = evidence.expectation.script.bytes_of(evidence.conn(), other);
    let part = !printed.is_empty() && answer.trim_ascii_end().len() > printed.len();
    if part && answer.starts_with(printed.as_bytes()) {
        return Cause::in_case(
            "part",
            format!(
                "your client printed `{}`, which is the first {} of the answer. Then your client closed the connection, and \
                 the rest of the answer was still unread. Such a close gives a reset. Read until the server closes, and \
                 print the whole answer.",
                shown(printed.as_bytes()),
                count(printed.len(), "byte")
            ),
        );
    }
    Cause::likely(
        "probably you closed both directions of the connection before the answer came. Your system answered with a \
         reset. Shut down only the writing direction: this ends your direction, and you can still read the answer.",
    )
}

/// A client has sent everything and waits, but never said that this was all.
fn no_half_close(evidence: &Evidence) -> Option<Cause> {
    let client = evidence.side() == Side::Client && evidence.answer_owed();
    let open = evidence.want().close == Close::Fin && evidence.have().close == Close::Open;
    (client && open).then_some(())?;
    let extra = evidence.extra().trim_ascii();
    if !extra.is_empty() && !evidence.is_http() {
        return Cause::likely(format!(
            "after all expected bytes you sent `{}`, and kept your direction open. The server takes these bytes for \
             more data. Words do not tell the server that you have sent everything: shut down the writing direction \
             of the connection.",
            shown(extra)
        ));
    }
    evidence.right_bytes().then_some(())?;
    Cause::likely(
        "you have sent everything. Now you wait for the answer, and the server waits for the end of your direction. \
         The server cannot know that no more bytes come until you shut down the writing direction of the connection.",
    )
}

/// A server has sent everything and does not close, although it should.
fn stays_open(evidence: &Evidence) -> Option<Cause> {
    let said = evidence.right_bytes() && !evidence.have().bytes.is_empty();
    let open = evidence.want().close == Close::Fin && evidence.have().close == Close::Open;
    let ghost = evidence.right_bytes() && evidence.heard().is_empty() && evidence.fin_said();
    if ghost && open && evidence.side() == Side::Server && evidence.silence().is_some() {
        return Cause::likely(
            "this client closed without a request, but your server kept its side open. After the client has closed, \
             each read gives 0 bytes, which means the end of the stream. Then close your side, too.",
        );
    }
    (evidence.side() == Side::Server && said && open && evidence.silence().is_some())
        .then_some(())?;
    Cause::likely(match evidence.fin_said() {
        true => {
            "your answer is right and complete, and the client has ended its direction, but you kept your side open. \
             After the end of the client's direction each read gives 0 bytes. Then close your side, too."
        }
        false => {
            "your answer is right and complete, but then you kept the connection open. In this conversation the server \
             closes after its answer, and the client waits for this end."
        }
    })
}

/// Closed in the middle, at the end of a line, although more was owed.
fn closes_early(evidence: &Evidence) -> Option<Cause> {
    let early = evidence.cut_short() && evidence.have().close == Close::Fin;
    let whole_part = evidence.have().bytes.ends_with(b"\n") || evidence.have().bytes.is_empty();
    let said = !evidence.have().bytes.is_empty();
    let calm = !evidence.passes_in_calm() && evidence.process.ending.is_none();
    // Its FIN may have crossed our next bytes; then a second try with these bytes one by one shows it.
    let left = evidence.left_early() || evidence.tries.apart == Some(Tried::Stopped);
    (evidence.side() == Side::Server && early && whole_part && said && calm && left)
        .then_some(())?;
    let asked = messages(evidence.heard());
    let mut in_chunks = asked.iter().map(|bytes| trailers(&message(bytes)));
    if let Some(lines) = in_chunks.find(|lines| !lines.is_empty()) {
        return Cause::likely(format!(
            "you closed after {}, but the conversation had not ended. An earlier request was in chunks, and had \
             lines after its last chunk: `{}`. Either you took these lines for the next request, or you close after \
             each answer.",
            count(evidence.have().bytes.len(), "byte"),
            shown(lines.first()?)
        ));
    }
    let plain = if evidence.is_http() { "" } else { "plain" };
    let said = messages(&evidence.have().bytes);
    let refused = said.last().and_then(|last| message(last).status());
    let refused = refused.filter(|status| *status >= 400 && said.len() > 1);
    let last = match refused {
        Some(status) => format!(
            "Your last answer was {status}, but the connection stays open after this answer"
        ),
        None => "The connection is for more than one question".to_string(),
    };
    Cause::in_case(
        plain,
        format!(
            "you closed after {}, but the conversation had not ended. {last}. Wait until the client sends its next \
             question, or closes.",
            count(evidence.have().bytes.len(), "byte")
        ),
    )
}

/// The last answer lacks `Connection: close`, and the server does not close.
fn ignores_close(evidence: &Evidence) -> Option<Cause> {
    let line = evidence.wanted_line();
    let asked = line.eq_ignore_ascii_case(b"Connection: close\r\n");
    let stays = evidence.want().close == Close::Fin && evidence.have().close == Close::Open;
    let answered = evidence.have().bytes.len() > evidence.at();
    (evidence.side() == Side::Server && asked && stays && answered).then_some(())?;
    let exchange = evidence.exchange()?;
    let request = exchange.request()?;
    let old = request.first_line().ends_with(b"HTTP/1.0");
    let said = request
        .elements("Connection")
        .iter()
        .any(|word| word == "close");
    let how = match (said, old) {
        (true, _) => "said `Connection: close`".to_string(),
        (false, true) => {
            "has the version HTTP/1.0, in which the connection ends after the answer".to_string()
        }
        (false, false) => format!(
            "was refused with {}. In this lab the server closes after this refusal, although the request does not \
             contain `Connection: close`",
            exchange.have.status()?
        ),
    };
    Cause::likely(format!(
        "the request `{}` {how}. But your answer does not have the line `Connection: close`, and you did not close.",
        shown(request.first_line())
    ))
}

/// A whole question was sent, and not one byte came back before the end.
fn no_answer(evidence: &Evidence) -> Option<Cause> {
    let due =
        !evidence.want().bytes.is_empty() && !evidence.heard().is_empty() && !evidence.is_relay();
    let nothing = evidence.have().bytes.is_empty() && evidence.have().close != Close::Open;
    let alive = evidence.process.ending.is_none() && !evidence.passes_in_calm();
    (evidence.side() == Side::Server && due && nothing && alive).then_some(())?;
    if message(&evidence.want().bytes).status() == Some(408) {
        return Cause::in_case(
            "plain",
            "the client did not send its whole request in time, and you closed without an answer. Send 408 before \
             you close, because 408 tells the client the reason. If the time limit ends a read with an error, the \
             answer 408 must still be sent.",
        );
    }
    let asked = shown(message(evidence.heard()).first_line());
    let what = format!(
        "the request `{asked}` got no answer: your side of the connection ended without a byte."
    );
    if !evidence.is_http() {
        return Cause::in_case(
            "plain",
            format!(
                "{what} Either your program has no answer for this request, or it closed before its answer was sent, or \
                 something failed."
            ),
        );
    }
    Cause::likely(format!(
        "{what} Every request must get an answer. If something fails, answer with an error status."
    ))
}

/// The same of a program that shuts down its reading direction: it reads only what had come before.
fn stops_reading(evidence: &Evidence) -> Option<Cause> {
    let nothing = evidence.have().bytes.is_empty() && evidence.have().close != Close::Open;
    let asked = !evidence.heard().is_empty() && !evidence.want().bytes.is_empty();
    let sign = shuts_reading(evidence.process.source.as_deref());
    (evidence.side() == Side::Server && nothing && asked && sign && !evidence.is_relay())
        .then_some(())?;
    Cause::likely(format!(
        "the request `{}` got no answer. Your source shuts down the reading direction of a connection. After that, a \
         read first gives the bytes that came before, and then 0 bytes, as if the client had closed. Probably your \
         program took the 0 bytes for the end of the client.",
        shown(message(evidence.heard()).first_line())
    ))
}
