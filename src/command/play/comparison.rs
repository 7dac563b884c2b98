//! Compares the received bytes with the transcript: byte for byte, and if that fails, as HTTP messages.
//!
//! Rule 1: the table of `http::same_message` lists what may differ in HTTP. Rule 2: both comparisons include
//! how each side ends.

use super::super::{CommandOutcome, Screen, Style, WrongUse};
use anyhow::Result;
use std::io::Write;
use wirelab::check::report::{self, comparison};
use wirelab::check::{Problem, judge};
use wirelab::course::catalogue::Side;
use wirelab::http::same_message::{self, Aspect, Deviation, Message, Only};
use wirelab::net::player::Played;
use wirelab::plural::count_of;
use wirelab::wire::{Conn, Difference, DifferenceKind, Entry, Event, Transcript, Who};

/// What counts.
pub struct Terms {
    only: Only,
    /// In lower case.
    ignore: Vec<String>,
}

impl Terms {
    /// `--only` and `--ignore`.
    pub fn of(only: Option<&str>, ignore: &[&str]) -> Result<Terms, WrongUse> {
        let only = match only {
            None => Only::All,
            Some("status") => Only::Status,
            Some("head") => Only::Head,
            Some("body") => Only::Body,
            Some(other) => {
                let word = super::super::args::printable(other);
                let parts = "status, head or body";
                return Err(WrongUse(format!("compare only {parts}, not `{word}`")));
            }
        };
        if ignore.iter().any(|name| name.is_empty()) {
            let message = "--ignore needs the name of a field, such as Date";
            return Err(WrongUse(message.to_string()));
        }
        let ignore = ignore
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        Ok(Terms { only, ignore })
    }

    fn are_http(&self) -> bool {
        self.only != Only::All || !self.ignore.is_empty()
    }
}

/// A play that is over, and what it should have been.
pub struct Comparison<'a> {
    /// The transcript's name.
    pub name: &'a str,
    /// The transcript, our side without masks.
    pub expected: &'a Transcript,
    /// What came of it.
    pub played: &'a Played,
    /// Who is judged.
    pub peer: Who,
    /// What counts.
    pub terms: Terms,
}

impl Comparison<'_> {
    /// Says whether the peer said what it should.
    pub fn verdict(&self, screen: &mut Screen) -> Result<CommandOutcome> {
        let difference = self.difference(self.expected, &self.played.got);
        let failed = self.played.failed_writes.first();
        let not_taken = failed.map(|failed| Problem::NotTaken {
            after: failed.after,
        });
        let about_bytes = difference.as_ref().is_some_and(is_about_bytes);
        let as_http = about_bytes.then(|| self.as_http());
        if let Some(Ok(deviations)) = &as_http {
            return self.http_verdict(deviations, difference, screen);
        }
        let difference = difference.map(|found| Problem::Difference(Box::new(found)));
        let Some(problem) = difference.or(not_taken) else {
            let connections = self.expected.connections();
            let got = &self.played.got;
            let bytes = connections
                .iter()
                .map(|conn| got.bytes_of(*conn, self.peer).len());
            let bytes: usize = bytes.sum();
            let (name, side) = (self.name, self.side().word());
            let pass = screen.style(Style::Good, "PASS");
            writeln!(
                screen,
                "{pass} {name} · all {} of the {side}",
                count_of(bytes, "byte")
            )?;
            return Ok(CommandOutcome::Passed);
        };
        if self.terms.are_http()
            && let Err(why) = as_http.unwrap_or_else(|| self.as_http())
        {
            super::warn(&format!("--only and --ignore need HTTP messages: {why}"));
        }
        self.failure(&problem, screen)
    }

    fn side(&self) -> Side {
        match self.peer {
            Who::Client => Side::Client,
            Who::Server => Side::Server,
        }
    }

    fn difference(&self, expected: &Transcript, got: &Transcript) -> Option<Difference> {
        let found = judge::difference(expected, got, self.peer)?;
        match found.what {
            DifferenceKind::Early => {
                judge::difference(expected, &our_fins_first(got, self.peer), self.peer)
            }
            _ => Some(found),
        }
    }

    fn failure(&self, problem: &Problem, screen: &mut Screen) -> Result<CommandOutcome> {
        let words = report::verdict(problem, self.side());
        for line in report::headline(self.name, &words, None) {
            writeln!(screen, "{}", screen.style(Style::Bad, &line))?;
        }
        if let Problem::Difference(difference) = problem {
            writeln!(screen)?;
            for line in comparison(self.expected, difference) {
                writeln!(screen, "{line}")?;
            }
        }
        Ok(CommandOutcome::Failed)
    }

    /// What differs as HTTP, on each connection. Errors: why it cannot be compared as HTTP.
    fn as_http(&self) -> Result<Vec<(Conn, Deviation)>, String> {
        let expected = self.expected.recorded();
        if expected.has_masks() {
            let name = self.name;
            return Err(format!("{name} has a mask without its value (`# was …`)"));
        }
        let got = &self.played.got;
        let mut deviations = Vec::new();
        for conn in expected.connections() {
            let asked = same_message::methods(&expected.bytes_of(conn, Who::Client));
            let came = got.bytes_of(conn, self.peer);
            let read = |stream: &[u8]| -> Option<Vec<Message>> {
                match self.peer {
                    Who::Server => same_message::responses(stream, &asked),
                    Who::Client => same_message::requests(stream),
                }
            };
            let not_http = |whose: &str| format!("{whose} of connection {conn} are not HTTP");
            let wanted = read(&expected.bytes_of(conn, self.peer))
                .ok_or_else(|| not_http(&format!("the bytes in {}", self.name)))?;
            let came = read(&came)
                .ok_or_else(|| not_http(&format!("the {}'s bytes", self.side().word())))?;
            let found = same_message::compare(&wanted, &came, self.terms.only, &self.terms.ignore);
            deviations.extend(found.into_iter().map(|deviation| (conn, deviation)));
        }
        Ok(deviations)
    }

    fn http_verdict(
        &self,
        deviations: &[(Conn, Deviation)],
        difference: Option<Difference>,
        screen: &mut Screen,
    ) -> Result<CommandOutcome> {
        let refused = deviations.iter().find(|(_, it)| !it.tolerance().accepted);
        let what = match self.peer {
            Who::Server => "answer",
            Who::Client => "request",
        };
        let place = |conn: &Conn, it: &Deviation| match conn {
            1 => format!("{what} {}", it.message),
            conn => format!("{what} {} of connection {conn}", it.message),
        };
        if let Some((conn, first)) = refused {
            let words = format!("{}: {}", place(conn, first), first.tolerance().words);
            for line in report::headline(self.name, &words, None) {
                writeln!(screen, "{}", screen.style(Style::Bad, &line))?;
            }
        } else {
            // The messages are the same; the ends must be, too.
            let ends = |transcript| only_events(transcript, self.peer);
            let ending = self.difference(&ends(self.expected), &ends(&self.played.got));
            if let Some(found) = ending {
                return self.failure(&Problem::Difference(Box::new(found)), screen);
            }
            let pass = screen.style(Style::Good, "PASS");
            let name = self.name;
            writeln!(
                screen,
                "{pass} {name} · the same HTTP messages, not the same bytes"
            )?;
        }
        let reported = deviations.iter().filter(|(_, it)| it.tolerance().reported);
        for (conn, it) in reported {
            let row = it.tolerance();
            let word = if row.accepted { "accepted" } else { "refused " };
            let place = place(conn, it);
            writeln!(screen, "   {word} {place}: {}", row.words)?;
            writeln!(screen, "            {}", it.text)?;
        }
        if let Some(options) = ignoring(deviations) {
            writeln!(screen, "   to accept this: {options}")?;
        }
        if refused.is_some()
            && let Some(difference) = difference
        {
            writeln!(screen)?;
            for line in comparison(self.expected, &difference) {
                writeln!(screen, "{line}")?;
            }
            return Ok(CommandOutcome::Failed);
        }
        Ok(CommandOutcome::Passed)
    }
}

