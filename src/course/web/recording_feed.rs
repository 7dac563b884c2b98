//! Sends recorded steps to a page: each step becomes a row, and is kept for the download.
//!
//! Rule: a page shows at most [`limits::web::SHOWN`] bytes of a conversation. Further bytes are counted, and
//! the page shows their number.

use crate::plural::count_of;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::ladder_rows::Rows;
use super::page_state::{Page, Turn};
use crate::limits;
use crate::locks::lock;
use crate::net::{Observation, ObservationKind, Recorder};
use crate::wire::{Gap, Transcript, Who};

/// What a feed has passed on.
#[derive(Clone)]
pub struct Feed {
    kept: Arc<Mutex<Kept>>,
}

struct Kept {
    page: Arc<Page>,
    turn: Turn,
    rows: Rows,
    transcript: Transcript,
    bytes: usize,
    left_out: usize,
    /// Bytes that the server has sent.
    answered: usize,
    open: bool,
    /// A pause that belongs to a step that was not shown.
    gap: Duration,
}

impl Feed {
    /// A feed of rows for the list with the id `into`, and the recorder that fills it, for as long as the turn is
    /// wanted.
    pub fn new(page: &Arc<Page>, into: &'static str, turn: Turn) -> (Feed, Recorder) {
        let feed = Feed {
            kept: Arc::new(Mutex::new(Kept {
                page: Arc::clone(page),
                turn,
                rows: Rows::new(into),
                transcript: Transcript::new(),
                bytes: 0,
                left_out: 0,
                answered: 0,
                open: false,
                gap: Duration::ZERO,
            })),
        };
        let sink = feed.clone();
        let recorder = Recorder::into_sink(move |step| lock(&sink.kept).step(step));
        (feed, recorder)
    }

    /// Keeps what was recorded and shown, for the download.
    pub fn keep(&self, title: &str) {
        let kept = lock(&self.kept);
        let mut recording = kept.transcript.clone();
        if kept.open {
            recording.push_gap(Gap::End);
        }
        recording.push_heading("wire", "1");
        recording.push_heading("title", title);
        kept.page.keep(recording);
    }

    /// How many bytes the server has sent.
    pub fn answered(&self) -> usize {
        lock(&self.kept).answered
    }

    /// Whether so much came that nobody needs to hear more.
    pub fn is_flooded(&self) -> bool {
        lock(&self.kept).left_out > limits::web::FLOOD
    }

    /// The sentence that says how many bytes are not shown; empty when all are.
    pub fn left_out(&self) -> String {
        match lock(&self.kept).left_out {
            0 => String::new(),
            count => format!(
                " The page does not show {} that were sent.",
                count_of(count, "more byte")
            ),
        }
    }
}

impl Kept {
    fn step(&mut self, step: &Observation) {
        // Its list belongs to another turn now.
        if !self.page.wants(self.turn) {
            return;
        }
        self.open = step.open > 0;
        let gap = step.gap.map(|gap| gap + std::mem::take(&mut self.gap));
        if let ObservationKind::Bytes(bytes) = step.what {
            if step.who == Who::Server {
                self.answered += bytes.len();
            }
            if self.bytes + bytes.len() > limits::web::SHOWN {
                self.left_out += bytes.len();
                self.gap = gap.unwrap_or_default();
                return;
            }
            self.bytes += bytes.len();
        }
        if let Some(gap) = gap {
            self.transcript.push_gap(Gap::Exactly(gap));
        }
        step.what.add_to(&mut self.transcript, step.conn, step.who);
        let rows = self.rows.step(&Observation { gap, ..*step });
        for row in rows {
            self.page.send(row);
        }
    }
}
