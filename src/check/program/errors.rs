//! How a program ended, and why a program could not be started, as values and as text.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::check::shell_words;

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It returned this status.
    Status(i32),
    /// A signal ended it (Unix).
    Signal(i32),
}

/// Why a program could not be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartError {
    /// The command line is no list of words.
    Words(shell_words::WordsError),
    /// There is no such file, or none on `PATH`.
    NotFound {
        /// The first word.
        program: String,
        /// Whether the words look as if a shell should read them.
        for_a_shell: bool,
    },
    /// The file is there but may not be run (or is a folder).
    NotExecutable {
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    System {
        /// The program.
        program: String,
        /// What the system said.
        reason: String,
    },
}

/// Why a server that was started is not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// It ended.
    Ended(Ending),
    /// It runs, but does not listen at the address that it was given.
    Silent {
        /// How long we waited.
        waited: Duration,
        /// Where else it listens on that port, by the kernel's table.
        elsewhere: Vec<SocketAddr>,
    },
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (1, "SIGHUP"),
            (2, "SIGINT"),
            (4, "SIGILL"),
            (6, "SIGABRT"),
            (8, "SIGFPE"),
            (9, "SIGKILL"),
            (11, "SIGSEGV"),
            (13, "SIGPIPE"),
            (15, "SIGTERM"),
        ];
        match self {
            Ending::Status(status) => write!(f, "exit status {status}"),
            Ending::Signal(signal) => match names.iter().find(|(number, _)| number == signal) {
                Some((_, name)) => write!(f, "signal {signal}, {name}"),
                None => write!(f, "signal {signal}"),
            },
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Words(error) => write!(f, "{error}"),
            StartError::NotFound {
                program,
                for_a_shell,
            } => {
                write!(f, "there is no program {program:?}")?;
                match for_a_shell {
                    true => write!(
                        f,
                        ": no shell reads the command; write sh -c '…' if it needs one"
                    ),
                    false if program.contains('/') => write!(f, ": look at the path"),
                    false => write!(
                        f,
                        " on your PATH: write ./{program} if it is in this folder"
                    ),
                }
            }
            StartError::NotExecutable { path } => {
                let path = path.display();
                write!(
                    f,
                    "{path} is not executable: try chmod +x {path}, or put its interpreter in front"
                )
            }
            StartError::System { program, reason } => {
                write!(f, "{program} did not start: {reason}")
            }
        }
    }
}

impl std::error::Error for StartError {}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotReady::Ended(ending) => write!(f, "the program ended before it listened: {ending}"),
            NotReady::Silent { waited, elsewhere } => {
                write!(
                    f,
                    "the program runs, but after {} ms nobody listens",
                    waited.as_millis()
                )?;
                for addr in elsewhere {
                    write!(f, "; something listens on {addr}")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for NotReady {}
