//! Fresh conversations: a lab's conversations with other words, numbers, names, files and lengths, made from a
//! seed.
//!
//! The headings of a snapshot say what may change (`vary`). The lengths that count the changed bytes change,
//! too (`find_lengths`, `edits`, `partial_answers`). So a program that only repeats the snapshots fails.
//!
//! Rule 1: the same seed gives the same conversations and files, on every machine.
//! Rule 2: the expected answers follow from the snapshot and its headings. No lab's program runs for that.
//! Rule 3: this module opens no connection. Only [`Fresh::write_files`] writes files.

pub(super) mod dice;
mod edits;
mod files;
mod find_lengths;
mod partial_answers;
mod replacement_template;
mod vary_table;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;

use super::catalogue::{Lab, Script, Side, Weather};
use crate::wire::{Conn, Entry, Mask, Piece, Transcript, Who};
use dice::Dice;
use edits::{Edit, add, apply, recount, within, words_in};
use files::Pair;
use vary_table::{Table, Word};

/// The seeds that are made for a learner: `1..=99999`, so that one can be typed.
pub const MOST_SEED: u64 = 99_999;

/// A new random seed: from 1 to [`MOST_SEED`].
pub fn new_seed() -> u64 {
    let clock = std::time::UNIX_EPOCH
        .elapsed()
        .map_or(0, |now| now.as_nanos());
    Dice::new(std::process::id().into(), &clock.to_string()).between(1, MOST_SEED)
}

/// What a lab's check plays besides its snapshots.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// The conversations; none when no snapshot of this side has a `@vary` heading.
    pub conversations: Vec<FreshConversation>,
    files: Vec<Pair>,
}

/// A fresh conversation.
#[derive(Clone, Debug)]
pub struct FreshConversation {
    /// The snapshot's name and `-fresh`.
    pub name: String,
    /// The expected conversation.
    pub expected: Transcript,
    /// Calm, and `dribble` where the snapshot lists it.
    pub weathers: Vec<Weather>,
}

/// A `@vary` heading that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaryError {
    /// The heading's text.
    line: String,
    /// What in it is wrong.
    word: String,
}

impl VaryError {
    fn hole(word: &str) -> VaryError {
        let word = word.to_string();
        VaryError {
            line: String::new(),
            word,
        }
    }

    fn within(self, line: &str) -> VaryError {
        let line = line.to_string();
        VaryError { line, ..self }
    }
}

impl fmt::Display for VaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let VaryError { line, word } = self;
        write!(
            f,
            "@vary {line}: `{word}` cannot be read: see src/course/fresh/vary_table.rs"
        )
    }
}

impl std::error::Error for VaryError {}

impl Fresh {
    /// The fresh conversations for one side of a lab; none for a side without an exercise, whose program says
    /// always the same. Errors: a heading that makes no sense.
    pub fn of(lab: &Lab, side: Side, seed: u64) -> Result<Fresh, VaryError> {
        let scripts: Vec<(&Script, Transcript)> = lab
            .scripts_for(side)
            .filter(|_| lab.stub(side).is_some())
            .filter_map(|script| Some((script, Transcript::parse(script.text()).ok()?)))
            .filter(|(_, transcript)| transcript.heading("vary").is_some())
            .collect();
        let mut all: Vec<&str> = Vec::new();
        for text in scripts
            .iter()
            .flat_map(|(_, transcript)| headings(transcript))
        {
            if !all.contains(&text) {
                all.push(text);
            }
        }
        all.retain(|text| !vary_table::needs_files(text));
        let words = Table::draw(&all, lab.slug, seed, &[])?.words;
        let files = files::pairs(lab.slug, &words);
        let mut conversations = Vec::new();
        for (script, transcript) in &scripts {
            let texts: Vec<&str> = headings(transcript).collect();
            let table = Table::draw(&texts, lab.slug, seed, &files)?;
            let mut weathers = script.weathers.clone();
            weathers.retain(|weather| {
                matches!(weather, Weather::Calm | Weather::Dribble | Weather::Lossy)
            });
            let mut expected = varied(transcript, &table, &files);
            if side == Side::Client && expected.has_names() {
                let mut dice = Dice::new(seed, script.name);
                expected = expected.with_values(|_, mask| drawn(mask, &mut dice));
            }
            conversations.push(FreshConversation {
                name: format!("{}-fresh", script.name),
                expected,
                weathers,
            });
        }
        Ok(Fresh {
            conversations,
            files,
        })
    }

    /// Whether the lab's server has files.
    pub fn has_files(&self) -> bool {
        !self.files.is_empty()
    }

    /// Writes the fresh files below a folder, those to serve in `files` in it. Errors: the system's.
    pub fn write_files(&self, folder: &Path) -> io::Result<()> {
        files::write(&self.files, folder)
    }
}

/// A value that nobody has seen, for a mask that gives it a name: hex digits.
fn drawn(mask: &Mask, dice: &mut Dice) -> Option<Vec<u8>> {
    let length = mask.example()?.len();
    let digits = dice.bytes(length as u64).into_iter();
    let digits = digits.map(|byte| b"0123456789abcdef"[usize::from(byte % 16)]);
    Some(digits.collect())
}

