//! An accept loop: one thread for each connection, a limit on their number, and a stop that can be waited for.
//!
//! Rule 1: no client can end the loop. A handler's panic ends only its connection. An `accept` that fails
//! (ECONNABORTED, EMFILE; accept(2)) is tried again.
//! Rule 2: at the limit no connection is accepted. New clients wait in the backlog.
//! Rule 3: after [`Serving::stop`] the port is free and no handler runs.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

use crate::limits;
use crate::locks::lock;

/// A connection, as its handler gets it. It is closed when the handler returns.
#[derive(Clone, Copy, Debug)]
pub struct AcceptedClient<'a> {
    /// The connection; `&TcpStream` reads and writes.
    pub stream: &'a TcpStream,
    /// The same, for one who must reach it from elsewhere; it is closed when the last `Arc` is gone.
    pub shared: &'a Arc<TcpStream>,
    /// Who called.
    pub peer: SocketAddr,
    /// 0, 1, 2 … in the order of `accept`.
    pub number: u64,
}

/// A running accept loop. Dropping it stops it.
pub struct Serving {
    address: SocketAddr,
    /// The loop has it, too; the handlers do not, so the port is free when the loop has ended.
    listener: Option<Arc<TcpListener>>,
    connections: Arc<Connections>,
    accepting: Option<JoinHandle<()>>,
}

/// What the loop, its handlers and the one who stops it share.
#[derive(Default)]
struct Connections {
    state: Mutex<Accepting>,
    changed: Condvar,
}

#[derive(Default)]
struct Accepting {
    stopping: bool,
    clients: BTreeMap<u64, Arc<TcpStream>>,
}

/// Serves `listener` in the background, at most `most` connections at a time, each by `handle` in a
/// thread of its own. Errors: the system has no thread for the loop.
pub fn serve<H>(listener: TcpListener, most: usize, handle: H) -> io::Result<Serving>
where
    H: Fn(AcceptedClient) + Send + Sync + 'static,
{
    let address = listener.local_addr()?;
    let listener = Arc::new(listener);
    let connections = Arc::new(Connections::default());
    let (door, inside) = (Arc::clone(&listener), Arc::clone(&connections));
    let accepting = thread::Builder::new()
        .name("accept".to_string())
        .spawn(move || accept_all(&door, &inside, most, &Arc::new(handle)))?;
    Ok(Serving {
        address,
        listener: Some(listener),
        connections,
        accepting: Some(accepting),
    })
}

impl Serving {
    /// Where it listens, with the port that the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Blocks for as long as it serves; that is for ever, in a program that ends by a signal.
    pub fn wait(mut self) {
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }

    /// Accepts no more connections, closes all open ones, and waits for the handlers to return. `false` when
    /// one was still at work after [`limits::IO_DEADLINE`].
    pub fn stop(mut self) -> bool {
        self.end()
    }

    fn end(&mut self) -> bool {
        let Some(accepting) = self.accepting.take() else {
            return true;
        };
        self.connections.lock().stopping = true;
        self.connections.changed.notify_all();
        if let Some(listener) = self.listener.take() {
            wake(&listener, self.address);
        }
        let _ = accepting.join();
        for stream in self.connections.lock().clients.values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.connections
            .wait_until(limits::IO_DEADLINE, |state| state.clients.is_empty())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.end();
    }
}

fn accept_all<H>(
    listener: &TcpListener,
    connections: &Arc<Connections>,
    most: usize,
    handle: &Arc<H>,
) where
    H: Fn(AcceptedClient) + Send + Sync + 'static,
{
    let mut number = 0;
    loop {
        let room = |state: &Accepting| state.stopping || state.clients.len() < most.max(1);
        while !connections.wait_until(limits::STOP_POLL, room) {}
        let accepted = listener.accept();
        if connections.lock().stopping {
            return;
        }
        match accepted {
            Ok((stream, peer)) => {
                admit(connections, handle, number, stream, peer);
                number += 1;
            }
            Err(error) if gone_already(&error) => {}
            // Out of descriptors or memory: when a client leaves there is room again.
            Err(_) => {
                let before = connections.lock().clients.len();
                connections.wait_until(limits::STOP_POLL, |state| {
                    state.stopping || state.clients.len() < before
                });
            }
        }
    }
}

/// The client closed while it waited in the backlog, or a signal came: the next `accept` may succeed.
fn gone_already(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// Starts the client's thread; without a thread the client is turned away.
fn admit<H>(
    connections: &Arc<Connections>,
    handle: &Arc<H>,
    number: u64,
    stream: TcpStream,
    peer: SocketAddr,
) where
    H: Fn(AcceptedClient) + Send + Sync + 'static,
{
    let stream = Arc::new(stream);
    connections
        .lock()
        .clients
        .insert(number, Arc::clone(&stream));
    let (inside, handle) = (Arc::clone(connections), Arc::clone(handle));
    let started = thread::Builder::new()
        .name(format!("client {number}"))
        .spawn(move || {
            let client = AcceptedClient {
                stream: &stream,
                shared: &stream,
                peer,
                number,
            };
            let _ = catch_unwind(AssertUnwindSafe(|| handle(client)));
            drop(stream);
            inside.leave(number);
        });
    if started.is_err() {
        connections.leave(number);
    }
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, Accepting> {
        lock(&self.state)
    }

    /// Forgets the client; the last owner of the stream closes it.
    fn leave(&self, number: u64) {
        self.lock().clients.remove(&number);
        self.changed.notify_all();
    }

    /// Waits until `done` holds, at most `limit`; says whether it does.
    fn wait_until(&self, limit: Duration, done: impl Fn(&Accepting) -> bool) -> bool {
        let waiting = self
            .changed
            .wait_timeout_while(self.lock(), limit, |state| !done(state));
        let (state, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        done(&state)
    }
}

/// Ends a blocked `accept`: Linux does so when the listener is shut down; elsewhere a client of our
/// own must come.
fn wake(listener: &TcpListener, mut door: SocketAddr) {
    let _ = SockRef::from(listener).shutdown(Shutdown::Both);
    match door.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => door.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => door.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let _ = TcpStream::connect_timeout(&door, limits::STOP_POLL);
}
