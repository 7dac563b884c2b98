//! The steps that one side of a transcript must carry out.
//!
//! Rule 1: a step is one action or one wait. Gaps in the transcript only separate the messages that we send,
//! except `~ 10ms..20ms` before a step of ours, which is a pause of 10 ms.
//! Rule 2: the other side's bytes are one sequence of pieces for each connection. `Hear` waits for the first N
//! pieces, so bytes that come before their turn count, too.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::wire::{Captures, Chunk, Conn, Entry, Event, Gap, Mask, Piece, Transcript, Who};

/// One thing to do or to wait for, on one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) conn: Conn,
    pub(super) what: Task,
}

/// What a step is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Connect, or accept.
    Open,
    /// Send these bytes, one message.
    Say(Vec<u8>),
    /// The same, with values in it that the other side has sent before (`\{the ticket}`).
    SayNamed(Vec<Piece>),
    /// Wait until the other side's first so many pieces have come.
    Hear(usize),
    /// Send our FIN.
    Fin,
    /// Break off.
    Rst,
    /// Wait for the other side's FIN or reset.
    HearEnd,
    /// Do nothing for a while.
    Pause(Duration),
    /// Receive nothing for this long.
    HearNothing(Duration),
}

/// A side that cannot be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlayError {
    /// Our side has a mask, so the bytes to send are unknown.
    Mask {
        /// The connection.
        conn: Conn,
        /// The side with the mask.
        who: Who,
    },
}

impl fmt::Display for PlayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PlayError::Mask { conn, who } = self;
        write!(
            f,
            "the {} side of connection {conn} has a mask \\{{…}}: it can be compared with, but not \
             played; write the exact bytes in its place",
            who.letter()
        )
    }
}

impl std::error::Error for PlayError {}

/// All steps of one side, and what the other side is expected to say.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    pub(super) steps: Vec<Step>,
    pub(super) expected: BTreeMap<Conn, Vec<Piece>>,
}

impl Script {
    /// The steps of `me`.
    pub(super) fn new(transcript: &Transcript, me: Who) -> Result<Script, PlayError> {
        let mut script = Script::default();
        let mut pause = None;
        let transcript = &*with_examples(transcript, me);
        for entry in transcript.entries() {
            match entry {
                Entry::Gap(Gap::Between(least, _)) => pause = Some(*least),
                Entry::Gap(_) | Entry::Note(_) | Entry::Blank => {}
                Entry::Chunk(chunk) => {
                    script.open_if_new(chunk.conn);
                    if chunk.who == me {
                        script.pause(chunk.conn, pause.take());
                        script.push(chunk.conn, script.said(chunk)?);
                    } else {
                        pause = None;
                        let expected = script.expected.entry(chunk.conn).or_default();
                        expected.extend(chunk.pieces.iter().cloned());
                        let pieces = expected.len();
                        script.push(chunk.conn, Task::Hear(pieces));
                    }
                }
                Entry::Event { who, conn, event } => {
                    script.open_if_new(*conn);
                    let before = pause.take().filter(|_| *who == me);
                    script.pause(*conn, before);
                    script.event(*conn, *who == me, *event);
                }
            }
        }
        Ok(script)
    }

    /// A chunk of ours. Errors: it has a mask that is no name, or a name that nobody has sent before.
    fn said(&self, chunk: &Chunk) -> Result<Task, PlayError> {
        let masks = chunk.pieces.iter().filter_map(|piece| match piece {
            Piece::Mask(mask) => Some(mask),
            _ => None,
        });
        let unknown = masks.clone().any(|mask| !self.is_known(mask));
        match (unknown, masks.count()) {
            (true, _) => Err(PlayError::Mask {
                conn: chunk.conn,
                who: chunk.who,
            }),
            (false, 0) => Ok(Task::Say(chunk.exact())),
            (false, _) => Ok(Task::SayNamed(chunk.pieces.clone())),
        }
    }

    /// Whether it is `\{the ticket}`, and the other side sends the ticket earlier.
    fn is_known(&self, mask: &Mask) -> bool {
        let Mask::The { name } = mask else {
            return false;
        };
        let named = |piece: &Piece| matches!(piece, Piece::Mask(Mask::Named { name: other, .. }) if other == name);
        self.expected.values().flatten().any(named)
    }

