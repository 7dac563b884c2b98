//! `cargo lab hint N`: one more hint at each call.
//!
//! Rule: a hint that was shown is not hidden again; the number of hints is kept with the progress.

use super::lab::lab_at;
use super::{Args, Command, CommandOutcome, Screen, Style};
use anyhow::Result;
use std::io::Write;
use wirelab::course::locations;
use wirelab::course::progress::Progress;
use wirelab::course::readme;

/// `cargo lab hint N`
pub const COMMAND: Command = Command {
    name: "hint",
    places: &["N"],
    sentence: "show the next hint; each lab has three",
    more: "",
    options: &[],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let lab = lab_at(args, 0)?;
    let progress = Progress::load()?;
    let all = lab.hints.len();
    let seen = progress.hints(lab).min(all);
    let from = if seen == all { 0 } else { seen };
    // Without a workbench nothing is kept, so they come at once.
    let to = match locations::workbench() {
        Some(_) => (seen + 1).min(all),
        None => all,
    };
    for (index, hint) in lab.hints.iter().enumerate().take(to).skip(from) {
        let number = format!("Hint {} of {all} for lab {}", index + 1, lab.number);
        writeln!(screen, "{}", screen.style(Style::Bold, &number))?;
        for line in readme::wrapped(hint, "", "") {
            writeln!(screen, "{line}")?;
        }
        writeln!(screen)?;
    }
    if to == all {
        let slug = lab.slug;
        let place = match locations::repository() {
            Some(_) => format!("labs/{slug}/"),
            None => format!("a clone of the course, in labs/{slug}/"),
        };
        writeln!(
            screen,
            "That was the last hint. A whole solution is in {place}."
        )?;
    } else {
        writeln!(screen, "Run the same command again for the next hint.")?;
    }
    if seen < all && locations::workbench().is_some() {
        Progress::update(|progress| progress.set_hints(lab, to.max(progress.hints(lab))))?;
    }
    Ok(CommandOutcome::Passed)
}
