//! `cargo lab class DIR`: many reports and bills as one table.
//!
//! Rule: the text of a report is untrusted. `course::class` has already replaced its control characters.

use super::{Args, Command, Opt, Outcome, Screen, Style};
use super::{output, screen};
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::Path;
use wirelab::course::catalogue;
use wirelab::course::class::{self, Class, Student};

/// `cargo lab class DIR`
pub const COMMAND: Command = Command {
    name: "class",
    places: &["DIR"],
    sentence: "show many reports and bills as one table",
    more: "DIR has a file or a folder for each student. The files are reports in JSON,\n\
           written by `cargo lab check --all --report anna.json`, and bills, written by\n\
           `cargo lab bill --save anna.txt`. The table shows which student has passed which\n\
           labs, and which mistakes the failed checks have found.",
    options: &[
        Opt {
            name: "--html",
            value: Some("FILE"),
            sentence: "write the table as a page for a browser, too",
        },
        Opt {
            name: "--csv",
            value: Some("FILE"),
            sentence: "write it for a spreadsheet, too",
        },
    ],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<Outcome> {
    let folder = Path::new(args.place(0).unwrap_or_default());
    let outputs = [
        ("--html", args.value("--html")),
        ("--csv", args.value("--csv")),
    ];
    output::check(&[], &outputs)?;
    let class =
        Class::read(folder).with_context(|| format!("{}: cannot be read", folder.display()))?;
    for problem in &class.problems {
        screen::warn(problem);
    }
    if class.students.is_empty() {
        bail!(
            "{}: this folder has no report and no bill: `cargo lab check --all --report FILE.json` writes a report",
            folder.display()
        );
    }
    print_mistakes(&class, screen)?;
    print_students(&class, screen)?;
    if let Some(file) = args.value("--html") {
        output::write(file, class::html(&class).as_bytes(), screen)?;
    }
    if let Some(file) = args.value("--csv") {
        output::write(file, class::csv(&class).as_bytes(), screen)?;
    }
    Ok(match class.problems.is_empty() {
        true => Outcome::Passed,
        false => Outcome::Failed,
    })
}

/// `7 of 30 are stuck at W18 single-read, lab 2`
fn print_mistakes(class: &Class, screen: &mut Screen) -> Result<()> {
    let all = class.students.len();
    let mistakes = class.mistakes();
    for (mistake, count, labs) in &mistakes {
        let are = if *count == 1 { "is" } else { "are" };
        let word = if labs.len() == 1 { "lab" } else { "labs" };
        let labs = catalogue::counted(labs);
        let text = format!("{count} of {all} {are} stuck at {mistake}, {word} {labs}");
        writeln!(screen, "{}", cut(&text, WIDTH))?;
    }
    if mistakes.is_empty() {
        writeln!(screen, "nobody is stuck")?;
    }
    writeln!(screen)?;
    Ok(())
}

fn print_students(class: &Class, screen: &mut Screen) -> Result<()> {
    let heading = row("who", "labs passed", "minutes", "stuck at");
    writeln!(screen, "{}", screen.style(Style::Bold, &heading))?;
    for student in &class.students {
        let labs = catalogue::counted(&student.labs());
        let minutes = student.minutes().to_string();
        writeln!(
            screen,
            "{}",
            row(&student.name, &labs, &minutes, &stuck(student))
        )?;
    }
    Ok(())
}

/// `2 W18, 9 W07`; `-` where no known mistake fits.
fn stuck(student: &Student) -> String {
    let one = |stuck: &class::Stuck| {
        let code = if stuck.code.is_empty() {
            "-"
        } else {
            &stuck.code
        };
        format!("lab {} {code}", stuck.lab)
    };
    let all: Vec<String> = student.stuck.iter().map(one).collect();
    all.join(", ")
}

/// Columns of a line.
const WIDTH: usize = 80;

fn row(who: &str, labs: &str, minutes: &str, stuck: &str) -> String {
    let (who, labs) = (cut(who, 22), cut(labs, 24));
    let line = format!("{who:22} {labs:24} {minutes:>7}  {}", cut(stuck, 23));
    line.trim_end().to_string()
}

/// At most so many letters.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_string();
    }
    let kept: String = text.chars().take(width - 1).collect();
    kept + "…"
}
