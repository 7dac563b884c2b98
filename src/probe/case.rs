//! One case: some bytes, and what a server may do with them.
//!
//! A file of cases is text. `@section` names the section of the RFC, `@case` begins a case, and each case is a
//! transcript (see `wire::notation`) with headings of its own:
//!
//! ```text
//! @section 9112 2.2 Message Parsing
//!
//! @case bare-cr-in-value
//! @level MUST
//! @rule A bare CR makes the element invalid, or counts as a space.
//! @basis bare-cr
//! @allow 400
//! @allow 2xx
//! C> GET {path} HTTP/1.1\r\n
//! C> Host: {host}\r\n
//! C> X-A: one\rtwo\r\n
//! C> \r\n
//! ```
//!
//! - `@basis` names one or two sentences of `quotes.txt` (see [`super::rfc_quotes`]).
//! - `@reading` is one way to understand the bytes or the rule. If a case has one, it has two.
//! - `@allow` is one outcome that the rule allows (see [`super::expectation`]).
//! - `@asks` has the methods of the requests, if they are not a single GET. An answer to HEAD has no body.
//! - `@marker none`: nothing is sent after the case.
//! - `@needs` is what the server must have for the rule to mean anything (see [`super::server_features`]).
//! - `~ 200ms` between two lines waits for an answer, at most that long, before the next line.
//! - `{host}`, `{path}`, `{etag}`, `{modified}`, `{length}` and `{last}` are replaced by the values of the
//!   server under test.

use std::time::Duration;

use crate::probe::expectation::{BadExpectation, Expectation};
use crate::probe::rfc_quotes::{self, Quote};
use crate::wire::{Entry, Event, Gap, Piece, Transcript, Who};

/// How binding a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Required.
    Must,
    /// Recommended.
    Should,
    /// Two readers of the same bytes see different requests, or something leaks: an attacker can use it.
    Security,
    /// Allowed, but risky, or a choice: reported, and not counted.
    Note,
}

/// A case, as it stands in its file.
#[derive(Clone, Debug)]
pub struct Case {
    /// `9112`
    pub rfc: &'static str,
    /// `2.2`
    pub section: &'static str,
    /// `Message Parsing`
    pub title: &'static str,
    /// Unique: `bare-cr-in-value`.
    pub name: &'static str,
    /// How binding.
    pub level: Level,
    /// The rule in one sentence.
    pub rule: &'static str,
    /// The sentences of the RFC that it rests on: one or two.
    pub basis: Vec<Quote>,
    /// Two ways to read the bytes, or the rule; none where there is only one.
    pub readings: Vec<&'static str>,
    /// What the server may do.
    pub allow: Vec<Expectation>,
    /// The method of each request.
    pub asks: Vec<&'static str>,
    /// A plain GET may follow, to see how the case was read.
    pub marked: bool,
    /// What the server must have.
    pub needs: Vec<&'static str>,
    /// The lines of the client, before anything in them is replaced.
    pub text: &'static str,
}

/// What the client does in a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientAction {
    /// Says these bytes.
    Say(Vec<u8>),
    /// Waits for an answer, at most so long.
    Wait(Duration),
    /// Sends its FIN.
    Fin,
}

/// Why a file of cases makes no sense: the case, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCase {
    /// The name of the case, or the line that stands outside of one.
    pub case: String,
    /// What is wrong.
    pub why: String,
}

impl std::fmt::Display for BadCase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.case, self.why)
    }
}

impl std::error::Error for BadCase {}

/// A case of a file, for a server or for a client, before its own lines are read.
#[derive(Clone, Copy, Debug)]
pub struct CaseText {
    /// `9112`
    pub rfc: &'static str,
    /// `2.2`
    pub section: &'static str,
    /// `Message Parsing`
    pub title: &'static str,
    /// `bare-cr-in-value`
    pub name: &'static str,
    /// The lines after the name.
    pub lines: &'static str,
}

/// Reads a file of cases, which name these quotes.
pub fn read(file: &'static str, quotes: &[Quote]) -> Result<Vec<Case>, BadCase> {
    let texts = texts(file).into_iter();
    let cases = texts.map(|text| {
        one(text, quotes).map_err(|why| BadCase {
            case: text.name.to_string(),
            why,
        })
    });
    cases.collect()
}

/// The cases of a file.
pub fn texts(file: &'static str) -> Vec<CaseText> {
    let mut all = Vec::new();
    let mut section = ("", "", "");
    for part in parts(file) {
        let (first, lines) = part.split_once('\n').unwrap_or((part, ""));
        match first.split_once(' ') {
            Some(("@section", words)) => {
                let mut words = words.splitn(3, ' ');
                let mut word = || words.next().unwrap_or_default();
                section = (word(), word(), word());
            }
            Some(("@case", name)) => all.push(CaseText {
                rfc: section.0,
                section: section.1,
                title: section.2,
                name,
                lines,
            }),
            _ => {}
        }
    }
    all
}

impl CaseText {
    /// Each heading: its name, which begins with `@`, and its words.
    pub fn headings(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let lines = self.lines.lines().filter(|line| line.starts_with('@'));
        lines.map(|line| line.split_once(' ').unwrap_or((line, "")))
    }
}

