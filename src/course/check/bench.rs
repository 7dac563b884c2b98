//! The program under check on the bench: started, played at, watched, ended.
//!
//! Rule 1: one server serves all runs, as it would serve all guests; a client is started for each.
//! Rule 2: after a failure a server that we started is started anew before it is tried further, so
//! that one stuck connection does not colour the tries.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::gather::{Seen, evidence};
use super::judge;
use super::{CheckError, Conversation, Failure, Outcome, Plan, Subject, Trouble, Unready};
use crate::course::cargo;
use crate::course::catalogue::{Side, Weather};
use crate::course::diagnosis::{Evidence, Language, Process, Triage, Tried, diagnose};
use crate::course::program::{CommandLine, Contract, Ending, NotReady, Program};
use crate::course::triage::{Variant, triage};
use crate::limits;
use crate::net;
use crate::net::player::{Delivery, Played, Player, Stopped};
use crate::wire::{Entry, Event, Gap, Transcript};

/// The second that programs are told to use as now, unless the script says `@now`: Sunday, 6 November
/// 1994, 08:49:37, the date of RFC 9110 section 5.6.7.
const NOW: u64 = 784_111_777;

/// A plan at work.
pub struct Bench<'a> {
    plan: &'a Plan,
    server: Option<Server>,
    /// The conversations that passed in calm weather.
    calm: Vec<String>,
    /// Descriptors and threads after the first conversation, and guests since.
    growth: Option<Growth>,
}

/// A server that we started.
struct Server {
    program: Program,
    addr: SocketAddr,
    /// How long it took until it listened.
    took: Duration,
}

/// What a server holds, where the system tells.
#[derive(Clone, Copy)]
struct Growth {
    descriptors: usize,
    threads: usize,
    guests: usize,
}

/// One play and what became of the program.
struct Done {
    played: Played,
    process: Process,
    still_runs: bool,
    /// Whether the program was really waiting at the end, where the system tells.
    idle: Option<bool>,
}

