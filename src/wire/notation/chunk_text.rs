//! Writes the text lines of one chunk.
//!
//! Rule 1: everything goes into one buffer, also the line ends. No line allocates memory.
//! Rule 2: the result is canonical: the fast paths below write the same text as the slow path.

use super::byte_text::{ESCAPE, ESCAPES, GUTTER, HEX_ROW, PAIRS, WHOLE_ROW, escaped, whole_row};
use super::fast_byte_search::plain_run;
use super::plain_lines::plain_lines;
use super::sides_events_masks::{mask_text, who_text};
use super::text_or_hex::{Form, Stretch, repeats, text_and_hex};
use crate::wire::transcript::one_line;
use crate::wire::{Conn, Mask, Who};

/// A chunk's lines, as far as they are written.
pub struct ChunkText<'a> {
    /// The buffer. Other lines may stand before those of this chunk.
    out: &'a mut Vec<u8>,
    /// `C> `.
    who: Vec<u8>,
    last_column: usize,
    /// Where the open line begins in `out`; none between lines.
    line: Option<usize>,
    /// Whether a line of this chunk was written.
    begun: bool,
    /// Bytes sent, those of the open line included.
    said: usize,
    /// For each line the number of bytes up to its end, if the caller asks for that.
    ends: Option<Vec<usize>>,
}

