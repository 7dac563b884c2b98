//! What the box says: bytes in the notation, pauses and ends, read into [`Act`]s.
//!
//! Rule: any text gives acts or a sentence that names what cannot be read.

use std::time::Duration;

use crate::limits;
use crate::net::player::Segmentation;
use crate::wire::{Conn, Entry, Event, Gap, Piece, Transcript, Who};

/// One thing that the learner does, and on which connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Connects, unless this connection was opened before.
    Connect(Conn),
    /// Sends these bytes.
    Say(Conn, Vec<u8>),
    /// Waits until the server has sent something after our last act on this connection.
    Listen(Conn),
    /// Says that this was all.
    Fin(Conn),
    /// Breaks off.
    Rst(Conn),
    /// Waits.
    Pause(Duration),
    /// Waits until all connections have ended.
    WaitEnds,
}

impl Act {
    /// The connection, if the act is about one.
    pub fn conn(&self) -> Option<Conn> {
        match self {
            Act::Connect(conn)
            | Act::Say(conn, _)
            | Act::Listen(conn)
            | Act::Fin(conn)
            | Act::Rst(conn) => Some(*conn),
            Act::Pause(_) | Act::WaitEnds => None,
        }
    }

    /// The same on the connection `more` numbers later.
    fn later(&self, more: Conn) -> Act {
        match self {
            Act::Connect(conn) => Act::Connect(conn + more),
            Act::Say(conn, bytes) => Act::Say(conn + more, bytes.clone()),
            Act::Listen(conn) => Act::Listen(conn + more),
            Act::Fin(conn) => Act::Fin(conn + more),
            Act::Rst(conn) => Act::Rst(conn + more),
            Act::Pause(time) => Act::Pause(*time),
            Act::WaitEnds => Act::WaitEnds,
        }
    }
}

/// How messages are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// In one write.
    Whole,
    /// Byte by byte.
    Bytes,
    /// In two halves, with a pause between them.
    Halves,
}

impl Delivery {
    /// The word in a form and in a preset: `whole`, `bytes`, `halves`.
    pub fn parse(word: &str) -> Option<Delivery> {
        match word {
            "" | "whole" => Some(Delivery::Whole),
            "bytes" => Some(Delivery::Bytes),
            "halves" => Some(Delivery::Halves),
            _ => None,
        }
    }

    pub(super) fn cut(self, length: usize) -> Segmentation {
        match self {
            Delivery::Whole => Segmentation::Whole,
            Delivery::Bytes => Segmentation::Dribble,
            Delivery::Halves => Segmentation::Split(length.div_ceil(2)),
        }
    }
}

/// What the box says. An empty box connects and says nothing.
pub fn acts(text: &str) -> Result<Vec<Act>, String> {
    // Before anything is repeated: a short text may stand for many bytes.
    if repeated(text) > 4 * limits::web::SAID {
        return Err(too_much());
    }
    let transcript = Transcript::parse(&as_transcript(text)).map_err(|error| {
        // In the box there is no first line with the version, and no `C> ` that was put before a line.
        let line = error.line.saturating_sub(1);
        let typed = line.checked_sub(1).and_then(|at| text.lines().nth(at));
        let added = typed.is_some_and(is_bare);
        let column = error.column - if added { ADDED.len() } else { 0 }.min(error.column - 1);
        let what = &error.fault;
        format!("The box cannot be read as bytes: line {line}, column {column}: {what}")
    })?;
    let mut acts = Vec::new();
    for entry in transcript.entries() {
        match entry {
            Entry::Chunk(chunk) if chunk.who == Who::Server => acts.push(Act::Listen(chunk.conn)),
            Entry::Chunk(chunk) => acts.push(Act::Say(chunk.conn, bytes(&chunk.pieces)?)),
            Entry::Event {
                who: Who::Client,
                conn,
                event,
            } => match event {
                Event::Fin => acts.push(Act::Fin(*conn)),
                Event::Rst => acts.push(Act::Rst(*conn)),
                Event::Connect | Event::Timeout(_) => acts.push(Act::Connect(*conn)),
                _ => {}
            },
            Entry::Gap(Gap::Exactly(time)) => {
                acts.push(Act::Pause((*time).min(limits::IO_DEADLINE)));
            }
            Entry::Event { .. } | Entry::Gap(_) | Entry::Note(_) | Entry::Blank => {}
        }
    }
    // A pause at the beginning is one of an open connection.
    if acts.first().is_none_or(|act| act.conn().is_none()) {
        let first = acts.iter().find_map(Act::conn);
        acts.insert(0, Act::Connect(first.unwrap_or(1)));
    }
    if acts.iter().filter_map(Act::conn).max() > Some(limits::web::AT_ONCE) {
        let most = limits::web::AT_ONCE;
        return Err(format!(
            "The box has a connection with a number above {most}."
        ));
    }
    at_most_said(&acts, 1)?;
    Ok(acts)
}

/// The same acts so many times, one visit after the other, each on connections of its own.
pub fn visits(acts: &[Act], times: Conn) -> Result<Vec<Act>, String> {
    at_most_said(acts, times)?;
    let connections = acts.iter().filter_map(Act::conn).max().unwrap_or(1);
    let visit = |turn: Conn| {
        let later = acts.iter().map(move |act| act.later(turn * connections));
        later.chain([Act::WaitEnds])
    };
    Ok((0..times).flat_map(visit).collect())
}

