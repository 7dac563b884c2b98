//! An accept loop for very many clients: one thread for each connection, which is reused for the next
//! connection.
//!
//! Rule 1: each connection that is served has its own thread, so that no slow client delays another. Work that
//! needs no wait is done first, on the accepting thread. So many clients get an answer before they need a thread.
//! Among many clients, one that waits for its next request has no thread (see `connections_without_thread`).
//! Rule 2: the next client gets the thread that became idle last. So the other threads stay idle, and a thread
//! that was idle for long enough ends.
//! Rule 3: at capacity, a few separate threads refuse clients with an answer. If these threads are busy, too,
//! connections are closed without an answer.
//! Rule 4: if the system refuses descriptors, threads or memory, the loop goes on and logs that once. Some
//! descriptors are reserved for files.
//!
//! There is no stop function: a signal ends the process, and the kernel closes the open connections.

mod connections_without_thread;
mod threads;

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::connect_listen::{descriptor_limit, no_descriptors};
use threads::Threads;

/// A connection that was accepted.
pub struct Accepted {
    /// The connection.
    pub stream: TcpStream,
    /// Who called.
    pub peer: SocketAddr,
    /// At capacity: this client can only be refused.
    pub over_capacity: bool,
}

/// What the loop has to say about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptProblem {
    /// No file descriptor is left; clients wait in the backlog until there is one.
    NoDescriptors,
    /// The system has no thread for another client.
    NoThreads,
    /// The process has no memory for another client, which is refused.
    NoMemory,
    /// At capacity; the next client gets a 503.
    AtCapacity,
}

impl AcceptProblem {
    /// What it means for the next clients, and what helps. `most`: how many may be there at a time.
    pub fn sentence(self, most: usize) -> String {
        let sentence = match self {
            AcceptProblem::NoDescriptors => {
                "no file descriptor is free; new clients wait until one is free (raise `ulimit -n`)"
            }
            AcceptProblem::NoThreads => {
                "the system has no thread for another client; the connected clients are still served"
            }
            AcceptProblem::NoMemory => {
                "the process has no memory for another client, which is refused (raise `ulimit -v`)"
            }
            AcceptProblem::AtCapacity => {
                return format!(
                    "all {most} connection slots are taken; the next clients get a 503"
                );
            }
        };
        sentence.to_string()
    }
}

/// How many clients there may be, and what is kept ready for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLimits {
    /// Clients at a time; further clients are refused.
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

/// How a connection is after what could be done for it without any wait.
pub enum AtOnce<C> {
    /// It is closed.
    Done,
    /// A request was answered, and the next one may come.
    Answered(C),
    /// No whole request has come.
    Waits(C),
    /// Only a thread can go on.
    NeedsThread(C),
}

/// Does what can be done for a connection without any wait.
pub type DoAtOnce<C> = Box<dyn Fn(C) -> AtOnce<C> + Send + Sync>;

/// Serves a connection in a thread of its own, to the end; or, when the function says that there are many,
/// until it waits for the next request. Then it comes back.
pub type Serve<C> = Box<dyn Fn(C, &dyn Fn() -> bool) -> Option<C> + Send + Sync>;

/// What is done with a connection, in three steps. `C` is a connection that was taken over.
pub struct Service<C> {
    /// Takes it over. On the accepting thread.
    pub open: Box<dyn Fn(Accepted) -> C>,
    /// On a thread that many clients wait for.
    pub at_once: DoAtOnce<C>,
    /// In a thread of its own.
    pub serve: Serve<C>,
    /// Closes some of what is open, because descriptors are short. Whether there was any.
    pub relieve: Box<dyn Fn() -> bool>,
    /// Called for each kind of problem, once until the problem is over.
    pub tell: Box<dyn Fn(AcceptProblem)>,
}

