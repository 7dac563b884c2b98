//! The failure in one line.

use crate::check::program::Ending;
use crate::check::{Failure, Problem, Run, Side};
use crate::net::Weather;
use crate::plural::count_of;
use crate::wire::{Difference, DifferenceKind, Event, LOOSE, Wanted, Who};

/// The headline of a failure: that the program died comes before what the wire shows of it. It is the same
/// each time, whatever the wire shows first.
pub fn headline_of(run: &Run, failure: &Failure, side: Side) -> String {
    let expected = failure.expected.heading("exit") == Some("failure");
    let died = failure
        .ending
        .filter(|_| !expected)
        .and_then(|ending| death(run.weather, &failure.trouble, side, ending));
    died.unwrap_or_else(|| failure.verdict(side))
}

/// How a program died, where that explains what is wrong; `None` where something else is wrong, too.
fn death(weather: Weather, trouble: &Problem, side: Side, ending: Ending) -> Option<String> {
    let difference = match trouble {
        Problem::Difference(difference) | Problem::Behind(_, difference) => Some(difference),
        Problem::Died(_) | Problem::NotTaken { .. } => None,
        _ => return None,
    };
    let short = match difference.map(|difference| difference.what) {
        None | Some(DifferenceKind::Ending) => false,
        Some(DifferenceKind::Short) => true,
        Some(_) => return None,
    };
    let nothing = short && difference.is_some_and(|difference| difference.offset == 0);
    let never = difference.is_some_and(|difference| {
        difference.expected == Wanted::Event(Event::Connect) && difference.conn == 1
    });
    Some(match (side, weather) {
        (Side::Server, Weather::Rude) => {
            format!("the server ended ({ending}) after a client had reset its connection")
        }
        (Side::Server, Weather::Ghost) => {
            format!("the server ended ({ending}) after clients that sent nothing")
        }
        (Side::Server, _) if nothing => format!("the server ended ({ending}) without an answer"),
        (Side::Server, _) if short => {
            format!("the server ended ({ending}) before its answer was whole")
        }
        (Side::Server, _) => format!("all bytes are right, and then the server ended ({ending})"),
        (Side::Client, _) if never => format!("the client ended ({ending}) before it connected"),
        (Side::Client, _) if nothing => {
            format!("the client ended ({ending}) before it sent a byte")
        }
        (Side::Client, _) if short => {
            format!("the client ended ({ending}) before its request was whole")
        }
        (Side::Client, _) => {
            format!("the client's bytes are right, and then it ended ({ending})")
        }
    })
}

/// What went wrong, in words for the headline.
pub fn verdict(trouble: &Problem, side: Side) -> String {
    let program = match side {
        Side::Server => "the server",
        Side::Client => "the client",
    };
    match trouble {
        Problem::Difference(difference) => different(difference),
        Problem::NotTaken { after } => {
            format!("{program}'s bytes are right, but it closed after reading {after} of ours")
        }
        Problem::Died(ending) => {
            format!("all bytes are right, and then {program} ended ({ending})")
        }
        Problem::Behind(leg, difference) => {
            // There the program is the client.
            let words = different(difference).replace("the client", "your program");
            format!("{leg} leg: {words}")
        }
        Problem::Unasked => {
            format!("all bytes are right, but {program} answers before a request has come")
        }
        Problem::Prints(_) => {
            format!("all bytes are right, but {program} prints something else")
        }
        Problem::StillRuns => format!("all bytes are right, but {program} goes on running"),
        Problem::Exits(ending) => {
            format!("all bytes are right, but {program} should report a failure ({ending})")
        }
        Problem::Grows {
            what,
            before,
            after,
            clients,
        } => {
            format!(
                "after {} {program} has {after} {what}, {before} before: it never releases them",
                count_of(*clients, "client")
            )
        }
    }
}

/// A difference in words.
fn different(difference: &Difference) -> String {
    let (side, words) = match difference.who {
        Who::Server => ("the server", "answer"),
        Who::Client => ("the client", "request"),
    };
    let at = difference.offset + 1;
    let conn = match difference.conn {
        1 => String::new(),
        conn => format!(" (connection {conn})"),
    };
    let text = match difference.what {
        DifferenceKind::Bytes => format!("{side}'s {words} is wrong from byte {at} on"),
        DifferenceKind::Short if difference.offset == 0 => {
            format!("no {words} came; {}", then(difference))
        }
        DifferenceKind::Short => {
            let so_far = match difference.total {
                Some(total) => format!("{} of {}", difference.offset, count_of(total, "byte")),
                None => count_of(difference.offset, "byte"),
            };
            format!("the {words} stopped after {so_far}; {}", then(difference))
        }
        DifferenceKind::Extra if difference.got.is_empty() => {
            format!("{side} does more than it should")
        }
        DifferenceKind::Extra => format!(
            "{} too many after the {words}, from byte {at} on",
            count_of(difference.got.len(), "byte")
        ),
        DifferenceKind::Early => format!("{side} did not wait for its turn at byte {at}"),
        DifferenceKind::Boundary => {
            format!("{side}'s datagrams are cut differently at byte {at}")
        }
        DifferenceKind::Ending => ending(difference, side),
        DifferenceKind::TooLoose => format!("the pattern is too loose from byte {at} on: {LOOSE}"),
        DifferenceKind::Gap { measured } => {
            format!("{side} took {} ms before byte {at}", measured.as_millis())
        }
    };
    text + &conn
}

/// How the bytes stopped.
fn then(difference: &Difference) -> String {
    match (difference.ended, difference.silence) {
        (Some(Event::Fin), _) => "then it closed (fin)".to_string(),
        (Some(Event::Rst), _) => "then a reset (rst)".to_string(),
        (Some(Event::Refuse), _) => "nobody listens there".to_string(),
        (_, Some(waited)) => format!("then {} ms of silence, still open", waited.as_millis()),
        _ => "the connection is still open".to_string(),
    }
}

/// All bytes are right, the end is not.
fn ending(difference: &Difference, side: &str) -> String {
    let should = match &difference.expected {
        Wanted::Event(Event::Connect) => return format!("{side} never connected"),
        Wanted::Event(Event::Fin) => "close here (fin)",
        Wanted::Event(Event::Rst) => "reset the connection here (rst)",
        Wanted::Event(Event::Refuse) if difference.ended.is_none() => {
            return format!("{side} should refuse the connection, but let it in");
        }
        Wanted::Event(Event::Refuse) => "refuse the connection (refuse)",
        _ => "keep the connection open",
    };
    match (difference.ended, difference.silence) {
        (Some(Event::Fin), _) => format!("{side} should {should}, but closed (fin)"),
        (Some(Event::Rst), _) => format!("{side} should {should}, but sent a reset (rst)"),
        (Some(Event::Refuse), _) => format!("{side} should {should}, but refused"),
        (_, Some(waited)) => {
            format!(
                "{side} should {should}; {} ms of silence, still open",
                waited.as_millis()
            )
        }
        _ => format!("{side} should {should}, but did more"),
    }
}
