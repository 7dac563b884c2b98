//! One connection of the client: sends the request and reads the answer piece by piece.
//!
//! Rule 1: the whole head must come within the client's time limit. For the body the limit applies to each
//! piece.
//! Rule 2: if a head breaks a rule, the client reads it leniently, unless it is strict (see `repair_head`).

use std::io::Write;
use std::time::{Duration, Instant, UNIX_EPOCH};

use super::{Answer, Client, Failure, Place, Request, Strictness, Why, repair_head};
use crate::http::framing::Body;
use crate::http::range::{self, Stretch};
use crate::http::sans_io_connection::{Connection, PeerEvent};
use crate::http::{Fault, Parsed, ResponseHead, Wrong, conditional};
use crate::limits;
use crate::net::{Input, IoFailure, RecordedStream};

/// One connection, and what was read of the answer.
pub(super) struct Exchange {
    url: String,
    patience: Duration,
    /// When the head must have come whole.
    head_due: Instant,
    /// When all of it must be over.
    due: Option<Instant>,
    strictness: Strictness,
    method: String,
    pub(super) line: RecordedStream,
    pub(super) recorded: bool,
    connection: Connection,
    pub(super) input: Input,
    /// How many bytes of the answer were used up.
    used: u64,
    /// How many bytes of the body have come, and of how many; `None` as long as the head has not.
    body: Option<(u64, Option<u64>)>,
}

/// The client's side of a connection that has sent its request.
fn waiting_for(method: &str) -> Connection {
    let mut connection = Connection::client();
    let begun = connection.request(method.as_bytes(), true);
    let said = begun.and_then(|()| connection.end());
    assert!(said.is_ok(), "a new connection takes a request");
    connection
}

impl Exchange {
    /// A connection over which the request is about to be sent.
    pub(super) fn new(
        client: &Client,
        url: &str,
        request: &Request,
        line: RecordedStream,
        due: Option<Instant>,
    ) -> Exchange {
        Exchange {
            url: url.to_string(),
            patience: client.patience,
            line,
            head_due: Instant::now() + client.patience,
            due,
            strictness: client.strictness,
            method: request.method().to_string(),
            recorded: client.recorder.is_some(),
            connection: waiting_for(request.method()),
            input: Input::new(limits::CHUNK),
            used: 0,
            body: None,
        }
    }

    /// Waits for the head of the answer; the informational ones before it are passed over.
    pub(super) fn read_answer(mut self) -> Result<Answer, Failure> {
        let mut informational = 0;
        loop {
            let told = self
                .connection
                .receive(self.input.bytes(), self.input.ended());
            let (said, used) = match told {
                Ok(Parsed::Done {
                    value: PeerEvent::Response { head, body },
                    used,
                }) => (Said::of(&head, body, self.input.bytes().get(..used)), used),
                Ok(Parsed::NeedMore) => {
                    self.fill_head()?;
                    continue;
                }
                Ok(_) => return Err(self.failed(Why::Ended(self.place()))),
                Err(fault) => match self.read_leniently(fault)? {
                    Some(found) => found,
                    None => {
                        self.fill_head()?;
                        continue;
                    }
                },
            };
            self.take(used);
            if said.status >= 200 {
                return Ok(said.with(self));
            }
            informational += 1;
            if informational > limits::MAX_INFORMATIONAL {
                return Err(self.failed(Why::Informational(limits::MAX_INFORMATIONAL)));
            }
        }
    }

    /// A head that the parser refuses, as a user agent should understand it; `None` when more of it must
    /// come. Errors: the fault, when it is none that is forgiven.
    fn read_leniently(&mut self, fault: Fault) -> Result<Option<(Said, usize)>, Failure> {
        self.connection = waiting_for(&self.method);
        let bare_lf = self.strictness == Strictness::Lenient;
        let bytes = self.input.bytes();
        if self.strictness == Strictness::Strict || !bytes.starts_with(b"HTTP/1.") {
            return Err(self.fault(fault));
        }
        let Some(end) = repair_head::head_end(bytes, bare_lf) else {
            return match self.input.ended() || bytes.len() > limits::MAX_HEAD {
                true => Err(self.fault(fault)),
                false => Ok(None),
            };
        };
        let head = bytes.get(..end).unwrap_or_default();
        let rewritten = repair_head::rewritten(head, bare_lf);
        match self.connection.receive(&rewritten, false) {
            Ok(Parsed::Done {
                value: PeerEvent::Response { head: read, body },
                ..
            }) => Ok(Some((Said::of(&read, body, Some(head)), end))),
            _ => Err(self.fault(fault)),
        }
    }

