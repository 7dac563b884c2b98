//! Mistakes about what is whole: a message that ended too early is taken for a whole one, a pause for the end of
//! a conversation, a connection for one that is missing.

use std::time::Duration;

use super::crashes::complaint;
use super::{Cause, Close, Evidence, Row, count, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::{is_request, message, messages};
use crate::wire::{Entry, Gap, Who};

/// Asked before the error messages of the program.
pub(super) const FIRST: &[Row] = &[("W29", impatient), ("W18", answers_a_piece)];

pub(super) const TABLE: &[Row] = &[
    ("W135", half_request),
    ("W135", half_kept),
    ("W136", unused_connection),
    ("W136", connects_again),
];

/// The pause of the check's own side at the place of the difference: how long it was at least.
fn pause(evidence: &Evidence) -> Option<Duration> {
    const LONG: Duration = Duration::from_millis(100);
    let near = evidence.agreed() + 2;
    let before = evidence.expectation.script.entries().iter().take(near);
    let last = before.rev().take(5).find_map(|entry| match entry {
        Entry::Gap(Gap::Between(least, _)) => Some(*least),
        _ => None,
    });
    last.filter(|least| *least >= LONG)
}

/// The other side paused, and the program closed instead of waiting.
fn impatient(evidence: &Evidence) -> Option<Cause> {
    let paused = pause(evidence)?;
    // Where the time of the other side is limited, closing without the refusal is another mistake.
    let limited = message(&evidence.want().bytes).status() == Some(408);
    let said = evidence.process.said.to_lowercase();
    let timed_out = ["timed out", "timeout", "wouldblock", "unavailable"];
    let own = complaint(evidence).is_some() && !timed_out.iter().any(|word| said.contains(word));
    let closed = evidence.have().close != Close::Open && evidence.rest().is_empty();
    let waiting = evidence.cut_short() || evidence.unheard();
    (closed && waiting && !limited && !own).then_some(())?;
    let (other, what) = match evidence.side() {
        Side::Server => ("client", "before it had sent everything"),
        Side::Client => ("server", "before its answer"),
    };
    Cause::likely(format!(
        "the {other} paused for {} ms {what}, but you closed the connection. Either your read has a shorter time \
         limit, or your program takes the bytes before the pause for the whole message. A pause is not the end of the \
         stream. Only a read of 0 bytes shows this end.",
        paused.as_millis()
    ))
}

/// The client paused in the middle of a line, and the program answered what had come by then. (Without the pause
/// the same lines were answered right: that conversation is the first of its lab.)
fn answers_a_piece(evidence: &Evidence) -> Option<Cause> {
    let paused = pause(evidence)?;
    let other = !evidence.rest().is_empty() && !evidence.missing().is_empty();
    let server = evidence.side() == Side::Server && (!evidence.is_http() || evidence.early());
    // What it complains of may be another connection; an early answer is its own sign.
    let own = !evidence.early() && complaint(evidence).is_some();
    (server && other && !own).then_some(())?;
    Cause::likely(format!(
        "the client paused for {} ms, but you answered `{}` to the bytes before the pause. {} TCP has no messages. A \
         read gives the bytes that have arrived.",
        paused.as_millis(),
        shown(evidence.have().bytes.trim_ascii_end()),
        match evidence.early() {
            true => {
                "The message was not complete. Either your program takes one read for one message, or your program \
                 answers before it has read the whole message."
            }
            false => "Probably your program takes one read for one message.",
        }
    ))
}

/// A request whose body was cut off got an answer as if it were whole.
fn half_request(evidence: &Evidence) -> Option<Cause> {
    let nothing_due = evidence.want().bytes.is_empty() && !evidence.rest().is_empty();
    (evidence.side() == Side::Server && nothing_due && evidence.fin_said()).then_some(())?;
    let request = messages(evidence.heard()).into_iter().next_back();
    let request = request.filter(|bytes| is_request(bytes)).map(message)?;
    let came = request.body.unwrap_or_default().len();
    let announced = request.length();
    let cut = match announced {
        Some(length) if came < length => {
            format!(
                "announced a body of {}, sent {came} of them",
                count(length, "byte")
            )
        }
        None if request.chunked() => {
            "sent an order in chunks without the end of the body".to_string()
        }
        _ => return None,
    };
    Cause::likely(format!(
        "the client {cut}, and closed. But you answered `{}`. A message that ends too early is not complete. Do not \
         keep any part of it, and close without an answer.",
        shown(message(evidence.rest()).first_line())
    ))
}

/// A part of a message that ended too early was kept, and a later client gets it.
fn half_kept(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let (want, have) = exchange.statuses()?;
    let target = exchange.request()?.target()?;
    (evidence.side() == Side::Server && want == 404 && have == 200).then_some(())?;
    let conns = evidence.got.connections().into_iter();
    let mut before = conns.filter(|conn| *conn < evidence.conn());
    let cut = before.find_map(|conn| {
        let bytes = evidence.got.bytes_of(conn, Who::Client);
        let last = message(messages(&bytes).into_iter().next_back()?);
        let (came, announced) = (last.body?.len(), last.length()?);
        (last.target() == Some(target) && came < announced).then_some((came, announced))
    });
    let (came, announced) = cut?;
    Cause::likely(format!(
        "a client announced {} for `{}`, sent {came} of them, and closed. The next client got 200 for this \
         name, so probably you kept the part. A message that ends too early is not complete: do not keep any of it.",
        count(announced, "byte"),
        shown(target)
    ))
}

const SAME_TWICE: &str = " The argument contains the same address twice. When an address has accepted your \
    connection, do not try the next address.";

/// Whether the argument names the address of the server more than once.
fn same_twice(evidence: &Evidence) -> bool {
    let arg = evidence.expectation.script.heading("arg");
    arg.is_some_and(|arg| arg.matches("{addr}").count() > 1)
}

/// A client connects, sends nothing, and closes.
fn unused_connection(evidence: &Evidence) -> Option<Cause> {
    let only = evidence.connections() == 1 && evidence.conn() == 1 && evidence.middle.is_none();
    let silent = evidence.have().bytes.is_empty() && !evidence.want().bytes.is_empty();
    let unused = evidence.side() == Side::Client && silent && evidence.have().close == Close::Fin;
    (only && unused).then_some(())?;
    let same = same_twice(evidence);
    if evidence.got.connections().len() > 1 {
        let why = match same {
            true => SAME_TWICE,
            false => {
                " Use the connection that was accepted. Do not open a second connection for the request."
            }
        };
        return Cause::likely(format!(
            "your client connected, sent nothing on this connection, and closed it. It also opened a second \
             connection.{why}"
        ));
    }
    let arg = evidence
        .expectation
        .script
        .heading("arg")
        .unwrap_or_default();
    let said = evidence.process.said.trim_end().lines().next_back();
    if let Some(said) = said.filter(|_| arg.contains("{addr} ") && complaint(evidence).is_none()) {
        return Cause::likely(format!(
            "your client connected, sent nothing, and closed. It printed `{}`. In its argument another address \
             follows after the address that accepted. Perhaps your client tried this next address, too, and reported \
             the failure there. Or perhaps it stopped for another reason after it had connected.",
            shown(said.trim().as_bytes())
        ));
    }
    (same && complaint(evidence).is_none()).then_some(())?;
    Cause::likely(
        "your client connected, sent nothing, and closed. The argument contains the same address twice. Either your \
         client tried the next address although this address had accepted, or it stopped after it had connected.",
    )
}

/// A client that has a connection, or its answer, opens another one.
fn connects_again(evidence: &Evidence) -> Option<Cause> {
    let (conn, due) = (evidence.conn(), evidence.connections());
    let same = same_twice(evidence);
    let silent = evidence.have().bytes.is_empty();
    (evidence.side() == Side::Client && evidence.middle.is_none()).then_some(())?;
    // A redirect has its own page.
    let heard = evidence.heard_before();
    let redirect = message(&heard)
        .status()
        .is_some_and(|status| (300..400).contains(&status));
    (conn > due && due == 1 && !redirect).then_some(())?;
    let requests = is_request(&evidence.have().bytes) || silent;
    if !requests && !same {
        return Cause::in_case(
            "one-for-each",
            format!(
                "your client opened a second connection and sent `{}` on it. This conversation has only one \
                 connection. Send everything on this connection.",
                shown(evidence.have().bytes.trim_ascii_end())
            ),
        );
    }
    let why = if same { SAME_TWICE } else { "" };
    let said = if silent {
        ""
    } else {
        " and sent a request on it, too"
    };
    Cause::likely(format!(
        "your client opened a second connection{said}. This conversation has only one connection.{why}"
    ))
}
