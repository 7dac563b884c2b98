//! What stands between: a relay of connections, or of datagrams.

use crate::command::{Args, WrongUse};
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use wirelab::limits;
use wirelab::net::{self, DatagramSocket, DatagramTap, FaultControl, Listener, Recorder, Tap};

/// An open port.
pub enum Front {
    Connections(Listener),
    Datagrams(DatagramSocket),
}

impl Front {
    /// Opens it. Errors: somebody else has the port.
    pub fn open(at: SocketAddr, datagrams: bool) -> Result<Front> {
        Ok(match datagrams {
            true => Front::Datagrams(DatagramSocket::at(at)?),
            false => Front::Connections(net::listen(at, limits::BACKLOG)?),
        })
    }

    /// Where clients come to.
    pub fn addr(&self) -> Result<SocketAddr> {
        Ok(match self {
            Front::Connections(listener) => listener.local_addr()?,
            Front::Datagrams(socket) => socket.addr,
        })
    }
}

/// A relay at work.
pub enum Relay {
    Connections(Tap),
    Datagrams(DatagramTap),
}

impl Relay {
    /// Starts it. Errors: the system has no thread.
    pub fn start(
        front: Front,
        upstream: SocketAddr,
        recorder: Recorder,
        faults: Option<Arc<FaultControl>>,
    ) -> Result<Relay> {
        let relay = match front {
            Front::Connections(listener) => {
                Tap::start_faulty(listener, upstream, recorder, faults).map(Relay::Connections)
            }
            Front::Datagrams(socket) => {
                DatagramTap::start_at(socket, upstream, recorder).map(Relay::Datagrams)
            }
        };
        relay.context("no thread for the tap")
    }

    /// Waits until so many connections have ended. Datagrams have none.
    pub fn wait_ended(&self, connections: u64, wait: Duration) -> bool {
        match self {
            Relay::Connections(tap) => tap.wait_ended(connections, wait),
            Relay::Datagrams(_) => false,
        }
    }

    /// Records nothing more, and ends.
    pub fn stop(self) {
        match self {
            Relay::Connections(tap) => tap.stop(),
            Relay::Datagrams(tap) => drop(tap),
        }
    }
}

/// Refuses what needs connections.
pub fn check(args: &Args) -> Result<(), WrongUse> {
    const NEED_CONNECTIONS: [&str; 12] = [
        "--weather",
        "--latency",
        "--bandwidth",
        "--cut-after",
        "--reset-after",
        "--fail-first",
        "--swap",
        "--side",
        "--chance",
        "--seed",
        "--keys",
        "--connections",
    ];
    let found = NEED_CONNECTIONS.iter().find(|option| args.has(option));
    match found.filter(|_| args.has("--udp")) {
        Some(option) => Err(WrongUse(format!(
            "{option} needs connections, and UDP has none: leave {option} or --udp out"
        ))),
        None => Ok(()),
    }
}