/// The text cut before each `@section` and each `@case`.
fn parts(file: &'static str) -> Vec<&'static str> {
    let mut cuts: Vec<usize> = ["\n@section ", "\n@case "]
        .iter()
        .flat_map(|word| file.match_indices(word).map(|(at, _)| at + 1))
        .chain([0, file.len()])
        .collect();
    cuts.sort_unstable();
    cuts.windows(2)
        .map(|pair| &file[pair[0]..pair[1]])
        .collect()
}

/// One case; `Err`: what is wrong with it.
fn one(text: CaseText, quotes: &[Quote]) -> Result<Case, String> {
    let mut case = Case {
        rfc: text.rfc,
        section: text.section,
        title: text.title,
        name: text.name,
        level: Level::Must,
        rule: "",
        basis: Vec::new(),
        readings: Vec::new(),
        allow: Vec::new(),
        asks: vec!["GET"],
        marked: true,
        needs: Vec::new(),
        text: text.lines,
    };
    for (key, words) in text.headings() {
        match key {
            "@level" => case.level = Level::parse(words)?,
            "@rule" => case.rule = words,
            "@basis" => case.basis = rfc_quotes::named(quotes, words)?,
            "@reading" => case.readings.push(words),
            "@allow" => {
                let allow = Expectation::parse(words);
                case.allow.push(allow.map_err(|BadExpectation(why)| why)?);
            }
            "@asks" => case.asks = words.split(' ').collect(),
            "@marker" => case.marked = words != "none",
            "@needs" => case.needs = words.split(' ').collect(),
            _ => return Err(format!("no such heading: {key}")),
        }
    }
    match case.lack() {
        Some(lack) => Err(lack.to_string()),
        None => Ok(case),
    }
}

impl Level {
    /// All four.
    pub const ALL: [Level; 4] = [Level::Must, Level::Should, Level::Security, Level::Note];

    /// The level of this word.
    pub fn parse(word: &str) -> Result<Level, String> {
        let found = Level::ALL.into_iter().find(|level| level.word() == word);
        found.ok_or_else(|| format!("no level: {word}"))
    }

    /// The graver one of two.
    pub fn graver(self, other: Level) -> Level {
        let order = [Level::Security, Level::Must, Level::Should, Level::Note];
        let mut order = order.into_iter();
        order
            .find(|level| [self, other].contains(level))
            .unwrap_or(self)
    }

    /// As files and reports write it.
    pub fn word(self) -> &'static str {
        match self {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
            Level::Security => "security",
            Level::Note => "note",
        }
    }
}

impl Case {
    /// What a case must have and this one lacks.
    fn lack(&self) -> Option<&'static str> {
        let says = |words: &[&str]| {
            let mut basis = self.basis.iter();
            basis.any(|quote| words.iter().any(|word| quote.text.contains(word)))
        };
        match self.level {
            _ if self.rule.is_empty() || self.allow.is_empty() => Some("it needs @rule and @allow"),
            _ if self.basis.is_empty() || self.basis.len() > 2 => {
                Some("it needs one @basis or two")
            }
            _ if ![0, 2].contains(&self.readings.len()) => Some("it needs two @reading, or none"),
            Level::Must if !says(&["MUST"]) => Some("no sentence of its @basis says MUST"),
            Level::Should if !says(&["SHOULD", "RECOMMENDED"]) => {
                Some("no sentence of its @basis says SHOULD")
            }
            Level::Security if self.readings.is_empty() => Some("security needs two @reading"),
            _ => None,
        }
    }

    /// `9112-2.2-bare-cr-in-value`
    pub fn id(&self) -> String {
        format!("{}-{}-{}", self.rfc, self.section, self.name)
    }

    /// All that the client says, pauses and its end left out.
    pub fn said(&self, fill: impl Fn(&str) -> String) -> Result<Vec<u8>, BadCase> {
        let steps = self.steps(fill)?.into_iter();
        let said = steps.filter_map(|step| match step {
            ClientAction::Say(bytes) => Some(bytes),
            _ => None,
        });
        Ok(said.collect::<Vec<_>>().concat())
    }

    /// What the client does, with what `fill` puts for the words in braces.
    pub fn steps(&self, fill: impl Fn(&str) -> String) -> Result<Vec<ClientAction>, BadCase> {
        let lines: Vec<&str> = self.text.lines().filter(|l| !l.starts_with('@')).collect();
        let text = fill(&lines.join("\n"));
        steps_of(&text).map_err(|why| BadCase {
            case: self.id(),
            why,
        })
    }
}

/// What the client does in the text of a transcript.
pub fn steps_of(text: &str) -> Result<Vec<ClientAction>, String> {
    let transcript = Transcript::parse(text).map_err(|error| error.to_string())?;
    let step = |entry: &Entry| match entry {
        Entry::Chunk(chunk) if chunk.who == Who::Client => {
            let said: Vec<&[u8]> = chunk.pieces.iter().map(bytes_of).collect();
            Some(ClientAction::Say(said.concat()))
        }
        Entry::Gap(Gap::Exactly(time)) => Some(ClientAction::Wait(*time)),
        Entry::Event {
            who: Who::Client,
            event: Event::Fin,
            ..
        } => Some(ClientAction::Fin),
        _ => None,
    };
    Ok(transcript.entries().iter().filter_map(step).collect())
}

fn bytes_of(piece: &Piece) -> &[u8] {
    match piece {
        Piece::Bytes(bytes) => bytes,
        _ => &[],
    }
}
