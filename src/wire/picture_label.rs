//! The label of a chunk in both pictures: its lines in the notation. Each line is cut into spans that a picture
//! may mark, and long lines are folded.
//!
//! Rule 1: the spans of a line, joined, are the text of the notation. A picture adds no text to it.
//! Rule 2: only the bytes decide which spans are marked. A line end of one byte, `\n` or `\r`, is *stray* where
//! lines should end in both; [`Heads`] decides where that is.

use std::collections::BTreeMap;
use std::time::Duration;

use super::notation::{chunk_lines_within, gap_text, who_text};
use super::{Chunk, Conn, Gap, Who};

/// How a span stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// `C> `: who speaks.
    Who,
    /// Bytes that were sent.
    Text,
    /// `\r\n`, or `\n` where that is the custom.
    LineEnd,
    /// A `\n` without its `\r`, or the other way round, where lines end in both.
    Stray,
    /// A mask or a repeat.
    Hole,
    /// A remark, a note, or how much was folded away.
    Note,
}

/// A stretch of text that looks alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// How it looks.
    pub tone: Tone,
    /// What stands there.
    pub text: String,
}

impl Span {
    /// A span of this tone.
    pub fn new(tone: Tone, text: impl Into<String>) -> Span {
        let text = text.into();
        Span { tone, text }
    }
}

/// What a picture writes for a gap; `None` where no time is told, or one shorter than `visible`.
pub fn gap_label(gap: Gap, visible: Duration) -> Option<String> {
    match gap {
        Gap::Untimed => None,
        Gap::Exactly(passed) if passed < visible => None,
        Gap::End => Some(gap_text(gap) + " (still open)"),
        gap => Some(gap_text(gap)),
    }
}

/// How many lines of a chunk are shown.
#[derive(Clone, Copy, Debug)]
pub struct Fold {
    /// So many from the beginning.
    pub first: usize,
    /// So many from the end.
    pub last: usize,
}

/// One text line of the notation, taken apart again.
struct Row<'a> {
    /// `C> `, `Cx `; empty in front of a note.
    who: &'a str,
    /// The items of a bytes line; a whole hex row or note is one item.
    items: Vec<&'a str>,
    /// ` # text` after the line end.
    remark: &'a str,
}

impl Row<'_> {
    fn of(line: &str) -> Row<'_> {
        let who_ends = match line.starts_with(['C', 'S']) {
            true => line.find(' ').map_or(0, |at| at + 1),
            false => 0,
        };
        let (who, rest) = line.split_at(who_ends);
        if !who.ends_with("> ") {
            let items = vec![rest];
            return Row {
                who,
                items,
                remark: "",
            };
        }
        let mut items = Vec::new();
        let mut rest = rest;
        while !rest.is_empty() && items.last() != Some(&LF) {
            let (item, after) = rest.split_at(item_length(rest));
            items.push(item);
            rest = after;
        }
        let remark = rest;
        Row { who, items, remark }
    }

    fn is_note(&self) -> bool {
        self.who.is_empty()
    }

    fn ends_line(&self) -> bool {
        self.items.last() == Some(&LF)
    }

    fn ends_in_crlf(&self) -> bool {
        self.items.ends_with(&[CR, LF])
    }

    /// Whether nothing but a line end stands here.
    fn is_empty(&self) -> bool {
        self.items == [CR, LF] || self.items == [LF]
    }
}

const CR: &str = r"\r";
const LF: &str = r"\n";

/// The length of the first item: a run of plain characters, an escape, a mask or repeat.
fn item_length(text: &str) -> usize {
    match text.as_bytes() {
        [b'\\', b'{', ..] => text.find('}').map_or(text.len(), |at| at + 1),
        [b'\\', b'x', ..] => text.len().min(4),
        [b'\\', ..] => text.len().min(2),
        _ => text.find('\\').unwrap_or(text.len()),
    }
}

/// What the chunks before tell about line ends, a connection each.
#[derive(Default)]
pub struct Heads {
    talks: BTreeMap<Conn, Talk>,
}

#[derive(Default)]
struct Talk {
    /// One side ended a line in `\r\n`.
    crlf: bool,
    last: Option<Who>,
}

impl Heads {
    /// How many of these lines should end in `\r\n`: those up to and with the first empty one, when
    /// some line of the chunk does. A chunk of bare `\n` is held to it, too, when it answers the
    /// other side on a connection where lines ended in `\r\n`, and has an empty line. So the head of
    /// a message is found, whatever its protocol, and neither a body of text nor a talk in `\n` is
    /// taken for one.
    fn head_rows(&mut self, chunk: &Chunk, texts: &[String]) -> usize {
        let mut starts_line = true;
        let mut has_crlf = false;
        let mut head = None;
        for (at, text) in texts.iter().enumerate() {
            let row = Row::of(text);
            if row.is_note() {
                continue;
            }
            has_crlf |= row.ends_in_crlf();
            if head.is_none() && starts_line && row.is_empty() {
                head = Some(at + 1);
            }
            starts_line = row.ends_line();
        }
        let talk = self.talks.entry(chunk.conn).or_default();
        let new_turn = talk.last.replace(chunk.who) == Some(chunk.who.other());
        let held_to_it = talk.crlf && new_turn && head.is_some();
        talk.crlf |= has_crlf;
        match has_crlf || held_to_it {
            true => head.unwrap_or(texts.len()),
            false => 0,
        }
    }
}

