//! One client's connection: reads requests and sends answers until one side ends the connection.
//!
//! Rule 1: after a fault or a missed deadline the server sends one answer with the true reason and then closes,
//! because it cannot know what the client's next bytes mean (RFC 9112 section 2.2).
//! Rule 2: every wait has a deadline.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::handler::decide;
use super::{Answer, Logged, Request, Server, tls_client_hello};
use crate::files::Response;
use crate::http::sans_io_connection::{Connection, PeerEvent};
use crate::http::{Fault, Parsed, RequestHead, Wrong, write};
use crate::limits;
use crate::net::{Accepted, IdleList, IdlePlace, Input, IoFailure, RecordedStream};

/// How an exchange left the connection.
pub(super) enum Then {
    /// The next request may come.
    GoOn,
    /// Both have sent all.
    Close,
    /// We close, in two steps.
    HangUp,
    /// The answer could not be finished: we break off.
    Abort,
    /// The client is gone.
    Leave,
}

/// What was understood of a request.
pub(super) struct Exchange {
    pub(super) request: Vec<u8>,
    pub(super) head_only: bool,
    pub(super) now: i64,
    pub(super) close: bool,
}

/// One client's connection. `S` leads to the server.
pub(super) struct ClientConnection<S> {
    pub(super) server: S,
    pub(super) peer: SocketAddr,
    /// At capacity: the client only gets a 503.
    pub(super) over_capacity: bool,
    /// What the first answer has left to do, if it was sent already.
    pub(super) then: Option<Then>,
    /// Its place among those who wait for a request.
    pub(super) place: Option<IdlePlace>,
    /// Until when the next request may begin, for a client without a thread.
    pub(super) idle_until: Instant,
    /// Until when the head must be there that has begun.
    pub(super) head_until: Option<Instant>,
    /// What has come may be a whole request: it is looked at before more is read.
    pub(super) unparsed: bool,
    pub(super) line: RecordedStream,
    pub(super) connection: Connection,
    pub(super) input: Input,
    pub(super) output: Vec<u8>,
    /// The second for which `date` holds.
    pub(super) second: i64,
    pub(super) date: String,
}

impl<S: Deref<Target = Server>> ClientConnection<S> {
    /// Not on the stack, so that a client's thread needs two pages of it (4 KiB each) and not three.
    pub(super) fn new(
        server: S,
        accepted: Accepted,
        idle: Option<&Arc<IdleList>>,
    ) -> Box<ClientConnection<S>> {
        let Accepted {
            stream,
            peer,
            over_capacity,
        } = accepted;
        let line = RecordedStream::new(stream, server.recorder.as_ref());
        let idle_until = Instant::now() + server.patience.between;
        Box::new(ClientConnection {
            server,
            peer,
            over_capacity,
            then: None,
            place: idle.map(|list| line.enter(list)),
            idle_until,
            head_until: None,
            unparsed: false,
            line,
            connection: Connection::server(),
            input: Input::new(limits::FIRST_READ),
            output: Vec::new(),
            second: i64::MIN,
            date: String::new(),
        })
    }

    /// Serves the client in this thread: to the end, or until it waits for its next request and `are_many` says
    /// that others need the thread.
    pub(super) fn serve(mut self: Box<Self>, are_many: &dyn Fn() -> bool) -> Option<Box<Self>> {
        let then = match (self.line.prepare(), self.then.take()) {
            (Err(IoFailure::Broken), _) => Then::Leave,
            (Err(_), _) => Then::Abort,
            _ if self.over_capacity => self.send_away(),
            (Ok(()), None | Some(Then::GoOn)) => self.run(are_many),
            (Ok(()), Some(then)) => then,
        };
        match then {
            Then::GoOn => return Some(self),
            Then::HangUp => self.line.close_gracefully(),
            Then::Close => self.line.close(),
            Then::Abort => self.line.reset(),
            Then::Leave => {}
        }
        None
    }

    /// Exchange after exchange. `GoOn`: the client waits for its next request, and the thread is needed.
    fn run(&mut self, are_many: &dyn Fn() -> bool) -> Then {
        loop {
            match self.exchange() {
                Then::GoOn if are_many() && self.may_be_left() => {
                    self.waits_for_request();
                    return Then::GoOn;
                }
                // Whoever has waited for the processor is next: a client that always has its next request
                // ready must not keep it for a whole time slice.
                Then::GoOn => std::thread::yield_now(),
                then => return then,
            }
        }
    }

