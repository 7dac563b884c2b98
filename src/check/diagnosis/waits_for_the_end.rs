//! Programs that wait where the other side waits, too: for the end of the stream, for an answer, or with bytes in a
//! buffer.
//!
//! Rule: what comes only after the check has closed its side does not show why it had not come. A text names one
//! reason only where another try, or the source, has shown it.

use super::crashes::complaint;
use super::source_signs::holds_back;
use super::{Cause, count, shown};
use super::{Close, Evidence, Tried};
use crate::check::Side;
use crate::check::lenient_http_reader::{from, upto};
use crate::wire::Entry;

/// Nothing came until our half-close, and then something did. Outside, two causes of that look the same: the
/// program reads to the end, or it holds its answer back in a buffer until the end.
fn after_fin(evidence: &Evidence) -> bool {
    // Right or not: an answer that comes then is one that had waited for the end.
    let came = matches!(
        evidence.tries.half_close,
        Some(Tried::Passed | Tried::RightBytes | Tried::Differed)
    );
    let late = evidence.late() && evidence.right_bytes();
    evidence.side() == Side::Server && (late || evidence.cut_short() && came)
}

/// A client spoke only when the check had ended its side.
fn came_late(evidence: &Evidence) -> bool {
    let came = evidence.tries.half_close.is_some_and(Tried::is_right);
    let late = evidence.late() || evidence.have().bytes.is_empty() && came;
    late && !evidence.want().bytes.is_empty()
}

/// The bytes lie in a buffer of the program.
pub(super) fn not_flushed(evidence: &Evidence) -> Option<Cause> {
    let overflow = matches!(
        evidence.tries.many,
        Some(Tried::Passed | Tried::RightBytes | Tried::Stopped)
    );
    let source = holds_back(evidence.process.source.as_deref());
    let late = after_fin(evidence);
    // A compiled program shows that it has a buffer; what came late may have been flushed all the same.
    let compiled = evidence
        .process
        .source
        .as_deref()
        .is_some_and(|names| names.contains("(*Writer)"));
    let client = evidence.side() == Side::Client && came_late(evidence);
    if after_fin(evidence) && overflow {
        return Cause::proven(
            "one message got no answer, but after thousands of messages the first answers came. So a buffer of \
             your program must be full first: either a buffer for answers, which you do not flush, or a buffer for \
             reading, which you wait to fill before you look at it.",
        );
    }
    let mute = evidence.have().bytes.is_empty() && complaint(evidence).is_none();
    let closed = mute && evidence.have().close == Close::Fin && !evidence.passes_in_calm();
    let silent = evidence.side() == Side::Server
        && evidence.cut_short()
        && (evidence.silence().is_some() || closed);
    if (late && !compiled || silent && !late) && source == Some(true) {
        return Cause::likely(
            "your answer did not come while the check waited for it. Your source makes a buffered writer, and the \
             check found no flush in your source. So the bytes may stay in your program until the connection ends.",
        );
    }
    let client = client && source != Some(false);
    client.then_some(())?;
    let either = match source {
        Some(true) => {
            "Until then these bytes were in a buffer of your program, and both sides waited"
        }
        _ => {
            "Either these bytes were in a buffer of your program until then, or your client waited for bytes before \
             it sent them"
        }
    };
    Cause::likely(format!(
        "your {} came only when the check had ended the conversation. {either}.",
        count(evidence.want().bytes.len(), "byte")
    ))
}

/// Nothing came until our half-close, then all of it; or a client that waits for our end.
pub(super) fn read_to_eof(evidence: &Evidence) -> Option<Cause> {
    if !after_fin(evidence) {
        return client_waits_on(evidence);
    }
    if let Some(cause) = empty_record(evidence) {
        return Some(cause);
    }
    let known = holds_back(evidence.process.source.as_deref()) == Some(false);
    let many = evidence.tries.many.is_some();
    let plain = if evidence.is_http() { "" } else { "plain" };
    let came = count(evidence.have().bytes.len(), "byte");
    if in_the_middle(evidence) {
        return Cause::in_case(
            plain,
            format!(
                "your answer stopped in its middle, after {came}. The rest did not come while the check waited. \
                 Either the rest is in a buffer of your program, or your program waits for bytes before it goes on, \
                 or it takes this part for the whole answer."
            ),
        );
    }
    // What has answered on this connection before does not read every time to its end.
    if known && !evidence.have().bytes.is_empty() {
        return Cause::in_case(
            plain,
            format!(
                "your program sent {came} of right answers. Then no answer came until the check closed its side. \
                 Your program waits for more bytes than this request has: for a line, for a body, or for the end of \
                 the stream. A client that waits for an answer does not close, so both sides wait."
            ),
        );
    }
    let why = match known || many {
        true => "Your program waits for more bytes until the stream ends",
        false => {
            "Either your program reads to the end of the stream, or it keeps its answer in a buffer until the \
             connection ends (W20)"
        }
    };
    let text = format!(
        "no answer came until the check closed its side. Then the answer came at once. {why}. A client that waits \
         for an answer does not close, so both sides wait."
    );
    Some(Cause {
        text,
        proven: known || many,
        case: plain,
    })
}