/// Accepts for ever, as many clients at a time as `limits` say, each handled in a thread.
pub fn pool<H>(
    listener: &TcpListener,
    limits: PoolLimits,
    handle: H,
    tell: impl Fn(AcceptProblem) + 'static,
) -> !
where
    H: Fn(Accepted) + Send + Sync + 'static,
{
    let service = Service {
        open: Box::new(|accepted| accepted),
        at_once: Box::new(AtOnce::NeedsThread),
        serve: Box::new(move |accepted, _| {
            handle(accepted);
            None
        }),
        relieve: Box::new(|| false),
        tell: Box::new(tell),
    };
    run_pool(listener, limits, service)
}

/// Accepts for ever, and serves each connection as `service` says.
pub fn run_pool<C: Send + 'static>(
    listener: &TcpListener,
    limits: PoolLimits,
    service: Service<C>,
) -> ! {
    let Service {
        open,
        at_once,
        serve,
        relieve,
        tell,
    } = service;
    let descriptors = descriptor_limit();
    let kept = descriptors / limits::CACHED_DESCRIPTORS_PART + limits::SPARE_DESCRIPTORS;
    let mut acceptor = Acceptor {
        listener,
        open,
        relieve,
        threads: Threads::new(limits.idle, at_once, serve),
        most: limits.most,
        descriptors: descriptors.saturating_sub(kept).max(1),
        threads_limit: usize::MAX,
        begun: Vec::new(),
        in_a_row: 0,
        blocks: true,
    };
    let mut told = RateLimitedLog::default();
    loop {
        let problem = acceptor.turn();
        if let Some(problem) = problem.filter(|it| told.is_new(*it, Instant::now())) {
            tell(problem);
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

/// The accepting thread.
struct Acceptor<'a, C> {
    listener: &'a TcpListener,
    open: Box<dyn Fn(Accepted) -> C>,
    relieve: Box<dyn Fn() -> bool>,
    threads: Threads<C>,
    /// Most clients at a time.
    most: usize,
    /// Most of them for which there are descriptors.
    descriptors: usize,
    /// Most of them for which there are threads, as far as the system has said so.
    threads_limit: usize,
    /// Accepted, and not yet with a thread; since when, the first one first.
    begun: Vec<(Instant, C)>,
    /// How many came without a pause for which `accept` had to wait.
    in_a_row: usize,
    /// Whether `accept` waits.
    blocks: bool,
}

impl<C: Send + 'static> Acceptor<'_, C> {
    /// Accepts one client, or gives those who wait for one a thread.
    fn turn(&mut self) -> Option<AcceptProblem> {
        let clients = self.threads.clients();
        if clients >= self.descriptors {
            return self.make_room(AcceptProblem::NoDescriptors);
        }
        if clients.saturating_sub(self.threads.parked()) >= self.threads_limit {
            return self.make_room(AcceptProblem::NoThreads);
        }
        // Somebody may follow at once; for as long, threads can wait.
        let wait = self.begun.is_empty();
        if wait != self.blocks && self.listener.set_nonblocking(!wait).is_ok() {
            self.blocks = wait;
        }
        if wait {
            self.in_a_row = 0;
        }
        match self.listener.accept() {
            Ok((stream, peer)) => self.admit(stream, peer),
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.await_requests(),
            Err(error) if no_descriptors(&error) => self.make_room(AcceptProblem::NoDescriptors),
            // The client closed in the backlog, or a signal came (accept(2)).
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => None,
            Err(error) if error.kind() == ErrorKind::Interrupted => None,
            Err(_) => {
                let problem = self.hand_over();
                thread::park_timeout(limits::POLL_INTERVAL * 10);
                problem
            }
        }
    }

    /// Begins with a client.
    fn admit(&mut self, stream: TcpStream, peer: SocketAddr) -> Option<AcceptProblem> {
        let clients = self.threads.clients();
        let over_capacity = clients >= self.most;
        if clients >= self.most + limits::MAX_REFUSED {
            return Some(AcceptProblem::AtCapacity);
        }
        if cfg!(not(target_os = "linux")) {
            // There it inherits this from the listener.
            let _ = stream.set_nonblocking(false);
        }
        self.threads.enter();
        self.in_a_row += 1;
        let open = || {
            (self.open)(Accepted {
                stream,
                peer,
                over_capacity,
            })
        };
        // A panic ends this client's connection, and nothing else.
        match catch_unwind(AssertUnwindSafe(open)) {
            Ok(client) => match self.threads.at_once(client) {
                AtOnce::Done => {}
                AtOnce::Answered(begun) | AtOnce::Waits(begun) | AtOnce::NeedsThread(begun) => {
                    self.begun.push((Instant::now(), begun));
                }
            },
            Err(_) => self.threads.leave(),
        }
        let first = self.begun.first();
        match first.is_none_or(|(since, _)| since.elapsed() < limits::ACCEPT_BURST) {
            true => over_capacity.then_some(AcceptProblem::AtCapacity),
            false => self.look(limits::FIRST_REQUEST),
        }
    }

    /// Nobody follows at once. When several came in a row, their requests are on the way, and often the next clients:
    /// to rest meanwhile costs less than a thread for each, which would only wait, and to be woken for each.
    fn await_requests(&mut self) -> Option<AcceptProblem> {
        if self.in_a_row < limits::CLIENTS_IN_A_ROW {
            return self.hand_over();
        }
        thread::sleep(limits::PARKED_LEAST);
        self.look(limits::FIRST_REQUEST)
    }

    /// Gives everybody a thread who was not served meanwhile, or parks who waits among many.
    fn hand_over(&mut self) -> Option<AcceptProblem> {
        self.look(Duration::ZERO)
    }

    /// Looks at everybody again. Who has said nothing stays for so long; the others get a thread if they need one.
    fn look(&mut self, patience: Duration) -> Option<AcceptProblem> {
        let mut problem = None;
        for (since, begun) in std::mem::take(&mut self.begun) {
            let given = match self.threads.at_once(begun) {
                AtOnce::Done => Ok(()),
                AtOnce::Waits(client) if since.elapsed() < patience => {
                    self.begun.push((since, client));
                    Ok(())
                }
                AtOnce::Answered(client) | AtOnce::Waits(client) => self.threads.keep(client),
                AtOnce::NeedsThread(client) => self.threads.hand(client),
            };
            problem = given.err().or(problem);
        }
        if problem == Some(AcceptProblem::NoThreads) {
            self.threads_limit = self.threads.count().max(1);
        }
        problem
    }

    /// Makes room, or waits: nothing tells us when there is some.
    #[cold]
    fn make_room(&mut self, short: AcceptProblem) -> Option<AcceptProblem> {
        let problem = self.hand_over();
        let relieved = (self.relieve)();
        if relieved {
            self.threads.parking().look();
        }
        // What was closed is free when its thread has seen it.
        let wait = if relieved { 1 } else { 10 };
        thread::park_timeout(limits::POLL_INTERVAL * wait);
        if relieved || self.threads.waiting() == 0 {
            // The system may have more threads by now.
            self.threads_limit = usize::MAX;
        }
        problem.or(Some(short))
    }
}

/// When each kind of problem came last.
#[derive(Default)]
struct RateLimitedLog(Vec<(AcceptProblem, Instant)>);

impl RateLimitedLog {
    /// Whether it did not come within [`limits::LOG_REPEAT_AFTER`] before `now`.
    fn is_new(&mut self, problem: AcceptProblem, now: Instant) -> bool {
        self.0
            .retain(|(_, last)| now.duration_since(*last) < limits::LOG_REPEAT_AFTER);
        match self.0.iter_mut().find(|(kind, _)| *kind == problem) {
            Some((_, last)) => {
                *last = now;
                false
            }
            None => {
                self.0.push((problem, now));
                true
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