impl<'a> Bench<'a> {
    /// Nothing is started yet.
    pub fn new(plan: &'a Plan) -> Bench<'a> {
        Bench {
            plan,
            server: None,
            calm: Vec::new(),
            growth: None,
        }
    }

    /// One conversation in one weather.
    pub fn run(
        &mut self,
        conversation: &Conversation,
        weather: Weather,
    ) -> Result<Outcome, CheckError> {
        let expected = &conversation.expected;
        if let Some(failure) = self.died_since(expected) {
            return Ok(Outcome::Failed(Box::new(failure)));
        }
        let silence = silence_of(expected);
        let mut done = self.play(expected, weather, None, silence, &conversation.name)?;
        let mut trouble = self.trouble(expected, &done);
        if trouble.is_some() && silent(&done) && done.idle == Some(false) {
            // It was not waiting, it was working: give it time.
            done = self.play(expected, weather, None, silence * 4, &conversation.name)?;
            trouble = self.trouble(expected, &done);
        }
        let Some(mut trouble) = trouble else {
            self.passed(conversation, weather, expected);
            return Ok(Outcome::Passed);
        };
        let mut found = self.look_into(conversation, weather, &trouble, &done);
        if diagnose(&found).is_none() && silent(&done) && done.idle != Some(true) {
            let again = self.play(expected, weather, None, silence * 4, &conversation.name)?;
            let Some(second) = self.trouble(expected, &again) else {
                self.passed(conversation, weather, expected);
                return Ok(Outcome::Passed);
            };
            (trouble, done) = (second, again);
            found = self.evidence(conversation, weather, &trouble, &done, found.triage);
        }
        Ok(Outcome::Failed(Box::new(Failure {
            expected: expected.clone(),
            diagnosis: diagnose(&found),
            ending: found
                .process
                .ending
                .filter(|_| self.plan.side == Side::Server || silent(&done)),
            stderr: found.process.stderr,
            got: done.played.got,
            trouble,
        })))
    }

    /// A server that ended after the last run had passed.
    fn died_since(&mut self, expected: &Transcript) -> Option<Failure> {
        let program = &mut self.server.as_mut()?.program;
        let ending = program.ending()?;
        Some(Failure {
            expected: expected.clone(),
            got: Transcript::new(),
            trouble: Trouble::Died(ending),
            diagnosis: None,
            ending: Some(ending),
            stderr: program.stderr().text(),
        })
    }

    fn passed(&mut self, conversation: &Conversation, weather: Weather, expected: &Transcript) {
        if weather == Weather::Calm {
            self.calm.push(conversation.name.clone());
        }
        let guests = expected.connections().len() + if weather == Weather::Ghost { 5 } else { 1 };
        match (&mut self.growth, &mut self.server) {
            (Some(growth), _) => growth.guests += guests,
            (None, Some(server)) => self.growth = server.holds(),
            (None, None) => {}
        }
    }

    /// What is wrong with a run, if anything is.
    fn trouble(&self, expected: &Transcript, done: &Done) -> Option<Trouble> {
        let who = self.plan.side.who();
        if let Some(difference) = judge::difference(expected, &done.played.got, who) {
            return Some(Trouble::Difference(Box::new(difference)));
        }
        if let Some(ending) = done
            .process
            .ending
            .filter(|_| self.plan.side == Side::Server)
        {
            return Some(Trouble::Died(ending));
        }
        let reset = |entry: &Entry| matches!(entry, Entry::Event { who: by, event: Event::Rst, .. } if *by == who);
        if let Some(failed) = done.played.failed_writes.first()
            && !expected.entries().iter().any(reset)
        {
            return Some(Trouble::NotTaken {
                after: failed.after,
            });
        }
        done.still_runs.then_some(Trouble::StillRuns)
    }

    /// The evidence of a failure, with further tries.
    fn look_into(
        &mut self,
        conversation: &Conversation,
        weather: Weather,
        trouble: &Trouble,
        done: &Done,
    ) -> Evidence {
        let calm = self
            .calm
            .contains(&conversation.name)
            .then_some(Tried::Passed);
        let known = Triage {
            calm,
            ..Triage::default()
        };
        let mut found = self.evidence(conversation, weather, trouble, done, known);
        if !self.plan.triage {
            return found;
        }
        found.triage = triage(
            &conversation.expected,
            &found.clone(),
            &mut |variant: &Variant| {
                self.start_anew();
                let done = self.play(
                    &variant.script,
                    Weather::Calm,
                    variant.delivery,
                    limits::CHECK_TRY,
                    "",
                );
                done.ok().map(|done| done.played.got)
            },
        );
        found
    }

    fn evidence(
        &self,
        conversation: &Conversation,
        weather: Weather,
        trouble: &Trouble,
        done: &Done,
        triage: Triage,
    ) -> Evidence {
        evidence(Seen {
            side: self.plan.side,
            weather,
            expected: &conversation.expected,
            got: &done.played.got,
            trouble,
            process: done.process.clone(),
            triage,
        })
    }

    /// Plays a script at the program.
    fn play(
        &mut self,
        script: &Transcript,
        weather: Weather,
        delivery: Option<Delivery>,
        silence: Duration,
        name: &str,
    ) -> Result<Done, CheckError> {
        let us = self.plan.side.who().other();
        let mut player = Player::new(script, us, weather)
            .map_err(|error| CheckError::Play(name.to_string(), error))?;
        if let Some(delivery) = delivery {
            player = player.deliver(delivery);
        }
        player.silence = silence;
        player.whole = limits::CHECK_WHOLE.max(silence * 2);
        match self.plan.side {
            Side::Server => self.call(&player),
            Side::Client => self.answer(player, script),
        }
    }

    /// Plays the client at the server, which is started if it does not run.
    fn call(&mut self, player: &Player) -> Result<Done, CheckError> {
        if let Subject::Address(addr) = self.plan.subject {
            let played = player.call(addr);
            if matches!(&played.stopped, Some(Stopped::NotOpened(_))) && self.calm.is_empty() {
                return Err(CheckError::Nobody(addr));
            }
            let process = Process {
                address: addr.to_string(),
                connected: true,
                ..Process::default()
            };
            return Ok(Done {
                played,
                process,
                still_runs: false,
                idle: None,
            });
        }
        if self
            .server
            .as_mut()
            .is_none_or(|server| server.program.ending().is_some())
        {
            self.server = Some(self.start_server()?);
        }
        let Some(server) = &mut self.server else {
            unreachable!("the server was started above");
        };
        let played = player.call(server.addr);
        let idle = server.program.is_idle();
        let ending = server.program.wait_end(limits::CHECK_DEATH);
        let process = self
            .plan
            .process(&server.program, server.addr, ending, true);
        Ok(Done {
            played,
            process,
            still_runs: false,
            idle,
        })
    }

    /// Starts the client and plays the server for it.
    fn answer(&mut self, mut player: Player, script: &Transcript) -> Result<Done, CheckError> {
        let anywhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        let listener = net::listen(anywhere, limits::BACKLOG).map_err(CheckError::Socket)?;
        let addr = listener.local_addr().unwrap_or(anywhere);
        let arg = script.heading("arg").map(str::to_string);
        let line = self.plan.line(arg.as_deref());
        let contract = self.plan.contract(addr, script, arg);
        let mut program = Program::start(&line, &contract).map_err(CheckError::Start)?;
        // Short waits for the guest, so that a client which ends at once is not waited for.
        player.guest = limits::CHECK_GUEST;
        let until = Instant::now() + self.plan.start_deadline;
        let played = loop {
            let played = player.answer(&listener);
            let waits =
                played.stopped == Some(Stopped::NoGuest) && played.got.connections().len() <= 1;
            if !waits || program.ending().is_some() || Instant::now() > until {
                break played;
            }
        };
        let idle = program.is_idle();
        let ending = program.wait_end(limits::CHECK_EXIT);
        let connected =
            !played.got.connections().is_empty() && played.stopped != Some(Stopped::NoGuest);
        let process = self.plan.process(&program, addr, ending, connected);
        Ok(Done {
            played,
            process,
            still_runs: ending.is_none(),
            idle,
        })
    }

    fn start_server(&self) -> Result<Server, CheckError> {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let port = net::free_port(ip).unwrap_or(0);
        let addr = SocketAddr::new(ip, port);
        let script = &self.plan.conversations[0].expected;
        let begun = Instant::now();
        let contract = self.plan.contract(addr, script, None);
        let mut program =
            Program::start(&self.plan.line(None), &contract).map_err(CheckError::Start)?;
        match program.wait_ready(addr, self.plan.start_deadline) {
            Ok(()) => Ok(Server {
                program,
                addr,
                took: begun.elapsed(),
            }),
            Err(why) => Err(CheckError::NotReady(Box::new(
                self.plan.unready(why, program, addr),
            ))),
        }
    }

    /// Replaces a server that starts quickly by a fresh one.
    fn start_anew(&mut self) {
        let quick = |server: &Server| server.took < limits::CHECK_TRY;
        if self.server.as_ref().is_some_and(quick)
            && let Ok(server) = self.start_server()
        {
            self.server = Some(server);
        }
    }

    /// What a server holds at the end that it did not hold after its first guest.
    pub fn leftovers(&mut self) -> Option<Failure> {
        if let Some(failure) = self.died_since(&self.plan.conversations[0].expected) {
            return Some(failure);
        }
        let (growth, server) = (self.growth?, self.server.as_mut()?);
        let until = Instant::now() + limits::CHECK_SETTLE;
        let grown = loop {
            let now = server.holds()?;
            let grown =
                |before: usize, after: usize| growth.guests >= 3 && after >= before + growth.guests;
            let what = match () {
                _ if grown(growth.descriptors, now.descriptors) => {
                    ("file descriptors", growth.descriptors, now.descriptors)
                }
                _ if grown(growth.threads, now.threads) => ("threads", growth.threads, now.threads),
                _ => return None,
            };
            if Instant::now() > until {
                break what;
            }
            std::thread::sleep(limits::GLANCE);
        };
        let (what, before, after) = grown;
        Some(Failure {
            expected: self.plan.conversations[0].expected.clone(),
            got: Transcript::new(),
            trouble: Trouble::Grows {
                what,
                before,
                after,
                guests: growth.guests,
            },
            diagnosis: None,
            ending: None,
            stderr: server.program.stderr().text(),
        })
    }
}

impl Server {
    fn holds(&mut self) -> Option<Growth> {
        let program = &self.program;
        Some(Growth {
            descriptors: program.descriptors()?,
            threads: program.threads()?,
            guests: 0,
        })
    }
}

impl Plan {
    /// The command line for one run.
    fn line(&self, arg: Option<&str>) -> CommandLine {
        match &self.subject {
            Subject::Command(line) => line.clone(),
            Subject::Own(path) => cargo::own_command(path, arg),
            Subject::Address(_) => unreachable!("a server that runs already is not started"),
        }
    }