/// What stands after each `@vary`.
fn headings(transcript: &Transcript) -> impl Iterator<Item = &str> {
    let varies = transcript.headings.iter().filter(|(key, _)| key == "vary");
    varies.map(|(_, text)| &text[..])
}

/// What one side says on one connection. A hole of a pattern is one byte here.
#[derive(Default)]
struct Stream {
    bytes: Vec<u8>,
    edits: Vec<Edit>,
    /// How far it is written out again.
    written: usize,
}

/// The transcript with the words of the table changed, and all that counts them.
fn varied(from: &Transcript, table: &Table, files: &[Pair]) -> Transcript {
    let mut streams = streams(from, &table.words);
    for conn in from.connections() {
        let client = streams.remove(&(conn, Who::Client)).unwrap_or_default();
        let server = streams.entry((conn, Who::Server)).or_default();
        let more = partial_answers::parts((&client.bytes, &client.edits), &server.bytes, files);
        add(&mut server.edits, more);
        streams.insert((conn, Who::Client), client);
    }
    let mut lengths: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for file in files {
        let text = |bytes: &[u8]| bytes.len().to_string().into_bytes();
        lengths.insert(text(&file.old), text(&file.fresh));
    }
    for stream in streams.values_mut() {
        let (_, counts) = find_lengths::messages(&stream.bytes);
        let more = recount(&counts, &stream.edits);
        for edit in &more {
            lengths.insert(stream.bytes[edit.at.clone()].to_vec(), edit.new.clone());
        }
        add(&mut stream.edits, more);
    }
    for ((_, who), stream) in &mut streams {
        if *who == Who::Server {
            let more = lengths_without_bodies(&stream.bytes, &lengths);
            add(&mut stream.edits, more);
        }
    }
    rebuilt(from, table, streams)
}

/// Answers to HEAD say the length of a body that they do not have: that of another answer, or of a file.
fn lengths_without_bodies(bytes: &[u8], lengths: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<Edit> {
    let (messages, _) = find_lengths::messages(bytes);
    let without = messages
        .into_iter()
        .filter(|message| message.body.is_empty());
    let digits = without.filter_map(|message| message.length);
    let known = digits.filter_map(|at| {
        let new = lengths.get(&bytes[at.clone()])?.clone();
        Some(Edit { at, new })
    });
    known.collect()
}

/// Every side's bytes, with the edits of words. A word never spans two chunks, nor a hole.
fn streams(from: &Transcript, words: &[Word]) -> BTreeMap<(Conn, Who), Stream> {
    let mut streams: BTreeMap<(Conn, Who), Stream> = BTreeMap::new();
    for entry in from.entries() {
        let Entry::Chunk(chunk) = entry else { continue };
        let stream = streams.entry((chunk.conn, chunk.who)).or_default();
        for piece in &chunk.pieces {
            match piece {
                Piece::Bytes(bytes) => {
                    let start = stream.bytes.len();
                    let edits = words_in(bytes, Some(chunk.who), words);
                    stream.edits.extend(edits.into_iter().map(|edit| Edit {
                        at: start + edit.at.start..start + edit.at.end,
                        new: edit.new,
                    }));
                    stream.bytes.extend(bytes);
                }
                Piece::Mask(_) => stream.bytes.push(0),
                Piece::Remark(_) | Piece::Note(_) | Piece::Blank => {}
            }
        }
    }
    streams
}

fn rebuilt(
    from: &Transcript,
    table: &Table,
    mut streams: BTreeMap<(Conn, Who), Stream>,
) -> Transcript {
    let mut to = Transcript::new();
    to.headings = fresh_headings(from, table);
    for entry in from.entries() {
        let Entry::Chunk(chunk) = entry else {
            to.push_entry(entry);
            continue;
        };
        let stream = streams.entry((chunk.conn, chunk.who)).or_default();
        for piece in &chunk.pieces {
            let start = stream.written;
            match piece {
                Piece::Bytes(bytes) => {
                    stream.written += bytes.len();
                    let edits = within(&stream.edits, &(start..stream.written));
                    to.push_bytes(chunk.conn, chunk.who, &apply(bytes, &edits));
                }
                _ => {
                    stream.written += usize::from(matches!(piece, Piece::Mask(_)));
                    to.push_piece(chunk.conn, chunk.who, piece);
                }
            }
        }
    }
    to
}

/// The headings with the words changed; those that only the fresh conversation has take the others' place.
fn fresh_headings(from: &Transcript, table: &Table) -> Vec<(String, String)> {
    let own = |key: &str| table.headings.iter().any(|(own, _)| own == key);
    let kept = from
        .headings
        .iter()
        .filter(|(key, _)| key != "vary" && !own(key));
    let changed = |(key, text): &(String, String)| {
        let text = match &key[..] {
            "arg" | "prints" | "shows" => {
                let edits = words_in(text.as_bytes(), None, &table.words);
                String::from_utf8_lossy(&apply(text.as_bytes(), &edits)).into_owned()
            }
            "title" => format!("{text} · fresh"),
            _ => text.clone(),
        };
        (key.clone(), text)
    };
    kept.chain(&table.headings).map(changed).collect()
}

#[cfg(test)]
mod tests;
