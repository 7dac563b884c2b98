//! Chooses the checks to run: from the command line, and from what the learner has checked before.
//!
//! Rule 1: a program is built, and a conversation is made, only when its turn comes. So the first verdict does
//! not wait for the last program.
//! Rule 2: the output names each exercise that `--all` leaves out, with the reason.

use super::super::args::printable;
use super::super::{Args, NotStarted, WrongUse, wire_file};
use crate::command::lab::lab_at;
use anyhow::Result;
use std::ffi::OsStr;
use std::path::Path;
use wirelab::check::graded::LeftOut;
use wirelab::check::program::CommandLine;
use wirelab::check::{CheckError, Conversation, Plan, Subject};
use wirelab::course::catalogue::{self, Lab, Side, Weather};
use wirelab::course::locate_and_build_programs;
use wirelab::course::locations;
use wirelab::course::plan_exercise_check;
use wirelab::course::progress::{By, Progress};
use wirelab::net;

/// One check that was asked for.
pub struct Job {
    /// `lab 09`.
    pub place: String,
    /// What is checked; none for a transcript of the user's own.
    pub of: Option<(&'static Lab, Side)>,
    /// The program.
    pub program: Program,
}

/// The program of a job.
pub enum Program {
    /// The one that the options name, or the learner's: noted in the progress file. `told`: by an option.
    By {
        /// Which.
        by: By,
        /// Whether an option says so.
        told: bool,
    },
    /// The lab's own.
    Reference,
    /// That of a plan that is made already.
    Planned(Box<Plan>),
}

/// What was asked for.
#[derive(Default)]
pub struct Jobs {
    /// The checks, in order.
    pub jobs: Vec<Job>,
    /// What `--all` leaves out: the lab, the side, and why.
    pub left_out: Vec<(&'static Lab, Side, &'static str)>,
    /// The labs that were asked for.
    labs: Vec<&'static Lab>,
}

impl Jobs {
    /// This one alone.
    pub fn one(job: Job) -> Jobs {
        Jobs {
            jobs: vec![job],
            ..Jobs::default()
        }
    }

    /// What was left out, for the reports.
    pub fn left_out(&self) -> Vec<LeftOut> {
        let all = self.left_out.iter().copied();
        all.map(|(lab, side, why)| LeftOut {
            lab: lab.number,
            side,
            why,
        })
        .collect()
    }

    /// Why there is nothing to check, if there is nothing.
    pub fn nothing(&self) -> Option<anyhow::Error> {
        let is_empty = self.jobs.is_empty();
        is_empty.then(|| NotStarted(nothing(&self.labs)).into())
    }
}

const NOT_STARTED: &str = "not started";
const NO_CONVERSATION: &str = "no conversation checks this side";

impl Job {
    /// The check; the learner's program is built first.
    pub fn plan(&self, weather: Option<Weather>, seed: u64) -> Result<Plan, CheckError> {
        let (lab, side) = match (&self.program, self.of) {
            (Program::Planned(plan), _) => return Ok((**plan).clone()),
            (_, Some(of)) => of,
            (_, None) => return Err(CheckError::Nothing("there is no lab".to_string())),
        };
        let subject = match &self.program {
            Program::By { by, .. } => plan_exercise_check::subject(lab, side, by)?,
            _ => {
                let paths = locate_and_build_programs::lab_programs(lab, &[side]);
                let paths = paths.map_err(|error| CheckError::Build(error.to_string()))?;
                Subject::Own(paths.into_iter().next().unwrap_or_default())
            }
        };
        plan_exercise_check::plan_of(lab, side, subject, weather, seed)
    }

    /// The lab's number.
    pub fn lab(&self) -> Option<u8> {
        self.of.map(|(lab, _)| lab.number)
    }

