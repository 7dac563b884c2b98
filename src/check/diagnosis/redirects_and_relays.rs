//! Mistakes of programs that make several connections (redirects), or stand between a client and a server
//! (relays).

use super::Evidence;
use super::crashes::complaint;
use super::diagnosis_input::line_at;
use super::relays::is_byte_relay;
use super::{Cause, Row, count, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::{is_request, message};
use crate::check::program::Ending;
use crate::limits;
use crate::wire::{Entry, Event, Who};

pub(super) const TABLE: &[Row] = &[
    ("W65", same_connection),
    ("W64", endless_circle),
    ("W90", other_limit),
    ("W65", wrong_place),
    ("W90", smaller_limit),
    ("W65", stays_at_the_sign),
    ("W66", fin_unheard),
    ("W150", speaks_first),
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

/// The next request came on the connection that the server had closed.
fn same_connection(evidence: &Evidence) -> Option<Cause> {
    let more = evidence.side() == Side::Client && evidence.conn() < evidence.connections();
    let extra = evidence.extra();
    let moved = message(evidence.heard())
        .status()
        .is_some_and(|status| (300..400).contains(&status));
    (more && moved && is_request(extra)).then_some(())?;
    Cause::in_case(
        "new-connection",
        format!(
            "you sent the next request, `{}`, on the connection of the last request. The server had sent \
             `Connection: close` and had closed this connection. The next request needs a new connection.",
            shown(message(extra).first_line())
        ),
    )
}

/// It came more often than it should: once more it was sent on each time, to see whether it stops.
fn endless_circle(evidence: &Evidence) -> Option<Cause> {
    let more = evidence.conn() > evidence.connections() && !evidence.have().bytes.is_empty();
    let (_, place) = sent_on(evidence).filter(|_| more)?;
    let came = evidence.got.connections().len();
    (came >= evidence.expectation.script.connections().len() + limits::CHECK_MORE_REDIRECTS)
        .then_some(())?;
    Cause::likely(format!(
        "you opened {} connections, but {} were expected. The check answered each further request with one more \
         redirect, here to `{place}`. A client that follows every redirect never stops.",
        came,
        evidence.connections()
    ))
}

/// It stops, and not where it should.
fn other_limit(evidence: &Evidence) -> Option<Cause> {
    let more = evidence.conn() > evidence.connections() && !evidence.have().bytes.is_empty();
    sent_on(evidence).filter(|_| more)?;
    let came = evidence.got.connections().len();
    Cause::likely(format!(
        "your client's limit for redirects is not the limit of this lab: the client stopped after {}, but {} were \
         expected.",
        count(came, "request"),
        evidence.connections()
    ))
}

/// It was sent on, and asked for something else than the place that it was sent to.
fn wrong_place(evidence: &Evidence) -> Option<Cause> {
    let (_, place) = sent_on(evidence)?;
    let exchange = evidence.exchange()?;
    let (want, have) = (exchange.want.target()?, exchange.have.target()?);
    let before = evidence.said_before();
    let same = message(&before).target() == Some(have);
    let raw = shown(have) == place;
    // Dots that are still in the target have a text of their own.
    let dots = have.windows(3).any(|three| three == b"/..");
    let part = !place.contains("://") && !place.starts_with('/') && !dots;
    (want != have && (same || raw || part && have.starts_with(b"/"))).then_some(())?;
    let how = match (same, raw) {
        (true, _) => "you asked for the same target again".to_string(),
        (_, true) => "you sent this text unchanged as the target".to_string(),
        _ => format!("you asked for `{}`", shown(have)),
    };
    Cause::likely(format!(
        "the answer was a redirect to `{place}`, but {how}. Combine the Location with the URL of the last request. \
         The path and the query of the combined URL are the target: `{}`.",
        shown(want)
    ))
}

/// The redirects that it has followed before this one: status and place.
fn followed_before(evidence: &Evidence) -> Vec<(u16, String)> {
    let followed = (1..evidence.conn().saturating_sub(1)).filter_map(|conn| {
        let answer = evidence.got.bytes_of(conn, Who::Server);
        let answer = message(&answer);
        Some((answer.status()?, shown(answer.field("Location")?)))
    });
    followed.collect()
}

/// It does not follow a redirect of a kind that it has followed before: the same status, and a Location of the
/// same form.
fn smaller_limit(evidence: &Evidence) -> Option<Cause> {
    let stayed = evidence.have().bytes.is_empty() && !evidence.came();
    let (status, place) = sent_on(evidence).filter(|_| stayed)?;
    let form = |place: &str| (place.starts_with("http://"), place.starts_with('/'));
    let followed = followed_before(evidence);
    let mut same = followed.iter();
    let known = same.any(|(other, before)| *other == status && form(before) == form(&place));
    // The first one of several is a matter of knowing it, and not of counting.
    (known && followed.len() > 1).then_some(())?;
    Cause::likely(format!(
        "your client followed {}, but it did not follow the next redirect: {status} with `Location: {place}`. It had \
         followed a redirect with this status and this form of Location before. So probably its limit is smaller \
         than the limit of this lab.",
        count(followed.len(), "redirect")
    ))
}

/// It was sent on, and did not go.
fn stays_at_the_sign(evidence: &Evidence) -> Option<Cause> {
    let stayed = evidence.have().bytes.is_empty() && !evidence.came();
    let (status, place) = sent_on(evidence).filter(|_| stayed)?;
    let followed = followed_before(evidence);
    let new = !followed.is_empty() && followed.iter().all(|(other, _)| *other != status);
    let whole = place.starts_with("http://");
    let rule = "take the missing parts from the URL of your last request";
    let failed = evidence
        .process
        .ending
        .is_some_and(|ending| ending != Ending::Status(0));
    if let Some(said) = complaint(evidence).filter(|_| failed) {
        return Cause::likely(format!(
            "the answer was {status} with `Location: {place}`, but you sent no request for this URL. Your client \
             ended, and printed the error `{said}`."
        ));
    }
    let why = match (new, whole) {
        (true, true) => {
            format!(
                " You followed redirects with other statuses before. The status {status} is a redirect, too."
            )
        }
        (true, false) => format!(
            " Either your client does not know that {status} is a redirect, or it cannot use a Location that is only \
             a part of a URL. For such a Location, {rule}."
        ),
        (false, true) => String::new(),
        (false, false) => {
            format!(" The Location is only a part of a URL. For such a Location, {rule}.")
        }
    };
    Cause::likely(format!(
        "the answer was {status} with `Location: {place}`, but you sent no request for this URL.{why}"
    ))
}

/// The client has closed its side, as it should, and nothing follows.
fn fin_unheard(evidence: &Evidence) -> Option<Cause> {
    let waits =
        evidence.silence().is_some() && evidence.cut_short() && evidence.process.ending.is_none();
    let passed = evidence
        .middle
        .as_ref()
        .is_some_and(|middle| middle.has_behind(Event::Fin));
    (evidence.side() == Side::Server
        && waits
        && evidence.fin_said()
        && !evidence.late()
        && !passed)
        .then_some(())?;
    Cause::likely(
        "the client has ended its direction (fin), but you still wait. When the client ends its direction, a read \
         gives 0 bytes. A relay must then shut down writing on its other connection. Otherwise the server behind the \
         relay waits, too.",
    )
}
/// A relay says something before the server behind it has said anything: these are words of its own.
fn speaks_first(evidence: &Evidence) -> Option<Cause> {
    let middle = evidence
        .middle
        .as_ref()
        .filter(|_| is_byte_relay(evidence))?;
    let (front, behind) = (evidence.conn(), middle.legs.back());
    let own = |entry: &&Entry| matches!(entry, Entry::Chunk(chunk) if chunk.who == Who::Server);
    let since = middle.got.entries().iter();
    let mut since = since.skip_while(|entry| entry.conn() != Some(front));
    let first = since.find(own).and_then(Entry::conn)?;
    let script = middle.script.entries().iter();
    let mut due = script.filter(own).filter_map(Entry::conn);
    let due = due.find(|conn| *conn == front || behind.contains(conn))?;
    // What is like the answer that is due is that answer, changed.
    let line = line_at(&evidence.have().bytes, 0).trim_ascii_end();
    let other = evidence.at() * 4 < line.len();
    (first == front && due != front && other).then_some(())?;
    Cause::likely(format!(
        "your relay sent `{}` to the client before the server behind it had sent a byte. A relay passes on the bytes \
         of both sides. It must not add bytes of its own.",
        shown(line)
    ))
}
