//! The ladder as a picture: an SVG of width 800 that stands beside a lab's README.
//!
//! Rule 1: the text in the picture is the notation. The drawing adds direction, order and how the connection
//! ended.
//! Rule 2: the same transcript gives the same file, byte for byte: whole numbers, no clock, no random number.
//! Rule 3: no script, no font file, no link, no `id`: it can be shown as an image or inside a page.
//!
//! | line | drawing |
//! | --- | --- |
//! | a chunk | its label, at most 7 lines, on the speaker's side; an arrow below it |
//! | `connect` | a dotted arrow |
//! | `C drop` | the arrow of the datagram before ends in a cross halfway; words in red |
//! | `fin` | a dashed line that ends in a bar |
//! | `rst`, `refuse` | a red line that ends in a cross |
//! | `timeout` | words in red, and a ring on the lifeline of the one who waited |
//! | `~ 50.2ms` | both lifelines broken, the time between them |
//! | `~ end` | both lifelines dotted to the bottom |
//! | second connection | the letters say so: `C2>` |

use std::time::Duration;

use super::notation::{event_text, who_text};
use super::picture_label::{Fold, Heads, Span, Tone, columns, fitted, gap_label, label};
use super::{Chunk, Entry, Event, Gap, Transcript, Who, xml_text};

mod frame;

use frame::{names, page};

const WIDTH: i64 = 800;
/// Where the lifelines stand.
const CLIENT: i64 = 56;
const SERVER: i64 = WIDTH - CLIENT;
/// Below the two names.
const NAMES_END: i64 = 46;
/// The first step stands here.
const HEAD: i64 = 64;
/// Between two steps.
const AIR: i64 = 16;

/// One column of 13 px letters. Monospaced fonts are 7.2 to 8 px wide there: none is wider.
const COLUMN: i64 = 8;
/// One line of a label.
const LINE: i64 = 19;
/// Between a label's edge and its text.
const INSET: i64 = 10;
/// Between a lifeline and a label.
const OFF: i64 = 14;
/// A whole line of the notation fits between the lifelines.
const LABEL: usize = 78;
const FOLD: Fold = Fold { first: 7, last: 0 };
/// A shorter pause is not drawn: on one machine there is one between any two steps.
const VISIBLE: Duration = Duration::from_millis(1);

/// The whole picture, its `@title` on top and as the name that a screen reader says.
pub fn svg(transcript: &Transcript) -> String {
    let title = transcript.heading("title").unwrap_or_default();
    let mut drawing = Drawing::new();
    for (at, entry) in transcript.entries().iter().enumerate() {
        drawing.entry_with_fate(entry, transcript.fate_at(at));
    }
    drawing.finish(title)
}

/// The picture as far as it is drawn: what stands below `y` is still to come.
pub(super) struct Drawing {
    y: i64,
    /// The lifelines are drawn down to here.
    alive_to: i64,
    /// Recording has stopped, with something still open.
    stopped: bool,
    heads: Heads,
    /// Whether the network loses the next chunk: its arrow ends halfway.
    lost: bool,
    lifelines: String,
    pub(super) steps: String,
}

impl Drawing {
    pub(super) fn new() -> Drawing {
        Drawing {
            y: HEAD,
            alive_to: NAMES_END,
            stopped: false,
            heads: Heads::default(),
            lost: false,
            lifelines: String::new(),
            steps: String::new(),
        }
    }

    /// A step; `fate`: what the network did to it.
    pub(super) fn entry_with_fate(&mut self, entry: &Entry, fate: Option<Event>) {
        self.lost = fate == Some(Event::Drop);
        self.entry(entry);
    }

