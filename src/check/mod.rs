//! The check: plays the other side of a lab's conversations against a program, in every weather, and compares
//! what the program sends.
//!
//! Rule 1: a program must send the expected bytes, in order, and end as expected. An extra byte is a failure.
//! Rule 2: a server fails if it has ended, or if it uses more memory with every client.
//! Rule 3: the first failure ends the check, because later failures would often have the same cause.
//! Rule 4: a timeout counts only if the program really waits. On a busy machine the program gets more time.

#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod contract;
mod conversations_in_parallel;
pub mod diagnosis;
pub mod failure_files;
pub mod graded;
pub mod judge;
mod lenient_dns_reader;
pub mod lenient_http_reader;
pub mod other_deliveries;
mod outcome;
mod play_program;
pub mod program;
mod program_in_middle;
pub mod report;
mod run_plan;
mod runner;
pub mod script_variants;
mod served_folder;
mod server_for_client;
pub mod shell_words;
mod side;
pub mod stderr_summary;
mod timeouts;
mod udp_client_under_check;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::check::diagnosis::{Diagnosis, Page};
use crate::check::program::{CommandLine, NotReady, StartError, Strays};
use crate::limits;
use crate::net::player::PlayError;
use crate::net::{SocketError, Weather};
use crate::wire::{ParseError, Transcript};

pub use contract::{NOW, own_command};
pub use conversations_in_parallel::cores;
pub use outcome::{Failure, Outcome, Problem, Report, Run};
pub use program_in_middle::{Behind, ends_in_one_order};
pub use served_folder::ServedFolder;
pub use side::Side;

/// What is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Anyone's program.
    Command(CommandLine),
    /// One of our own kind: it takes the address, and the words of the argument, on its command line.
    Own(PathBuf),
    /// A server that runs already.
    Address(SocketAddr),
}

/// One conversation that is played, and in which weathers.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// The stem of its snapshot, or the name of the user's file.
    pub name: String,
    /// The expected conversation.
    pub expected: Transcript,
    /// Calm first.
    pub weathers: Vec<Weather>,
}

/// Everything that a check needs to know.
#[derive(Clone, Debug)]
pub struct Plan {
    /// `lab 09`: for the headlines.
    pub place: String,
    /// Which side is under check.
    pub side: Side,
    /// The program.
    pub subject: Subject,
    /// What is played.
    pub conversations: Vec<Conversation>,
    /// The folder of the lab's files.
    pub root: Option<Arc<ServedFolder>>,
    /// Whether a failure is looked into by playing the conversation again otherwise.
    pub triage: bool,
    /// How long a server may take until it listens, and a client until it connects.
    pub start_deadline: Duration,
    /// The seed that the conversations were made from, when they are fresh ones.
    pub seed: Option<u64>,
    /// What a lossy network does to datagrams.
    pub network_seed: u64,
    /// Whether the program may also receive datagrams on its port.
    pub datagrams: bool,
    /// What is played after this has passed: the fresh conversations, with files of their own.
    pub then: Option<Box<Plan>>,
    /// The processes that had left the process group of a program of this plan, and were ended.
    pub strays: Strays,
}

/// Why nothing could be checked: exit code 3.
#[derive(Debug)]
pub enum CheckError {
    /// The learner's program does not exist or does not compile.
    Build(String),
    /// The program could not be started.
    Start(StartError),
    /// It was started, and is no server: it ended, or does not listen.
    NotReady(Box<Unready>),
    /// Nobody listens at the address that was given.
    Nobody(SocketAddr),
    /// The side that the check plays has a hole in it.
    Play(PlayError),
    /// We could not listen.
    Socket(SocketError),
    /// The lab's files could not be written.
    Files(io::Error),
    /// A snapshot is no transcript.
    Script(String, ParseError),
    /// No fresh conversation can be made for this lab.
    Fresh(String, String),
    /// No conversation of this lab checks this side, or none in this weather.
    Nothing(String),
}

/// A server that never listened.
#[derive(Debug)]
pub struct Unready {
    /// What happened.
    pub why: NotReady,
    /// What it printed to stderr.
    pub stderr: String,
    /// What it probably means.
    pub diagnosis: Option<Diagnosis>,
    /// As in a [`Report`].
    pub strays: Vec<String>,
}

impl Unready {
    /// The page of its diagnosis.
    pub fn page(&self) -> Option<&'static Page> {
        self.diagnosis.as_ref().map(|diagnosis| diagnosis.page)
    }
}

impl Plan {
    /// A check of a conversation of the user's own.
    pub fn new(
        place: String,
        side: Side,
        subject: Subject,
        conversations: Vec<Conversation>,
    ) -> Plan {
        let start_deadline = match &subject {
            Subject::Own(_) => limits::OWN_START_DEADLINE,
            Subject::Command(_) | Subject::Address(_) => limits::START_DEADLINE,
        };
        let mut all = conversations.iter();
        let datagrams = all.any(|conversation| conversation.expected.has_datagrams());
        Plan {
            datagrams,
            place,
            side,
            subject,
            conversations,
            root: None,
            triage: true,
            start_deadline,
            seed: None,
            network_seed: 1,
            then: None,
            strays: Strays::default(),
        }
    }
}

impl std::fmt::Display for CheckError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CheckError::Build(said) => said.fmt(f),
            CheckError::Start(error) => error.fmt(f),
            CheckError::NotReady(unready) => unready.why.fmt(f),
            CheckError::Nobody(addr) => {
                write!(
                    f,
                    "nobody listens on {addr}: start the server first, or let the check start it with --server"
                )
            }
            CheckError::Play(error) => error.fmt(f),
            CheckError::Socket(error) => error.fmt(f),
            CheckError::Files(error) => write!(f, "the check's files: {error}"),
            CheckError::Script(name, error) => write!(f, "{name}:{error}"),
            CheckError::Fresh(lab, error) => write!(f, "{lab}: {error}"),
            CheckError::Nothing(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for CheckError {}
