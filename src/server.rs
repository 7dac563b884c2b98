//! The static server's conversations: what `net` brings goes to `http`, what that asks for to `files`,
//! and the answer back.
//!
//! ```text
//! net::pool -> net::RecordedStream -> http::Connection -> Request -> Files -> Response -> http::write -> net::RecordedStream
//! ```
//!
//! Rule 1: one client, one thread, one [`Conversation`]; nothing is shared but the files.
//! Rule 2: after a fault or a missed deadline there is one honest answer, and then the end: a client's
//! next bytes could be anything (RFC 9112 section 2.2).
//! Rule 3: the clock is read once a request.

mod access_log;
pub mod events;
mod handler;
mod reply;
mod tls_client_hello;

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::files::Response;
use crate::http::connection::{Connection, Event};
use crate::http::{Fault, Parsed, RequestHead, Wrong, write};
use crate::limits;
use crate::net::{AcceptProblem, Accepted, Input, IoFailure, RecordedStream, Recorder};

pub use access_log::AccessLog;
use handler::decide;
pub use handler::{Answer, FromBody, Handler, Request, files};

/// How long a client may take for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Between two requests.
    pub between: Duration,
    /// From the first byte of a head to its last; then 408.
    pub head: Duration,
    /// For a body that nobody wants; then 408.
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
    /// The time that `Date` tells, in seconds since 1970; `None`: the clock's.
    pub now: Option<i64>,
    /// How long a client may take.
    pub patience: Timeouts,
    /// Hears of every answer and of every trouble; called from many threads.
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
    /// The request line for a log in which nobody can fake a line: all but printable ASCII is escaped.
    pub fn request_line(&self) -> String {
        self.request.escape_ascii().to_string()
    }

    /// The same, behind what is in `out`.
    fn append_request_line(&self, out: &mut Vec<u8>) {
        let plain = |b: &u8| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\'' | b'\\');
        match self.request.iter().all(plain) {
            true => out.extend_from_slice(&self.request),
            false => out.extend(self.request.escape_ascii()),
        }
    }
}

/// How an exchange left the connection.
enum Then {
    /// The next request may come.
    GoOn,
    /// Both have said all.
    Close,
    /// We hang up, in two steps.
    HangUp,
    /// The answer could not be finished: we break off.
    Abort,
    /// The client is gone.
    Leave,
}

/// What was understood of a request.
struct Exchange {
    request: Vec<u8>,
    head_only: bool,
    now: i64,
    close: bool,
}

/// One client's connection.
struct Conversation<'a> {
    server: &'a Server,
    peer: SocketAddr,
    line: RecordedStream,
    connection: Connection,
    input: Input,
    output: Vec<u8>,
    /// The second for which `date` holds.
    second: i64,
    date: String,
}

