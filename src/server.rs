//! The static server: `net` receives bytes, `http` parses the request, `files` finds the file, and the answer
//! goes back.
//!
//! ```text
//! net::pool -> net::RecordedStream -> http::Connection -> Request -> Files -> Response -> http::write -> net::RecordedStream
//! ```
//!
//! Rule 1: each client has one `ClientConnection`, and while it is served one thread. Only the files and the log are
//! shared. An answer that is in memory is sent before the client gets its thread.
//! Rule 2: no answer waits for the log.
//! Rule 3: if few descriptors are free, cached files are closed first, and then the connections that have
//! waited longest for a request.

mod access_log;
mod answer_without_thread;
mod conversation;
pub mod events;
mod handler;
mod reply;
mod tls_client_hello;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use crate::limits;
use crate::net::{
    self, AcceptProblem, Accepted, IdleList, Listener, PoolLimits, Recorder, Service,
};

pub use access_log::AccessLog;
use conversation::ClientConnection;
pub use handler::{Answer, FromBody, Handle, Handler, Request, files};

/// How long a client may take for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Between two requests.
    pub between: Duration,
    /// From the first byte of a head to its last; then 408.
    pub head: Duration,
    /// Limit for discarding an unwanted body; after it, 408.
    pub body: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            between: limits::KEEP_ALIVE,
            head: limits::HEAD_DEADLINE,
            body: limits::BODY_DEADLINE,
        }
    }
}

/// A static server, without its listener.
pub struct Server {
    /// Answers a request, as far as its head says what is wanted.
    pub handler: Handler,
    /// Records every byte, if there is one.
    pub recorder: Option<Recorder>,
    /// The time for `Date`, in seconds since 1970; `None`: the clock's.
    pub now: Option<i64>,
    /// How long a client may take.
    pub patience: Timeouts,
    /// Called for every answer and every problem, from many threads.
    pub log: Box<dyn Fn(&Logged) + Send + Sync>,
}

/// Something for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logged {
    /// An answer was sent, or as much of it as the client took.
    Answer(Answered),
    /// A client spoke TLS; which host it asked for, if that could be read.
    Tls {
        /// Who.
        peer: IpAddr,
        /// The name in its ClientHello.
        name: Option<String>,
    },
    /// The accept loop is in trouble.
    AcceptProblem(AcceptProblem),
}

/// One line of an access log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Who asked.
    pub peer: IpAddr,
    /// When, in seconds since 1970.
    pub now: i64,
    /// The request line as it came, as far as it was understood; see [`Answered::request_line`].
    pub request: Vec<u8>,
    /// The status.
    pub status: u16,
    /// Bytes of content; `None` when there was none, or not all of it was taken.
    pub length: Option<u64>,
}

impl Answered {
    /// The request line for a log, safe against forged lines: everything but printable ASCII is escaped.
    pub fn request_line(&self) -> String {
        self.request.escape_ascii().to_string()
    }

    /// The same, after what is in `out`.
    fn append_request_line(&self, out: &mut Vec<u8>) {
        let plain = |b: &u8| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\'' | b'\\');
        match self.request.iter().all(plain) {
            true => out.extend_from_slice(&self.request),
            false => out.extend(self.request.escape_ascii()),
        }
    }
}

impl Server {
    /// Serves one client to the end.
    pub fn serve(&self, arrival: Accepted) {
        ClientConnection::new(self, arrival, None).serve(&|| false);
    }

    /// Accepts clients for ever, and serves each of them.
    pub fn run(self, listener: &Listener) -> ! {
        let server = Arc::new(self);
        let idle = IdleList::new();
        let (opening, telling, relieving) = (Arc::clone(&server), Arc::clone(&server), server);
        let entering = Arc::clone(&idle);
        let service = Service {
            open: Box::new(move |accepted| {
                ClientConnection::new(Arc::clone(&opening), accepted, Some(&entering))
            }),
            at_once: Box::new(ClientConnection::answer_at_once),
            serve: Box::new(|conversation, are_many| conversation.serve(are_many)),
            relieve: Box::new(move || {
                relieving.handler.relieve()
                    || idle.close_longest(limits::CLOSED_AT_ONCE, limits::CLOSED_AFTER) > 0
            }),
            tell: Box::new(move |problem| (telling.log)(&Logged::AcceptProblem(problem))),
        };
        net::run_pool(listener, PoolLimits::default(), service)
    }

    /// Seconds since 1970.
    fn now(&self) -> i64 {
        let clock = || {
            UNIX_EPOCH
                .elapsed()
                .map_or(0, |since| since.as_secs() as i64)
        };
        self.now.unwrap_or_else(clock)
    }
}