fn at_most_said(acts: &[Act], times: Conn) -> Result<(), String> {
    let said = acts.iter().map(|act| match act {
        Act::Say(_, bytes) => bytes.len(),
        _ => 0,
    });
    let said: usize = said.sum::<usize>().saturating_mul(times as usize);
    match said > limits::web::SAID {
        true => Err(too_much()),
        false => Ok(()),
    }
}

fn too_much() -> String {
    format!("That is more than {} bytes.", limits::web::SAID)
}

/// How long the repeats `\{N*…}` of a text are when they are written out, at most.
fn repeated(text: &str) -> usize {
    let parts = text.split("\\{").skip(1);
    let lengths = parts.filter_map(|part| {
        let (times, rest) = part.split_once('*')?;
        let unit = rest.split_once('}').map_or(rest, |(unit, _)| unit);
        let times: usize = times.trim().parse().unwrap_or(usize::MAX);
        times.checked_mul(unit.len()).or(Some(usize::MAX))
    });
    lengths.fold(0, usize::saturating_add)
}

/// The box as the text of a transcript, with the client's letter in front of each line of bytes.
/// What stands before a line of which the learner typed the bytes alone.
const ADDED: &str = "C> ";

/// The box as a transcript: a first line with the version, and then line by line what was typed.
fn as_transcript(text: &str) -> String {
    let mut lines = String::from("@wire 1\n");
    for line in text.lines() {
        if is_bare(line) {
            lines.push_str(ADDED);
        }
        if !line.starts_with('@') {
            lines.push_str(line.trim_end_matches('\r'));
        }
        lines.push('\n');
    }
    lines
}

/// Whether a line holds bytes alone, without a side, and is no pause, note or `@` line.
fn is_bare(line: &str) -> bool {
    let line = line.trim_end_matches('\r');
    !line.is_empty() && !line.starts_with(['~', '#', '@']) && !names_a_side(line)
}

/// Whether a line begins as the lines of a transcript do: `C>`, `C `, `Cx `, `S2> `.
fn names_a_side(line: &str) -> bool {
    let Some(rest) = line.strip_prefix(['C', 'S']) else {
        return false;
    };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    ["> ", " ", "x "]
        .iter()
        .any(|start| rest.starts_with(start))
        || rest == ">"
}

fn bytes(pieces: &[Piece]) -> Result<Vec<u8>, String> {
    let mut said = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Bytes(bytes) => said.extend_from_slice(bytes),
            Piece::Mask(_) => {
                return Err("A mask such as \\{date} has no bytes to be sent.".to_string());
            }
            _ => {}
        }
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_holds_bytes_pauses_and_ends() {
        let text =
            "GET / HTTP/1.1\\r\\n\nHost: a\\r\\n\n\\r\\n\n~ 20ms\nC> more\nS> not this\nC fin\n";
        assert_eq!(
            acts(text).unwrap(),
            [
                Act::Say(1, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec()),
                Act::Pause(Duration::from_millis(20)),
                Act::Say(1, b"more".to_vec()),
                Act::Listen(1),
                Act::Fin(1)
            ]
        );
        assert_eq!(acts("").unwrap(), [Act::Connect(1)]);
        assert_eq!(acts("C rst").unwrap(), [Act::Rst(1)]);
        assert_eq!(acts("\\{3*a}").unwrap(), [Act::Say(1, b"aaa".to_vec())]);
    }

    #[test]
    fn the_box_holds_several_connections_and_is_repeated_on_connections_of_its_own() {
        let once = acts("C2 connect\nC3x 61  |a|\nS> any\nC2 rst\n").unwrap();
        let expected = [
            Act::Connect(2),
            Act::Say(3, b"a".to_vec()),
            Act::Listen(1),
            Act::Rst(2),
        ];
        assert_eq!(once, expected);
        let twice = visits(&once, 2).unwrap();
        assert_eq!(twice.len(), 10);
        assert_eq!(twice.get(4), Some(&Act::WaitEnds));
        assert_eq!(twice.get(6), Some(&Act::Say(6, b"a".to_vec())));
        assert!(acts("C17 connect").unwrap_err().contains("16"));
        let long = acts("\\{100000*a}").unwrap();
        assert!(visits(&long, 100).unwrap_err().contains("bytes"));
    }

    #[test]
    fn the_place_is_the_one_in_the_box() {
        for (text, place) in [
            ("\\xzz", "line 1, column 1: "),
            ("C> \\xzz", "line 1, column 4: "),
            ("@arg 3\n\nGET\\r\\n\r\nab\\q\r\n", "line 4, column 3: "),
            ("a\n~ 5s", "line 2, column 3: "),
            ("S2> \\", "line 1, column 5: "),
        ] {
            let error = acts(text).unwrap_err();
            assert!(error.contains(place), "{text}: {error}");
        }
    }

    #[test]
    fn what_cannot_be_said_is_named() {
        for (text, word) in [
            ("\\q", "\\"),
            ("\\{date}", "mask"),
            ("\\{9000000*a}", "bytes"),
            ("\\{200000000*a}\n\\{200000000*a}", "bytes"),
            ("\\{99999999999999999999*a}", "bytes"),
        ] {
            let error = acts(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
