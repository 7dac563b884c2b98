//! One run after the other: played, judged, and looked into when it fails.
//!
//! Rule 1: a failure that is a silence counts only when the program really waited; otherwise it gets more
//! time first.
//! Rule 2: after a failure a server is started anew before each further try.

use std::thread;
use std::time::{Duration, Instant};

use super::gather::{Seen, evidence};
use super::judge;
use super::patience::{patience_for_death, silence_of};
use super::place::{Behind, has_place, placed};
use super::{CheckError, Conversation, Failure, Outcome, Plan, Subject, Trouble};
use super::stage::{Done, Holds, Stage};
use super::{CheckError, Conversation, Failure, Outcome, Plan, Trouble};
use crate::course::catalogue::{Side, Weather};
use crate::course::diagnosis::{Evidence, Triage, Tried, diagnose};
use crate::course::scripts::without_words;
use crate::course::triage::triage;
use crate::limits;
use crate::net;
use crate::net::player::{Delivery, Played, Player, Stopped};
use crate::wire::{Entry, Event, Transcript, Who};

/// A plan at work.
pub(super) struct Bench<'a> {
    plan: &'a Plan,
    stage: Stage<'a>,
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
    /// Who stands behind it, when it is a relay.
    behind: Option<Behind>,
}

/// What a server holds, where the system tells.
#[derive(Clone, Copy)]
struct Growth {
    descriptors: usize,
    threads: usize,
    guests: usize,
}

/// One play and what became of the program.
pub(super) struct Done {
    /// The script as it was played, in its place.
    pub script: Transcript,
    /// Both sides.
    pub got: Transcript,
    /// Both sides behind a relay.
    pub behind: Option<Transcript>,
    /// How many of our bytes the program took, when it did not take all.
    pub not_taken: Option<u64>,
    /// Whether it ended because nothing more came.
    pub silent: bool,
    /// What is known of the program.
    pub process: Process,
    /// A client that does not end.
    pub still_runs: bool,
    /// Whether the program was really waiting at the end, where the system tells.
    pub idle: Option<bool>,
}

impl Done {
    /// What the player has seen, and what became of the program.
    pub(super) fn of(
        script: Transcript,
        played: Played,
        process: Process,
        still_runs: bool,
        idle: Option<bool>,
    ) -> Done {
        let silent = matches!(
            played.stopped,
            Some(Stopped::Silence(_) | Stopped::NoGuest | Stopped::TooLong)
        );
        Done {
            script,
            got: played.got,
            behind: None,
            not_taken: played.failed_writes.first().map(|failed| failed.after),
            silent: silent || still_runs,
            process,
            still_runs,
            idle,
        }
    }
    /// What the server held after its first conversation, and how many guests came since.
    first: Option<(Holds, usize)>,
    /// Whether a guest who says nothing was sent.
    mute_sent: bool,
}

/// Makes a player of a script that is in its place.
pub(super) type Ready<'a> = dyn Fn(&Transcript) -> Result<Player, CheckError> + 'a;