    /// The command of an earlier check that this one takes again.
    pub fn remembered(&self) -> Option<&str> {
        match &self.program {
            Program::By {
                by: By::Command(command),
                told: false,
            } => Some(command),
            _ => None,
        }
    }
}

/// The program that the options name: `--addr` and commands in full, and the side of an option without a
/// command, which names the workbench's program.
pub struct Named {
    /// Which side.
    pub side: Side,
    /// Which program.
    pub by: By,
}

/// Reads `--server` and `--client`. They may come both without a command.
pub fn commands(args: &Args) -> Result<Vec<Named>> {
    let mut found = Vec::new();
    for (option, side) in [("--server", Side::Server), ("--client", Side::Client)] {
        if !args.has(option) {
            continue;
        }
        let by = match args.value_text(option)? {
            None => By::Workbench,
            Some(text) => {
                CommandLine::parse(text).map_err(|error| WrongUse(format!("{option}: {error}")))?;
                By::Command(text.to_string())
            }
        };
        found.push(Named { side, by });
    }
    one_at_a_time(&found)?;
    Ok(found)
}

/// Reads `--server`, `--client` and `--addr`.
fn named(args: &Args) -> Result<Vec<Named>> {
    let mut found = commands(args)?;
    if let Some(text) = args.value_text("--addr")? {
        net::address(text)
            .map_err(|error| WrongUse(format!("this is not an address for --addr: {error}")))?;
        let (side, by) = (Side::Server, By::Address(text.to_string()));
        found.push(Named { side, by });
    }
    one_at_a_time(&found)?;
    Ok(found)
}

fn one_at_a_time(found: &[Named]) -> Result<(), WrongUse> {
    if found.len() > 1 && found.iter().any(|named| named.by != By::Workbench) {
        let text = "give one of --server, --client and --addr: one program is checked at a time";
        return Err(WrongUse(text.to_string()));
    }
    Ok(())
}

/// The checks of the labs that the words name.
pub fn of_labs(args: &Args, labs: Vec<&'static Lab>, weather: Option<Weather>) -> Result<Jobs> {
    let named = named(args)?;
    let progress = Progress::load()?;
    let several = labs.len() > 1;
    let mut jobs = Jobs::default();
    for lab in &labs {
        of_lab(args, lab, &named, &progress, &mut jobs);
    }
    // A lab alone without a fitting conversation is an error that says so.
    if several {
        let (kept, out) = jobs
            .jobs
            .into_iter()
            .partition(|job| job.of.is_none_or(|of| has_conversation(of, weather)));
        jobs.jobs = kept;
        let of = |job: Job| job.of.map(|(lab, side)| (lab, side, NO_CONVERSATION));
        jobs.left_out.extend(Vec::into_iter(out).filter_map(of));
        jobs.left_out.sort_by_key(|(lab, ..)| lab.number);
    }
    jobs.labs = labs;
    Ok(jobs)
}

/// Whether a conversation of the lab checks this side, in this weather if one is named.
fn has_conversation((lab, side): (&Lab, Side), weather: Option<Weather>) -> bool {
    let fits = |listed: &[Weather]| weather.is_none_or(|only| listed.contains(&only));
    lab.scripts_for(side).any(|script| fits(&script.weathers))
}

/// Why there is nothing to check.
fn nothing(labs: &[&Lab]) -> String {
    if locations::workbench().is_none() {
        return "this folder is not in a workbench: `wirelab init DIR` makes a workbench"
            .to_string();
    }
    match labs {
        [lab] => {
            let number = lab.number;
            format!(
                "lab {number:02}: you have not started: `cargo lab start {number}` puts the exercise there"
            )
        }
        _ => "you have not started an exercise: `cargo lab start 1` puts the first one into the workbench"
            .to_string(),
    }
}

/// The checks of one lab: of the program that the options name, of our own, or of the learner's.
fn of_lab(args: &Args, lab: &'static Lab, named: &[Named], progress: &Progress, jobs: &mut Jobs) {
    let mut job = |side, program| {
        jobs.jobs.push(Job {
            place: format!("lab {:02}", lab.number),
            of: Some((lab, side)),
            program,
        });
    };
    if args.has("--reference") {
        let sides = [Side::Server, Side::Client].into_iter();
        let sides = sides.filter(|side| named.is_empty() || named.iter().any(|n| n.side == *side));
        for side in sides.filter(|side| lab.has(*side) && has_conversation((lab, *side), None)) {
            job(side, Program::Reference);
        }
        return;
    }
    for Named { side, by } in named {
        let by = by.clone();
        job(*side, Program::By { by, told: true });
    }
    if !named.is_empty() {
        return;
    }
    for side in lab.exercises() {
        match plan_exercise_check::chosen(progress, lab, side) {
            Some(by) => job(side, Program::By { by, told: false }),
            None => jobs.left_out.push((lab, side, NOT_STARTED)),
        }
    }
}

/// The labs that the words name: one, or those of `--all`.
pub fn labs(args: &Args) -> Result<Vec<&'static Lab>> {
    let several = args.has("--all") || args.has("--labs");
    if several && args.place(0).is_some() || args.has("--all") && args.has("--labs") {
        return Err(
            WrongUse("give a lab, --labs or --all, and only one of them".to_string()).into(),
        );
    }
    if args.has("--all") {
        return Ok(catalogue::labs().collect());
    }
    if args.has("--labs") {
        let mut labs = Vec::new();
        for word in args.values_text("--labs")? {
            labs.extend(row(word)?);
        }
        labs.sort_by_key(|lab| lab.number);
        labs.dedup_by_key(|lab| lab.number);
        return Ok(labs);
    }
    if args.place(0).is_none() {
        return Err(WrongUse(
            "give the number of a lab, as in `cargo lab check 9`, or --all".to_string(),
        )
        .into());
    }
    Ok(vec![lab_at(args, 0)?])
}

