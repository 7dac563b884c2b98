//! An accept loop for very many clients: a thread a connection, reused for the next one.
//!
//! Rule 1: a thread a connection, so that no slow client holds up another.
//! Rule 2: the next client gets the thread that was idle last. So the others stay idle, however busy the
//! server is, and a thread that was idle for long enough ends.
//! Rule 3: over the cap, clients are told so by a few threads of their own; over those, they are dropped.
//! Rule 4: whatever the system refuses (descriptors, threads), the loop goes on, and says it once.
//!
//! The process ends by a signal, so there is no stop: the kernel closes what is open.

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::listen::no_descriptors;
use crate::net::socket::lock;

/// A connection that was accepted.
pub struct Accepted {
    /// The connection.
    pub stream: TcpStream,
    /// Who called.
    pub peer: SocketAddr,
    /// Every seat is taken: this client can only be told so.
    pub over_capacity: bool,
}

/// What the loop has to say about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptProblem {
    /// No file descriptor is left; clients wait in the backlog until there is one.
    NoDescriptors,
    /// The system has no thread for another client.
    NoThreads,
    /// Every seat is taken; a further client is answered 503.
    AtCapacity,
}

/// How many clients there may be, and what is kept ready for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLimits {
    /// Clients at a time; further ones are told that there is no state.
    pub most: usize,
    /// How long a thread waits for its next client before it ends.
    pub idle: Duration,
}

impl Default for PoolLimits {
    fn default() -> PoolLimits {
        PoolLimits {
            most: limits::MAX_CLIENTS,
            idle: limits::IDLE_THREAD,
        }
    }
}

/// When each kind of trouble came last.
#[derive(Default)]
struct RateLimitedLog(Vec<(AcceptProblem, Instant)>);

impl RateLimitedLog {
    /// Whether it did not come within [`limits::LOG_REPEAT_AFTER`] before `now`.
    fn is_new(&mut self, trouble: AcceptProblem, now: Instant) -> bool {
        self.0
            .retain(|(_, last)| now.duration_since(*last) < limits::LOG_REPEAT_AFTER);
        match self.0.iter_mut().find(|(kind, _)| *kind == trouble) {
            Some((_, last)) => {
                *last = now;
                false
            }
            None => {
                self.0.push((trouble, now));
                true
            }
        }
    }
}

/// Who is here.
#[derive(Default)]
struct PoolState {
    /// Accepted, and not yet with a thread.
    waiting: VecDeque<Accepted>,
    /// Accepted, and not yet gone.
    clients: usize,
    /// Threads that wait for a client; the last one has waited for the shortest time.
    idle: Vec<Thread>,
    /// Threads.
    threads: usize,
}

struct Pool<H> {
    state: Mutex<PoolState>,
    limits: PoolLimits,
    handle: H,
}

/// Accepts for ever, as many clients at a time as there are limits, each handled in a thread. `tell` hears
/// of each kind of trouble once until it is over.
pub fn pool<H>(
    listener: &TcpListener,
    limits: PoolLimits,
    handle: H,
    tell: impl Fn(AcceptProblem),
) -> !
where
    H: Fn(Accepted) + Send + Sync + 'static,
{
    let pool = Arc::new(Pool {
        state: Mutex::new(PoolState::default()),
        limits,
        handle,
    });
    let mut told = RateLimitedLog::default();
    loop {
        let trouble = match listener.accept() {
            Ok((stream, peer)) => admit(&pool, stream, peer),
            Err(error) if no_descriptors(&error) => {
                // Nothing tells us when one is free again.
                thread::park_timeout(limits::POLL_INTERVAL * 10);
                Some(AcceptProblem::NoDescriptors)
            }
            // The client hung up in the backlog, or a signal came (accept(2)).
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => None,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
            Err(_) => {
                thread::park_timeout(limits::POLL_INTERVAL * 10);
                None
            }
        };
        if let Some(trouble) = trouble.filter(|it| told.is_new(*it, Instant::now())) {
            tell(trouble);
        }
    }
}

/// Accepts one client.
pub fn accept(listener: &TcpListener) -> io::Result<Accepted> {
    let (stream, peer) = listener.accept()?;
    let over_capacity = false;
    Ok(Accepted {
        stream,
        peer,
        over_capacity,
    })
}

/// Gives the client to a thread: an idle one, or a new one.
fn admit<H>(pool: &Arc<Pool<H>>, stream: TcpStream, peer: SocketAddr) -> Option<AcceptProblem>
where
    H: Fn(Accepted) + Send + Sync + 'static,
{
    let mut state = lock(&pool.state);
    let over_capacity = state.clients >= pool.limits.most;
    if state.clients >= pool.limits.most + limits::MAX_REFUSED {
        return Some(AcceptProblem::AtCapacity);
    }
    state.clients += 1;
    state.waiting.push_back(Accepted {
        stream,
        peer,
        over_capacity,
    });
    let trouble = over_capacity.then_some(AcceptProblem::AtCapacity);
    if let Some(thread) = state.idle.pop() {
        drop(state);
        thread.unpark();
        return trouble;
    }
    state.threads += 1;
    drop(state);
    let own = Arc::clone(pool);
    let started = thread::Builder::new()
        .name("client".to_string())
        .stack_size(limits::THREAD_STACK)
        .spawn(move || work(&own));
    if started.is_ok() {
        return trouble;
    }
    let mut state = lock(&pool.state);
    state.threads -= 1;
    // The threads that there are will take the client later; without any, nobody would.
    if state.threads == 0 {
        state.waiting.clear();
        state.clients = 0;
    }
    Some(AcceptProblem::NoThreads)
}

/// One thread: client after client, until none has come for a while.
fn work<H: Fn(Accepted)>(pool: &Pool<H>) {
    let mut state = lock(&pool.state);
    loop {
        if let Some(arrival) = state.waiting.pop_front() {
            drop(state);
            // A panic ends this client's connection, and nothing else.
            let _ = catch_unwind(AssertUnwindSafe(|| (pool.handle)(arrival)));
            state = lock(&pool.state);
            state.clients -= 1;
            continue;
        }
        state.idle.push(thread::current());
        drop(state);
        let since = Instant::now();
        thread::park_timeout(pool.limits.idle);
        state = lock(&pool.state);
        // Who wakes us for a client has taken us off the list.
        let own = thread::current().id();
        if let Some(at) = state.idle.iter().position(|thread| thread.id() == own) {
            state.idle.remove(at);
            if since.elapsed() >= pool.limits.idle && state.waiting.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_that_comes_and_goes_is_told_once() {
        let mut told = RateLimitedLog::default();
        let begin = Instant::now();
        let mut at = |trouble, seconds| told.is_new(trouble, begin + Duration::from_secs(seconds));
        assert!(at(AcceptProblem::NoDescriptors, 0));
        assert!(at(AcceptProblem::AtCapacity, 1));
        assert!(!at(AcceptProblem::NoDescriptors, 9));
        assert!(!at(AcceptProblem::NoDescriptors, 18), "it is not over");
        assert!(at(AcceptProblem::AtCapacity, 18));
        assert!(at(AcceptProblem::NoDescriptors, 28));
    }
}
