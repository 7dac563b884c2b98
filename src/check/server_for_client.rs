//! The address that a client under check connects to: a player of the server's part listens there, or nobody
//! listens, or a listener whose backlog is full.
//!
//! Rule: the address is ready before the client is started, so that no client connects too early.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::play_program::{Done, anywhere, is_silence, player};
use super::{CheckError, Plan};
use crate::check::diagnosis::{Prints, Process};
use crate::check::lenient_http_reader::message;
use crate::check::program::{Ending, Program};
use crate::check::script_variants::filled;
use crate::limits;
use crate::net::Weather;
use crate::net::player::Stopped;
use crate::net::{self, IdleTimer};
use crate::wire::{Entry, Event, Mask, Transcript, Who};

/// What a script wants the client to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// The player, as the server.
    Open,
    /// Nobody listens (`S refuse`).
    Closed,
    /// The SYN is not answered (`C timeout` without a connection).
    Silent,
}

impl Door {
    fn of(script: &Transcript) -> Door {
        let first = script.entries().iter().find_map(|entry| match entry {
            Entry::Event { who, event, .. } => Some((*who, *event)),
            Entry::Chunk(_) => Some((Who::Client, Event::Connect)),
            _ => None,
        });
        match first {
            Some((Who::Server, Event::Refuse)) => Door::Closed,
            Some((Who::Client, Event::Timeout(_))) => Door::Silent,
            _ => Door::Open,
        }
    }
}

impl Plan {
    /// Starts the client with the address that the script needs, and plays the server if there is one.
    pub(super) fn answer(
        &self,
        script: &Transcript,
        weather: Weather,
        silence: Duration,
    ) -> Result<Done, CheckError> {
        if script.has_datagrams() {
            return self.answer_datagrams(script, weather, silence);
        }
        match Door::of(script) {
            Door::Open => self.serve(script, weather, silence),
            Door::Closed => {
                let closed = net::Closed::at(anywhere()).map_err(CheckError::Socket)?;
                self.knock(closed.addr, script)
            }
            Door::Silent => {
                let listener = net::listen(anywhere(), 0).map_err(CheckError::Socket)?;
                let addr = listener.local_addr().unwrap_or(anywhere());
                // The backlog is full when a SYN gets no answer. Its connections stay until the client is done.
                let mut bench = Vec::new();
                while let Ok(caller) = net::call(addr, limits::CLIENT_POLL) {
                    bench.push(caller);
                }
                self.knock(addr, script)
            }
        }
    }

    fn serve(
        &self,
        script: &Transcript,
        weather: Weather,
        silence: Duration,
    ) -> Result<Done, CheckError> {
        let listener = net::listen(anywhere(), limits::BACKLOG).map_err(CheckError::Socket)?;
        let addr = listener.local_addr().unwrap_or(anywhere());
        let filled = filled(script, addr);
        let mut player = player(&filled, Who::Server, weather, silence)?;
        let mut program = self.start_client(addr, script)?;
        // Short waits for the client, so that a client which ends at once is not waited for.
        player.client = limits::CLIENT_POLL;
        // An extra connection is read below, and redirected if the script does that.
        player.one_more = false;
        let begun = Instant::now();
        let mut start = IdleTimer::new(self.start_deadline, false);
        let played = loop {
            let played = player.answer_seen(&listener, &|| program.activity());
            let waits = played.stopped == Some(Stopped::NoGuest) && !connected(&played.got);
            if !waits || program.ending().is_some() {
                break played;
            }
            let lasted = begun.elapsed();
            if lasted >= start.next() && start.counts(lasted, || program.activity()) {
                break played;
            }
        };
        let seen = is_silence(&played) && program.activity().is_some();
        let mut played = played;
        self.hear_further_clients(&mut program, &listener, &filled, &mut played.got);
        let connected = connected(&played.got);
        let process = self.ended(program, addr, script, limits::CHECK_EXIT, connected);
        let still_runs = process.ending.is_none();
        let done = Done::of(filled, played, process);
        Ok(Done {
            silent: done.silent || still_runs,
            still_runs,
            seen: seen || still_runs,
            ..done
        })
    }

    /// A client that comes once more than it should is recorded, too. One that is sent on by the last answer
    /// is sent on again and again, to see whether it stops. Waits until the client has ended, or for a while.
    fn hear_further_clients(
        &self,
        program: &mut Program,
        listener: &net::Listener,
        script: &Transcript,
        got: &mut Transcript,
    ) {
        for _ in 0..limits::CHECK_MORE_REDIRECTS {
            let Some(further) = self.further_client(program, listener, script) else {
                return;
            };
            let conn = got.connections().into_iter().max().unwrap_or(0) + 1;
            got.push_event(conn, Who::Client, Event::Connect);
            for who in [Who::Client, Who::Server] {
                got.push_bytes(conn, who, &further.bytes_of(1, who));
            }
            if further.bytes_of(1, Who::Server).is_empty() {
                return;
            }
        }
    }

