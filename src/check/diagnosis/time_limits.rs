//! Mistakes about time limits: none, one that begins again with each read, or one that is too short.

use std::time::Duration;

use super::bodies_and_partial_answers::statuses;
use super::file_servers::answer_at;
use super::{Cause, Close, Evidence, Row, count};
use crate::check::Side;
use crate::check::lenient_http_reader::message;
use crate::wire::{DifferenceKind, Entry, Wanted};

pub(super) const TABLE: &[Row] = &[
    ("W47", no_deadline),
    ("W47", silent_client_kept),
    ("W80", limit_of_each_read),
    ("W83", limit_too_short),
];

/// A client stops in the middle of its head, and the server waits on.
fn no_deadline(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = statuses(evidence)?;
    let waits = want == 408 && have.is_none() && evidence.silence().is_some();
    (waits && said_pieces(evidence) == 1).then_some(())?;
    Cause::likely(
        "the client stopped in the middle of its head. Your answer 408 did not come in time, and your connection is \
         still open. Without a time limit your program may wait for ever.",
    )
}

/// A client has its answer and says nothing more, and the server is to close after a while.
fn silent_client_kept(evidence: &Evidence) -> Option<Cause> {
    let script = &evidence.expectation.script;
    let last = script.entries().iter().take(evidence.agreed() + 1).rev();
    let timed = last
        .take_while(|entry| !matches!(entry, Entry::Chunk(_)))
        .any(|entry| matches!(entry, Entry::Gap(_)));
    let open = evidence.right_bytes() && evidence.have().close == Close::Open;
    let server = evidence.side() == Side::Server && !evidence.fin_said();
    (server && timed && open && evidence.silence().is_some()).then_some(())?;
    Cause::likely(
        "the client had its answer and sent nothing more. Its time was over, but your server did not close the \
         connection. Without a time limit your server may wait for this client for ever.",
    )
}

/// In how many pieces, with pauses between them, the client has sent its bytes.
fn said_pieces(evidence: &Evidence) -> usize {
    let who = evidence.side().who().other();
    let sent = |entry: &&Entry| match entry {
        Entry::Chunk(chunk) => (chunk.conn, chunk.who) == (evidence.conn(), who),
        _ => false,
    };
    let entries = evidence.expectation.script.entries().iter();
    entries.filter(sent).count()
}

/// Each piece of a head restarts the limit.
fn limit_of_each_read(evidence: &Evidence) -> Option<Cause> {
    let want = answer_at(&evidence.want().bytes, evidence.at())?.status()?;
    let pieces = said_pieces(evidence);
    (evidence.side() == Side::Server && want == 408 && pieces > 1).then_some(())?;
    let how = match pause(evidence) {
        Some((measured, least)) if measured >= least => {
            format!("408 came {} ms after the last piece", measured.as_millis())
        }
        None if evidence.silence().is_some() => "408 did not come".to_string(),
        _ => return None,
    };
    Cause::likely(format!(
        "the client sent its head in {}. Each pause was shorter than the limit, but together they took longer, and \
         {how}. The limit is for the whole head. A limit for each read begins again with each piece.",
        count(pieces, "piece")
    ))
}

/// A pause that had the wrong length, and the least length that it should have.
fn pause(evidence: &Evidence) -> Option<(Duration, Duration)> {
    let difference = evidence.difference()?;
    match (difference.what, &difference.expected) {
        (DifferenceKind::Gap { measured }, Wanted::Pause(least, _)) => Some((measured, *least)),
        _ => None,
    }
}

/// 408 came sooner than the limit allows.
fn limit_too_short(evidence: &Evidence) -> Option<Cause> {
    let (measured, least) = pause(evidence)?;
    let status = message(evidence.rest()).status();
    (evidence.side() == Side::Server && status == Some(408) && measured < least).then_some(())?;
    Cause::in_case(
        "limit",
        format!(
            "your answer 408 came {} ms after the client's last bytes, but at least {} ms were expected. Either the time \
             limit of your program is too short (perhaps its unit is wrong: seconds or milliseconds), or its time begins \
             at the wrong event.",
            measured.as_millis(),
            least.as_millis()
        ),
    )
}
