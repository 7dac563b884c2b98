//! An accept loop for very many guests: a thread a connection, reused for the next one.
//!
//! Rule 1: a thread a connection, so that no slow guest holds up another.
//! Rule 2: the next guest gets the thread that was idle last. So the others stay idle, however busy the
//! server is, and a thread that was idle for long enough ends.
//! Rule 3: over the cap, guests are told so by a few threads of their own; over those, they are dropped.
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
pub struct Arrival {
    /// The connection.
    pub stream: TcpStream,
    /// Who called.
    pub peer: SocketAddr,
    /// Every seat is taken: this guest can only be told so.
    pub crowded: bool,
}

/// What the loop has to say about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No file descriptor is left; guests wait in the backlog until there is one.
    NoDescriptors,
    /// The system has no thread for another guest.
    NoThreads,
    /// Every seat is taken; further guests are sent away.
    Crowded,
}

/// How many guests there may be, and what is kept ready for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats {
    /// Guests at a time; further ones are told that there is no room.
    pub most: usize,
    /// How long a thread waits for its next guest before it ends.
    pub idle: Duration,
}

impl Default for Seats {
    fn default() -> Seats {
        Seats {
            most: limits::SEATS,
            idle: limits::IDLE_THREAD,
        }
    }
}

/// When each kind of trouble came last.
#[derive(Default)]
struct Told(Vec<(Trouble, Instant)>);

impl Told {
    /// Whether it did not come within [`limits::TROUBLE_OVER`] before `now`.
    fn is_new(&mut self, trouble: Trouble, now: Instant) -> bool {
        self.0
            .retain(|(_, last)| now.duration_since(*last) < limits::TROUBLE_OVER);
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
struct Room {
    /// Accepted, and not yet with a thread.
    waiting: VecDeque<Arrival>,
    /// Accepted, and not yet gone.
    guests: usize,
    /// Threads that wait for a guest; the last one has waited for the shortest time.
    idle: Vec<Thread>,
    /// Threads.
    threads: usize,
}

struct Pool<H> {
    room: Mutex<Room>,
    seats: Seats,
    handle: H,
}

/// Accepts for ever, as many guests at a time as there are seats, each handled in a thread. `tell` hears
/// of each kind of trouble once until it is over.
pub fn pool<H>(listener: &TcpListener, seats: Seats, handle: H, tell: impl Fn(Trouble)) -> !
where
    H: Fn(Arrival) + Send + Sync + 'static,
{
    let pool = Arc::new(Pool {
        room: Mutex::new(Room::default()),
        seats,
        handle,
    });
    let mut told = Told::default();
    loop {
        let trouble = match listener.accept() {
            Ok((stream, peer)) => admit(&pool, stream, peer),
            Err(error) if no_descriptors(&error) => {
                // Nothing tells us when one is free again.
                thread::park_timeout(limits::GLANCE * 10);
                Some(Trouble::NoDescriptors)
            }
            // The guest hung up in the backlog, or a signal came (accept(2)).
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => None,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
            Err(_) => {
                thread::park_timeout(limits::GLANCE * 10);
                None
            }
        };
        if let Some(trouble) = trouble.filter(|it| told.is_new(*it, Instant::now())) {
            tell(trouble);
        }
    }
}

/// Accepts one guest.
pub fn accept(listener: &TcpListener) -> io::Result<Arrival> {
    let (stream, peer) = listener.accept()?;
    let crowded = false;
    Ok(Arrival {
        stream,
        peer,
        crowded,
    })
}

/// Gives the guest to a thread: an idle one, or a new one.
fn admit<H>(pool: &Arc<Pool<H>>, stream: TcpStream, peer: SocketAddr) -> Option<Trouble>
where
    H: Fn(Arrival) + Send + Sync + 'static,
{
    let mut room = lock(&pool.room);
    let crowded = room.guests >= pool.seats.most;
    if room.guests >= pool.seats.most + limits::SENT_AWAY {
        return Some(Trouble::Crowded);
    }
    room.guests += 1;
    room.waiting.push_back(Arrival {
        stream,
        peer,
        crowded,
    });
    let trouble = crowded.then_some(Trouble::Crowded);
    if let Some(thread) = room.idle.pop() {
        drop(room);
        thread.unpark();
        return trouble;
    }
    room.threads += 1;
    drop(room);
    let own = Arc::clone(pool);
    let started = thread::Builder::new()
        .name("guest".to_string())
        .stack_size(limits::STACK)
        .spawn(move || work(&own));
    if started.is_ok() {
        return trouble;
    }
    let mut room = lock(&pool.room);
    room.threads -= 1;
    // The threads that there are will take the guest later; without any, nobody would.
    if room.threads == 0 {
        room.waiting.clear();
        room.guests = 0;
    }
    Some(Trouble::NoThreads)
}

/// One thread: guest after guest, until none has come for a while.
fn work<H: Fn(Arrival)>(pool: &Pool<H>) {
    let mut room = lock(&pool.room);
    loop {
        if let Some(arrival) = room.waiting.pop_front() {
            drop(room);
            // A panic ends this guest's connection, and nothing else.
            let _ = catch_unwind(AssertUnwindSafe(|| (pool.handle)(arrival)));
            room = lock(&pool.room);
            room.guests -= 1;
            continue;
        }
        room.idle.push(thread::current());
        drop(room);
        let since = Instant::now();
        thread::park_timeout(pool.seats.idle);
        room = lock(&pool.room);
        // Who wakes us for a guest has taken us off the list.
        let own = thread::current().id();
        if let Some(at) = room.idle.iter().position(|thread| thread.id() == own) {
            room.idle.remove(at);
            if since.elapsed() >= pool.seats.idle && room.waiting.is_empty() {
                room.threads -= 1;
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
        let mut told = Told::default();
        let begin = Instant::now();
        let mut at = |trouble, seconds| told.is_new(trouble, begin + Duration::from_secs(seconds));
        assert!(at(Trouble::NoDescriptors, 0));
        assert!(at(Trouble::Crowded, 1));
        assert!(!at(Trouble::NoDescriptors, 9));
        assert!(!at(Trouble::NoDescriptors, 18), "it is not over");
        assert!(at(Trouble::Crowded, 18));
        assert!(at(Trouble::NoDescriptors, 28));
    }
}
