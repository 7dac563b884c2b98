//! A recording relay: it stands between a client and a server and writes down both directions.
//!
//! Interface: [`Tap::start`], then point the client at [`Tap::address`]; [`Tap::wait_ended`] when as
//! many connections as you expect have ended; then `Recorder::transcript`.
//!
//! Rule 1: what is read is recorded before it is forwarded, under the recorder's one lock; so
//! whatever it causes at the other end is recorded after it.
//! Rule 2: ends are passed on as what they were: a FIN as `shutdown(Write)`, a reset as a reset
//! (close with SO_LINGER 0, socket(7)). A refused upstream becomes a reset of the client.
//! Rule 3: connections are opened and recorded in the order of `accept`, one after the other.

mod relay;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::limits;
use crate::net::{Guest, Recorder, Serving, call, serve};
use crate::wire::{Event, Who};

use relay::{Line, reset_on_close};

/// A running tap. Dropping it stops it.
pub struct Tap {
    serving: Option<Serving>,
    shared: Arc<Shared>,
    address: SocketAddr,
}

/// What the tap's connections share.
struct Shared {
    upstream: SocketAddr,
    recorder: Recorder,
    /// Set once: from then on nothing is recorded.
    stopping: AtomicBool,
    progress: Mutex<Progress>,
    changed: Condvar,
}

#[derive(Default)]
struct Progress {
    /// How many connections were opened or refused; also whose turn it is.
    begun: u64,
    /// How many of them have ended.
    ended: u64,
}

impl Tap {
    /// Relays every connection that `listener` accepts to `upstream`, and records it. Errors: the
    /// system has no thread.
    pub fn start(
        listener: TcpListener,
        upstream: SocketAddr,
        recorder: Recorder,
    ) -> io::Result<Tap> {
        let shared = Arc::new(Shared {
            upstream,
            recorder,
            stopping: AtomicBool::new(false),
            progress: Mutex::default(),
            changed: Condvar::new(),
        });
        let inside = Arc::clone(&shared);
        let serving = serve(listener, limits::MAX_CONNECTIONS, move |guest| {
            inside.relay(guest);
            inside.progress(|progress| progress.ended += 1);
        })?;
        Ok(Tap {
            address: serving.address(),
            serving: Some(serving),
            shared,
        })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until `connections` have ended in all, refused ones included; `false` when they have not
    /// after `deadline`.
    pub fn wait_ended(&self, connections: u64, deadline: Duration) -> bool {
        self.shared
            .wait_until(deadline, |progress| progress.ended >= connections)
    }

    /// Records nothing more, hangs up on everyone and waits until that is done.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        if let Some(serving) = self.serving.take() {
            serving.stop();
        }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn relay(&self, guest: Guest) {
        let first = |progress: &Progress| progress.begun == guest.number;
        while !self.wait_until(limits::TICK, first) {
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
        }
        let called = call(self.upstream, limits::IO_DEADLINE);
        let conn = self.recorder.connection();
        let event = match called {
            Ok(_) => (Who::Client, Event::Connect),
            Err(_) => (Who::Server, Event::Refuse),
        };
        self.recorder.event(conn, event.0, event.1);
        self.progress(|progress| progress.begun += 1);
        match called {
            Ok(server) => {
                let line = Line::new(guest.stream, &server, &self.recorder, conn, &self.stopping);
                line.run();
            }
            Err(_) => reset_on_close(guest.stream),
        }
    }

    fn progress(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    fn wait_until(&self, limit: Duration, done: impl Fn(&Progress) -> bool) -> bool {
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = self
            .changed
            .wait_timeout_while(progress, limit, |progress| !done(progress));
        let (progress, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        done(&progress)
    }
}
