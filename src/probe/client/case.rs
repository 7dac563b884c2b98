//! One case for a client: what our server sends, and what the client may do with it.
//!
//! ```text
//! @case length-short-by-one
//! @level MUST
//! @rule A body shorter than its length is not whole.
//! @basis incomplete-response
//! @allow fails
//! S> HTTP/1.1 200 OK\r\n
//! S> Content-Length: 12\r\n
//! S> \r\n
//! S> three tacos
//! S fin
//! ```
//!
//! - `@url` is the part of the URL after the host (`/`, if the heading is missing).
//! - `@to TARGET`: the lines below answer requests for that target; `*` is any other one.
//! - `@endless BYTES`: from here on the server sends these bytes again and again, as long as the client reads
//!   them.
//! - `@allow` is `ok` (exit status 0, and the output is `three tacos`), `ok TEXT`, `ok raw` (whatever text),
//!   `ok nothing`, `fails` (another exit status), or `ends` (any); then checks, each after a `;` (see
//!   [`Check`]).
//! - `@needs` is a feature that the client must have, or the case is left out.
//! - `{host}` and `{port}` are those of our server.

use std::time::Duration;

use crate::probe::case::{self, BadCase, CaseText, Level};
use crate::probe::rfc_quotes::{self, Quote};
use crate::wire::{Entry, Event, Gap, Piece, Transcript, Who};

/// A case, as it stands in its file.
#[derive(Clone, Debug)]
pub struct ClientCase {
    /// `9112`
    pub rfc: &'static str,
    /// `6.3`
    pub section: &'static str,
    /// `Message Body Length`
    pub title: &'static str,
    /// Unique among the cases for clients.
    pub name: &'static str,
    /// How binding.
    pub level: Level,
    /// The rule in one sentence.
    pub rule: &'static str,
    /// The sentences of the RFC that it rests on.
    pub basis: Vec<Quote>,
    /// Two ways to read the bytes, or the rule; none where there is only one.
    pub readings: Vec<&'static str>,
    /// What stands after the host in the URL.
    pub url: &'static str,
    /// What the client must do.
    pub needs: Vec<&'static str>,
    /// What the client may do.
    pub allow: Vec<AllowedOutcome>,
    /// The target, and the lines of the server; the first answers the first request.
    pub pages: Vec<(&'static str, &'static str)>,
}

/// One thing that a client may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedOutcome {
    /// As it stands in the file.
    pub text: &'static str,
    /// How it ends.
    pub ending: Ending,
    /// What must hold, too.
    pub checks: Vec<Check>,
}

/// How a client ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Exit status 0, and this output; `None`: any.
    Ok(Option<Vec<u8>>),
    /// Another exit status.
    Fails,
    /// By itself, in any way.
    Ends,
}

