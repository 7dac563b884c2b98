//! The kinds of facts that evidence is made of.
//!
//! Rule: values without behaviour; the conclusions are in the other modules.

use crate::check::Side;
use crate::check::program::Ending;
use crate::net::Weather;
use crate::wire::{Conn, Entry, Event, Legs, Transcript, Who};

use super::Language;

/// How one side ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// It sent FIN.
    Fin,
    /// It broke the connection off.
    Rst,
    /// It did neither, as long as the check waited.
    Open,
}

/// The bytes that one side sent on a connection, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its bytes; holes of a pattern count as nothing.
    pub bytes: Vec<u8>,
    /// Its end.
    pub close: Close,
}

/// Both sides of a program in the middle.
#[derive(Clone, Debug)]
pub struct Middle {
    /// Which connections are behind it, those included that it should not have opened.
    pub legs: Legs,
    /// The whole script.
    pub script: Transcript,
    /// All that was said.
    pub got: Transcript,
}

impl Middle {
    /// What one side said behind the program, connection after connection.
    pub fn behind(&self, who: Who) -> Vec<u8> {
        let conns = self.legs.back().into_iter();
        conns
            .flat_map(|conn| self.got.bytes_of(conn, who))
            .collect()
    }

    /// The connections behind the program that were opened between the beginning of this one and its answer.
    pub fn asked_for(&self, transcript: &Transcript, front: Conn) -> Vec<Conn> {
        let behind = self.legs.back();
        let mut found = Vec::new();
        let mut here = false;
        for entry in transcript.entries() {
            match entry {
                Entry::Chunk(chunk) if chunk.conn == front && chunk.who == Who::Server => break,
                _ if entry.conn() == Some(front) => here = true,
                Entry::Event {
                    conn,
                    event: Event::Connect,
                    ..
                } if here && behind.contains(conn) => found.push(*conn),
                Entry::Event {
                    conn,
                    event: Event::Connect,
                    ..
                } if here && *conn != front => break,
                _ => {}
            }
        }
        found
    }

    /// Whether this event of the program was seen behind it.
    pub fn has_behind(&self, wanted: Event) -> bool {
        let behind = self.legs.back();
        self.got.has_event(|who, conn, event| {
            (who, event) == (Who::Client, wanted) && behind.contains(&conn)
        })
    }
}

/// How another try of the same conversation went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// As it should.
    Passed,
    /// The program's bytes were right, whatever the end was.
    RightBytes,
    /// It sent something, but not all that it should, and then nothing.
    Stopped,
    /// It sent nothing at all.
    Silent,
    /// It sent something else.
    Differed,
}

impl Tried {
    /// Whether the program's bytes were right.
    pub fn is_right(self) -> bool {
        matches!(self, Tried::Passed | Tried::RightBytes)
    }
}

/// Tries of the same conversation, each with only the delivery changed. `None`: not tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// Each message in one write.
    pub calm: Option<Tried>,
    /// In the same weather, with a program freshly started.
    pub again: Option<Tried>,
    /// One message a write, with a pause; a body apart from its head.
    pub apart: Option<Tried>,
    /// Everything in one write, and then a half-close.
    pub half_close: Option<Tried>,
    /// Connected and sent nothing.
    pub mute: Option<Tried>,
    /// The first message, thousands of times: a buffer of some KiB must overflow.
    pub many: Option<Tried>,
    /// Two bare line ends more, after the end of the head.
    pub bare_ends: Option<Tried>,
}

/// What a client should print on stdout, and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prints {
    /// With its newline; empty where nothing may be printed.
    pub wanted: String,
    /// All of it, bounded.
    pub printed: String,
}

/// The process after the peer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// How it ended, if it did.
    pub ending: Option<Ending>,
    /// What it printed to stderr, bounded.
    pub stderr: String,
    /// What it printed to stdout, bounded.
    pub stdout: String,
    /// What of its stderr came during this run; earlier runs of a server may have failed on their own.
    pub said: String,
    /// The text of its source file, where the start command names one, bounded.
    pub source: Option<String>,
    /// The address that the check gave to it.
    pub address: String,
    /// Where it listens instead, if it listens somewhere else.
    pub elsewhere: Vec<String>,
    /// Whether a connection came about.
    pub connected: bool,
    /// What it printed, where the script says what it should.
    pub prints: Option<Prints>,
    /// The language that the start command names.
    pub language: Option<Language>,
}

/// The bytes that the program should have sent, to whom, and how the conversation was delivered.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Which side is under check.
    pub side: Side,
    /// How the other side delivered its bytes.
    pub weather: Weather,
    /// The whole conversation.
    pub script: Transcript,
    /// The bodies of all refusals (4xx and 5xx) that the conversations of this check expect from a server.
    pub refusals: Vec<Vec<u8>>,
}

impl Process {
    /// Whether it died: a server that ended, or a client that failed by itself before it was done. A client
    /// that still holds its connection (`close`) ends because we hang up.
    pub fn died(&self, side: Side, close: Close) -> bool {
        let failed = self
            .ending
            .is_some_and(|ending| ending != Ending::Status(0));
        match side {
            Side::Server => self.ending.is_some(),
            Side::Client => failed && (!self.connected || close != Close::Open),
        }
    }
}
