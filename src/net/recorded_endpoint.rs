//! One TCP endpoint: a reader thread that records what arrives, and a writer.
//!
//! Rule 1: received bytes are recorded when they arrive. Our own bytes are recorded before they are written. So
//! an answer is always recorded after its request.
//! Rule 2: every wait has a deadline, and every buffer has a limit, because a peer may send without end, never
//! read, or never send.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::limits;
use crate::locks::lock;
use crate::net::Recorder;
use crate::net::idle_timeout_by_cpu_time::{self, CpuSample};
use crate::net::segmentation::{Segment, Segmentation};
use crate::net::single_byte_delivery::Alone;
use crate::net::socket_errors::{close, is_pause, reset_on_close, waits, was_reset};
use crate::wire::{Conn, Event, Who};

/// How the peer ended its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It sent a FIN.
    Fin,
    /// It broke the connection off.
    Rst,
    /// It did neither: we closed, or stopped listening to one that sends without end.
    Open,
}

/// A write of ours that the peer did not take. It may have swallowed the news of a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedWrite {
    /// The connection.
    pub conn: Conn,
    /// How many bytes of our side were taken before, in all.
    pub after: u64,
    /// `BrokenPipe`, `ConnectionReset`, or `TimedOut` when the peer did not read.
    pub kind: ErrorKind,
}

/// A connection, and the thread that reads from it.
pub(super) struct PeerConnection {
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
}

struct Shared {
    stream: TcpStream,
    recorder: Recorder,
    conn: Conn,
    me: Who,
    /// Most bytes to read and keep. `None`: all bytes are read, and none are kept.
    most: Option<usize>,
    heard: Mutex<Heard>,
    changed: Condvar,
    /// Held during a write; see `was_reset`.
    writing: Mutex<()>,
}

/// The bytes and events of the peer so far.
pub(super) struct Heard {
    /// All its bytes, if they are kept.
    pub(super) bytes: Vec<u8>,
    /// How many came.
    pub(super) count: u64,
    /// When the last of them came, or the connection began.
    pub(super) last: Instant,
    /// How it ended; `Open` from the moment when the reader thread stops.
    pub(super) end: Option<End>,
    /// We have sent our FIN.
    told: bool,
    /// How a write of ours failed.
    lost: Option<ErrorKind>,
    /// We are leaving.
    leaving: bool,
}

