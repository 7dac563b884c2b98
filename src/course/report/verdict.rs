//! What went wrong, in one line.

use crate::course::catalogue::Side;
use crate::course::check::Trouble;
use crate::wire::{Difference, Event, Wanted, What, Who};

/// What went wrong, in words for the headline.
pub fn verdict(trouble: &Trouble, side: Side) -> String {
    let program = match side {
        Side::Server => "the server",
        Side::Client => "the client",
    };
    match trouble {
        Trouble::Difference(difference) => different(difference),
        Trouble::NotTaken { after } => {
            format!("{program}'s bytes are right, but it left after reading {after} of ours")
        }
        Trouble::Died(ending) => {
            format!("all bytes are right, and then {program} ended ({ending})")
        }
        Trouble::Behind(difference) => format!("behind the relay: {}", different(difference)),
        Trouble::Unasked => {
            format!("all bytes are right, but {program} answers before anyone has asked")
        }
        Trouble::Prints(_) => {
            format!("all bytes are right, but {program} prints something else")
        }
        Trouble::StillRuns => format!("all bytes are right, but {program} goes on running"),
        Trouble::Grows {
            what,
            before,
            after,
            guests,
        } => {
            format!(
                "after {guests} guests {program} has {after} {what}, {before} before them: it never lets go"
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
        What::Bytes => format!("{side}'s {words} is wrong from byte {at} on"),
        What::Short if difference.offset == 0 => format!("no {words} came; {}", then(difference)),
        What::Short => {
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
        What::Extra if difference.got.is_empty() => format!("{side} does more than it should"),
        What::Extra => format!(
            "{} bytes too many behind the {words}, from byte {at} on",
            difference.got.len()
        ),
        What::Early => format!("{side} did not wait for its turn at byte {at}"),
        What::Ending => ending(difference, side),
        What::Gap { measured } => {
            format!("{side} took {} ms before byte {at}", measured.as_millis())
        }
    };
    text + &conn
}

/// How the bytes stopped.
fn then(difference: &Difference) -> String {
    match (difference.ended, difference.silence) {
        (Some(Event::Fin), _) => "then it hung up (fin)".to_string(),
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
        (Some(Event::Fin), _) => format!("{side} should {should}, and hung up (fin)"),
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
