//! `cargo lab bill`: writes the bill, a text that says which exercises passed and that anyone can verify.
//!
//! Rule: a bill contains only exercises whose check has just passed. Verifying a bill runs these checks again.

use super::args::printable;
use super::screen;
use super::{Args, Command, CommandOutcome, Opt, Screen, Style};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use wirelab::course::bill_of_exercises::{self, Bill, Served};
use wirelab::course::plan_exercise_check;
use wirelab::course::program_hash;
use wirelab::course::progress::Progress;

/// `cargo lab bill`
pub const COMMAND: Command = Command {
    name: "bill",
    places: &[],
    sentence: "write a record of what passed, or verify one",
    more: "This command checks again every program that has passed. Then it writes the\n\
           record: the hash of each program, each conversation with its weathers,\n\
           its bytes and the hash of its transcript, the seed of the fresh conversations,\n\
           and a hash over all of it. It leaves out the course's own programs.\n\
           With --verify it reads a bill, runs its checks with the programs in this\n\
           workbench, and says whether they are the same programs with the same results.\n\
           A bill is a record, not a proof: anybody with wirelab can write one. A teacher\n\
           who has seen the checks pass signs it, and all can verify the signature:\n\
             ssh-keygen -Y sign -f KEY -n wirelab-bill bill.txt\n\
             ssh-keygen -Y verify -f SIGNERS -I NAME -n wirelab-bill \\\n\
               -s bill.txt.sig <bill.txt",
    options: &[
        Opt {
            name: "--name",
            value: Some("NAME"),
            sentence: "the name on the bill",
        },
        Opt {
            name: "--save",
            value: Some("FILE"),
            sentence: "write the bill to this file, not to the screen",
        },
        Opt {
            name: "--svg",
            value: Some("FILE"),
            sentence: "write the bill as a picture, too",
        },
        Opt {
            name: "--verify",
            value: Some("FILE"),
            sentence: "verify the bill in this file",
        },
    ],
    run,
};

/// The longest file that can be a bill, in bytes. Reason: all labs make some 20 KB.
const LONGEST: u64 = 64 * 1024;

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    match args.value("--verify") {
        Some(file) => verify(Path::new(file), screen),
        None => write(args, screen),
    }
}

/// Makes the bill, of what passes now.
fn write(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let progress = Progress::load()?;
    let mut bill = Bill::of(&progress, args.value_text("--name")?);
    if bill.programs.is_empty() {
        bail!("no exercise has passed yet, so there is no bill: `cargo lab` shows where to begin");
    }
    let mut outcome = CommandOutcome::Passed;
    let mut kept = Vec::new();
    for served in bill.programs {
        match holds(&served, &progress, bill.seed) {
            Ok(()) => kept.push(served),
            Err(why) => {
                outcome = CommandOutcome::Failed;
                screen::warn(&format!(
                    "left out: {} {}: {why}",
                    served.slug,
                    served.side.word()
                ));
            }
        }
    }
    bill.programs = kept;
    match args.value("--save") {
        Some(file) => save(Path::new(file), &bill.text())?,
        None => write!(screen, "{}", bill.text())?,
    }
    if let Some(file) = args.value("--svg") {
        save(Path::new(file), &bill_of_exercises::svg(&bill))?;
    }
    Ok(outcome)
}

/// Reads a bill and runs its checks again.
fn verify(file: &Path, screen: &mut Screen) -> Result<CommandOutcome> {
    let name = file.display().to_string();
    let name = printable(&name);
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).with_context(|| name.clone())?;
    // The length that a file claims is no limit: /dev/zero claims none.
    let read = opened.take(LONGEST + 1).read_to_end(&mut bytes);
    read.with_context(|| name.clone())?;
    if bytes.len() as u64 > LONGEST {
        bail!("{name}: this is not a bill: it has more than {LONGEST} bytes");
    }
    let bill = Bill::parse(&String::from_utf8_lossy(&bytes)).with_context(|| name.clone())?;
    let progress = Progress::load()?;
    let mut outcome = CommandOutcome::Passed;
    for served in &bill.programs {
        let program = format!("{} {}", served.slug, served.side.word());
        match holds(served, &progress, bill.seed) {
            Ok(()) => writeln!(screen, "{} {program}", screen.style(Style::Good, "holds"))?,
            Err(why) => {
                outcome = CommandOutcome::Failed;
                writeln!(
                    screen,
                    "{} {program}: {why}",
                    screen.style(Style::Bad, "FAILS")
                )?;
            }
        }
    }
    match outcome {
        CommandOutcome::Passed => writeln!(
            screen,
            "\nThe bill is valid: {}.\nThe programs of the bill are in this workbench, and they pass its checks \
             now.\nThe bill does not show who wrote them.",
            bill.total()
        )?,
        CommandOutcome::Failed | CommandOutcome::Exit(_) => {
            writeln!(screen, "\nThe bill is not valid.")?
        }
    }
    Ok(outcome)
}

/// Checks one program of a bill; otherwise why it does not hold, on one line.
fn holds(served: &Served, progress: &Progress, seed: u64) -> std::result::Result<(), String> {
    let lab = served.lab().ok_or("this course has no such lab")?;
    let by = progress.by(lab, served.side);
    if program_hash::is_reference(lab, served.side, &by) {
        return Err("it is the course's own program".to_string());
    }
    if served.by != program_hash::named(lab, served.side, &by) {
        return Err("the program in this workbench is another one".to_string());
    }
    let check =
        plan_exercise_check::plan_with(lab, served.side, &by, seed).and_then(|plan| plan.run());
    let report = check.map_err(|error| {
        let text = error.to_string();
        text.lines().next().unwrap_or_default().to_string()
    })?;
    if report.passed() {
        return Ok(());
    }
    let number = lab.number;
    Err(format!("its check fails: see `cargo lab check {number}`"))
}

fn save(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| file.display().to_string())
}
