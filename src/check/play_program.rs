//! The program under check: starts it, plays conversations against it, ends it.
//!
//! Rule 1: a server is started once for all conversations, as it would serve all its clients. A client and a
//! program in the middle are started for each conversation; the latter gets new servers behind it (see `program_in_middle`).
//! Rule 2: this module compares nothing.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::{CheckError, Plan, Subject};
use crate::check::Side;
use crate::check::diagnosis::Process;
use crate::check::program::Program;
use crate::check::script_variants::filled;
use crate::limits;
use crate::net::Weather;
use crate::net::player::{Played, Player, Stopped};
use crate::net::{self, Port};
use crate::wire::{Legs, Transcript, Who};

/// The program of a plan.
pub(super) struct Stage<'a> {
    pub(super) plan: &'a Plan,
    server: Option<Server>,
    /// Whether a server that ran already was reached once.
    reached: bool,
    /// Becomes true when nobody needs the play any more.
    pub(super) over: Option<Arc<AtomicBool>>,
}

/// A server that we started.
pub(super) struct Server {
    program: Program,
    pub(super) addr: SocketAddr,
    /// Whether it was seen to accept connections.
    accepts: bool,
    /// How long it took until it listened.
    took: Duration,
    /// Held until the program has ended, which is before this.
    _port: Option<Port>,
}

/// One play and what became of the program.
pub(super) struct Done {
    /// The script, with the address filled in.
    pub script: Transcript,
    /// Both sides, as they were.
    pub got: Transcript,
    /// The legs of a program in the middle, with the connections that it should not have opened.
    pub legs: Option<Legs>,
    /// How many of our bytes the program took, when it did not take all.
    pub not_taken: Option<u64>,
    /// Whether it ended because nothing more came.
    pub silent: bool,
    /// What is known of the program.
    pub process: Process,
    /// A client that does not end.
    pub still_runs: bool,
    /// Whether the system showed what the program did during the timeout.
    pub seen: bool,
}

/// What a server holds: descriptors and threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Holds {
    pub descriptors: usize,
    pub threads: usize,
}

impl Done {
    /// What the player has seen, and what became of the program.
    pub(super) fn of(script: Transcript, played: Played, process: Process) -> Done {
        let silent = is_silence(&played);
        Done {
            script: played.expected.unwrap_or(script),
            got: played.got,
            legs: None,
            not_taken: played.failed_writes.first().map(|failed| failed.after),
            silent,
            process,
            still_runs: false,
            seen: false,
        }
    }
}