impl Server {
    /// Serves one client to the end.
    pub fn serve(&self, arrival: Accepted) {
        let Accepted {
            stream,
            peer,
            over_capacity,
        } = arrival;
        // Not on the stack, so that a client's thread needs two pages of it (4 KiB each) and not three.
        let mut conversation = Box::new(Conversation {
            server: self,
            peer,
            line: RecordedStream::new(stream, self.recorder.as_ref()),
            connection: Connection::server(),
            input: Input::new(limits::FIRST_READ),
            output: Vec::new(),
            second: i64::MIN,
            date: String::new(),
        });
        let then = if over_capacity {
            conversation.send_away()
        } else {
            conversation.run()
        };
        match then {
            Then::GoOn | Then::HangUp => conversation.line.close_gracefully(),
            Then::Close => conversation.line.close(),
            Then::Abort => conversation.line.reset(),
            Then::Leave => {}
        }
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

impl Conversation<'_> {
    fn run(&mut self) -> Then {
        loop {
            match self.exchange() {
                // Whoever has waited for the processor is next: a client that always has its next request
                // ready must not keep it for a whole time slice.
                Then::GoOn => std::thread::yield_now(),
                then => return then,
            }
        }
    }

    fn send_away(&mut self) -> Then {
        let mut response = Response::error(503, "Every seat is taken; try again soon.");
        write::field(&mut response.fields, "Retry-After", b"2");
        self.refuse(response)
    }

    /// One request and its answer.
    fn exchange(&mut self) -> Then {
        let (mut exchange, mut answer) = match self.read_head() {
            Ok(read) => read,
            Err(then) => return then,
        };
        let wanted = match &answer {
            Answer::ToBody { most, .. } => Some(*most as u64),
            _ => None,
        };
        let mut body = Vec::new();
        match self.read_body(wanted, &mut body) {
            Ok(()) => answer = answer.for_body(&body),
            Err(Unread::Refused(response)) => {
                answer = response.into();
                exchange.close = true;
            }
            // The answer stands, but what follows on this connection is not to be waited for.
            Err(Unread::Left) => {
                if wanted.is_some() {
                    let sentence = "Send the body without waiting for 100 (Continue).";
                    answer = Response::error(417, sentence).into();
                }
                exchange.close = true;
            }
            Err(Unread::Gone) => return Then::Leave,
        }
        self.answer(exchange, answer)
    }

    /// Waits for the head of a request, and decides what to answer.
    fn read_head(&mut self) -> Result<(Exchange, Answer), Then> {
        let mut until = None;
        loop {
            match self
                .connection
                .receive(self.input.bytes(), self.input.ended())
            {
                Ok(Parsed::Done { value, used }) => match value {
                    Event::Request { head, asked, .. } => {
                        let now = self.server.now();
                        let request = Request {
                            head: &head,
                            asked: &asked,
                            bytes: self.input.bytes().get(..used).unwrap_or_default(),
                            now,
                        };
                        let answer = decide(self.server, &request);
                        let exchange = Exchange {
                            request: request_line(&head),
                            head_only: head.method == b"HEAD",
                            now,
                            close: false,
                        };
                        self.input.take(used);
                        return Ok((exchange, answer));
                    }
                    // Hung up between two requests, or there is nothing more to listen to.
                    _ => return Err(Then::HangUp),
                },
                Ok(Parsed::NeedMore) => {}
                Err(fault) => return Err(self.refuse_fault(fault)),
            }
            let wait = match (self.input.bytes().is_empty(), until) {
                (true, _) => self.server.patience.between,
                (false, None) => {
                    until = Some(Instant::now() + self.server.patience.head);
                    self.server.patience.head
                }
                (false, Some(until)) => left(until),
            };
            match self.input.fill(&mut self.line, wait) {
                Ok(()) => {}
                // A client that sent nothing gets no 408.
                Err(IoFailure::Silent) if self.input.bytes().is_empty() => {
                    return Err(Then::HangUp);
                }
                Err(IoFailure::Silent) => {
                    let response =
                        Response::error(408, "The request did not come to its end in time.");
                    return Err(self.refuse(response));
                }
                Err(_) => return Err(Then::Leave),
            }
        }
    }

    /// Reads the body of a request, so that the next request can be found behind it; or finds that this
    /// is not worth it. A body that is wanted, of at most so many bytes, is put into `body`; any other is
    /// thrown away.
    fn read_body(&mut self, wanted: Option<u64>, body: &mut Vec<u8>) -> Result<(), Unread> {
        // The final answer is our "no": the client need not send the body (RFC 9110 section 10.1.1).
        if self.connection.expects_continue() {
            return Err(Unread::Left);
        }
        let mut until = None;
        let mut read = 0;
        let most = wanted.unwrap_or(limits::MAX_DISCARDED);
        loop {
            // What is announced counts as if it had come: nobody waits for it.
            if self.connection.announced().saturating_add(read) > most {
                let response = Response::error(413, "Nobody here wants so large a body.");
                return Err(Unread::Refused(response));
            }
            match self
                .connection
                .receive(self.input.bytes(), self.input.ended())
            {
                Ok(Parsed::Done { value, used }) => {
                    let end = matches!(value, Event::End(_));
                    if let Event::Data(data) = value {
                        read += data.len() as u64;
                        if wanted.is_some() {
                            body.extend_from_slice(data);
                        }
                    }
                    self.input.take(used);
                    if end {
                        return Ok(());
                    }
                }
                Ok(Parsed::NeedMore) => {
                    let patience = self.server.patience.body;
                    let until = until.get_or_insert_with(|| Instant::now() + patience);
                    match self.input.fill(&mut self.line, left(*until)) {
                        Ok(()) => {}
                        Err(IoFailure::Silent) => {
                            let sentence = "The body did not come to its end in time.";
                            return Err(Unread::Refused(Response::error(408, sentence)));
                        }
                        Err(_) => return Err(Unread::Gone),
                    }
                }
                Err(fault) => {
                    return Err(Unread::Refused(fault_page(fault)));
                }
            }
        }
    }

    /// Answers a fault, and ends the conversation.
    #[cold]
    fn refuse_fault(&mut self, fault: Fault) -> Then {
        if fault.wrong == Wrong::TlsHello {
            let name = tls_client_hello::server_name(self.input.bytes());
            let peer = self.peer.ip();
            (self.server.log)(&Logged::Tls { peer, name });
            return Then::HangUp;
        }
        self.refuse(fault_page(fault))
    }

    /// Answers instead of what a request would have asked for, and ends the conversation.
    ///
    /// When it was a HEAD, as far as it was read, the answer has no content either (RFC 9110 9.3.2).
    #[cold]
    fn refuse(&mut self, response: Response) -> Then {
        let come = self.input.bytes().trim_ascii_start();
        let exchange = Exchange {
            request: b"-".to_vec(),
            head_only: come.starts_with(b"HEAD "),
            now: self.server.now(),
            close: true,
        };
        self.answer(exchange, response.into())
    }
}

/// Why a body was not read to its end.
enum Unread {
    /// This is to be answered instead.
    Refused(Response),
    /// It may still come, or not.
    Left,
    /// The client is gone.
    Gone,
}

fn fault_page(fault: Fault) -> Response {
    Response::error(fault.status(), &format!("{fault}."))
}

fn request_line(head: &RequestHead<'_>) -> Vec<u8> {
    let version = match head.version {
        crate::http::Version::Http10 => &b"HTTP/1.0"[..],
        crate::http::Version::Http11 => &b"HTTP/1.1"[..],
    };
    [head.method, head.target, version].join(&b' ')
}

fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}
