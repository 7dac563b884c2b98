//! `cargo lab class DIR`: many reports and bills as one table.
//!
//! Rule: the text of a report is untrusted. `course::class` has already replaced its control characters.

use super::{Args, Command, CommandOutcome, Opt, Screen, Style};
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

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
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
        true => CommandOutcome::Passed,
        false => CommandOutcome::Failed,
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

/// `lab 9 W07, lab 1 -`: each lab and code once, and `-` where there is no code. The codes come first, because
/// the end of a long line is cut.
fn stuck(student: &Student) -> String {
    let (coded, others): (Vec<_>, Vec<_>) = student
        .stuck
        .iter()
        .partition(|stuck| !stuck.code.is_empty());
    let mut all: Vec<String> = Vec::new();
    for stuck in coded.into_iter().chain(others) {
        let code = if stuck.code.is_empty() {
            "-"
        } else {
            &stuck.code
        };
        let text = format!("lab {} {code}", stuck.lab);
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all.join(", ")
}

/// Columns of a line.
const WIDTH: usize = 80;

fn row(who: &str, labs: &str, minutes: &str, stuck: &str) -> String {
    let (who, labs) = (cut_inside(who, 22), cut(labs, 24));
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

/// At most so many letters: the beginning and the end. Reason: the names of a class often begin with the same
/// words, as in `http-course-2026-anna`.
fn cut_inside(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return text.to_string();
    }
    let end = width / 2;
    let first: String = text.chars().take(width - end - 1).collect();
    let last: String = text.chars().skip(count - end).collect();
    format!("{first}…{last}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use wirelab::course::catalogue::Side;

    #[test]
    fn a_row_keeps_the_codes_and_the_end_of_a_long_name() {
        let stuck = |lab, side, code: &str| class::Stuck {
            lab,
            side,
            code: code.to_string(),
            checked: true,
        };
        let student = Student {
            stuck: vec![
                stuck(1, Side::Server, ""),
                stuck(1, Side::Client, ""),
                stuck(9, Side::Server, "W07"),
            ],
            ..Student::default()
        };
        assert_eq!(super::stuck(&student), "lab 9 W07, lab 1 -");
        let line = row("http-course-of-2026-berta", "", "0", "");
        assert!(line.starts_with("http-cours…-2026-berta  "), "{line}");
        let line = row("Maria Magdalena Müller", "", "0", "");
        assert!(line.starts_with("Maria Magdalena Müller  "), "{line}");
    }
}
