//! `probe --client CMD`: tests a client with difficult answers.
//!
//! Rule: `probe::client` has the answers and what a client may do with them. This file runs the client.

use super::args::{nearest, printable};
use super::output;
use super::{CommandOutcome, NotStarted, Screen, WrongUse};
use anyhow::Result;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use wirelab::check::program::{CommandLine, Contract, Ending, Program};
use wirelab::limits;
use wirelab::probe::client::case::{ClientCase, cases};
use wirelab::probe::client::{self, ClientProbe, Ran, report, report_formats};
use wirelab::probe::report::Policy;

/// What was asked for.
pub struct Wanted<'a> {
    /// The client, in which `{url}` and `{out}` are replaced.
    pub command: &'a str,
    /// One case, or all.
    pub case: Option<&'a str>,
    /// What counts.
    pub policy: &'a Policy,
    /// Without bytes.
    pub brief: bool,
    /// How many clients at a time.
    pub at_once: usize,
    /// The form on stdout.
    pub form: Form,
    /// Where JUnit XML goes; `-` is stdout.
    pub junit: Option<&'a OsStr>,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text for a person.
    Text,
    /// One JSON document, and nothing else.
    Json,
    /// A Markdown table, and nothing else.
    Markdown,
}

/// Runs the client at every case.
pub fn run(wanted: &Wanted, screen: &mut Screen) -> Result<CommandOutcome> {
    let runner = Runner::new(wanted.command)?;
    let mut chosen = cases()?;
    if let Some(name) = wanted.case {
        let one = case(name)?;
        chosen.retain(|case| case.name == one.name);
    }
    let run = |url: &str, patience| runner.run(url, patience);
    let done = client::probe(&run, chosen, wanted.at_once).map_err(NotStarted)?;
    print(wanted, &done, screen)?;
    match report::fails(&done, wanted.policy) {
        true => Ok(CommandOutcome::Failed),
        false => Ok(CommandOutcome::Passed),
    }
}

/// The results in the form that was asked for.
fn print(wanted: &Wanted, done: &ClientProbe, screen: &mut Screen) -> Result<()> {
    let (client, policy) = (wanted.command, wanted.policy);
    match wanted.form {
        Form::Json => write!(screen, "{}", report_formats::json(done, client, policy))?,
        Form::Markdown => write!(screen, "{}", report_formats::markdown(done, client, policy))?,
        Form::Text if wanted.junit == Some(OsStr::new("-")) => {}
        Form::Text => {
            writeln!(screen, "probe of the client {}\n", printable(client))?;
            write!(screen, "{}", report::text(done, policy, wanted.brief))?;
        }
    }
    if let Some(file) = wanted.junit {
        let text = report_formats::junit(done, client, policy);
        output::write(file, text.as_bytes(), screen)?;
    }
    Ok(())
}

/// The case for clients of this name, or an error that names the nearest.
pub fn case(name: &str) -> Result<ClientCase> {
    let all = cases()?;
    if let Some(found) = all.iter().find(|case| case.name == name) {
        return Ok(found.clone());
    }
    let hint = match nearest(name, all.iter().map(|case| case.name)) {
        Some(near) => format!("did you mean {near}?"),
        None => "`cargo lab probe --client CMD --list` lists them".to_string(),
    };
    let name = printable(name);
    Err(WrongUse(format!("there is no case {name} for clients: {hint}")).into())
}

/// Starts the client again and again.
struct Runner {
    line: CommandLine,
    folder: PathBuf,
    runs: AtomicU64,
}

impl Runner {
    fn new(command: &str) -> Result<Runner> {
        let line = CommandLine::parse(command);
        let line = line.map_err(|error| WrongUse(format!("--client: {error}")))?;
        if !line.words().iter().any(|word| word.contains("{url}")) {
            let text = "--client: no word of the command has {url}, which becomes the URL";
            return Err(WrongUse(text.to_string()).into());
        }
        let name = format!("wirelab-client-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder)?;
        Ok(Runner {
            line,
            folder,
            runs: AtomicU64::new(0),
        })
    }

    /// One run; what was printed is what stands in the file `{out}`, if the command names it.
    fn run(&self, url: &str, patience: Duration) -> Result<Ran, String> {
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        let out = self.folder.join(number.to_string());
        let name = out.to_string_lossy();
        let words = self.line.words();
        let words: Vec<String> = words
            .iter()
            .map(|word| word.replace("{url}", url).replace("{out}", &name))
            .collect();
        let Some((program, arguments)) = words.split_first() else {
            return Err("the command has no word".to_string());
        };
        let arguments: Vec<&str> = arguments.iter().map(|word| &word[..]).collect();
        let line = CommandLine::of(Path::new(program), &arguments);
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let started = Program::start(&line, &Contract::at(nowhere));
        let mut program = started.map_err(|error| error.to_string())?;
        let ending = program.wait_end(patience);
        let hung = ending.is_none();
        program.end();
        let saves = self.line.words().iter().any(|word| word.contains("{out}"));
        let output = match saves {
            true => fs::read(&out).unwrap_or_default(),
            false => {
                let kept = program.wait_stdout(limits::EXIT_AFTER_CLOSE);
                [&kept.first[..], &Vec::from(kept.last)].concat()
            }
        };
        let _ = fs::remove_file(&out);
        let complaint = program.stderr().text();
        Ok(Ran {
            status: match ending {
                Some(Ending::Status(status)) => Some(status),
                _ => None,
            },
            hung,
            output,
            complaint: complaint.lines().last().unwrap_or_default().to_string(),
        })
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
