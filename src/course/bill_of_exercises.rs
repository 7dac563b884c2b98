//! The bill: a record of the exercises that passed in this course.
//!
//! ```text
//! wirelab bill 2
//! name Maria
//! seed 4711
//!
//! 01-three-tacos server
//!   by my01-server.rs sha256:0123456789abcdef0123456789abcdef
//!   lab01-three-tacos
//!     calm dribble slow rude · 31 bytes · sha256:0123456789abcdef
//!
//! 1 program, 1 conversation, 31 bytes
//! sha256:… over the lines above
//! ```
//!
//! Rule 1: a bill claims only what a check can show again: which programs (named by the hash of their file)
//! passed which conversations (named by the hash of their transcript) in which weathers. A bill is a record,
//! not a proof: everybody who can run this program can write one. A signature makes it stronger.
//! Rule 2: the same course and the same progress give the same text, byte for byte.

use crate::plural::count_of;
use std::fmt;

use super::catalogue::{self, Lab, Script, Side, Weather};
use super::fresh::Fresh;
use super::program_hash;
use super::progress::Progress;
use crate::files::is_unseen;
use crate::wire::{Transcript, Who, sha256};

mod svg;

pub use svg::svg;

/// The first line of a bill.
const HEAD: &str = "wirelab bill 2";
/// Hex digits of a transcript's hash; as many as the notation asks for.
const DIGITS: usize = 16;
/// The longest name, in characters. Reason: the line fits 80 columns.
const NAME: usize = 74;

/// A bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// Whose it is, if that was said.
    pub name: Option<String>,
    /// What the fresh conversations are made from.
    pub seed: u64,
    /// The programs that passed, in the order of the labs.
    pub programs: Vec<Served>,
}

/// One program that passed every conversation of its lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The lab's slug.
    pub slug: String,
    /// Which side was written.
    pub side: Side,
    /// The program that was checked: see [`program_hash::named`].
    pub by: String,
    /// What was said.
    pub conversations: Vec<BilledConversation>,
}

/// One conversation, as it stands in a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BilledConversation {
    /// The name of its snapshot.
    pub name: String,
    /// The weathers, in words, in the order of the catalogue.
    pub weathers: String,
    /// How many bytes both sides say in it.
    pub bytes: u64,
    /// The first 16 hex digits of the SHA-256 of its transcript's text.
    pub sha256: String,
}

/// Why a text is no bill, or not one of this course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BillError {
    /// The first line is another one.
    NoBill,
    /// A line that makes no sense, by its number.
    Line(usize),
    /// The last line's hash is not that of the lines above it.
    Changed,
    /// No program at all.
    Empty,
    /// The same side of the same lab, twice.
    Repeated(String),
    /// A program or conversation that this course does not have, or has with other bytes.
    OtherCourse(String),
}

impl fmt::Display for BillError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BillError::NoBill => write!(f, "this is not a bill: its first line is not `{HEAD}`"),
            BillError::Line(line) => write!(f, "line {line} does not belong in a bill"),
            BillError::Changed => f.write_str(
                "the bill was changed: its last line is not the hash of the lines above it",
            ),
            BillError::Empty => f.write_str("the bill is empty: it lists no program"),
            BillError::Repeated(what) => write!(f, "{what} is on the bill twice"),
            BillError::OtherCourse(what) => write!(
                f,
                "{what} is different in this version of the course: verify with the version of the bill"
            ),
        }
    }
}

impl std::error::Error for BillError {}

impl Bill {
    /// The bill for what the progress file says. That it is true is for a check to show.
    pub fn of(progress: &Progress, name: Option<&str>) -> Bill {
        let seed = progress.seed().unwrap_or(1);
        let mut programs = Vec::new();
        for lab in catalogue::labs() {
            let sides = lab.exercises().into_iter();
            let passed = sides.filter(|side| progress.has_passed(lab, *side));
            programs.extend(passed.map(|side| Served {
                by: program_hash::named(lab, side, &progress.by(lab, side)),
                ..Served::of(lab, side, seed)
            }));
        }
        Bill {
            name: name.map(one_line),
            seed,
            programs,
        }
    }

    /// The text, its hash in the last line.
    pub fn text(&self) -> String {
        let lines = self.lines();
        let hash = sha256::hex(lines.as_bytes());
        format!("{lines}sha256:{hash}\n")
    }

    /// Everything above the hash.
    fn lines(&self) -> String {
        let mut text = format!("{HEAD}\n");
        if let Some(name) = &self.name {
            text += &format!("name {name}\n");
        }
        text += &format!("seed {}\n\n", self.seed);
        for served in &self.programs {
            text += &format!("{} {}\n", served.slug, served.side.word());
            text += &format!("  by {}\n", served.by);
            for conversation in &served.conversations {
                let (bytes, hash) = (conversation.bytes, &conversation.sha256);
                text += &format!("  {}\n", conversation.name);
                text += &format!(
                    "    {} · {} · sha256:{hash}\n",
                    conversation.weathers,
                    count_of(bytes, "byte")
                );
            }
        }
        format!("{text}\n{}\n", self.total())
    }

    /// `3 programs, 7 conversations, 310 bytes`
    pub fn total(&self) -> String {
        let all = self
            .programs
            .iter()
            .flat_map(|served| &served.conversations);
        let bytes: u64 = all.clone().map(|conversation| conversation.bytes).sum();
        format!(
            "{}, {}, {}",
            counted(self.programs.len() as u64, "program"),
            counted(all.count() as u64, "conversation"),
            counted(bytes, "byte")
        )
    }

