//! The results of several checks as one value, and the writers of the formats that graders read.
//!
//! Rule 1: every format is written from the same value, so all formats have the same results.
//! Rule 2: in an exam the output has no names and no bytes of a hidden conversation. It keeps the codes.
//! Rule 3: text that a program or a person chose (names, output) cannot break a format.

mod gradescope;
pub mod json;
pub mod junit;
mod markdown;

use std::time::Duration;

use crate::check::diagnosis::Page;
use crate::check::report;
use crate::check::{CheckError, Outcome, Report, Run, Side};

/// The number of the JSON format. It changes when a reader must.
pub const FORMAT: u32 = 1;

/// Everything that a grader reads.
#[derive(Clone, Debug, Default)]
pub struct Graded {
    /// The seed of the fresh conversations; hidden in an exam.
    pub seed: Option<u64>,
    /// Whether the hidden conversations stay hidden.
    pub exam: bool,
    /// Each program that was checked, or could not be.
    pub checks: Vec<Check>,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
}

/// One program of one lab.
#[derive(Clone, Debug)]
pub struct Check {
    /// The lab's number; none for a transcript of the user's own.
    pub lab: Option<u8>,
    /// `lab 09`.
    pub place: String,
    /// Which side; none where that is not known.
    pub side: Option<Side>,
    /// What came of it.
    pub status: Status,
    /// The headline of a failure, or why nothing was checked.
    pub verdict: String,
    /// The diagnosis: `W18` and `single-read`.
    pub code: Option<(&'static str, &'static str)>,
    /// How long all of it took.
    pub took: Duration,
    /// Each conversation in each weather.
    pub runs: Vec<Played>,
    /// The report that a person reads.
    pub output: String,
}

/// One conversation in one weather.
#[derive(Clone, Debug)]
pub struct Played {
    /// The conversation's name; `hidden 1` in an exam.
    pub conversation: String,
    /// The weather's name.
    pub weather: &'static str,
    /// Whether it was made for this learner.
    pub fresh: bool,
    /// What came of it.
    pub status: Status,
    /// How long it took.
    pub took: Duration,
}

/// What came of a check, or of one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every byte is right.
    Passed,
    /// Something is wrong.
    Failed,
    /// Of a program: it could not be started. Of a conversation: an earlier one failed.
    NotChecked,
}

/// An exercise that `--all` or `--labs` left out.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// The lab's number.
    pub lab: u8,
    /// Which side.
    pub side: Side,
    /// `not started`.
    pub why: &'static str,
}

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// What a person reads on a terminal.
    Text,
    /// For programs; README, "In a class or a CI".
    Json,
    /// GitHub's Markdown.
    Markdown,
    /// JUnit's XML, which most CI services show.
    Junit,
    /// Gradescope's `results.json`.
    Gradescope,
}

impl Format {
    /// All of them, with the word on the command line.
    pub const ALL: [(&'static str, Format); 5] = [
        ("text", Format::Text),
        ("json", Format::Json),
        ("md", Format::Markdown),
        ("junit", Format::Junit),
        ("gradescope", Format::Gradescope),
    ];

    /// The format with this name.
    pub fn named(name: &str) -> Option<Format> {
        let mut all = Format::ALL.into_iter();
        all.find(|(word, _)| *word == name)
            .map(|(_, format)| format)
    }

    /// The format for the end of a file's name: `report.json`.
    pub fn of_file(name: &str) -> Format {
        match name.rsplit_once('.').map_or("", |(_, end)| end) {
            "json" => Format::Json,
            "md" => Format::Markdown,
            "xml" => Format::Junit,
            _ => Format::Text,
        }
    }
}

impl Status {
    /// The word in every format: `passed`, `failed`, `not checked`.
    pub fn word(self) -> &'static str {
        match self {
            Status::Passed => "passed",
            Status::Failed => "failed",
            Status::NotChecked => "not checked",
        }
    }
}

impl Graded {
    /// Adds a check that came about. `kept`: where its transcripts are.
    pub fn add(&mut self, lab: Option<u8>, report: &Report, kept: &[String]) {
        let failure = report.failure();
        let hidden = |run: &Run| self.exam && run.fresh;
        let page = failure.and_then(|(_, failure)| failure.page());
        let mut names: Vec<&str> = Vec::new();
        let runs = report.runs.iter().map(|run| {
            let name = match hidden(run) {
                true => format!("hidden {}", place_of(&run.name, &mut names)),
                false => run.name.clone(),
            };
            Played {
                conversation: name,
                weather: run.weather.name(),
                fresh: run.fresh,
                status: match run.outcome {
                    Outcome::Passed => Status::Passed,
                    Outcome::Failed(_) => Status::Failed,
                    Outcome::NotRun => Status::NotChecked,
                },
                took: run.took,
            }
        });
        let runs = runs.collect();
        let verdict = match failure {
            Some((run, _)) if hidden(run) => "a hidden conversation fails".to_string(),
            Some((run, failure)) => report::headline_of(run, failure, report.side),
            None => String::new(),
        };
        self.checks.push(Check {
            lab,
            place: report.place.clone(),
            side: Some(report.side),
            status: match failure {
                Some(_) => Status::Failed,
                None => Status::Passed,
            },
            verdict,
            code: page.map(code_of),
            took: report.took,
            runs,
            output: match self.exam {
                true => report::exam_text(report),
                false => report::text(report, kept),
            },
        });
        if !self.exam {
            self.seed = self.seed.or(report.seed);
        }
    }

    /// Adds a check that did not come about.
    pub fn add_error(
        &mut self,
        lab: Option<u8>,
        place: &str,
        side: Option<Side>,
        error: &CheckError,
    ) {
        let (page, output) = match error {
            CheckError::NotReady(unready) => (unready.page(), report::unready_text(place, unready)),
            error => (None, format!("NONE {place} · {error}\n")),
        };
        self.checks.push(Check {
            lab,
            place: place.to_string(),
            side,
            status: Status::NotChecked,
            verdict: error.to_string(),
            code: page.map(code_of),
            took: Duration::ZERO,
            runs: Vec::new(),
            output,
        });
    }

    /// The whole text in a format.
    pub fn write(&self, format: Format) -> String {
        match format {
            Format::Text => self.checks.iter().map(|check| &check.output[..]).collect(),
            Format::Json => json::text(self),
            Format::Markdown => markdown::text(self),
            Format::Junit => junit::xml(self),
            Format::Gradescope => gradescope::text(self),
        }
    }

    /// How many checks have this status.
    pub fn count(&self, status: Status) -> usize {
        let checks = self.checks.iter();
        checks.filter(|check| check.status == status).count()
    }
}

impl Check {
    /// `lab 09 server`.
    pub fn name(&self) -> String {
        match self.side {
            Some(side) => format!("{} {}", self.place, side.word()),
            None => self.place.clone(),
        }
    }
}

impl LeftOut {
    /// `lab 09 server`.
    pub fn name(&self) -> String {
        format!("lab {:02} {}", self.lab, self.side.word())
    }
}

fn code_of(page: &Page) -> (&'static str, &'static str) {
    (page.code, page.slug)
}

/// The number of a name among those that were seen before, from 1.
fn place_of<'a>(name: &'a str, names: &mut Vec<&'a str>) -> usize {
    let known = names.iter().position(|known| *known == name);
    known.unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    }) + 1
}