/// A client that waits for our end, or speaks only after it.
fn client_waits_on(evidence: &Evidence) -> Option<Cause> {
    let client = evidence.side() == Side::Client;
    if client && came_late(evidence) {
        return Cause::likely(
            "your request came only when the check had closed its side. Probably your client reads before it has \
             sent its request. The server waits for the request, so both sides wait.",
        );
    }
    let open = evidence.silence().is_some() && evidence.have().close == Close::Open;
    let whole_lines = evidence.have().bytes.ends_with(b"\n") && !evidence.is_http();
    if client && open && evidence.cut_short() && whole_lines && evidence.heard().is_empty() {
        return Cause::in_case(
            "answers-later",
            format!(
                "your client sent {} of {}, and then no more bytes. In this conversation the server answers when all \
                 bytes have come. Either your client waits for an answer before it sends the rest, and then both \
                 sides wait. Or the rest is in a buffer of your program.",
                evidence.have().bytes.len(),
                count(evidence.want().bytes.len(), "byte")
            ),
        );
    }
    let done = client && evidence.right_bytes() && !evidence.answer_owed();
    let waits = evidence.want().close == Close::Fin && open;
    (done && waits && !evidence.heard().is_empty()).then_some(())?;
    if evidence.want().bytes.is_empty() {
        return Cause::in_case(
            "hang-up",
            format!(
                "`{}` had come, and the server sends no more bytes. But your client kept the connection open. Either \
                 it waits for more bytes or for the end of the stream, or it has everything that it needs and does \
                 not close.",
                shown(evidence.heard())
            ),
        );
    }
    if evidence.fin_said() {
        return Cause::in_case(
            "hang-up",
            "the whole answer had come, and the server had ended its direction, but your client kept the connection \
             open. Either it does something else before it closes, or it never closes.",
        );
    }
    Cause::likely(format!(
        "the whole answer had come, {}, but your client waited for more. Probably it reads until the server closes. \
         But this server keeps the connection open for the next request.",
        count(evidence.heard().len(), "byte")
    ))
}

/// Whether what is missing belongs to an answer that has begun.
fn in_the_middle(evidence: &Evidence) -> bool {
    let (conn, who) = (evidence.conn(), evidence.side().who());
    let (mut own, mut begun) = (0, false);
    for entry in evidence.expectation.script.entries() {
        let Entry::Chunk(chunk) = entry else { continue };
        if chunk.conn != conn {
            continue;
        }
        if chunk.who != who {
            begun = false;
            continue;
        }
        let end = own + chunk.exact().len();
        if evidence.at() < end {
            return begun || evidence.at() > own;
        }
        (own, begun) = (end, true);
    }
    false
}

/// A list of lines lacks the empty line at its end.
pub(super) fn no_empty_line(evidence: &Evidence) -> Option<Cause> {
    let plain = evidence.side() == Side::Server && !evidence.is_http() && evidence.cut_short();
    let last = upto(&evidence.have().bytes, evidence.at());
    let here = evidence.missing().starts_with(b"\n") && last.ends_with(b"\n");
    (plain && here && in_the_middle(evidence)).then_some(())?;
    let line = last.trim_ascii_end().rsplit(|&byte| byte == b'\n').next()?;
    Cause::likely(format!(
        "after the line `{}` an empty line is missing, which is one more `\\n`. The empty line ends the list. \
         Without it the other side waits for the next line of the list.",
        shown(line)
    ))
}

/// The last that came is the header of a TLS record without contents.
fn empty_record(evidence: &Evidence) -> Option<Cause> {
    let heard = evidence.heard();
    let header = from(heard, heard.len().saturating_sub(5));
    matches!(header, [0x14..=0x17, 3, _, 0, 0]).then_some(())?;
    Cause::likely(
        "a record with the length 0 came, and no answer came until the check closed its side. Perhaps your program \
         reads at least one byte of each record, also of an empty record: a receive with the length 0 waits for a \
         byte, too. Or perhaps it reads to the end of the stream.",
    )
}
