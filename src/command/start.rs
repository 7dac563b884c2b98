//! `cargo lab start N`: puts the exercise of a lab into the workbench.
//!
//! Rule: a file that the learner has written is not overwritten.

use super::args::printable;
use super::lab::lab_at;
use super::{Args, Command, CommandOutcome, Opt, Screen, WrongUse};
use anyhow::{Context, Result};
use std::io::Write;
use wirelab::course::catalogue::{Lab, Language, Side};
use wirelab::course::workbench::{self, PlaceError, Placed};

/// `cargo lab start N`
pub const COMMAND: Command = Command {
    name: "start",
    places: &["N"],
    sentence: "put the exercise of lab N into your workbench",
    more: "start copies the programs of the exercise to src/bin/ in the workbench. You may\n\
           change them. Run them as start says, and check them with `cargo lab check 9`.\n\
           start never overwrites a file that you have written. LANG is rust, python, node,\n\
           go or c.",
    options: &[
        ONLY_SERVER,
        ONLY_CLIENT,
        Opt {
            name: "--lang",
            value: Some("LANG"),
            sentence: "in this language, and not in Rust",
        },
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

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let lab = lab_at(args, 0)?;
    let number = lab.number;
    let language = language(args)?;
    let sides = sides(args, &lab.exercises());
    let mut new = 0;
    for side in &sides {
        let placed = match workbench::place(lab, *side, language, args.has("--again")) {
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
                writeln!(screen, "{file} is the stub again")?;
                writeln!(screen, "{old} is your old file")?;
            }
            Placed::Kept { file } => {
                writeln!(screen, "{file} exists already, and was not changed")?;
            }
        }
    }
    how_to_run(lab, &sides, screen)?;
    if new == 0 {
        writeln!(
            screen,
            "\n`cargo lab start {number} --again` starts again, and keeps your file as .old"
        )?;
        return Ok(CommandOutcome::Failed);
    }
    writeln!(screen, "\nChange it in your editor, then:")?;
    writeln!(
        screen,
        "  cargo lab watch {number}    checks it whenever you save"
    )?;
    writeln!(screen, "  cargo lab check {number}    checks it once")?;
    writeln!(screen, "  cargo lab hint {number}     when you are stuck")?;
    Ok(CommandOutcome::Passed)
}

/// The language that `--lang` names, also by the names that people and files give it.
fn language(args: &Args) -> Result<Language, WrongUse> {
    let Some(name) = args.value_text("--lang")? else {
        return Ok(Language::Rust);
    };
    let name = name.to_ascii_lowercase();
    let mut all = Language::ALL.into_iter();
    let found = all.find(|language| {
        let other = match language {
            Language::Python => "python3",
            Language::Node => "javascript",
            Language::Go => "golang",
            _ => "",
        };
        [language.word(), language.extension(), other].contains(&name.as_str())
    });
    found.ok_or_else(|| {
        let name = printable(&name);
        let words = Language::ALL.map(Language::word).join(", ");
        WrongUse(format!(
            "there are no stubs in `{name}`: LANG is one of {words}"
        ))
    })
}

/// The command that runs each of these programs by hand, from the workbench's root.
fn how_to_run(lab: &Lab, sides: &[Side], screen: &mut Screen) -> Result<()> {
    let programs = sides.iter().filter_map(|side| {
        let (language, file) = workbench::program(lab, *side)?;
        Some(workbench::run_command(
            &lab.program("my", *side),
            language,
            &file,
        ))
    });
    let commands: Vec<String> = programs.collect();
    writeln!(
        screen,
        "\nTo run {}:",
        if commands.len() == 1 { "it" } else { "them" }
    )?;
    for command in commands {
        writeln!(screen, "  {command}")?;
    }
    Ok(())
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