    /// The hash over all, 64 hex digits.
    pub fn hash(&self) -> String {
        sha256::hex(self.lines().as_bytes())
    }

    /// Reads a bill, and holds it against its own hash and against this course.
    pub fn parse(text: &str) -> Result<Bill, BillError> {
        let mut bill = Bill {
            name: None,
            seed: 1,
            programs: Vec::new(),
        };
        let mut lines = text.lines().enumerate();
        if lines.next().map(|(_, line)| line) != Some(HEAD) {
            return Err(BillError::NoBill);
        }
        for (index, line) in lines {
            let known = bill.take(line);
            known.ok_or(BillError::Line(index + 1))?;
        }
        // Whatever was read, the bill is written again from it: so each byte counts.
        if bill.text() != text.replace("\r\n", "\n") {
            return Err(BillError::Changed);
        }
        if bill.programs.is_empty() {
            return Err(BillError::Empty);
        }
        for (index, served) in bill.programs.iter().enumerate() {
            let same = |other: &Served| other.slug == served.slug && other.side == served.side;
            let today = served.lab().map(|lab| Served {
                by: served.by.clone(),
                ..Served::of(lab, served.side, bill.seed)
            });
            if today.as_ref() != Some(served) {
                return Err(BillError::OtherCourse(one_line(&served.slug)));
            }
            if bill.programs.iter().take(index).any(same) {
                let what = format!("{} {}", served.slug, served.side.word());
                return Err(BillError::Repeated(what));
            }
        }
        Ok(bill)
    }

    /// Takes one line in; `None` when it cannot be one of a bill's. The total and the hash are made
    /// again, so they are passed over here.
    fn take(&mut self, line: &str) -> Option<()> {
        if line.is_empty() || line.starts_with("sha256:") {
            return Some(());
        }
        if let Some(name) = line.strip_prefix("name ") {
            self.name = Some(one_line(name));
            return Some(());
        }
        if let Some(seed) = line.strip_prefix("seed ") {
            self.seed = seed.parse().ok()?;
            return Some(());
        }
        if let Some(rest) = line.strip_prefix("    ") {
            let mut parts = rest.split(" · ");
            let last = self.programs.last_mut()?.conversations.last_mut()?;
            last.weathers = parts.next()?.to_string();
            last.bytes = parts.next()?.strip_suffix(" bytes")?.parse().ok()?;
            last.sha256 = parts.next()?.strip_prefix("sha256:")?.to_string();
            return Some(());
        }
        if let Some(by) = line.strip_prefix("  by ") {
            self.programs.last_mut()?.by = one_line(by);
            return Some(());
        }
        if let Some(name) = line.strip_prefix("  ") {
            self.programs
                .last_mut()?
                .conversations
                .push(BilledConversation {
                    name: name.to_string(),
                    weathers: String::new(),
                    bytes: 0,
                    sha256: String::new(),
                });
            return Some(());
        }
        if line.contains(" program") && line.contains(" conversation") {
            return Some(());
        }
        let (slug, side) = line.split_once(' ')?;
        let sides = [Side::Server, Side::Client];
        let side = sides.into_iter().find(|one| one.word() == side)?;
        self.programs.push(Served {
            slug: slug.to_string(),
            side,
            by: String::new(),
            conversations: Vec::new(),
        });
        Some(())
    }
}

impl Served {
    /// What a program for this side has served when its check passed; which program is not said.
    pub fn of(lab: &Lab, side: Side, seed: u64) -> Served {
        let scripts = lab.scripts_for(side);
        let mut conversations: Vec<BilledConversation> =
            scripts.map(BilledConversation::of).collect();
        // The tests hold that every lab's fresh conversations can be made.
        let fresh = Fresh::of(lab, side, seed).map_or(Vec::new(), |fresh| fresh.conversations);
        conversations.extend(fresh.iter().map(|it| {
            let text = it.expected.render();
            BilledConversation::new(&it.name, &text, &it.expected, &it.weathers)
        }));
        Served {
            slug: lab.slug.to_string(),
            side,
            by: String::new(),
            conversations,
        }
    }

    /// Its lab, if this course has it.
    pub fn lab(&self) -> Option<&'static Lab> {
        catalogue::labs().find(|lab| lab.slug == self.slug)
    }
}

impl BilledConversation {
    fn of(script: &Script) -> BilledConversation {
        let transcript = Transcript::parse(script.text()).unwrap_or_default();
        BilledConversation::new(script.name, script.text(), &transcript, &script.weathers)
    }

    fn new(
        name: &str,
        text: &str,
        transcript: &Transcript,
        weathers: &[Weather],
    ) -> BilledConversation {
        let conns = transcript.connections();
        let sides = [Who::Client, Who::Server];
        let said = conns
            .iter()
            .flat_map(|conn| sides.map(|who| transcript.bytes_of(*conn, who).len() as u64));
        let weathers: Vec<String> = weathers
            .iter()
            .map(|weather| weather.name().to_string())
            .collect();
        let mut sha256 = sha256::hex(text.as_bytes());
        sha256.truncate(DIGITS);
        BilledConversation {
            name: name.to_string(),
            weathers: weathers.join(" "),
            bytes: said.sum(),
            sha256,
        }
    }
}

/// `1 byte`, `2 bytes`.
fn counted(number: u64, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}

/// A name as one line of visible characters: none that moves a cursor, and none that turns the line around.
fn one_line(name: &str) -> String {
    let visible = name.chars().filter(|c| !is_unseen(*c));
    let short: String = visible.take(NAME).collect();
    short.trim().to_string()
}

#[cfg(test)]
mod tests;