/// The lines of a chunk for a picture that is `columns` wide. Who speaks stands in front of the
/// first line, and again where text turns into hex rows and back.
pub fn label(chunk: &Chunk, heads: &mut Heads, columns: usize, fold: Fold) -> Vec<Vec<Span>> {
    let texts = chunk_lines_within(chunk, columns);
    let head = heads.head_rows(chunk, &texts);
    let indent = " ".repeat(who_text(chunk.who, chunk.conn).len() + 2);
    let hidden = texts.len().saturating_sub(fold.first + fold.last);
    let hidden_rows = fold.first..fold.first + hidden;
    let mut lines = Vec::new();
    let mut who_before = "";
    for (at, text) in texts.iter().enumerate() {
        if !hidden_rows.contains(&at) {
            let row = Row::of(text);
            let before = at.checked_sub(1).map(|at| Row::of(&texts[at]));
            let next = texts.get(at + 1).map(|next| Row::of(next));
            let who = if row.who == who_before || row.is_note() {
                &indent
            } else {
                who_before = row.who;
                row.who
            };
            let mut line = vec![Span::new(Tone::Who, who)];
            line.extend(spans(&row, before, next, at < head));
            lines.push(cut(line, columns));
        } else if at == hidden_rows.start {
            let noun = if hidden == 1 { "line" } else { "lines" };
            let text = format!("{indent}… {hidden} more {noun} …");
            lines.push(vec![Span::new(Tone::Note, text)]);
        }
    }
    lines
}

/// The spans after `C> `, neighbours of one tone joined.
fn spans(row: &Row, before: Option<Row>, next: Option<Row>, in_head: bool) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut push = |tone, text: &str| match spans.last_mut() {
        Some(last) if last.tone == tone => last.text.push_str(text),
        _ => spans.push(Span::new(tone, text)),
    };
    let item_before = |at: usize| match at {
        0 => before.as_ref().and_then(|row| row.items.last().copied()),
        _ => Some(row.items[at - 1]),
    };
    let item_after = |at: usize| match row.items.get(at + 1) {
        Some(item) => Some(*item),
        None => next.as_ref().and_then(|row| row.items.first().copied()),
    };
    for (at, item) in row.items.iter().enumerate() {
        let alone = match *item {
            LF => item_before(at).is_some_and(|item| item != CR),
            CR => item_after(at).is_some_and(|item| item != LF),
            _ => false,
        };
        let tone = match *item {
            _ if row.is_note() => Tone::Note,
            LF | CR if alone && in_head => Tone::Stray,
            CR if alone => Tone::Text,
            LF | CR => Tone::LineEnd,
            item if item.starts_with(r"\{") => Tone::Hole,
            _ => Tone::Text,
        };
        push(tone, item);
    }
    if !row.remark.is_empty() {
        push(Tone::Note, row.remark);
    }
    spans
}

/// The spans as far as they fit, with `…` in the last column where they do not: a repeat or a remark
/// may be longer than any line.
fn cut(spans: Vec<Span>, most: usize) -> Vec<Span> {
    let wanted: usize = spans.iter().map(|span| columns(&span.text)).sum();
    if wanted <= most {
        return spans;
    }
    let mut room = most.saturating_sub(1);
    let mut kept = Vec::new();
    for span in spans {
        let text = beginning(&span.text, room);
        room -= columns(text);
        let whole = text.len() == span.text.len();
        kept.push(Span::new(span.tone, text));
        if !whole {
            break;
        }
    }
    kept.push(Span::new(Tone::Note, "…"));
    kept
}

/// The text, or as much of it as leaves the last of so many columns to a `…`.
pub fn fitted(text: &str, most: usize) -> String {
    match columns(text) <= most {
        true => text.to_string(),
        false => format!("{}…", beginning(text, most.saturating_sub(1))),
    }
}

/// As much of the text as fits into so many columns.
fn beginning(text: &str, most: usize) -> &str {
    let mut taken = 0;
    for (at, c) in text.char_indices() {
        taken += columns_of(c);
        if taken > most {
            return &text[..at];
        }
    }
    text
}

/// How many columns a text takes on a screen. Notes may hold any character; bytes are ASCII.
pub fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Columns of one character: 2 for East Asian wide ones and pictures, 0 for what joins the one before.
/// Source: Unicode Standard Annex 11, in its large blocks; a rare script may be off by some columns.
fn columns_of(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff => 2,
        0xfe30..=0xfe6f | 0xff00..=0xff60 | 0x1f300..=0x1faff => 2,
        _ => 1,
    }
}
