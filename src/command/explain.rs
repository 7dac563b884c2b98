//! `cargo lab explain`: prints the page of a code that the check has printed.
//!
//! Rule: every text about a code comes from its page.

use super::args::printable;
use super::{Args, Command, CommandOutcome, Screen, Style, WrongUse};
use anyhow::Result;
use std::io::Write;
use wirelab::check::diagnosis::{self, Page};
use wirelab::check::report;
use wirelab::course::glossary;

/// `cargo lab explain [CODE]`
pub const COMMAND: Command = Command {
    name: "explain",
    places: &["[CODE]"],
    sentence: "explain a code of the check (W10) or a word (Host)",
    more: "CODE is the code in brackets in the report of a failed check: W10, 10 or\n\
           cl-chars. It may also be a status code, a field name, a method, an event or an\n\
           escape: 404, Host, GET, fin. Without CODE it lists all codes.",
    options: &[],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    screen.page_by_page();
    let Some(name) = args.text(0)? else {
        list(screen)?;
        return Ok(CommandOutcome::Passed);
    };
    match (diagnosis::page(name), glossary::any(name)) {
        (Some(page), _) => show(page, screen)?,
        (None, Some(term)) => {
            print(&format!("{}: {}", term.word, term.says), "  ", screen)?;
            writeln!(screen, "{}", screen.style(Style::Dim, term.source))?;
        }
        (None, None) => {
            let name = printable(name);
            let text =
                format!("there is no code or word `{name}`: `cargo lab explain` lists the codes");
            return Err(WrongUse(text).into());
        }
    }
    Ok(CommandOutcome::Passed)
}

fn list(screen: &mut Screen) -> Result<()> {
    for page in diagnosis::pages() {
        writeln!(screen, "{}  {}", page.code, page.title)?;
    }
    writeln!(screen, "\n`cargo lab explain W10` explains one of them.")?;
    Ok(())
}

/// The page of a code.
pub fn show(page: &Page, screen: &mut Screen) -> Result<()> {
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
    for hint in &page.languages {
        let text = format!("{}: {}", hint.language.name(), hint.text);
        print(&text, "  ", screen)?;
    }
    writeln!(screen)?;
    for line in report::rule_and_advice(page.rule, page.advice, "") {
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
