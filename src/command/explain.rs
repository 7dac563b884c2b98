//! `cargo lab explain`: the pages of the codes that the check prints.
//!
//! Rule: every word about a code comes from its page.

use super::args::printable;
use super::{Args, Command, Outcome, Screen, Style, WrongUse};
use anyhow::Result;
use std::io::Write;
use wirelab::check::diagnosis::{self, Page};
use wirelab::check::report;

/// `cargo lab explain [CODE]`
pub const COMMAND: Command = Command {
    name: "explain",
    places: &["[CODE]"],
    sentence: "explain a code of the check (W10), or list all codes",
    more: "CODE is the code in brackets in the report of a failed check: W10, 10 or\n\
           cl-chars.",
    options: &[],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<Outcome> {
    match args.text(0)? {
        Some(name) => {
            let page = diagnosis::page(name).ok_or_else(|| {
                let name = printable(name);
                WrongUse(format!(
                    "there is no code `{name}`: `cargo lab explain` lists them"
                ))
            })?;
            show(page, screen)?;
        }
        None => list(screen)?,
    }
    Ok(Outcome::Passed)
}

fn list(screen: &mut Screen) -> Result<()> {
    for page in diagnosis::pages() {
        writeln!(screen, "{}  {}", page.code, page.title)?;
    }
    writeln!(
        screen,
        "\n`cargo lab explain W10` tells more about one of them."
    )?;
    Ok(())
}

fn show(page: &Page, screen: &mut Screen) -> Result<()> {
    let heading = format!("{} {} · {}", page.code, page.slug, page.title);
    for line in report::wrap("", &heading, "    ") {
        writeln!(screen, "{}", screen.style(Style::Bold, &line))?;
    }
    for paragraph in &page.text {
        writeln!(screen)?;
        print(paragraph, "", screen)?;
    }
    if !page.languages.is_empty() {
        writeln!(screen)?;
    }
    for (language, text) in &page.languages {
        print(&format!("{}: {text}", language.name()), "  ", screen)?;
    }
    writeln!(screen)?;
    for line in report::rule_and_advice(page, "") {
        writeln!(screen, "{line}")?;
    }
    Ok(())
}

fn print(text: &str, indent: &str, screen: &mut Screen) -> Result<()> {
    for line in report::wrap("", text, indent) {
        writeln!(screen, "{line}")?;
    }
    Ok(())
}