    /// More of the head, which must come whole within the time limit.
    fn fill_head(&mut self) -> Result<(), Failure> {
        let left = self.head_due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let why = Why::Silent(self.patience, self.place());
            return Err(self.failed(why));
        }
        self.fill_within(left)
    }

    /// The body, to its end; answers its length.
    pub(super) fn read_body(&mut self, taker: &mut dyn Write) -> Result<u64, Failure> {
        loop {
            let told = self
                .connection
                .receive(self.input.bytes(), self.input.ended());
            let used = match told {
                Ok(Parsed::Done { value, used }) => match value {
                    PeerEvent::Data(data) => {
                        let length = data.len() as u64;
                        if let Err(error) = taker.write_all(data) {
                            return Err(self.failed(Why::NotTaken(error)));
                        }
                        if let Some((got, _)) = &mut self.body {
                            *got += length;
                        }
                        used
                    }
                    _ => {
                        self.take(used);
                        return Ok(self.body.map_or(0, |(got, _)| got));
                    }
                },
                Ok(Parsed::NeedMore) => {
                    self.fill()?;
                    0
                }
                Err(fault) => return Err(self.fault(fault)),
            };
            self.take(used);
        }
    }

    fn take(&mut self, used: usize) {
        self.input.take(used);
        self.used += used as u64;
    }

    fn fill(&mut self) -> Result<(), Failure> {
        self.fill_within(self.patience)
    }

    fn fill_within(&mut self, time: Duration) -> Result<(), Failure> {
        let now = Instant::now();
        let left = self.due.map(|due| due.saturating_duration_since(now));
        let filled = match left {
            Some(Duration::ZERO) => Err(IoFailure::Silent),
            _ => self
                .input
                .fill(&mut self.line, time.min(left.unwrap_or(time))),
        };
        filled.map_err(|stop| {
            let place = self.place();
            let is_over = self.due.is_some_and(|due| due <= Instant::now());
            self.failed(match stop {
                IoFailure::Silent if is_over => Why::TooLong(place),
                IoFailure::Silent => Why::Silent(self.patience, place),
                _ => Why::Broken(place),
            })
        })
    }

    /// How far the answer has come.
    fn place(&self) -> Place {
        match self.body {
            Some((got, of)) => Place::Body { got, of },
            None if self.input.bytes().is_empty() && self.used == 0 => Place::Nothing,
            None => Place::Head,
        }
    }

    fn fault(&self, fault: Fault) -> Failure {
        if fault.wrong == Wrong::EndedInside {
            return self.failed(Why::Ended(self.place()));
        }
        let here = self.input.bytes().get(fault.at..).unwrap_or_default();
        self.failed(Why::Fault {
            at: self.used + fault.at as u64,
            wrong: fault.wrong,
            here: here.iter().take(20).copied().collect(),
        })
    }

    fn failed(&self, why: Why) -> Failure {
        Failure::new(&self.url, why)
    }
}

/// What is kept of a head. It is taken out of the buffer before that goes on filling.
struct Said {
    status: u16,
    head: Vec<u8>,
    body: Body,
    stretch: Option<Stretch>,
    validator: Option<Vec<u8>>,
    coding: Option<Vec<u8>>,
    location: Option<Vec<u8>>,
    has_range: bool,
}

impl Said {
    fn of(head: &ResponseHead<'_>, body: Body, bytes: Option<&[u8]>) -> Said {
        let owned = |name| head.fields.only(name).map(<[u8]>::to_vec);
        let now = UNIX_EPOCH
            .elapsed()
            .map_or(0, |since| since.as_secs() as i64);
        // In several parts, the body is none of them (RFC 9110 section 14.6).
        let kind = head.fields.only("content-type").unwrap_or_default();
        let in_parts = kind
            .to_ascii_lowercase()
            .starts_with(b"multipart/byteranges");
        let stretch = head.fields.only("content-range").and_then(range::stretch);
        let stretch = stretch.filter(|_| !in_parts);
        Said {
            status: head.status,
            head: bytes.unwrap_or_default().to_vec(),
            body,
            stretch: stretch.filter(|_| head.status == 206),
            validator: conditional::for_if_range(head.fields, now).map(<[u8]>::to_vec),
            coding: owned("content-encoding"),
            location: owned("location"),
            has_range: head.fields.get("content-range").is_some(),
        }
    }

    fn with(self, mut exchange: Exchange) -> Answer {
        let length = match self.body {
            Body::Length(length) => Some(length),
            _ => None,
        };
        exchange.body = Some((0, length));
        Answer {
            url: exchange.url.clone(),
            status: self.status,
            head: self.head,
            length,
            stretch: self.stretch,
            validator: self.validator,
            coding: self.coding,
            location: self.location,
            has_range: self.has_range,
            exchange,
        }
    }
}
