//! A recording relay between a client and a server. It records both directions.
//!
//! Interface: [`Tap::start`], then point the client at [`Tap::address`]; [`Tap::wait_ended`] when as
//! many connections as you expect have ended; then `Recorder::transcript`.
//!
//! Rule 1: bytes are recorded before they are forwarded, under the recorder's one lock. So everything that they
//! cause at the other end is recorded after them.
//! Rule 2: each kind of end is passed on as the same kind: a FIN as `shutdown(Write)`, a reset as a reset
//! (close with SO_LINGER 0, socket(7)). If the upstream refuses, the client gets a reset.
//! Rule 3: connections are opened and recorded in the order of `accept`, one after the other. Before each one,
//! all waiting events of earlier clients are recorded. So if a client closes and connects again, the recording
//! has that order. (The cost: an upstream that answers no SYN delays all waiting clients.)

mod faults;
mod relay;

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::socket_errors::reset_on_close;
use crate::net::{AcceptedClient, Recorder, Serving, call, serve};
use crate::wire::{Event, Who};

use crate::locks::lock;
pub use faults::{FaultControl, Faults};
use relay::Relay;

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
    faults: Option<Arc<FaultControl>>,
    progress: Mutex<RelayState>,
    changed: Condvar,
}

#[derive(Default)]
struct RelayState {
    /// From now on no connection is opened.
    stopping: bool,
    /// How many connections were opened or refused; also whose turn it is.
    begun: u64,
    /// How many of them have ended.
    ended: u64,
    /// The others.
    open: BTreeMap<u64, Arc<Relay>>,
}

impl Tap {
    /// Relays every connection that `listener` accepts to `upstream`, and records it. Errors: the
    /// system has no thread.
    pub fn start(
        listener: TcpListener,
        upstream: SocketAddr,
        recorder: Recorder,
    ) -> io::Result<Tap> {
        Tap::start_faulty(listener, upstream, recorder, None)
    }

    /// The same with faults, which may be changed while it runs.
    pub fn start_faulty(
        listener: TcpListener,
        upstream: SocketAddr,
        recorder: Recorder,
        faults: Option<Arc<FaultControl>>,
    ) -> io::Result<Tap> {
        let shared = Arc::new(Shared {
            upstream,
            recorder,
            faults,
            progress: Mutex::default(),
            changed: Condvar::new(),
        });
        let inside = Arc::clone(&shared);
        let serving = serve(listener, limits::MAX_CONNECTIONS, move |client| {
            inside.relay(client);
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

    /// Records nothing more, closes all connections and waits until that is done.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.shared.progress(|progress| {
            progress.stopping = true;
            progress.open.values().for_each(|line| line.stop());
        });
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
    fn relay(&self, client: AcceptedClient) {
        let my_turn = |progress: &RelayState| progress.stopping || progress.begun == client.number;
        while !self.wait_until(limits::STOP_POLL, my_turn) {}
        let faults = self.faults.as_ref().map(|control| {
            let struck = control.now().strikes(client.number);
            (Arc::clone(control), struck)
        });
        let fails = |(control, struck): &(Arc<FaultControl>, bool)| {
            *struck && client.number < control.now().fail_first
        };
        let fails = faults.as_ref().is_some_and(fails);
        let called = match fails {
            true => None,
            false => call(self.upstream, limits::IO_DEADLINE).ok(),
        };
        self.settle();
        let conn = self.recorder.connection_from(client.peer);
        let Some(server) = called else {
            if fails {
                self.recorder.note(conn, Who::Server, "fault: refused");
            }
            self.recorder.event(conn, Who::Server, Event::Refuse);
            self.progress(|progress| progress.begun += 1);
            return reset_on_close(client.stream);
        };
        self.recorder.event(conn, Who::Client, Event::Connect);
        let line = Relay::new(
            Arc::clone(client.shared),
            server,
            self.recorder.clone(),
            conn,
            faults,
        );
        line.say_faults();
        let line = Arc::new(line);
        self.progress(|progress| {
            progress.begun += 1;
            progress.open.insert(client.number, Arc::clone(&line));
            if progress.stopping {
                line.stop();
            }
        });
        line.run();
        self.progress(|progress| progress.open.remove(&client.number));
    }

    /// Waits until the open connections have recorded what their clients had sent or done before
    /// now. The kernel has no event for that, so it is asked, again and again.
    fn settle(&self) {
        let begun = Instant::now();
        let mut waited_for: Vec<(Arc<Relay>, u64)> = Vec::new();
        self.progress(|progress| {
            let lines = progress.open.values();
            waited_for.extend(lines.map(|line| (Arc::clone(line), line.bytes_of_client())));
        });
        loop {
            waited_for.retain(|(line, before)| line.client_has_news(*before));
            if waited_for.is_empty() || begun.elapsed() > limits::IO_DEADLINE {
                return;
            }
            thread::sleep(limits::POLL_INTERVAL);
        }
    }

    fn progress<T>(&self, change: impl FnOnce(&mut RelayState) -> T) {
        change(&mut lock(&self.progress));
        self.changed.notify_all();
    }

    fn wait_until(&self, limit: Duration, done: impl Fn(&RelayState) -> bool) -> bool {
        let progress = lock(&self.progress);
        let waiting = self
            .changed
            .wait_timeout_while(progress, limit, |progress| !done(progress));
        let (progress, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        done(&progress)
    }
}
