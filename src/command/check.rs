//! `cargo lab check N`: anyone's program against the lab, byte for byte.
//!
//! Rule: what is played, judged and diagnosed is decided in `check`; here are the words on the
//! command line, what is printed, and the exit code.

use super::{Args, Command, NotStarted, Opt, Outcome, Screen, Style, WrongUse};
use super::{output, screen, wire_file};
use crate::command::lab::lab_at;
use anyhow::Result;
use std::ffi::OsStr;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use wirelab::check::program::CommandLine;
use wirelab::check::{CheckError, Conversation, Plan, Report, Subject};
use wirelab::check::{evidence_files, junit, report};
use wirelab::course::cargo;
use wirelab::course::catalogue::{self, Lab, Side, Weather};
use wirelab::course::exercise;
use wirelab::course::home;
use wirelab::course::progress::By;
use wirelab::net;

/// `cargo lab check N`
pub const COMMAND: Command = Command {
    name: "check",
    places: &["[N]"],
    sentence: "check your program for lab N, in any language",
    more: "Without an option, the check takes your programs in the workbench. CMD is one\n\
           string. It is split into words as a shell does it, but no shell runs. Your\n\
           program finds the address in WIRELAB_ADDR. In CMD, {addr}, {host}, {port} and\n\
           {arg} are replaced. --lab-file takes a transcript, or one conversation of a lab:\n\
           a file in snapshots/.",
    options: &[
        Opt {
            name: "--server",
            value: Some("CMD"),
            sentence: "start this server and check it",
        },
        Opt {
            name: "--client",
            value: Some("CMD"),
            sentence: "start this client and check it",
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
            name: "--junit",
            value: Some("FILE"),
            sentence: "write the results as JUnit XML, too",
        },
    ],
    run,
};

/// One check that was asked for.
struct Job {
    plan: std::result::Result<Plan, CheckError>,
    /// For the progress file; none for a transcript of the user's own and for our own programs.
    note: Option<(&'static Lab, Side, By)>,
    /// `lab 09`.
    place: String,
}

fn run(args: &Args, screen: &mut Screen) -> Result<Outcome> {
    let weather = weather(args)?;
    let jobs = match args.value("--lab-file") {
        Some(file) => vec![own_file(args, file, weather)?],
        None => jobs_of_labs(args, weather)?,
    };
    let several = jobs.len() > 1;
    let mut reports = Vec::new();
    let mut not_checked = Vec::new();
    for job in jobs {
        match job.plan.and_then(|plan| plan.run()) {
            Ok(report) => {
                print_report(&report, screen)?;
                if let Some((lab, side, by)) = job.note {
                    exercise::note(&report, lab, side, &by)?;
                }
                reports.push(report);
            }
            Err(error) => {
                match &error {
                    CheckError::NotReady(unready) => {
                        write!(screen, "{}", report::unready_text(&job.place, unready))?;
                    }
                    _ if several => writeln!(screen, "NONE {} · {error}", job.place)?,
                    _ => {}
                }
                not_checked.push((job.place, error));
            }
        }
    }
    if let Some(file) = args.value("--junit") {
        output::write(file, junit::xml(&reports, &not_checked).as_bytes(), screen)?;
    }
    if let Some((place, error)) = not_checked.into_iter().next() {
        return Err(ended(place, error));
    }
    match reports.iter().all(Report::passed) {
        true => Ok(Outcome::Passed),
        false => Ok(Outcome::Failed),
    }
}

/// A check that did not come about: the user's words are wrong (2), or the program did not start (3).
fn ended(place: String, error: CheckError) -> anyhow::Error {
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
        None => Ok(exercise::seed()?),
        Some(text) => Ok(text
            .parse()
            .map_err(|_| WrongUse(format!("this is no number for --seed: `{text}`")))?),
    }
}

/// The side and the program that the options name, if they do.
fn subject(args: &Args) -> Result<Option<(Side, Subject, By)>> {
    let mut found = Vec::new();
    for (option, side) in [("--server", Side::Server), ("--client", Side::Client)] {
        if let Some(text) = args.value_text(option)? {
            let line =
                CommandLine::parse(text).map_err(|error| WrongUse(format!("{option}: {error}")))?;
            let subject = match line.own() {
                Some(path) => Subject::Own(path),
                None => Subject::Command(line),
            };
            found.push((side, subject, By::Command(text.to_string())));
        }
    }
    if let Some(text) = args.value_text("--addr")? {
        found.push((
            Side::Server,
            Subject::Address(address(text)?),
            By::Address(text.to_string()),
        ));
    }
    if found.len() > 1 {
        let text = "give one of --server, --client and --addr: one program is checked at a time";
        return Err(WrongUse(text.to_string()).into());
    }
    Ok(found.pop())
}

fn address(text: &str) -> Result<SocketAddr> {
    Ok(net::address(text)
        .map_err(|error| WrongUse(format!("this is no address for --addr: {error}")))?)
}