/// Something that must hold for what a client sent or printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// `without TEXT`: the output does not have it.
    Without(&'static str),
    /// `sent TARGET`
    Sent(&'static str),
    /// `not sent TARGET`
    NotSent(&'static str),
    /// `sent-field NAME at TARGET`
    SentField(&'static str, &'static str),
    /// `unsent NAME at TARGET`, or at any.
    Unsent(&'static str, Option<&'static str>),
    /// `at most N`: so many requests.
    AtMost(usize),
    /// `host`: the first request's Host is ours, and its target has no user name.
    Host,
}

/// What our server does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerStep {
    /// Says these bytes.
    Say(Vec<u8>),
    /// Waits.
    Wait(Duration),
    /// Sends its FIN.
    Fin,
    /// Resets.
    Reset,
    /// Says these bytes for as long as they are taken.
    Endless(Vec<u8>),
}

/// The files of cases.
const FILES: [&str; 4] = [
    include_str!("cases/9112-framing.cases"),
    include_str!("cases/9112-head.cases"),
    include_str!("cases/9110-redirects.cases"),
    include_str!("cases/6265-cookies.cases"),
];

/// Every case. Errors: a file makes no sense; a test sees to it that none does.
pub fn cases() -> Result<Vec<ClientCase>, BadCase> {
    let quotes = rfc_quotes::quotes()?;
    let mut all = Vec::new();
    for file in FILES {
        all.extend(read(file, &quotes)?);
    }
    Ok(all)
}

/// Reads a file of cases. Without quotes, none needs a basis.
pub fn read(file: &'static str, quotes: &[Quote]) -> Result<Vec<ClientCase>, BadCase> {
    let texts = case::texts(file).into_iter();
    let cases = texts.map(|text| {
        one(text, quotes).map_err(|why| BadCase {
            case: text.name.to_string(),
            why,
        })
    });
    cases.collect()
}

/// One case; `Err`: what is wrong with it.
fn one(text: CaseText, quotes: &[Quote]) -> Result<ClientCase, String> {
    let mut case = ClientCase {
        rfc: text.rfc,
        section: text.section,
        title: text.title,
        name: text.name,
        level: Level::Must,
        rule: "",
        basis: Vec::new(),
        readings: Vec::new(),
        url: "/",
        needs: Vec::new(),
        allow: Vec::new(),
        pages: Vec::new(),
    };
    for (key, words) in text.headings() {
        match key {
            "@level" => case.level = Level::parse(words)?,
            "@rule" => case.rule = words,
            "@basis" => case.basis = rfc_quotes::named(quotes, words)?,
            "@reading" => case.readings.push(words),
            "@url" => case.url = words,
            "@needs" => case.needs = words.split(' ').collect(),
            "@allow" => case.allow.push(AllowedOutcome::parse(words)?),
            "@to" | "@endless" => {}
            _ => return Err(format!("no such heading: {key}")),
        }
    }
    let mut parts = text.lines.split("\n@to ");
    case.pages.push(("", parts.next().unwrap_or_default()));
    for part in parts {
        let (target, lines) = part.split_once('\n').unwrap_or((part, ""));
        case.pages.push((target, lines));
    }
    let complete = !case.rule.is_empty() && !case.allow.is_empty();
    if !complete || (case.basis.is_empty() && !quotes.is_empty()) {
        return Err("it needs @rule, @basis and @allow".to_string());
    }
    Ok(case)
}

impl AllowedOutcome {
    fn parse(line: &'static str) -> Result<AllowedOutcome, String> {
        let mut parts = line.split("; ");
        let first = parts.next().unwrap_or_default();
        let ending = match first.split_once(' ').unwrap_or((first, "")) {
            ("ok", "") => Ending::Ok(Some(b"three tacos".to_vec())),
            ("ok", "raw") => Ending::Ok(None),
            ("ok", "nothing") => Ending::Ok(Some(Vec::new())),
            ("ok", text) => Ending::Ok(Some(bytes(text)?)),
            ("fails", "") => Ending::Fails,
            ("ends", "") => Ending::Ends,
            _ => return Err(format!("`{first}` is no ending")),
        };
        let checks: Option<Vec<Check>> = parts.map(check).collect();
        Ok(AllowedOutcome {
            text: line,
            ending,
            checks: checks.ok_or_else(|| format!("a check in `{line}` makes no sense"))?,
        })
    }

    /// Whether only a failing client fits.
    pub fn is_failure(&self) -> bool {
        self.ending == Ending::Fails
    }
}

fn check(text: &'static str) -> Option<Check> {
    let words: Vec<&'static str> = text.split(' ').collect();
    Some(match words[..] {
        ["without", text] => Check::Without(text),
        ["sent", target] => Check::Sent(target),
        ["not", "sent", target] => Check::NotSent(target),
        ["sent-field", name, "at", target] => Check::SentField(name, target),
        ["unsent", name, "at", target] => Check::Unsent(name, Some(target)),
        ["unsent", name] => Check::Unsent(name, None),
        ["at", "most", count] => Check::AtMost(count.parse().ok()?),
        ["host"] => Check::Host,
        _ => return None,
    })
}

/// The bytes of some text in the notation.
fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let lines = text
        .split_inclusive("\\n")
        .map(|line| format!("S> {line}\n"));
    let transcript = Transcript::parse(&lines.collect::<String>());
    let transcript = transcript.map_err(|error| error.to_string())?;
    let connections = transcript.connections();
    let said = connections
        .iter()
        .map(|conn| transcript.bytes_of(*conn, Who::Server));
    Ok(said.collect::<Vec<_>>().concat())
}

/// What the server does in some lines, with what `fill` puts for the words in braces.
pub fn steps(lines: &str, fill: impl Fn(&str) -> String) -> Result<Vec<ServerStep>, String> {
    let plain: Vec<&str> = lines.lines().filter(|l| !l.starts_with('@')).collect();
    let transcript = Transcript::parse(&fill(&plain.join("\n")));
    let transcript = transcript.map_err(|error| error.to_string())?;
    let step = |entry: &Entry| match entry {
        Entry::Chunk(chunk) if chunk.who == Who::Server => {
            let said = chunk.pieces.iter().map(|piece| match piece {
                Piece::Bytes(bytes) => &bytes[..],
                _ => &[],
            });
            Some(ServerStep::Say(said.collect::<Vec<_>>().concat()))
        }
        Entry::Gap(Gap::Exactly(time)) => Some(ServerStep::Wait(*time)),
        Entry::Event { event, .. } => match event {
            Event::Fin => Some(ServerStep::Fin),
            Event::Rst => Some(ServerStep::Reset),
            _ => None,
        },
        _ => None,
    };
    let mut steps: Vec<ServerStep> = transcript.entries().iter().filter_map(step).collect();
    let endless = lines
        .lines()
        .find_map(|line| line.strip_prefix("@endless "));
    if let Some(text) = endless {
        steps.push(ServerStep::Endless(bytes(text)?));
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_case_for_clients_can_be_read_and_has_a_name_of_its_own() {
        let cases = cases().unwrap();
        assert!(cases.len() >= 150);
        let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
        assert_eq!(names.len(), cases.len());
        for case in &cases {
            for (_, lines) in &case.pages {
                assert!(
                    !steps(lines, str::to_string).unwrap().is_empty(),
                    "{}",
                    case.name
                );
            }
            let says = |word: &str| case.basis.iter().any(|quote| quote.text.contains(word));
            match case.level {
                Level::Must => assert!(says("MUST"), "{}", case.name),
                Level::Should => assert!(says("SHOULD"), "{}", case.name),
                Level::Security => assert_eq!(case.readings.len(), 2, "{}", case.name),
                Level::Note => {}
            }
        }
    }
}