/// The labs of one piece of `--labs`: `12`, or `1-9`.
fn row(word: &str) -> Result<Vec<&'static Lab>, WrongUse> {
    let wrong = || {
        let word = printable(word);
        WrongUse(format!(
            "--labs takes numbers of labs, as in 1-9,12: `{word}` is not one"
        ))
    };
    let number = |word: &str| word.trim().parse::<u8>().map_err(|_| wrong());
    let (first, last) = match word.split_once('-') {
        Some((first, last)) => (number(first)?, number(last)?),
        None => (number(word)?, number(word)?),
    };
    let is_there = |number| catalogue::lab(number).is_some();
    if first > last || !is_there(first) || !is_there(last) {
        return Err(wrong());
    }
    Ok((first..=last).filter_map(catalogue::lab).collect())
}

/// A check against a transcript of the user's own.
pub fn own_file(args: &Args, file: &OsStr, weather: Option<Weather>) -> Result<Job> {
    let expected = wire_file::read_steps(file)?;
    let mut named = named(args)?;
    named.retain(|named| named.by != By::Workbench);
    let text = "--lab-file needs a program: --server CMD, --client CMD or --addr HOST:PORT";
    let Named { side, by } = named.pop().ok_or_else(|| WrongUse(text.to_string()))?;
    let subject = match by {
        By::Address(text) => Subject::Address(net::address(&text)?),
        By::Command(text) => {
            let line = CommandLine::parse(&text)?;
            line.own().map_or(Subject::Command(line), Subject::Own)
        }
        By::Workbench => return Err(WrongUse(text.to_string()).into()),
    };
    let weathers = match (weather, side) {
        (Some(weather), _) => vec![weather],
        (None, Side::Server) => vec![Weather::Calm, Weather::Dribble, Weather::Rude],
        (None, Side::Client) => vec![Weather::Calm, Weather::Dribble],
    };
    let stem = Path::new(file).file_stem().unwrap_or(file);
    let stem = stem.to_string_lossy().into_owned();
    let conversation = Conversation {
        name: stem.clone(),
        expected,
        weathers,
    };
    let plan = Plan::new(stem.clone(), side, subject, vec![conversation]);
    Ok(Job {
        place: stem,
        of: None,
        program: Program::Planned(Box::new(plan)),
    })
}
