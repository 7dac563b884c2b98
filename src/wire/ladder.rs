//! The ladder for a terminal: the client on the left, the server on the right, time downwards.
//!
//! Rule 1: the width is 80 columns, or the requested width (40 to 200), for all bytes. Rule 2: bytes and events
//! are shown in the notation, and an arrow shows the direction. Rule 3: colour only repeats what the characters
//! say. Without colour ([`Ink::Plain`]) only the mark of a stray line end is lost.
//!
//! ```text
//!     client                                                                server
//! 0.000 │ C> 3 tacos\n ─────────────────────────────────────────────────────────►│
//!       ┊                                ~ 50.2ms                                ┊
//! 0.050 │◄────────────────────────────────────────────── S> 3 tacos, coming up\n │
//! 0.050 │├╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ S fin │
//! ```

use std::ops::RangeInclusive;
use std::time::Duration;

use super::notation::{event_text, who_text};
use super::picture_label::{Fold, Heads, Span, Tone, columns, fitted, gap_label, label};
use super::{Chunk, Entry, Event, Gap, Transcript, Who};

/// Whether the ladder may use the terminal's colours. Who may is for the caller to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Characters alone.
    Plain,
    /// With ANSI escape sequences (ECMA-48 section 8.3.117).
    Colour,
}

/// The default number of columns.
const WIDTH: usize = 80;
/// The fewest columns of a ladder, and the most.
pub const LADDER_WIDTHS: RangeInclusive<usize> = 40..=200;
/// Columns outside the lifelines: the time before them, and the lifelines themselves.
const OUTSIDE: usize = 8;
/// Columns for the seconds, and the space after.
const TIME: usize = 6;
/// The shortest arrow beside a label; when there is less room it gets a line of its own.
const SHORTEST_ARROW: usize = 4;
/// A pause that a person can see. Shorter ones show in the seconds alone.
const VISIBLE: Duration = Duration::from_millis(10);
/// A screenful. The same as in the brief profile.
const FOLD: Fold = Fold { first: 16, last: 2 };

/// The whole ladder, its `@title` on top. Without measured times in the transcript the column of
/// seconds stays empty.
pub fn ladder(transcript: &Transcript, ink: Ink) -> String {
    ladder_within(transcript, ink, WIDTH)
}

/// The same for a terminal with so many columns.
pub fn ladder_within(transcript: &Transcript, ink: Ink, width: usize) -> String {
    let is_time = |entry: &Entry| matches!(entry, Entry::Gap(Gap::Exactly(_)));
    let mut ladder = Ladder::within(ink, width);
    ladder.timed = transcript.entries().iter().any(is_time);
    let mut text = ladder.head(transcript.heading("title").unwrap_or_default());
    for (at, entry) in transcript.entries().iter().enumerate() {
        ladder.lost = transcript.fate_at(at) == Some(Event::Drop);
        text.push_str(&ladder.entry(entry));
    }
    text
}

/// A ladder that grows while the conversation goes on: first [`Ladder::head`], then each
/// [`Ladder::entry`] as it comes.
pub struct Ladder {
    ink: Ink,
    /// Columns between the lifelines.
    inside: usize,
    timed: bool,
    /// Time since the start.
    clock: Duration,
    heads: Heads,
    /// Whether the network loses the next chunk: its arrow ends halfway.
    lost: bool,
}

impl Ladder {
    /// A ladder that begins now, at 0.000 seconds.
    pub fn new(ink: Ink) -> Ladder {
        Ladder::within(ink, WIDTH)
    }

    /// The same for a terminal with so many columns.
    pub fn within(ink: Ink, width: usize) -> Ladder {
        Ladder {
            ink,
            inside: width.clamp(*LADDER_WIDTHS.start(), *LADDER_WIDTHS.end()) - OUTSIDE,
            timed: true,
            clock: Duration::ZERO,
            heads: Heads::default(),
            lost: false,
        }
    }

    /// The title, if there is one, and who stands where.
    pub fn head(&self, title: &str) -> String {
        let mut text = String::new();
        if !title.is_empty() {
            let title = vec![(Look::Bold, fitted(title, self.inside))];
            text = format!("{:TIME$} {}\n", "", self.paint(&title));
        }
        let names = format!(
            "{:margin$}client{:gap$}server\n",
            "",
            "",
            margin = TIME - 2,
            gap = self.inside - 8
        );
        text + &names
    }

