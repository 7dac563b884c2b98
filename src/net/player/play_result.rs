//! What came of a play.

use std::collections::BTreeMap;

use crate::net::SocketError;
use crate::net::recorded_endpoint::{End, FailedWrite};
use crate::wire::{Conn, Transcript};

/// What came of it.
#[derive(Clone, Debug)]
pub struct Played {
    /// Both sides, with times, as they really were.
    pub got: Transcript,
    /// What a right peer would have said, where the network decided that; otherwise it is the script.
    pub expected: Option<Transcript>,
    /// How the peer ended each connection.
    pub ends: BTreeMap<Conn, End>,
    /// Writes of ours that the peer did not take, in order.
    pub failed_writes: Vec<FailedWrite>,
    /// Why the script was not played to its end; `None` when it was.
    pub stopped: Option<Stopped>,
    /// Behind a program in the middle: the connections that the script does not have.
    pub strangers: Vec<Conn>,
}

/// Why the player gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The server could not be called.
    NotOpened(SocketError),
    /// No client came within [`super::Player::client`], or no further one within [`super::Player::silence`].
    NoGuest,
    /// The peer sent nothing for [`super::Player::silence`] when it was its turn.
    IdleTimer(Conn),
    /// The play took longer than [`super::Player::whole`], though the peer was not silent.
    TooLong,
    /// A datagram was not the expected one, or nobody receives ours.
    Wrong(Conn),
    /// The peer sent far more than was expected.
    TooMuch(Conn),
}
