//! Prints what goes through a tap.
//!
//! Rule: the display may take at most a twentieth of the time. It must not take the processor away from the
//! relay, and nobody can read faster output.

use super::display_queue::Board;
use crate::command::Screen;
use anyhow::Result;
use std::io::{BufWriter, Write};
use std::thread;
use std::time::{Duration, Instant};
use wirelab::limits;
use wirelab::plural::count_are;
use wirelab::wire::notation::render_entry_into;
use wirelab::wire::{Ink, Ladder, Transcript};

/// Where and how steps are shown.
pub struct Shown<'a> {
    /// Gathers what is written until the end of a batch: a system call for each step would cost
    /// the relay more than the step.
    screen: BufWriter<&'a mut Screen>,
    brief: bool,
    /// On a terminal, without `--brief`.
    ladder: Option<Ladder>,
}

impl<'a> Shown<'a> {
    /// A ladder on a terminal; the notation elsewhere, and with `brief`.
    pub fn new(brief: bool, screen: &'a mut Screen) -> Shown<'a> {
        let ladder = (screen.color() && !brief).then(|| Ladder::new(Ink::Colour));
        Shown {
            screen: BufWriter::with_capacity(limits::CHUNK, screen),
            brief,
            ladder,
        }
    }

    /// Shows what comes, until `ended`.
    pub fn follow(&mut self, board: &Board, ended: impl Fn(Duration) -> bool) -> Result<()> {
        if let Some(ladder) = &self.ladder {
            write!(self.screen, "{}", ladder.head(""))?;
        }
        loop {
            let over = ended(Duration::ZERO);
            let batch = board.take(if over {
                Duration::ZERO
            } else {
                limits::STOP_POLL
            });
            let begun = Instant::now();
            let pause = batch.is_empty();
            self.show(&batch.said)?;
            if batch.missed > 0 {
                let steps = count_are(batch.missed, "step");
                self.remark(&format!("{steps} not shown here: too fast for this output"))?;
            }
            self.screen.flush()?;
            match (pause, over) {
                (true, true) => return Ok(()),
                (true, false) | (false, true) => {}
                (false, false) => thread::sleep(rest_after(begun.elapsed())),
            }
        }
    }

    /// Entry by entry: the text of a whole batch would be several times as large as its bytes.
    fn show(&mut self, said: &Transcript) -> Result<()> {
        if self.ladder.is_none() && self.brief {
            self.screen.write_all(said.render_brief().as_bytes())?;
            return Ok(());
        }
        let mut text = Vec::new();
        for entry in said.entries() {
            text.clear();
            match &mut self.ladder {
                Some(ladder) => text.extend_from_slice(ladder.entry(entry).as_bytes()),
                None => render_entry_into(&mut text, entry),
            }
            self.screen.write_all(&text)?;
        }
        Ok(())
    }

    fn remark(&mut self, text: &str) -> Result<()> {
        let mut note = Transcript::new();
        note.push_note(text);
        self.show(&note)
    }
}

/// How long to rest after showing for so long.
fn rest_after(showing: Duration) -> Duration {
    (19 * showing).clamp(limits::DISPLAY_BATCH, limits::STOP_POLL)
}