    pub(super) fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Chunk(chunk) => self.chunk(chunk),
            Entry::Event { who, conn, event } => {
                let words = format!("{} {}", who_text(*who, *conn), event_text(*event));
                self.event(*who, *event, &words);
            }
            Entry::Gap(gap) => self.gap(*gap),
            Entry::Note(note) => {
                let words = fitted(&format!("# {note}"), LABEL);
                self.words("dim", WIDTH / 2, "middle", &words);
                self.y += LINE + AIR;
            }
            Entry::Blank => {}
        }
    }

    fn chunk(&mut self, chunk: &Chunk) {
        let lines = label(chunk, &mut self.heads, LABEL, FOLD);
        let width = |line: &Vec<Span>| line.iter().map(|span| columns(&span.text)).sum();
        let widest: usize = lines.iter().map(width).max().unwrap_or(0);
        let width = widest as i64 * COLUMN + 2 * INSET;
        let height = lines.len() as i64 * LINE + INSET;
        let x = match chunk.who {
            Who::Client => CLIENT + OFF,
            Who::Server => SERVER - OFF - width,
        };
        let y = self.y;
        self.open_group(chunk.who, "");
        self.put(&format!(
            r#"<rect class="box" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>"#
        ));
        for (at, line) in lines.iter().enumerate() {
            let baseline = y + LINE * (at as i64 + 1);
            self.put(&text_line(x + INSET, baseline, line));
        }
        self.y += height + 12;
        let ending = if self.lost {
            Ending::Lost
        } else {
            Ending::Arrow
        };
        self.rung(chunk.who, "", ending);
        self.close_group();
    }

    fn event(&mut self, who: Who, event: Event, words: &str) {
        let (class, dashes, ending) = match event {
            Event::Connect => ("", "1 7", Some(Ending::Arrow)),
            Event::Fin => ("", "7 8", Some(Ending::Bar)),
            Event::Rst | Event::Refuse => (" bad", "", Some(Ending::Cross)),
            Event::Timeout(_) | Event::Drop | Event::Double | Event::Swap => (" bad", "", None),
        };
        let (x, anchor) = match who {
            Who::Client => (CLIENT + OFF, "start"),
            Who::Server => (SERVER - OFF, "end"),
        };
        self.open_group(who, class);
        self.words("word", x, anchor, words);
        if let Some(ending) = ending {
            self.y += LINE + 3;
            self.rung(who, dashes, ending);
        } else {
            let (x, y) = (lifeline(who), self.y + 9);
            let ring = format!(r#"<circle class="rung ring" cx="{x}" cy="{y}" r="6"/>"#);
            self.put(&ring);
            self.y += LINE + AIR;
        }
        self.close_group();
    }

    /// A line from the lifeline of `who` to the other one, at `y`.
    fn rung(&mut self, who: Who, dashes: &str, ending: Ending) {
        let y = self.y;
        let (from, to) = (lifeline(who), lifeline(who.other()));
        let ahead = if to > from { 1 } else { -1 };
        let dashes = match dashes {
            "" => String::new(),
            dashes => format!(r#" stroke-dasharray="{dashes}""#),
        };
        let shaft_end = match ending {
            Ending::Arrow => to - 9 * ahead,
            Ending::Bar => to - 6 * ahead,
            Ending::Cross => to - 14 * ahead,
            Ending::Lost => WIDTH / 2,
        };
        self.put(&format!(
            r#"<circle class="head" cx="{from}" cy="{y}" r="4"/>"#
        ));
        self.put(&format!(
            r#"<path class="rung" d="M{from} {y}H{shaft_end}"{dashes}/>"#
        ));
        let head = match ending {
            Ending::Arrow => {
                let tip = to - ahead;
                let back = 11 * ahead;
                format!(r#"<path class="head" d="M{tip} {y}l{} -6v12z"/>"#, -back)
            }
            Ending::Bar => format!(r#"<path class="rung bar" d="M{shaft_end} {}v16"/>"#, y - 8),
            Ending::Cross | Ending::Lost => format!(
                r#"<path class="rung bar" d="M{} {}l12 12m0 -12l-12 12"/>"#,
                shaft_end - 6,
                y - 6
            ),
        };
        self.put(&head);
        self.y += AIR;
    }

    fn gap(&mut self, gap: Gap) {
        let Some(words) = gap_label(gap, VISIBLE) else {
            return;
        };
        match gap {
            Gap::End => {
                self.live_until(self.y);
                self.stopped = true;
            }
            _ => self.pause(self.y + 4, self.y + LINE - 4),
        }
        self.words("dim", WIDTH / 2, "middle", &words);
        self.y += LINE + AIR;
    }

    /// Breaks both lifelines, with a slanted stroke at each end of the break.
    fn pause(&mut self, top: i64, bottom: i64) {
        self.live_until(top);
        self.alive_to = bottom;
        for x in [CLIENT, SERVER] {
            for y in [top, bottom] {
                let (left, low) = (x - 7, y + 4);
                self.put(&format!(r#"<path class="life" d="M{left} {low}l14 -8"/>"#));
            }
        }
    }

    /// Draws the lifelines down to here, dotted after the recording stopped.
    fn live_until(&mut self, bottom: i64) {
        let top = self.alive_to;
        let dots = match self.stopped {
            true => r#" stroke-dasharray="2 5""#,
            false => "",
        };
        for x in [CLIENT, SERVER] {
            let line = format!(r#"<path class="life" d="M{x} {top}V{bottom}"{dots}/>"#);
            self.lifelines.push_str(&line);
            self.lifelines.push('\n');
        }
        self.alive_to = bottom;
    }

    /// One line of text whose top is `y`.
    fn words(&mut self, class: &str, x: i64, anchor: &str, words: &str) {
        let baseline = self.y + 13;
        let words = xml_text(words);
        self.put(&format!(
            r#"<text class="{class}" x="{x}" y="{baseline}" text-anchor="{anchor}">{words}</text>"#
        ));
    }

    fn open_group(&mut self, who: Who, class: &str) {
        let side = side(who);
        self.put(&format!(r#"<g class="{side}{class}">"#));
    }

    fn close_group(&mut self) {
        self.put("</g>");
    }

    fn put(&mut self, line: &str) {
        self.steps.push_str(line);
        self.steps.push('\n');
    }

    pub(super) fn finish(mut self, title: &str) -> String {
        let bottom = self.y + 6;
        self.live_until(bottom);
        let height = (bottom + 16).to_string();
        page(title, &height, &(bottom + 14).to_string())
            + &self.lifelines
            + &names(title)
            + &self.steps
            + "</svg>\n"
    }
}

/// A picture that grows with its recording: the file is whole after each step.
///
/// A step's drawing goes over the end of the file; then the beginning, whose length never changes, is
/// written again with the new height.
pub struct SvgWriter {
    drawing: Drawing,
}

impl SvgWriter {
    /// A picture in which nothing has happened yet.
    pub fn new() -> SvgWriter {
        SvgWriter {
            drawing: Drawing::new(),
        }
    }

    /// The beginning of the file, always equally long.
    pub fn beginning(&self) -> String {
        let height = self.drawing.y + 22;
        let digits = |number: i64| format!("{number:010}");
        page("", &digits(height), &digits(height - 2)) + &names("")
    }

    /// What a step adds after everything that was added before.
    pub fn entry(&mut self, entry: &Entry) -> String {
        self.drawing.entry(entry);
        self.drawing.live_until(self.drawing.y);
        std::mem::take(&mut self.drawing.lifelines) + &std::mem::take(&mut self.drawing.steps)
    }

    /// The end of the file, which the next step covers; with `open`, a connection still stands open.
    pub fn end(&mut self, open: bool) -> String {
        let mut rest = Drawing::new();
        (rest.y, rest.alive_to) = (self.drawing.y, self.drawing.alive_to);
        rest.stopped = open;
        rest.live_until(rest.y + 6);
        rest.lifelines + &rest.steps + "</svg>\n"
    }
}

impl Default for SvgWriter {
    fn default() -> SvgWriter {
        SvgWriter::new()
    }
}

/// What stands at the far end of a line between the lifelines.
#[derive(Clone, Copy)]
enum Ending {
    Arrow,
    Bar,
    Cross,
    /// A cross in the middle: it never arrived.
    Lost,
}

fn lifeline(who: Who) -> i64 {
    match who {
        Who::Client => CLIENT,
        Who::Server => SERVER,
    }
}

/// The class of all that one side does.
fn side(who: Who) -> &'static str {
    match who {
        Who::Client => "c",
        Who::Server => "s",
    }
}

fn text_line(x: i64, baseline: i64, spans: &[Span]) -> String {
    let mut line = format!(r#"<text x="{x}" y="{baseline}">"#);
    for span in spans {
        let text = xml_text(&span.text);
        let class = match span.tone {
            Tone::Who => "who",
            Tone::LineEnd | Tone::Note => "dim",
            Tone::Stray => "stray",
            Tone::Hole => "hole",
            Tone::Text => {
                line.push_str(&text);
                continue;
            }
        };
        line.push_str(&format!(r#"<tspan class="{class}">{text}</tspan>"#));
    }
    line + "</text>"
}
