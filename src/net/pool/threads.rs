//! The threads of a pool: an idle or a new thread serves each client.
//!
//! Rule: if memory is short, a client is refused before it gets a thread, while there is enough memory for the
//! connected clients. std ends the process if an allocation fails.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::connections_without_thread::Parking;
use super::{AcceptProblem, AtOnce, DoAtOnce, Serve};
use crate::limits;
use crate::locks::lock;
use crate::net::may_allocate;

/// Threads that serve clients.
pub(super) struct Threads<C> {
    pool: Arc<Pool<C>>,
}

impl<C> Clone for Threads<C> {
    fn clone(&self) -> Threads<C> {
        let pool = Arc::clone(&self.pool);
        Threads { pool }
    }
}

struct Pool<C> {
    state: Mutex<PoolState<C>>,
    idle: Duration,
    at_once: DoAtOnce<C>,
    serve: Serve<C>,
    parking: Parking<C>,
    /// How many clients are parked.
    parked: AtomicUsize,
    /// There are more clients than [`limits::CLIENTS_IN_THREADS`], or were and not yet half of them left.
    many: AtomicBool,
    /// The same with [`limits::CLIENTS_WITH_THREADS`].
    crowd: AtomicBool,
    /// The system had no thread when one was last wanted.
    no_threads: AtomicBool,
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
    pub(super) fn new(idle: Duration, at_once: DoAtOnce<C>, serve: Serve<C>) -> Threads<C> {
        let state = PoolState {
            waiting: VecDeque::new(),
            clients: 0,
            idle: Vec::new(),
            threads: 0,
        };
        let pool = Arc::new(Pool {
            state: Mutex::new(state),
            idle,
            at_once,
            serve,
            parking: Parking::new(),
            parked: AtomicUsize::new(0),
            many: AtomicBool::new(false),
            crowd: AtomicBool::new(false),
            no_threads: AtomicBool::new(false),
        });
        Threads { pool }
    }

    /// The clients that wait without a thread.
    pub(super) fn parking(&self) -> &Parking<C> {
        &self.pool.parking
    }

    /// How many they are.
    pub(super) fn parked(&self) -> usize {
        self.pool.parked.load(Ordering::Relaxed)
    }

    /// Whether there are so many clients that the busy ones are looked at in turn.
    pub(super) fn are_many(&self) -> bool {
        self.pool.many.load(Ordering::Relaxed)
    }

    /// Whether there are so many clients that not even the silent ones get a thread.
    pub(super) fn is_crowd(&self) -> bool {
        self.pool.crowd.load(Ordering::Relaxed)
    }

    /// Does for a client what can be done without any wait. A panic ends the client's connection, and nothing
    /// else.
    pub(super) fn at_once(&self, client: C) -> AtOnce<C> {
        let work = || (self.pool.at_once)(client);
        let then = catch_unwind(AssertUnwindSafe(work)).unwrap_or(AtOnce::Done);
        if matches!(then, AtOnce::Done) {
            self.leave();
        }
        then
    }

    /// Parks a client that waits for its request, if there are many; otherwise a thread waits for it.
    pub(super) fn keep(&self, client: C) -> Result<(), AcceptProblem> {
        if !self.are_many() {
            return self.hand(client);
        }
        if may_allocate::is_short(limits::MEMORY_RESERVE) {
            self.leave();
            return Err(AcceptProblem::NoMemory);
        }
        self.park(client)
    }

    fn park(&self, client: C) -> Result<(), AcceptProblem> {
        self.pool.parked.fetch_add(1, Ordering::Relaxed);
        let parked = self.pool.parking.enter(client, self);
        parked.or_else(|client| self.leave_parking(client))
    }

    /// Gives a client that was parked to a thread.
    pub(super) fn leave_parking(&self, client: C) -> Result<(), AcceptProblem> {
        self.pool.parked.fetch_sub(1, Ordering::Relaxed);
        self.hand(client)
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
        let mut state = lock(&self.pool.state);
        state.clients += 1;
        if state.clients > limits::CLIENTS_IN_THREADS {
            self.pool.many.store(true, Ordering::Relaxed);
        }
        if state.clients > limits::CLIENTS_WITH_THREADS {
            self.pool.crowd.store(true, Ordering::Relaxed);
        }
    }

    /// A client has left.
    pub(super) fn leave(&self) {
        self.pool.left(&mut lock(&self.pool.state), 1);
    }

    /// Whether a client that waits well without a thread should get one. If threads or memory are short, it should not.
    pub(super) fn have_one_more(&self) -> bool {
        let state = lock(&self.pool.state);
        let short = || self.pool.no_threads.load(Ordering::Relaxed) || lacks_memory(state.threads);
        !state.idle.is_empty() || !short()
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
        if lacks_memory(state.threads) {
            self.pool.left(&mut state, 1);
            drop(state);
            drop(client);
            return Err(AcceptProblem::NoMemory);
        }
        state.waiting.push_back(client);
        state.threads += 1;
        drop(state);
        let own = self.clone();
        let started = thread::Builder::new()
            .name("client".to_string())
            .stack_size(limits::THREAD_STACK)
            .spawn(move || own.work());
        self.pool
            .no_threads
            .store(started.is_err(), Ordering::Relaxed);
        if started.is_ok() {
            return Ok(());
        }
        let mut state = lock(&self.pool.state);
        state.threads -= 1;
        // The existing threads will take the client later. Without any thread, no thread would.
        if state.threads == 0 {
            let waiting = state.waiting.len();
            self.pool.left(&mut state, waiting);
            state.waiting.clear();
        }
        Err(AcceptProblem::NoThreads)
    }

    /// One thread: client after client, until none has come for a while.
    fn work(&self) {
        let pool = &*self.pool;
        let mut state = lock(&pool.state);
        loop {
            if let Some(client) = state.waiting.pop_front() {
                drop(state);
                self.serve(client);
                state = lock(&pool.state);
                continue;
            }
            state.idle.push(thread::current());
            drop(state);
            let since = Instant::now();
            thread::park_timeout(pool.idle);
            state = lock(&pool.state);
            // Who wakes us for a client has taken us off the list.
            let own = thread::current().id();
            if let Some(at) = state.idle.iter().position(|thread| thread.id() == own) {
                state.idle.remove(at);
                if since.elapsed() >= pool.idle && state.waiting.is_empty() {
                    state.threads -= 1;
                    return;
                }
            }
        }
    }

    /// Serves a client until it has left, or waits for its next request among many.
    fn serve(&self, client: C) {
        let work = || (self.pool.serve)(client, &|| self.are_many());
        // A panic ends this client's connection, and nothing else.
        match catch_unwind(AssertUnwindSafe(work)) {
            // If the system has no thread to look at it, this thread goes on with it.
            Ok(Some(client)) => {
                let _ = self.park(client);
            }
            Ok(None) | Err(_) => self.leave(),
        }
    }
}

impl<C> Pool<C> {
    /// So many clients have left.
    fn left(&self, state: &mut PoolState<C>, count: usize) {
        state.clients -= count;
        if state.clients <= limits::CLIENTS_IN_THREADS / 2 {
            self.many.store(false, Ordering::Relaxed);
        }
        if state.clients <= limits::CLIENTS_WITH_THREADS / 2 {
            self.crowd.store(false, Ordering::Relaxed);
        }
    }
}

/// Whether memory is too short for another thread beside so many.
fn lacks_memory(threads: usize) -> bool {
    let growth = limits::MEMORY_FOR_EACH * threads as u64;
    may_allocate::is_short(limits::MEMORY_FOR_THREAD + growth)
}
