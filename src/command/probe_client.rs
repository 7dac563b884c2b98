//! `probe --client CMD`: tests a client with difficult answers.
//!
//! Rule: `probe::client` has the answers and what a client may do with them. This file runs the client.

use super::args::{nearest, printable};
use super::probe::report_output::{Form, JunitFile};
use super::{Args, CommandOutcome, NotStarted, Screen, WrongUse, wire_file};
use anyhow::Result;
use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use wirelab::check::program::{CommandLine, Contract, Ending, Program};
use wirelab::limits;
use wirelab::probe::client::case::{ClientCase, cases};
use wirelab::probe::client::{self, Ran, report, report_formats};
use wirelab::probe::report::Policy;
use wirelab::probe::suite;

/// What was asked for.
pub struct Wanted<'a> {
    /// The client, in which `{url}` and `{out}` are replaced.
    pub command: &'a str,
    /// What is tried.
    pub cases: Vec<ClientCase>,
    /// What counts.
    pub policy: &'a Policy,
    /// Without bytes.
    pub brief: bool,
    /// How many clients at a time.
    pub at_once: usize,
    /// The form on stdout.
    pub form: Form,
}

/// Runs the client at every case.
pub fn run(wanted: Wanted, junit: JunitFile, screen: &mut Screen) -> Result<CommandOutcome> {
    let runner = Runner::new(wanted.command)?;
    let run = |url: &str, patience| runner.run(url, patience);
    let done = client::probe(&run, wanted.cases, wanted.at_once).map_err(NotStarted)?;
    let (client, policy) = (wanted.command, wanted.policy);
    match wanted.form {
        Form::Json => write!(screen, "{}", report_formats::json(&done, client, policy))?,
        Form::Markdown => write!(
            screen,
            "{}",
            report_formats::markdown(&done, client, policy)
        )?,
        Form::Junit => {}
        Form::Text => {
            writeln!(screen, "probe of the client {}\n", printable(client))?;
            write!(screen, "{}", report::text(&done, policy, wanted.brief))?;
        }
    }
    let text = || report_formats::junit(&done, client, policy);
    junit.write(wanted.form, text, screen)?;
    match report::fails(&done, wanted.policy) {
        true => Ok(CommandOutcome::Failed),
        false => Ok(CommandOutcome::Passed),
    }
}

/// The cases of `--section` and `--case`.
pub fn chosen(args: &Args) -> Result<Vec<ClientCase>> {
    let mut chosen = cases()?;
    let sections = args.values_text("--section")?;
    let within = |case: &ClientCase| {
        let mut all = sections.iter();
        sections.is_empty() || all.any(|it| suite::is_within(case.rfc, case.section, it))
    };
    chosen.retain(within);
    if chosen.is_empty() {
        let text = "no case for clients is chosen by --section: --list shows their sections";
        return Err(WrongUse(text.to_string()).into());
    }
    let mut named = Vec::new();
    for name in args.values_text("--case")? {
        let one = case(name)?.name;
        if !chosen.iter().any(|case| case.name == one) {
            let text = format!("no case is chosen: {one} is not in --section");
            return Err(WrongUse(text).into());
        }
        named.push(one);
    }
    chosen.retain(|case| named.is_empty() || named.contains(&case.name));
    Ok(chosen)
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
            return Err("the command is empty: write a program and its arguments".to_string());
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
            true => wire_file::bytes_of(out.as_os_str()).unwrap_or_default(),
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
