//! The catalogue: the labs as data, read from the files that the learner reads, too.
//!
//! Rule 1: this file contains no text about a lab. A lab's title, sentence and effort are at the head of its
//! README. Its hints are in `hints.txt`. Its conversations are in `snapshots/`, with the headings `@checks` and
//! `@weather`. Its place and its standards are in `labs/syllabus.txt`. `build.rs` compiles all of them in.
//! Rule 2: a part that is missing or cannot be read is empty. `tests/course.rs` fails if a part is empty.
//! Rule 3: hints lead from a question to the mechanism; none of them prints the solution's code.

mod read_syllabus;

use std::net::SocketAddr;
use std::sync::LazyLock;

pub use crate::check::diagnosis::Language;
pub use crate::check::{NOW, Side};
pub use crate::net::Weather;
use crate::wire::Transcript;
pub use read_syllabus::counted;
use read_syllabus::{LabFiles, SYLLABUS, read_acts};

/// How hard a lab is for someone who did the labs that it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difficulty {
    /// One idea, few lines.
    Easy,
    /// One idea with a trap in it.
    Medium,
    /// Several rules that must hold at the same time.
    Hard,
}

impl Difficulty {
    /// The word in the README and the list: `easy`, `medium`, `hard`.
    pub fn word(self) -> &'static str {
        match self {
            Difficulty::Easy => "easy",
            Difficulty::Medium => "medium",
            Difficulty::Hard => "hard",
        }
    }
}

/// One standard that a lab rests on, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    /// The number of the RFC: 9112.
    pub rfc: u16,
    /// Its sections: `"6.2"`. Empty when all of it is meant.
    pub sections: Vec<&'static str>,
}

/// A lab as the learner meets it.
#[derive(Clone, Debug)]
pub struct Lab {
    /// 1, 2, 3 …
    pub number: u8,
    /// The name of its folder under `labs/`, number included: `01-three-tacos`.
    pub slug: &'static str,
    /// A few words: `Three tacos`.
    pub title: &'static str,
    /// One sentence that says what the lab is about, without a full stop.
    pub sentence: &'static str,
    /// How long it takes, the exercise included, in minutes.
    pub minutes: u16,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// 1 for act I.
    pub act: u8,
    /// Where the subject stands in the standards; never empty.
    pub rfc: Vec<Standard>,
    /// The earlier labs that it builds on, by number.
    pub needs: Vec<u8>,
    /// Three, each telling more than the one before.
    pub hints: Vec<&'static str>,
    /// `README.md`.
    pub readme: &'static str,
    /// The conversations that the check plays; the first is the lab's main one.
    pub scripts: Vec<Script>,
    files: &'static LabFiles,
}

impl Lab {
    /// `lab01-three-tacos`: the stem of its main snapshot and the prefix of all of them.
    pub fn snapshot_name(&self) -> String {
        format!("lab{}", self.slug)
    }

    /// `lab01-server`, `start01-client`, `my01-server`: the name of a program of this lab.
    pub fn program(&self, kind: &str, side: Side) -> String {
        format!("{kind}{:02}-{}", self.number, side.word())
    }

    /// `15 minutes · easy · needs labs 7 and 8`, as its README says under the title.
    pub fn effort(&self) -> String {
        let needs = match self.needs.as_slice() {
            [] => "nothing but a terminal".to_string(),
            [one] => format!("lab {one}"),
            several => format!("labs {}", counted(several)),
        };
        format!(
            "{} minutes · {} · needs {needs}",
            self.minutes,
            self.difficulty.word()
        )
    }

    /// `RFC 9112 sections 4 and 6.2, RFC 9110 section 15.3.1`.
    pub fn standards(&self) -> String {
        let one = |standard: &Standard| match standard.sections.as_slice() {
            [] => format!("RFC {}", standard.rfc),
            [section] => format!("RFC {} section {section}", standard.rfc),
            [first @ .., last] => {
                let first = first.join(", ");
                format!("RFC {} sections {first} and {last}", standard.rfc)
            }
        };
        let all: Vec<String> = self.rfc.iter().map(one).collect();
        all.join("; ")
    }

