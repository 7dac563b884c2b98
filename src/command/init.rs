//! `wirelab init DIR`: makes a workbench outside a clone of the course.

use super::{Args, Command, CommandOutcome, Opt, Screen};
use anyhow::Result;
use std::io::Write;
use std::path::Path;
use wirelab::course::init::{Made, add_class, init};

/// `wirelab init DIR`
pub const COMMAND: Command = Command {
    name: "init",
    places: &["DIR"],
    sentence: "make a workbench in a folder outside of the clone",
    more: "init is for a course without a clone. It makes DIR a package for your programs,\n\
           with your progress in progress.txt. Every command that runs inside DIR finds\n\
           both. init overwrites no file in DIR. In a clone the workbench is\n\
           labs/workbench.",
    options: &[Opt {
        name: "--class",
        value: None,
        sentence: "add files that let GitHub and GitLab check your programs",
    }],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let folder = Path::new(args.place(0).unwrap_or_default());
    let shown = folder.display();
    match init(folder)? {
        Made::New => writeln!(screen, "{shown} is your workbench now")?,
        Made::Already => writeln!(
            screen,
            "{shown} is a workbench already, and was not changed"
        )?,
    }
    if args.has("--class") {
        add_class(folder)?;
        writeln!(screen, "GitHub and GitLab check it at each push")?;
    }
    writeln!(screen, "\nChange into it, then:")?;
    for (words, says) in [
        ("wirelab 1", "prints and runs the first lab"),
        ("wirelab start 1", "puts its exercise into src/bin/"),
        ("wirelab check 1", "checks it, byte for byte"),
    ] {
        writeln!(screen, "  {words:18}{says}")?;
    }
    Ok(CommandOutcome::Passed)
}
