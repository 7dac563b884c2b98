//! What a diagnosis may look at: the two transcripts, the tries in other weather, the process.
//!
//! Rule: facts only. Everything here was seen on the wire, in the program's output, or by running
//! the conversation again; nothing here says what it means.

use std::time::Duration;

use crate::check::Side;
use crate::check::program::Ending;
use crate::net::Weather;
use crate::wire::{Conn, Entry, Event, Transcript, Who};

/// How one side ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// It sent FIN.
    Fin,
    /// It broke the connection off.
    Rst,
    /// It did neither, as long as anyone looked.
    Open,
}

/// What one side said on a connection, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its bytes; holes of a pattern count as nothing.
    pub bytes: Vec<u8>,
    /// Its end.
    pub close: Close,
}

/// A programming language, told by the start command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `cargo …`, or the workbench.
    Rust,
    /// `python3 …`
    Python,
    /// `node …`
    Node,
    /// `go run …`
    Go,
}

/// How another try of the same conversation went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// As it should.
    Passed,
    /// The program's bytes were right, whatever the end was.
    RightBytes,
    /// It said something, but not all that it should, and then nothing.
    Stopped,
    /// It said nothing at all.
    Silent,
    /// It said something else.
    Differed,
}

/// Tries of the same conversation, each with only the delivery changed. `None`: not tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Triage {
    /// Each message in one write.
    pub calm: Option<Tried>,
    /// One message a write, with a pause; a body apart from its head.
    pub apart: Option<Tried>,
    /// Everything in one write, and then a half-close.
    pub half_close: Option<Tried>,
    /// Connected and said nothing.
    pub mute: Option<Tried>,
    /// The first message, thousands of times: a buffer of some KiB must overflow.
    pub many: Option<Tried>,
}

/// What a client should print on stdout, and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prints {
    /// With its newline.
    pub wanted: String,
    /// All of it, bounded.
    pub printed: String,
}

/// The process behind the peer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// How it ended, if it did.
    pub ending: Option<Ending>,
    /// What it printed to stderr, bounded.
    pub stderr: String,
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

/// What was said on the connection before the one of the difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// By the program.
    pub said: Vec<u8>,
    /// To the program.
    pub heard: Vec<u8>,
}

/// One failed run of one conversation.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Which side is under check.
    pub side: Side,
    /// How the conversation was delivered.
    pub weather: Weather,
    /// The connection of the first difference.
    pub conn: Conn,
    /// How many connections the script has.
    pub connections: Conn,
    /// Whether that connection came about.
    pub came: bool,
    /// The connection before it.
    pub before: Before,
    /// What the program should have said on the connection of the first difference.
    pub want: Part,
    /// What it said.
    pub have: Part,
    /// What was said to it on that connection.
    pub heard: Vec<u8>,
    /// The messages of the piece that was said to it last before the difference.
    pub together: Vec<Vec<u8>>,
    /// Whether the other side still had bytes to say when the program was to end its own side.
    pub answer_owed: bool,
    /// Whether the program ended its side before the other had said everything.
    pub left_early: bool,
    /// The first byte of `have` that differs; its length when the bytes end too early or are right.
    pub at: usize,
    /// Whether the other side had ended its direction by then, as the script says.
    pub fin_said: bool,
    /// Whether another connection stood open at that moment.
    pub others_open: bool,
    /// Whether the program spoke before it was its turn.
    pub early: bool,
    /// Whether the program left before it had taken all that was said to it.
    pub not_taken: bool,
    /// How long the check waited in silence, if it did.
    pub silence: Option<Duration>,
    /// Whether bytes came only after our own FIN on that connection.
    pub late: bool,
    /// Other tries.
    pub triage: Triage,
    /// The process.
    pub process: Process,
}

/// What `who` said on `conn`, and how it ended its side. A reset outranks a FIN that came before it.
pub fn part(transcript: &Transcript, conn: Conn, who: Who) -> Part {
    let mut close = Close::Open;
    for entry in transcript.entries() {
        if let Entry::Event {
            who: by,
            conn: on,
            event,
        } = entry
            && (*by, *on) == (who, conn)
        {
            match event {
                Event::Fin if close == Close::Open => close = Close::Fin,
                Event::Rst => close = Close::Rst,
                _ => {}
            }
        }
    }
    Part {
        bytes: transcript.bytes_of(conn, who),
        close,
    }
}