impl PeerConnection {
    /// Reads from `stream` from now on, to at most `most` bytes, or to all without keeping them;
    /// `slowly`: in small pieces at first.
    pub(super) fn new(
        stream: TcpStream,
        recorder: &Recorder,
        (conn, me): (Conn, Who),
        most: Option<usize>,
        slowly: bool,
    ) -> io::Result<PeerConnection> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(limits::STOP_POLL))?;
        stream.set_write_timeout(Some(limits::STOP_POLL))?;
        let shared = Arc::new(Shared {
            stream,
            recorder: recorder.clone(),
            conn,
            me,
            most,
            heard: Mutex::new(Heard {
                bytes: Vec::new(),
                count: 0,
                last: Instant::now(),
                end: None,
                told: false,
                lost: None,
                leaving: false,
            }),
            changed: Condvar::new(),
            writing: Mutex::default(),
        });
        let inside = Arc::clone(&shared);
        let reader = thread::Builder::new().spawn(move || inside.hear_all(slowly))?;
        Ok(PeerConnection {
            shared,
            reader: Some(reader),
        })
    }

    /// Waits until `enough`, until the peer has ended, or until `deadline`; `deadline` may change with
    /// every byte that comes. Says whether it is enough.
    pub(super) fn wait(
        &self,
        mut enough: impl FnMut(&Heard) -> bool,
        deadline: impl Fn(&Heard) -> Instant,
    ) -> bool {
        let mut heard = self.heard();
        loop {
            if enough(&heard) {
                return true;
            }
            let left = deadline(&heard).saturating_duration_since(Instant::now());
            if heard.end.is_some() || left.is_zero() {
                return false;
            }
            let waited = self.shared.changed.wait_timeout(heard, left);
            (heard, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn heard(&self) -> MutexGuard<'_, Heard> {
        lock(&self.shared.heard)
    }

    /// Says `bytes`, of which `after` went before on this connection. Gives up when the peer takes
    /// nothing for `silence`, or at `until`; `look` sees whether it still works on an earlier segment.
    pub(super) fn say(
        &self,
        bytes: &[u8],
        after: u64,
        delivery: Segmentation,
        (silence, until): (Duration, Instant),
        look: CpuSample,
    ) -> Result<(), FailedWrite> {
        let mut said = 0;
        let mut alone = Alone::new(&self.shared.stream, delivery);
        for Segment { end, pause } in delivery.segments(bytes.len(), after == 0) {
            if !pause.is_zero() {
                idle_timeout_by_cpu_time::pause(pause, look);
                let _ = self.catch_up();
            }
            let place = (said, !pause.is_zero());
            alone.wait(bytes, place, after, || self.heard().end.is_some(), look);
            let shared = &self.shared;
            shared
                .recorder
                .bytes(shared.conn, shared.me, &bytes[said..end]);
            while said < end {
                match shared.write(&bytes[said..end], silence, until) {
                    Ok(count) => said += count,
                    Err(kind) => {
                        return Err(FailedWrite {
                            conn: shared.conn,
                            after: after + said as u64,
                            kind,
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// Waits until what has arrived is read, and says whether something waited to be: on a busy machine
    /// the reader, too, gets its turn late. What we say next would be recorded before an answer to what we
    /// sent before, and a peer that has sent would be taken for silent.
    pub(super) fn catch_up(&self) -> bool {
        let until = Instant::now() + limits::SETTLE_TIMEOUT;
        let mut waited = false;
        loop {
            // With the lock in our hand the reader has either not begun to take it, or it is recorded.
            let mut heard = self.heard();
            if heard.end.is_some() {
                return waited;
            }
            if let Err(error) = waits(&self.shared.stream) {
                if !is_pause(&error) {
                    // Who asks takes the news of a reset away; see `Shared::end`.
                    heard.lost = Some(error.kind());
                }
                return waited;
            }
            drop(heard);
            waited = true;
            if Instant::now() >= until {
                return waited;
            }
            thread::sleep(limits::POLL_INTERVAL);
        }
    }

    /// Sends our FIN. As the server of a client that was done before us, it is looked whether the client was
    /// still there to receive our last bytes. (A server that is done before its client has usually ended.)
    pub(super) fn fin(&self) {
        // Its FIN may have arrived, and not be read yet.
        let _ = self.catch_up();
        let mut heard = self.heard();
        if heard.told {
            return;
        }
        heard.told = true;
        let done = heard.end == Some(End::Fin) && self.shared.me == Who::Server;
        drop(heard);
        let gone = done && self.shared.is_gone();
        self.record(Event::Fin);
        let _ = self.shared.stream.shutdown(Shutdown::Write);
        if gone {
            let shared = &self.shared;
            self.heard().end = Some(End::Rst);
            shared
                .recorder
                .event(shared.conn, shared.me.other(), Event::Rst);
        }
    }

    /// Sends our FIN, unless it is sent already. Closing alone would do, but later: a program that another
    /// thread starts just then has a copy of this socket until its `exec`, and a connection is closed
    /// with its last copy.
    pub(super) fn hang_up(&self) {
        let _ = self.shared.stream.shutdown(Shutdown::Write);
    }

    /// Breaks off: with the closing of the connection, now.
    pub(super) fn reset(mut self) {
        self.record(Event::Rst);
        reset_on_close(&self.shared.stream);
        self.leave();
        close(self);
    }

    /// Records an event of ours.
    pub(super) fn record(&self, event: Event) {
        let shared = &self.shared;
        shared.recorder.event(shared.conn, shared.me, event);
    }

    /// Ends the reader; the connection closes with the last owner, that is here.
    fn leave(&mut self) {
        self.heard().leaving = true;
        let _ = self.shared.stream.shutdown(Shutdown::Read);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

impl Drop for PeerConnection {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Shared {
    fn hear_all(&self, slowly: bool) {
        let mut buffer = vec![0; limits::CHUNK];
        let mut count = 0;
        loop {
            let slow = slowly && count < limits::WEATHER_BYTES;
            let most = if slow {
                limits::WEATHER_BYTES / 8
            } else {
                buffer.len()
            };
            let end = match self.stream.peek(&mut [0]) {
                Ok(0) => self.end(),
                Ok(_) => self.take(&mut buffer[..most], &mut count),
                Err(error) if is_pause(&error) => None,
                Err(_) => Some(End::Rst),
            };
            if self.over(end) {
                return;
            }
            if slow && end.is_none() {
                thread::sleep(limits::SEGMENT_PAUSE / 4);
                if count >= limits::WEATHER_BYTES {
                    let socket = SockRef::from(&self.stream);
                    let _ = socket.set_recv_buffer_size(limits::CHUNK * 4);
                }
            }
        }
    }

    /// Reads, keeps and records what has come, all with the lock in hand (see `PeerConnection::catch_up`); an end
    /// when it is too much.
    fn take(&self, buffer: &mut [u8], count: &mut usize) -> Option<End> {
        let mut heard = lock(&self.heard);
        let bytes = match (&self.stream).read(buffer) {
            Ok(taken) => &buffer[..taken],
            Err(error) if is_pause(&error) => return None,
            Err(_) => return Some(End::Rst),
        };
        *count += bytes.len();
        // Without a byte we were made to stop listening.
        if heard.leaving || bytes.is_empty() {
            return None;
        }
        self.recorder.bytes(self.conn, self.me.other(), bytes);
        heard.last = Instant::now();
        heard.count += bytes.len() as u64;
        let most = self.most?;
        heard.bytes.extend_from_slice(bytes);
        self.changed.notify_all();
        (heard.bytes.len() > most).then_some(End::Open)
    }

    /// What a read of nothing means.
    fn end(&self) -> Option<End> {
        let told = lock(&self.heard).told;
        // A write that takes the news of a reset away has noted it afterwards, and so has `catch_up`.
        let _ = was_reset(&self.stream, told, &self.writing);
        match lock(&self.heard).lost {
            Some(ErrorKind::ConnectionReset) => Some(End::Rst),
            _ => Some(End::Fin),
        }
    }

    /// Whether the peer, which has sent its FIN, has answered our last bytes with a reset: it had closed
    /// both directions. Such a socket has no peer any more (see `was_reset`). The reset comes a moment
    /// after the words, so this looks for a moment.
    fn is_gone(&self) -> bool {
        let until = Instant::now() + limits::LATE_RESET_WAIT;
        loop {
            if self.stream.peer_addr().is_err() {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
            thread::sleep(limits::POLL_INTERVAL);
        }
    }

    /// Records the end, if it is one; whether to stop listening.
    fn over(&self, end: Option<End>) -> bool {
        let mut heard = lock(&self.heard);
        if heard.leaving {
            heard.end = Some(End::Open);
            return true;
        }
        let peer = self.me.other();
        match end {
            None => return false,
            Some(End::Fin) => self.recorder.event(self.conn, peer, Event::Fin),
            Some(End::Rst) => self.recorder.event(self.conn, peer, Event::Rst),
            Some(End::Open) => {}
        }
        heard.end = end;
        self.changed.notify_all();
        true
    }

    /// One write, which must get rid of something within `silence` and before `until`.
    fn write(&self, bytes: &[u8], silence: Duration, until: Instant) -> Result<usize, ErrorKind> {
        let until = until.min(Instant::now() + silence);
        loop {
            let writing = lock(&self.writing);
            let wrote = (&self.stream).write(bytes);
            let error = match wrote {
                Ok(count) => return Ok(count),
                Err(error) => error,
            };
            if is_pause(&error) {
                drop(writing);
                if Instant::now() < until {
                    continue;
                }
                return Err(ErrorKind::TimedOut);
            }
            lock(&self.heard).lost = Some(error.kind());
            return Err(error.kind());
        }
    }
}