    /// The rows of one step, each with its line end. A gap moves the clock, and may have no row.
    pub fn entry(&mut self, entry: &Entry) -> String {
        match entry {
            Entry::Chunk(chunk) => self.chunk(chunk),
            Entry::Event { who, conn, event } => {
                let words = format!("{} {}", who_text(*who, *conn), event_text(*event));
                self.event(*who, *event, words)
            }
            Entry::Gap(gap) => self.gap(*gap),
            Entry::Note(note) => {
                let words = fitted(&format!(" # {note}"), self.inside);
                self.row(false, '│', vec![(Look::Faint, words)])
            }
            Entry::Blank => self.row(false, '│', Vec::new()),
        }
    }

    fn chunk(&mut self, chunk: &Chunk) -> String {
        let lines = label(chunk, &mut self.heads, self.inside - 2, FOLD);
        let lines = lines.iter().map(|line| {
            let parts = line
                .iter()
                .map(|span| (look(span, chunk.who), span.text.clone()));
            parts.collect()
        });
        let lines: Vec<Vec<Part>> = lines.collect();
        let indent = match chunk.who {
            Who::Client => 1,
            Who::Server => {
                let widest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
                self.inside - 1 - widest
            }
        };
        let mut lines = lines.into_iter();
        let first = lines.next().unwrap_or_default();
        let arrow = if self.lost { &LOST } else { &BYTES };
        let mut text = self.arrow(arrow, chunk.who, indent, first);
        for line in lines {
            let mut row = vec![(Look::Plain, " ".repeat(indent))];
            row.extend(line);
            text.push_str(&self.row(false, '│', row));
        }
        text
    }

    fn event(&mut self, who: Who, event: Event, words: String) -> String {
        let arrow = match event {
            Event::Connect => Some(CONNECT),
            Event::Fin => Some(FIN),
            Event::Rst | Event::Refuse => Some(RST),
            Event::Timeout(_) | Event::Drop | Event::Double | Event::Swap => None,
        };
        let indent = match who {
            Who::Client => 1,
            Who::Server => (self.inside - 1).saturating_sub(columns(&words)),
        };
        match arrow {
            Some(arrow) => {
                let look = arrow.look(who);
                self.arrow(&arrow, who, indent, vec![(look, words)])
            }
            None => {
                let row = vec![(Look::Plain, " ".repeat(indent)), (Look::Alarm, words)];
                self.row(true, '│', row)
            }
        }
    }

    fn gap(&mut self, gap: Gap) -> String {
        if let Gap::Exactly(passed) = gap {
            self.clock = self.clock.saturating_add(passed);
        }
        let Some(words) = gap_label(gap, VISIBLE) else {
            return String::new();
        };
        let row = vec![(
            Look::Faint,
            format!("{words:^inside$}", inside = self.inside),
        )];
        self.row(false, '┊', row)
    }

    /// The row in which the arrow starts at the words of its side and ends at the other. Where the
    /// words leave no room for it, the arrow gets a row of its own above them.
    fn arrow(&self, arrow: &Arrow, who: Who, indent: usize, words: Vec<Part>) -> String {
        let taken = match who {
            Who::Client => indent + width(&words) + 1,
            Who::Server => self.inside - indent + 1,
        };
        if taken + SHORTEST_ARROW > self.inside {
            let own = self.row(true, '│', self.shaft(arrow, who, self.inside));
            let mut row = vec![(Look::Plain, " ".repeat(indent))];
            row.extend(words);
            return own + &self.row(false, '│', row);
        }
        let shaft = self.shaft(arrow, who, self.inside - taken);
        let space = |n| vec![(Look::Plain, " ".repeat(n))];
        let row = match who {
            Who::Client => [space(indent), words, space(1), shaft].concat(),
            Who::Server => [shaft, space(1), words].concat(),
        };
        self.row(true, '│', row)
    }

    /// The arrow itself, so many columns long; one that is lost fills the half at its own side.
    fn shaft(&self, arrow: &Arrow, who: Who, columns: usize) -> Vec<Part> {
        if !arrow.halfway {
            return arrow.across(who, columns);
        }
        let rest = columns / 2;
        let space = vec![(Look::Plain, " ".repeat(rest))];
        let drawn = arrow.across(who, columns - rest);
        match who {
            Who::Client => [drawn, space].concat(),
            Who::Server => [space, drawn].concat(),
        }
    }