    /// `presets.wire`: what can be said by hand; empty when the lab has none.
    pub fn presets(&self) -> &'static str {
        self.files.presets
    }

    /// The typical wrong answers: the name of each mistake, and its transcript (`wrong/*.wire`).
    pub fn wrong(&self) -> &'static [(&'static str, &'static str)] {
        self.files.wrong
    }

    /// The text of the stub for one side, when the exercise has one.
    pub fn stub(&self, side: Side) -> Option<&'static str> {
        match side {
            Side::Server => self.files.start_server,
            Side::Client => self.files.start_client,
        }
    }

    /// The text of the stub for one side in one language, when there is one.
    pub fn stub_in(&self, side: Side, language: Language) -> Option<&'static str> {
        if language == Language::Rust {
            return self.stub(side);
        }
        let mut stubs = self.files.stubs.iter();
        let wanted = (side.word(), language.extension());
        let found = stubs.find(|(side, extension, _)| (*side, *extension) == wanted);
        found.map(|(_, _, text)| *text)
    }

    /// Whether the lab has its own program for one side.
    pub fn has(&self, side: Side) -> bool {
        match side {
            Side::Server => self.files.server,
            Side::Client => self.files.client,
        }
    }

    /// The sides for which the exercise has a stub, the server first.
    pub fn exercises(&self) -> Vec<Side> {
        let sides = [Side::Server, Side::Client].into_iter();
        sides.filter(|side| self.stub(*side).is_some()).collect()
    }

    /// The conversations that the check of this side plays.
    pub fn scripts_for(&self, side: Side) -> impl Iterator<Item = &Script> {
        self.scripts
            .iter()
            .filter(move |script| script.checks(side))
    }

    /// Whether its programs speak UDP.
    pub fn has_datagrams(&self) -> bool {
        let main = self.scripts.first().map(Script::text);
        let main = main.and_then(|text| Transcript::parse(text).ok());
        main.is_some_and(|main| main.has_datagrams())
    }

    /// The port of the lab's own server when nothing else is said: 8001 for lab 1.
    pub fn port(&self) -> u16 {
        8000 + u16::from(self.number)
    }
}

/// One conversation of a lab: a file in `snapshots/`.
#[derive(Clone, Debug)]
pub struct Script {
    /// The stem of the file: `lab09-smallest-answer`, `lab09-smallest-answer-ghost`.
    pub name: &'static str,
    /// The whole file, insta's header included; [`Script::text`] takes the header off.
    pub snapshot: &'static str,
    /// Whether the check plays its client's side at a server.
    pub checks_server: bool,
    /// Whether the check plays its server's side at a client.
    pub checks_client: bool,
    /// The weathers in which it must hold; calm is the first.
    pub weathers: Vec<Weather>,
    /// Its place among the lab's further conversations; most come by name, after those with a place.
    order: u8,
}

impl Script {
    /// Reads the headings `@checks server|client|both` and `@weather calm dribble … (reason)`.
    fn of((name, snapshot): (&'static str, &'static str)) -> Script {
        let mut script = Script {
            name,
            snapshot,
            checks_server: false,
            checks_client: false,
            weathers: Vec::new(),
            order: u8::MAX,
        };
        let transcript = Transcript::parse(script.text()).unwrap_or_default();
        let checks = transcript.heading("checks").unwrap_or_default();
        script.checks_server = matches!(checks, "server" | "both");
        script.checks_client = matches!(checks, "client" | "both");
        if let Some(order) = transcript
            .heading("order")
            .and_then(|order| order.parse().ok())
        {
            script.order = order;
        }
        let weathers = transcript.heading("weather").unwrap_or_default();
        let named = weathers.split('(').next().unwrap_or_default();
        script.weathers = named
            .split_whitespace()
            .filter_map(Weather::parse)
            .collect();
        script
    }

