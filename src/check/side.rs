//! Client or server: the side of a conversation that a program under check takes.

use crate::wire::Who;

/// Which of the two programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one that waits and answers.
    Server,
    /// The one that connects and asks.
    Client,
}

impl Side {
    /// `server`, `client`.
    pub fn word(self) -> &'static str {
        match self {
            Side::Server => "server",
            Side::Client => "client",
        }
    }

    /// The same in a transcript.
    pub fn who(self) -> Who {
        match self {
            Side::Server => Who::Server,
            Side::Client => Who::Client,
        }
    }
}
