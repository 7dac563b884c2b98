//! The input of a diagnosis: the two transcripts, the difference, the results of other tries, the process.
//!
//! Rule: facts only. Everything here was seen on the wire, in the program's output, or by running the
//! conversation again. The conclusions are in the other modules.

use std::time::Duration;

use super::evidence_facts::{Close, Expectation, Middle, Part, Process, Tried, Tries};
use crate::check::Problem;
use crate::check::Side;
use crate::check::lenient_http_reader::{from, messages, upto};
use crate::net::Weather;
use crate::wire::{Conn, Difference, DifferenceKind, Entry, Event, Transcript, Wanted, Who};

/// One failed run of one conversation. All further facts are derived from these.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The expected conversation.
    pub expectation: Expectation,
    /// The recorded conversation, both sides.
    pub got: Transcript,
    /// What is wrong; `None` for a program that never sent a byte.
    pub problem: Option<Problem>,
    /// The process.
    pub process: Process,
    /// Other tries.
    pub tries: Tries,
    /// Both sides of a program in the middle; `expectation` and `got` are of the leg that failed.
    pub middle: Option<Middle>,
    /// What is looked at most often: both parts on the connection of the first difference.
    want: Part,
    have: Part,
    heard: Vec<u8>,
}

impl Evidence {
    /// The evidence of a run.
    pub fn new(
        expectation: Expectation,
        got: Transcript,
        problem: Option<Problem>,
        process: Process,
        tries: Tries,
    ) -> Evidence {
        let nothing = Part {
            bytes: Vec::new(),
            close: Close::Open,
        };
        let mut evidence = Evidence {
            expectation,
            got,
            problem,
            process,
            tries,
            middle: None,
            want: nothing.clone(),
            have: nothing,
            heard: Vec::new(),
        };
        let (conn, who) = (evidence.conn(), evidence.side().who());
        evidence.have = part(&evidence.got, conn, who);
        evidence.heard = evidence.got.bytes_of(conn, who.other());
        evidence.want = evidence.wanted();
        evidence
    }

    /// What is known of a program that never sent a byte.
    pub fn of_process(side: Side, process: Process) -> Evidence {
        let expectation = Expectation {
            side,
            weather: Weather::Calm,
            script: Transcript::new(),
            refusals: Vec::new(),
        };
        Evidence::new(
            expectation,
            Transcript::new(),
            None,
            process,
            Tries::default(),
        )
    }

    /// The bytes that the program should have sent on the connection of the first difference. After the holes of a
    /// pattern nobody knows at which byte it goes on, so there it is what agreed, and the exact bytes that
    /// should have followed.
    fn wanted(&self) -> Part {
        let script = &self.expectation.script;
        let mut want = part(script, self.conn(), self.side().who());
        let next = self.difference().map(|difference| &difference.expected);
        if script.has_masks() {
            want.bytes = upto(&self.have.bytes, self.at()).to_vec();
            if let Some(Wanted::Bytes(bytes)) = next {
                want.bytes.extend_from_slice(bytes);
            }
        }
        if next == Some(&Wanted::Event(Event::Rst)) {
            want.close = Close::Rst;
        }
        want
    }

    /// The first difference, where there is one.
    pub fn difference(&self) -> Option<&Difference> {
        self.problem.as_ref()?.difference()
    }

    /// Which side is under check.
    pub fn side(&self) -> Side {
        self.expectation.side
    }

    /// How the conversation was delivered.
    pub fn weather(&self) -> Weather {
        self.expectation.weather
    }

    /// Whether the messages were cut or joined otherwise than one by one.
    pub fn in_pieces(&self) -> bool {
        matches!(
            self.weather(),
            Weather::Dribble | Weather::Glue | Weather::Slow
        )
    }

    /// The connection of the first difference.
    pub fn conn(&self) -> Conn {
        self.difference().map_or(1, |difference| difference.conn)
    }

    /// How many connections the script has.
    pub fn connections(&self) -> Conn {
        let connections = self.expectation.script.connections().len();
        Conn::try_from(connections).unwrap_or(Conn::MAX)
    }

    /// Whether the connection of the first difference came about.
    pub fn came(&self) -> bool {
        let wanted = (self.conn(), Event::Connect);
        self.got.has_event(|_, conn, event| (conn, event) == wanted)
    }

    /// The bytes that were sent to the program on the connection before that one.
    pub fn heard_before(&self) -> Vec<u8> {
        let conn = self.conn().saturating_sub(1);
        self.got.bytes_of(conn, self.side().who().other())
    }

