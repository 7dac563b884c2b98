//! The ladder as rows of a page: one list item for each step of a conversation.
//!
//! Rule 1: `wire::picture_label` decides what a chunk looks like, for the terminal, the picture and the page.
//! This module only turns its spans into elements.
//! Rule 2: all text is escaped here, on the server. The page only inserts it.
//! Rule 3: for a screen reader a row is one sentence: the side, the event, the number of bytes, the bytes.

use crate::plural::count_of;
use std::fmt::Write;
use std::time::Duration;

use super::glossary_words;
use crate::course::glossary::Kind;
use crate::net::{Observation, ObservationKind};
use crate::wire::notation::{event_text, who_text};
use crate::wire::picture_label::{Fold, Heads, Span, Tone, gap_label, label};
use crate::wire::{Chunk, Conn, Entry, Event, Gap, Piece, Transcript, Who, xml_text};

/// Columns of a label; a narrower page breaks lines where it must.
const LABEL: usize = 78;
/// Lines of a chunk that are shown.
const FOLD: Fold = Fold { first: 40, last: 2 };
/// A shorter pause is told by the seconds alone.
const VISIBLE: Duration = Duration::from_millis(10);

/// The byte that is wrong: the first different one.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// The connection.
    pub conn: Conn,
    /// The sender.
    pub who: Who,
    /// The line of this side's bytes that it stands in, counted from 1.
    pub line: usize,
    /// The byte in that line, counted from 1.
    pub column: usize,
}

/// How far the bytes of the marked side were written; both counted from 1.
#[derive(Clone, Copy)]
struct Place {
    line: usize,
    column: usize,
}

impl Place {
    /// Moves after one byte; `ends_line`: a newline. Whether the byte is the marked one.
    fn pass(&mut self, mark: Mark, ends_line: bool) -> bool {
        let here = (self.line, self.column) == (mark.line, mark.column);
        match ends_line {
            true => (self.line, self.column) = (self.line + 1, 1),
            false => self.column += 1,
        }
        here
    }
}

/// A ladder that grows. Each row names the list that it belongs to.
pub struct Rows {
    into: &'static str,
    clock: Duration,
    /// The connection of the row that is written.
    conn: Conn,
    heads: Heads,
    mark: Option<Mark>,
    place: Place,
}

impl Rows {
    /// An empty ladder for the list with the id `into`.
    pub fn new(into: &'static str) -> Rows {
        Rows {
            into,
            clock: Duration::ZERO,
            conn: 1,
            heads: Heads::default(),
            mark: None,
            place: Place { line: 1, column: 1 },
        }
    }

    /// The whole ladder of a transcript, with one byte marked.
    pub fn marked(transcript: &Transcript, mark: Option<Mark>) -> String {
        let mut rows = Rows::new("");
        rows.mark = mark;
        let entries = transcript.entries().iter();
        entries.map(|entry| rows.entry(entry)).collect()
    }

    /// The rows of one step of a recording: of a pause that can be seen, and of the step.
    pub fn step(&mut self, step: &Observation) -> Vec<String> {
        self.conn = step.conn;
        let gap = step
            .gap
            .map(|gap| self.entry(&Entry::Gap(Gap::Exactly(gap))));
        let (who, conn) = (step.who, step.conn);
        let entry = match step.what {
            ObservationKind::Event(event) => Entry::Event { who, conn, event },
            ObservationKind::Note(text) => Entry::Note(text.to_string()),
            ObservationKind::Bytes(bytes) => Entry::Chunk(Chunk {
                who,
                conn,
                pieces: vec![Piece::Bytes(bytes.to_vec())],
            }),
        };
        let mut rows: Vec<String> = gap.into_iter().filter(|row| !row.is_empty()).collect();
        rows.push(self.entry(&entry));
        rows
    }

