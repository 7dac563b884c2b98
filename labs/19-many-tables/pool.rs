//! Lab 19 · Many tables · the pool: a fixed number of threads, and a queue with a fixed number of places. If
//! all places are used, the pool gives the next client back. No client can end a thread.

use std::collections::VecDeque;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crate::table;

pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    places: usize,
}

/// What the accepting thread and all workers share.
#[derive(Default)]
struct Shared {
    clients: Mutex<Clients>,
    changed: Condvar,
}

#[derive(Default)]
struct Clients {
    /// The clients that wait for a worker, in the order in which they came.
    queue: VecDeque<Arc<TcpStream>>,
    /// All clients: the clients that wait, and the clients that a worker serves.
    inside: Vec<Arc<TcpStream>>,
    closing: bool,
}

impl Pool {
    /// Starts the workers. Errors: the system cannot start a thread.
    pub fn new(workers: usize, queued: usize) -> io::Result<Pool> {
        let shared = Arc::new(Shared::default());
        let start = |number| {
            let shared = Arc::clone(&shared);
            let worker = thread::Builder::new().name(format!("worker {number}"));
            worker.spawn(move || work(&shared))
        };
        let started: io::Result<Vec<_>> = (1..=workers).map(start).collect();
        Ok(Pool {
            workers: started?,
            places: workers + queued,
            shared,
        })
    }

    /// Puts the client into the queue, or gives the client back if all places are used. (The function counts
    /// all clients inside: a client may be in the queue for a moment although a worker is free.)
    pub fn let_in(&self, client: TcpStream) -> Result<(), TcpStream> {
        let mut clients = self.shared.lock();
        if clients.inside.len() == self.places {
            return Err(client);
        }
        let client = Arc::new(client);
        clients.inside.push(Arc::clone(&client));
        clients.queue.push_back(client);
        self.shared.changed.notify_one();
        Ok(())
    }

    /// Answers the requests that have arrived, and ends every worker. The function does not wait for silent
    /// clients: after the shutdown of the reading side, a read returns only bytes that have already come.
    pub fn stop(self) {
        let mut clients = self.shared.lock();
        clients.closing = true;
        for client in &clients.inside {
            let _ = client.shutdown(Shutdown::Read);
        }
        drop(clients);
        self.shared.changed.notify_all();
        for worker in self.workers {
            let _ = worker.join();
        }
    }
}

/// What a worker does: it serves one client after the other, until the pool is closing and the queue is empty.
fn work(shared: &Shared) {
    while let Some(client) = shared.next() {
        // A panic in `serve` ends here. The panic ends only the connection of this client.
        if catch_unwind(AssertUnwindSafe(|| table::serve(&client))).is_err() {
            table::apologise(&client);
        }
        let mut clients = shared.lock();
        clients.inside.retain(|other| !Arc::ptr_eq(other, &client));
    }
}

impl Shared {
    /// A mutex is poisoned if a thread panicked while it held the lock. No code here panics with the lock held.
    fn lock(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Arc<TcpStream>> {
        let mut clients = self.lock();
        loop {
            if let Some(client) = clients.queue.pop_front() {
                return Some(client);
            }
            if clients.closing {
                return None;
            }
            let woken = self.changed.wait(clients);
            clients = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}
