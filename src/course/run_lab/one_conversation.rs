//! One conversation of a lab, with the programs that it needs, in one weather.
//!
//! | the conversation is for | calm | another weather |
//! | --- | --- | --- |
//! | both programs | the lab's server and client | the lab's server, and the player as its client |
//! | the server | the lab's server, and the player as its client | the same |
//! | the client | the lab's client, and the player as its server | |
//!
//! Rule: a tap between the two sides records the bytes. If no connection is made, the attempt to connect is
//! recorded.

mod datagrams;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

use super::{ANYWHERE, LabRunError, Origin, PATIENCE, Server};
use crate::check::own_command;
use crate::check::program::{Contract, Ending, Program};
use crate::check::script_variants::filled;
use crate::course::catalogue::{Lab, NOW, Script, Side};
use crate::course::locate_and_build_programs::{self, BuildError};
use crate::limits;
use crate::net::player::{Played, Player, Stopped};
use crate::net::{self, RecordedStream, Recorder, Tap, Weather};
use crate::wire::{Entry, Event, Transcript, Who};

/// What is shown, and who watches.
pub struct Show<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// The conversation.
    pub script: &'a Script,
    /// How the bytes travel.
    pub weather: Weather,
    /// Gets every step.
    pub recorder: &'a Recorder,
    /// Whether the page is still open; otherwise everything ends soon.
    pub goes_on: &'a (dyn Fn() -> bool + Sync),
}

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cast {
    /// The lab's two programs.
    Pair,
    /// The lab's server; the player is its client.
    Server,
    /// The lab's client; the player is its server.
    Client,
    /// The lab's client, without a listener.
    NobodyListens,
    /// The lab's client, and a listener whose backlog is full.
    BacklogFull,
}

/// What came of it, besides the recording.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What the lab's client printed on stdout.
    pub printed: String,
    /// What it printed on stderr.
    pub noted: String,
    /// How the client ended; `None` without a client, and when it was ended by us.
    pub ending: Option<Ending>,
    /// Whether the lab's client took part.
    pub client: bool,
    /// What the lab's server printed on stderr, if it took part.
    pub server_noted: String,
    /// How the lab's server ended, if it ended before we ended it.
    pub server_ending: Option<Ending>,
    /// The player gave up: it waited in vain for the program's turn, or was sent far too much.
    pub gave_up: bool,
    /// Where the conversation comes from.
    pub origin: Origin,
}

impl Shown {
    /// Nothing but where it comes from.
    fn from(origin: Origin) -> Shown {
        Shown {
            printed: String::new(),
            noted: String::new(),
            ending: None,
            client: false,
            server_noted: String::new(),
            server_ending: None,
            gave_up: false,
            origin,
        }
    }
}

