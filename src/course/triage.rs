//! The same conversation once more, with only the delivery changed: which of them pass says more about
//! a mistake than any comparison of bytes.
//!
//! Rule 1: a variant says the same bytes as the script; only pieces, pauses and ends differ.
//! Rule 2: here are the variants and what to try; who plays them is `check`.

use std::time::Duration;

use crate::course::catalogue::{Side, Weather};
use crate::course::check::judge::difference;
use crate::course::diagnosis::{Evidence, Triage, Tried};
use crate::net::player::Delivery;
use crate::wire::{Chunk, Conn, Entry, Event, Gap, Piece, Transcript, Who};

/// The pause between messages that are sent apart.
const APART: Duration = Duration::from_millis(20);
/// How many messages are sent to make a buffer run over: 64 KiB of answers of 20 bytes each.
const MANY: usize = 3_300;

/// One way to play a conversation again.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What is played and expected.
    pub script: Transcript,
    /// How messages are cut; `None` as the weather does it.
    pub delivery: Option<Delivery>,
}

/// Plays a variant at the program in calm weather; `None` when that is not possible.
pub type Play<'a> = dyn FnMut(&Variant) -> Option<Transcript> + 'a;

/// Tries what may tell the possible causes of this failure apart.
pub fn triage(expected: &Transcript, evidence: &Evidence, play: &mut Play) -> Triage {
    let mut triage = evidence.triage;
    let mut tried = |variant: Variant| {
        let got = play(&variant)?;
        Some(judge(&variant.script, &got, evidence.side))
    };
    if triage.calm.is_none() && evidence.weather != Weather::Calm {
        triage.calm = tried(Variant {
            script: expected.clone(),
            delivery: None,
        });
    }
    if evidence.side == Side::Client {
        if evidence.have.bytes.is_empty() && evidence.process.connected {
            triage.half_close = tried(Variant {
                script: fin_first(expected),
                delivery: None,
            });
        }
        return triage;
    }
    let waited = evidence.silence.is_some() && !evidence.right_bytes();
    let left = evidence.have.close != evidence.want.close || evidence.not_taken;
    if left && (evidence.right_bytes() || evidence.cut_short()) {
        triage.mute = tried(Variant {
            script: without_words(expected, Who::Client),
            delivery: None,
        });
    }
    if evidence.together.len() > 1 || waited {
        triage.apart = tried(apart(expected));
    }
    if waited && evidence.have.bytes.is_empty() {
        triage.half_close = tried(Variant {
            script: expected.clone(),
            delivery: Some(Delivery::HalfClose),
        });
        if matches!(triage.half_close, Some(Tried::Passed | Tried::RightBytes)) {
            triage.many = many(expected).and_then(&mut tried);
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

/// A copy of a transcript with each entry replaced by what `change` makes of it.
fn changed(from: &Transcript, mut change: impl FnMut(&Entry, &mut Transcript)) -> Transcript {
    let mut to = Transcript::new();
    for entry in from.entries() {
        change(entry, &mut to);
    }
    to
}

fn copy(entry: &Entry, to: &mut Transcript) {
    match entry {
        Entry::Chunk(chunk) => copy_chunk(chunk, to),
        Entry::Event { who, conn, event } => to.push_event(*conn, *who, *event),
        Entry::Gap(gap) => to.push_gap(*gap),
        Entry::Note(_) | Entry::Blank => {}
    }
}

fn copy_chunk(chunk: &Chunk, to: &mut Transcript) {
    for piece in &chunk.pieces {
        match piece {
            Piece::Bytes(bytes) => to.push_bytes(chunk.conn, chunk.who, bytes),
            Piece::Mask(mask) => to.push_mask(chunk.conn, chunk.who, mask.clone()),
            Piece::Remark(_) | Piece::Note(_) | Piece::Blank => {}
        }
    }
}

/// The script without the words of one side.
fn without_words(script: &Transcript, who: Who) -> Transcript {
    changed(script, |entry, to| match entry {
        Entry::Chunk(chunk) if chunk.who == who => {}
        _ => copy(entry, to),
    })
}

/// The server ends its side first, and then listens.
fn fin_first(script: &Transcript) -> Transcript {
    let mut variant = Transcript::new();
    variant.push_event(1, Who::Client, Event::Connect);
    variant.push_event(1, Who::Server, Event::Fin);
    variant.push_bytes(1, Who::Client, &script.bytes_of(1, Who::Client));
    variant
}

/// The client's messages one by one with a pause before each; of a message with a body the head first.
fn apart(script: &Transcript) -> Variant {
    let script = changed(script, |entry, to| match entry {
        Entry::Chunk(chunk) if chunk.who == Who::Client => {
            let bytes = exact(chunk);
            let mut first = true;
            for message in messages(&bytes)
                .iter()
                .flat_map(|message| head_and_body(message))
            {
                if !first {
                    to.push_gap(Gap::Between(APART, APART * 1000));
                }
                first = false;
                to.push_bytes(chunk.conn, chunk.who, message);
            }
        }
        _ => copy(entry, to),
    });
    Variant {
        script,
        delivery: None,
    }
}

/// The first message of the script and its answer, thousands of times; for plain lines alone.
fn many(script: &Transcript) -> Option<Variant> {
    let first = |who| {
        script.entries().iter().find_map(|entry| match entry {
            Entry::Chunk(chunk) if chunk.who == who && chunk.conn == 1 => {
                messages(&exact(chunk)).first().cloned()
            }
            _ => None,
        })
    };
    let (question, answer) = (first(Who::Client)?, first(Who::Server)?);
    let line = |bytes: &[u8]| {
        bytes.ends_with(b"\n") && bytes.len() <= 200 && !bytes.windows(5).any(|w| w == b"HTTP/")
    };
    (line(&question) && line(&answer)).then_some(())?;
    let mut many = Transcript::new();
    many.push_event(1, Who::Client, Event::Connect);
    many.push_bytes(1, Who::Client, &question.repeat(MANY));
    many.push_bytes(1, Who::Server, &answer.repeat(MANY));
    Some(Variant {
        script: many,
        delivery: None,
    })
}

/// The exact bytes of a chunk.
pub fn exact(chunk: &Chunk) -> Vec<u8> {
    let bytes = chunk.pieces.iter().filter_map(|piece| match piece {
        Piece::Bytes(bytes) => Some(&bytes[..]),
        _ => None,
    });
    bytes.collect::<Vec<_>>().concat()
}

/// Cuts what one side says into messages: HTTP requests and responses with their bodies, or lines.
pub fn messages(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = bytes;
    let mut all = Vec::new();
    while !rest.is_empty() {
        let length = http_length(rest).unwrap_or_else(|| {
            let lf = rest.iter().position(|&byte| byte == b'\n');
            lf.map_or(rest.len(), |lf| lf + 1)
        });
        let (message, behind) = rest.split_at(length.min(rest.len()));
        all.push(message.to_vec());
        rest = behind;
    }
    all
}

/// The length of the HTTP message at the start; `None` when none begins there.
fn http_length(bytes: &[u8]) -> Option<usize> {
    let line = bytes.split(|&byte| byte == b'\n').next()?;
    line.windows(7)
        .any(|window| window == b"HTTP/1.")
        .then_some(())?;
    let end = head_end(bytes)?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length = head
        .split("content-length:")
        .nth(1)
        .and_then(|rest| rest.lines().next()?.trim().parse().ok());
    let body: usize = match length {
        Some(length) => length,
        None if head.contains("chunked") => bytes.len() - end,
        None => 0,
    };
    Some(end.saturating_add(body))
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map(|at| at + 4)
}

/// A message with a body in two parts; any other in one.
fn head_and_body(message: &[u8]) -> Vec<&[u8]> {
    match head_end(message).filter(|&end| end < message.len()) {
        Some(end) => vec![&message[..end], &message[end..]],
        None => vec![message],
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
    let behind = entries.get(agreed..).unwrap_or_default();
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
    let fin = entries.iter().position(|entry| {
        matches!(entry, Entry::Event { who: by, conn: on, event: Event::Fin } if (*by, *on) == (who, conn))
    });
    let after_fin = fin.and_then(|at| entries.get(at..)).unwrap_or_default();
    Surroundings {
        together,
        answer_owed: after_fin.iter().any(words_of_other),
        turns_left: behind.iter().any(words_of_other),
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
    /// Whether the other side speaks again after the place of the difference.
    pub turns_left: bool,
    /// Whether another connection is open there.
    pub others_open: bool,
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
    fn messages_are_lines_or_whole_http_messages() {
        assert_eq!(
            messages(b"1 water\n2 tacos\nhalf"),
            [&b"1 water\n"[..], b"2 tacos\n", b"half"]
        );
        let two = b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\na\nb\nc";
        let pipelined = [&two[..], b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"].concat();
        assert_eq!(
            messages(&pipelined),
            [&two[..], b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"]
        );
        assert_eq!(head_and_body(two), [&two[..38], b"a\nb\nc"]);
        assert!(messages(b"").is_empty());
        let huge = b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\nx";
        assert_eq!(messages(huge).concat(), huge);
    }

    #[test]
    fn variants_say_the_same_bytes() {
        let script =
            Transcript::parse("C connect\nC> a\\n\nC> b\\n\nS> A\\n\nS> B\\n\nS fin\nC fin\n")
                .unwrap();
        let apart = apart(&script).script;
        assert_eq!(apart.bytes_of(1, Who::Client), b"a\nb\n");
        assert!(
            apart
                .render()
                .contains("C> a\\n\n~ 20ms..20000ms\nC> b\\n\n"),
            "{}",
            apart.render()
        );
        assert!(
            without_words(&script, Who::Client)
                .bytes_of(1, Who::Client)
                .is_empty()
        );
        let many = many(&script).unwrap().script;
        assert!(many.bytes_of(1, Who::Server).starts_with(b"A\nA\n"));
    }

    #[test]
    fn surroundings_are_read_from_the_script() {
        let script = Transcript::parse(
            "C connect\nC> a\\n\nC> b\\n\nS> A\\n\nC> c\\n\nC fin\nS> B\\n\nS fin\n",
        )
        .unwrap();
        let around = surroundings(&script, 1, Side::Server, 2, Weather::Calm);
        assert_eq!(around.together, [b"a\n", b"b\n"]);
        assert!(around.turns_left && !around.others_open);
        let around = surroundings(&script, 1, Side::Client, 4, Weather::Calm);
        assert!(around.answer_owed);
    }
}
