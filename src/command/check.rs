//! `cargo lab check N`: anyone's program against the lab, byte for byte.
//!
//! Rule: the `check` module plays, compares and diagnoses. This file has the command line, the output, and the
//! exit code.

mod at_once;
mod grading;
mod jobs;

use super::screen;
use super::{Args, Command, CommandOutcome, NotStarted, Opt, Screen, Style, WrongUse};
use anyhow::Result;
use at_once::check_at_once;
use grading::Outputs;
use jobs::{Job, Jobs, Program};
pub use jobs::{Named, commands};
use std::io::Write;
use std::path::PathBuf;
use wirelab::check::failure_files;
use wirelab::check::graded::{Check, Graded, Status};
use wirelab::check::{CheckError, Report};
use wirelab::course::catalogue::{self, Lab, Side, Weather};
use wirelab::course::locations;
use wirelab::course::plan_exercise_check;
use wirelab::course::progress::By;
use wirelab::course::readme;

/// `cargo lab check N`
pub const COMMAND: Command = Command {
    name: "check",
    places: &["[N]"],
    sentence: "check your program for lab N, in any language",
    more: "Without an option, check uses the command of your last check of this lab, or\n\
           else your programs in the workbench. --server or --client without a CMD uses the\n\
           program in the workbench. CMD is one string. check splits it into words as a\n\
           shell does, but no shell runs. Your program finds the address in WIRELAB_ADDR.\n\
           In CMD, {addr}, {host}, {port} and {arg} are replaced. --lab-file takes a\n\
           transcript, or one conversation of a lab: a file in snapshots/.",
    options: &[
        Opt {
            name: "--server",
            value: Some("[CMD]"),
            sentence: "start this server, or your own, and check it",
        },
        Opt {
            name: "--client",
            value: Some("[CMD]"),
            sentence: "start this client, or your own, and check it",
        },
        Opt {
            name: "--addr",
            value: Some("HOST:PORT"),
            sentence: "check a server that is running already",
        },
        Opt {
            name: "--reference",
            value: None,
            sentence: "check the lab's own programs",
        },
        Opt {
            name: "--labs",
            value: Some("1-9,12"),
            sentence: "check these labs",
        },
        Opt {
            name: "--all",
            value: None,
            sentence: "check every lab, not one",
        },
        Opt {
            name: "--weather",
            value: Some("W"),
            sentence: "check only in this weather (calm, dribble, …)",
        },
        Opt {
            name: "--seed",
            value: Some("S"),
            sentence: "make the fresh conversations from this number",
        },
        Opt {
            name: "--lab-file",
            value: Some("FILE"),
            sentence: "check against this transcript",
        },
        Opt {
            name: "--exam",
            value: None,
            sentence: "hide the names and bytes of the fresh conversations",
        },
        Opt {
            name: "--format",
            value: Some("F"),
            sentence: "text, json, md, junit or gradescope",
        },
        Opt {
            name: "--report",
            value: Some("FILE"),
            sentence: "write the results to this file, too",
        },
        Opt {
            name: "--junit",
            value: Some("FILE"),
            sentence: "write the results as JUnit XML, too",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let weather = weather(args)?;
    let outputs = Outputs::asked(args)?;
    let jobs = match args.value("--lab-file") {
        Some(file) => Jobs::one(jobs::own_file(args, file, weather)?),
        None => jobs::of_labs(args, jobs::labs(args)?, weather)?,
    };
    let seed = seed(args)?;
    let mut graded = Graded {
        exam: args.has("--exam"),
        left_out: jobs.left_out(),
        ..Graded::default()
    };
    let several = jobs.jobs.len() > 1;
    let mut not_checked = jobs.nothing();
    let plan = |job: &Job| job.plan(weather, seed);
    check_at_once(&jobs.jobs, plan, |checked| {
        for (at, job) in jobs.jobs.iter().enumerate() {
            if let Some(command) = job.remembered().filter(|_| outputs.for_a_person()) {
                say_again(&job.place, command, screen)?;
            }
            let Some(checked) = checked(at) else {
                break;
            };
            if let Err(error) = &checked {
                graded.add_error(job.lab(), &job.place, job.of.map(|(_, side)| side), error);
            }
            match checked {
                Ok(report) => {
                    let kept = keep(&report, graded.exam);
                    graded.add(job.lab(), &report, &kept);
                    note(&report, job, weather)?;
                }
                Err(error) => {
                    let is_told = several || matches!(error, CheckError::NotReady(_));
                    let ended = ended(&job.place, error);
                    not_checked.get_or_insert(ended);
                    if !is_told {
                        continue;
                    }
                }
            }
            if let Some(check) = graded.checks.last().filter(|_| outputs.for_a_person()) {
                print_check(check, screen)?;
            }
        }
        Ok::<_, anyhow::Error>(())
    })?;
    if outputs.for_a_person() {
        print_left_out(&jobs.left_out, screen)?;
    }
    outputs.write(&graded, screen)?;
    if let Some(error) = not_checked {
        return Err(error);
    }
    match graded.count(Status::Failed) {
        0 => Ok(CommandOutcome::Passed),
        _ => Ok(CommandOutcome::Failed),
    }
}

/// Writes down what was checked, for `cargo lab` and for the next check: that all weathers have passed, and
/// the command that an option gave.
fn note(report: &Report, job: &Job, weather: Option<Weather>) -> Result<()> {
    if let (Some((lab, side)), Program::By { by, told }) = (job.of, &job.program) {
        if *told {
            plan_exercise_check::remember(lab, side, by)?;
        }
        if weather.is_none() {
            plan_exercise_check::note(report, lab, side, by)?;
        }
    }
    Ok(())
}

/// Names the command of an earlier check, which is taken again.
fn say_again(place: &str, command: &str, screen: &mut Screen) -> Result<()> {
    let text = format!("{place} is checked with `{command}`, as last time");
    writeln!(screen, "{}", screen.style(Style::Dim, &text))?;
    Ok(())
}

/// What `--all` has left out: one paragraph for each reason.
fn print_left_out(left_out: &[(&Lab, Side, &str)], screen: &mut Screen) -> Result<()> {
    let mut reasons: Vec<&str> = left_out.iter().map(|(_, _, why)| *why).collect();
    reasons.dedup();
    reasons.sort();
    reasons.dedup();
    for why in reasons {
        let of = |side| {
            let fits = left_out.iter().filter(|(_, s, w)| *s == side && *w == why);
            let numbers: Vec<u8> = fits.map(|(lab, ..)| lab.number).collect();
            let labs = if numbers.len() == 1 { "lab" } else { "labs" };
            let part = || format!("{} of {labs} {}", side.word(), catalogue::counted(&numbers));
            (!numbers.is_empty()).then(part)
        };
        let parts: Vec<String> = [of(Side::Server), of(Side::Client)]
            .into_iter()
            .flatten()
            .collect();
        let first = format!("Left out, {why}: ");
        for line in readme::wrapped(&parts.join("; "), &first, "  ") {
            writeln!(screen, "{line}")?;
        }
    }
    Ok(())
}

/// A check that did not come about: the user's words are wrong (2), or the program did not start (3).
fn ended(place: &str, error: CheckError) -> anyhow::Error {
    let text = format!("{place}: {error}");
    match error {
        CheckError::Play(_) | CheckError::Nothing(_) => WrongUse(text).into(),
        _ => NotStarted(text).into(),
    }
}

fn weather(args: &Args) -> Result<Option<Weather>> {
    let Some(name) = args.value_text("--weather")? else {
        return Ok(None);
    };
    let names: Vec<&str> = Weather::ALL.iter().map(|weather| weather.name()).collect();
    let found = Weather::parse(name);
    let found = found.ok_or_else(|| {
        WrongUse(format!(
            "there is no weather `{name}`: there are {}",
            names.join(", ")
        ))
    })?;
    Ok(Some(found))
}

/// What the fresh conversations are made from: the option, or the learner's own seed.
fn seed(args: &Args) -> Result<u64> {
    match args.value_text("--seed")? {
        None if args.has("--reference") => Ok(1),
        None => Ok(plan_exercise_check::seed()?),
        Some(text) => Ok(text
            .parse()
            .map_err(|_| WrongUse(format!("this is not a number for --seed: `{text}`")))?),
    }
}

/// Keeps the transcripts of a failure to look at, and gives back their names; in an exam none.
fn keep(report: &Report, exam: bool) -> Vec<String> {
    if exam {
        return Vec::new();
    }
    let here = locations::workbench().map_or(PathBuf::new(), |workbench| workbench.root);
    failure_files::keep(report, &here).unwrap_or_else(|error| {
        // The verdict does not depend on it.
        screen::warn(&format!("the transcripts cannot be saved: {error}"));
        Vec::new()
    })
}

/// Shows one check's report; its first word stands out.
fn print_check(check: &Check, screen: &mut Screen) -> Result<()> {
    let style = match check.status {
        Status::Passed => Style::Good,
        Status::Failed | Status::NotChecked => Style::Bad,
    };
    let (verdict, words) = check.output.split_at_checked(4).unwrap_or_default();
    write!(screen, "{}{words}", screen.style(style, verdict))?;
    Ok(())
}

/// Checks a program of the learner's for one side of a lab, shows the report, and notes it when it passed.
pub fn check_exercise(
    lab: &'static Lab,
    side: Side,
    by: &By,
    screen: &mut Screen,
) -> Result<std::result::Result<Report, CheckError>> {
    let report = match plan_exercise_check::plan(lab, side, by).and_then(|plan| plan.run()) {
        Ok(report) => report,
        Err(error) => return Ok(Err(error)),
    };
    let mut graded = Graded::default();
    graded.add(Some(lab.number), &report, &keep(&report, false));
    graded
        .checks
        .iter()
        .try_for_each(|check| print_check(check, screen))?;
    plan_exercise_check::note(&report, lab, side, by)?;
    Ok(Ok(report))
}
