//! Mistakes of programs that make several connections, or stand between two: redirects and relays.

use super::evidence::Evidence;
use super::journeys_pages as page;
use super::message::{Message, message};
use super::{Cause, Entry, shown};
use crate::check::Side;

pub(super) const TABLE: &[Entry] = &[
    Entry {
        page: &page::ENDLESS_CIRCLE,
        judge: endless_circle,
    },
    Entry {
        page: &page::STAYS_AT_THE_SIGN,
        judge: stays_at_the_sign,
    },
    Entry {
        page: &page::FIN_UNHEARD,
        judge: fin_unheard,
    },
];

/// The answer on the connection before this one, if it sends the client elsewhere.
fn sent_on(evidence: &Evidence) -> Option<Message<'_>> {
    let answer = message(&evidence.before.heard);
    let moved = matches!(answer.status(), Some(301 | 302 | 303 | 307 | 308));
    (evidence.side == Side::Client && moved && answer.field("Location").is_some()).then_some(answer)
}

/// It came once more than it should.
fn endless_circle(evidence: &Evidence) -> Option<Cause> {
    let more = evidence.conn > evidence.connections && !evidence.have.bytes.is_empty();
    let answer = sent_on(evidence).filter(|_| more)?;
    Cause::likely(format!(
        "you came back for connection {}, and this journey has {}. The last answer was a redirect to `{}` like \
         those before; whoever follows each of them goes round for ever.",
        evidence.conn,
        evidence.connections,
        shown(answer.field("Location")?)
    ))
}

/// It was sent on, and did not go.
fn stays_at_the_sign(evidence: &Evidence) -> Option<Cause> {
    let stayed = evidence.have.bytes.is_empty() && !evidence.came;
    let answer = sent_on(evidence).filter(|_| stayed)?;
    let place = answer.field("Location")?;
    let partial = match place.starts_with(b"http://") {
        true => "",
        false => " It is no whole URL: what is missing comes from the URL that you asked for last.",
    };
    Cause::likely(format!(
        "the answer was {} with `Location: {}`, and you never came to that place.{partial}",
        answer.status()?,
        shown(place)
    ))
}

/// The client has hung up its side, as it should, and nothing follows.
fn fin_unheard(evidence: &Evidence) -> Option<Cause> {
    let waits =
        evidence.silence.is_some() && evidence.cut_short() && evidence.process.ending.is_none();
    (evidence.side == Side::Server && waits && evidence.fin_said && !evidence.late).then_some(())?;
    Cause::likely(
        "the client has said that it is done (fin), and you still wait. The end of one direction comes as a read of 0 \
         bytes; a relay has to pass it on, by shutting down its own writing direction on the other side, or the server \
         behind it waits, too.",
    )
}
