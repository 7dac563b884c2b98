//! `fetch -v`: prints the conversation on stderr while it happens.
//!
//! Rule: only the beginning of a long body is printed. The rest is counted.

use crate::command::Screen;
use crate::command::step_view::View;
use std::io::Write;
use std::sync::{Arc, Mutex};
use wirelab::limits;
use wirelab::locks::lock;
use wirelab::net::{Observation, ObservationKind, Recorder};
use wirelab::plural::count_are;
use wirelab::wire::{Conn, Ink, Ladder, Transcript, Who};

/// Shows each step of a recording.
pub struct Follower {
    shown: Arc<Mutex<Shown>>,
}

struct Shown {
    screen: Screen,
    view: View,
    /// On a terminal; elsewhere the notation.
    ladder: Option<Ladder>,
    /// The connection whose server's bytes are counted, how many were shown, and how many not.
    conn: Conn,
    shown: usize,
    unshown: u64,
}

impl Follower {
    /// One for stderr.
    pub fn new() -> Follower {
        let mut screen = Screen::stderr();
        let ladder = screen.color().then(|| Ladder::new(Ink::Colour));
        if let Some(ladder) = &ladder {
            let _ = write!(screen, "{}", ladder.head(""));
        }
        Follower {
            shown: Arc::new(Mutex::new(Shown {
                screen,
                // Who asked may see what it asked.
                view: View::exact(),
                ladder,
                conn: 0,
                shown: 0,
                unshown: 0,
            })),
        }
    }

    /// The recorder whose steps are shown.
    pub fn recorder(&self) -> Recorder {
        let shown = Arc::clone(&self.shown);
        Recorder::into_sink(move |step| {
            let mut shown = lock(&shown);
            shown.step(step);
        })
    }

    /// Says what was counted last.
    pub fn end(self) {
        let mut shown = lock(&self.shown);
        shown.count();
    }
}

impl Shown {
    fn step(&mut self, step: &Observation) {
        if step.conn != self.conn {
            self.count();
            (self.conn, self.shown) = (step.conn, 0);
        }
        if let (Who::Server, ObservationKind::Bytes(bytes)) = (step.who, step.what) {
            if self.shown > limits::SHOWN_BODY {
                self.unshown += bytes.len() as u64;
                return;
            }
            self.shown += bytes.len();
        }
        self.count();
        let transcript = self.view.of(step);
        self.show(&transcript);
    }

    /// A note about what was not shown, if there was such a thing.
    fn count(&mut self) {
        if self.unshown > 0 {
            let mut note = Transcript::new();
            note.push_note(&format!(
                "{} not shown",
                count_are(self.unshown, "more byte")
            ));
            self.unshown = 0;
            self.show(&note);
        }
    }

    fn show(&mut self, transcript: &Transcript) {
        let text = match &mut self.ladder {
            Some(ladder) => {
                let entries = transcript.entries().iter();
                entries.map(|entry| ladder.entry(entry)).collect()
            }
            None => transcript.render_brief(),
        };
        // If this fails, stderr is closed; the download goes on.
        let _ = self.screen.write_all(text.as_bytes());
    }
}
