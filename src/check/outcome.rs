//! What came of a check: its runs, the first failure, and what is wrong there.

use std::time::Duration;

use super::diagnosis::{Diagnosis, Page, Prints};
use super::program::Ending;
use super::report;
use super::side::Side;
use crate::net::Weather;
use crate::wire::{Difference, Transcript};

/// The result of a check.
#[derive(Debug)]
pub struct Report {
    /// `lab 09`.
    pub place: String,
    /// Which side.
    pub side: Side,
    /// Each conversation in each weather, in the order in which they were played.
    pub runs: Vec<Run>,
    /// The seed that the fresh conversations were made from, if there are some.
    pub seed: Option<u64>,
    /// How long all of it took. Runs that were played side by side took longer together.
    pub took: Duration,
    /// The command lines of processes that had left the program's process group, and that the check ended.
    pub strays: Vec<String>,
}

/// One conversation in one weather.
#[derive(Debug)]
pub struct Run {
    /// The conversation.
    pub name: String,
    /// How it was delivered.
    pub weather: Weather,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
    /// Whether it is a fresh conversation.
    pub fresh: bool,
}

/// What came of a run.
#[derive(Debug)]
pub enum Outcome {
    /// Every byte is right.
    Passed,
    /// Something is wrong.
    Failed(Box<Failure>),
    /// An earlier run failed.
    NotRun,
}

/// Everything about a failure.
#[derive(Debug)]
pub struct Failure {
    /// The expected conversation.
    pub expected: Transcript,
    /// The recorded conversation.
    pub got: Transcript,
    /// What is wrong.
    pub trouble: Problem,
    /// What it probably means.
    pub diagnosis: Option<Diagnosis>,
    /// How the program ended, if it died: a server should not end, a client not before it is done.
    pub ending: Option<Ending>,
    /// What it printed to stderr.
    pub stderr: String,
    /// What a server needs that the check could not give it, because it ran before.
    pub not_given: Option<String>,
    /// What was said on each leg, when the program stands in the middle.
    pub legs: Vec<(String, Transcript)>,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Bytes, or the end of a connection.
    Difference(Box<Difference>),
    /// The same between a program in the middle and a server behind it, on the leg of this name.
    Behind(String, Box<Difference>),
    /// All bytes are right, but a client that says nothing is answered, too.
    Unasked,
    /// All bytes are right, but the program left before it had taken all of ours.
    NotTaken {
        /// How many bytes it took.
        after: u64,
    },
    /// All is right, and then the server ended.
    Died(Ending),
    /// All is right, and then the client goes on running.
    StillRuns,
    /// All bytes are right, but a client printed something else than it should.
    Prints(Prints),
    /// All bytes are right, and a client that should fail ended with status 0.
    Exits(Ending),
    /// File descriptors or threads grow with every client.
    Grows {
        /// `file descriptors`, `threads`.
        what: &'static str,
        /// After the first conversation.
        before: usize,
        /// After the last.
        after: usize,
        /// Connections in between.
        clients: usize,
    },
}

impl Problem {
    /// The difference on the wire, where that is what is wrong.
    pub fn difference(&self) -> Option<&Difference> {
        match self {
            Problem::Difference(difference) | Problem::Behind(_, difference) => Some(difference),
            _ => None,
        }
    }
}

impl Run {
    /// Whether every byte is right.
    pub fn passed(&self) -> bool {
        matches!(self.outcome, Outcome::Passed)
    }
}

impl Failure {
    /// The page of its diagnosis.
    pub fn page(&self) -> Option<&'static Page> {
        self.diagnosis.as_ref().map(|diagnosis| diagnosis.page)
    }

    /// What went wrong, in words for the headline; of a program in the middle, also on which leg.
    pub fn verdict(&self, side: Side) -> String {
        let words = report::verdict(&self.trouble, side);
        match &self.trouble {
            Problem::Difference(_) if !self.legs.is_empty() => format!("front leg: {words}"),
            _ => words,
        }
    }
}

impl Report {
    /// Whether every run passed.
    pub fn passed(&self) -> bool {
        self.runs.iter().all(Run::passed)
    }

    /// The failed run and its failure.
    pub fn failure(&self) -> Option<(&Run, &Failure)> {
        self.runs.iter().find_map(|run| match &run.outcome {
            Outcome::Failed(failure) => Some((run, &**failure)),
            _ => None,
        })
    }
}
