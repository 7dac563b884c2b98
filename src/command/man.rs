//! `man`: the manual page, made from the table of commands.
//!
//! Rule: this file contains no name of a command or an option. All names come from the table.

use super::{Args, COMMANDS, Command, CommandOutcome, Screen};
use anyhow::Result;
use std::io::Write;

/// `cargo lab man`
pub const COMMAND: Command = Command {
    name: "man",
    places: &[],
    sentence: "print the manual page",
    more: "wirelab man > ~/.local/share/man/man1/wirelab.1, then man wirelab;\n\
           or at once: wirelab man | man -l -",
    options: &[],
    run,
};

fn run(_: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    write!(screen, "{}", manual())?;
    Ok(CommandOutcome::Passed)
}

/// The page in the macros of man(7).
fn manual() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut page = format!(".TH WIRELAB 1 \"\" \"wirelab {version}\" \"User Commands\"\n");
    page.push_str(
        ".SH NAME\nwirelab \\- clients and servers on raw TCP, with every byte visible\n",
    );
    page.push_str(".SH SYNOPSIS\n.B wirelab\n.RI [ command \" [\" options ]]\n.SH COMMANDS\n");
    for command in COMMANDS {
        let words = [&[command.name], command.places].concat().join(" ");
        page.push_str(&format!(".SS wirelab {}\n", roff(&words)));
        page.push_str(&format!("{}.\n", roff(command.sentence)));
        if !command.more.is_empty() {
            page.push_str(".PP\n.nf\n");
            for line in command.more.lines() {
                page.push_str(&format!("{}\n", roff(line)));
            }
            page.push_str(".fi\n");
        }
        for option in command.options {
            let value = option
                .value
                .map(|value| format!(" \\fI{}\\fR", roff(value)));
            let value = value.unwrap_or_default();
            let (name, sentence) = (roff(option.name), roff(option.sentence));
            page.push_str(&format!(".TP\n\\fB{name}\\fR{value}\n{sentence}\n"));
        }
    }
    page.push_str(
        ".SH EXIT STATUS\n0 passed, 1 failed, 2 wrong use, 3 a program could not be started;\n\
         .B fetch\nhas those of curl.\n",
    );
    page
}

/// A line of text for roff: no escapes, no hyphens that break, and no command at its start.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    match text.starts_with(['.', '\'']) {
        true => format!("\\&{text}"),
        false => text,
    }
}
