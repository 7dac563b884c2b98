//! `help`, `--help`, `--version`: the usage text, made from the tables of the commands.
//!
//! Rule: this file contains no name of a command or an option. All names come from the tables.

use super::{Args, COMMANDS, Command, CommandOutcome, Screen, Style};
use anyhow::Result;
use std::io::Write;

/// `cargo lab help [COMMAND]`
pub const COMMAND: Command = Command {
    name: "help",
    places: &["[COMMAND]"],
    sentence: "show this table, or the page of one command",
    more: "",
    options: &[],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    match args.place(0) {
        Some(name) => of(super::find(&name.to_string_lossy())?, screen),
        None => overview(screen),
    }
}

/// The table of all commands.
pub fn overview(screen: &mut Screen) -> Result<CommandOutcome> {
    screen.text_is_ours();
    screen.page_by_page();
    writeln!(
        screen,
        "wirelab: clients and servers on raw TCP, with every byte visible\n"
    )?;
    writeln!(
        screen,
        "{}",
        screen.style(Style::Bold, "usage: cargo lab [COMMAND]")
    )?;
    for command in COMMANDS {
        let words = [&[command.name], command.places].concat().join(" ");
        if words.len() <= 20 {
            writeln!(screen, "  {words:20}{}", command.sentence)?;
        } else {
            writeln!(screen, "  {words}\n  {:20}{}", "", command.sentence)?;
        }
    }
    writeln!(
        screen,
        "\n`cargo lab` lists the labs. `cargo lab 9` is short for `cargo lab lab 9`."
    )?;
    writeln!(
        screen,
        "`cargo lab help COMMAND` or `COMMAND --help` shows the page of one command."
    )?;
    writeln!(
        screen,
        "exit codes: 0 passed, 1 failed, 2 wrong use, 3 a program could not be started"
    )?;
    Ok(CommandOutcome::Passed)
}

/// The page of one command: usage, sentence, text and options.
pub fn of(command: &Command, screen: &mut Screen) -> Result<CommandOutcome> {
    screen.text_is_ours();
    screen.page_by_page();
    writeln!(
        screen,
        "{}",
        screen.style(Style::Bold, &usage_line(command))
    )?;
    writeln!(screen, "{}.", command.sentence)?;
    if !command.more.is_empty() {
        writeln!(screen, "\n{}", command.more.trim_end())?;
    }
    if !command.options.is_empty() {
        writeln!(screen)?;
    }
    for option in command.options {
        let words = match option.value {
            Some(value) => format!("{} {value}", option.name),
            None => option.name.to_string(),
        };
        writeln!(screen, "  {words:20}{}", option.sentence)?;
    }
    Ok(CommandOutcome::Passed)
}

/// `usage: cargo lab tap LISTEN UPSTREAM [options]`
pub fn usage_line(command: &Command) -> String {
    let mut line = format!("usage: cargo lab {}", command.name);
    for place in command.places {
        line.push(' ');
        line.push_str(place);
    }
    if !command.options.is_empty() {
        line.push_str(" [options]");
    }
    line
}

/// `wirelab 1.0.0`
pub fn version(screen: &mut Screen) -> Result<CommandOutcome> {
    writeln!(screen, "wirelab {}", env!("CARGO_PKG_VERSION"))?;
    Ok(CommandOutcome::Passed)
}
