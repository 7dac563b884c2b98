//! `cargo lab watch N`: checks the learner's programs now, and again after every save.
//!
//! Rule: at each save it does the same as `cargo lab check N`. This file only waits for the saves.

use super::check::{Named, check_exercise, commands};
use super::lab::lab_at;
use super::{Args, Command, CommandOutcome, NotStarted, Opt, Screen, Style};
use anyhow::Result;
use std::io::Write;
use std::path::PathBuf;
use wirelab::check::CheckError;
use wirelab::check::program::CommandLine;
use wirelab::check::report;
use wirelab::course::catalogue::{Lab, Side};
use wirelab::course::plan_exercise_check;
use wirelab::course::progress::{By, Progress};
use wirelab::course::workbench;

/// `cargo lab watch N`
pub const COMMAND: Command = Command {
    name: "watch",
    places: &["N"],
    sentence: "check your programs for lab N after every save",
    more: "watch checks the same programs as `cargo lab check N`. A few times a second it\n\
           looks at the workbench, at the files that CMD names, and at other files of the\n\
           same kind beside them. After each change it builds and checks the programs. It\n\
           ends when everything has passed, or when you press Ctrl-C.",
    options: &[
        Opt {
            name: "--server",
            value: Some("[CMD]"),
            sentence: "only the server; started by this command",
        },
        Opt {
            name: "--client",
            value: Some("[CMD]"),
            sentence: "only the client; started by this command",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let lab = lab_at(args, 0)?;
    let number = lab.number;
    let programs = programs(args, lab)?;
    if programs.is_empty() {
        let text = format!(
            "lab {number}: nothing to watch yet: `cargo lab start {number}` puts the exercise there"
        );
        return Err(NotStarted(text).into());
    }
    let files = files(&programs);
    loop {
        // Before the check: what is saved while it runs counts, too.
        let before = workbench::saved(&files);
        if check(lab, &programs, screen)? {
            writeln!(screen, "\nAll passed. `cargo lab` says what is next.")?;
            return Ok(CommandOutcome::Passed);
        }
        let what = match files.is_empty() {
            true => "your workbench".to_string(),
            false => command_lines(&programs).join(" and "),
        };
        let words = format!("\nwatching {what} for lab {number}; Ctrl-C ends it");
        writeln!(screen, "{}", screen.style(Style::Dim, &words))?;
        workbench::wait_for_save(&before, &files);
        writeln!(
            screen,
            "{}\n",
            screen.style(Style::Dim, &format!("{} saved", "-".repeat(74)))
        )?;
    }
}

/// What is watched: the programs that the options name, or else those that a check would take.
fn programs(args: &Args, lab: &Lab) -> Result<Vec<(Side, By)>> {
    let named = commands(args)?;
    if !named.is_empty() {
        for named in &named {
            plan_exercise_check::remember(lab, named.side, &named.by)?;
        }
        let started = |named: &Named| {
            named.by != By::Workbench || workbench::program(lab, named.side).is_some()
        };
        let kept = named.into_iter().filter(started);
        return Ok(kept.map(|named| (named.side, named.by)).collect());
    }
    let progress = Progress::load()?;
    let sides = lab.exercises().into_iter();
    let chosen =
        sides.filter_map(|side| Some((side, plan_exercise_check::chosen(&progress, lab, side)?)));
    Ok(chosen.collect())
}

/// The commands among the programs, as they were given.
fn command_lines(programs: &[(Side, By)]) -> Vec<String> {
    let command = |(_, by): &(Side, By)| match by {
        By::Command(command) => Some(format!("`{command}`")),
        _ => None,
    };
    programs.iter().filter_map(command).collect()
}

/// The files that the commands name.
fn files(programs: &[(Side, By)]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for (_, by) in programs {
        if let By::Command(command) = by
            && let Ok(line) = CommandLine::parse(command)
        {
            let paths = line.words().into_iter().map(PathBuf::from);
            files.extend(paths.filter(|path| path.is_file()));
        }
    }
    files
}

/// Checks each program; whether all of them passed. A program that does not compile or start is a result
/// like any other here: the next save may mend it.
fn check(lab: &'static Lab, programs: &[(Side, By)], screen: &mut Screen) -> Result<bool> {
    let mut passed = true;
    for (side, by) in programs {
        match check_exercise(lab, *side, by, screen)? {
            Ok(report) => passed &= report.passed(),
            Err(error) => {
                passed = false;
                let place = format!("lab {:02}", lab.number);
                match &error {
                    CheckError::NotReady(unready) => {
                        write!(screen, "{}", report::unready_text(&place, unready))?;
                    }
                    error => writeln!(screen, "FAIL {place} · {error}")?,
                }
            }
        }
    }
    Ok(passed)
}
