//! Decides whether the received bytes are the expected ones, in any weather.
//!
//! Rule: `wire` compares strictly: a side may not send before the other side's turn is over. But if one turn
//! has several messages and arrives in pieces, a correct program may answer the first message before the last
//! one has come. It may also refuse a request as soon as enough of the request has come. Neither is a failure.

use crate::check::Side;
use crate::check::lenient_http_reader::{message, messages};
use crate::limits;
use crate::wire::{
    Chunk, Conn, Difference, DifferenceKind, Entry, Event, Transcript, Who, compare_side,
};

/// The first difference on the side of `who`, if there is one.
pub fn difference(expected: &Transcript, got: &Transcript, who: Who) -> Option<Difference> {
    let reset = |by, _, event| (by, event) == (Who::Client, Event::Rst);
    let one_end = (who == Who::Client && got.has_event(reset)).then(|| one_end(expected, got));
    let got = one_end.as_ref().unwrap_or(got);
    let found = compare_side(expected, got, who)?;
    if found.what == DifferenceKind::Early && has_heard_enough(expected, got, &found) {
        return compare_side(expected, &other_side_first(got, who), who);
    }
    Some(found)
}

/// The first difference of a client under check, if there is one. A client that has said everything may end its
/// direction before the answer comes, because the other direction stays open.
pub fn difference_of_client(expected: &Transcript, got: &Transcript) -> Option<Difference> {
    let found = difference(expected, got, Who::Client)?;
    let place = expected.entries().get(found.agreed);
    let ended_early = found.what == DifferenceKind::Early && place.is_some_and(is_end_of_client);
    match ended_early {
        true => difference(expected, &ends_last(got), Who::Client),
        false => Some(found),
    }
}

fn is_end_of_client(entry: &Entry) -> bool {
    let (who, event) = (Who::Client, Event::Fin);
    matches!(entry, Entry::Event { who: by, event: it, .. } if (*by, *it) == (who, event))
}

/// The same recording with the FIN of a client after everything else. One that has said nothing keeps its place; so does
/// one of a client that did not listen any more, which shows as RST.
fn ends_last(got: &Transcript) -> Transcript {
    let who = Who::Client;
    let gone = |on| got.has_event(|by, conn, event| (by, conn, event) == (who, on, Event::Rst));
    let listens = |on: Conn| !got.bytes_of(on, who).is_empty() && !gone(on);
    let moves = |entry: &&Entry| is_end_of_client(entry) && entry.conn().is_some_and(listens);
    let (ends, rest): (Vec<&Entry>, Vec<&Entry>) = got.entries().iter().partition(moves);
    let mut later = Transcript::new();
    rest.into_iter()
        .chain(ends)
        .for_each(|entry| later.push_entry(entry));
    later
}

/// The same recording with one end of each connection of a client. One that closes while our bytes are on their way
/// sends FIN and then RST, or RST alone: which of them is a race. Where it should have closed after all of our bytes,
/// RST alone is left.
fn one_end(expected: &Transcript, got: &Transcript) -> Transcript {
    let who = Who::Client;
    let has = |transcript: &Transcript, on: u32, wanted: Event| {
        transcript.has_event(|by, conn, event| (by, conn, event) == (who, on, wanted))
    };
    let last = |conn| {
        let mut behind = expected.entries().iter().rev();
        behind.find_map(|entry| match entry {
            Entry::Chunk(chunk) if chunk.conn == conn => Some(false),
            Entry::Event {
                who: by,
                conn: on,
                event: Event::Fin,
            } => (*by == who && *on == conn).then_some(true),
            _ => None,
        })
    };
    let mut one = Transcript::new();
    for entry in got.entries() {
        let doubled = matches!(entry, Entry::Event { who: by, conn, event: Event::Fin }
            if *by == who && has(got, *conn, Event::Rst) && last(*conn) == Some(true));
        if !doubled {
            one.push_entry(entry);
        }
    }
    one
}

/// Whether a client has left a connection with its bytes right so far. Whether that shows as FIN or as RST is a
/// race with our answer.
pub fn is_left(found: &Difference, side: Side) -> bool {
    let left = matches!(found.ended, Some(Event::Fin | Event::Rst));
    let quiet = matches!(
        found.what,
        DifferenceKind::Short | DifferenceKind::Ending | DifferenceKind::Early
    );
    side == Side::Client && left && quiet
}

/// The first connection of a client that the script does not have, as the only difference.
pub fn further_connection(expected: &Transcript, got: &Transcript) -> Option<Difference> {
    let due = expected.connections();
    let mut further = got.connections();
    further.retain(|conn| !due.contains(conn));
    let mut as_expected = expected.settled(got).with_values(|_, mask| mask.example());
    as_expected.append(got.of_connections(&further));
    let found = compare_side(expected, &as_expected, Who::Client)?;
    further.contains(&found.conn).then_some(found)
}

/// Whether all bytes of `who` are right, whenever they came and however they ended.
pub fn right_bytes(expected: &Transcript, got: &Transcript, who: Who) -> bool {
    let found = compare_side(expected, &other_side_first(got, who), who);
    found.is_none_or(|found| found.what == DifferenceKind::Ending)
}

