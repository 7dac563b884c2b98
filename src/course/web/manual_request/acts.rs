//! What the box says: bytes in the notation, pauses and ends, read into [`Act`]s.
//!
//! Rule: any text gives acts or a sentence that names what cannot be read.

use std::time::Duration;

use crate::limits;
use crate::net::player::Segmentation;
use crate::wire::{Entry, Event, Gap, Piece, Transcript, Who};

/// One thing that the learner does on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Says these bytes.
    Say(Vec<u8>),
    /// Waits.
    Pause(Duration),
    /// Says that this was all.
    Fin,
    /// Breaks off.
    Rst,
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

/// What the box says.
pub fn acts(text: &str) -> Result<Vec<Act>, String> {
    let transcript = Transcript::parse(&as_transcript(text)).map_err(|error| {
        let what = error.to_string();
        format!("The box cannot be read as bytes: {what}")
    })?;
    let mut acts = Vec::new();
    let mut count = 0;
    for entry in transcript.entries() {
        match entry {
            Entry::Chunk(chunk) => {
                let said = bytes(&chunk.pieces)?;
                count += said.len();
                acts.push(Act::Say(said));
            }
            Entry::Event { event, .. } if *event == Event::Fin => acts.push(Act::Fin),
            Entry::Event { event, .. } if *event == Event::Rst => acts.push(Act::Rst),
            Entry::Gap(Gap::Exactly(time)) => {
                acts.push(Act::Pause((*time).min(limits::IO_DEADLINE)));
            }
            Entry::Event { .. } | Entry::Gap(_) | Entry::Note(_) | Entry::Blank => {}
        }
    }
    match count > limits::web::SAID {
        true => Err(format!("That is more than {} bytes.", limits::web::SAID)),
        false => Ok(acts),
    }
}

/// The box as the text of a transcript, with the client's letter in front of each line of bytes.
fn as_transcript(text: &str) -> String {
    let mut lines = String::from("@wire 1\n");
    for line in text.lines() {
        let line = line.trim_end_matches('\r');
        let others = ["S>", "S ", "Sx ", "@"]
            .iter()
            .any(|start| line.starts_with(start));
        if others || line == "C connect" {
            continue;
        }
        let ready = ["~", "C>", "C ", "Cx ", "#"]
            .iter()
            .any(|start| line.starts_with(start));
        match ready || line.is_empty() {
            true => lines.push_str(line),
            false => lines.push_str(&format!("C> {line}")),
        }
        lines.push('\n');
    }
    lines
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

/// Whether an entry is the client's: what the box of a preset holds.
pub fn is_clients(entry: &Entry) -> bool {
    match entry {
        Entry::Chunk(chunk) => chunk.who == Who::Client,
        Entry::Event { who, event, .. } => *who == Who::Client && *event != Event::Connect,
        Entry::Gap(gap) => matches!(gap, Gap::Exactly(_)),
        Entry::Note(_) | Entry::Blank => false,
    }
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
                Act::Say(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec()),
                Act::Pause(Duration::from_millis(20)),
                Act::Say(b"more".to_vec()),
                Act::Fin
            ]
        );
        assert_eq!(acts("").unwrap(), []);
        assert_eq!(acts("C rst").unwrap(), [Act::Rst]);
        assert_eq!(acts("\\{3*a}").unwrap(), [Act::Say(b"aaa".to_vec())]);
    }

    #[test]
    fn what_cannot_be_said_is_named() {
        for (text, word) in [
            ("\\q", "\\"),
            ("\\{date}", "mask"),
            ("\\{9000000*a}", "bytes"),
        ] {
            let error = acts(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
