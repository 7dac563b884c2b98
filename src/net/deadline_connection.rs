//! One connection of a server or a client: reads and writes with deadlines, sends files, and closes so that the
//! last bytes arrive.
//!
//! Rule 1: every wait has a limit, and the reason for its end is a value.
//! Rule 2: a deadline is set on the socket only when it changes (SO_RCVTIMEO; socket(7)).
//! Rule 3: with a recorder, every byte goes through this process. Without a recorder, the kernel sends files
//! (sendfile(2)).
//! Rule 4: after [`RecordedStream::never_wait`] nothing waits, until [`RecordedStream::prepare`]. What the system
//! does not take at once is kept, and `prepare` writes it.

mod send_file;

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::socket_errors::is_pause;
use crate::net::{Cause, IdleList, IdlePlace, Recorder, SocketError};
use crate::wire::{Conn, Event, Who};

/// Why a connection cannot be used any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IoFailure {
    /// Nothing came, or nothing was taken, for as long as we wait.
    Silent,
    /// The other side reset the connection, or it is lost.
    Broken,
    /// The file ends before the bytes that we promised; or it cannot be read.
    FileShort,
    /// The file was changed while it was sent.
    FileChanged,
    /// The process has no memory for what the other side sends.
    NoMemory,
}

/// Connects to `addr`, for at most `patience`. If no connection is made, the refusal or the timeout is recorded.
pub(super) fn call_recorded(
    addr: SocketAddr,
    patience: Duration,
    recorder: &Recorder,
) -> Result<TcpStream, SocketError> {
    let called = crate::net::call(addr, patience);
    let event = match called.as_ref().map_err(|error| &error.cause) {
        Err(Cause::Refused) => Some((Who::Server, Event::Refuse)),
        Err(Cause::Silent(waited)) => Some((Who::Client, Event::Timeout(*waited))),
        _ => None,
    };
    if let Some((who, event)) = event {
        recorder.event(recorder.connection(), who, event);
    }
    called
}

/// A connection, from one side.
pub struct RecordedStream {
    stream: Arc<TcpStream>,
    me: Who,
    /// The deadline that the system has for reads.
    told: Option<Duration>,
    record: Option<(Recorder, Conn)>,
    /// The other side's FIN or reset was read.
    ended: bool,
    /// Neither reads nor writes wait.
    nonblocking: bool,
    /// The options of [`RecordedStream::no_delay`] and [`RecordedStream::prepare`] are set.
    no_delay: bool,
    prepared: bool,
    /// What a write without a wait has left over.
    unsent: Vec<u8>,
}

impl RecordedStream {
    /// Takes over a connection as its server. With a recorder, it is recorded from here on. Before the server
    /// waits for this connection, it must [`RecordedStream::prepare`] it.
    pub fn new(stream: TcpStream, recorder: Option<&Recorder>) -> RecordedStream {
        RecordedStream::over(stream, Who::Server, recorder)
    }

    /// From now on neither reads nor writes wait; for bytes of our own, use [`RecordedStream::write`] and
    /// [`RecordedStream::write_more`] alone.
    pub fn never_wait(&mut self) -> Result<(), IoFailure> {
        if !self.nonblocking {
            let set = self.stream.set_nonblocking(true);
            set.map_err(|_| IoFailure::Broken)?;
            self.nonblocking = true;
        }
        Ok(())
    }

    /// From now on reads and writes wait. Writes what was left over before.
    pub fn prepare(&mut self) -> Result<(), IoFailure> {
        if self.nonblocking {
            let _ = self.stream.set_nonblocking(false);
            self.nonblocking = false;
        }
        self.no_delay();
        if !std::mem::replace(&mut self.prepared, true) {
            let _ = self.stream.set_write_timeout(Some(limits::WRITE_DEADLINE));
        }
        let unsent = std::mem::take(&mut self.unsent);
        (&*self.stream)
            .write_all(&unsent)
            .map_err(|error| stop(&error))
    }