/// Whether `who` said its first bytes on `conn` only after the other side's FIN.
pub fn first_words_after_fin(transcript: &Transcript, conn: Conn, who: Who) -> bool {
    let mut fin = false;
    for entry in transcript.entries() {
        match entry {
            Entry::Event {
                who: by,
                conn: on,
                event: Event::Fin,
            } if (*by, *on) == (who.other(), conn) => fin = true,
            Entry::Chunk(chunk) if (chunk.who, chunk.conn) == (who, conn) => return fin,
            _ => {}
        }
    }
    false
}

impl Evidence {
    /// What is known of a program that never came to speak.
    pub fn of_process(side: Side, process: Process) -> Evidence {
        let nothing = Part {
            bytes: Vec::new(),
            close: Close::Open,
        };
        Evidence {
            side,
            weather: Weather::Calm,
            conn: 1,
            connections: 1,
            came: false,
            before: Before::default(),
            want: nothing.clone(),
            have: nothing,
            heard: Vec::new(),
            together: Vec::new(),
            answer_owed: false,
            left_early: false,
            at: 0,
            fin_said: false,
            others_open: false,
            early: false,
            not_taken: false,
            silence: None,
            late: false,
            triage: Triage::default(),
            process,
        }
    }

    /// What the program said from the first difference on.
    pub fn rest(&self) -> &[u8] {
        &self.have.bytes[self.at.min(self.have.bytes.len())..]
    }

    /// What it should have said from there on.
    pub fn missing(&self) -> &[u8] {
        &self.want.bytes[self.at.min(self.want.bytes.len())..]
    }

    /// Whether all bytes are right and none is missing.
    pub fn right_bytes(&self) -> bool {
        self.have.bytes == self.want.bytes
    }

    /// Whether what came is right but ends too early.
    pub fn cut_short(&self) -> bool {
        self.at == self.have.bytes.len() && self.have.bytes.len() < self.want.bytes.len()
    }

    /// What came behind everything that was expected.
    pub fn extra(&self) -> &[u8] {
        match self.have.bytes.strip_prefix(&self.want.bytes[..]) {
            Some(extra) => extra,
            None => &[],
        }
    }

    /// Whether the same conversation passes when nothing is done to its delivery.
    pub fn passes_in_calm(&self) -> bool {
        self.triage.calm == Some(Tried::Passed)
    }

    /// The whole wire line of `have` in which the first difference lies, line end included.
    pub fn line(&self) -> &[u8] {
        line_at(&self.have.bytes, self.at)
    }

    /// The same line of `want`.
    pub fn wanted_line(&self) -> &[u8] {
        line_at(&self.want.bytes, self.at)
    }

    /// Whether the first difference lies at the start of a wire line.
    pub fn at_line_start(&self) -> bool {
        self.at == 0 || self.want.bytes.get(self.at - 1) == Some(&b'\n')
    }
}

/// The wire line that holds the byte at `at`, line end included; the last one when `at` is the end.
pub fn line_at(bytes: &[u8], at: usize) -> &[u8] {
    let at = at.min(bytes.len());
    let start = bytes[..at]
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |lf| lf + 1);
    let end = bytes[at..].iter().position(|&byte| byte == b'\n');
    &bytes[start..end.map_or(bytes.len(), |lf| at + lf + 1)]
}

impl Language {
    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Language::Rust => "Rust",
            Language::Python => "Python",
            Language::Node => "Node",
            Language::Go => "Go",
        }
    }

    /// The language that the first words of a command name.
    pub fn of(words: &[String]) -> Option<Language> {
        let first = words.first()?;
        let name = first.rsplit('/').next().unwrap_or(first);
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        match name {
            "cargo" => Some(Language::Rust),
            "python" => Some(Language::Python),
            "node" | "deno" | "bun" => Some(Language::Node),
            "go" => Some(Language::Go),
            _ => None,
        }
    }
}