    /// The bytes of a message with values that the other side has sent; where it has not, the examples.
    pub(super) fn bytes_of(&self, pieces: &[Piece], captures: &Captures) -> Vec<u8> {
        let mut captures = captures.clone();
        for piece in self.expected.values().flatten() {
            if let Piece::Mask(mask @ Mask::Named { name, .. }) = piece {
                captures.set(name, &mask.example().unwrap_or_default());
            }
        }
        let exact = pieces
            .iter()
            .filter_map(|piece| match captures.settle(piece) {
                Piece::Bytes(bytes) => Some(bytes),
                _ => None,
            });
        exact.flatten().collect()
    }

    /// The first `pieces` of what the other side should send, with the values that have names.
    pub(super) fn heard(&self, conn: Conn, pieces: usize, captures: &Captures) -> Cow<'_, [Piece]> {
        let expected = self.expected.get(&conn).and_then(|all| all.get(..pieces));
        let expected = expected.unwrap_or_default();
        match expected.iter().any(Piece::is_named) {
            false => Cow::Borrowed(expected),
            true => Cow::Owned(
                expected
                    .iter()
                    .map(|piece| captures.settle(piece))
                    .collect(),
            ),
        }
    }

    fn event(&mut self, conn: Conn, mine: bool, event: Event) {
        let task = match (event, mine) {
            (Event::Fin, true) => Task::Fin,
            (Event::Rst, true) => Task::Rst,
            (Event::Timeout(time), true) => Task::HearNothing(time),
            (Event::Fin | Event::Rst, false) => Task::HearEnd,
            // Opening shows whether anybody listens; how long the other side waits is its affair.
            (Event::Connect | Event::Refuse | Event::Timeout(_), _) => return,
            // What happens to datagrams is played by `net::datagram`.
            (Event::Drop | Event::Double | Event::Swap, _) => return,
        };
        self.push(conn, task);
    }

    /// A connection is opened before its first step, whether the transcript says `connect` or not.
    fn open_if_new(&mut self, conn: Conn) {
        if !self.steps.iter().any(|step| step.conn == conn) {
            self.push(conn, Task::Open);
        }
    }

    fn pause(&mut self, conn: Conn, pause: Option<Duration>) {
        if let Some(time) = pause {
            self.push(conn, Task::Pause(time));
        }
    }

    fn push(&mut self, conn: Conn, what: Task) {
        self.steps.push(Step { conn, what });
    }

    /// Whether something of this connection is heard before this step.
    pub(super) fn is_answer(&self, step: &Step) -> bool {
        let before = self.steps.iter().take_while(|it| *it != step);
        let mut before = before.filter(|it| it.conn == step.conn);
        before.any(|it| matches!(it.what, Task::Hear(_)))
    }

    /// What the first message of the first connection is; empty when we do not begin.
    pub(super) fn first_message(&self) -> &[u8] {
        let mut said = self.steps.iter().filter_map(|step| match &step.what {
            Task::Say(bytes) => Some(bytes.as_slice()),
            _ => None,
        });
        said.next().unwrap_or_default()
    }

    /// Joins messages of ours on one connection with those before: over the other side's turns, too,
    /// if `ahead`. Whatever else happens in between keeps them apart.
    pub(super) fn glue(&mut self, ahead: bool) {
        let mut glued: Vec<Step> = Vec::new();
        for step in self.steps.drain(..) {
            let skipped = |before: &&mut Step| {
                ahead && before.conn == step.conn && matches!(before.what, Task::Hear(_))
            };
            let mut back = glued.iter_mut().rev().skip_while(skipped);
            if let (Task::Say(more), Some(before)) = (&step.what, back.next())
                && let Task::Say(bytes) = &mut before.what
                && before.conn == step.conn
            {
                bytes.extend_from_slice(more);
            } else {
                glued.push(step);
            }
        }
        self.steps = glued;
    }

    /// Sends the FIN of each connection directly after our last message on it.
    pub(super) fn half_close(&mut self) {
        let conns: Vec<Conn> = self.expected.keys().copied().collect();
        for conn in conns {
            self.steps
                .retain(|step| step.conn != conn || step.what != Task::Fin);
            let ours = |step: &Step| step.conn == conn && is_said(&step.what);
            if let Some(last) = self.steps.iter().rposition(ours) {
                let what = Task::Fin;
                self.steps.insert(last + 1, Step { conn, what });
            }
        }
    }
}

