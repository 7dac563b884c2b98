//! Runs a lab: its own server and its own client, with a tap between them that records their conversation.
//!
//! Rule: the programs are the real ones, over real sockets; no byte is invented here. If the programs are not
//! there (an installed `wirelab` outside a clone), the player plays both sides of the lab's transcript, and the
//! result says so.

mod one_conversation;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use super::catalogue::{Lab, NOW, Script, Side};
use super::lab_server_files;
use super::locate_and_build_programs::{self, BuildError};
use crate::check::program::{Contract, Ending, NotReady, Program, StartError};
use crate::check::script_variants::filled;
use crate::check::{Behind, ServedFolder, own_command};
use crate::limits;
use crate::locks::lock;
use crate::net::player::{BeforeCall, PlayError, Player, Stopped};
use crate::net::{self, Recorder, SocketError, Weather};
use crate::wire::{Transcript, Who};

pub use one_conversation::{Cast, Show, Shown};

/// What a run of a lab gave: the conversation, and what the client printed.
pub struct LabRun {
    /// Everything that the tap read, in its order.
    pub transcript: Transcript,
    /// What the client printed on stdout.
    pub printed: String,
    /// What the client printed on stderr.
    pub noted: String,
    /// How the client ended; `None` when it still ran at the deadline, and was ended by us.
    pub ending: Option<Ending>,
    /// Where the conversation comes from.
    pub origin: Origin,
}

/// Where a conversation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The lab's own programs said it.
    Programs,
    /// The lab's programs are not here: both sides were played from its transcript.
    Played,
    /// The transcript leaves something open, so that it cannot be played: it is shown as it is.
    Written,
}

/// Why a lab could not be run.
#[derive(Debug)]
pub enum LabRunError {
    /// The lab has no pair of programs.
    NoPair,
    /// A program is not there, and could not be made.
    Build(BuildError),
    /// A program could not be started.
    Start(StartError),
    /// The server was started and does not listen.
    NotReady(NotReady, String),
    /// No place for the tap.
    Socket(SocketError),
    /// The system has no thread or port for what stands around the lab.
    Thread(String),
}

impl fmt::Display for LabRunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LabRunError::NoPair => f.write_str("this lab has no pair of programs to show"),
            LabRunError::Build(error) => error.fmt(f),
            LabRunError::Start(error) => error.fmt(f),
            LabRunError::NotReady(error, said) if said.trim().is_empty() => {
                write!(f, "its server: {error}")
            }
            LabRunError::NotReady(error, said) => {
                write!(f, "its server: {error}\n{}", said.trim_end())
            }
            LabRunError::Socket(error) => error.fmt(f),
            LabRunError::Thread(reason) => write!(f, "the tap could not be set up: {reason}"),
        }
    }
}

impl std::error::Error for LabRunError {}

/// Runs the lab's server and client once, with the tap between them, and everything ended after it. The client
/// gets the `@arg` of the lab's main script.
pub fn run(lab: &Lab) -> Result<LabRun, LabRunError> {
    if !lab.has(Side::Server) || !lab.has(Side::Client) {
        return Err(LabRunError::NoPair);
    }
    let recorder = Recorder::new();
    let show = Show {
        lab,
        script: lab.scripts.first().ok_or(LabRunError::NoPair)?,
        weather: Weather::Calm,
        recorder: &recorder,
        goes_on: &|| true,
    };
    let shown = show.run()?;
    let transcript = match shown.origin {
        Origin::Written => lab
            .scripts
            .first()
            .map_or_else(Transcript::new, Script::lesson),
        Origin::Programs | Origin::Played => recorder.transcript(),
    };
    Ok(LabRun {
        transcript,
        printed: shown.printed,
        noted: shown.noted,
        ending: shown.ending,
        origin: shown.origin,
    })
}

/// Starts the lab's own server at `addr`, to be talked to by hand.
pub fn serve(lab: &Lab, addr: SocketAddr) -> Result<Server, LabRunError> {
    serve_one(lab, false, addr, None)
}

/// Starts one of the lab's servers at `addr`: the lab's own, or the exercise's as the learner gets it (`stub`).
/// `word` is added to its command line.
pub fn serve_one(
    lab: &Lab,
    stub: bool,
    addr: SocketAddr,
    word: Option<&str>,
) -> Result<Server, LabRunError> {
    let script = main_script(lab);
    let path = match stub {
        true => locate_and_build_programs::stub_server(lab),
        false => locate_and_build_programs::lab_programs(lab, &[Side::Server])
            .map(|mut paths| paths.remove(0)),
    };
    match path {
        Err(BuildError::Nowhere { .. }) if !stub => Server::played(&script, addr),
        path => {
            let path = path.map_err(LabRunError::Build)?;
            Server::start(lab, &path, &script, addr, (word, None))
        }
    }
}

fn main_script(lab: &Lab) -> Transcript {
    let script = lab.scripts.first().map(|script| script.text());
    let script = script.and_then(|text| Transcript::parse(text).ok());
    script.unwrap_or_default()
}

/// The lab's server at work, and the servers behind it when it stands in the middle.
pub struct Server {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Ends with the value; `None` when the server is played from the lab's transcript.
    program: Option<Mutex<Program>>,
    /// Gone with the value, too.
    _files: Option<Arc<ServedFolder>>,
    /// The servers behind it.
    behind: Option<Behind>,
}