    fn contract(&self, addr: SocketAddr, script: &Transcript, arg: Option<String>) -> Contract {
        let now = script
            .heading("now")
            .and_then(|now| now.trim().parse().ok());
        Contract {
            addr,
            root: self.root.clone(),
            now: Some(now.unwrap_or(NOW)),
            arg,
        }
    }

    /// What can be told about a process.
    fn process(
        &self,
        program: &Program,
        addr: SocketAddr,
        ending: Option<Ending>,
        connected: bool,
    ) -> Process {
        Process {
            ending,
            stderr: program.stderr().text(),
            address: addr.to_string(),
            elsewhere: Vec::new(),
            connected,
            language: self.language(),
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
    fn unready(&self, why: NotReady, mut program: Program, addr: SocketAddr) -> Unready {
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
        }
    }
}

/// How long a silence may be: what the script asks for, and a margin.
fn silence_of(script: &Transcript) -> Duration {
    let waits = script.entries().iter().map(|entry| match entry {
        Entry::Gap(Gap::Between(_, most)) => *most,
        _ => Duration::ZERO,
    });
    limits::CHECK_SILENCE + waits.max().unwrap_or_default()
}

/// Whether the run ended because nothing more came.
fn silent(done: &Done) -> bool {
    matches!(
        done.played.stopped,
        Some(Stopped::Silence(_) | Stopped::NoGuest | Stopped::TooLong)
    ) || done.still_runs
}
