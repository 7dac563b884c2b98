//! A conversation without a script: the caller sends any bytes, and receives everything that the peer sends.
//!
//! Rule: both directions are recorded when they happen. This module keeps no bytes.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::deadline_connection::call_recorded;
use crate::net::recorded_endpoint::{End, FailedWrite, PeerConnection};
use crate::net::segmentation::Segmentation;
use crate::net::udp_player::{Arrived, connected_to, receive};
use crate::net::{Recorder, SocketError, call};
use crate::wire::{Conn, Event, Who};

/// An open connection to a server, or to a client that has called us, or a socket that sends datagrams.
pub struct Session {
    link: Link,
    /// How many bytes we have said.
    said: AtomicU64,
}

enum Link {
    Stream(PeerConnection),
    Datagrams(DatagramLink),
}

/// A socket for datagrams, and the thread that records what comes.
struct DatagramLink {
    socket: Arc<UdpSocket>,
    recorder: Recorder,
    conn: Conn,
    leaving: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

impl Session {
    /// Connects to the server at `addr`; the recorder gets all that is sent, as its next connection.
    pub fn open(addr: SocketAddr, recorder: &Recorder) -> Result<Session, SocketError> {
        Session::over(addr, call(addr, limits::IO_DEADLINE)?, recorder)
    }

    /// The same, for at most `patience`. A refusal and a timeout are recorded, too.
    pub fn open_within(
        addr: SocketAddr,
        patience: Duration,
        recorder: &Recorder,
    ) -> Result<Session, SocketError> {
        Session::over(addr, call_recorded(addr, patience, recorder)?, recorder)
    }

    fn over(
        addr: SocketAddr,
        stream: TcpStream,
        recorder: &Recorder,
    ) -> Result<Session, SocketError> {
        let conn = recorder.connection();
        recorder.event(conn, Who::Client, Event::Connect);
        let link = PeerConnection::new(stream, recorder, (conn, Who::Client), None, false)
            .map_err(|error| SocketError::new(addr, Duration::ZERO, &error))?;
        let said = AtomicU64::new(0);
        let link = Link::Stream(link);
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
            link: Link::Stream(link.map_err(failed)?),
            said,
        })
    }

    /// The same for a server of datagrams. Nothing is sent yet, so nobody knows whether it is there.
    pub fn open_datagrams(addr: SocketAddr, recorder: &Recorder) -> Result<Session, SocketError> {
        let failed = |error| SocketError::new(addr, Duration::ZERO, &error);
        let socket = Arc::new(connected_to(addr).map_err(failed)?);
        let (conn, leaving) = (recorder.connection(), Arc::new(AtomicBool::new(false)));
        let (hearing, stop, heard) = (Arc::clone(&socket), Arc::clone(&leaving), recorder.clone());
        let reader = thread::Builder::new().spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                match receive(&hearing, limits::STOP_POLL) {
                    Arrived::Datagram(bytes, _) => heard.datagram(conn, Who::Server, &bytes),
                    Arrived::Refused => heard.event(conn, Who::Server, Event::Refuse),
                    Arrived::Nothing => {}
                }
            }
        });
        let link = DatagramLink {
            socket,
            recorder: recorder.clone(),
            conn,
            leaving,
            reader: Some(reader.map_err(failed)?),
        };
        Ok(Session {
            link: Link::Datagrams(link),
            said: AtomicU64::new(0),
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
        match &self.link {
            Link::Stream(link) => link.say(bytes, after, cut, (silence, until), &|| None),
            // One datagram is one datagram, however streams are cut.
            Link::Datagrams(link) => link.say(bytes, after),
        }
    }

    /// How many bytes the server has sent; of datagrams nobody counts them.
    pub fn heard(&self) -> u64 {
        match &self.link {
            Link::Stream(link) => link.heard().count,
            Link::Datagrams(_) => 0,
        }
    }

    /// Says that this was all (FIN). The server may go on.
    pub fn fin(&self) {
        if let Link::Stream(link) = &self.link {
            link.fin();
        }
    }

    /// Waits until the server has ended its side, and says how; `Open` after [`limits::SESSION_TIMEOUT`].
    pub fn wait_end(&self) -> End {
        self.wait_end_for(limits::SESSION_TIMEOUT)
    }

    /// The same; `Open` after `patience`.
    pub fn wait_end_for(&self, patience: Duration) -> End {
        let until = Instant::now() + patience;
        match &self.link {
            Link::Stream(link) => {
                link.wait(|_| false, |_| until);
                link.heard().end.unwrap_or(End::Open)
            }
            // Nobody ends a conversation of datagrams.
            Link::Datagrams(_) => {
                thread::sleep(patience);
                End::Open
            }
        }
    }

    /// Breaks the connection off (RST).
    pub fn reset(self) {
        if let Link::Stream(link) = self.link {
            link.reset();
        }
    }
}

impl DatagramLink {
    fn say(&self, bytes: &[u8], after: u64) -> Result<(), FailedWrite> {
        self.recorder.datagram(self.conn, Who::Client, bytes);
        let failed = |kind| FailedWrite {
            conn: self.conn,
            after,
            kind,
        };
        match self.socket.send(bytes) {
            // That nobody has the port was the answer to an earlier datagram.
            Err(error) if error.kind() != ErrorKind::ConnectionRefused => Err(failed(error.kind())),
            _ => Ok(()),
        }
    }
}

impl Drop for DatagramLink {
    fn drop(&mut self) {
        self.leaving.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}
