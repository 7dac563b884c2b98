//! Why a transcript cannot become packets, and what to do about it.

use std::fmt;

use crate::limits::DATAGRAM_PAYLOAD;
use crate::wire::notation::who_text;
use crate::wire::{Conn, Who};

/// Why a transcript cannot become packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PcapngError {
    /// There is a mask whose bytes are unknown.
    Hole {
        /// The sender.
        who: Who,
        /// On which connection.
        conn: Conn,
    },
    /// A datagram is longer than UDP over IPv4 allows.
    TooLong {
        /// Who sends it.
        who: Who,
        /// On which connection.
        conn: Conn,
    },
    /// A side sends although it has ended its direction, or the connection was refused.
    AfterTheEnd {
        /// Who does it.
        who: Who,
        /// On which connection.
        conn: Conn,
    },
}

impl fmt::Display for PcapngError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PcapngError::Hole { who, conn } => write!(
                f,
                "{} has a mask, and a mask has no bytes to put into a packet: \
                 export a transcript with all its bytes",
                who_text(*who, *conn)
            ),
            PcapngError::TooLong { who, conn } => write!(
                f,
                "{} sends a datagram of more than {DATAGRAM_PAYLOAD} bytes, the most that UDP can: \
                 break the chunk with a ~ line",
                who_text(*who, *conn)
            ),
            PcapngError::AfterTheEnd { who, conn } => write!(
                f,
                "{} sends after its own end, which TCP does not allow: look at its lines after the first fin, rst or \
                 refuse",
                who_text(*who, *conn)
            ),
        }
    }
}

impl std::error::Error for PcapngError {}
