//! From what was played to the evidence that a diagnosis looks at.
//!
//! Rule: nothing is played here, and nothing is concluded.

use crate::check::Problem;
use crate::check::Side;
use crate::check::diagnosis::{
    Before, Close, Evidence, Part, Process, Triage, first_words_after_fin, part,
};
use crate::check::retry::surroundings;
use crate::net::Weather;
use crate::wire::{Conn, Difference, DifferenceKind, Entry, Event, Transcript, Wanted, Who};

/// One run, as far as evidence needs it.
pub struct Seen<'a> {
    /// Which side is under check.
    pub side: Side,
    /// How the conversation was delivered.
    pub weather: Weather,
    /// What should have been said.
    pub expected: &'a Transcript,
    /// What was said.
    pub got: &'a Transcript,
    /// What is wrong.
    pub trouble: &'a Problem,
    /// The process behind the peer.
    pub process: Process,
    /// What is known of other tries.
    pub triage: Triage,
}

/// The evidence of a run.
pub fn evidence(seen: Seen) -> Evidence {
    let who = seen.side.who();
    let difference = match seen.trouble {
        Problem::Difference(difference) | Problem::Behind(difference) => Some(&**difference),
        _ => None,
    };
    let conn = difference.map_or(1, |difference| difference.conn);
    let have = part(seen.got, conn, who);
    let want = wanted(seen.expected, difference, conn, seen.side, &have);
    let at = difference.map_or(have.bytes.len(), |difference| difference.offset);
    let agreed = difference.map_or(seen.expected.entries().len(), |difference| {
        difference.agreed
    });
    let around = surroundings(seen.expected, conn, seen.side, agreed, seen.weather);
    Evidence {
        side: seen.side,
        weather: seen.weather,
        conn,
        connections: seen.expected.connections().len() as Conn,
        came: connected(seen.got, conn),
        before: Before {
            said: seen.got.bytes_of(conn.saturating_sub(1), who),
            heard: seen.got.bytes_of(conn.saturating_sub(1), who.other()),
        },
        at,
        heard: seen.got.bytes_of(conn, who.other()),
        together: around.together,
        answer_owed: around.answer_owed,
        left_early: left_early(seen.got, conn, who),
        fin_said: around.fin_said,
        others_open: around.others_open,
        early: difference.is_some_and(|difference| difference.what == DifferenceKind::Early),
        not_taken: matches!(seen.trouble, Problem::NotTaken { .. }),
        silence: difference.and_then(|difference| difference.silence),
        late: first_words_after_fin(seen.got, conn, who)
            && !first_words_after_fin(seen.expected, conn, who),
        triage: seen.triage,
        process: seen.process,
        want,
        have,
    }
}

/// Whether a connection came about.
fn connected(got: &Transcript, conn: Conn) -> bool {
    got.entries().iter().any(|entry| {
        matches!(entry, Entry::Event { conn: on, event: Event::Connect, .. } if *on == conn)
    })
}

/// Whether the program ended its side, and then the other side still spoke.
fn left_early(got: &Transcript, conn: Conn, who: Who) -> bool {
    let entries = got.entries();
    let end = entries.iter().position(|entry| {
        matches!(entry, Entry::Event { who: by, conn: on, event: Event::Fin | Event::Rst } if (*by, *on) == (who, conn))
    });
    let behind = end.and_then(|end| entries.get(end..)).unwrap_or_default();
    behind.iter().any(|entry| matches!(entry, Entry::Chunk(chunk) if (chunk.who, chunk.conn) == (who.other(), conn)))
}

/// What the program should have said. Behind the holes of a pattern nobody knows at which byte it
/// goes on, so there it is what agreed, and the exact bytes that should have followed.
fn wanted(
    expected: &Transcript,
    difference: Option<&Difference>,
    conn: Conn,
    side: Side,
    have: &Part,
) -> Part {
    let mut want = part(expected, conn, side.who());
    if let Some(difference) = difference {
        if expected.has_masks() {
            let agreed = difference.offset.min(have.bytes.len());
            want.bytes = have.bytes[..agreed].to_vec();
            if let Wanted::Bytes(bytes) = &difference.expected {
                want.bytes.extend_from_slice(bytes);
            }
        }
        if difference.expected == Wanted::Event(Event::Rst) {
            want.close = Close::Rst;
        }
    }
    want
}