/// The options with which the messages would be the same; `None` if fields are not all that is refused.
fn ignoring(deviations: &[(Conn, Deviation)]) -> Option<String> {
    const MOST: usize = 2;
    let mut names: Vec<&str> = Vec::new();
    for (_, found) in deviations {
        if found.tolerance().accepted {
            continue;
        }
        let about_field = matches!(
            found.aspect,
            Aspect::Extra | Aspect::Missing | Aspect::Value
        );
        let (name, _) = found.text.split_once(':').filter(|_| about_field)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let few = (1..=MOST).contains(&names.len());
    let options = names.iter().map(|name| format!("--ignore {name}"));
    few.then(|| options.collect::<Vec<String>>().join(" "))
}

fn is_about_bytes(difference: &Difference) -> bool {
    use DifferenceKind::{Bytes, Extra, Short, TooLoose};
    matches!(difference.what, Bytes | Extra | Short | TooLoose)
}

/// The transcript without the bytes of `peer`.
fn only_events(transcript: &Transcript, peer: Who) -> Transcript {
    let mut kept = Transcript::new();
    for entry in transcript.entries() {
        if !matches!(entry, Entry::Chunk(chunk) if chunk.who == peer) {
            kept.push_entry(entry);
        }
    }
    kept
}

/// The steps of `got` with each FIN of ours directly after our last words on its connection. A peer need
/// not wait for it: when it came is chance, in a recording as well.
fn our_fins_first(got: &Transcript, peer: Who) -> Transcript {
    let is_step = |entry: &&Entry| matches!(entry, Entry::Chunk(_) | Entry::Event { .. });
    let mut steps: Vec<&Entry> = got.entries().iter().filter(is_step).collect();
    let ours = |entry: &Entry, conn: Conn| match entry {
        Entry::Chunk(chunk) => chunk.who != peer && chunk.conn == conn,
        Entry::Event {
            who,
            conn: other,
            event,
        } => *other == conn && (*event == Event::Connect || *who != peer),
        _ => false,
    };
    for at in 0..steps.len() {
        let Some((_, conn)) = fin_of(steps[at]).filter(|(who, _)| *who != peer) else {
            continue;
        };
        let last = steps[..at].iter().rposition(|entry| ours(entry, conn));
        if let Some(last) = last {
            let fin = steps.remove(at);
            steps.insert(last + 1, fin);
        }
    }
    let mut sorted = Transcript::new();
    steps.into_iter().for_each(|step| sorted.push_entry(step));
    sorted
}

/// Whose FIN it is, and on which connection.
fn fin_of(entry: &Entry) -> Option<(Who, Conn)> {
    match entry {
        Entry::Event {
            who,
            conn,
            event: Event::Fin,
        } => Some((*who, *conn)),
        _ => None,
    }
}