    /// A small answer must not wait for the acknowledgement of the one before (tcp(7)). This matters from the
    /// second answer on: a client that wants only one costs less without.
    pub fn no_delay(&mut self) {
        if !std::mem::replace(&mut self.no_delay, true) {
            let _ = self.stream.set_nodelay(true);
        }
    }

    /// Whether something is left over of a write that did not wait.
    pub fn has_unsent(&self) -> bool {
        !self.unsent.is_empty()
    }

    /// Whether reads and writes wait.
    pub fn waits(&self) -> bool {
        !self.nonblocking
    }

    /// Connects to the server at `addr`, for at most `patience`. A refusal and a timeout are recorded, too.
    pub fn call(
        addr: SocketAddr,
        patience: Duration,
        recorder: Option<&Recorder>,
    ) -> Result<RecordedStream, SocketError> {
        let called = match recorder {
            Some(recorder) => call_recorded(addr, patience, recorder),
            None => crate::net::call(addr, patience),
        };
        let mut stream = RecordedStream::over(called?, Who::Client, recorder);
        // There is nothing to write yet that could fail.
        let _ = stream.prepare();
        Ok(stream)
    }

    fn over(stream: TcpStream, me: Who, recorder: Option<&Recorder>) -> RecordedStream {
        let record = recorder.map(|recorder| {
            let conn = recorder.connection();
            recorder.event(conn, Who::Client, Event::Connect);
            (recorder.clone(), conn)
        });
        RecordedStream {
            stream: Arc::new(stream),
            me,
            told: None,
            record,
            ended: false,
            nonblocking: false,
            no_delay: false,
            prepared: false,
            unsent: Vec::new(),
        }
    }

    /// Whether the stream has a recorder.
    pub fn is_recorded(&self) -> bool {
        self.record.is_some()
    }

    /// Enters this connection into a list, where it waits for a request.
    pub fn enter(&self, list: &Arc<IdleList>) -> IdlePlace {
        list.enter(&self.stream)
    }

    /// Reads what is there, or waits for it; 0: the other side has sent all (FIN).
    pub fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, IoFailure> {
        let wait = wait.max(limits::POLL_INTERVAL);
        if self.told != Some(wait) {
            let _ = self.stream.set_read_timeout(Some(wait));
            self.told = Some(wait);
        }
        self.read_once(buffer)
    }

    /// Reads what is there, without any wait. (The system rounds the shortest deadline of a read up to
    /// some milliseconds.)
    pub fn read_now(&mut self, buffer: &mut [u8]) -> Result<usize, IoFailure> {
        if self.nonblocking {
            return self.read_once(buffer);
        }
        let _ = self.stream.set_nonblocking(true);
        let read = self.read_once(buffer);
        let _ = self.stream.set_nonblocking(false);
        read
    }

    fn read_once(&mut self, buffer: &mut [u8]) -> Result<usize, IoFailure> {
        loop {
            match (&*self.stream).read(buffer) {
                Ok(0) => {
                    if !self.ended {
                        self.note(self.me.other(), Event::Fin);
                    }
                    self.ended = true;
                    return Ok(0);
                }
                Ok(count) => {
                    self.bytes(self.me.other(), buffer.get(..count).unwrap_or_default());
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_pause(&error) => return Err(IoFailure::Silent),
                Err(_) => {
                    self.note(self.me.other(), Event::Rst);
                    return Err(IoFailure::Broken);
                }
            }
        }
    }

    /// Gives a peer up in a write after this time, instead of `WRITE_DEADLINE`.
    pub fn set_write_timeout(&mut self, time: Duration) {
        let _ = self.stream.set_write_timeout(Some(time));
    }

    /// Writes everything. A peer that takes nothing for `WRITE_DEADLINE` is given up. A stream that does not
    /// wait keeps what the system does not take.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), IoFailure> {
        self.write_by(bytes, |mut stream, rest| stream.write(rest))
    }

