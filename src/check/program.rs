//! A program under check, in any language: its start, its environment, its output, and its end, together with
//! all processes that it started.
//!
//! Rule 1: no shell. A command is a list of words; `{addr}`, `{host}`, `{port}` and `{arg}` in the words are
//! replaced.
//! Rule 2: a program ends when its value is dropped, and also when our process is killed (see `guard`). What has
//! left its process group ends, too, and is named (see `outside_group`).
//! Rule 3: a failure to start is a value that says what to do. This module knows no lab.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::{self, Activity, IdleTimer};

mod activity;
mod command_line;
mod errors;
mod find;
mod find_rust_source;
mod guard;
mod kept_output;
mod outside_group;
mod proc_stat;

pub use command_line::CommandLine;
pub use errors::{Ending, NotReady, StartError};
use find::find;
use guard::Guard;
pub use kept_output::Kept;
use kept_output::Stream;
pub use outside_group::Strays;

/// The values that every program gets, in its environment and in place of `{…}` in its command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Where a server listens and a client calls: `WIRELAB_ADDR`, `{addr}`, `{host}`, `{port}`.
    pub addr: SocketAddr,
    /// The folder of the lab's files: `WIRELAB_ROOT`.
    pub root: Option<PathBuf>,
    /// The second since 1970 to use as now: `WIRELAB_NOW`.
    pub now: Option<u64>,
    /// The argument of a client: `WIRELAB_ARG`, `{arg}`; `{addr}` in it is replaced.
    pub arg: Option<String>,
}

/// A running program. Dropping it ends it and all that it started.
#[derive(Debug)]
pub struct Program {
    child: Child,
    guard: Option<Guard>,
    ending: Option<Ending>,
    stdout: Stream,
    stderr: Stream,
    /// How much of stderr belongs to earlier runs.
    earlier: usize,
    /// Which processes had left its process group, once it has ended.
    strays: Strays,
}

impl Contract {
    /// An address and nothing else.
    pub fn at(addr: SocketAddr) -> Contract {
        Contract {
            addr,
            root: None,
            now: None,
            arg: None,
        }
    }

    /// The argument with `{addr}` replaced; empty when there is none.
    fn arg_text(&self) -> String {
        let arg = self.arg.as_deref().unwrap_or_default();
        arg.replace("{addr}", &self.addr.to_string())
    }

    /// The words after the first, with everything in braces replaced. `{arg}` alone becomes as many
    /// words as the argument has: none, or `http://127.0.0.1:8014/order` and `POST`.
    fn arguments<'a>(&self, words: impl Iterator<Item = &'a OsString>) -> Vec<OsString> {
        let mut all = Vec::new();
        for word in words {
            if word == "{arg}" {
                all.extend(self.arg_text().split_whitespace().map(OsString::from));
            } else {
                all.push(self.replaced(word));
            }
        }
        all
    }

    /// A word with everything in braces replaced. Words that are no UTF-8 stay as they are.
    fn replaced(&self, word: &OsString) -> OsString {
        let Some(text) = word.to_str() else {
            return word.clone();
        };
        let host = self.addr.ip().to_string();
        let port = self.addr.port().to_string();
        // {arg} last: what it brings along is not looked at again.
        let text = text.replace("{addr}", &self.addr.to_string());
        let text = text.replace("{host}", &host).replace("{port}", &port);
        text.replace("{arg}", &self.arg_text()).into()
    }

    /// The environment variables of the contract.
    fn environment(&self) -> Vec<(&'static str, OsString)> {
        let mut all = vec![("WIRELAB_ADDR", self.addr.to_string().into())];
        all.extend(self.root.as_ref().map(|root| ("WIRELAB_ROOT", root.into())));
        all.extend(self.now.map(|now| ("WIRELAB_NOW", now.to_string().into())));
        all.extend(
            self.arg
                .as_ref()
                .map(|_| ("WIRELAB_ARG", self.arg_text().into())),
        );
        all
    }
}

