//! `cargo lab`, `cargo lab list`: the labs by acts, what is passed, what is next.
//!
//! Rule: every word about a lab comes from the catalogue, and what is passed from the progress file.

use super::{Args, Command, Outcome, Screen, Style};
use anyhow::Result;
use std::io::Write;
use wirelab::course::catalogue::{self, Lab, Side};
use wirelab::course::progress::Progress;

/// `cargo lab list`
pub const COMMAND: Command = Command {
    name: "list",
    places: &[],
    sentence: "list the labs, and show what you have passed",
    more: "A lab is passed when each program of its exercise has passed its check. The list\n\
           of these programs is in progress.txt of the workbench. You may read and edit it.",
    options: &[],
    run,
};

fn run(_: &Args, screen: &mut Screen) -> Result<Outcome> {
    let progress = Progress::load()?;
    let next = progress.next();
    for act in catalogue::acts() {
        let heading = format!("Act {} · {}", act.numeral, act.title);
        writeln!(screen, "{}", screen.style(Style::Bold, &heading))?;
        for lab in &act.labs {
            let is_next = next.is_some_and(|next| next.number == lab.number);
            writeln!(screen, "{}", line(lab, &progress, is_next, screen))?;
        }
        writeln!(screen)?;
    }
    for track in catalogue::tracks() {
        let labs = catalogue::counted(&track.labs);
        writeln!(screen, "{:14} labs {labs}", track.name)?;
    }
    match next {
        Some(lab) => writeln!(screen, "\nNext: cargo lab {}", lab.number)?,
        None => writeln!(screen, "\nAll passed. The bill, please: cargo lab bill")?,
    }
    Ok(Outcome::Passed)
}

/// One lab on one line of at most 80 columns.
fn line(lab: &Lab, progress: &Progress, is_next: bool, screen: &Screen) -> String {
    let mark = if is_next { "->" } else { "  " };
    let words = format!(
        "{mark}{:3}  {:32} {:3} min  {:7}",
        lab.number,
        lab.title,
        lab.minutes,
        lab.difficulty.word()
    );
    let state = state(lab, progress);
    let line = match state.as_str() {
        "passed" => format!("{words} {}", screen.style(Style::Good, &state)),
        _ => format!("{words} {state}"),
    };
    line.trim_end().to_string()
}

/// `passed`, `client passed`, or nothing.
fn state(lab: &Lab, progress: &Progress) -> String {
    if progress.is_done(lab) {
        return "passed".to_string();
    }
    let sides: Vec<Side> = lab.exercises();
    let passed = sides.iter().filter(|side| progress.has_passed(lab, **side));
    let passed: Vec<String> = passed
        .map(|side| format!("{} passed", side.word()))
        .collect();
    passed.join(", ")
}
