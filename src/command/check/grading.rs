//! Writes the results of a check to other places than the terminal: files for graders, and the summary of a CI
//! job.
//!
//! Rule: the verdict does not depend on these files. But if a requested file cannot be written, that is an
//! error.

use super::super::{Args, Screen, WrongUse, output, screen};
use anyhow::Result;
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Write;
use wirelab::check::graded::{Format, Graded};

/// The variable in which GitHub's runner names the file of the job's summary, a page in Markdown.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// The outputs that were asked for.
pub struct Outputs<'a> {
    /// What is printed.
    printed: Format,
    /// `--report FILE`, in the format of `--format`, or else of the file's name.
    report: Option<(&'a OsStr, Format)>,
    /// `--junit FILE`
    junit: Option<&'a OsStr>,
}

impl<'a> Outputs<'a> {
    /// Reads `--format`, `--report` and `--junit`.
    pub fn asked(args: &'a Args) -> Result<Outputs<'a>> {
        let format = match args.value_text("--format")? {
            None => None,
            Some(name) => Some(Format::named(name).ok_or_else(|| {
                let names = Format::ALL.map(|(name, _)| name).join(", ");
                WrongUse(format!("there is no format `{name}`: there are {names}"))
            })?),
        };
        let (report, junit) = (args.value("--report"), args.value("--junit"));
        output::check(&[], &[("--report", report), ("--junit", junit)])?;
        let of_name = |file: &OsStr| Format::of_file(&file.to_string_lossy());
        let printed = match (report, format) {
            (None, Some(format)) => format,
            _ => Format::Text,
        };
        Ok(Outputs {
            printed,
            report: report.map(|file| (file, format.unwrap_or_else(|| of_name(file)))),
            junit,
        })
    }

    /// Whether a person reads what is printed.
    pub fn for_a_person(&self) -> bool {
        self.printed == Format::Text
    }

    /// Writes everything that was asked for.
    pub fn write(&self, graded: &Graded, screen: &mut Screen) -> Result<()> {
        if !self.for_a_person() {
            screen.write_all(graded.write(self.printed).as_bytes())?;
        }
        if let Some((file, format)) = self.report {
            output::write(file, graded.write(format).as_bytes(), screen)?;
        }
        if let Some(file) = self.junit {
            output::write(file, graded.write(Format::Junit).as_bytes(), screen)?;
        }
        let summary = std::env::var_os(SUMMARY).filter(|file| !file.is_empty());
        if let Some(file) = summary {
            let opened = OpenOptions::new().create(true).append(true).open(&file);
            let page = graded.write(Format::Markdown);
            let written = opened.and_then(|mut opened| opened.write_all(page.as_bytes()));
            if let Err(error) = written {
                screen::warn(&format!("{SUMMARY}: the summary is not written: {error}"));
            }
        }
        Ok(())
    }
}