impl Program {
    /// Starts a program. It runs when this returns; a server needs [`Program::wait_ready`] too.
    pub fn start(line: &CommandLine, contract: &Contract) -> Result<Program, StartError> {
        let system = |error: std::io::Error| StartError::System {
            program: line.program(),
            reason: error.to_string(),
        };
        let path = find(line)?;
        let token = outside_group::new_token();
        let mut command = guard::command(&path, &token);
        command
            .args(contract.arguments(line.words.iter().skip(1)))
            .envs(contract.environment())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let starting = net::starting();
        let mut child = command.spawn().map_err(system)?;
        let stdout = child.stdout.take().map(Stream::reading).unwrap_or_default();
        let stderr = child.stderr.take().map(Stream::reading).unwrap_or_default();
        let guard = Guard::of(&mut child, token).map_err(system)?;
        drop(starting);
        Ok(Program {
            child,
            guard: Some(guard),
            ending: None,
            stdout,
            stderr,
            earlier: 0,
            strays: Strays::default(),
        })
    }

    /// From now on `list` gets the processes that had left the program's process group and were ended.
    pub fn name_strays_in(&mut self, list: &Strays) {
        self.strays = list.clone();
    }

    /// The process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it printed to stdout so far.
    pub fn stdout(&self) -> Kept {
        self.stdout.kept()
    }

    /// Its stdout, once that is closed or `patience` is over.
    pub fn wait_stdout(&self, patience: Duration) -> Kept {
        self.stdout.wait(patience, |_| None::<()>);
        self.stdout.kept()
    }

    /// What it printed to stderr so far.
    pub fn stderr(&self) -> Kept {
        self.stderr.kept()
    }

    /// A new run begins: what was printed until now belongs to earlier ones.
    pub fn begin_run(&mut self) {
        self.earlier = self.stderr().text().len();
    }

    /// What it printed to stderr in this run; all of it where too much came to tell.
    pub fn said(&self) -> String {
        let all = self.stderr().text();
        all.get(self.earlier..).map_or(all.clone(), str::to_string)
    }

    /// How it ended, if it has. What it had started and left running ends then, too.
    pub fn ending(&mut self) -> Option<Ending> {
        if self.ending.is_none()
            && let Ok(Some(status)) = self.child.try_wait()
        {
            self.ending = Some(ending(status));
            self.end_group();
        }
        self.ending
    }

    /// Waits until it has ended by itself; `None` when it still runs after `patience`.
    pub fn wait_end(&mut self, patience: Duration) -> Option<Ending> {
        poll(patience, || self.ending())
    }

    /// The same, plus the time in which it was not scheduled (see [`IdleTimer`]).
    pub fn wait_end_of_work(&mut self, patience: Duration) -> Option<Ending> {
        let begun = Instant::now();
        let mut silence = IdleTimer::new(patience, false);
        loop {
            let left = silence.next().saturating_sub(begun.elapsed());
            let ending = self.wait_end(left);
            if ending.is_some() || silence.counts(begun.elapsed(), || self.activity()) {
                return ending;
            }
        }
    }

    /// Ends it now, together with all that it started, and waits until they are gone and what they
    /// printed is read to its end.
    pub fn end(&mut self) {
        self.end_group();
        for stream in [&self.stdout, &self.stderr] {
            stream.wait(limits::OUTPUT_AFTER_END, |kept| kept.closed.then_some(()));
        }
    }

    /// Waits until it is at rest or has ended, and says how it ended: one that is at work after a run may be
    /// dying of it.
    pub fn wait_rest(&mut self) -> Option<Ending> {
        if self.activity().is_some_and(|now| now.works) {
            net::rest(&|| self.activity());
        }
        self.ending()
    }

    /// Waits until all that it has printed is read: to the end, when it has ended.
    pub fn catch_up_output(&mut self) {
        if self.ending().is_some() {
            return self.end();
        }
        for stream in [&self.stdout, &self.stderr] {
            stream.catch_up(limits::OUTPUT_AFTER_END);
        }
    }

    /// Waits until a server accepts at `addr`, without connecting where the system's table of
    /// sockets can be read. A program in another network namespace (a container) is not in that table:
    /// after [`limits::READY_BY_TABLE`] a connection is tried, too, when the table still has no listener and
    /// the program is idle. (One that is still starting would take this connection for its first client.)
    /// One that was kept from working gets more patience (see [`IdleTimer`]).
    pub fn wait_ready(&mut self, addr: SocketAddr, patience: Duration) -> Result<(), NotReady> {
        self.wait_until(addr, patience, |program, waited| {
            let idle = || program.activity().is_none_or(|now| !now.works);
            let elsewhere = waited >= limits::READY_BY_TABLE && idle();
            net::accepts(addr, true) || elsewhere && net::accepts(addr, false)
        })
    }

