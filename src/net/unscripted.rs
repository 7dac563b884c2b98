//! A conversation without a script: the caller sends any bytes, and receives everything that the peer sends.
//!
//! Rule: both directions are recorded when they happen. This module keeps no bytes.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::peer::{End, FailedWrite, PeerConnection};
use crate::net::segmentation::Segmentation;
use crate::net::{Recorder, SocketError, call};
use crate::wire::{Event, Who};

/// An open connection to a server, or to a client that has called us.
pub struct Session {
    link: PeerConnection,
    /// How many bytes we have sent.
    said: AtomicU64,
}

impl Session {
    /// Connects to the server at `addr`; the recorder gets all that is sent, as its next connection.
    pub fn open(addr: SocketAddr, recorder: &Recorder) -> Result<Session, SocketError> {
        let stream = call(addr, limits::IO_DEADLINE)?;
        let conn = recorder.connection();
        recorder.event(conn, Who::Client, Event::Connect);
        let link = PeerConnection::new(stream, recorder, (conn, Who::Client), None, false)
            .map_err(|error| SocketError::new(addr, Duration::ZERO, &error))?;
        let said = AtomicU64::new(0);
        Ok(Session { link, said })
    }

    /// Waits for one client of `listener`, and is its server.
    pub fn accept(listener: &TcpListener, recorder: &Recorder) -> Result<Session, SocketError> {
        let accepted = listener.accept();
        let failed = |error: std::io::Error| {
            let addr = listener.local_addr();
            let addr = addr.unwrap_or_else(|_| SocketAddr::from(([0; 4], 0)));
            SocketError::new(addr, Duration::ZERO, &error)
        };
        let (stream, peer) = accepted.map_err(failed)?;
        let conn = recorder.connection_from(peer);
        recorder.event(conn, Who::Client, Event::Connect);
        let link = PeerConnection::new(stream, recorder, (conn, Who::Server), None, false);
        let said = AtomicU64::new(0);
        Ok(Session {
            link: link.map_err(failed)?,
            said,
        })
    }

    /// Says all of `bytes`, however slowly the server takes them.
    pub fn say(&self, bytes: &[u8]) -> Result<(), FailedWrite> {
        self.say_cut(bytes, Segmentation::Whole, limits::SESSION_TIMEOUT)
    }

    /// Sends all of `bytes`, cut as given. Fails if the server takes nothing for `silence`.
    pub fn say_cut(
        &self,
        bytes: &[u8],
        cut: Segmentation,
        silence: Duration,
    ) -> Result<(), FailedWrite> {
        let until = Instant::now() + limits::SESSION_TIMEOUT;
        let after = self.said.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.link.say(bytes, after, cut, (silence, until), &|| None)
    }

    /// Says that this was all (FIN). The server may go on.
    pub fn fin(&self) {
        self.link.fin();
    }

    /// Waits until the server has ended its side, and says how; `Open` after [`limits::SESSION_TIMEOUT`].
    pub fn wait_end(&self) -> End {
        self.wait_end_for(limits::SESSION_TIMEOUT)
    }

    /// The same; `Open` after `patience`.
    pub fn wait_end_for(&self, patience: Duration) -> End {
        let until = Instant::now() + patience;
        self.link.wait(|_| false, |_| until);
        self.link.heard().end.unwrap_or(End::Open)
    }

    /// Breaks the connection off (RST).
    pub fn reset(self) {
        self.link.reset();
    }
}
