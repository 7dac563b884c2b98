//! The catalogue: the 24 labs as data, one file an act.
//!
//! Rule 1: everything that is said about a lab in more than one place stands here once: the command,
//! the check and the table in the README take it from here, and `tests/course.rs` holds them equal.
//! Rule 2: a lab whose files do not exist yet has `built: None`, and says so to the learner.
//! Rule 3: hints lead from a question to the mechanism; none of them prints the solution's code.

mod act1;
mod act2;
mod act3;
mod act4;
mod act4_built;

use std::net::SocketAddr;

pub use crate::check::{NOW, Side};
pub use crate::net::Weather;

/// How steep a lab is for someone who did the labs that it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difficulty {
    /// One idea, few lines.
    Gentle,
    /// One idea with a trap in it.
    Steady,
    /// Several rules that must hold at the same time.
    Steep,
}

impl Difficulty {
    /// The word in the README and the list: `gentle`, `steady`, `steep`.
    pub fn word(self) -> &'static str {
        match self {
            Difficulty::Gentle => "gentle",
            Difficulty::Steady => "steady",
            Difficulty::Steep => "steep",
        }
    }
}

/// One standard that a lab rests on, and where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standard {
    /// The number of the RFC: 9112.
    pub rfc: u16,
    /// Its sections: `"6.2"`. Empty when all of it is meant.
    pub sections: &'static [&'static str],
}

/// A lab as the learner meets it.
#[derive(Clone, Copy, Debug)]
pub struct Lab {
    /// 1 to 24.
    pub number: u8,
    /// The name of its folder under `labs/`, number included: `01-three-tacos`.
    pub slug: &'static str,
    /// A few words: `Three tacos`.
    pub title: &'static str,
    /// One sentence that says what the lab is about, without a full stop.
    pub sentence: &'static str,
    /// How long it takes, the exercise included, in minutes.
    pub minutes: u16,
    /// How steep it is.
    pub difficulty: Difficulty,
    /// 1 to 4.
    pub act: u8,
    /// Where the subject stands in the standards; never empty.
    pub rfc: &'static [Standard],
    /// The earlier labs that it builds on, by number.
    pub needs: &'static [u8],
    /// Three, each telling more than the one before.
    pub hints: [&'static str; 3],
    /// Its files, compiled in; `None` while the lab is not built.
    pub built: Option<Built>,
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

    /// `15 minutes · gentle · needs labs 7 and 8`, as its README says under the title.
    pub fn effort(&self) -> String {
        let needs = match self.needs {
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
        let one = |standard: &Standard| match standard.sections {
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

    /// The port of the lab's own server when nothing else is said: 8001 for lab 1.
    pub fn port(&self) -> u16 {
        8000 + u16::from(self.number)
    }
}

/// The files of a lab, compiled in. `None` where the lab has no such file.
#[derive(Clone, Copy, Debug)]
pub struct Built {
    /// `README.md`.
    pub readme: &'static str,
    /// Whether there is a `server.rs`.
    pub server: bool,
    /// Whether there is a `client.rs`.
    pub client: bool,
    /// `start-server.rs`, the stub of the exercise.
    pub start_server: Option<&'static str>,
    /// `start-client.rs`.
    pub start_client: Option<&'static str>,
    /// The conversations that the check plays; the first is the lab's main one.
    pub scripts: &'static [Script],
}

impl Built {
    /// The text of the stub for one side, when the exercise has one.
    pub fn stub(&self, side: Side) -> Option<&'static str> {
        match side {
            Side::Server => self.start_server,
            Side::Client => self.start_client,
        }
    }

    /// Whether the lab has its own program for one side.
    pub fn has(&self, side: Side) -> bool {
        match side {
            Side::Server => self.server,
            Side::Client => self.client,
        }
    }
}

/// One conversation of a lab: a file in `snapshots/`.
#[derive(Clone, Copy, Debug)]
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
    pub weathers: &'static [Weather],
}

impl Script {
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
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// `I` to `IV`.
    pub numeral: &'static str,
    /// A few words: `the order`.
    pub title: &'static str,
    /// Its labs, in order.
    pub labs: &'static [Lab],
}

/// The four acts, in order.
pub static ACTS: [Act; 4] = [
    Act {
        numeral: "I",
        title: "the order (TCP)",
        labs: &act1::LABS,
    },
    Act {
        numeral: "II",
        title: "the file (HTTP by hand)",
        labs: &act2::LABS,
    },
    Act {
        numeral: "III",
        title: "the URL bar, and a server may live anywhere",
        labs: &act3::LABS,
    },
    Act {
        numeral: "IV",
        title: "the restaurant (a complete static server)",
        labs: &act4::LABS,
    },
];

/// A way through the labs for a given time.
#[derive(Clone, Copy, Debug)]
pub struct Track {
    /// `one hour`.
    pub name: &'static str,
    /// The labs, by number, in order.
    pub labs: &'static [u8],
}

/// The ways through the labs, the shortest first.
pub const TRACKS: [Track; 3] = [
    Track {
        name: "one hour",
        labs: &[1, 2, 8, 9],
    },
    Track {
        name: "one afternoon",
        labs: &[1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 18],
    },
    Track {
        name: "the course",
        labs: &[
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
        ],
    },
];

/// All labs, in order.
pub fn labs() -> impl Iterator<Item = &'static Lab> {
    ACTS.iter().flat_map(|act| act.labs)
}

/// The lab with this number.
pub fn lab(number: u8) -> Option<&'static Lab> {
    labs().find(|lab| lab.number == number)
}

/// Numbers in words: `7 and 8`; `1, 2 and 9`; a row of three and more as `8 to 23`.
pub fn counted(numbers: &[u8]) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let mut rest = numbers;
    while let [first, ..] = rest {
        let row = (0u8..).zip(rest);
        let length = row
            .take_while(|(index, number)| **number == first + index)
            .count();
        if length >= 3 {
            pieces.push(format!("{first} to {}", rest[length - 1]));
            rest = &rest[length..];
        } else {
            pieces.push(first.to_string());
            rest = &rest[1..];
        }
    }
    match pieces.pop() {
        Some(last) if !pieces.is_empty() => format!("{} and {last}", pieces.join(", ")),
        Some(last) => last,
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_as_people_do() {
        assert_eq!(counted(&[]), "");
        assert_eq!(counted(&[7]), "7");
        assert_eq!(counted(&[7, 8]), "7 and 8");
        assert_eq!(counted(&[1, 2, 8, 9]), "1, 2, 8 and 9");
        assert_eq!(counted(&[1, 4, 5, 6, 9]), "1, 4 to 6 and 9");
        assert_eq!(counted(&[8, 9, 10]), "8 to 10");
    }

    #[test]
    fn the_header_of_a_snapshot_is_no_part_of_its_text() {
        let script = |snapshot| Script {
            name: "x",
            snapshot,
            checks_server: true,
            checks_client: true,
            weathers: &[Weather::Calm],
        };
        let file = "---\nsource: tests/labs.rs\nexpression: text\n---\n@wire 1\nC fin\n";
        assert_eq!(script(file).text(), "@wire 1\nC fin\n");
        assert_eq!(script("@wire 1\n").text(), "@wire 1\n");
    }
}
