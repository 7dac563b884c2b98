//! From what was played to the evidence that a diagnosis looks at.
//!
//! Rule: nothing is played here, and nothing is concluded.

use crate::course::catalogue::{Side, Weather};
use crate::course::check::Trouble;
use crate::course::diagnosis::{
    Close, Evidence, Part, Process, Triage, first_words_after_fin, part,
};
use crate::course::triage::surroundings;
use crate::wire::{Conn, Difference, Event, Transcript, Wanted};

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
    pub trouble: &'a Trouble,
    /// The process behind the peer.
    pub process: Process,
    /// What is known of other tries.
    pub triage: Triage,
}

/// The evidence of a run.
pub fn evidence(seen: Seen) -> Evidence {
    let who = seen.side.who();
    let difference = match seen.trouble {
        Trouble::Difference(difference) => Some(&**difference),
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
        at,
        heard: seen.got.bytes_of(conn, who.other()),
        together: around.together,
        answer_owed: around.answer_owed,
        turns_left: around.turns_left,
        others_open: around.others_open,
        not_taken: matches!(seen.trouble, Trouble::NotTaken { .. }),
        silence: difference.and_then(|difference| difference.silence),
        late: first_words_after_fin(seen.got, conn, who)
            && !first_words_after_fin(seen.expected, conn, who),
        triage: seen.triage,
        process: seen.process,
        want,
        have,
    }
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
