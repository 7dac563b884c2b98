//! `cargo lab watch N`: checks the learner's programs now, and again after every save.
//!
//! Rule: what happens at a save is what `cargo lab check N` does; here is only the waiting.

use super::check::check_exercise;
use super::lab::lab_at;
use super::start::{ONLY_CLIENT, ONLY_SERVER, sides};
use super::{Args, Command, NotStarted, Outcome, Screen, Style};
use anyhow::Result;
use std::io::Write;
use wirelab::check::CheckError;
use wirelab::check::report;
use wirelab::course::catalogue::{Lab, Side};
use wirelab::course::workbench;

/// `cargo lab watch N`
pub const COMMAND: Command = Command {
    name: "watch",
    places: &["N"],
    sentence: "check your programs for lab N after every save",
    more: "watch looks at the workbench a few times a second. After each change it builds\n\
           and checks the programs. It ends when everything has passed, or when you press\n\
           Ctrl-C.",
    options: &[ONLY_SERVER, ONLY_CLIENT],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<Outcome> {
    let lab = lab_at(args, 0)?;
    let sides = sides(args, &lab.exercises());
    let number = lab.number;
    if !workbench::started()
        .iter()
        .any(|(started, side)| started.number == number && sides.contains(side))
    {
        let text = format!(
            "lab {number}: nothing to watch yet: `cargo lab start {number}` puts the exercise there"
        );
        return Err(NotStarted(text).into());
    }
    loop {
        // Before the check: what is saved while it runs counts, too.
        let before = workbench::saved();
        if check(lab, &sides, screen)? {
            writeln!(screen, "\nAll passed. `cargo lab` says what is next.")?;
            return Ok(Outcome::Passed);
        }
        let words = format!("\nwatching your workbench for lab {number}; Ctrl-C ends it");
        writeln!(screen, "{}", screen.style(Style::Dim, &words))?;
        workbench::wait_for_save(&before);
        writeln!(
            screen,
            "{}\n",
            screen.style(Style::Dim, &format!("{} saved", "-".repeat(74)))
        )?;
    }
}

/// Checks each side; whether all of them passed. A program that does not compile or start is a result
/// like any other here: the next save may mend it.
fn check(lab: &'static Lab, sides: &[Side], screen: &mut Screen) -> Result<bool> {
    let mut passed = true;
    for side in sides {
        match check_exercise(lab, *side, screen)? {
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