    /// The next client, if one comes before the program has ended.
    fn further_client(
        &self,
        program: &mut Program,
        listener: &net::Listener,
        script: &Transcript,
    ) -> Option<Transcript> {
        let until = Instant::now() + limits::CHECK_EXIT;
        let mut player = player(
            &one_more(script),
            Who::Server,
            Weather::Calm,
            limits::CHECK_RETRY_SILENCE,
        )
        .ok()?;
        player.client = limits::CLIENT_POLL / 5;
        player.one_more = false;
        loop {
            let ended = program.ending().is_some();
            let further = player.answer_seen(listener, &|| program.activity()).got;
            if connected(&further) {
                return Some(further);
            }
            if ended || Instant::now() > until {
                return None;
            }
        }
    }

    /// There is no server to play; the steps of the script happen by themselves.
    fn knock(&self, addr: SocketAddr, script: &Transcript) -> Result<Done, CheckError> {
        let program = self.start_client(addr, script)?;
        let process = self.ended(program, addr, script, limits::CHECK_CLIENT_GIVES_UP, false);
        let still_runs = process.ending.is_none();
        Ok(Done {
            script: script.clone(),
            got: script.clone(),
            legs: None,
            not_taken: None,
            silent: still_runs,
            process,
            still_runs,
            seen: still_runs,
        })
    }

    pub(super) fn start_client(
        &self,
        addr: SocketAddr,
        script: &Transcript,
    ) -> Result<Program, CheckError> {
        // The argument of a script with legs is for the program in the middle.
        let arg = script.heading("arg").filter(|_| script.legs().is_none());
        let arg = arg.map(str::to_string);
        let line = self.line(arg.as_deref());
        let contract = self.contract(addr, script, arg);
        let mut program = Program::start(&line, &contract).map_err(CheckError::Start)?;
        program.name_strays_in(&self.strays);
        Ok(program)
    }

    /// Waits for a client's end.
    pub(super) fn ended(
        &self,
        mut program: Program,
        addr: SocketAddr,
        script: &Transcript,
        patience: Duration,
        connected: bool,
    ) -> Process {
        let ending = end_of_client(&mut program, patience);
        program.end();
        let mut process = self.process(&program, addr, ending, connected);
        process.prints = script.heading("prints").map(|wanted| Prints {
            wanted: match wanted {
                "" => String::new(),
                text => format!("{}\n", text.replace("{addr}", &addr.to_string())),
            },
            printed: program.wait_stdout(limits::EXIT_AFTER_CLOSE).text(),
        });
        if let Some(shown) = script.heading("shows") {
            process.prints = Some(shows(shown, &program));
        }
        process
    }
}

/// How a client ended. On a busy machine a runtime may need seconds to start: a client that has used the
/// processor in the second half of `patience` gets `patience` once more, for its own timeouts.
fn end_of_client(program: &mut Program, patience: Duration) -> Option<Ending> {
    let used = |program: &Program| program.activity().map(|seen| seen.worked);
    if let Some(ending) = program.wait_end_of_work(patience / 2) {
        return Some(ending);
    }
    let half = used(program);
    let ending = program.wait_end_of_work(patience / 2);
    match ending.is_some() || used(program) == half {
        true => ending,
        false => program.wait_end_of_work(patience),
    }
}

/// Whether a client's output has this text somewhere: then what it printed is what was wanted.
fn shows(text: &str, program: &Program) -> Prints {
    let printed = program.wait_stdout(limits::EXIT_AFTER_CLOSE).text();
    let wanted = match printed.contains(text) {
        true => printed.clone(),
        false => text.to_string(),
    };
    Prints { wanted, printed }
}

/// What is played to a client that comes once more than it should: the last exchange again, where that sends
/// it on; else it is read to its end, or until it waits for an answer.
fn one_more(script: &Transcript) -> Transcript {
    let conn = script.connections().into_iter().max().unwrap_or(1);
    let answer = script.bytes_of(conn, Who::Server);
    let mut more = Transcript::new();
    more.push_event(1, Who::Client, Event::Connect);
    if message(&answer).field("Location").is_some() {
        let end = Mask::Bytes {
            min: 0,
            max: u64::from(u16::MAX),
        };
        more.push_mask(1, Who::Client, end);
        more.push_bytes(1, Who::Client, b"\r\n\r\n");
        more.push_bytes(1, Who::Server, &answer);
        more.push_event(1, Who::Server, Event::Fin);
    }
    more.push_event(1, Who::Client, Event::Fin);
    more
}

fn connected(got: &Transcript) -> bool {
    got.has_event(|_, _, event| event == Event::Connect)
}