    /// The row of an entry; empty when it has none.
    pub fn entry(&mut self, entry: &Entry) -> String {
        match entry {
            Entry::Chunk(chunk) => self.chunk(chunk),
            Entry::Event { who, conn, event } => self.event(*who, *conn, *event),
            Entry::Gap(gap) => self.gap(*gap),
            Entry::Note(note) => {
                let text = format!("<span class=\"note\"># {}</span>", xml_text(note));
                self.row("rest", &text)
            }
            Entry::Blank => String::new(),
        }
    }

    fn chunk(&mut self, chunk: &Chunk) -> String {
        let lines = label(chunk, &mut self.heads, LABEL, FOLD);
        let bytes: usize = chunk.pieces.iter().map(length).sum();
        let marked = self
            .mark
            .filter(|it| (it.conn, it.who) == (chunk.conn, chunk.who));
        let mut text = String::new();
        let mut hex = false;
        for (at, line) in lines.iter().enumerate() {
            text.push_str("<span class=\"line\">");
            for span in line {
                if span.tone == Tone::Who && !span.text.trim().is_empty() {
                    hex = span.text.ends_with("x ");
                }
                let is_bytes = matches!(span.tone, Tone::Text | Tone::LineEnd | Tone::Stray);
                let inner = match marked.filter(|_| is_bytes) {
                    Some(mark) if hex => marked_hex(&span.text, mark, &mut self.place),
                    Some(mark) => marked_bytes(&span.text, mark, &mut self.place),
                    None => inner(span, at == 0),
                };
                spell(&mut text, span.tone, &inner);
            }
            text.push_str("</span>");
        }
        let count = count_of(bytes, "byte");
        let says = format!("{} sends {count}: ", name(chunk.who));
        let side = side(chunk.who);
        let body = format!(
            "<span class=\"hush\">{says}</span><span class=\"say\">{text}</span>\
             <span class=\"arrow\" data-n=\"{count}\"></span>"
        );
        self.row(side, &body)
    }

    fn event(&mut self, who: Who, conn: Conn, event: Event) -> String {
        let (kind, says) = match event {
            Event::Connect => ("connect", "connects"),
            Event::Fin => ("fin", "will send no more (FIN)"),
            Event::Rst => ("rst", "breaks the connection off (RST)"),
            Event::Refuse => ("rst", "refuses the connection (RST)"),
            Event::Timeout(_) => ("timeout", "waits in vain"),
            Event::Drop => ("timeout", "loses this datagram in the network"),
            Event::Double => (
                "timeout",
                "is heard twice: the network doubles this datagram",
            ),
            Event::Swap => (
                "timeout",
                "is overtaken: the next datagram arrives before this one",
            ),
        };
        let words = format!("{} {}", who_text(who, conn), event_text(event));
        let (side, name) = (side(who), name(who));
        let word = event_text(event);
        let word = word.split(' ').next().unwrap_or_default();
        let said = glossary_words::marked(Kind::Event, word, &words);
        let body = format!(
            "<span class=\"hush\">{name} {says}: </span><span class=\"say\">{said}</span>\
             <span class=\"arrow\"></span>"
        );
        self.row(&format!("{side} {kind}"), &body)
    }

    fn gap(&mut self, gap: Gap) -> String {
        let shown = match gap {
            Gap::Exactly(passed) => {
                self.clock = self.clock.saturating_add(passed);
                // Nobody reads more digits, and the download has them all.
                Gap::Exactly(tenths(passed))
            }
            gap => gap,
        };
        let Some(words) = gap_label(shown, VISIBLE) else {
            return String::new();
        };
        self.row("gap", &format!("<span class=\"note\">{words}</span>"))
    }

    fn row(&self, class: &str, body: &str) -> String {
        let (at, conn) = (self.clock.as_micros(), self.conn);
        let into = match self.into {
            "" => String::new(),
            into => format!(" data-into=\"{into}\""),
        };
        let seconds = self.clock.as_secs_f64();
        format!(
            "<li class=\"row {class}\"{into} data-at=\"{at}\" data-conn=\"{conn}\"><span class=\"t\">{seconds:.3}</span>{body}</li>"
        )
    }
}

