//! One side of a connection, without the socket: turns received bytes into events, and allows only what the
//! table in [`super::state`] allows.
//!
//! Rule 1: the caller keeps the bytes, removes the used ones, and calls again with the rest.
//! Rule 2: a fault is returned once. After a fault only an answer and the end of the connection are allowed.
//!
//! ```text
//! server:  receive -> Request … Data … End -> respond, data, end -> receive -> …
//! client:  request, data, end -> receive -> Response … Data … End -> request -> …
//! ```

use super::chunked::{Decoder, Piece};
use super::fault::Wrong;
use super::framing::{self, Body, Message};
use super::head::HeadParser;
use super::state::{CloseReason, NotNow, Role, State, StateMachine, Transition};
use super::target::{self, Asked};
use super::{Fault, Fields, Parsed, RequestHead, ResponseHead, Version};

/// An event of the other side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PeerEvent<'a> {
    /// A request: its head, what it asks for, and how its body ends.
    Request {
        /// The head.
        head: RequestHead<'a>,
        /// Target and host.
        asked: Asked<'a>,
        /// How the body ends.
        body: Body,
    },
    /// A response, or an informational one, which is followed by another.
    Response {
        /// The head.
        head: ResponseHead<'a>,
        /// How the body ends.
        body: Body,
    },
    /// A part of the body; never empty.
    Data(&'a [u8]),
    /// The message has ended; the trailers of a chunked body.
    End(Fields<'a>),
    /// The other side closed, at a time when it may.
    Closed,
    /// Not our turn to listen: first say what is due. Nothing was read.
    Paused,
}

/// How the body that is coming in ends.
#[derive(Debug)]
enum Incoming {
    Length(u64),
    Chunked(Decoder),
    UntilClose,
}

/// One side of a connection: reads what the other side sends, and knows what may be sent.
#[derive(Debug)]
pub struct Connection {
    we: Role,
    steps: StateMachine,
    parser: HeadParser,
    incoming: Incoming,
    /// The version of the last message that came in.
    version: Version,
    /// The client waits for 100 (Continue) before it sends the body.
    expects_continue: bool,
    /// What our client asked; the framing of a response depends on it.
    method: Vec<u8>,
}

impl Connection {
    /// The server's side of a new connection.
    pub fn server() -> Connection {
        Connection::new(Role::Server)
    }

    /// The client's side of a new connection.
    pub fn client() -> Connection {
        Connection::new(Role::Client)
    }

    fn new(we: Role) -> Connection {
        Connection {
            we,
            steps: StateMachine::new(),
            parser: HeadParser::new(),
            incoming: Incoming::Length(0),
            version: Version::Http11,
            expects_continue: false,
            method: Vec::new(),
        }
    }

    /// The states of both sides.
    pub fn steps(&self) -> StateMachine {
        self.steps
    }

    /// The version of the last message that came in; an answer to 1.0 may not be chunked.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether the client waits for 100 (Continue) before it sends the body of its request.
    pub fn expects_continue(&self) -> bool {
        self.expects_continue
    }

    /// Bytes of the body coming in that are announced and were not yet read: what is left of its
    /// `Content-Length`, or of the chunk that was begun.
    pub fn announced(&self) -> u64 {
        match &self.incoming {
            Incoming::Length(left) => *left,
            Incoming::Chunked(decoder) => decoder.announced(),
            Incoming::UntilClose => 0,
        }
    }

    /// Reads the next thing that the other side sends from the beginning of `bytes`; `ended` says that
    /// after them the other side closed. Call it again with what `used` leaves over.
    pub fn receive<'a>(
        &'a mut self,
        bytes: &'a [u8],
        ended: bool,
    ) -> Result<Parsed<PeerEvent<'a>>, Fault> {
        let (state, they) = match self.we {
            Role::Server => (self.steps.client, Role::Client),
            Role::Client => (self.steps.server, Role::Server),
        };
        let told = match (state, self.we) {
            (State::Body, _) => self.incoming.next(&mut self.steps, they, bytes, ended),
            (State::Idle, _) if bytes.is_empty() && ended => hung_up(&mut self.steps, they),
            (State::Idle, Role::Server) | (State::Owes, Role::Client) => {
                return self.receive_head(bytes, ended);
            }
            (State::Idle, Role::Client) if !bytes.is_empty() => {
                Err(Fault::new(0, Wrong::NotExpected))
            }
            (State::Idle, Role::Client) => Ok(Parsed::NeedMore),
            _ => Ok(done(PeerEvent::Paused, 0)),
        };
        told.inspect_err(|fault| self.steps.close_because(CloseReason::Fault(*fault)))
    }

    fn receive_head<'a>(
        &'a mut self,
        bytes: &'a [u8],
        ended: bool,
    ) -> Result<Parsed<PeerEvent<'a>>, Fault> {
        let Connection {
            we,
            steps,
            parser,
            incoming,
            version,
            expects_continue,
            method,
        } = self;
        let told = match we {
            Role::Server => match parser.request(bytes) {
                Err(fault) => Err(fault),
                Ok(Parsed::NeedMore) => Ok(Parsed::NeedMore),
                Ok(Parsed::Done { value, used }) => {
                    *version = value.version;
                    came_request(steps, incoming, expects_continue, value)
                        .map(|event| done(event, used))
                }
            },
            Role::Client => match parser.response(bytes) {
                Err(fault) => Err(fault),
                Ok(Parsed::NeedMore) => Ok(Parsed::NeedMore),
                Ok(Parsed::Done { value, used }) => {
                    *version = value.version;
                    came_response(steps, incoming, method, value).map(|event| done(event, used))
                }
            },
        };
        let told = match told {
            Ok(Parsed::NeedMore) if ended => Err(Fault::new(bytes.len(), Wrong::EndedInside)),
            told => told,
        };
        told.inspect_err(|fault| steps.close_because(CloseReason::Fault(*fault)))
    }

    /// Says that the client sends the head of a request; `body` is how its body ends.
    pub fn request(&mut self, method: &[u8], close: bool) -> Result<(), NotNow> {
        self.steps.take(Role::Client, Transition::Request)?;
        self.method = method.to_vec();
        if close {
            self.steps.close_because(CloseReason::ClientSaidClose);
        }
        Ok(())
    }

    /// Says that the server sends an informational response, such as 100 (Continue).
    pub fn inform(&mut self) -> Result<(), NotNow> {
        self.steps.take(Role::Server, Transition::Informational)?;
        self.expects_continue = false;
        Ok(())
    }

    /// Says that the server sends the head of its final response; `close` when it wants the
    /// connection to end after it. The answer is the value of the `Connection` field to write.
    pub fn respond(&mut self, body: Body, close: bool) -> Result<Option<&'static str>, NotNow> {
        self.steps.take(Role::Server, Transition::Response)?;
        if self.expects_continue {
            self.steps.close_because(CloseReason::BodyNotAwaited);
        }
        if body == Body::UntilClose {
            self.steps.close_because(CloseReason::BodyUntilClose);
        }
        if close {
            self.steps.close_because(CloseReason::ServerSaidClose);
        }
        Ok(match (self.steps.closes, self.version) {
            (Some(_), _) => Some("close"),
            // A client of 1.0 asked to keep the connection, and waits for the confirmation.
            (None, Version::Http10) => Some("keep-alive"),
            (None, Version::Http11) => None,
        })
    }

    /// Says that our side sends a part of a body.
    pub fn data(&mut self) -> Result<(), NotNow> {
        self.steps.take(self.we, Transition::Data)
    }

    /// Says that our message has ended.
    pub fn end(&mut self) -> Result<(), NotNow> {
        self.steps.take(self.we, Transition::End)
    }
}

