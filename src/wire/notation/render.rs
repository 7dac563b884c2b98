//! Writes a transcript as its canonical text.
//!
//! Rule 1: one text line a wire line; a text line breaks after `\n` and before an item that would
//! pass column 78, and an item is never split (an item longer than that has a line to itself).
//! Rule 2: no line ends in a space: there it is written `\x20`. Rule 3: every line that is written
//! comes from [`ChunkText`] or [`super::sides_events_masks`].

use std::time::Duration;

use super::chunk_text::{ChunkText, push_worded};
use super::sides_events_masks::{push_event, push_gap, push_who};
use crate::wire::{Chunk, Conn, Entry, Gap, Piece, Transcript, Who};

/// Last column that a bytes line fills.
const LAST_COLUMN: usize = 78;

impl Transcript {
    /// The same without measured times: plain gaps go, and chunks of one speaker join. Gaps that demand
    /// something (`~ 10ms..20ms`) and `~ end` stay; datagrams stay apart.
    pub fn without_times(&self) -> Transcript {
        let mut kept = Transcript::new();
        kept.headings = self.headings.clone();
        let apart = self.has_datagrams();
        for entry in self.entries() {
            if let (Entry::Chunk(chunk), true) = (entry, apart) {
                kept.separate(chunk.conn, chunk.who);
                kept.push_entry(entry);
            } else if !matches!(entry, Entry::Gap(Gap::Untimed | Gap::Exactly(_))) {
                kept.push_entry(entry);
            }
        }
        kept
    }

    /// The canonical text: all bytes, all times.
    pub fn render(&self) -> String {
        let mut out = Vec::new();
        self.render_into(&mut out);
        text_of(out)
    }

    /// Adds the canonical text to `out`: what [`Transcript::render`] gives, for one who has a buffer.
    pub fn render_into(&self, out: &mut Vec<u8>) {
        for (key, value) in &self.headings {
            push_worded(out, &format!("@{key}"), value);
            out.push(b'\n');
        }
        let is_blank = |entry: &Entry| matches!(entry, Entry::Blank);
        let last = self.entries().iter().rposition(|entry| !is_blank(entry));
        let written = last.map_or(0, |last| last + 1);
        for entry in self.entries().iter().take(written) {
            render_entry_into(out, entry);
        }
    }
}

/// Adds the text of one entry to `out`, as it stands in the text of a transcript.
pub fn render_entry_into(out: &mut Vec<u8>, entry: &Entry) {
    match entry {
        Entry::Chunk(chunk) => return push_chunk(out, chunk, LAST_COLUMN),
        Entry::Event { who, conn, event } => {
            push_who(out, *who, *conn);
            out.push(b' ');
            push_event(out, *event);
        }
        Entry::Gap(gap) => push_gap(out, *gap),
        Entry::Note(note) => push_worded(out, "#", note),
        Entry::Blank => {}
    }
    out.push(b'\n');
}

fn push_chunk(out: &mut Vec<u8>, chunk: &Chunk, last_column: usize) {
    let mut text = ChunkText::new(out, chunk.who, chunk.conn, last_column);
    for (at, piece) in chunk.pieces.iter().enumerate() {
        match piece {
            Piece::Bytes(bytes) => {
                let remark = matches!(chunk.pieces.get(at + 1), Some(Piece::Remark(_)));
                text.bytes(bytes, remark);
            }
            Piece::Mask(mask) => text.mask(mask),
            Piece::Remark(remark) => text.remark(remark),
            Piece::Note(note) => text.own_line("#", note),
            Piece::Blank => text.own_line("", ""),
        }
    }
    text.finish();
}

/// Adds a step to `out`: the gap before it, and a chunk of these bytes alone. It is the text that a
/// transcript of the two has, without the transcript.
pub fn render_bytes_into(
    out: &mut Vec<u8>,
    gap: Option<Duration>,
    conn: Conn,
    who: Who,
    bytes: &[u8],
) {
    if let Some(gap) = gap {
        push_gap(out, Gap::Exactly(gap));
        out.push(b'\n');
    }
    let mut text = ChunkText::new(out, who, conn, LAST_COLUMN);
    text.bytes(bytes, false);
    text.finish();
}

/// The text lines of one chunk, each with its `C> ` or `Cx ` in front, notes between them included.
pub fn chunk_lines(chunk: &Chunk) -> Vec<String> {
    chunk_lines_within(chunk, LAST_COLUMN)
}

/// The same for a narrower place: bytes lines break before an item that would pass `last_column`.
pub fn chunk_lines_within(chunk: &Chunk, last_column: usize) -> Vec<String> {
    let mut out = Vec::new();
    push_chunk(&mut out, chunk, last_column);
    text_of(out).lines().map(str::to_string).collect()
}

/// Where the text lines of a chunk end that says these bytes alone: how many bytes were sent then.
pub(in crate::wire) fn line_ends(who: Who, conn: Conn, bytes: &[u8]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut text = ChunkText::new(&mut out, who, conn, LAST_COLUMN).counting();
    text.bytes(bytes, false);
    text.finish()
}

/// The writers above write UTF-8 alone.
fn text_of(out: Vec<u8>) -> String {
    String::from_utf8(out).unwrap_or_else(|wrong| String::from_utf8_lossy(wrong.as_bytes()).into())
}
