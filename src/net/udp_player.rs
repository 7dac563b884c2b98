//! Plays one side of a conversation of UDP datagrams (RFC 768), through a network that may lose them.
//!
//! Rule 1: the network is simulated here, on our side of a loopback socket: what it loses is not sent, or
//! is received and ignored. Each of its acts is an event of the recording.
//! Rule 2: the same seed gives the same acts. At most [`limits::MOST_LOSSES`] times in a row an exchange
//! fails; then one succeeds.
//! Rule 3: a conversation is a row of exchanges: one question, its answers, the next question. A question
//! that was answered before gets the last answer again.
//! Rule 4: no wait without a deadline, and at most a few datagrams are under way: nothing here fills a
//! receive buffer, so that what we do not drop arrives.

mod lossy_network;
mod played_client;
mod played_server;
mod tap;

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use crate::limits;
use crate::net::SocketError;

pub use lossy_network::{Fate, LossyNetwork, lossy_script};
pub(super) use played_client::play;
pub use played_server::DatagramServer;
pub(super) use played_server::answer;
pub use tap::DatagramTap;

/// A socket for a server of datagrams.
pub struct DatagramSocket {
    socket: UdpSocket,
    /// Where it receives.
    pub addr: SocketAddr,
}

impl DatagramSocket {
    /// On this machine, on a port that the system chooses. Errors: the system's.
    pub fn anywhere() -> Result<DatagramSocket, SocketError> {
        DatagramSocket::at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    /// At this address. Errors: somebody else has it.
    pub fn at(addr: SocketAddr) -> Result<DatagramSocket, SocketError> {
        let failed = |error| SocketError::new(addr, Duration::ZERO, &error);
        let socket = UdpSocket::bind(addr).map_err(failed)?;
        let addr = socket.local_addr().map_err(failed)?;
        Ok(DatagramSocket { socket, addr })
    }
}

/// A socket of the same IP version as `peer`, on a port that the system chooses.
fn socket_for(peer: SocketAddr) -> std::io::Result<UdpSocket> {
    let ip = match peer.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_loopback() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    UdpSocket::bind((ip, 0))
}

/// A socket that sends to `peer`, and receives what comes from there alone.
pub(super) fn connected_to(peer: SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = socket_for(peer)?;
    socket.connect(peer)?;
    Ok(socket)
}

/// What a wait for a datagram gave.
pub(super) enum Arrived {
    /// Its bytes, and who sent it.
    Datagram(Vec<u8>, SocketAddr),
    /// Nothing within the time.
    Nothing,
    /// The system says that nobody has the peer's port (ICMP "port unreachable", RFC 1122 section 4.1.3.3).
    Refused,
}

/// Waits for one datagram, at most so long.
pub(super) fn receive(socket: &UdpSocket, wait: Duration) -> Arrived {
    let wait = wait.max(limits::POLL_INTERVAL);
    if socket.set_read_timeout(Some(wait)).is_err() {
        return Arrived::Nothing;
    }
    let mut buffer = vec![0; limits::DATAGRAM_BYTES];
    match socket.recv_from(&mut buffer) {
        Ok((length, from)) => {
            buffer.truncate(length);
            Arrived::Datagram(buffer, from)
        }
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Arrived::Refused,
        Err(_) => Arrived::Nothing,
    }
}