fn done(value: PeerEvent<'_>, used: usize) -> Parsed<PeerEvent<'_>> {
    Parsed::Done { value, used }
}

/// The rest of what a request's head means for the connection.
fn came_request<'a>(
    steps: &mut StateMachine,
    incoming: &mut Incoming,
    expects_continue: &mut bool,
    head: RequestHead<'a>,
) -> Result<PeerEvent<'a>, Fault> {
    let asked = target::asked(&head)?;
    let body = framing::body(Message::Request, head.version, head.fields)?;
    *incoming = Incoming::new(body);
    // A client of 1.0 cannot know what 100 means (RFC 9110 section 10.1.1).
    *expects_continue = head.version == Version::Http11
        && !matches!(body, Body::None | Body::Length(0))
        && head.fields.has_element("expect", "100-continue");
    if let Some(reason) = ends_with(head.version, head.fields, CloseReason::ClientSaidClose) {
        steps.close_because(reason);
    }
    steps
        .take(Role::Client, Transition::Request)
        .map_err(|_| Fault::new(0, Wrong::NotExpected))?;
    Ok(PeerEvent::Request { head, asked, body })
}

/// The rest of what a response's head means for the connection.
fn came_response<'a>(
    steps: &mut StateMachine,
    incoming: &mut Incoming,
    method: &[u8],
    head: ResponseHead<'a>,
) -> Result<PeerEvent<'a>, Fault> {
    let status = head.status;
    let message = Message::Response { status, to: method };
    let body = framing::body(message, head.version, head.fields)?;
    *incoming = Incoming::new(body);
    let step = match status {
        // 101 would end HTTP here; our client never asks for it.
        101 => return Err(Fault::new(0, Wrong::NotExpected)),
        100..=199 => Transition::Informational,
        _ => Transition::Response,
    };
    if step == Transition::Response {
        let said = ends_with(head.version, head.fields, CloseReason::ServerSaidClose);
        let reason = match body {
            Body::UntilClose => Some(CloseReason::BodyUntilClose),
            Body::Tunnel => Some(CloseReason::Tunnel),
            _ => said,
        };
        if let Some(reason) = reason {
            steps.close_because(reason);
        }
    }
    steps
        .take(Role::Server, step)
        .map_err(|_| Fault::new(0, Wrong::NotExpected))?;
    Ok(PeerEvent::Response { head, body })
}

