//! What the program under check gets from the check (environment, arguments), and what it may tell about
//! itself.

use std::net::SocketAddr;
use std::path::Path;

use super::{Plan, Subject, Unready};
use crate::check::diagnosis::{Evidence, Language, Process, diagnose};
use crate::check::program::{CommandLine, Contract, Ending, NotReady, Program};
use crate::wire::Transcript;

/// The second since 1970 that programs are told to use as now (`WIRELAB_NOW`) unless a script says
/// `@now`: Sunday, 6 November 1994, 08:49:37, the date of RFC 9110 section 5.6.7.
pub const NOW: u64 = 784_111_777;

/// How one of our own programs is called: ADDR, then the words of the argument. An argument that
/// holds `{addr}` (a URL) stands alone.
pub fn own_command(program: &Path, arg: Option<&str>) -> CommandLine {
    let mut words: Vec<&str> = arg.unwrap_or_default().split_whitespace().collect();
    if !words.iter().any(|word| word.contains("{addr}")) {
        words.insert(0, "{addr}");
    }
    CommandLine::of(program, &words)
}

impl Plan {
    /// The command line for one run.
    pub(super) fn line(&self, arg: Option<&str>) -> CommandLine {
        match &self.subject {
            Subject::Command(line) => line.clone(),
            Subject::Own(path) => own_command(path, arg),
            Subject::Address(_) => unreachable!("a server that runs already is not started"),
        }
    }

    /// What a server that ran before the check needs, as a sentence: its folder, and its clock where answers
    /// have a date.
    pub(super) fn not_given(&self) -> Option<String> {
        let root = self.root.as_ref()?;
        matches!(self.subject, Subject::Address(_)).then_some(())?;
        let here = std::env::current_dir().unwrap_or_default();
        let folder = root.path().strip_prefix(&here).unwrap_or(root.path());
        let folder = match root.stays() {
            true => format!("WIRELAB_ROOT={}", folder.display()),
            false => "WIRELAB_ROOT, the folder of the lab's files,".to_string(),
        };
        let mut scripts = self.conversations.iter();
        let dated = scripts.any(|script| script.expected.render().contains("> Date: "));
        let clock = if dated {
            format!(" and WIRELAB_NOW={NOW}")
        } else {
            String::new()
        };
        Some(format!(
            "This server ran before the check, so the check could not tell it which files to serve. Start it with \
             {folder}{clock}, or let the check start it: --server CMD. With other files its answers differ, even if \
             the server is correct."
        ))
    }

    /// The environment of one run.
    pub(super) fn contract(
        &self,
        addr: SocketAddr,
        script: &Transcript,
        arg: Option<String>,
    ) -> Contract {
        let now = script
            .heading("now")
            .and_then(|now| now.trim().parse().ok());
        Contract {
            addr,
            root: self.root.as_ref().map(|root| root.path().to_path_buf()),
            now: Some(now.unwrap_or(NOW)),
            arg: Some(arg.unwrap_or_default()),
        }
    }

    /// What is known about a process.
    pub(super) fn process(
        &self,
        program: &Program,
        addr: SocketAddr,
        ending: Option<Ending>,
        connected: bool,
    ) -> Process {
        Process {
            ending,
            stderr: program.stderr().text(),
            stdout: program.stdout().text(),
            said: program.said(),
            source: None,
            address: addr.to_string(),
            elsewhere: Vec::new(),
            connected,
            language: self.language(),
            prints: None,
        }
    }

    /// The text of the source that the command names, or of the one that a compiled program was made from.
    pub(super) fn source(&self) -> Option<String> {
        match &self.subject {
            Subject::Command(line) => line.source(),
            Subject::Own(path) => CommandLine::of(path, &[]).source(),
            Subject::Address(_) => None,
        }
    }

    fn language(&self) -> Option<Language> {
        match &self.subject {
            Subject::Command(line) => Language::of(&line.words()),
            Subject::Own(_) => Some(Language::Rust),
            Subject::Address(_) => None,
        }
    }

    /// A server that never listened, and what that probably means.
    pub(super) fn unready(&self, why: NotReady, mut program: Program, addr: SocketAddr) -> Unready {
        program.end();
        let (ending, elsewhere) = match &why {
            NotReady::Ended(ending) => (Some(*ending), Vec::new()),
            NotReady::Silent { elsewhere, .. } => {
                (None, elsewhere.iter().map(SocketAddr::to_string).collect())
            }
        };
        let process = Process {
            elsewhere,
            ..self.process(&program, addr, ending, false)
        };
        let stderr = process.stderr.clone();
        let evidence = Evidence::of_process(self.side, process);
        Unready {
            why,
            stderr,
            diagnosis: diagnose(&evidence),
            strays: self.strays.take(),
        }
    }
}
