//! Where the reports of `probe` go, for servers and for clients.
//!
//! Rule 1: stdout has one report. Rule 2: what cannot be printed or written is told before the probe begins.

use crate::command::output::{NotWritten, Output, cannot};
use crate::command::{Args, Screen, WrongUse};
use anyhow::{Context, Result};
use std::io::Write;

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text for a person.
    Text,
    /// One JSON document, and nothing else.
    Json,
    /// A Markdown table, and nothing else.
    Markdown,
    /// JUnit XML, and nothing else.
    Junit,
}

/// The form on stdout. Errors: two forms at once, or a form of results where cases are only listed.
pub fn form(args: &Args) -> Result<Form> {
    let junit = args.value("--junit").is_some_and(|file| file == "-");
    let forms = [
        ("--json", Form::Json, args.has("--json")),
        ("--md", Form::Markdown, args.has("--md")),
        ("--junit -", Form::Junit, junit),
    ];
    let mut given = forms.into_iter().filter(|(_, _, given)| *given);
    let wrong = |text: String| Err(WrongUse(text).into());
    match (given.next(), given.next()) {
        (Some((one, ..)), Some((other, ..))) => wrong(format!(
            "{one} and {other} both print to stdout: leave one out, or name a --junit file"
        )),
        (Some((one, ..)), None) if args.has("--list") => {
            wrong(format!("--list prints the cases as text: leave {one} out"))
        }
        (Some((_, form, _)), None) => Ok(form),
        (None, _) => Ok(Form::Text),
    }
}

/// The file of `--junit`; `-` is none.
pub struct JunitFile(Option<(Output, NotWritten)>);

impl JunitFile {
    /// Opens it.
    pub fn open(args: &Args) -> Result<JunitFile> {
        let Some(name) = args.value("--junit").filter(|name| *name != "-") else {
            return Ok(JunitFile(None));
        };
        let opened = Output::create(name)
            .map_err(|error| WrongUse(format!("--junit {}: {error}", cannot(name))))?;
        Ok(JunitFile(Some((opened, cannot(name)))))
    }

    /// Writes the report, if there is a file, or if it is the one on stdout.
    pub fn write(self, form: Form, text: impl Fn() -> String, screen: &mut Screen) -> Result<()> {
        if form == Form::Junit {
            write!(screen, "{}", text())?;
        }
        let Some((mut output, cannot)) = self.0 else {
            return Ok(());
        };
        let written = output.file.write_all(text().as_bytes());
        written
            .and_then(|()| output.put_in_place())
            .map(|_| ())
            .context(cannot)
    }
}
