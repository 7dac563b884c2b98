//! Writing: from the value to its canonical text.
//!
//! Rule 1: one text line a wire line; a text line breaks after `\n` and before an item that would
//! pass column 78, and an item is never split (an item longer than that has a line to itself).
//! Rule 2: no line ends in a space: there it is written `\x20`. Rule 3: every line that is written
//! comes from [`ChunkText`] or [`super::words`].

use super::layout::{Form, Stretch, repeats, stretches};
use super::words::{event_text, gap_text, is_plain, mask_text, who_text};
use crate::wire::transcript::one_line;
use crate::wire::{Chunk, Conn, Entry, Gap, Mask, Piece, Transcript, Who};

/// Last column that a bytes line fills.
const LAST_COLUMN: usize = 78;
/// Bytes in one hex row.
const HEX_ROW: usize = 16;

impl Transcript {
    /// The same without measured times: plain gaps go, and chunks of one speaker join. Gaps that demand
    /// something (`~ 10ms..20ms`) and `~ end` stay.
    pub fn without_times(&self) -> Transcript {
        let mut kept = Transcript::new();
        kept.headings = self.headings.clone();
        for entry in self.entries() {
            if !matches!(entry, Entry::Gap(Gap::Untimed | Gap::Exactly(_))) {
                kept.push_entry(entry);
            }
        }
        kept
    }

    /// The canonical text: all bytes, all times.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for (key, value) in &self.headings {
            push_line(&mut text, &worded(&format!("@{key}"), value));
        }
        let is_blank = |entry: &Entry| matches!(entry, Entry::Blank);
        let last = self.entries().iter().rposition(|entry| !is_blank(entry));
        let written = last.map_or(0, |last| last + 1);
        for entry in &self.entries()[..written] {
            match entry {
                Entry::Chunk(chunk) => {
                    for line in chunk_lines(chunk) {
                        push_line(&mut text, &line);
                    }
                }
                Entry::Event { who, conn, event } => {
                    let line = format!("{} {}", who_text(*who, *conn), event_text(*event));
                    push_line(&mut text, &line);
                }
                Entry::Gap(gap) => push_line(&mut text, &gap_text(*gap)),
                Entry::Note(note) => push_line(&mut text, &worded("#", note)),
                Entry::Blank => push_line(&mut text, ""),
            }
        }
        text
    }
}

/// The text lines of one chunk, each with its `C> ` or `Cx ` in front, notes between them included.
pub fn chunk_lines(chunk: &Chunk) -> Vec<String> {
    chunk_lines_within(chunk, LAST_COLUMN)
}

/// The same for a narrower place: bytes lines break before an item that would pass `last_column`.
pub fn chunk_lines_within(chunk: &Chunk, last_column: usize) -> Vec<String> {
    let mut text = ChunkText::new(chunk.who, chunk.conn, last_column);
    for (at, piece) in chunk.pieces.iter().enumerate() {
        match piece {
            Piece::Bytes(bytes) => {
                let remark = matches!(chunk.pieces.get(at + 1), Some(Piece::Remark(_)));
                text.bytes(bytes, remark);
            }
            Piece::Mask(mask) => text.mask(mask),
            Piece::Remark(remark) => text.remark(remark),
            Piece::Note(note) => text.own_line(worded("#", note)),
            Piece::Blank => text.own_line(String::new()),
        }
    }
    text.close();
    text.lines
}

