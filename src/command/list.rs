//! `cargo lab`, `cargo lab list`: the labs by acts, what is passed, what is next.
//!
//! Rule: every word about a lab comes from the catalogue, and what is passed from the progress file.

use super::{Args, Command, Outcome, Screen, Style};
use anyhow::Result;
use std::io::Write;
use wirelab::course::catalogue::{self, ACTS, Lab};

/// `cargo lab list`
pub const COMMAND: Command = Command {
    name: "list",
    places: &[],
    sentence: "the labs: minutes, difficulty, what is passed and next",
    more: "",
    options: &[],
    run,
};

fn run(_: &Args, screen: &mut Screen) -> Result<Outcome> {
    for act in ACTS {
        let heading = format!("Act {} · {}", act.numeral, act.title);
        writeln!(screen, "{}", screen.style(Style::Bold, &heading))?;
        for lab in act.labs {
            writeln!(screen, "{}", line(lab))?;
        }
        writeln!(screen)?;
    }
    for track in catalogue::TRACKS {
        let labs = catalogue::counted(track.labs);
        writeln!(screen, "{}: labs {labs}", track.name)?;
    }
    Ok(Outcome::Passed)
}

/// One lab on one line.
fn line(lab: &Lab) -> String {
    let state = if lab.built.is_some() {
        ""
    } else {
        "not built yet"
    };
    let words = format!(
        "{:4}  {:42} {:3} min  {:7} {state}",
        lab.number,
        lab.title,
        lab.minutes,
        lab.difficulty.word()
    );
    words.trim_end().to_string()
}
