//! `cargo lab N`: the lab's story, then its real server and client over loopback, byte for byte.
//!
//! Rule: the texts come from the lab's README and the catalogue, and the bytes from the recorded conversation.

use super::args::printable;
use super::{Args, Command, CommandOutcome, NotStarted, Screen, Style, WrongUse};
use anyhow::{Context, Result};
use std::io::Write;
use wirelab::course::catalogue::{self, Lab};
use wirelab::course::locations;
use wirelab::course::readme::{self, Readme};
use wirelab::course::run_lab::{self, LabRun, LabRunError, Origin};
use wirelab::plural::count_of;
use wirelab::wire::{self, Ink};

/// `cargo lab lab N`, and `cargo lab N` for short.
pub const COMMAND: Command = Command {
    name: "lab",
    places: &["N"],
    sentence: "print lab N, and run its client and server",
    more: "N is a number, or a lab's name: 9, 09-smallest-answer, smallest-answer. A proxy\n\
           between the client and the server records the bytes while you look. On a\n\
           terminal, lab draws the bytes as a ladder. Otherwise, or if NO_COLOR is set, it\n\
           prints them in the notation of the course and its tests. A text that is longer\n\
           than the terminal comes page by page.",
    options: &[],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let lab = lab_at(args, 0)?;
    let readme = Readme::of(lab.readme);
    screen.page_by_page();
    writeln!(screen, "{}", screen.style(Style::Bold, readme.title))?;
    writeln!(screen, "{}", readme.sentence)?;
    writeln!(screen, "{}\n", screen.style(Style::Dim, readme.effort))?;
    print_part(&readme, "Story", screen)?;
    on_the_wire(lab, screen)?;
    heading("By hand", screen)?;
    print_part(&readme, "By hand", screen)?;
    heading("Exercise", screen)?;
    print_part(&readme, "Exercise", screen)?;
    next(lab, screen)?;
    Ok(CommandOutcome::Passed)
}

/// The lab that the word at a place names.
pub fn lab_at(args: &Args, index: usize) -> Result<&'static Lab> {
    let word = args.place(index).unwrap_or_default().to_string_lossy();
    let lab = super::lab_number(&word).and_then(catalogue::lab);
    let lab = lab.ok_or_else(|| {
        let word = printable(&word);
        let numbers: Vec<u8> = catalogue::labs().map(|lab| lab.number).collect();
        let labs = catalogue::counted(&numbers);
        WrongUse(format!(
            "there is no lab `{word}`: the labs are {labs}, `cargo lab` lists them"
        ))
    })?;
    Ok(lab)
}

/// Runs the two programs and shows what they said.
fn on_the_wire(lab: &Lab, screen: &mut Screen) -> Result<()> {
    let run = match run_lab::run(lab) {
        Ok(run) => run,
        Err(LabRunError::NoPair) => return Ok(()),
        Err(error) => {
            let error = NotStarted(error.to_string());
            return Err(error).with_context(|| format!("lab {}", lab.number));
        }
    };
    heading("On the wire, a moment ago", screen)?;
    if let Some(text) = substitute(lab, run.origin) {
        for line in readme::wrapped(&text, "", "") {
            writeln!(screen, "{line}")?;
        }
        writeln!(screen)?;
    }
    let said = if screen.color() {
        wire::ladder(&run.transcript, Ink::Colour)
    } else {
        run.transcript.without_times().render_brief()
    };
    write!(screen, "{said}")?;
    writeln!(screen)?;
    client_said(&run, screen)
}

/// What is said where the lab's own programs are not here.
fn substitute(lab: &Lab, origin: Origin) -> Option<String> {
    let number = lab.number;
    let what = match origin {
        Origin::Programs => return None,
        Origin::Played => format!(
            "Here both sides were played from its transcript, over a real connection. \
             `cargo lab nc {number}` plays the server's side to you."
        ),
        Origin::Written => "This is its transcript.".to_string(),
    };
    Some(format!(
        "The lab's own programs are in a clone of the course. {what}"
    ))
}

/// What the client printed, at most so many lines, with nothing in them that moves a cursor.
fn client_said(run: &LabRun, screen: &mut Screen) -> Result<()> {
    const LINES: usize = 12;
    for (said, text) in [("printed", &run.printed), ("noted on stderr", &run.noted)] {
        if text.trim().is_empty() {
            continue;
        }
        writeln!(screen, "The client {said}:")?;
        let count = text.lines().count();
        for line in text.lines().take(LINES) {
            let line: String = line.chars().take(readme::WIDTH - 4).map(visible).collect();
            writeln!(screen, "{}", format!("    {line}").trim_end())?;
        }
        if count > LINES {
            writeln!(screen, "    … {}", count_of(count - LINES, "more line"))?;
        }
        writeln!(screen)?;
    }
    Ok(())
}

/// A control character as a dot.
fn visible(letter: char) -> char {
    if letter.is_control() { '·' } else { letter }
}

/// What to do now: the exercise, the page, the next lab.
fn next(lab: &Lab, screen: &mut Screen) -> Result<()> {
    let number = lab.number;
    heading("Next", screen)?;
    let mut steps = Vec::new();
    let page = format!("labs/{}/README.md", lab.slug);
    let here = locations::repository().or(locations::workbench().map(|workbench| workbench.root));
    if here.is_some_and(|here| here.join(&page).is_file()) {
        steps.push((page, "this page, with the exercise"));
    }
    if !lab.exercises().is_empty() {
        steps.push((
            format!("cargo lab start {number}"),
            "puts the exercise into your workbench",
        ));
        steps.push((
            format!("cargo lab check {number}"),
            "checks it, byte for byte",
        ));
        steps.push((
            format!("cargo lab hint {number}"),
            "shows a hint, and then the next one",
        ));
    }
    if let Some(after) = catalogue::lab(number + 1) {
        steps.push((format!("cargo lab {}", after.number), after.title));
    }
    for (words, says) in steps {
        writeln!(screen, "  {words:36}  {says}")?;
    }
    Ok(())
}

fn heading(text: &str, screen: &mut Screen) -> Result<()> {
    writeln!(screen, "{}\n", screen.style(Style::Bold, text))?;
    Ok(())
}

fn print_part(readme: &Readme, part: &str, screen: &mut Screen) -> Result<()> {
    for line in readme::plain(readme.part(part).unwrap_or_default()) {
        writeln!(screen, "{line}")?;
    }
    writeln!(screen)?;
    Ok(())
}
