//! The threads of a pool: an idle or a new thread serves each client.
//!
//! Rule: if memory is short, a client is refused before it gets a thread, while there is enough memory for the
//! connected clients. std ends the process if an allocation fails.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::AcceptProblem;
use crate::limits;
use crate::net::memory_check;
use crate::net::socket_errors::lock;

/// Threads that serve clients.
pub(super) struct Threads<C> {
    pool: Arc<Pool<C>>,
}

struct Pool<C> {
    state: Mutex<PoolState<C>>,
    idle: Duration,
    serve: Box<dyn Fn(C) + Send + Sync>,
}

/// Who is here.
struct PoolState<C> {
    /// Handed over, and not yet with a thread.
    waiting: VecDeque<C>,
    /// Accepted, and not yet gone.
    clients: usize,
    /// Threads that wait for a client; the last one has waited for the shortest time.
    idle: Vec<Thread>,
    /// Threads.
    threads: usize,
}

impl<C: Send + 'static> Threads<C> {
    pub(super) fn new(idle: Duration, serve: Box<dyn Fn(C) + Send + Sync>) -> Threads<C> {
        let state = PoolState {
            waiting: VecDeque::new(),
            clients: 0,
            idle: Vec::new(),
            threads: 0,
        };
        let pool = Arc::new(Pool {
            state: Mutex::new(state),
            idle,
            serve,
        });
        Threads { pool }
    }

    /// How many clients are here.
    pub(super) fn clients(&self) -> usize {
        lock(&self.pool.state).clients
    }

    /// How many threads there are.
    pub(super) fn count(&self) -> usize {
        lock(&self.pool.state).threads
    }

    /// How many clients wait for a thread.
    pub(super) fn waiting(&self) -> usize {
        lock(&self.pool.state).waiting.len()
    }

    /// A client has come.
    pub(super) fn enter(&self) {
        lock(&self.pool.state).clients += 1;
    }

    /// A client has left before it was handed over.
    pub(super) fn leave(&self) {
        lock(&self.pool.state).clients -= 1;
    }

    /// Gives a client that has entered to a thread: an idle one, or a new one.
    pub(super) fn hand(&self, client: C) -> Result<(), AcceptProblem> {
        let mut state = lock(&self.pool.state);
        if let Some(thread) = state.idle.pop() {
            state.waiting.push_back(client);
            drop(state);
            thread.unpark();
            return Ok(());
        }
        let growth = limits::MEMORY_FOR_EACH * state.threads as u64;
        if memory_check::is_short(limits::MEMORY_FOR_THREAD + growth) {
            state.clients -= 1;
            drop(state);
            drop(client);
            return Err(AcceptProblem::NoMemory);
        }
        state.waiting.push_back(client);
        state.threads += 1;
        drop(state);
        let own = Arc::clone(&self.pool);
        let started = thread::Builder::new()
            .name("client".to_string())
            .stack_size(limits::THREAD_STACK)
            .spawn(move || own.work());
        if started.is_ok() {
            return Ok(());
        }
        let mut state = lock(&self.pool.state);
        state.threads -= 1;
        // The existing threads will take the client later. Without any thread, no thread would.
        if state.threads == 0 {
            state.clients -= state.waiting.len();
            state.waiting.clear();
        }
        Err(AcceptProblem::NoThreads)
    }
}

impl<C> Pool<C> {
    /// One thread: client after client, until none has come for a while.
    fn work(&self) {
        let mut state = lock(&self.state);
        loop {
            if let Some(client) = state.waiting.pop_front() {
                drop(state);
                // A panic ends this client's connection, and nothing else.
                let _ = catch_unwind(AssertUnwindSafe(|| (self.serve)(client)));
                state = lock(&self.state);
                state.clients -= 1;
                continue;
            }
            state.idle.push(thread::current());
            drop(state);
            let since = Instant::now();
            thread::park_timeout(self.idle);
            state = lock(&self.state);
            // Who wakes us for a client has taken us off the list.
            let own = thread::current().id();
            if let Some(at) = state.idle.iter().position(|thread| thread.id() == own) {
                state.idle.remove(at);
                if since.elapsed() >= self.idle && state.waiting.is_empty() {
                    state.threads -= 1;
                    return;
                }
            }
        }
    }
}