impl ChunkText<'_> {
    /// The lines go after what `out` holds.
    pub fn new(out: &mut Vec<u8>, who: Who, conn: Conn, last_column: usize) -> ChunkText<'_> {
        let mut who = who_text(who, conn).into_bytes();
        who.extend_from_slice(b"> ");
        ChunkText {
            out,
            who,
            last_column,
            line: None,
            begun: false,
            said: 0,
            ends: None,
        }
    }

    /// Remembers where lines end, for [`ChunkText::finish`].
    pub fn counting(mut self) -> Self {
        self.ends = Some(Vec::new());
        self
    }

    /// Ends the last line. Where lines end, if that was asked for.
    pub fn finish(mut self) -> Vec<usize> {
        self.close();
        self.ends.unwrap_or_default()
    }

    /// Bytes as text, hex rows and repeats. With a remark after them the last wire line must end
    /// in a plain `\n`, so it is neither hex nor part of a repeat of several lines.
    pub fn bytes(&mut self, bytes: &[u8], remark_follows: bool) {
        if !remark_follows {
            return self.stretches(bytes);
        }
        let unended = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let line = unended.iter().rposition(|&byte| byte == b'\n');
        let (before, last) = unended.split_at(line.map_or(0, |lf| lf + 1));
        self.stretches(before);
        for stretch in repeats(last) {
            self.stretch(last, stretch);
        }
        self.text(bytes.get(unended.len()..).unwrap_or_default());
    }

    fn stretches(&mut self, bytes: &[u8]) {
        for mut stretch in repeats(bytes) {
            if stretch.form == Form::Text {
                // Lines that are certainly text need no verdict.
                stretch.at.start += self.plain_lines(inside(bytes, &stretch));
                for part in text_and_hex(bytes, stretch.at) {
                    self.stretch(bytes, part);
                }
            } else {
                self.stretch(bytes, stretch);
            }
        }
    }

    fn stretch(&mut self, bytes: &[u8], stretch: Stretch) {
        let inside = inside(bytes, &stretch);
        match stretch.form {
            Form::Text => self.text(inside),
            Form::Hex => self.hex(inside),
            Form::Repeat { period } => {
                let times = inside.len() / period;
                self.repeat(inside.get(..period).unwrap_or_default(), times);
            }
        }
    }

    /// Writes the whole plain lines at the front, if no line is open; answers how many bytes.
    fn plain_lines(&mut self, bytes: &[u8]) -> usize {
        if self.line.is_some() {
            return 0;
        }
        let room = self.last_column.saturating_sub(self.who.len());
        let (said, ends) = (self.said, &mut self.ends);
        let mut done = 0;
        plain_lines(self.out, &self.who, room, bytes, |length| {
            done += length;
            if let Some(ends) = ends {
                ends.push(said + done);
            }
        });
        self.said += done;
        self.begun |= done > 0;
        done
    }

    fn text(&mut self, mut rest: &[u8]) {
        while let [byte, others @ ..] = rest {
            let whole = self.plain_lines(rest);
            if whole > 0 {
                rest = rest.get(whole..).unwrap_or_default();
                continue;
            }
            self.make_room(escaped(*byte).1);
            let beyond = self.beyond_ascii(rest);
            if beyond > 0 {
                rest = rest.get(beyond..).unwrap_or_default();
                continue;
            }
            let plain = self.plain_that_fits(rest);
            if plain > 0 {
                let (text, after) = rest.split_at(plain);
                self.out.extend_from_slice(text);
                self.said += plain;
                rest = after;
                continue;
            }
            self.escape(*byte);
            self.said += 1;
            rest = others;
            if *byte == b'\n' {
                self.close();
            }
        }
    }

    /// How many plain bytes at the front fit on the open line.
    fn plain_that_fits(&self, bytes: &[u8]) -> usize {
        let room = self.last_column.saturating_sub(self.column()).max(1);
        plain_run(bytes.get(..room).unwrap_or(bytes))
    }

    /// Writes the bytes beyond ASCII at the front, on as many lines as they need; answers how many. A line must
    /// be open, with room for one of them.
    fn beyond_ascii(&mut self, bytes: &[u8]) -> usize {
        let run = bytes.iter().take_while(|byte| !byte.is_ascii()).count();
        let mut rest = bytes.get(..run).unwrap_or_default();
        while !rest.is_empty() {
            let room = self.last_column.saturating_sub(self.column()) / ESCAPE;
            let (here, later) = rest.split_at(room.clamp(1, rest.len()));
            self.escapes(here);
            rest = later;
            if !rest.is_empty() {
                // No space is at the end.
                self.out.push(b'\n');
                self.line_ended(0);
                self.open_line(0);
            }
        }
        run
    }

    fn escapes(&mut self, bytes: &[u8]) {
        let start = self.out.len();
        self.out.resize(start + bytes.len() * ESCAPE, 0);
        let places = self.out.get_mut(start..).unwrap_or_default();
        for (byte, place) in bytes.iter().zip(places.as_chunks_mut().0) {
            *place = ESCAPES[usize::from(*byte)];
        }
        self.said += bytes.len();
    }

    fn escape(&mut self, byte: u8) {
        let (text, length) = escaped(byte);
        self.out
            .extend_from_slice(text.get(..length).unwrap_or_default());
    }

    fn repeat(&mut self, period: &[u8], times: usize) {
        let mut item = format!(r"\{{{times}*").into_bytes();
        for &byte in period {
            match byte {
                b'}' => item.extend_from_slice(br"\x7d"),
                _ => {
                    let (text, length) = escaped(byte);
                    item.extend_from_slice(text.get(..length).unwrap_or_default());
                }
            }
        }
        item.push(b'}');
        self.make_room(item.len());
        self.out.extend_from_slice(&item);
        self.said += times * period.len();
        if period.ends_with(b"\n") {
            self.close();
        }
    }

    /// A hole. One that stands for the rest of a wire line ends the text line, and so does a digest
    /// that begins it: that one stands for whole lines.
    pub fn mask(&mut self, mask: &Mask) {
        let item = mask_text(mask);
        self.make_room(item.len());
        let begins = self.column() == self.who.len();
        self.out.extend_from_slice(item.as_bytes());
        if matches!(mask, Mask::Line) || begins && matches!(mask, Mask::Digest { .. }) {
            self.close();
        }
    }

    fn hex(&mut self, bytes: &[u8]) {
        self.close();
        let mut who = self.who.clone();
        who.truncate(who.len() - 2);
        who.push(b'x');
        let is_block = bytes.len() > HEX_ROW;
        let width = |columns: usize, chars: usize| who.len() + 3 * columns + 4 + chars;
        let whole_fits = width(HEX_ROW, HEX_ROW) <= self.last_column;
        let whole = match whole_fits {
            true => bytes.len() / HEX_ROW * HEX_ROW,
            false => 0,
        };
        let (whole, rest) = bytes.split_at(whole);
        self.hex_block(&who, whole);
        for row in rest.chunks(HEX_ROW) {
            self.out.extend_from_slice(&who);
            // In a block of several rows the gutters stand below each other.
            let columns = if is_block { HEX_ROW } else { row.len() };
            self.hex_row(row, columns, width(columns, row.len()) <= self.last_column);
            self.said += row.len();
            self.line_ended(0);
        }
    }

    /// Whole rows, written in place.
    fn hex_block(&mut self, who: &[u8], bytes: &[u8]) {
        let start = self.out.len();
        let width = who.len() + WHOLE_ROW;
        self.out.resize(start + bytes.len() / HEX_ROW * width, b' ');
        let places = self.out.get_mut(start..).unwrap_or_default();
        for (row, place) in bytes
            .chunks_exact(HEX_ROW)
            .zip(places.chunks_exact_mut(width))
        {
            let (letter, line) = place.split_at_mut(who.len());
            letter.copy_from_slice(who);
            if let (Ok(row), Ok(line)) = (row.try_into(), line.try_into()) {
                whole_row(row, line);
            }
        }
        for row in bytes.chunks_exact(HEX_ROW) {
            self.said += row.len();
            self.line_ended(0);
        }
    }

    fn hex_row(&mut self, row: &[u8], columns: usize, gutter: bool) {
        for &byte in row {
            let [space, high, low, _] = PAIRS[usize::from(byte)];
            self.out.extend_from_slice(&[space, high, low]);
        }
        if gutter {
            let padding = 3 * (columns - row.len());
            self.out.resize(self.out.len() + padding, b' ');
            self.out.extend_from_slice(b"  |");
            self.out
                .extend(row.iter().map(|byte| GUTTER[usize::from(*byte)]));
            self.out.push(b'|');
        }
        self.out.push(b'\n');
    }

    /// Puts a remark after the line that the last `\n` closed.
    pub fn remark(&mut self, text: &str) {
        if self.begun && self.line.is_none() && self.out.last() == Some(&b'\n') {
            self.out.pop();
            push_worded(self.out, " #", text);
            self.out.push(b'\n');
        }
    }

    /// A line that is no part of the bytes: a note, or nothing.
    pub fn own_line(&mut self, mark: &str, text: &str) {
        self.close();
        push_worded(self.out, mark, text);
        self.out.push(b'\n');
        self.line_ended(0);
    }

    fn column(&self) -> usize {
        self.line.map_or(0, |start| self.out.len() - start)
    }

    /// Makes sure that a line is open and that `width` more columns fit on it.
    fn make_room(&mut self, width: usize) {
        while self.column() + width > self.last_column && self.column() > self.who.len() {
            let spaces = self.close_line();
            self.open_line(spaces);
        }
        if self.line.is_none() {
            self.open_line(0);
        }
    }

    fn open_line(&mut self, spaces: usize) {
        self.line = Some(self.out.len());
        self.out.extend_from_slice(&self.who);
        self.out.resize(self.out.len() + spaces, b' ');
    }

    /// Ends the open line, if there is one.
    fn close(&mut self) {
        while self.line.is_some() {
            let spaces = self.close_line();
            if spaces > 0 {
                self.open_line(spaces);
            }
        }
    }

    /// Ends the open line. A space at its end becomes `\x20`; where that would pass the last column,
    /// the space moves to the next line. Returns how many must move (at most three).
    fn close_line(&mut self) -> usize {
        let mut moved = 0;
        while self.out.ends_with(b" ") {
            let is_alone = self.column() == self.who.len() + 1;
            self.out.pop();
            if is_alone || self.column() + 4 <= self.last_column {
                self.out.extend_from_slice(br"\x20");
            } else {
                moved += 1;
            }
        }
        self.out.push(b'\n');
        self.line_ended(moved);
        moved
    }

    fn line_ended(&mut self, moved: usize) {
        self.line = None;
        self.begun = true;
        let said = self.said - moved;
        if let Some(ends) = &mut self.ends {
            ends.push(said);
        }
    }
}

/// The bytes of a stretch.
fn inside<'a>(bytes: &'a [u8], stretch: &Stretch) -> &'a [u8] {
    bytes.get(stretch.at.clone()).unwrap_or_default()
}

/// A mark with its text after it, or alone.
pub fn push_worded(out: &mut Vec<u8>, mark: &str, text: &str) {
    out.extend_from_slice(mark.as_bytes());
    let text = one_line(text);
    if !text.is_empty() {
        out.push(b' ');
        out.extend_from_slice(text.as_bytes());
    }
}
