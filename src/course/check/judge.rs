//! Whether what came is what was expected, in whatever weather.
//!
//! Rule: `wire` compares to the letter: nobody speaks before the other side's turn is over. Where one
//! turn holds several messages and arrives in pieces, a good program answers the first message
//! before the last has come; that is no fault.

use crate::course::scripts::{exact, messages};
use crate::wire::{Chunk, Difference, Entry, Transcript, What, Who, compare_side};

/// The first difference on the side of `who`, if there is one.
pub fn difference(expected: &Transcript, got: &Transcript, who: Who) -> Option<Difference> {
    let found = compare_side(expected, got, who)?;
    if found.what == What::Early && answers_a_message(expected, got, &found) {
        return compare_side(expected, &other_side_first(got, who), who);
    }
    Some(found)
}

/// Whether, when the program spoke, at least the first of several messages of the other side's turn had
/// been said.
fn answers_a_message(expected: &Transcript, got: &Transcript, early: &Difference) -> bool {
    let other = |entry: &Entry| {
        chunk_of(entry, early)
            .filter(|chunk| chunk.who != early.who)
            .map(exact)
    };
    let entries = expected.entries();
    let before = entries.iter().take(early.agreed + 1);
    let turns: Vec<Vec<u8>> = before.filter_map(other).collect();
    let Some((turn, earlier)) = turns.split_last() else {
        return false;
    };
    let parts = messages(turn);
    let Some(first) = parts.first().filter(|_| parts.len() > 1) else {
        return false;
    };
    let earlier: usize = earlier.iter().map(Vec::len).sum();
    said_before(got, early) >= earlier + first.len()
}

/// How many bytes the other side had said when the program said the byte of the difference.
fn said_before(got: &Transcript, early: &Difference) -> usize {
    let (mut said, mut own) = (0, 0);
    for chunk in got
        .entries()
        .iter()
        .filter_map(|entry| chunk_of(entry, early))
    {
        let length = exact(chunk).len();
        if chunk.who != early.who {
            said += length;
        } else if own + length > early.offset {
            break;
        } else {
            own += length;
        }
    }
    said
}

fn chunk_of<'a>(entry: &'a Entry, place: &Difference) -> Option<&'a Chunk> {
    match entry {
        Entry::Chunk(chunk) if chunk.conn == place.conn => Some(chunk),
        _ => None,
    }
}

/// The same recording with everything that the other side said and did before everything of `who`: then
/// nothing is too early.
fn other_side_first(got: &Transcript, who: Who) -> Transcript {
    let mut sorted = Transcript::new();
    for side in [who.other(), who] {
        for entry in got.entries() {
            match entry {
                Entry::Chunk(chunk) if chunk.who == side => {
                    sorted.push_bytes(chunk.conn, side, &exact(chunk))
                }
                Entry::Event {
                    who: by,
                    conn,
                    event,
                } if *by == side => sorted.push_event(*conn, side, *event),
                _ => {}
            }
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "C connect\nC> a\\n\nC> b\\n\nS> A\\n\nS> B\\n\nC fin\nS fin\n";

    fn judged(got: &str) -> Option<What> {
        let expected = Transcript::parse(SCRIPT).unwrap();
        difference(&expected, &Transcript::parse(got).unwrap(), Who::Server).map(|found| found.what)
    }

    #[test]
    fn a_whole_message_may_be_answered_and_half_a_one_may_not() {
        assert_eq!(
            judged("C connect\nC> a\\n\nS> A\\n\nC> b\\n\nS> B\\n\nC fin\nS fin\n"),
            None
        );
        assert_eq!(
            judged("C connect\nC> a\nS> A\\n\nC> \\n\nC> b\\n\nS> B\\n\nC fin\nS fin\n"),
            Some(What::Early)
        );
        assert_eq!(
            judged("C connect\nS> A\\n\nC> a\\n\nC> b\\n\nS> B\\n\nC fin\nS fin\n"),
            Some(What::Early)
        );
        assert_eq!(
            judged("C connect\nC> a\\n\nS> A\\n\nC> b\\n\nS> C\\n\nC fin\nS fin\n"),
            Some(What::Bytes)
        );
        assert_eq!(
            judged("C connect\nC> a\\n\nS> A\\n\nC> b\\n\nS> B\\n\nC fin\nS rst\n"),
            Some(What::Ending)
        );
    }
}