fn jobs_of_labs(args: &Args, weather: Option<Weather>) -> Result<Vec<Job>> {
    let subject = subject(args)?;
    let choice = Choice {
        subject: &subject,
        weather,
        seed: seed(args)?,
    };
    if args.has("--all") {
        if args.place(0).is_some() {
            return Err(WrongUse("give a lab or --all, not both".to_string()).into());
        }
        let jobs: Vec<Job> = catalogue::labs()
            .flat_map(|lab| jobs_of(args, lab, &choice, true))
            .collect();
        let text = "no exercise is started: `cargo lab start 1` puts the first into the workbench";
        return match jobs.is_empty() {
            true => Err(NotStarted(text.to_string()).into()),
            false => Ok(jobs),
        };
    }
    if args.place(0).is_none() {
        return Err(WrongUse("which lab? `cargo lab check 9`, or --all".to_string()).into());
    }
    let lab = lab_at(args, 0)?;
    let jobs = jobs_of(args, lab, &choice, false);
    if jobs.is_empty() {
        let number = lab.number;
        let text = format!(
            "lab {number:02}: you have not started: `cargo lab start {number}` puts the exercise there"
        );
        return Err(NotStarted(text).into());
    }
    Ok(jobs)
}

/// What the options say for every lab.
struct Choice<'a> {
    subject: &'a Option<(Side, Subject, By)>,
    weather: Option<Weather>,
    seed: u64,
}

/// The checks of one lab: of the program that the options name, of our own, or of what is in the
/// workbench. `all`: a lab without a conversation for that side is left out, and is no error.
fn jobs_of(args: &Args, lab: &'static Lab, choice: &Choice, all: bool) -> Vec<Job> {
    let Choice {
        subject,
        weather,
        seed,
    } = *choice;
    let mut jobs = Vec::new();
    let mut job = |side, subject: std::result::Result<Subject, CheckError>, by: Option<By>| {
        let plan = subject.and_then(|subject| exercise::plan_of(lab, side, subject, weather, seed));
        if !(all && matches!(plan, Err(CheckError::Nothing(_)))) {
            let note = by.filter(|_| weather.is_none()).map(|by| (lab, side, by));
            jobs.push(Job {
                plan,
                note,
                place: format!("lab {:02}", lab.number),
            });
        }
    };
    if let Some((side, subject, by)) = subject {
        job(*side, Ok(subject.clone()), Some(by.clone()));
    } else if args.has("--reference") {
        for side in [Side::Server, Side::Client] {
            if lab.has(side) && lab.scripts_for(side).next().is_some() {
                let path = cargo::lab_programs(lab, &[side])
                    .map_err(|error| CheckError::Build(error.to_string()));
                job(
                    side,
                    path.map(|mut paths| Subject::Own(paths.remove(0))),
                    None,
                );
            }
        }
    } else {
        for side in lab.exercises() {
            match cargo::workbench_program(lab, side) {
                Err(cargo::BuildError::NotStarted { .. }) => {}
                path => job(
                    side,
                    path.map(Subject::Own)
                        .map_err(|error| CheckError::Build(error.to_string())),
                    Some(By::Workbench),
                ),
            }
        }
    }
    jobs
}

/// A check against a transcript of the user's own.
fn own_file(args: &Args, file: &OsStr, weather: Option<Weather>) -> Result<Job> {
    let expected = wire_file::read_steps(file)?;
    let text = "--lab-file needs a program: --server CMD, --client CMD or --addr HOST:PORT";
    let (side, subject, _) = subject(args)?.ok_or_else(|| WrongUse(text.to_string()))?;
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
        plan: Ok(plan),
        note: None,
        place: stem,
    })
}

fn print_report(report: &Report, screen: &mut Screen) -> Result<()> {
    let here = home::workbench().map_or(PathBuf::new(), |workbench| workbench.root);
    let kept = evidence_files::keep(report, &here).unwrap_or_else(|error| {
        // The verdict does not depend on it.
        screen::warn(&format!("the transcripts are not kept: {error}"));
        Vec::new()
    });
    let text = report::text(report, &kept);
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let style = if report.passed() {
        Style::Good
    } else {
        Style::Bad
    };
    let (verdict, words) = first.split_at(4);
    write!(screen, "{}{words}\n{rest}", screen.style(style, verdict))?;
    Ok(())
}

/// Checks the learner's program for one side of a lab, shows the report, and notes it when it passed.
pub fn check_exercise(
    lab: &'static Lab,
    side: Side,
    screen: &mut Screen,
) -> Result<std::result::Result<Report, CheckError>> {
    let by = By::Workbench;
    let report = match exercise::plan(lab, side, &by).and_then(|plan| plan.run()) {
        Ok(report) => report,
        Err(error) => return Ok(Err(error)),
    };
    print_report(&report, screen)?;
    exercise::note(&report, lab, side, &by)?;
    Ok(Ok(report))
}
