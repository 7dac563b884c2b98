//! Mistakes in how a connection ends: reset, too early, in both directions at once, or not at all.

use super::{Cause, Row, count, shown};
use super::{Close, Evidence, Tried};
use crate::check::Side;
use crate::check::message::{from, message, upto};

pub(super) const TABLE: &[Row] = &[
    ("W24", rst_unread),
    ("W35", full_close),
    ("W39", no_half_close),
    ("W19", read_to_eof),
    ("W40", stays_open),
    ("W42", closes_early),
    ("W59", ignores_close),
    ("W61", no_answer),
];

/// What came is right, all or a part of it, and then the connection was reset.
fn rst_unread(evidence: &Evidence) -> Option<Cause> {
    let right = evidence.right_bytes() || evidence.cut_short();
    let reset = evidence.have().close == Close::Rst && evidence.want().close != Close::Rst;
    let unasked = matches!(evidence.tries.mute, Some(Tried::Passed | Tried::RightBytes));
    let server = evidence.side() == Side::Server && evidence.process.ending.is_none();
    // In another weather alone, a reset is what follows from reading too little: see W18.
    let plain = !evidence.passes_in_calm() && !evidence.have().bytes.is_empty();
    (server && right && (reset && plain || unasked)).then_some(())?;
    if unasked {
        return Cause::proven(
            "your program answers without reading: a client that connected and said nothing got the whole answer, \
             too. When it closes, the request is still unread, and the kernel sends RST instead of FIN. A reset \
             may destroy the answer before the client reads it.",
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
    Cause::likely(format!(
        "{sent}, and then a reset (RST) in place of a clean end (FIN). The kernel does that when a \
         program closes a connection on which bytes wait unread. A reset may destroy the answer before the \
         client reads it."
    ))
}

/// A client closed both directions where it should only have ended its own.
fn full_close(evidence: &Evidence) -> Option<Cause> {
    let client = evidence.side() == Side::Client && evidence.right_bytes();
    let closed = evidence.want().close == Close::Fin && evidence.have().close == Close::Rst;
    (client && closed && evidence.answer_owed()).then_some(())?;
    Cause::likely(
        "you closed the connection in both directions, while the answer was still to come: it met a closed door, and \
         your system sent a reset. To say \"I am done\" and still listen, shut down the writing direction alone.",
    )
}

/// A client has said everything and waits, but never said that this was all.
fn no_half_close(evidence: &Evidence) -> Option<Cause> {
    let client = evidence.side() == Side::Client && evidence.right_bytes();
    let open = evidence.want().close == Close::Fin && evidence.have().close == Close::Open;
    (client && open && evidence.answer_owed()).then_some(())?;
    Cause::likely(
        "you have sent everything, and then both sides wait: you for the answer, the server for your end. It cannot \
         know that no more will come until you shut down the writing direction of the connection.",
    )
}

/// Nothing came until our half-close, then all of it; or a client that waits for our end.
fn read_to_eof(evidence: &Evidence) -> Option<Cause> {
    // Right or not: an answer that comes then is one that had waited for the end.
    let after_fin = matches!(
        evidence.tries.half_close,
        Some(Tried::Passed | Tried::RightBytes | Tried::Differed)
    );
    let held_back = matches!(
        evidence.tries.many,
        Some(Tried::Passed | Tried::RightBytes | Tried::Stopped)
    );
    if evidence.side() == Side::Server
        && evidence.have().bytes.is_empty()
        && after_fin
        && !held_back
    {
        return Cause::proven(
            "no answer came until the check closed its side, and then it came at once. Your \
             program reads to the end of the stream. A client that waits for an answer does not \
             close: both wait.",
        );
    }
    let server_late = evidence.side() == Side::Server && evidence.late() && evidence.right_bytes();
    if server_late && !held_back {
        return Cause::likely(
            "your answer came only after the client had closed its side. Your program reads to the \
             end of the stream. A client that waits for an answer does not close: both wait.",
        );
    }
    let client =
        evidence.side() == Side::Client && evidence.right_bytes() && !evidence.answer_owed();
    let waits = evidence.want().close == Close::Fin && evidence.have().close == Close::Open;
    (client && waits && evidence.silence().is_some() && !evidence.heard().is_empty())
        .then_some(())?;
    Cause::likely(format!(
        "the whole answer was there, {}, and your client waited for more. It reads until the \
         server closes, and this server keeps the connection open for the next request.",
        count(evidence.heard().len(), "byte")
    ))
}

/// A server has said everything and does not hang up, although it should.
fn stays_open(evidence: &Evidence) -> Option<Cause> {
    let said = evidence.right_bytes() && !evidence.have().bytes.is_empty();
    let open = evidence.want().close == Close::Fin && evidence.have().close == Close::Open;
    (evidence.side() == Side::Server && said && open && evidence.silence().is_some())
        .then_some(())?;
    Cause::likely(
        "your answer is right and complete, and then you keep the connection open. In this \
         conversation the server closes after its answer. The client waits for that, because only \
         then it knows that nothing more will come.",
    )
}

/// Hung up in the middle, at the end of a line, although more was owed.
fn closes_early(evidence: &Evidence) -> Option<Cause> {
    let early = evidence.cut_short() && evidence.have().close == Close::Fin;
    let whole_part = evidence.have().bytes.ends_with(b"\n") || evidence.have().bytes.is_empty();
    let said = !evidence.have().bytes.is_empty();
    let calm = !evidence.passes_in_calm() && evidence.process.ending.is_none();
    // Its FIN may have crossed our next words; then a second try with these words one by one tells.
    let left = evidence.left_early() || evidence.tries.apart == Some(Tried::Stopped);
    (evidence.side() == Side::Server && early && whole_part && said && calm && left)
        .then_some(())?;
    Cause::likely(format!(
        "you closed after {}, while the conversation goes on. The connection is for more than one \
         question: wait for the client's next one, or for its end.",
        count(evidence.have().bytes.len(), "byte")
    ))
}

/// The last answer lacks `Connection: close`, and nobody hangs up.
fn ignores_close(evidence: &Evidence) -> Option<Cause> {
    let line = evidence.wanted_line();
    let asked = line.eq_ignore_ascii_case(b"Connection: close\r\n");
    let stays = evidence.want().close == Close::Fin && evidence.have().close == Close::Open;
    let answered = evidence.have().bytes.len() > evidence.at();
    (evidence.side() == Side::Server && asked && stays && answered).then_some(())?;
    let heard = evidence.heard();
    let last = upto(heard, heard.len().saturating_sub(4))
        .windows(4)
        .rposition(|four| four == b"\r\n\r\n");
    let last = from(heard, last.map_or(0, |at| at + 4));
    let old = message(last).first_line().ends_with(b"HTTP/1.0");
    let how = match old {
        true => "is of HTTP/1.0, where a connection ends with the answer",
        false => "said `Connection: close`",
    };
    Cause::likely(format!(
        "the last request, `{}`, {how}. Your answer does not say `close`, and you did not close.",
        shown(message(last).first_line())
    ))
}

/// A whole request was said, and not one byte came back before the end.
fn no_answer(evidence: &Evidence) -> Option<Cause> {
    let http =
        evidence.want().bytes.starts_with(b"HTTP/") && evidence.heard().ends_with(b"\r\n\r\n");
    let nothing = evidence.have().bytes.is_empty() && evidence.have().close != Close::Open;
    let alive = evidence.process.ending.is_none() && !evidence.passes_in_calm();
    (evidence.side() == Side::Server && http && nothing && alive).then_some(())?;
    Cause::likely(format!(
        "`{}` got no answer: your side of the connection ended without a byte. Every request must \
         get an answer, also if it is only one that reports a failure.",
        shown(message(evidence.heard()).first_line())
    ))
}