impl Show<'_> {
    /// Who takes part in it.
    pub fn cast(&self) -> Cast {
        let script = self.transcript();
        let first = script.entries().iter().find_map(|entry| match entry {
            Entry::Event { event, .. } => Some(*event),
            _ => None,
        });
        match (self.script.checks_server, self.script.checks_client) {
            (true, true) if self.weather == Weather::Calm => Cast::Pair,
            (true, _) => Cast::Server,
            (false, _) => match first {
                Some(Event::Refuse) => Cast::NobodyListens,
                Some(Event::Timeout(_)) => Cast::BacklogFull,
                _ => Cast::Client,
            },
        }
    }

    /// Builds the programs that take part, if need be. `false`: they are not on this machine, so that
    /// [`Show::run`] plays both sides.
    pub fn build(&self) -> Result<bool, LabRunError> {
        let sides: &[Side] = match self.cast() {
            Cast::Pair => &[Side::Server, Side::Client],
            Cast::Server => &[Side::Server],
            Cast::Client | Cast::NobodyListens | Cast::BacklogFull => &[Side::Client],
        };
        match locate_and_build_programs::lab_programs(self.lab, sides) {
            Ok(_) => Ok(true),
            Err(BuildError::Nowhere { .. }) => Ok(false),
            Err(error) => Err(LabRunError::Build(error)),
        }
    }

    /// Runs it; everything that was started has ended afterwards.
    pub fn run(&self) -> Result<Shown, LabRunError> {
        match self.perform() {
            Err(LabRunError::Build(BuildError::Nowhere { .. })) => self.replay(),
            shown => shown,
        }
    }

    fn perform(&self) -> Result<Shown, LabRunError> {
        match self.cast() {
            Cast::Pair => self.pair(),
            Cast::Server => self.server(),
            Cast::Client => self.client(),
            Cast::NobodyListens => {
                let closed = net::Closed::at(ANYWHERE).map_err(LabRunError::Socket)?;
                self.knock(closed.addr)
            }
            Cast::BacklogFull => {
                let listener = net::listen(ANYWHERE, 0).map_err(LabRunError::Socket)?;
                let addr = address(&listener)?;
                let mut waiting = Vec::new();
                while let Ok(stream) = net::call(addr, limits::CLIENT_POLL) {
                    waiting.push(stream);
                }
                self.knock(addr)
            }
        }
    }

    fn transcript(&self) -> Transcript {
        Transcript::parse(self.script.text()).unwrap_or_default()
    }

    /// The part of it that clients take part in.
    fn front(&self) -> Transcript {
        self.transcript().front()
    }

    fn tap(&self, upstream: SocketAddr) -> Result<Tap, LabRunError> {
        let listener = net::listen(ANYWHERE, limits::BACKLOG).map_err(LabRunError::Socket)?;
        let all = self.transcript().connections().into_iter().max();
        let numbers = self.front().connections();
        self.recorder.number(&numbers, all.unwrap_or(0) + 1);
        Tap::start(listener, upstream, self.recorder.clone())
            .map_err(|error| LabRunError::Thread(error.to_string()))
    }

    fn program(&self, side: Side) -> Result<PathBuf, LabRunError> {
        let mut paths = locate_and_build_programs::lab_programs(self.lab, &[side])
            .map_err(LabRunError::Build)?;
        paths.pop().ok_or(LabRunError::NoPair)
    }

    fn pair(&self) -> Result<Shown, LabRunError> {
        // Both at once: cargo is asked once when they are not built.
        let paths =
            locate_and_build_programs::lab_programs(self.lab, &[Side::Server, Side::Client]);
        let paths = paths.map_err(LabRunError::Build)?;
        let server = paths.first().ok_or(LabRunError::NoPair)?;
        let script = self.transcript();
        let recorder = Some(self.recorder);
        let server = Server::start(self.lab, server, &script, ANYWHERE, (None, recorder))?;
        if script.has_datagrams() {
            return self.pair_of_datagrams(&server);
        }
        let tap = self.tap(server.addr)?;
        let shown = self.run_client(tap.address())?;
        // The client is gone; what is still under way between the tap and the server takes a moment.
        self.settle(&tap, self.front().connections().len());
        tap.stop();
        let fine = shown.ending == Some(Ending::Status(0));
        Ok(Shown {
            server_ending: self.ending_of(&server, !fine),
            server_noted: server.noted(),
            ..shown
        })
    }

    /// How a server ended; `wait`: it may be about to.
    fn ending_of(&self, server: &Server, wait: bool) -> Option<Ending> {
        let begun = Instant::now();
        let mut ending = None;
        self.while_watched(|| {
            ending = server.ending();
            ending.is_some() || !wait || begun.elapsed() > limits::web::DYING
        });
        ending
    }

    fn server(&self) -> Result<Shown, LabRunError> {
        let server = self.program(Side::Server)?;
        let (script, recorder) = (self.transcript(), Some(self.recorder));
        let mut server = Server::start(self.lab, &server, &script, ANYWHERE, (None, recorder))?;
        if script.has_datagrams() {
            return self.played_datagrams(&server);
        }
        let tap = self.tap(server.addr)?;
        let addr = tap.address();
        let mut player = self.player(addr, Who::Client)?;
        player.before_call = server.before_call();
        let more = match self.weather {
            Weather::Rude => 1,
            Weather::Ghost => 5,
            _ => 0,
        };
        let gave_up = thread::scope(|scope| {
            let playing = scope.spawn(|| player.call(addr));
            self.while_watched(|| playing.is_finished());
            if playing.is_finished() {
                self.settle(&tap, self.front().connections().len() + more);
            }
            tap.stop();
            playing.join().is_ok_and(|played| gave_up(&played))
        });
        Ok(Shown {
            server_ending: self.ending_of(&server, gave_up),
            server_noted: server.noted(),
            gave_up,
            ..Shown::from(Origin::Programs)
        })
    }

    fn client(&self) -> Result<Shown, LabRunError> {
        if self.transcript().has_datagrams() {
            return self.client_of_datagrams();
        }
        let listener = net::listen(ANYWHERE, limits::BACKLOG).map_err(LabRunError::Socket)?;
        let tap = self.tap(address(&listener)?)?;
        let player = self.player(tap.address(), Who::Server)?;
        thread::scope(|scope| {
            let playing = scope.spawn(|| player.answer(&listener));
            let shown = self.run_client(tap.address());
            if shown.is_ok() {
                self.settle(&tap, self.front().connections().len());
            }
            tap.stop();
            self.while_watched(|| playing.is_finished());
            let gave_up =
                playing.is_finished() && playing.join().is_ok_and(|played| gave_up(&played));
            shown.map(|shown| Shown { gave_up, ..shown })
        })
    }

    /// The lab's client at an address where no connection comes about; our own call is recorded.
    fn knock(&self, addr: SocketAddr) -> Result<Shown, LabRunError> {
        let shown = self.run_client(addr)?;
        let _ = RecordedStream::call(addr, limits::web::DEMO_CALL, Some(self.recorder));
        Ok(shown)
    }

    /// The same conversation where the lab's programs cannot be had: both sides are played from its
    /// transcript, over real sockets, with the tap between them.
    fn replay(&self) -> Result<Shown, LabRunError> {
        let script = self.front();
        // A program in the middle has two legs; only that program can show both.
        let middle = self.transcript().legs().is_some();
        if middle || script.has_masks() || script.has_datagrams() {
            return Ok(Shown::from(Origin::Written));
        }
        let listener = net::listen(ANYWHERE, limits::BACKLOG).map_err(LabRunError::Socket)?;
        let tap = self.tap(address(&listener)?)?;
        let addr = tap.address();
        let (server, client) = (
            self.player(addr, Who::Server)?,
            self.player(addr, Who::Client)?,
        );
        thread::scope(|scope| {
            scope.spawn(|| server.answer(&listener));
            client.call(addr);
        });
        self.settle(&tap, script.connections().len());
        tap.stop();
        Ok(Shown::from(Origin::Played))
    }

    fn run_client(&self, addr: SocketAddr) -> Result<Shown, LabRunError> {
        let script = self.transcript();
        // Otherwise it is for the program in the middle.
        let arg = script.heading("arg").filter(|_| script.legs().is_none());
        let contract = Contract {
            arg: arg.map(str::to_string),
            now: Some(NOW),
            ..Contract::at(addr)
        };
        let line = own_command(&self.program(Side::Client)?, arg);
        let mut client = Program::start(&line, &contract).map_err(LabRunError::Start)?;
        let mut ending = None;
        self.while_watched(|| {
            ending = client.wait_end(limits::POLL_INTERVAL);
            ending.is_some()
        });
        client.end();
        Ok(Shown {
            printed: client.stdout().text(),
            noted: client.stderr().text(),
            ending,
            client: true,
            ..Shown::from(Origin::Programs)
        })
    }

    fn player(&self, addr: SocketAddr, me: Who) -> Result<Player, LabRunError> {
        let script = filled(&self.front(), addr);
        let player = Player::new(&script, me, self.weather);
        player.map_err(|error| LabRunError::Thread(error.to_string()))
    }

    /// Waits until the tap's connections have ended.
    fn settle(&self, tap: &Tap, connections: usize) {
        let connections = connections.max(1) as u64;
        let begun = Instant::now();
        let ended = || tap.wait_ended(connections, limits::POLL_INTERVAL);
        self.while_watched(|| ended() || begun.elapsed() > limits::IO_DEADLINE);
    }

    /// Waits until `done`, for at most [`PATIENCE`], and not when nobody watches any more.
    fn while_watched(&self, mut done: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !done() && begun.elapsed() < PATIENCE && (self.goes_on)() {
            thread::park_timeout(limits::POLL_INTERVAL);
        }
    }
}

/// Whether the player waited in vain, or was sent too much.
fn gave_up(played: &Played) -> bool {
    let stopped = played.stopped.as_ref();
    stopped.is_some_and(|it| {
        matches!(
            it,
            Stopped::IdleTimer(_) | Stopped::TooLong | Stopped::TooMuch(_)
        )
    })
}

fn address(listener: &net::Listener) -> Result<SocketAddr, LabRunError> {
    let addr = listener.local_addr();
    addr.map_err(|error| LabRunError::Thread(error.to_string()))
}
