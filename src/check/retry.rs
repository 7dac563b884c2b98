//! The same conversation once more, with only the delivery changed: which of them pass says more about
//! a mistake than any comparison of bytes.
//!
//! Rule: here is what to try and how it went; the scripts are made in `scripts`, and `check` plays them.

use crate::check::Side;
use crate::check::diagnosis::{Evidence, Triage, Tried};
use crate::check::variants::{self, exact, messages};
use crate::check::verdict::difference;
use crate::net::Weather;
use crate::wire::{Conn, Entry, Event, Transcript, Who};

/// Plays a script at the program in calm weather; `None` when that is not possible. Gives back the
/// script as it was played, and what came.
pub type Play<'a> = dyn FnMut(&Transcript) -> Option<(Transcript, Transcript)> + 'a;

/// Tries what may tell the possible causes of this failure apart.
pub fn triage(expected: &Transcript, evidence: &Evidence, play: &mut Play) -> Triage {
    let mut triage = evidence.triage;
    let mut tried = |script: &Transcript| {
        let (script, got) = play(script)?;
        Some(judge(&script, &got, evidence.side))
    };
    if triage.calm.is_none() && evidence.weather != Weather::Calm {
        triage.calm = tried(expected);
    }
    if evidence.side == Side::Client {
        if evidence.have.bytes.is_empty() && evidence.process.connected {
            triage.half_close = tried(&variants::fin_first(expected));
        }
        return triage;
    }
    let waited = evidence.silence.is_some() && !evidence.right_bytes();
    let left = evidence.have.close != evidence.want.close || evidence.not_taken || evidence.early;
    if triage.mute.is_none() && left && (evidence.right_bytes() || evidence.cut_short()) {
        triage.mute = tried(&variants::mute(expected));
    }
    if evidence.together.len() > 1 || waited {
        triage.apart = tried(&variants::apart(expected));
    }
    if waited && evidence.have.bytes.is_empty() {
        triage.half_close = tried(&variants::all_then_fin(expected));
        if matches!(triage.half_close, Some(Tried::Passed | Tried::RightBytes)) {
            triage.many = variants::many(expected).and_then(|many| tried(&many));
        }
    }
    triage
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
    let (want, have) = (said(expected), said(got));
    match () {
        _ if difference(expected, got, who).is_none() => Tried::Passed,
        _ if have == want => Tried::RightBytes,
        _ if have.is_empty() => Tried::Silent,
        _ if want.starts_with(&have) => Tried::Stopped,
        _ => Tried::Differed,
    }
}

/// The facts that a difference and the two transcripts tell; the rest of the evidence is still empty.
pub fn surroundings(
    expected: &Transcript,
    conn: Conn,
    side: Side,
    agreed: usize,
    weather: Weather,
) -> Surroundings {
    let who = side.who();
    let entries = expected.entries();
    let words_of_other = |entry: &Entry| matches!(entry, Entry::Chunk(chunk) if chunk.conn == conn && chunk.who != who);
    let last_piece = entries
        .iter()
        .take(agreed + 1)
        .rev()
        .find(|entry| words_of_other(entry));
    let together = match (weather, last_piece) {
        (Weather::Glue, _) => messages(&expected.bytes_of(conn, who.other())),
        (_, Some(Entry::Chunk(chunk))) => messages(&exact(chunk)),
        _ => Vec::new(),
    };
    let fin = entries.iter().position(|entry| is_fin(entry, conn, who));
    let after_fin = fin.and_then(|at| entries.get(at..)).unwrap_or_default();
    Surroundings {
        together,
        answer_owed: after_fin.iter().any(words_of_other),
        fin_said: entries
            .iter()
            .take(agreed)
            .any(|entry| is_fin(entry, conn, who.other())),
        others_open: others_open(entries.get(..agreed).unwrap_or_default(), conn),
    }
}

/// What stands around the place of a difference in the script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The messages of the last piece that was said to the program.
    pub together: Vec<Vec<u8>>,
    /// Whether the other side speaks again after the program's FIN.
    pub answer_owed: bool,
    /// Whether the other side has ended its direction there.
    pub fin_said: bool,
    /// Whether another connection is open there.
    pub others_open: bool,
}

fn is_fin(entry: &Entry, conn: Conn, who: Who) -> bool {
    matches!(entry, Entry::Event { who: by, conn: on, event: Event::Fin } if (*by, *on) == (who, conn))
}

fn others_open(before: &[Entry], conn: Conn) -> bool {
    let mut open: Vec<Conn> = Vec::new();
    for entry in before {
        match entry {
            Entry::Event {
                conn: on,
                event: Event::Connect,
                ..
            } => open.push(*on),
            Entry::Event {
                conn: on,
                event: Event::Fin | Event::Rst,
                ..
            } => open.retain(|other| other != on),
            _ => {}
        }
    }
    open.iter().any(|&other| other != conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surroundings_are_read_from_the_script() {
        let script = Transcript::parse(
            "C connect\nC> a\\n\nC> b\\n\nS> A\\n\nC> c\\n\nC fin\nS> B\\n\nS fin\n",
        )
        .unwrap();
        let around = surroundings(&script, 1, Side::Server, 2, Weather::Calm);
        assert_eq!(around.together, [b"a\n", b"b\n"]);
        assert!(!around.answer_owed && !around.others_open);
        let around = surroundings(&script, 1, Side::Client, 4, Weather::Calm);
        assert!(around.answer_owed);
    }
}
