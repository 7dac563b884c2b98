//! Plays the same conversation again with another delivery of the bytes. Which of these tries pass says more
//! about a mistake than a comparison of bytes.
//!
//! Rule: this module has the list of tries and their results. `script_variants` makes the scripts, and `runner` plays
//! them.

use crate::check::Side;
use crate::check::diagnosis::{Evidence, Tried, Tries};
use crate::check::judge::{difference, right_bytes};
use crate::check::script_variants;
use crate::net::Weather;
use crate::wire::{DifferenceKind, Transcript};

/// Plays a script at the program in calm weather; `None` when that is not possible. Gives back the
/// script as it was played, and what came.
pub type Play<'a> = dyn FnMut(&Transcript, Weather) -> Option<(Transcript, Transcript)> + 'a;

/// Tries what may tell the possible causes of this failure apart.
pub fn retry(expected: &Transcript, evidence: &Evidence, play: &mut Play) -> Tries {
    let mut tries = evidence.tries;
    let mut tried = |script: &Transcript, weather| {
        let (script, got) = play(script, weather)?;
        Some(judge(&script, &got, evidence.side()))
    };
    let calm = Weather::Calm;
    if tries.calm.is_none() && evidence.weather() != calm {
        tries.calm = tried(expected, calm);
    }
    let waited = evidence.silence().is_some() && !evidence.right_bytes();
    let server = evidence.side() == Side::Server;
    let pieces = tries.calm == Some(Tried::Passed) && evidence.in_pieces();
    if pieces || server && waited && !evidence.in_pieces() && !evidence.is_relay() {
        tries.again = tried(expected, evidence.weather());
    }
    if evidence.side() == Side::Client {
        let silent = evidence.have().bytes.is_empty() && !evidence.want().bytes.is_empty();
        if silent && evidence.process.connected {
            tries.half_close = tried(&script_variants::fin_first(expected), calm);
        }
        return tries;
    }
    let left =
        evidence.have().close != evidence.want().close || evidence.not_taken() || evidence.early();
    if tries.mute.is_none() && left && (evidence.right_bytes() || evidence.cut_short()) {
        tries.mute = tried(&script_variants::mute(expected), calm);
    }
    if evidence.together().len() > 1 || waited {
        tries.apart = tried(&script_variants::apart(expected), calm);
    }
    if waited && evidence.cut_short() && !evidence.is_relay() {
        let ended = script_variants::fin_at(expected, evidence.conn(), evidence.agreed());
        tries.half_close = tried(&ended, calm);
        let came = tries.half_close.is_some_and(Tried::is_right);
        if came && evidence.have().bytes.is_empty() {
            tries.many = script_variants::many(expected).and_then(|many| tried(&many, calm));
        }
        let head = evidence.is_http() && evidence.heard().ends_with(b"\r\n\r\n");
        if head && evidence.have().bytes.is_empty() && !came {
            let more = script_variants::bare_ends_at(expected, evidence.conn(), evidence.agreed());
            tries.bare_ends = tried(&more, calm);
        }
    }
    tries
}

/// How a try went, for the side under check.
fn judge(expected: &Transcript, got: &Transcript, side: Side) -> Tried {
    let who = side.who();
    let conns = expected.connections();
    let said = |transcript: &Transcript| -> Vec<u8> {
        conns
            .iter()
            .flat_map(|&conn| transcript.bytes_of(conn, who))
            .collect()
    };
    let settled = expected.settled(got).with_values(|_, mask| mask.example());
    let (want, have) = (said(&settled), said(got));
    // Behind the holes of a pattern only the kind of the difference tells.
    let Some(kind) = difference(expected, got, who).map(|found| found.what) else {
        return Tried::Passed;
    };
    match kind {
        _ if have == want => Tried::RightBytes,
        _ if have.is_empty() => Tried::Silent,
        _ if want.starts_with(&have) || kind == DifferenceKind::Short => Tried::Stopped,
        _ if right_bytes(expected, got, who) => Tried::RightBytes,
        _ => Tried::Differed,
    }
}