impl Server {
    fn start(
        lab: &Lab,
        path: &Path,
        script: &Transcript,
        addr: SocketAddr,
        (word, recorder): (Option<&str>, Option<&Recorder>),
    ) -> Result<Server, LabRunError> {
        let behind = behind(script, recorder)?;
        let arg = behind.as_ref().map(|behind| behind.arg.clone());
        let arg = arg.or_else(|| word.map(str::to_string));
        let files =
            lab_server_files::of(lab).map_err(|error| LabRunError::Thread(error.to_string()))?;
        let contract = Contract {
            root: files.as_ref().map(|files| files.path().to_path_buf()),
            now: Some(NOW),
            arg: arg.clone(),
            ..Contract::at(addr)
        };
        let line = own_command(path, arg.as_deref());
        let mut program = Program::start(&line, &contract).map_err(LabRunError::Start)?;
        match program.wait_listening_line(limits::START_DEADLINE) {
            Ok(addr) => Ok(Server {
                addr,
                program: Some(Mutex::new(program)),
                _files: files,
                behind,
            }),
            Err(error) => Err(LabRunError::NotReady(error, program.stderr().text())),
        }
    }

    /// Plays the server's side of the script at `addr`, for the first client.
    fn played(script: &Transcript, addr: SocketAddr) -> Result<Server, LabRunError> {
        if script.has_datagrams() {
            let socket = net::DatagramSocket::at(addr).map_err(LabRunError::Socket)?;
            let addr = socket.addr;
            play_datagrams_at(socket, &filled(script, addr))?;
            return Ok(Server::without_program(addr));
        }
        let listener = net::listen(addr, limits::BACKLOG).map_err(LabRunError::Socket)?;
        let addr = listener.local_addr();
        let addr = addr.map_err(|error| LabRunError::Thread(error.to_string()))?;
        play_at(listener, &filled(&script.front(), addr), None)?;
        Ok(Server::without_program(addr))
    }

    fn without_program(addr: SocketAddr) -> Server {
        Server {
            addr,
            program: None,
            _files: None,
            behind: None,
        }
    }

    /// What a player does before it connects to this server (see [`Behind::before_call`]).
    fn before_call(&mut self) -> Option<BeforeCall> {
        Some(self.behind.as_mut()?.before_call())
    }

    /// How it ended, if it has.
    pub fn ending(&self) -> Option<Ending> {
        self.program()?.ending()
    }

    /// Ends it now; how it ended. A server that is played cannot be ended: `None`.
    pub fn stop(&self) -> Option<Ending> {
        let mut program = self.program()?;
        program.end();
        program.ending()
    }

    /// What it has printed on stderr.
    pub fn noted(&self) -> String {
        let program = self.program();
        program.map_or(String::new(), |program| program.stderr().text())
    }

    fn program(&self) -> Option<MutexGuard<'_, Program>> {
        let program = self.program.as_ref()?;
        Some(lock(program))
    }

    /// What was done, in words.
    pub fn what(&self) -> &'static str {
        match self.program {
            Some(_) => "the lab's server was started",
            None => "the server's side of the lab's transcript is played",
        }
    }
}

/// The servers behind a program in the middle, each played from the script; `None` where it has no legs.
fn behind(script: &Transcript, recorder: Option<&Recorder>) -> Result<Option<Behind>, LabRunError> {
    let Some(legs) = script.legs() else {
        return Ok(None);
    };
    let mut behind = Behind::of(script, &legs).map_err(LabRunError::Socket)?;
    let listeners = std::mem::take(&mut behind.listeners);
    for (listener, leg) in listeners.into_iter().zip(&legs.backs) {
        play_at(listener, &script.of_connections(&leg.connections), recorder)?;
    }
    Ok(Some(behind))
}

/// Says the server's side of the script to the clients that come, in a thread that ends when they are gone. With a
/// recorder it is said once; otherwise to one client after the other.
fn play_at(
    listener: net::Listener,
    script: &Transcript,
    recorder: Option<&Recorder>,
) -> Result<(), LabRunError> {
    let player = Player::new(script, Who::Server, Weather::Calm);
    let mut player = player.map_err(|error| LabRunError::Thread(error.to_string()))?;
    // A person types.
    (player.silence, player.client, player.whole) = (BY_HAND, BY_HAND, BY_HAND);
    player.one_more = false;
    player.recorder = recorder.cloned();
    let once = recorder.is_some() || script.entries().is_empty();
    thread::spawn(move || {
        loop {
            let played = player.answer(&listener);
            if once || played.stopped == Some(Stopped::NoGuest) {
                return;
            }
        }
    });
    Ok(())
}

/// The same for datagrams.
fn play_datagrams_at(socket: net::DatagramSocket, script: &Transcript) -> Result<(), LabRunError> {
    let failed = |error: PlayError| LabRunError::Thread(error.to_string());
    let mut player = Player::new(script, Who::Server, Weather::Calm).map_err(failed)?;
    (player.silence, player.client, player.whole) = (BY_HAND, BY_HAND, BY_HAND);
    thread::spawn(move || {
        while let Ok(played) = player.answer_datagrams(&socket) {
            if played.stopped == Some(Stopped::NoGuest) {
                return;
            }
        }
    });
    Ok(())
}

/// How long a server that is played waits. Reason: somebody talks to it by hand, and reads meanwhile.
const BY_HAND: Duration = Duration::from_secs(600);

/// This machine, and a port that the system chooses.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// How long a client may talk. Reason: the labs whose subject is a deadline wait for some seconds.
const PATIENCE: Duration = Duration::from_secs(20);
