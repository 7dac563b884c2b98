//! The clients that wait for their next request among many others: they need no thread.
//!
//! Rule 1: one thread looks at all of them, without any wait. (std has no call that waits for several
//! connections, as poll(2) does.)
//! Rule 2: a client is looked at again after a part of the time that it has waited. So a busy client is looked at
//! often, and thousands of silent ones cost little.
//! Rule 3: one that has been silent for a while gets a thread, which waits at no cost, unless there is a crowd.
//! Rule 4: this thread exists only while somebody is parked.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::AtOnce;
use super::threads::Threads;
use crate::limits;
use crate::locks::lock;

/// Where clients are handed to the thread that looks at them.
pub(super) struct Parking<C> {
    arrivals: Mutex<Arrivals<C>>,
    changed: Condvar,
}

struct Arrivals<C> {
    clients: Vec<C>,
    /// All clients are to be looked at now.
    all: bool,
    /// The thread exists.
    runs: bool,
}

/// A client, and when it is looked at.
struct Place<C> {
    due: Instant,
    /// Since when it waits.
    since: Instant,
    client: C,
}

impl<C: Send + 'static> Parking<C> {
    pub(super) fn new() -> Parking<C> {
        let arrivals = Arrivals {
            clients: Vec::new(),
            all: false,
            runs: false,
        };
        Parking {
            arrivals: Mutex::new(arrivals),
            changed: Condvar::new(),
        }
    }

    /// Parks a client. It comes back if the system has no thread to look at it.
    pub(super) fn enter(&self, client: C, threads: &Threads<C>) -> Result<(), C> {
        let mut arrivals = lock(&self.arrivals);
        if !arrivals.runs {
            let threads = threads.clone();
            let started = thread::Builder::new()
                .name("parked".to_string())
                .stack_size(limits::THREAD_STACK)
                .spawn(move || threads.parking().look_after_all(&threads));
            if started.is_err() {
                return Err(client);
            }
            arrivals.runs = true;
        }
        arrivals.clients.push(client);
        drop(arrivals);
        self.changed.notify_one();
        Ok(())
    }

    /// Looks at all clients now: some connections were closed from this side.
    pub(super) fn look(&self) {
        lock(&self.arrivals).all = true;
        self.changed.notify_one();
    }

    /// The thread that looks at everybody, until there is nobody.
    fn look_after_all(&self, threads: &Threads<C>) {
        let mut places = BinaryHeap::new();
        while let Some((clients, all)) = self.next(&places) {
            let now = Instant::now();
            places.extend(clients.into_iter().map(|client| Place {
                due: now,
                since: now,
                client,
            }));
            let mut later = Vec::new();
            while let Some(place) = pop_due(&mut places, now, all || !threads.are_many()) {
                later.extend(look(place, now, threads));
            }
            places.extend(later);
            // Threads that serve clients are next.
            thread::yield_now();
        }
    }

    /// Waits until somebody comes or is due: who has come, and whether all are due. `None`: there is nobody.
    fn next(&self, places: &BinaryHeap<Place<C>>) -> Option<(Vec<C>, bool)> {
        let mut arrivals = lock(&self.arrivals);
        let wait = match places.peek() {
            Some(first) => first.due.saturating_duration_since(Instant::now()),
            None => limits::IDLE_THREAD,
        };
        if arrivals.clients.is_empty() && !arrivals.all && !wait.is_zero() {
            let waiting = self.changed.wait_timeout(arrivals, wait);
            (arrivals, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        }
        if places.is_empty() && arrivals.clients.is_empty() {
            arrivals.runs = false;
            return None;
        }
        let all = std::mem::take(&mut arrivals.all);
        Some((std::mem::take(&mut arrivals.clients), all))
    }
}

/// The next client to look at: one that is due at `now`, or any.
fn pop_due<C>(places: &mut BinaryHeap<Place<C>>, now: Instant, any: bool) -> Option<Place<C>> {
    let first = places.peek()?;
    match any || first.due <= now {
        true => places.pop(),
        false => None,
    }
}

/// Looks at a client. It keeps its place if it goes on waiting.
fn look<C: Send + 'static>(
    place: Place<C>,
    now: Instant,
    threads: &Threads<C>,
) -> Option<Place<C>> {
    let Place { since, client, .. } = place;
    let (since, client) = match threads.at_once(client) {
        AtOnce::Done => return None,
        AtOnce::Answered(client) => (now, client),
        AtOnce::Waits(client) => (since, client),
        AtOnce::NeedsThread(client) => return hand(client, threads),
    };
    let waited = now.saturating_duration_since(since);
    let may_go = !threads.is_crowd() && waited >= limits::IN_TURN && threads.have_one_more();
    if !threads.are_many() || may_go {
        return hand(client, threads);
    }
    Some(Place {
        due: now + pause(waited),
        since,
        client,
    })
}

/// Gives a client to a thread, which is next: it may be free again before another client needs one.
fn hand<C: Send + 'static>(client: C, threads: &Threads<C>) -> Option<Place<C>> {
    // Without a thread for it, the existing threads take it later.
    let _ = threads.leave_parking(client);
    thread::yield_now();
    None
}

/// How long a client that has waited for so long is not looked at.
fn pause(waited: Duration) -> Duration {
    (waited / limits::PARKED_PART).clamp(limits::PARKED_LEAST, limits::PARKED_MOST)
}

impl<C> Ord for Place<C> {
    /// The greatest is the one that is due first.
    fn cmp(&self, other: &Place<C>) -> Ordering {
        other.due.cmp(&self.due)
    }
}

impl<C> PartialOrd for Place<C> {
    fn partial_cmp(&self, other: &Place<C>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<C> PartialEq for Place<C> {
    fn eq(&self, other: &Place<C>) -> bool {
        self.due == other.due
    }
}

impl<C> Eq for Place<C> {}
