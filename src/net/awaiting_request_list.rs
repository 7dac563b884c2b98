//! The connections that wait for a whole request. If few descriptors are free, the connection that has waited
//! longest is closed.
//!
//! Rule: a connection whose request has arrived is not closed. A server may close any other connection at any
//! time (RFC 9112 section 9.5). Its client loses no answer, and sending half a request is the cheapest attack.

use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::locks::lock;

/// The connections of a server.
#[derive(Debug)]
pub struct IdleList {
    connections: Mutex<BTreeMap<u64, Arc<Waiter>>>,
    number: AtomicU64,
    begun: Instant,
}

#[derive(Debug)]
struct Waiter {
    stream: Arc<TcpStream>,
    /// Since when it waits, in milliseconds after the beginning of the list; [`BUSY`]: it does not.
    since: AtomicU64,
}

const BUSY: u64 = u64::MAX;

/// A connection's place in the list; it leaves the list with the value.
#[derive(Debug)]
pub struct IdlePlace {
    list: Arc<IdleList>,
    number: u64,
    waiter: Arc<Waiter>,
}

impl IdleList {
    /// An empty list.
    pub fn new() -> Arc<IdleList> {
        Arc::new(IdleList {
            connections: Mutex::default(),
            number: AtomicU64::new(0),
            begun: Instant::now(),
        })
    }

    /// Enters a connection, which waits from now on.
    pub(super) fn enter(self: &Arc<IdleList>, stream: &Arc<TcpStream>) -> IdlePlace {
        let waiter = Arc::new(Waiter {
            stream: Arc::clone(stream),
            since: AtomicU64::new(self.now()),
        });
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        lock(&self.connections).insert(number, Arc::clone(&waiter));
        IdlePlace {
            list: Arc::clone(self),
            number,
            waiter,
        }
    }

    /// Closes up to `most` connections that have waited for at least `time`, the longest first. How many.
    pub fn close_longest(&self, most: usize, time: Duration) -> usize {
        let now = self.now();
        let long = |waiter: &Arc<Waiter>| {
            let since = waiter.since.load(Ordering::Relaxed);
            let waited = Duration::from_millis(now.saturating_sub(since));
            (since != BUSY && waited >= time).then(|| (since, Arc::clone(waiter)))
        };
        let mut waiting: Vec<_> = lock(&self.connections).values().filter_map(long).collect();
        waiting.sort_by_key(|(since, _)| *since);
        waiting.truncate(most);
        for (_, waiter) in &waiting {
            // Its thread reads the end, and closes the connection.
            let _ = waiter.stream.shutdown(Shutdown::Both);
            waiter.since.store(BUSY, Ordering::Relaxed);
        }
        waiting.len()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(BUSY - 1)
    }
}

impl IdlePlace {
    /// The connection waits for a request from now on, if it did not do so before.
    pub fn waits(&self) {
        let since = &self.waiter.since;
        if since.load(Ordering::Relaxed) == BUSY {
            since.store(self.list.now(), Ordering::Relaxed);
        }
    }

    /// A request has come whole.
    pub fn works(&self) {
        self.waiter.since.store(BUSY, Ordering::Relaxed);
    }
}

impl Drop for IdlePlace {
    fn drop(&mut self) {
        lock(&self.list.connections).remove(&self.number);
    }
}