    /// The same for a server of datagrams: its socket is in the system's table, or (where that cannot be
    /// read, or does not have it after [`limits::READY_BY_TABLE`]) it has printed `listening on`.
    pub fn wait_receiving(&mut self, addr: SocketAddr, patience: Duration) -> Result<(), NotReady> {
        self.wait_until(addr, patience, |program, waited| {
            let by_table = net::receives(addr);
            let says = || listening_line(&program.stdout()).is_some();
            match by_table {
                Some(true) => true,
                Some(false) => waited >= limits::READY_BY_TABLE && says(),
                None => says(),
            }
        })
    }

    fn wait_until(
        &mut self,
        addr: SocketAddr,
        patience: Duration,
        is_ready: impl Fn(&Program, Duration) -> bool,
    ) -> Result<(), NotReady> {
        let began = Instant::now();
        let mut silence = IdleTimer::new(patience, false);
        loop {
            let left = silence.next().saturating_sub(began.elapsed());
            let ready = poll(left, || {
                // Before the ending: what accepts is the program itself, not one that was there before.
                if let Some(ending) = self.ending() {
                    return Some(Err(NotReady::Ended(ending)));
                }
                is_ready(self, began.elapsed()).then_some(Ok(()))
            });
            if let Some(ready) = ready {
                return ready;
            }
            if silence.counts(began.elapsed(), || self.activity()) {
                // It may have begun to listen since the last look.
                if net::accepts(addr, true) {
                    return Ok(());
                }
                return Err(NotReady::Silent {
                    waited: patience,
                    elsewhere: net::listeners_beside(addr),
                });
            }
        }
    }

    /// Waits for the line `listening on ADDR` on stdout, the first one of our own servers.
    pub fn wait_listening_line(&mut self, patience: Duration) -> Result<SocketAddr, NotReady> {
        match self.stdout.wait(patience, listening_line) {
            Some(addr) => Ok(addr),
            None => match self.wait_end(limits::EXIT_AFTER_CLOSE) {
                Some(ending) => Err(NotReady::Ended(ending)),
                None => Err(NotReady::Silent {
                    waited: patience,
                    elsewhere: Vec::new(),
                }),
            },
        }
    }

    /// How many threads it has, from `/proc` (Linux).
    pub fn threads(&self) -> Option<usize> {
        activity::count(&format!("/proc/{}/task", self.id()))
    }

    /// How many file descriptors it has open, from `/proc` (Linux).
    pub fn descriptors(&self) -> Option<usize> {
        activity::count(&format!("/proc/{}/fd", self.id()))
    }

    /// What it and the processes that it started do now, from `/proc` (Linux).
    pub fn activity(&self) -> Option<Activity> {
        activity::of_group(self.id())
    }

    fn end_group(&mut self) {
        if let Some(guard) = self.guard.take() {
            let strays = guard.end(&mut self.child);
            self.strays.add(strays);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end_group();
    }
}

#[cfg(unix)]
fn ending(status: ExitStatus) -> Ending {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(signal) => Ending::Signal(signal),
        None => Ending::Status(status.code().unwrap_or(-1)),
    }
}

#[cfg(not(unix))]
fn ending(status: ExitStatus) -> Ending {
    Ending::Status(status.code().unwrap_or(-1))
}

/// Asks again, at first every millisecond and then every ten, until there is an answer or time is up.
fn poll<T>(patience: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let until = Instant::now() + patience;
    let mut pause = Duration::from_millis(1);
    loop {
        let answer = ask();
        let left = until.saturating_duration_since(Instant::now());
        if answer.is_some() || left.is_zero() {
            return answer;
        }
        std::thread::sleep(pause.min(left));
        pause = (pause * 5 / 4).min(Duration::from_millis(10));
    }
}

/// The address of the first whole line that says `listening on ADDR`.
fn listening_line(kept: &Kept) -> Option<SocketAddr> {
    let whole = kept.first.iter().rposition(|&byte| byte == b'\n')?;
    let text = String::from_utf8_lossy(kept.first.get(..whole)?);
    let mut lines = text.lines();
    lines.find_map(|line| line.strip_prefix("listening on ")?.trim().parse().ok())
}
