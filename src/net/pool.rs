//! An accept loop for very many guests: a thread a connection, reused for the next one.
//!
//! Rule 1: a thread a connection, so that no slow guest holds up another; a thread that has waited for a
//! while for its next guest ends.
//! Rule 2: over the cap, guests are told so by a few threads of their own; over those, they are dropped.
//! Rule 3: whatever the system refuses (descriptors, threads), the loop goes on, and says it once.
//!
//! The process ends by a signal, so there is no stop: the kernel closes what is open.

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

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

/// Who is here.
#[derive(Default)]
struct Room {
    /// Accepted, and not yet with a thread.
    waiting: VecDeque<Arrival>,
    /// Accepted, and not yet gone.
    guests: usize,
    /// Threads that wait for a guest.
    idle: usize,
    /// Threads.
    threads: usize,
}

struct Pool<H> {
    room: Mutex<Room>,
    came: Condvar,
    handle: H,
}

/// Accepts for ever, at most `seats` guests at a time, each handled in a thread. `tell` hears of each
/// kind of trouble once until it is over.
pub fn pool<H>(listener: &TcpListener, seats: usize, handle: H, tell: impl Fn(Trouble)) -> !
where
    H: Fn(Arrival) + Send + Sync + 'static,
{
    let pool = Arc::new(Pool {
        room: Mutex::new(Room::default()),
        came: Condvar::new(),
        handle,
    });
    let mut told = None;
    loop {
        let trouble = match listener.accept() {
            Ok((stream, peer)) => admit(&pool, seats, stream, peer),
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
        if let Some(trouble) = trouble.filter(|trouble| Some(*trouble) != told) {
            tell(trouble);
        }
        told = trouble;
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
fn admit<H>(
    pool: &Arc<Pool<H>>,
    seats: usize,
    stream: TcpStream,
    peer: SocketAddr,
) -> Option<Trouble>
where
    H: Fn(Arrival) + Send + Sync + 'static,
{
    let mut room = lock(&pool.room);
    let crowded = room.guests >= seats;
    if room.guests >= seats + limits::SENT_AWAY {
        return Some(Trouble::Crowded);
    }
    room.guests += 1;
    room.waiting.push_back(Arrival {
        stream,
        peer,
        crowded,
    });
    let trouble = crowded.then_some(Trouble::Crowded);
    if room.waiting.len() <= room.idle {
        pool.came.notify_one();
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
        room.idle += 1;
        let (woken, waited) = pool
            .came
            .wait_timeout(room, limits::IDLE_THREAD)
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        room = woken;
        room.idle -= 1;
        if waited.timed_out() && room.waiting.is_empty() {
            room.threads -= 1;
            return;
        }
    }
}