impl<'a> Stage<'a> {
    /// Nothing is started yet.
    pub(super) fn new(plan: &'a Plan) -> Stage<'a> {
        Stage {
            plan,
            server: None,
            reached: false,
            over: None,
        }
    }

    /// Plays a script at the program; `silence`: how long it may send nothing when it is its turn.
    pub(super) fn play(
        &mut self,
        script: &Transcript,
        weather: Weather,
        silence: Duration,
    ) -> Result<Done, CheckError> {
        match (self.plan.side, &self.plan.subject, script.legs()) {
            (Side::Client, _, _) => self.plan.answer(&script.front(), weather, silence),
            // What is behind a server that runs already, nobody knows.
            (Side::Server, Subject::Address(addr), _) => {
                self.call_running(*addr, &script.front(), weather, silence)
            }
            (Side::Server, _, Some(legs)) => self.play_between(script, legs, weather, silence),
            (Side::Server, _, None) => self.call(script, weather, silence),
        }
    }

    /// A server that runs already.
    fn call_running(
        &mut self,
        addr: SocketAddr,
        script: &Transcript,
        weather: Weather,
        silence: Duration,
    ) -> Result<Done, CheckError> {
        let script = filled(script, addr);
        let mut player = player(&script, Who::Client, weather, silence)?;
        player.seed = self.plan.network_seed;
        let played = player.call(addr);
        if matches!(&played.stopped, Some(Stopped::NotOpened(_))) && !self.reached {
            return Err(CheckError::Nobody(addr));
        }
        self.reached = true;
        let address = addr.to_string();
        let process = Process {
            address,
            connected: true,
            ..Process::default()
        };
        Ok(Done::of(script, played, process))
    }

    /// The server of this plan, which is started if it does not run.
    fn call(
        &mut self,
        script: &Transcript,
        weather: Weather,
        silence: Duration,
    ) -> Result<Done, CheckError> {
        if self
            .server
            .as_mut()
            .is_none_or(|server| server.program.ending().is_some())
        {
            self.server = Some(self.start(script, None)?);
        }
        let Some(server) = &mut self.server else {
            unreachable!("the server was started above");
        };
        let script = filled(script, server.addr);
        server.program.begin_run();
        if !script.has_datagrams() {
            server.wait_accepting(self.plan.start_deadline);
        }
        let mut player = player(&script, Who::Client, weather, silence)?;
        player.seed = self.plan.network_seed;
        player.over.clone_from(&self.over);
        let played = server.play(&player);
        Ok(server.done(self.plan, script, played))
    }

    /// Starts the server; `arg`: what it is told about the servers behind it.
    pub(super) fn start(
        &self,
        script: &Transcript,
        arg: Option<String>,
    ) -> Result<Server, CheckError> {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let datagrams = script.has_datagrams();
        // A server that speaks both has one number for both, whichever conversation comes first.
        let port = match self.plan.datagrams {
            true => net::free_datagram_port(ip).ok(),
            false => net::free_port(ip).ok(),
        };
        let addr = SocketAddr::new(ip, port.as_ref().map_or(0, |port| port.number));
        let begun = Instant::now();
        let line = self.plan.line(arg.as_deref());
        let contract = self.plan.contract(addr, script, arg);
        let mut program = Program::start(&line, &contract).map_err(CheckError::Start)?;
        program.name_strays_in(&self.plan.strays);
        let patience = self.plan.start_deadline;
        let ready = match datagrams {
            true => program.wait_receiving(addr, patience),
            false => program.wait_ready(addr, patience),
        };
        match ready {
            Ok(()) => Ok(Server {
                accepts: !datagrams,
                program,
                addr,
                took: begun.elapsed(),
                _port: port,
            }),
            Err(why) => {
                let unready = self.plan.unready(why, program, addr);
                Err(CheckError::NotReady(Box::new(unready)))
            }
        }
    }

    /// Puts a fresh server in the place of one that starts quickly, so that a stuck connection does not
    /// colour the next play.
    pub(super) fn start_anew(&mut self) {
        if self
            .server
            .as_ref()
            .is_some_and(|server| server.took < limits::CHECK_RESTART)
        {
            self.server = None;
        }
    }

    /// The server, when it runs for several plays.
    pub(super) fn program(&mut self) -> Option<&mut Program> {
        self.server.as_mut().map(|server| &mut server.program)
    }

    /// Looks a little longer whether the server has ended: one that dies of a run may take its time to say
    /// why. One that is silent and rests does not die.
    pub(super) fn wait_death(&mut self, done: &mut Done) {
        let rests = done.silent && !self.works();
        if let Some(server) = &mut self.server
            && done.legs.is_none()
            && done.process.ending.is_none()
        {
            if !rests {
                done.process.ending = server.program.wait_end_of_work(limits::CHECK_LAST_WORDS);
            }
            server.program.catch_up_output();
            done.process.stderr = server.program.stderr().text();
            done.process.said = server.program.said();
        }
    }

    /// Whether the server is seen at work.
    pub(super) fn works(&mut self) -> bool {
        let activity = self.program().and_then(|program| program.activity());
        activity.is_some_and(|activity| activity.works)
    }

    /// Forgets a server that has ended, when it is done with its clients.
    pub(super) fn forget_if_ended(&mut self) {
        let Some(program) = self.program() else {
            return;
        };
        net::rest(&|| program.activity());
        if program.ending().is_some() {
            self.server = None;
        }
    }

    /// The resources that the server still has after its clients, if the system shows them.
    pub(super) fn holds(&mut self) -> Option<Holds> {
        let program = self.program()?;
        net::rest(&|| program.activity());
        Some(Holds {
            descriptors: program.descriptors()?,
            threads: program.threads()?,
        })
    }
}

impl Server {
    pub(super) fn done(&mut self, plan: &Plan, script: Transcript, played: Played) -> Done {
        let ending = self.program.wait_end(limits::CHECK_EXIT_AFTER_RUN);
        let ending = ending.or_else(|| self.program.wait_rest());
        // What it said last may still be on its way to us.
        self.program.catch_up_output();
        let process = plan.process(&self.program, self.addr, ending, true);
        let done = Done::of(script, played, process);
        let seen = done.silent && self.program.activity().is_some();
        Done { seen, ..done }
    }

    /// A server that receives datagrams may open its other socket later. One that never does is judged by
    /// what is played.
    fn wait_accepting(&mut self, patience: Duration) {
        if !self.accepts {
            let patience = patience.min(limits::CHECK_SILENCE);
            self.accepts = self.program.wait_ready(self.addr, patience).is_ok();
        }
    }

    pub(super) fn play(&self, player: &Player) -> Played {
        player.call_seen(self.addr, &|| self.program.activity())
    }

    pub(super) fn hear(&self, player: &Player, listener: &net::Listener) -> Played {
        player.answer_seen(listener, &|| self.program.activity())
    }
}

/// Whether a play ended because nothing more came.
pub(super) fn is_silence(played: &Played) -> bool {
    matches!(
        played.stopped,
        Some(Stopped::IdleTimer(_) | Stopped::NoGuest | Stopped::TooLong)
    )
}

/// The side of `script` that we play.
pub(super) fn player(
    script: &Transcript,
    us: Who,
    weather: Weather,
    silence: Duration,
) -> Result<Player, CheckError> {
    let mut player = Player::new(script, us, weather).map_err(CheckError::Play)?;
    player.silence = silence;
    // A further try only helps to find the cause: no report says how long it was silent.
    player.early = silence <= limits::CHECK_RETRY_SILENCE;
    player.whole = limits::CHECK_RUN.max(silence * 2);
    player.settle = us == Who::Client && asks_first(script);
    Ok(player)
}

/// Whether the client asks whether it may send the body. A server that answers without having read the body
/// does so right after its answer 100.
fn asks_first(script: &Transcript) -> bool {
    let conns = script.connections();
    let mut answers = conns.iter().map(|&conn| script.bytes_of(conn, Who::Server));
    answers.any(|answers| answers.starts_with(b"HTTP/1.1 100 "))
}

/// This machine, and a port that the system chooses.
pub(super) fn anywhere() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)
}