/// Whether, when the program spoke, at least the first of several messages of the other side's turn had
/// been sent. A refusal (4xx, 5xx) may come as soon as anything can be wrong: when the first line is there, or
/// so much without a line that it is too long.
fn has_heard_enough(expected: &Transcript, got: &Transcript, early: &Difference) -> bool {
    let other = |entry: &Entry| {
        chunk_of(entry, early)
            .filter(|chunk| chunk.who != early.who)
            .map(Chunk::exact)
    };
    let entries = expected.entries();
    let before = entries.iter().take(early.agreed + 1);
    let turns: Vec<Vec<u8>> = before.filter_map(other).collect();
    let Some((turn, earlier)) = turns.split_last() else {
        return false;
    };
    let parts = messages(turn);
    let line = turn.split_inclusive(|&byte| byte == b'\n').next();
    let enough = match parts.as_slice() {
        _ if is_refused(expected, early) => {
            Some(line.map_or(0, <[u8]>::len).min(limits::REFUSED_UNHEARD))
        }
        [first, _, ..] => Some(first.len()),
        _ => None,
    };
    let earlier: usize = earlier.iter().map(Vec::len).sum();
    enough.is_some_and(|enough| said_before(got, early) >= earlier + enough)
}

/// Whether the answer that is expected at this place says that the request is wrong.
fn is_refused(expected: &Transcript, place: &Difference) -> bool {
    let behind = expected.entries().iter().skip(place.agreed);
    let mut chunks = behind.filter_map(|entry| chunk_of(entry, place));
    let answer = chunks
        .find(|chunk| chunk.who == place.who)
        .map(Chunk::exact);
    answer.is_some_and(|answer| {
        message(&answer)
            .status()
            .is_some_and(|status| status >= 400)
    })
}

/// How many bytes the other side had sent when the program sent the byte of the difference.
fn said_before(got: &Transcript, early: &Difference) -> usize {
    let (mut said, mut own) = (0, 0);
    for chunk in got
        .entries()
        .iter()
        .filter_map(|entry| chunk_of(entry, early))
    {
        let length = chunk.exact().len();
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
                    sorted.push_bytes(chunk.conn, side, &chunk.exact())
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

    fn judged(got: &str) -> Option<DifferenceKind> {
        let expected = Transcript::parse(SCRIPT).unwrap();
        difference(&expected, &Transcript::parse(got).unwrap(), Who::Server).map(|found| found.what)
    }

    #[test]
    fn a_refusal_may_come_after_the_first_line_and_nothing_else_may() {
        let line = "C connect\nC> POST / HTTP/1.1\\r\\n\n";
        let (rest, body) = ("C> Content-Length: 6\\r\\n\nC> \\r\\n\n", "C> tacos\\n\n");
        let judged = |answer: &str, got: String| {
            let answer = format!("S> HTTP/1.1 {answer}\\r\\n\nS> \\r\\n\n");
            let script = format!("{line}{rest}{body}{answer}S fin\nC fin\n");
            let got = got.replace("ANSWER\n", &answer);
            let [script, got] = [script, got].map(|text| Transcript::parse(&text).unwrap());
            difference(&script, &got, Who::Server).map(|found| found.what)
        };
        let end = "S fin\nC fin\n";
        let early = Some(DifferenceKind::Early);
        let in_body = format!("{line}{rest}C> ta\nANSWER\nC> cos\\n\n{end}");
        let in_head = format!("{line}ANSWER\n{rest}{body}{end}");
        let in_line =
            format!("C connect\nC> PO\nANSWER\nC> ST / HTTP/1.1\\r\\n\n{rest}{body}{end}");
        for got in [in_body, in_head] {
            assert_eq!(judged("400 Bad Request", got.clone()), None);
            assert_eq!(judged("501 Not Implemented", got.clone()), None);
            assert_eq!(judged("200 OK", got), early);
        }
        assert_eq!(judged("400 Bad Request", in_line), early);
    }

    #[test]
    fn a_client_may_end_its_direction_before_the_answer_and_must_not_leave() {
        let script = "C connect\nC> a\\n\nS> A\\n\nS fin\nC fin\n";
        let judged = |got: &str| {
            let [script, got] = [script, got].map(|text| Transcript::parse(text).unwrap());
            difference_of_client(&script, &got).map(|found| found.what)
        };
        let (early, end) = ("C connect\nC> a\\n\nC fin\nS> A\\n\nS fin\n", "C rst\n");
        assert_eq!(judged(early), None);
        assert_eq!(
            judged(&format!("{early}{end}")),
            Some(DifferenceKind::Ending)
        );
        let nothing = judged("C connect\nC fin\nS> A\\n\nS fin\n");
        assert_eq!(nothing, Some(DifferenceKind::Short));
    }

    #[test]
    fn a_whole_message_may_be_answered_and_half_a_one_may_not() {
        assert_eq!(
            judged("C connect\nC> a\\n\nS> A\\n\nC> b\\n\nS> B\\n\nC fin\nS fin\n"),
            None
        );
        assert_eq!(
            judged("C connect\nC> a\nS> A\\n\nC> \\n\nC> b\\n\nS> B\\n\nC fin\nS fin\n"),
            Some(DifferenceKind::Early)
        );
        assert_eq!(
            judged("C connect\nS> A\\n\nC> a\\n\nC> b\\n\nS> B\\n\nC fin\nS fin\n"),
            Some(DifferenceKind::Early)
        );
        assert_eq!(
            judged("C connect\nC> a\\n\nS> A\\n\nC> b\\n\nS> C\\n\nC fin\nS fin\n"),
            Some(DifferenceKind::Bytes)
        );
        assert_eq!(
            judged("C connect\nC> a\\n\nS> A\\n\nC> b\\n\nS> B\\n\nC fin\nS rst\n"),
            Some(DifferenceKind::Ending)
        );
    }
}