    /// One row: the seconds where they are wanted, the two lifelines, and what stands between them.
    fn row(&self, timed: bool, lifeline: char, inside: Vec<Part>) -> String {
        let seconds = match timed && self.timed {
            true => seconds(self.clock),
            false => String::new(),
        };
        let rest = self.inside.saturating_sub(width(&inside));
        let mut row = vec![(Look::Faint, format!("{seconds:>5} {lifeline}"))];
        row.extend(inside);
        row.push((Look::Plain, " ".repeat(rest)));
        row.push((Look::Faint, lifeline.to_string()));
        self.paint(&row) + "\n"
    }

    /// The parts in their colours. A control character of a note would be obeyed by the terminal.
    fn paint(&self, parts: &[Part]) -> String {
        let mut text = String::new();
        for (look, part) in parts {
            let part = part.replace(char::is_control, "?");
            match (self.ink, look.code()) {
                (Ink::Colour, Some(code)) => text.push_str(&format!("\x1b[{code}m{part}\x1b[0m")),
                _ => text.push_str(&part),
            }
        }
        text
    }
}

/// A stretch of a row.
type Part = (Look, String);

/// What colour says again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Plain,
    /// The client's letter, words and arrows.
    Client,
    /// The server's.
    Server,
    /// Something broke.
    Alarm,
    /// There, but not what it is about.
    Faint,
    /// A line end that lacks its other half.
    Reverse,
    /// A heading.
    Bold,
}

impl Look {
    /// The parameter of SGR, "select graphic rendition".
    fn code(self) -> Option<&'static str> {
        match self {
            Look::Plain => None,
            Look::Client => Some("36"),
            Look::Server => Some("35"),
            Look::Alarm => Some("31"),
            Look::Faint => Some("2"),
            Look::Reverse => Some("7"),
            Look::Bold => Some("1"),
        }
    }

    fn of(who: Who) -> Look {
        match who {
            Who::Client => Look::Client,
            Who::Server => Look::Server,
        }
    }
}

fn look(span: &Span, who: Who) -> Look {
    match span.tone {
        Tone::Who => Look::of(who),
        Tone::Text => Look::Plain,
        Tone::LineEnd | Tone::Note => Look::Faint,
        Tone::Stray => Look::Reverse,
        Tone::Hole => Look::Bold,
    }
}

/// How an arrow is drawn.
struct Arrow {
    shaft: &'static str,
    /// Its head when it points to the left.
    left: &'static str,
    /// Its head when it points to the right.
    right: &'static str,
    /// It marks an error.
    alarm: bool,
    /// It does not reach the other side.
    halfway: bool,
}

const BYTES: Arrow = Arrow {
    shaft: "─",
    left: "◄",
    right: "►",
    alarm: false,
    halfway: false,
};
const CONNECT: Arrow = Arrow {
    shaft: "·",
    ..BYTES
};
const FIN: Arrow = Arrow {
    shaft: "╌",
    left: "├",
    right: "┤",
    ..BYTES
};
const RST: Arrow = Arrow {
    shaft: "─",
    left: "×",
    right: "×",
    alarm: true,
    ..BYTES
};
const LOST: Arrow = Arrow {
    halfway: true,
    ..RST
};

impl Arrow {
    fn look(&self, who: Who) -> Look {
        match self.alarm {
            true => Look::Alarm,
            false => Look::of(who),
        }
    }

    /// The arrow away from `who`, so many columns long.
    fn across(&self, who: Who, columns: usize) -> Vec<Part> {
        let shaft = self.shaft.repeat(columns - 1);
        let drawn = match who {
            Who::Client => shaft + self.right,
            Who::Server => self.left.to_string() + &shaft,
        };
        vec![(self.look(who), drawn)]
    }
}

/// Seconds in at most five columns: milliseconds where they fit.
fn seconds(time: Duration) -> String {
    let digits = |decimals| format!("{:.decimals$}", time.as_secs_f64());
    let fits = (0..=3).rev().map(digits).find(|text| text.len() <= 5);
    fits.unwrap_or_else(|| "…".to_string())
}

fn width(parts: &[Part]) -> usize {
    parts.iter().map(|(_, text)| columns(text)).sum()
}