/// Where the text lines of a chunk end that says these bytes alone: how many bytes were said then.
pub(in crate::wire) fn line_ends(who: Who, conn: Conn, bytes: &[u8]) -> Vec<usize> {
    let mut text = ChunkText::new(who, conn, LAST_COLUMN);
    text.bytes(bytes, false);
    text.close();
    text.ends
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// A mark with its text behind it, or alone.
fn worded(mark: &str, text: &str) -> String {
    match one_line(text) {
        text if text.is_empty() => mark.to_string(),
        text => format!("{mark} {text}"),
    }
}

/// The lines of one chunk while they are written.
struct ChunkText {
    who: String,
    last_column: usize,
    lines: Vec<String>,
    /// For each of `lines` how many bytes were said at its end.
    ends: Vec<usize>,
    /// Bytes said, those of the open line included.
    said: usize,
    /// The line that is being written, with its `C> `; empty between lines.
    line: String,
}

impl ChunkText {
    fn new(who: Who, conn: Conn, last_column: usize) -> ChunkText {
        ChunkText {
            who: who_text(who, conn),
            last_column,
            lines: Vec::new(),
            ends: Vec::new(),
            said: 0,
            line: String::new(),
        }
    }

    /// Bytes as text, hex rows and repeats. With a remark behind them the last wire line must end
    /// in a plain `\n`, so it is neither hex nor part of a repeat of several lines.
    fn bytes(&mut self, bytes: &[u8], remark_follows: bool) {
        if !remark_follows {
            self.stretches(bytes, stretches(bytes));
            return;
        }
        let unended = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let line = unended.iter().rposition(|&byte| byte == b'\n');
        let (before, last) = unended.split_at(line.map_or(0, |lf| lf + 1));
        self.stretches(before, stretches(before));
        self.stretches(last, repeats(last));
        self.text(&bytes[unended.len()..]);
    }

    fn stretches(&mut self, bytes: &[u8], stretches: Vec<Stretch>) {
        for stretch in stretches {
            let inside = &bytes[stretch.at];
            match stretch.form {
                Form::Text => self.text(inside),
                Form::Hex => self.hex(inside),
                Form::Repeat { period } => self.repeat(&inside[..period], inside.len() / period),
            }
        }
    }

    fn text(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let [byte, others @ ..] = rest {
            self.make_room(escaped_width(*byte));
            if let Some(plain) = self.plain_that_fits(rest) {
                self.line.push_str(plain);
                self.said += plain.len();
                rest = &rest[plain.len()..];
                continue;
            }
            push_escaped(&mut self.line, *byte);
            self.said += 1;
            rest = others;
            if *byte == b'\n' {
                self.close();
            }
        }
    }

    /// The plain bytes at the front that fit on the open line: they go in one piece, for speed.
    fn plain_that_fits<'a>(&self, bytes: &'a [u8]) -> Option<&'a str> {
        let room = self.last_column.saturating_sub(self.line.len()).max(1);
        let within = &bytes[..bytes.len().min(room)];
        let plain = within.iter().position(|&byte| !is_plain(byte));
        let plain = &within[..plain.unwrap_or(within.len())];
        std::str::from_utf8(plain)
            .ok()
            .filter(|text| !text.is_empty())
    }

    fn repeat(&mut self, period: &[u8], times: usize) {
        let mut item = format!(r"\{{{times}*");
        for &byte in period {
            match byte {
                b'}' => item.push_str(r"\x7d"),
                _ => push_escaped(&mut item, byte),
            }
        }
        item.push('}');
        self.make_room(item.len());
        self.line.push_str(&item);
        self.said += times * period.len();
        if period.ends_with(b"\n") {
            self.close();
        }
    }

    /// A hole. One that stands for the rest of a wire line ends the text line, and so does a digest
    /// that begins it: that one stands for whole lines.
    fn mask(&mut self, mask: &Mask) {
        let item = mask_text(mask);
        self.make_room(item.len());
        let begins = self.line.len() == self.who.len() + 2;
        self.line.push_str(&item);
        if matches!(mask, Mask::Line) || begins && matches!(mask, Mask::Digest { .. }) {
            self.close();
        }
    }

    fn hex(&mut self, bytes: &[u8]) {
        self.close();
        for row in bytes.chunks(HEX_ROW) {
            let mut line = format!("{}x", self.who);
            for &byte in row {
                line.push(' ');
                push_hex(&mut line, byte);
            }
            // In a block of several rows the gutters stand below each other.
            let missing = HEX_ROW - row.len();
            let padding = match bytes.len() > HEX_ROW {
                true => " ".repeat(3 * missing),
                false => String::new(),
            };
            let gutter: String = row.iter().map(|&byte| gutter_char(byte)).collect();
            let gutter = format!("{padding}  |{gutter}|");
            if line.len() + gutter.len() <= self.last_column {
                line.push_str(&gutter);
            }
            self.said += row.len();
            self.finish_line(line);
        }
    }

    /// Puts a remark behind the line that the last `\n` closed.
    fn remark(&mut self, text: &str) {
        if let Some(line) = self.lines.last_mut() {
            *line = worded(&format!("{line} #"), text);
        }
    }

    fn own_line(&mut self, line: String) {
        self.close();
        self.finish_line(line);
    }

    fn finish_line(&mut self, line: String) {
        self.lines.push(line);
        self.ends.push(self.said);
    }

    /// Makes sure that a line is open and that `width` more columns fit on it.
    fn make_room(&mut self, width: usize) {
        while self.line.len() + width > self.last_column && self.line.len() > self.who.len() + 2 {
            let spaces = self.close_line();
            self.open_line(spaces);
        }
        if self.line.is_empty() {
            self.open_line(0);
        }
    }

    fn open_line(&mut self, spaces: usize) {
        self.line = format!("{}> {}", self.who, " ".repeat(spaces));
    }

    /// Ends the open line, if there is one.
    fn close(&mut self) {
        while !self.line.is_empty() {
            let spaces = self.close_line();
            if spaces > 0 {
                self.open_line(spaces);
            }
        }
    }

    /// Ends the open line. A space at its end becomes `\x20`; where that would pass the last column,
    /// the space moves to the next line. Returns how many must move (at most three).
    fn close_line(&mut self) -> usize {
        let mut line = std::mem::take(&mut self.line);
        let mut moved = 0;
        while line.ends_with(' ') {
            line.pop();
            let is_alone = line.len() == self.who.len() + 2;
            if is_alone || line.len() + 4 <= self.last_column {
                line.push_str(r"\x20");
            } else {
                moved += 1;
            }
        }
        self.lines.push(line);
        self.ends.push(self.said - moved);
        moved
    }
}

/// How many columns a byte takes as text.
fn escaped_width(byte: u8) -> usize {
    match byte {
        b'\r' | b'\n' | b'\t' | b'\\' => 2,
        0x20..=0x7e => 1,
        _ => 4,
    }
}

fn push_escaped(text: &mut String, byte: u8) {
    match byte {
        b'\r' => text.push_str(r"\r"),
        b'\n' => text.push_str(r"\n"),
        b'\t' => text.push_str(r"\t"),
        b'\\' => text.push_str(r"\\"),
        0x20..=0x7e => text.push(char::from(byte)),
        _ => {
            text.push_str(r"\x");
            push_hex(text, byte);
        }
    }
}

fn push_hex(text: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 15] {
        text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
    }
}

fn gutter_char(byte: u8) -> char {
    match byte {
        0x20..=0x7e => char::from(byte),
        _ => '.',
    }
}
