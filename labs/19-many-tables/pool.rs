//! Lab 19 · Many tables · the waiters: a fixed number of threads, and a queue with a fixed number of
//! chairs. Nobody who is one too many gets in, and no guest can take a waiter with him.

use std::collections::VecDeque;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crate::table;

pub struct Pool {
    hall: Arc<Hall>,
    waiters: Vec<JoinHandle<()>>,
    places: usize,
}

/// What the door and all waiters share.
#[derive(Default)]
struct Hall {
    guests: Mutex<Guests>,
    changed: Condvar,
}

#[derive(Default)]
struct Guests {
    /// Those whom no waiter has come for, the first to come first.
    queue: VecDeque<Arc<TcpStream>>,
    /// All of them, those at the tables, too.
    inside: Vec<Arc<TcpStream>>,
    closing: bool,
}

impl Pool {
    /// Errors: the system has no thread left.
    pub fn new(waiters: usize, chairs: usize) -> io::Result<Pool> {
        let hall = Arc::new(Hall::default());
        let hire = |number| {
            let hall = Arc::clone(&hall);
            let waiter = thread::Builder::new().name(format!("waiter {number}"));
            waiter.spawn(move || work(&hall))
        };
        let hired: io::Result<Vec<_>> = (1..=waiters).map(hire).collect();
        Ok(Pool {
            waiters: hired?,
            places: waiters + chairs,
            hall,
        })
    }

    /// Lets a guest in, or gives him back: then every place is taken. (What counts is who is inside, not
    /// who stands in the queue: a guest may stand there for a moment although a waiter is free.)
    pub fn let_in(&self, guest: TcpStream) -> Result<(), TcpStream> {
        let mut guests = self.hall.lock();
        if guests.inside.len() == self.places {
            return Err(guest);
        }
        let guest = Arc::new(guest);
        guests.inside.push(Arc::clone(&guest));
        guests.queue.push_back(guest);
        self.hall.changed.notify_one();
        Ok(())
    }

    /// Answers what has been asked so far, and ends every waiter. Nobody is waited for who says nothing:
    /// each guest's next read ends at what has already come.
    pub fn stop(self) {
        let mut guests = self.hall.lock();
        guests.closing = true;
        for guest in &guests.inside {
            let _ = guest.shutdown(Shutdown::Read);
        }
        drop(guests);
        self.hall.changed.notify_all();
        for waiter in self.waiters {
            let _ = waiter.join();
        }
    }
}

/// A waiter's day: the next guest, and the next, until the house closes and the queue is empty.
fn work(hall: &Hall) {
    while let Some(guest) = hall.next() {
        // A panic unwinds up to here, and no further: it ends this guest's visit, and nobody else's.
        if catch_unwind(AssertUnwindSafe(|| table::serve(&guest))).is_err() {
            table::apologise(&guest);
        }
        let mut guests = hall.lock();
        guests.inside.retain(|other| !Arc::ptr_eq(other, &guest));
    }
}

impl Hall {
    /// A lock is called poisoned when a panic went by while it was held. None does here.
    fn lock(&self) -> MutexGuard<'_, Guests> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Arc<TcpStream>> {
        let mut guests = self.lock();
        loop {
            if let Some(guest) = guests.queue.pop_front() {
                return Some(guest);
            }
            if guests.closing {
                return None;
            }
            let woken = self.changed.wait(guests);
            guests = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}
