//! A lab at work: its own server and its own client, with a tap between them that writes down what
//! they say.
//!
//! Rule: the programs are the real ones, over real sockets; nothing of the conversation is made up here.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::cargo::{self, BuildError};
use super::catalogue::{Lab, NOW, Side};
use crate::check::own_command;
use crate::check::program::{Contract, Ending, NotReady, Program, StartError};
use crate::limits;
use crate::net::player::Player;
use crate::net::{self, Recorder, SocketError, Tap, Weather};
use crate::wire::{Transcript, Who};

/// What came of it.
pub struct Demo {
    /// Everything that the tap read, in its order.
    pub transcript: Transcript,
    /// What the client printed on stdout.
    pub printed: String,
    /// What the client printed on stderr.
    pub noted: String,
    /// How the client ended; `None` when it still ran at the deadline, and was ended by us.
    pub ending: Option<Ending>,
}

/// Why there is nothing to show.
#[derive(Debug)]
pub enum DemoError {
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

impl fmt::Display for DemoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DemoError::NoPair => f.write_str("this lab has no pair of programs to show"),
            DemoError::Build(error) => error.fmt(f),
            DemoError::Start(error) => error.fmt(f),
            DemoError::NotReady(error, said) if said.trim().is_empty() => {
                write!(f, "its server: {error}")
            }
            DemoError::NotReady(error, said) => {
                write!(f, "its server: {error}\n{}", said.trim_end())
            }
            DemoError::Socket(error) => error.fmt(f),
            DemoError::Thread(reason) => write!(f, "the tap could not be set up: {reason}"),
        }
    }
}

impl std::error::Error for DemoError {}

/// Runs the lab's server and client once, with the tap between them, and everything ended after it.
/// The client is told what the lab's main script says in `@arg`.
pub fn run(lab: &Lab) -> Result<Demo, DemoError> {
    if !lab.has(Side::Server) || !lab.has(Side::Client) {
        return Err(DemoError::NoPair);
    }
    let paths = cargo::lab_programs(lab, &[Side::Server, Side::Client]);
    let paths = paths.map_err(DemoError::Build)?;
    let script = main_script(lab);
    let server = Server::start(lab, &paths[0], &script, ANYWHERE)?;
    let recorder = Recorder::new();
    let listener = net::listen(ANYWHERE, limits::BACKLOG).map_err(DemoError::Socket)?;
    let tap = Tap::start(listener, server.addr, recorder.clone())
        .map_err(|error| DemoError::Thread(error.to_string()))?;

    let arg = script.heading("arg").filter(|arg| !arg.contains(UPSTREAM));
    let contract = Contract {
        arg: arg.map(str::to_string),
        now: Some(NOW),
        ..Contract::at(tap.address())
    };
    let line = own_command(&paths[1], arg);
    let mut client = Program::start(&line, &contract).map_err(DemoError::Start)?;
    let ending = client.wait_end(PATIENCE);
    client.end();
    // The client is gone; what is still under way between the tap and the server takes a moment.
    let connections = script.connections().len().max(1);
    tap.wait_ended(connections as u64, limits::IO_DEADLINE);
    tap.stop();
    Ok(Demo {
        transcript: recorder.transcript(),
        printed: client.stdout().text(),
        noted: client.stderr().text(),
        ending,
    })
}

/// Starts the lab's own server at `addr`, to be talked to by hand.
pub fn serve(lab: &Lab, addr: SocketAddr) -> Result<Server, DemoError> {
    let paths = cargo::lab_programs(lab, &[Side::Server]);
    let paths = paths.map_err(DemoError::Build)?;
    Server::start(lab, &paths[0], &main_script(lab), addr)
}

fn main_script(lab: &Lab) -> Transcript {
    let script = lab.scripts.first().map(|script| script.text());
    let script = script.and_then(|text| Transcript::parse(text).ok());
    script.unwrap_or_default()
}

/// The lab's server at work, and the server behind it when it is a relay.
pub struct Server {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Ends with the value.
    _program: Program,
}

impl Server {
    fn start(
        lab: &Lab,
        path: &Path,
        script: &Transcript,
        addr: SocketAddr,
    ) -> Result<Server, DemoError> {
        let arg = script.heading("arg").filter(|arg| arg.contains(UPSTREAM));
        let behind = arg.map(|_| upstream(script)).transpose()?;
        let arg = behind.map(|addr| addr.to_string());
        let contract = Contract {
            root: cargo::files_folder(lab),
            now: Some(NOW),
            arg: arg.clone(),
            ..Contract::at(addr)
        };
        let line = own_command(path, arg.as_deref());
        let mut program = Program::start(&line, &contract).map_err(DemoError::Start)?;
        match program.wait_listening_line(limits::START_DEADLINE) {
            Ok(addr) => Ok(Server {
                addr,
                _program: program,
            }),
            Err(error) => Err(DemoError::NotReady(error, program.stderr().text())),
        }
    }
}

/// A server for a relay to stand before: the player, which says the server's side of the script to the
/// clients that come, in a thread that ends when they are gone.
fn upstream(script: &Transcript) -> Result<SocketAddr, DemoError> {
    let player = Player::new(script, Who::Server, Weather::Calm);
    let player = player.map_err(|error| DemoError::Thread(error.to_string()))?;
    let listener = net::listen(ANYWHERE, limits::BACKLOG).map_err(DemoError::Socket)?;
    let addr = listener.local_addr();
    let addr = addr.map_err(|error| DemoError::Thread(error.to_string()))?;
    thread::spawn(move || player.answer(&listener));
    Ok(addr)
}

/// In an argument: where the server behind a relay is.
const UPSTREAM: &str = "{upstream}";

/// This machine, and a port that the system chooses.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// How long a client may talk. Reason: the labs whose subject is a deadline wait for some seconds.
const PATIENCE: Duration = Duration::from_secs(20);