fn is_said(task: &Task) -> bool {
    matches!(task, Task::Say(_) | Task::SayNamed(_))
}

/// The transcript with bytes in the place of the values that `me` gives a name to.
fn with_examples(transcript: &Transcript, me: Who) -> Cow<'_, Transcript> {
    match transcript.has_names() {
        false => Cow::Borrowed(transcript),
        true => Cow::Owned(transcript.with_values(|who, mask| {
            let mine = Some(mask).filter(|_| who == me);
            mine.and_then(Mask::example)
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(text: &str, me: Who) -> Script {
        Script::new(&Transcript::parse(text).unwrap(), me).unwrap()
    }

    fn tasks(script: &Script) -> Vec<Task> {
        script.steps.iter().map(|step| step.what.clone()).collect()
    }

    const TWO: &str =
        "C connect\nC> a\\n\nS> A\\n\nC> b\\n\n~ 5ms..9ms\nC> c\\n\nS> B\\n\nC fin\nS fin\n";

    #[test]
    fn both_sides_of_a_transcript_become_steps() {
        let client = tasks(&script(TWO, Who::Client));
        let expected = [
            Task::Open,
            Task::Say(b"a\n".to_vec()),
            Task::Hear(1),
            Task::Say(b"b\n".to_vec()),
            Task::Pause(Duration::from_millis(5)),
            Task::Say(b"c\n".to_vec()),
            Task::Hear(2),
            Task::Fin,
            Task::HearEnd,
        ];
        assert_eq!(client, expected);
        let server = tasks(&script(TWO, Who::Server));
        assert_eq!(server[1..3], [Task::Hear(1), Task::Say(b"A\n".to_vec())]);
        assert_eq!(
            server[5..],
            [Task::Say(b"B\n".to_vec()), Task::HearEnd, Task::Fin]
        );
    }

    #[test]
    fn glue_joins_what_one_side_says() {
        let text = "C> a\\n\nS> A\\n\nC> b\\n\nS> B\\n\nC fin\n";
        let mut client = script(text, Who::Client);
        client.glue(true);
        assert_eq!(
            tasks(&client)[1..],
            [
                Task::Say(b"a\nb\n".to_vec()),
                Task::Hear(1),
                Task::Hear(2),
                Task::Fin
            ]
        );
        let mut apart = script(text, Who::Client);
        apart.glue(false);
        assert_eq!(tasks(&apart), tasks(&script(text, Who::Client)));
    }

    #[test]
    fn a_half_close_follows_the_last_message() {
        let mut client = script("C> a\\n\nS> A\\n\nC fin\nS fin\n", Who::Client);
        client.half_close();
        let expected = [
            Task::Open,
            Task::Say(b"a\n".to_vec()),
            Task::Fin,
            Task::Hear(1),
            Task::HearEnd,
        ];
        assert_eq!(tasks(&client), expected);
    }

    const TICKET: &str =
        "C connect\nS> \\{4 hex as ticket}\\n\nC> got \\{the ticket}\\n\nS fin\nC fin\n";

    #[test]
    fn a_name_is_said_when_the_other_side_has_given_it_before() {
        let client = tasks(&script(TICKET, Who::Client));
        assert!(matches!(&client[2], Task::SayNamed(pieces) if pieces.len() == 3));
        let server = tasks(&script(TICKET, Who::Server));
        let Task::Say(said) = &server[1] else {
            panic!("{server:?}");
        };
        assert_eq!(said.len(), 5);
        let expected = &script(TICKET, Who::Server).expected[&1];
        assert_eq!(expected, &[Piece::Bytes([b"got ", &said[..]].concat())]);
        for unknown in [
            "C> \\{the ticket}\\n\nS> \\{4 hex as ticket}\\n\n",
            "C> \\{the ticket}\n",
        ] {
            let unknown = Transcript::parse(unknown).unwrap();
            assert!(Script::new(&unknown, Who::Client).is_err());
        }
    }

    #[test]
    fn a_mask_can_be_heard_and_not_said() {
        let transcript = Transcript::parse("C> a\\n\nS> \\{date}\n").unwrap();
        assert!(Script::new(&transcript, Who::Client).is_ok());
        let error = Script::new(&transcript, Who::Server).unwrap_err();
        assert_eq!(
            error,
            PlayError::Mask {
                conn: 1,
                who: Who::Server
            }
        );
    }
}
