//! One connection of a server or a client: reads and writes with deadlines, sends files, and closes so that the
//! last bytes arrive.
//!
//! Rule 1: every wait has a limit, and the reason for its end is a value.
//! Rule 2: a deadline is set on the socket only when it changes (SO_RCVTIMEO; socket(7)).
//! Rule 3: with a recorder, every byte goes through this process. Without a recorder, the kernel sends files
//! (sendfile(2)).

use std::fs::File;
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
}

impl RecordedStream {
    /// Takes over a connection as its server. With a recorder, it is recorded from here on. Before the server
    /// waits for this connection, it must [`RecordedStream::prepare`] it.
    pub fn new(stream: TcpStream, recorder: Option<&Recorder>) -> RecordedStream {
        RecordedStream::over(stream, Who::Server, recorder)
    }

    /// Sets what matters from the second answer on: a client that wants only one costs less without.
    pub fn prepare(&self) {
        // A small answer must not wait for the acknowledgement of the one before (tcp(7)).
        let _ = self.stream.set_nodelay(true);
        let _ = self.stream.set_write_timeout(Some(limits::WRITE_DEADLINE));
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
        let stream = RecordedStream::over(called?, Who::Client, recorder);
        stream.prepare();
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

    /// Writes everything. A peer that takes nothing for `WRITE_DEADLINE` is given up.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), IoFailure> {
        self.bytes(self.me, bytes);
        (&*self.stream)
            .write_all(bytes)
            .map_err(|error| stop(&error))
    }

    /// As [`RecordedStream::write`], for bytes after which a file follows at once: the kernel may put its beginning
    /// into the same segment (MSG_MORE; send(2)).
    #[cfg(target_os = "linux")]
    pub fn write_more(&mut self, bytes: &[u8]) -> Result<(), IoFailure> {
        const MSG_MORE: i32 = 0x8000;
        self.bytes(self.me, bytes);
        let socket = socket2::SockRef::from(&*self.stream);
        let mut rest = bytes;
        while !rest.is_empty() {
            match socket.send_with_flags(rest, MSG_MORE) {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(stop(&error)),
            }
        }
        Ok(())
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

    /// Sends `length` bytes of a file from `first` on. Before the last of them leave, `unchanged` says whether
    /// all of them are from one state of the file; if not, this is [`IoFailure::FileChanged`].
    ///
    /// The kernel lends pages of the file to the socket, so a change of the file changes what is still under
    /// way. Therefore the end is copied: when the last bytes are asked for, the lent ones have arrived.
    pub fn send_file(
        &mut self,
        file: &File,
        first: u64,
        length: u64,
        unchanged: impl Fn() -> bool,
    ) -> Result<(), IoFailure> {
        let lent = match self.record.is_none() && cfg!(target_os = "linux") {
            true => length.saturating_sub(limits::COPIED_TAIL),
            false => 0,
        };
        self.send_by_kernel(file, first, lent)?;
        let (mut at, end) = (first + lent, first + length);
        let mut buffer = Vec::new();
        while at < end {
            let piece = (end - at).min(limits::CHUNK as u64);
            buffer.resize(piece as usize, 0);
            read_exact_at(file, &mut buffer, at)?;
            at += piece;
            if at == end && !unchanged() {
                return Err(IoFailure::FileChanged);
            }
            self.write(&buffer)?;
        }
        Ok(())
    }

    /// Lets the kernel copy from the file to the socket (sendfile(2)).
    #[cfg(target_os = "linux")]
    fn send_by_kernel(
        &self,
        file: &File,
        mut first: u64,
        mut length: u64,
    ) -> Result<(), IoFailure> {
        use std::num::NonZeroUsize;
        let socket = socket2::SockRef::from(&*self.stream);
        while length > 0 {
            let most = length.min(limits::SENDFILE_MAX as u64) as usize;
            let offset = usize::try_from(first).map_err(|_| IoFailure::FileShort)?;
            match socket.sendfile(file, offset, NonZeroUsize::new(most)) {
                Ok(0) => return Err(IoFailure::FileShort),
                Ok(sent) => {
                    first += sent as u64;
                    length -= sent as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(stop(&error)),
            }
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn send_by_kernel(&self, _: &File, _: u64, _: u64) -> Result<(), IoFailure> {
        Ok(())
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

/// Fills the buffer from a file, from an offset on.
fn read_exact_at(file: &File, buffer: &mut [u8], mut first: u64) -> Result<(), IoFailure> {
    let mut done = 0;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match read_at(file, rest, first) {
            Ok(0) => return Err(IoFailure::FileShort),
            Ok(count) => {
                done += count;
                first += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Err(IoFailure::FileShort),
        }
    }
    Ok(())
}

/// Reads at an offset, without moving a place that other threads share (pread(2)).
#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

/// Reads at an offset.
#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
