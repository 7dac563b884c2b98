//! `cargo lab start N`: puts the exercise of a lab into the workbench.
//!
//! Rule: what the learner has written stays.

use super::lab::lab_at;
use super::{Args, Command, Opt, Outcome, Screen, WrongUse};
use anyhow::{Context, Result};
use std::io::Write;
use wirelab::course::catalogue::Side;
use wirelab::course::workbench::{self, PlaceError, Placed};

/// `cargo lab start N`
pub const COMMAND: Command = Command {
    name: "start",
    places: &["N"],
    sentence: "put the exercise of lab N into your workbench",
    more: "start copies the programs of the exercise to src/bin/ in the workbench. They are\n\
           yours: change them, run them with `cargo run -q -p workbench --bin my09-server`,\n\
           and check them with `cargo lab check 9`. start never overwrites what you have\n\
           written.",
    options: &[
        ONLY_SERVER,
        ONLY_CLIENT,
        Opt {
            name: "--again",
            value: None,
            sentence: "start from the beginning; your file is kept as .old",
        },
    ],
    run,
};

/// For commands that take one side of a lab, or both; read by [`sides`].
pub const ONLY_SERVER: Opt = Opt {
    name: "--server",
    value: None,
    sentence: "only the server",
};

/// See [`ONLY_SERVER`].
pub const ONLY_CLIENT: Opt = Opt {
    name: "--client",
    value: None,
    sentence: "only the client",
};

fn run(args: &Args, screen: &mut Screen) -> Result<Outcome> {
    let lab = lab_at(args, 0)?;
    let number = lab.number;
    let mut new = 0;
    for side in sides(args, &lab.exercises()) {
        let placed = match workbench::place(lab, side, args.has("--again")) {
            Err(error @ PlaceError::NoStub(_)) => {
                return Err(WrongUse(format!("lab {number}: {error}")).into());
            }
            placed => placed.with_context(|| format!("lab {number}"))?,
        };
        match placed {
            Placed::New { file } => {
                new += 1;
                writeln!(screen, "{file} is your {} now", side.word())?;
            }
            Placed::Again { file, old } => {
                new += 1;
                writeln!(screen, "{file} is as at the beginning")?;
                writeln!(screen, "{old} is what you had")?;
            }
            Placed::Kept { file } => {
                writeln!(screen, "{file} is there already, and stays as it is")?;
            }
        }
    }
    if new == 0 {
        writeln!(
            screen,
            "`cargo lab start {number} --again` starts from the beginning, and keeps what you have"
        )?;
        return Ok(Outcome::Failed);
    }
    writeln!(screen, "\nOpen it in your editor, then:")?;
    writeln!(
        screen,
        "  cargo lab watch {number}    checks it whenever you save"
    )?;
    writeln!(screen, "  cargo lab check {number}    checks it once")?;
    writeln!(screen, "  cargo lab hint {number}     when you are stuck")?;
    Ok(Outcome::Passed)
}

/// The sides that `--server` and `--client` name; without them, all that the exercise has.
pub fn sides(args: &Args, all: &[Side]) -> Vec<Side> {
    let named = [(Side::Server, "--server"), (Side::Client, "--client")];
    let named: Vec<Side> = named
        .into_iter()
        .filter(|(_, option)| args.has(option))
        .map(|(side, _)| side)
        .collect();
    if named.is_empty() {
        all.to_vec()
    } else {
        named
    }
}
