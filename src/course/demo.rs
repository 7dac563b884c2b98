//! A lab at work: its own server and its own client, with a tap between them that writes down what
//! they say.
//!
//! Rule: the programs are the real ones, over real sockets; nothing of the conversation is made up here.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::cargo::{self, BuildError};
use super::catalogue::{Built, Lab, Side};
use super::program::{Contract, Ending, NotReady, Program, StartError};
use crate::limits;
use crate::net::{self, Recorder, SocketError, Tap};
use crate::wire::Transcript;

/// What came of it.
pub struct Demo {
    /// Everything that the tap read, in its order.
    pub transcript: Transcript,
    /// What the client printed on stdout.
    pub printed: String,
    /// What the client printed on stderr.
    pub complained: String,
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
    /// The system has no thread for the tap.
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
            DemoError::Thread(reason) => write!(f, "no thread for the tap: {reason}"),
        }
    }
}

impl std::error::Error for DemoError {}

/// Runs the lab's server and client once, with the tap between them, and everything ended after it.
/// The client is told what the lab's main script says in `@arg`.
pub fn run(lab: &Lab, built: &Built) -> Result<Demo, DemoError> {
    if !built.server || !built.client {
        return Err(DemoError::NoPair);
    }
    let sides = [Side::Server, Side::Client];
    let paths = cargo::lab_programs(lab, &sides).map_err(DemoError::Build)?;
    let script = built.scripts.first().map(|script| script.text());
    let script = script.and_then(|text| Transcript::parse(text).ok());
    let arg = script.as_ref().and_then(|script| script.heading("arg"));

    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let line = cargo::own_command(&paths[0], None);
    let contract = Contract {
        root: cargo::files_folder(lab),
        ..Contract::at(anywhere)
    };
    let mut server = Program::start(&line, &contract).map_err(DemoError::Start)?;
    let upstream = match server.wait_listening_line(limits::START_DEADLINE) {
        Ok(addr) => addr,
        Err(error) => return Err(DemoError::NotReady(error, server.stderr().text())),
    };
    let recorder = Recorder::new();
    let listener = net::listen(anywhere, limits::BACKLOG).map_err(DemoError::Socket)?;
    let tap = Tap::start(listener, upstream, recorder.clone())
        .map_err(|error| DemoError::Thread(error.to_string()))?;

    let line = cargo::own_command(&paths[1], arg);
    let contract = Contract {
        arg: arg.map(str::to_string),
        ..Contract::at(tap.address())
    };
    let mut client = Program::start(&line, &contract).map_err(DemoError::Start)?;
    let ending = client.wait_end(PATIENCE);
    client.end();
    // The client is gone; what is still under way between the tap and the server takes a moment.
    let connections = script.map_or(1, |script| script.connections().len());
    tap.wait_ended(connections as u64, limits::IO_DEADLINE);
    tap.stop();
    Ok(Demo {
        transcript: recorder.transcript(),
        printed: client.stdout().text(),
        complained: client.stderr().text(),
        ending,
    })
}

/// How long a client may talk. Reason: the labs whose subject is a deadline wait for some seconds.
const PATIENCE: Duration = Duration::from_secs(20);