    /// Whether the check of this side plays it.
    pub fn checks(&self, side: Side) -> bool {
        match side {
            Side::Server => self.checks_server,
            Side::Client => self.checks_client,
        }
    }

    /// The transcript's text, without the header that insta writes before it
    /// (`---`, `key: value` lines, `---`).
    pub fn text(&self) -> &'static str {
        let header = self.snapshot.strip_prefix("---\n");
        match header.and_then(|rest| rest.split_once("\n---\n")) {
            Some((_, text)) => text,
            None => self.snapshot,
        }
    }

    /// The conversation as the lab's page shows it: without the headings that are for the check alone.
    pub fn lesson(&self) -> Transcript {
        let mut transcript = Transcript::parse(self.text()).unwrap_or_default();
        let for_the_check = [
            "checks",
            "order",
            "weather",
            "vary",
            "exit",
            "repeat-after",
            "answer-again",
            "late",
        ];
        transcript
            .headings
            .retain(|(key, _)| !for_the_check.contains(&key.as_str()));
        transcript
    }

    /// The text as it is played at `addr`: `{addr}` and `{port}` in it, in the argument and in the bytes,
    /// stand for where the server really is (labs 12 to 15, whose subject is the address).
    pub fn at(&self, addr: SocketAddr) -> String {
        let text = self.text().replace("{addr}", &addr.to_string());
        text.replace("{port}", &addr.port().to_string())
    }

    /// The way back, for the text of a recording: where the server was becomes `{addr}` and `{port}`.
    pub fn home(recorded: &str, addr: SocketAddr) -> String {
        let text = recorded.replace(&addr.to_string(), "{addr}");
        text.replace(&format!(":{}", addr.port()), ":{port}")
    }
}

/// A part of the course.
#[derive(Clone, Debug)]
pub struct Act {
    /// `I`, `II` …
    pub numeral: &'static str,
    /// A few words: `the order`.
    pub title: &'static str,
    /// Its labs, in order.
    pub labs: Vec<Lab>,
}

/// A way through the labs for a given time.
#[derive(Clone, Debug)]
pub struct Track {
    /// `one hour`.
    pub name: &'static str,
    /// The labs, by number, in order.
    pub labs: Vec<u8>,
}

static ACTS: LazyLock<Vec<Act>> = LazyLock::new(|| read_acts(SYLLABUS));

/// The acts, in order.
pub fn acts() -> &'static [Act] {
    &ACTS
}

/// All labs, in order.
pub fn labs() -> impl Iterator<Item = &'static Lab> {
    ACTS.iter().flat_map(|act| &act.labs)
}

/// The lab with this number.
pub fn lab(number: u8) -> Option<&'static Lab> {
    labs().find(|lab| lab.number == number)
}

/// The ways through the labs, the shortest first.
pub fn tracks() -> Vec<Track> {
    let lines = SYLLABUS
        .lines()
        .filter_map(|line| line.strip_prefix("track "));
    let rows = lines.filter_map(|line| line.split_once(": "));
    rows.map(|(name, numbers)| {
        let named = numbers
            .split_whitespace()
            .filter_map(|word| word.parse().ok());
        let labs = match numbers {
            "all" => labs().map(|lab| lab.number).collect(),
            _ => named.collect(),
        };
        Track { name, labs }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_a_snapshot_is_no_part_of_its_text() {
        let script = |snapshot| Script::of(("x", snapshot));
        let file = "---\nsource: tests/labs.rs\nexpression: text\n---\n@wire 1\nC fin\n";
        assert_eq!(script(file).text(), "@wire 1\nC fin\n");
        assert_eq!(script("@wire 1\n").text(), "@wire 1\n");
    }
}
