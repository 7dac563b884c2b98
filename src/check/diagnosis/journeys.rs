//! Mistakes of programs that make several connections, or stand between two: redirects and relays.

use super::Evidence;
use super::{Cause, Row, shown};
use crate::check::Side;
use crate::check::message::message;

pub(super) const TABLE: &[Row] = &[
    ("W64", endless_circle),
    ("W65", stays_at_the_sign),
    ("W66", fin_unheard),
];

/// Status and place of the answer on the connection before this one, if it sends the client elsewhere.
fn sent_on(evidence: &Evidence) -> Option<(u16, String)> {
    let heard = evidence.heard_before();
    let answer = message(&heard);
    let status = answer.status()?;
    let moved = matches!(status, 301 | 302 | 303 | 307 | 308) && evidence.side() == Side::Client;
    let place = answer.field("Location").filter(|_| moved)?;
    Some((status, shown(place)))
}

/// It came once more than it should.
fn endless_circle(evidence: &Evidence) -> Option<Cause> {
    let more = evidence.conn() > evidence.connections() && !evidence.have().bytes.is_empty();
    let (_, place) = sent_on(evidence).filter(|_| more)?;
    Cause::likely(format!(
        "you came back for connection {}, and this journey has {}. The last answer was a redirect \
         to `{place}`, like those before. A client that follows each of them never stops.",
        evidence.conn(),
        evidence.connections()
    ))
}

/// It was sent on, and did not go.
fn stays_at_the_sign(evidence: &Evidence) -> Option<Cause> {
    let stayed = evidence.have().bytes.is_empty() && !evidence.came();
    let (status, place) = sent_on(evidence).filter(|_| stayed)?;
    let partial = match place.starts_with("http://") {
        true => "",
        false => " It is no whole URL: what is missing comes from the URL that you asked for last.",
    };
    Cause::likely(format!(
        "the answer was {status} with `Location: {place}`, and you never came to that place.{partial}"
    ))
}

/// The client has hung up its side, as it should, and nothing follows.
fn fin_unheard(evidence: &Evidence) -> Option<Cause> {
    let waits =
        evidence.silence().is_some() && evidence.cut_short() && evidence.process.ending.is_none();
    (evidence.side() == Side::Server && waits && evidence.fin_said() && !evidence.late())
        .then_some(())?;
    Cause::likely(
        "the client has ended its side (fin), and you still wait. The end of a direction comes as \
         a read of 0 bytes. A relay must pass it on: it must shut down writing on the other \
         connection. Otherwise the server waits, too.",
    )
}
