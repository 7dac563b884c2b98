//! `cargo lab`, `cargo lab list`: prints the labs by acts, which of them have passed, and which one is next.
//!
//! Rule: every text about a lab comes from the catalogue, and what has passed comes from the progress file.

use super::pager;
use super::{Args, Command, CommandOutcome, Screen, Style};
use anyhow::Result;
use std::io::Write;
use wirelab::course::catalogue::{self, Act, Lab, Side};
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

fn run(_: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let progress = Progress::load()?;
    screen.page_by_page();
    print(&progress, &|_| true, screen)
}

/// `cargo lab` alone: on a terminal with fewer lines than the list, only the act of the next lab in full.
pub fn short(screen: &mut Screen) -> Result<CommandOutcome> {
    let progress = Progress::load()?;
    let next = progress.next().map_or(0, |lab| lab.act);
    let lines = catalogue::labs().count() + 2 * catalogue::acts().len() + catalogue::tracks().len();
    // The line for what is next, the one before it, and the one for the shell's next prompt.
    let fits = pager::terminal().is_none_or(|size| lines + 3 <= size.rows);
    let is_open = |act: &Act| fits || act.labs.iter().any(|lab| lab.act == next);
    print(&progress, &is_open, screen)
}

fn print(
    progress: &Progress,
    is_open: &dyn Fn(&Act) -> bool,
    screen: &mut Screen,
) -> Result<CommandOutcome> {
    let next = progress.next();
    let mut all_open = true;
    for act in catalogue::acts() {
        let heading = format!("Act {} · {}", act.numeral, act.title);
        if !is_open(act) {
            all_open = false;
            writeln!(screen, "{heading}: {}", folded(act, progress))?;
            continue;
        }
        writeln!(screen, "{}", screen.style(Style::Bold, &heading))?;
        for lab in &act.labs {
            let is_next = next.is_some_and(|next| next.number == lab.number);
            writeln!(screen, "{}", line(lab, progress, is_next, screen))?;
        }
        writeln!(screen)?;
    }
    if !all_open {
        writeln!(screen, "\nAll labs: cargo lab list")?;
    }
    for track in catalogue::tracks() {
        let labs = catalogue::counted(&track.labs);
        writeln!(screen, "{:14} labs {labs}", track.name)?;
    }
    match next {
        Some(lab) => writeln!(screen, "\nNext: cargo lab {}", lab.number)?,
        None => writeln!(screen, "\nAll passed. The bill, please: cargo lab bill")?,
    }
    Ok(CommandOutcome::Passed)
}

/// `labs 7 to 11, 2 of 5 passed`
fn folded(act: &Act, progress: &Progress) -> String {
    let numbers: Vec<u8> = act.labs.iter().map(|lab| lab.number).collect();
    let passed = act.labs.iter().filter(|lab| progress.is_done(lab)).count();
    let labs = catalogue::counted(&numbers);
    format!("labs {labs}, {passed} of {} passed", numbers.len())
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