/// Whether the connection ends with this message: the rules of RFC 9112 section 9.3, in its order.
fn ends_with(version: Version, fields: Fields<'_>, said: CloseReason) -> Option<CloseReason> {
    if fields.has_element("connection", "close") {
        return Some(said);
    }
    let stays = version == Version::Http11 || fields.has_element("connection", "keep-alive");
    (!stays).then_some(CloseReason::OldVersion)
}

/// The other side closed between two messages.
fn hung_up<'a>(steps: &mut StateMachine, they: Role) -> Result<Parsed<PeerEvent<'a>>, Fault> {
    steps.close_because(CloseReason::HungUp);
    let taken = steps.take(they, Transition::Close);
    taken.map_err(|_| Fault::new(0, Wrong::EndedInside))?;
    Ok(done(PeerEvent::Closed, 0))
}

impl Incoming {
    fn new(body: Body) -> Incoming {
        match body {
            Body::None | Body::Tunnel => Incoming::Length(0),
            Body::Length(length) => Incoming::Length(length),
            Body::Chunked => Incoming::Chunked(Decoder::new()),
            Body::UntilClose => Incoming::UntilClose,
        }
    }

    /// The next piece of the body.
    fn next<'a>(
        &'a mut self,
        steps: &mut StateMachine,
        they: Role,
        bytes: &'a [u8],
        ended: bool,
    ) -> Result<Parsed<PeerEvent<'a>>, Fault> {
        let told = match self {
            Incoming::Length(0) => done(PeerEvent::End(Fields::default()), 0),
            Incoming::UntilClose if bytes.is_empty() && ended => {
                done(PeerEvent::End(Fields::default()), 0)
            }
            _ if bytes.is_empty() => Parsed::NeedMore,
            Incoming::UntilClose => done(PeerEvent::Data(bytes), bytes.len()),
            Incoming::Length(left) => {
                let take = bytes
                    .len()
                    .min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= take as u64;
                done(PeerEvent::Data(bytes.get(..take).unwrap_or_default()), take)
            }
            Incoming::Chunked(decoder) => match decoder.next(bytes)? {
                Parsed::NeedMore => Parsed::NeedMore,
                Parsed::Done { value, used } => match value {
                    Piece::Data(data) => done(PeerEvent::Data(data), used),
                    Piece::End(trailers) => done(PeerEvent::End(trailers), used),
                },
            },
        };
        let step = match told {
            Parsed::NeedMore if ended => {
                return Err(Fault::new(bytes.len(), Wrong::EndedInside));
            }
            Parsed::NeedMore => return Ok(told),
            Parsed::Done {
                value: PeerEvent::End(_),
                ..
            } => Transition::End,
            Parsed::Done { .. } => Transition::Data,
        };
        let taken = steps.take(they, step);
        taken.map_err(|_| Fault::new(0, Wrong::NotExpected))?;
        Ok(told)
    }
}
