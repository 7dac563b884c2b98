//! The failure in one line.

use crate::check::Problem;
use crate::check::Side;
use crate::wire::{Difference, DifferenceKind, Event, LOOSE, Wanted, Who};

/// What went wrong, in words for the headline.
pub fn verdict(trouble: &Problem, side: Side) -> String {
    let program = match side {
        Side::Server => "the server",
        Side::Client => "the client",
    };
    match trouble {
        Problem::Difference(difference) => different(difference),
        Problem::NotTaken { after } => {
            format!("{program}'s bytes are right, but it left after reading {after} of ours")
        }
        Problem::Died(ending) => {
            format!("all bytes are right, and then {program} ended ({ending})")
        }
        Problem::Behind(difference) => format!("behind the relay: {}", different(difference)),
        Problem::Unasked => {
            format!("all bytes are right, but {program} answers before anyone has asked")
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
                "after {clients} clients {program} has {after} {what}, {before} before them: it never lets go"
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
            let total = difference
                .total
                .map(|total| format!(" of {total}"))
                .unwrap_or_default();
            format!(
                "the {words} stopped after {}{total} bytes; {}",
                difference.offset,
                then(difference)
            )
        }
        DifferenceKind::Extra if difference.got.is_empty() => {
            format!("{side} does more than it should")
        }
        DifferenceKind::Extra => format!(
            "{} bytes too many after the {words}, from byte {at} on",
            difference.got.len()
        ),
        DifferenceKind::Early => format!("{side} did not wait for its turn at byte {at}"),
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
        Wanted::Event(Event::Fin) => "hang up here (fin)",
        Wanted::Event(Event::Rst) => "reset the connection here (rst)",
        _ => "keep the connection open",
    };
    match (difference.ended, difference.silence) {
        (Some(Event::Fin), _) => format!("{side} should {should}, and closed (fin)"),
        (Some(Event::Rst), _) => format!("{side} should {should}, and sent a reset (rst)"),
        (Some(Event::Refuse), _) => format!("{side} should {should}, and refused"),
        (_, Some(waited)) => {
            format!(
                "{side} should {should}; {} ms of silence, still open",
                waited.as_millis()
            )
        }
        _ => format!("{side} should {should}, and did more"),
    }
}