impl<'a> Bench<'a> {
    /// Nothing is started yet.
    pub(super) fn new(plan: &'a Plan) -> Bench<'a> {
        let stage = Stage::new(plan);
        Bench {
            plan,
            stage,
            calm: Vec::new(),
            first: None,
            mute_sent: false,
        }
    }

    /// One conversation in one weather.
    pub(super) fn run(
        &mut self,
        conversation: &Conversation,
        weather: Weather,
    ) -> Result<Outcome, CheckError> {
        let script = &conversation.expected;
        if let Some(failure) = self.died_since(script) {
            return Ok(Outcome::Failed(Box::new(failure)));
        }
        let silence = silence_of(script, self.plan.side);
        let mut done = self.play(script, weather, None, silence, &conversation.name)?;
        let mut trouble = self.trouble(&done);
        if trouble.is_some() && done.silent && done.idle == Some(false) {
            // It was not waiting, it was working: give it time.
            done = self.play(script, weather, None, silence * 4, &conversation.name)?;
            trouble = self.trouble(&done);
        let mut done = self.stage.play(script, weather, silence)?;
        let mut trouble = self.trouble(&done);
        if trouble.is_some() && done.silent && done.idle == Some(false) {
            // It was not waiting, it was working.
            done = self.stage.play(script, weather, silence * 4)?;
            trouble = self.trouble(&done);
        }
        if trouble.is_some() && !done.silent {
            self.stage.wait_death(&mut done);
        }
        let mut known = Triage::default();
        if trouble.is_none() {
            known.mute = self.mute_guest(script, weather)?;
            trouble = known.mute.map(|_| Trouble::Unasked);
        }
        let Some(mut trouble) = trouble else {
            self.passed(conversation, weather);
            return Ok(Outcome::Passed);
        };
        let calm = self.calm.contains(&conversation.name);
        known.calm = calm.then_some(Tried::Passed);
        let mut found = self.look_into(weather, &trouble, &done, known);
        if diagnose(&found).is_none() && done.silent && done.idle != Some(true) {
            let again = self.play(script, weather, None, silence * 4, &conversation.name)?;
            let again = self.stage.play(script, weather, silence * 4)?;
            let Some(second) = self.trouble(&again) else {
                self.passed(conversation, weather);
                return Ok(Outcome::Passed);
            };
            (trouble, done) = (second, again);
            found = self.evidence(weather, &trouble, &done, found.triage);
        }
        Ok(Outcome::Failed(Box::new(Failure {
            diagnosis: diagnose(&found),
            ending: found
                .process
                .ending
                .filter(|_| self.plan.side == Side::Server || done.silent),
            stderr: found.process.stderr,
            got: seen_behind(&done, &trouble).unwrap_or(done.got),
            expected: done.script,
        Ok(Outcome::Failed(Box::new(
            self.failure(trouble, done, &found),
        )))
    }

    fn failure(&self, trouble: Trouble, done: Done, found: &Evidence) -> Failure {
        let tells = self.plan.side == Side::Server || done.silent;
        let behind = matches!(trouble, Trouble::Behind(_));
        Failure {
            expected: done.script,
            got: done.behind.filter(|_| behind).unwrap_or(done.got),
            diagnosis: diagnose(found),
            ending: found.process.ending.filter(|_| tells),
            stderr: found.process.stderr.clone(),
            trouble,
        }
    }

    /// A server that ended after the last run had passed.
    fn died_since(&mut self, script: &Transcript) -> Option<Failure> {
        let program = self.stage.program()?;
        let ending = program.ending()?;
        Some(Failure {
            expected: script.clone(),
            got: Transcript::new(),
            trouble: Trouble::Died(ending),
            diagnosis: None,
            ending: Some(ending),
            stderr: program.stderr().text(),
        })
    }

    /// After the first calm conversation that the client begins: a guest who says nothing, for a moment.
    /// Gives back how it went when the server answered all the same.
    fn mute_guest(
        &mut self,
        script: &Transcript,
        weather: Weather,
    ) -> Result<Option<Tried>, CheckError> {
        let first = script.entries().iter().find_map(|entry| match entry {
            Entry::Chunk(chunk) => Some(chunk.who),
            _ => None,
        });
        let fits = self.plan.side == Side::Server
            && weather == Weather::Calm
            && first == Some(Who::Client);
        if !fits || self.mute_sent || !self.plan.triage {
            return Ok(None);
        }
        self.mute_sent = true;
        let done = self.stage.play(
            &without_words(script, Who::Client),
            weather,
            limits::CHECK_MUTE,
        )?;
        let unasked = done
            .script
            .connections()
            .iter()
            .any(|&conn| !done.got.bytes_of(conn, Who::Server).is_empty());
        // Whether it survives such guests is a matter of the weather `ghost`.
        if done.process.ending.is_some() {
            self.stage.start_anew();
        }
        Ok(unasked.then_some(Tried::RightBytes))
    }

    fn passed(&mut self, conversation: &Conversation, weather: Weather) {
        if weather == Weather::Calm {
            self.calm.push(conversation.name.clone());
        }
        let connections = conversation.expected.connections().len();
        let guests = connections + if weather == Weather::Ghost { 5 } else { 1 };
        match (&mut self.growth, &mut self.server) {
            (Some(growth), _) => growth.guests += guests,
            (None, Some(server)) => self.growth = server.holds(),
            (None, None) => {}
        let guests = conversation.expected.connections().len()
            + if weather == Weather::Ghost { 5 } else { 1 };
        match &mut self.first {
            Some((_, since)) => *since += guests,
            None => self.first = self.stage.holds().map(|holds| (holds, 0)),
        }
    }

    /// What is wrong with a run, if anything is.
    fn trouble(&self, done: &Done) -> Option<Trouble> {
        let who = self.plan.side.who();
        let expected = &done.script;
        if let Some(difference) = judge::difference(expected, &done.got, who) {
            return Some(Trouble::Difference(Box::new(difference)));
        }
        if let Some(behind) = &done.behind
            && let Some(difference) = judge::difference(expected, behind, who.other())
        {
            return Some(Trouble::Difference(Box::new(difference)));
        }
        if let Some(ending) = done
            .process
            .ending
            .filter(|_| self.plan.side == Side::Server)
        let (side, who) = (self.plan.side, self.plan.side.who());
        if let Some(difference) = judge::difference(&done.script, &done.got, who) {
            return Some(Trouble::Difference(Box::new(difference)));
        }
        if let Some(behind) = &done.behind
            && let Some(difference) = judge::difference(&done.script, behind, Who::Client)
        {
            return Some(Trouble::Behind(Box::new(difference)));
        }
        if let Some(ending) = done.process.ending.filter(|_| side == Side::Server) {
            return Some(Trouble::Died(ending));
        }
        if let Some(after) = done.not_taken.filter(|_| !resets(&done.script, who)) {
            return Some(Trouble::NotTaken { after });
        }
        if done.still_runs {
            return Some(Trouble::StillRuns);
        }
        let prints = done.process.prints.clone()?;
        (prints.wanted != prints.printed).then_some(Trouble::Prints(prints))
    }

    /// The evidence of a failure, with further tries.
    fn look_into(
        &mut self,
        weather: Weather,
        trouble: &Trouble,
        done: &Done,
        known: Triage,
    ) -> Evidence {
        let calm = self
            .calm
            .contains(&conversation.name)
            .then_some(Tried::Passed);
        let known = Triage {
            calm,
            ..Triage::default()
        };
        let mut found = self.evidence(weather, trouble, done, known);
        // Where a script speaks of its place, a variant of it would be played in another.
        if !self.plan.triage || has_place(&conversation.expected) {
            return found;
        let mut found = self.evidence(weather, trouble, done, known);
        if self.plan.triage && !matches!(trouble, Trouble::Unasked | Trouble::Behind(_)) {
            let stage = &mut self.stage;
            let mut play = |script: &Transcript| {
                stage.start_anew();
                let done = stage.play(script, Weather::Calm, limits::CHECK_TRY).ok()?;
                Some((done.script, done.got))
            };
            found.triage = triage(&done.script, &found, &mut play);
        }
        found
    }

    fn evidence(
        &self,
        weather: Weather,
        trouble: &Trouble,
        done: &Done,
        triage: Triage,
    ) -> Evidence {
        evidence(Seen {
            side: self.plan.side,
            weather,
            expected: &done.script,
            got: &done.got,
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
        let ready = |script: &Transcript| {
            let player = Player::new(script, us, weather);
            let mut player = player.map_err(|error| CheckError::Play(name.to_string(), error))?;
            if let Some(delivery) = delivery {
                player = player.deliver(delivery);
            }
            player.silence = silence;
            player.whole = limits::CHECK_WHOLE.max(silence * 2);
            Ok(player)
        };
        match self.plan.side {
            Side::Server => self.call(script, &ready),
            Side::Client => self.plan.answer(script, &ready),
        }
    }

    /// Plays the client at the server, which is started if it does not run.
    fn call(&mut self, script: &Transcript, ready: &Ready) -> Result<Done, CheckError> {
        if let Subject::Address(addr) = self.plan.subject {
            let script = placed(script, addr);
            let played = ready(&script)?.call(addr);
            if matches!(&played.stopped, Some(Stopped::NotOpened(_))) && self.calm.is_empty() {
                return Err(CheckError::Nobody(addr));
            }
            let process = Process {
                address: addr.to_string(),
                connected: true,
                ..Process::default()
            };
            return Ok(Done::of(script, played, process, false, None));
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
        let script = placed(script, server.addr);
        let player = ready(&script)?;
        let (played, behind) = match &server.behind {
            None => (player.call(server.addr), None),
            Some(behind) => {
                let played = behind.while_playing(&script, || player.call(server.addr))?;
                (played.0, Some(played.1))
            }
        };
        let idle = server.program.is_idle();
        let ending = server.program.wait_end(patience_for_death(&played));
        let process = self
            .plan
            .process(&server.program, server.addr, ending, true);
        Ok(Done {
            behind,
            ..Done::of(script, played, process, false, idle)
        })
    }

    fn start_server(&self) -> Result<Server, CheckError> {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let port = net::free_port(ip).unwrap_or(0);
        let addr = SocketAddr::new(ip, port);
    /// What a server holds at the end that it did not hold after its first guest; or that it has ended.
    pub(super) fn leftovers(&mut self) -> Option<Failure> {
        let script = &self.plan.conversations[0].expected;
        let begun = Instant::now();
        let behind = Behind::of(script)?;
        let arg = behind.as_ref().and_then(|behind| behind.argument(script));
        let line = self.plan.line(arg.as_deref());
        let contract = self.plan.contract(addr, script, arg);
        let mut program = Program::start(&line, &contract).map_err(CheckError::Start)?;
        match program.wait_ready(addr, self.plan.start_deadline) {
            Ok(()) => Ok(Server {
                program,
                addr,
                took: begun.elapsed(),
                behind,
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
        if let Some(failure) = self.died_since(script) {
            return Some(failure);
        }
        let (before, guests) = self.first?;
        let until = Instant::now() + limits::CHECK_SETTLE;
        let trouble = loop {
            let now = self.stage.holds()?;
            let grown = grown(before, now, guests)?;
            if Instant::now() > until {
                break grown;
            }
            thread::sleep(limits::GLANCE);
        };
        let program = self.stage.program()?;
        Some(Failure {
            expected: script.clone(),
            got: Transcript::new(),
            trouble,
            diagnosis: None,
            ending: None,
            stderr: program.stderr().text(),
        })
    }
}

/// Growth with every guest; a pool that fills, or a file that is opened once, is none.
fn grown(before: Holds, now: Holds, guests: usize) -> Option<Trouble> {
    let counts = [
        ("file descriptors", before.descriptors, now.descriptors),
        ("threads", before.threads, now.threads),
    ];
    let (what, before, after) = counts
        .into_iter()
        .find(|(_, before, now)| guests >= 3 && *now >= before + guests)?;
    Some(Trouble::Grows {
        what,
        before,
        after,
        guests,
    })
}

/// Whether the script has this side break a connection off.
fn resets(script: &Transcript, who: Who) -> bool {
    let reset = |entry: &Entry| matches!(entry, Entry::Event { who: by, event: Event::Rst, .. } if *by == who);
    script.entries().iter().any(reset)
}

/// What came out behind a relay, when that is where the difference is.
fn seen_behind(done: &Done, trouble: &Trouble) -> Option<Transcript> {
    match trouble {
        Trouble::Difference(difference) if difference.who == Who::Client => done.behind.clone(),
        _ => None,
    }
}