/// A time in tenths of a millisecond.
fn tenths(time: Duration) -> Duration {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(micros - micros % 100)
}

/// The bytes of a piece, as far as their number is known.
fn length(piece: &Piece) -> usize {
    match piece {
        Piece::Bytes(bytes) => bytes.len(),
        _ => 0,
    }
}

/// The text of a span, its words explained where there is an explanation.
fn inner(span: &Span, first: bool) -> String {
    match span.tone {
        Tone::Text => glossary_words::of_line(&span.text, first),
        Tone::LineEnd | Tone::Stray => glossary_words::marked(Kind::Escape, &span.text, &span.text),
        _ => xml_text(&span.text),
    }
}

/// Adds a span: its tone becomes a class.
fn spell(text: &mut String, tone: Tone, inner: &str) {
    let class = match tone {
        Tone::Who => "who",
        Tone::Text => return text.push_str(inner),
        Tone::LineEnd => "end",
        Tone::Stray => "stray",
        Tone::Hole => "hole",
        Tone::Note => "note",
    };
    let _ = write!(text, "<span class=\"{class}\">{inner}</span>");
}

/// Bytes in the notation, the wrong one marked if it stands here.
fn marked_bytes(text: &str, mark: Mark, place: &mut Place) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let length = match rest.as_bytes() {
            [b'\\', b'x', ..] => 4,
            [b'\\', ..] => 2,
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        let (item, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        put(&mut out, item, place.pass(mark, item == "\\n"));
        rest = after;
    }
    out
}

/// The same for a row of hex pairs, which the bytes as letters follow.
fn marked_hex(row: &str, mark: Mark, place: &mut Place) -> String {
    let (pairs, letters) = row.split_once("  ").unwrap_or((row, ""));
    let mut out = String::new();
    for pair in pairs.split_inclusive(' ') {
        let item = pair.trim_end();
        put(&mut out, item, place.pass(mark, item == "0a"));
        out.push_str(pair.get(item.len()..).unwrap_or_default());
    }
    out + "  " + &xml_text(letters)
}

fn put(out: &mut String, item: &str, is_marked: bool) {
    let item = xml_text(item);
    let _ = match is_marked {
        true => write!(out, "<mark>{item}</mark>"),
        false => write!(out, "{item}"),
    };
}

fn side(who: Who) -> &'static str {
    match who {
        Who::Client => "c",
        Who::Server => "s",
    }
}

fn name(who: Who) -> &'static str {
    match who {
        Who::Client => "The client",
        Who::Server => "The server",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, mark: Option<Mark>) -> String {
        Rows::marked(&Transcript::parse(text).unwrap(), mark)
    }

    #[test]
    fn what_was_said_cannot_leave_its_row() {
        let html = rows("@wire 1\nC> <b onload=\"x()\">&\\n\nC fin\n", None);
        assert!(
            html.contains("&lt;b onload=&quot;x()&quot;&gt;&amp;"),
            "{html}"
        );
        assert!(!html.contains("<b onload"), "{html}");
    }

    #[test]
    fn the_first_wrong_byte_is_marked_once_wherever_it_stands() {
        let text = "@wire 1\nS> ab\\r\\n\n~\nS> \\x00c\\n\nS fin\n";
        let places = [
            (1, 1, "a"),
            (1, 3, "\\r"),
            (1, 4, "\\n"),
            (2, 1, "00"),
            (2, 2, "63"),
            (2, 3, "0a"),
        ];
        for (line, column, byte) in places {
            let mark = Mark {
                conn: 1,
                who: Who::Server,
                line,
                column,
            };
            let html = rows(text, Some(mark));
            assert!(
                html.contains(&format!("<mark>{byte}</mark>")),
                "{byte}: {html}"
            );
            assert_eq!(html.matches("<mark>").count(), 1, "{byte}: {html}");
        }
    }
}
