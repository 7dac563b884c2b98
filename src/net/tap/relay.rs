//! One tapped connection: two sockets, a thread a direction, and one account of what happened.
//!
//! Facts about a reset (RST) that the code below stands on; Linux, tcp(7):
//! - Only one system call gets it as an error, whichever looks first, a read or a write; a read that
//!   comes later sees an end of file. So a failed write tells the reader ([`Side::lost`]).
//! - Bytes that came before it can still be read after it.
//! - A socket that got one has no peer any more: `getpeername` fails.
//! - `shutdown(Read)` wakes a blocked read and sends nothing; `shutdown(Write)` would send a FIN.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

use crate::limits;
use crate::net::Recorder;
use crate::wire::{Conn, Event, Who};

/// A tapped connection. Invariant: after a reset is recorded, nothing more is.
pub(super) struct Line<'a> {
    client: &'a TcpStream,
    server: &'a TcpStream,
    recorder: &'a Recorder,
    conn: Conn,
    stopping: &'a AtomicBool,
    state: Mutex<State>,
    /// Held during a write to that side; see [`Line::ended`].
    writing_client: Mutex<()>,
    writing_server: Mutex<()>,
}

#[derive(Default)]
struct State {
    /// A reset was recorded.
    broken: bool,
    client: Side,
    server: Side,
}

#[derive(Clone, Copy, Default)]
struct Side {
    /// Its FIN was recorded.
    fin: bool,
    /// The other side's FIN was passed on to it.
    told: bool,
    /// How a write to it failed.
    lost: Option<ErrorKind>,
}

impl State {
    fn side(&mut self, who: Who) -> &mut Side {
        match who {
            Who::Client => &mut self.client,
            Who::Server => &mut self.server,
        }
    }
}

impl<'a> Line<'a> {
    pub(super) fn new(
        client: &'a TcpStream,
        server: &'a TcpStream,
        recorder: &'a Recorder,
        conn: Conn,
        stopping: &'a AtomicBool,
    ) -> Line<'a> {
        Line {
            client,
            server,
            recorder,
            conn,
            stopping,
            state: Mutex::default(),
            writing_client: Mutex::default(),
            writing_server: Mutex::default(),
        }
    }

    /// Relays until both directions have ended. The caller closes the sockets afterwards, which sends
    /// the reset if there was one.
    pub(super) fn run(&self) {
        for stream in [self.client, self.server] {
            let _ = stream.set_nodelay(true);
            let _ = stream.set_read_timeout(Some(limits::TICK));
            let _ = stream.set_write_timeout(Some(limits::TICK));
        }
        thread::scope(|scope| {
            let back = thread::Builder::new()
                .name("server to client".to_string())
                .spawn_scoped(scope, || self.pump(Who::Server));
            match back {
                Ok(_) => self.pump(Who::Client),
                // No thread, no relay: both sides see a reset rather than half a connection.
                Err(_) => self.break_off(Who::Server),
            }
        });
    }

    /// One direction: reads what `who` says until its end.
    fn pump(&self, who: Who) {
        let mut from = self.stream(who);
        let mut buffer = vec![0; limits::CHUNK];
        while !self.over() {
            match from.read(&mut buffer) {
                Ok(0) => return self.ended(who),
                Ok(count) => {
                    let bytes = &buffer[..count];
                    if !self.said(who, bytes) {
                        return;
                    }
                    if self.pass_on(who.other(), bytes).is_err() {
                        return self.lost(who.other());
                    }
                }
                Err(error) if is_pause(&error) => {}
                Err(_) => return self.break_off(who),
            }
        }
    }

    /// Records bytes; `false` when the connection is over.
    fn said(&self, who: Who, bytes: &[u8]) -> bool {
        let state = self.lock();
        if state.broken || self.stopped() {
            return false;
        }
        self.recorder.bytes(self.conn, who, bytes);
        true
    }

    /// Writes all of `bytes` to `to`, however slowly it reads; gives up when the connection is over.
    fn pass_on(&self, to: Who, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() && !self.over() {
            let writing = lock(self.writing(to));
            let mut stream = self.stream(to);
            let wrote = stream.write(bytes);
            if let Err(error) = &wrote
                && !is_pause(error)
            {
                self.lock().side(to).lost = Some(error.kind());
            }
            drop(writing);
            match wrote {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if is_pause(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A write to `who` failed, so `who` has reset the connection. It may have said something before:
    /// its own direction reads on, and records the reset at the end. If that direction is over,
    /// nobody else will.
    fn lost(&self, who: Who) {
        let fin = self.lock().side(who).fin;
        if fin {
            self.break_off(who);
        }
    }

    /// A read from `who` found the end: a FIN, or a reset that a write has met before us.
    fn ended(&self, who: Who) {
        let told = self.lock().side(who).told;
        // A socket that we still may write to, and that has no peer, was reset. A write that is
        // returning just now may hold the news; it cannot block, the socket is dead.
        let reset = !told && self.stream(who).peer_addr().is_err();
        if reset {
            drop(lock(self.writing(who)));
        }
        let mut state = self.lock();
        if state.broken || self.stopped() {
            return;
        }
        let without_fin = state.side(who).lost == Some(ErrorKind::ConnectionReset);
        if !without_fin {
            state.side(who).fin = true;
            self.recorder.event(self.conn, who, Event::Fin);
        }
        let lost = state.side(who).lost.is_some();
        state.side(who.other()).told = true;
        drop(state);
        if reset || lost {
            return self.break_off(who);
        }
        // It fails when the other side is gone already.
        if self.stream(who.other()).shutdown(Shutdown::Write).is_err() {
            self.lost(who.other());
        }
    }

    /// Records that `who` has reset the connection, once, and passes it on: the other side's socket
    /// is closed with a reset as soon as both directions have left it.
    fn break_off(&self, who: Who) {
        let mut state = self.lock();
        if state.broken || self.stopped() {
            return;
        }
        state.broken = true;
        self.recorder.event(self.conn, who, Event::Rst);
        reset_on_close(self.stream(who.other()));
        let _ = self.client.shutdown(Shutdown::Read);
        let _ = self.server.shutdown(Shutdown::Read);
    }

    fn stream(&self, who: Who) -> &TcpStream {
        match who {
            Who::Client => self.client,
            Who::Server => self.server,
        }
    }

    fn writing(&self, who: Who) -> &Mutex<()> {
        match who {
            Who::Client => &self.writing_client,
            Who::Server => &self.writing_server,
        }
    }

    fn over(&self) -> bool {
        self.stopped() || self.lock().broken
    }

    fn stopped(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Nothing came, or went, within a tick; or a signal did. Unix says WouldBlock, Windows TimedOut.
fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

/// Makes the coming close a reset (SO_LINGER with time 0; socket(7)).
pub(super) fn reset_on_close(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}