    /// Writes by calls of `write`, until the system has everything or, in a stream that does not wait, takes no
    /// more.
    fn write_by(
        &mut self,
        bytes: &[u8],
        write: impl Fn(&TcpStream, &[u8]) -> io::Result<usize>,
    ) -> Result<(), IoFailure> {
        self.bytes(self.me, bytes);
        let mut rest = bytes;
        while self.unsent.is_empty() && !rest.is_empty() {
            match write(&self.stream, rest) {
                Ok(0) => return Err(IoFailure::Broken),
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if self.nonblocking && is_pause(&error) => break,
                Err(error) => return Err(stop(&error)),
            }
        }
        self.unsent.extend_from_slice(rest);
        Ok(())
    }

    /// As [`RecordedStream::write`], for bytes after which a file or the end of the connection follows at once: the
    /// kernel may put the beginning of the file, or the FIN, into the same segment (MSG_MORE; send(2)).
    #[cfg(target_os = "linux")]
    pub fn write_more(&mut self, bytes: &[u8]) -> Result<(), IoFailure> {
        const MSG_MORE: i32 = 0x8000;
        self.write_by(bytes, |stream, rest| {
            socket2::SockRef::from(stream).send_with_flags(rest, MSG_MORE)
        })
    }

    /// As [`RecordedStream::write`]: here MSG_MORE cannot be given to the system.
    #[cfg(not(target_os = "linux"))]
    pub fn write_more(&mut self, bytes: &[u8]) -> Result<(), IoFailure> {
        self.write(bytes)
    }

    /// Writes two pieces as if they were one, without copying them together (writev(2)).
    pub fn write_both(&mut self, first: &[u8], second: &[u8]) -> Result<(), IoFailure> {
        self.bytes(self.me, first);
        self.bytes(self.me, second);
        let mut done = 0;
        while done < first.len() {
            let rest = first.get(done..).unwrap_or_default();
            match (&*self.stream).write_vectored(&[IoSlice::new(rest), IoSlice::new(second)]) {
                Ok(0) => return Err(IoFailure::Broken),
                Ok(count) => done += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(stop(&error)),
            }
        }
        let rest = second.get(done - first.len()..).unwrap_or_default();
        (&*self.stream)
            .write_all(rest)
            .map_err(|error| stop(&error))
    }

    /// Closes after the last word of both sides: there is nothing left that a reset could erase, so this
    /// need not wait for the other side's FIN. A recorded line does, for its picture.
    pub fn close(self) {
        if self.record.is_some() {
            self.close_gracefully();
        }
    }

    /// Closes in two steps, so that the last answer is not erased by a reset (RFC 9112 section 9.6):
    /// says that this was all, then takes in what the peer still sends, for a short while.
    pub fn close_gracefully(mut self) {
        self.note(self.me, Event::Fin);
        if self.stream.shutdown(Shutdown::Write).is_err() {
            return;
        }
        let until = Instant::now() + limits::LINGER;
        let mut buffer = vec![0; limits::FIRST_READ];
        let mut taken = 0;
        while taken < limits::LINGER_BYTES {
            let left = until.saturating_duration_since(Instant::now());
            match self.read(&mut buffer, left) {
                Ok(0) | Err(_) => return,
                Ok(count) => taken += count,
            }
            if left.is_zero() {
                return;
            }
        }
    }

    /// Says that this was all (FIN). The other side may go on.
    pub fn shutdown_write(&mut self) {
        self.note(self.me, Event::Fin);
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Breaks the connection off, so that the peer sees that what it got is not whole.
    pub fn reset(self) {
        crate::net::socket_errors::reset_on_close(&self.stream);
        self.note(self.me, Event::Rst);
    }

    fn note(&self, who: Who, event: Event) {
        if let Some((recorder, conn)) = &self.record {
            recorder.event(*conn, who, event);
        }
    }

    fn bytes(&self, who: Who, bytes: &[u8]) {
        if let Some((recorder, conn)) = &self.record {
            recorder.bytes(*conn, who, bytes);
        }
    }
}

fn stop(error: &io::Error) -> IoFailure {
    match is_pause(error) {
        true => IoFailure::Silent,
        false => IoFailure::Broken,
    }
}