    /// Whether nothing is lost if no thread waits for the next request.
    fn may_be_left(&self) -> bool {
        self.input.bytes().is_empty() && !self.line.is_recorded()
    }

    /// The client has its answer; its next request may take its time.
    pub(super) fn waits_for_request(&mut self) {
        self.place.as_ref().inspect(|place| place.waits());
        self.idle_until = Instant::now() + self.server.patience.between;
        self.unparsed = !self.input.bytes().is_empty();
        self.line.no_delay();
    }

    /// When the head must be there, from its first byte on.
    pub(super) fn deadline_of_head(&mut self) -> Instant {
        let patience = self.server.patience.head;
        *self
            .head_until
            .get_or_insert_with(|| Instant::now() + patience)
    }

    fn send_away(&mut self) -> Then {
        let mut response = Response::error(503, "The server is at capacity; try again soon.");
        write::field(&mut response.fields, "Retry-After", b"2");
        self.refuse(response)
    }

    /// One request and its answer.
    fn exchange(&mut self) -> Then {
        match self.read_head() {
            Ok((exchange, answer)) => self.conclude(exchange, answer),
            Err(then) => then,
        }
    }

    /// Reads the body of a request, and answers.
    pub(super) fn conclude(&mut self, mut exchange: Exchange, mut answer: Answer) -> Then {
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
        self.place.as_ref().inspect(|place| place.waits());
        loop {
            match self
                .connection
                .receive(self.input.bytes(), self.input.ended())
            {
                Ok(Parsed::Done { value, used }) => match value {
                    PeerEvent::Request { head, asked, .. } => {
                        self.place.as_ref().inspect(|place| place.works());
                        let now = self.server.now();
                        let request = Request {
                            head: &head,
                            asked: &asked,
                            bytes: self.input.bytes().get(..used).unwrap_or_default(),
                            now,
                        };
                        let answer = decide(&self.server, &request);
                        let exchange = Exchange::of(&request);
                        self.input.take(used);
                        self.head_until = None;
                        return Ok((exchange, answer));
                    }
                    // Closed between two requests, or there is nothing more to listen to.
                    _ => return Err(Then::HangUp),
                },
                Ok(Parsed::NeedMore) => {}
                Err(fault) => return Err(self.refuse_fault(fault)),
            }
            let wait = match self.input.bytes().is_empty() {
                true => self.server.patience.between,
                false => left(self.deadline_of_head()),
            };
            let idle = self
                .place
                .as_ref()
                .filter(|_| self.input.bytes().is_empty());
            idle.inspect(|place| place.waits());
            let filled = self.input.fill(&mut self.line, wait);
            self.place.as_ref().inspect(|place| place.works());
            match filled {
                Ok(()) => {}
                // A client that sent nothing gets no 408.
                Err(IoFailure::Silent) if self.input.bytes().is_empty() => {
                    return Err(Then::HangUp);
                }
                Err(IoFailure::Silent) => {
                    let response = Response::error(408, "The whole request did not come in time.");
                    return Err(self.refuse(response));
                }
                Err(_) => return Err(Then::Leave),
            }
        }
    }

    /// Reads the body of a request, so that the next request can be found after it; or finds that this
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
            // The announced length counts, so the server does not wait for the body.
            if self.connection.announced().saturating_add(read) > most {
                let response =
                    Response::error(413, "The server does not accept such a large body.");
                return Err(Unread::Refused(response));
            }
            match self
                .connection
                .receive(self.input.bytes(), self.input.ended())
            {
                Ok(Parsed::Done { value, used }) => {
                    let end = matches!(value, PeerEvent::End(_));
                    if let PeerEvent::Data(data) = value {
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
                            let sentence = "The whole body did not come in time.";
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

impl Exchange {
    pub(super) fn of(request: &Request<'_>) -> Exchange {
        Exchange {
            request: request_line(request.head),
            head_only: request.head.method == b"HEAD",
            now: request.now,
            close: false,
        }
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