    /// The bytes that the program sent on the connection before that one.
    pub fn said_before(&self) -> Vec<u8> {
        let conn = self.conn().saturating_sub(1);
        self.got.bytes_of(conn, self.side().who())
    }

    /// The bytes that the program should have sent on the connection of the first difference.
    pub fn want(&self) -> &Part {
        &self.want
    }

    /// The bytes that it sent there.
    pub fn have(&self) -> &Part {
        &self.have
    }

    /// The bytes that were sent to it there.
    pub fn heard(&self) -> &[u8] {
        &self.heard
    }

    /// The first byte of `have` that differs; its length when the bytes end too early or are right.
    pub fn at(&self) -> usize {
        let length = self.have.bytes.len();
        let offset = self.difference().map(|difference| difference.offset);
        offset.unwrap_or(length).min(length)
    }

    /// How many entries of the script agreed.
    pub fn agreed(&self) -> usize {
        let all = self.expectation.script.entries().len();
        let agreed = self.difference().map(|difference| difference.agreed);
        agreed.unwrap_or(all).min(all)
    }

    /// The messages of the piece that was sent to the program last before the difference; in the weather
    /// `glue` all messages.
    pub fn together(&self) -> Vec<Vec<u8>> {
        let (conn, other) = (self.conn(), self.side().who().other());
        let script = &self.expectation.script;
        let piece = if self.weather() == Weather::Glue {
            script.bytes_of(conn, other)
        } else {
            let before = upto_entry(script.entries(), self.agreed() + 1).iter();
            let mut chunks = before.rev().filter_map(|entry| match entry {
                Entry::Chunk(chunk) if (chunk.conn, chunk.who) == (conn, other) => Some(chunk),
                _ => None,
            });
            chunks.next().map(|chunk| chunk.exact()).unwrap_or_default()
        };
        messages(&piece).into_iter().map(<[u8]>::to_vec).collect()
    }

    /// Whether the other side still had bytes to send when the program was to end its own side.
    pub fn answer_owed(&self) -> bool {
        let (conn, who) = (self.conn(), self.side().who());
        let entries = self.expectation.script.entries();
        let fin = entries
            .iter()
            .position(|entry| is_event(entry, conn, who, Event::Fin));
        let after = fin.and_then(|at| entries.get(at..)).unwrap_or_default();
        after.iter().any(|entry| is_chunk(entry, conn, who.other()))
    }

    /// Whether the program ended its side before the other had sent everything.
    pub fn left_early(&self) -> bool {
        let (conn, who) = (self.conn(), self.side().who());
        let entries = self.got.entries();
        let end = entries.iter().position(|entry| {
            is_event(entry, conn, who, Event::Fin) || is_event(entry, conn, who, Event::Rst)
        });
        let behind = end.and_then(|end| entries.get(end..)).unwrap_or_default();
        behind
            .iter()
            .any(|entry| is_chunk(entry, conn, who.other()))
    }

    /// Whether the other side had ended its direction by the place of the difference, as the script says.
    pub fn fin_said(&self) -> bool {
        let (conn, other) = (self.conn(), self.side().who().other());
        let mut before = self.expectation.script.entries().iter().take(self.agreed());
        before.any(|entry| is_event(entry, conn, other, Event::Fin))
    }

    /// Whether another connection stood open at that moment.
    pub fn others_open(&self) -> bool {
        self.open_connections() > 0
    }

    /// How many other connections stood open at that moment.
    pub fn open_connections(&self) -> usize {
        let conn = self.conn();
        let mut open: Vec<Conn> = Vec::new();
        for entry in self.expectation.script.entries().iter().take(self.agreed()) {
            match entry {
                Entry::Event {
                    conn,
                    event: Event::Connect,
                    ..
                } => open.push(*conn),
                Entry::Event {
                    conn,
                    event: Event::Fin | Event::Rst,
                    ..
                } => {
                    open.retain(|other| other != conn);
                }
                _ => {}
            }
        }
        open.iter().filter(|&&other| other != conn).count()
    }

    /// Whether the program stands in the middle, and this is about its front leg.
    pub fn is_relay(&self) -> bool {
        self.side() == Side::Server && self.middle.is_some()
    }

    /// Whether not all that the other side has to send on this connection was sent.
    pub fn unheard(&self) -> bool {
        let (conn, other) = (self.conn(), self.side().who().other());
        self.heard.len() < self.expectation.script.bytes_of(conn, other).len()
    }

    /// Whether the program spoke before it was its turn.
    pub fn early(&self) -> bool {
        self.difference()
            .is_some_and(|difference| difference.what == DifferenceKind::Early)
    }

