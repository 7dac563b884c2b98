//! A conversation without a script over what is no TCP: a Unix socket, or UDP.
//!
//! Rule 1: what we say is recorded before it is sent, and what comes when it comes.
//! Rule 2: in UDP each call of [`SimpleSession::say`] is one datagram, and nothing says that this was all. So
//! it ends when we have said all and nothing has come for [`limits::DATAGRAM_SILENCE`].

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, UdpSocket};
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
#[cfg(unix)]
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::limits;
use crate::locks::lock;
use crate::net::recorded_endpoint::{End, FailedWrite};
use crate::net::socket_errors::is_pause;
use crate::net::udp_player::connected_to;
use crate::net::{Recorder, SocketError};
use crate::wire::{Conn, Event, Who};

/// An open conversation.
pub struct SimpleSession {
    socket: Socket,
    recorder: Recorder,
    conn: Conn,
    me: Who,
    progress: Mutex<SessionProgress>,
}

enum Socket {
    #[cfg(unix)]
    Stream(UnixStream),
    /// With a peer, as soon as there is one.
    Datagrams(UdpSocket),
}

#[derive(Default)]
struct SessionProgress {
    /// Bytes that we have said.
    said: u64,
    /// When we said that this was all.
    done: Option<Instant>,
}

impl SimpleSession {
    /// Calls the server whose socket is the file at `path`. Errors: nobody listens there.
    #[cfg(unix)]
    pub fn open_unix(path: &Path, recorder: &Recorder) -> io::Result<SimpleSession> {
        let stream = UnixStream::connect(path)?;
        SimpleSession::over_stream(stream, Who::Client, recorder)
    }

    /// Makes a socket at `path`, waits for one client, and takes the name away again. Errors: there is a
    /// file of this name already, or it cannot be made.
    #[cfg(unix)]
    pub fn accept_unix(
        path: &Path,
        recorder: &Recorder,
        ready: impl FnOnce(),
    ) -> io::Result<SimpleSession> {
        let listener = UnixListener::bind(path)?;
        ready();
        let accepted = listener.accept();
        let _ = std::fs::remove_file(path);
        SimpleSession::over_stream(accepted?.0, Who::Server, recorder)
    }

    #[cfg(unix)]
    fn over_stream(stream: UnixStream, me: Who, recorder: &Recorder) -> io::Result<SimpleSession> {
        stream.set_write_timeout(Some(limits::SESSION_TIMEOUT))?;
        let session = SimpleSession::new(Socket::Stream(stream), me, recorder);
        session.event(Who::Client, Event::Connect);
        Ok(session)
    }

    /// Datagrams to `addr`, and from there. Errors: the system has no port, or no way there.
    pub fn open_udp(addr: SocketAddr, recorder: &Recorder) -> Result<SimpleSession, SocketError> {
        let failed = |error: io::Error| SocketError::new(addr, Duration::ZERO, &error);
        let socket = connected_to(addr).map_err(failed)?;
        SimpleSession::over_datagrams(socket, Who::Client, recorder).map_err(failed)
    }

    /// Waits at `addr` for the first datagram, and talks to its sender from then on. `ready` gets the address.
    pub fn accept_udp(
        addr: SocketAddr,
        recorder: &Recorder,
        ready: impl FnOnce(SocketAddr),
    ) -> Result<SimpleSession, SocketError> {
        let failed = |error: io::Error| SocketError::new(addr, Duration::ZERO, &error);
        let socket = UdpSocket::bind(addr).map_err(failed)?;
        ready(socket.local_addr().map_err(failed)?);
        // It stays in the queue, and is read by `hear` as the first one.
        let (_, peer) = socket.peek_from(&mut [0; 1]).map_err(failed)?;
        socket.connect(peer).map_err(failed)?;
        SimpleSession::over_datagrams(socket, Who::Server, recorder).map_err(failed)
    }

    fn over_datagrams(
        socket: UdpSocket,
        me: Who,
        recorder: &Recorder,
    ) -> io::Result<SimpleSession> {
        socket.set_read_timeout(Some(limits::STOP_POLL))?;
        Ok(SimpleSession::new(Socket::Datagrams(socket), me, recorder))
    }

    fn new(socket: Socket, me: Who, recorder: &Recorder) -> SimpleSession {
        SimpleSession {
            socket,
            recorder: recorder.clone(),
            conn: recorder.connection(),
            me,
            progress: Mutex::default(),
        }
    }

    /// Says all of `bytes`; in UDP as one datagram.
    pub fn say(&self, bytes: &[u8]) -> Result<(), FailedWrite> {
        let after = lock(&self.progress).said;
        self.recorder.bytes(self.conn, self.me, bytes);
        let said = match &self.socket {
            #[cfg(unix)]
            Socket::Stream(stream) => (&mut &*stream).write_all(bytes),
            Socket::Datagrams(socket) => socket.send(bytes).map(drop),
        };
        lock(&self.progress).said += bytes.len() as u64;
        let is_refused = |error: &io::Error| error.kind() == ErrorKind::ConnectionRefused;
        if self.is_of_datagrams() && said.as_ref().is_err_and(is_refused) {
            // The news of an earlier datagram, which `hear` gets no more.
            self.event(self.me.other(), Event::Refuse);
        }
        said.map_err(|error| FailedWrite {
            conn: self.conn,
            after,
            kind: error.kind(),
        })
    }

    /// Says that this was all: a stream is closed in our direction.
    pub fn fin(&self) {
        let before = lock(&self.progress).done.replace(Instant::now());
        match &self.socket {
            #[cfg(unix)]
            Socket::Stream(stream) if before.is_none() => {
                self.event(self.me, Event::Fin);
                let _ = stream.shutdown(Shutdown::Write);
            }
            _ => {}
        }
    }

    /// Hears what comes until the end; says what it was. `Open`: in UDP there was a long silence.
    pub fn hear(&self) -> End {
        let mut buffer = vec![0; limits::CHUNK];
        let mut last = Instant::now();
        loop {
            match self.read(&mut buffer) {
                Ok(Some(count)) => {
                    let bytes = buffer.get(..count).unwrap_or_default();
                    self.recorder.datagram(self.conn, self.me.other(), bytes);
                    last = Instant::now();
                }
                Ok(None) => {
                    self.event(self.me.other(), Event::Fin);
                    return End::Fin;
                }
                Err(error) if is_pause(&error) => {
                    let done = lock(&self.progress).done;
                    let silence = done.map(|done| done.max(last).elapsed());
                    if silence.is_some_and(|it| it > limits::DATAGRAM_SILENCE) {
                        return End::Open;
                    }
                }
                // Nobody has this port: the system got an ICMP message (udp(7)).
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                    self.event(self.me.other(), Event::Refuse);
                    return End::Rst;
                }
                Err(_) => {
                    self.event(self.me.other(), Event::Rst);
                    return End::Rst;
                }
            }
        }
    }

    /// What one read brings; `None` at the end of a stream.
    fn read(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        match &self.socket {
            #[cfg(unix)]
            Socket::Stream(stream) => {
                let count = (&mut &*stream).read(buffer)?;
                Ok((count > 0).then_some(count))
            }
            Socket::Datagrams(socket) => socket.recv(buffer).map(Some),
        }
    }

    fn is_of_datagrams(&self) -> bool {
        matches!(self.socket, Socket::Datagrams(_))
    }

    fn event(&self, who: Who, event: Event) {
        self.recorder.event(self.conn, who, event);
    }
}
