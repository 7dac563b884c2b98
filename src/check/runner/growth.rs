//! What a server keeps of its clients: descriptors and threads that grow with each of them.

use std::thread;
use std::time::Instant;

use super::Runner;
use crate::check::play_program::Holds;
use crate::check::timeouts::silence_of;
use crate::check::{Failure, Problem};
use crate::limits;
use crate::net::Weather;
use crate::wire::Transcript;

/// How often the first conversation is played again, to see whether the server grows each time.
const AGAIN: usize = 12;

impl Runner<'_> {
    /// What a server holds at the end that it did not hold after its first client; or that it has ended.
    pub(in crate::check) fn leftovers(&mut self) -> Option<Failure> {
        let script = &self.plan.conversations.first()?.expected;
        if let Some(failure) = self.died_since() {
            return Some(failure);
        }
        let (before, clients, served) = self.first?;
        // A client that asks nothing may cost nothing: what grows with each conversation is asked for again.
        let trouble = match self.grown_since(before, clients) {
            Some(trouble) => trouble,
            None => {
                self.grown_since(before, served)?;
                self.grows_again(script)?
            }
        };
        let program = self.stage.program()?;
        Some(Failure {
            expected: script.clone(),
            got: Transcript::new(),
            trouble,
            diagnosis: None,
            ending: None,
            stderr: program.stderr().text(),
            not_given: None,
            legs: Vec::new(),
        })
    }

    /// What has grown with each of `clients`, and does not shrink again.
    fn grown_since(&mut self, before: Holds, clients: usize) -> Option<Problem> {
        let until = Instant::now() + limits::CHECK_SETTLE;
        loop {
            let now = self.stage.holds()?;
            let grown = grown(before, now, clients)?;
            if Instant::now() > until {
                return Some(grown);
            }
            thread::sleep(limits::POLL_INTERVAL);
        }
    }

    /// Plays a conversation again and again, and looks what has grown each time.
    fn grows_again(&mut self, script: &Transcript) -> Option<Problem> {
        let before = self.stage.holds()?;
        for _ in 0..AGAIN {
            let silence = silence_of(script, self.plan.side);
            self.stage.play(script, Weather::Calm, silence).ok()?;
        }
        self.grown_since(before, AGAIN)
    }
}

/// Growth with every client; a pool that fills, or a file that is opened once, is none.
fn grown(before: Holds, now: Holds, clients: usize) -> Option<Problem> {
    let counts = [
        ("file descriptors", before.descriptors, now.descriptors),
        ("threads", before.threads, now.threads),
    ];
    let (what, before, after) = counts
        .into_iter()
        .find(|(_, before, now)| clients >= 3 && *now >= before + clients)?;
    Some(Problem::Grows {
        what,
        before,
        after,
        clients,
    })
}
