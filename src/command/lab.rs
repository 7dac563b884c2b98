//! `cargo lab N`: the lab's story, then its real server and client over loopback, byte for byte.
//!
//! Rule: the words come from the lab's README and the catalogue; the bytes from the wire.

use super::{Args, Command, Outcome, Screen, WrongUse};
use anyhow::Result;
use std::io::Write;
use wirelab::course::catalogue::{self, Lab};

/// `cargo lab lab N`, and `cargo lab N` for short.
pub const COMMAND: Command = Command {
    name: "lab",
    places: &["N"],
    sentence: "the story of lab N, and its client and server at work",
    more: "",
    options: &[],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<Outcome> {
    let lab = lab_at(args, 0)?;
    writeln!(screen, "Lab {} · {}", lab.number, lab.title)?;
    Ok(Outcome::Passed)
}

/// The lab that the word at a place names.
pub fn lab_at(args: &Args, index: usize) -> Result<&'static Lab> {
    let number = args.lab(index)?.unwrap_or(0);
    let lab = catalogue::lab(number).ok_or_else(|| {
        WrongUse(format!(
            "there is no lab {number}: the labs are 1 to 24, `cargo lab` lists them"
        ))
    })?;
    Ok(lab)
}