    /// Whether the program left before it had taken all that was sent to it.
    pub fn not_taken(&self) -> bool {
        matches!(self.problem, Some(Problem::NotTaken { .. }))
    }

    /// Whether the program died (see [`Process::died`]).
    pub fn died(&self) -> bool {
        self.process.died(self.side(), self.have.close)
    }

    /// How long the check waited in silence, if it did.
    pub fn silence(&self) -> Option<Duration> {
        self.difference().and_then(|difference| difference.silence)
    }

    /// Whether bytes came only after our own FIN on that connection, and not because the script says so.
    pub fn late(&self) -> bool {
        let (conn, who) = (self.conn(), self.side().who());
        first_words_after_fin(&self.got, conn, who)
            && !first_words_after_fin(&self.expectation.script, conn, who)
    }

    /// The bytes that the program sent from the first difference on.
    pub fn rest(&self) -> &[u8] {
        from(&self.have.bytes, self.at())
    }

    /// The bytes that it should have sent from there on.
    pub fn missing(&self) -> &[u8] {
        from(&self.want.bytes, self.at())
    }

    /// Whether all bytes are right and none is missing.
    pub fn right_bytes(&self) -> bool {
        self.have.bytes == self.want.bytes
    }

    /// Whether what came is right but ends too early.
    pub fn cut_short(&self) -> bool {
        self.at() == self.have.bytes.len() && self.have.bytes.len() < self.want.bytes.len()
    }

    /// What came after everything that was expected.
    pub fn extra(&self) -> &[u8] {
        let extra = self.have.bytes.strip_prefix(&self.want.bytes[..]);
        extra.unwrap_or_default()
    }

    /// Whether the same conversation passes when nothing is done to its delivery.
    pub fn passes_in_calm(&self) -> bool {
        self.tries.calm == Some(Tried::Passed)
    }

    /// The whole wire line of `have` in which the first difference lies, line end included.
    pub fn line(&self) -> &[u8] {
        line_at(&self.have.bytes, self.at())
    }

    /// The same line of `want`.
    pub fn wanted_line(&self) -> &[u8] {
        line_at(&self.want.bytes, self.at())
    }

    /// Whether the first difference lies at the start of a wire line.
    pub fn at_line_start(&self) -> bool {
        let before = upto(&self.want.bytes, self.at());
        before.is_empty() || before.ends_with(b"\n")
    }
}

/// The bytes that `who` sent on `conn`, and how it ended its side. A reset outranks a FIN that came before it.
fn part(transcript: &Transcript, conn: Conn, who: Who) -> Part {
    let mut close = Close::Open;
    for entry in transcript.entries() {
        if close == Close::Open && is_event(entry, conn, who, Event::Fin) {
            close = Close::Fin;
        }
        if is_event(entry, conn, who, Event::Rst) {
            close = Close::Rst;
        }
    }
    Part {
        bytes: transcript.bytes_of(conn, who),
        close,
    }
}

/// Whether `who` sent its first bytes on `conn` only after the other side's FIN.
pub fn first_words_after_fin(transcript: &Transcript, conn: Conn, who: Who) -> bool {
    let entries = transcript.entries();
    let words = entries.iter().position(|entry| is_chunk(entry, conn, who));
    let mut before = entries.iter().take(words.unwrap_or(0));
    before.any(|entry| is_event(entry, conn, who.other(), Event::Fin))
}

/// The first entries, at most so many.
fn upto_entry(entries: &[Entry], end: usize) -> &[Entry] {
    entries.get(..end).unwrap_or(entries)
}

fn is_chunk(entry: &Entry, conn: Conn, who: Who) -> bool {
    matches!(entry, Entry::Chunk(chunk) if (chunk.conn, chunk.who) == (conn, who))
}

fn is_event(entry: &Entry, conn: Conn, who: Who, wanted: Event) -> bool {
    matches!(entry, Entry::Event { who: by, conn: on, event } if (*on, *by, *event) == (conn, who, wanted))
}

/// The wire line that holds the byte at `at`, line end included; the last one when `at` is the end.
pub fn line_at(bytes: &[u8], at: usize) -> &[u8] {
    let (before, behind) = (upto(bytes, at), from(bytes, at));
    let start = before.iter().rposition(|&byte| byte == b'\n');
    let end = behind.iter().position(|&byte| byte == b'\n');
    let end = end.map_or(bytes.len(), |lf| before.len() + lf + 1);
    upto(
        from(bytes, start.map_or(0, |lf| lf + 1)),
        end - start.map_or(0, |lf| lf + 1),
    )
}

#[cfg(test)]
mod tests;
