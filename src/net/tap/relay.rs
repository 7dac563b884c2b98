//! One tapped connection: two sockets, one thread for each direction, and one recording.
//!
//! The code below depends on these facts about a reset (RST); Linux, tcp(7):
//! - Only the first system call after it, a read or a write, gets it as an error; a later read gets end of
//!   file. So a failed write informs the reader ([`DirectionStatus::lost`]).
//! - Bytes that came before it can still be read after it.
//! - A socket that received one has no peer any more: `getpeername` fails.
//! - `shutdown(Read)` wakes a blocked read and sends nothing; `shutdown(Write)` would send a FIN.

mod faulty;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use super::faults::FaultControl;
use crate::limits;
use crate::locks::lock;
use crate::net::Recorder;
use crate::net::socket_errors::{is_pause, reset_on_close, waits, was_reset};
use crate::wire::{Conn, Event, Who};

/// `wake` ends a blocked read on Unix; elsewhere the reader looks itself, again and again.
const READ_WAIT: Option<Duration> = if cfg!(unix) {
    None
} else {
    Some(limits::STOP_POLL)
};

/// A tapped connection. Invariants: what has left the client's or server's receive queue is recorded
/// before `state` is unlocked; after a reset is recorded, nothing more is.
pub(super) struct Relay {
    client: Arc<TcpStream>,
    server: TcpStream,
    recorder: Recorder,
    conn: Conn,
    /// The tap's faults, and whether they strike this connection.
    faults: Option<(Arc<FaultControl>, bool)>,
    state: Mutex<RelayState>,
    /// Held during a write to that side; see `was_reset`.
    writing_client: Mutex<()>,
    writing_server: Mutex<()>,
}

#[derive(Default)]
struct RelayState {
    /// A reset was recorded, or the tap stops: nothing more is recorded.
    over: bool,
    client: DirectionStatus,
    server: DirectionStatus,
}

#[derive(Clone, Copy, Default)]
struct DirectionStatus {
    /// Its FIN was recorded.
    fin: bool,
    /// The other side's FIN was passed on to it.
    told: bool,
    /// How a write to it failed.
    lost: Option<ErrorKind>,
    /// How many bytes of it were recorded.
    bytes: u64,
    /// It does not take what the other side sends: the last write to it waited a whole tick.
    full: bool,
}

impl RelayState {
    fn side(&mut self, who: Who) -> &mut DirectionStatus {
        match who {
            Who::Client => &mut self.client,
            Who::Server => &mut self.server,
        }
    }
}

impl Relay {
    /// `server` must have been connected already.
    pub(super) fn new(
        client: Arc<TcpStream>,
        server: TcpStream,
        recorder: Recorder,
        conn: Conn,
        faults: Option<(Arc<FaultControl>, bool)>,
    ) -> Relay {
        Relay {
            client,
            server,
            recorder,
            conn,
            faults,
            state: Mutex::default(),
            writing_client: Mutex::default(),
            writing_server: Mutex::default(),
        }
    }

    /// Relays until both directions have ended, or [`Relay::stop`]. The caller closes the sockets
    /// afterwards, which sends the reset if there was one.
    pub(super) fn run(&self) {
        for stream in [&*self.client, &self.server] {
            let _ = stream.set_nodelay(true);
            let _ = stream.set_read_timeout(READ_WAIT);
            let _ = stream.set_write_timeout(Some(limits::STOP_POLL));
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

    /// Records nothing more, and ends [`Relay::run`].
    pub(super) fn stop(&self) {
        self.lock().over = true;
        self.wake();
    }

    /// How many bytes of the client were recorded.
    pub(super) fn bytes_of_client(&self) -> u64 {
        self.lock().client.bytes
    }

    /// Whether something that the client sent or did is not recorded yet, though it was there when
    /// [`Relay::bytes_of_client`] was `before`, and though the server takes what the client says.
    pub(super) fn client_has_news(&self, before: u64) -> bool {
        let mut state = self.lock();
        let later = state.client.bytes >= before + limits::RECEIVE_QUEUE;
        if state.over || state.client.fin || state.server.full || later {
            return false;
        }
        if self.client.peer_addr().is_err() {
            return true;
        }
        match waits(&self.client) {
            Ok(()) => true,
            Err(error) if is_pause(&error) => false,
            Err(error) => {
                // This look has taken the error away from the reader.
                state.client.lost = Some(error.kind());
                true
            }
        }
    }

    /// One direction: reads what `who` says until its end.
    fn pump(&self, who: Who) {
        if let Some((control, struck)) = &self.faults {
            return self.pump_faulty(who, control, *struck);
        }
        let mut buffer = vec![0; limits::TAP_CHUNK];
        loop {
            match self.stream(who).peek(&mut buffer[..1]) {
                Ok(0) => return self.ended(who),
                Ok(_) => {
                    let count = match self.take(who, &mut buffer) {
                        Ok(0) => return,
                        Ok(count) => count,
                        Err(_) => return self.break_off(who),
                    };
                    if self.pass_on(who.other(), &buffer[..count]).is_err() {
                        return self.lost(who.other());
                    }
                }
                Err(error) if is_pause(&error) => {
                    if self.lock().over {
                        return;
                    }
                }
                Err(_) => return self.break_off(who),
            }
        }
    }

    /// Reads what is there and records it, as one step; 0 when the connection is over.
    fn take(&self, who: Who, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.lock();
        if state.over {
            return Ok(0);
        }
        let count = self.stream(who).read(buffer)?;
        state.side(who).bytes += count as u64;
        self.recorder.bytes(self.conn, who, &buffer[..count]);
        Ok(count)
    }

    /// Writes all of `bytes` to `to`, however slowly it reads; gives up when the connection is over.
    ///
    /// The state is locked when there is something to note, not for each write: at that moment the
    /// other direction has often been woken by the answer, and would wait for it.
    fn pass_on(&self, to: Who, mut bytes: &[u8]) -> io::Result<()> {
        let mut full = false;
        while !bytes.is_empty() {
            let was_full = full;
            let writing = lock(self.writing(to));
            let wrote = self.stream(to).write(bytes);
            full = wrote.as_ref().is_err_and(is_pause);
            match wrote {
                Ok(count) => bytes = &bytes[count..],
                Err(_) if full => {}
                Err(error) => {
                    self.lock().side(to).lost = Some(error.kind());
                    return Err(error);
                }
            }
            drop(writing);
            if full || was_full {
                let mut state = self.lock();
                state.side(to).full = full;
                if state.over {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// A write to `who` failed, so `who` has reset the connection. It may have sent something before:
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
        let reset = was_reset(self.stream(who), told, self.writing(who));
        let mut state = self.lock();
        if state.over {
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
        if state.over {
            return;
        }
        state.over = true;
        self.recorder.event(self.conn, who, Event::Rst);
        reset_on_close(self.stream(who.other()));
        self.wake();
    }

    /// Ends blocked reads, and sends nothing.
    fn wake(&self) {
        let _ = self.client.shutdown(Shutdown::Read);
        let _ = self.server.shutdown(Shutdown::Read);
    }

    fn stream(&self, who: Who) -> &TcpStream {
        match who {
            Who::Client => &self.client,
            Who::Server => &self.server,
        }
    }

    fn writing(&self, who: Who) -> &Mutex<()> {
        match who {
            Who::Client => &self.writing_client,
            Who::Server => &self.writing_server,
        }
    }

    fn lock(&self) -> MutexGuard<'_, RelayState> {
        lock(&self.state)
    }
}
