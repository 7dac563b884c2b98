//! A client: a URL in, an answer out, and its body piece by piece.
//!
//! ```text
//! URL -> http::url -> net::addresses -> net::RecordedStream -> http::Connection -> Answer -> any `Write`
//! ```
//!
//! Rule 1: one connection, one request. Each hop of a redirect is a request of its own.
//! Rule 2: memory stays the same however long the body is; it goes to its taker as it comes.
//! Rule 3: every wait has an end, and every failure says at which URL and how far it had come.
//!
//! Not here: TLS, cookies, proxies, caches, content codings, and every method but GET and HEAD.

mod download;
mod failure;

use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, UNIX_EPOCH};

use crate::http::connection::{Connection, Event};
use crate::http::framing::Body;
use crate::http::range::{self, Stretch};
use crate::http::url::{self, Web};
use crate::http::{Fault, Parsed, ResponseHead, Wrong, conditional, write};
use crate::limits;
use crate::net::{self, Input, IoFailure, RecordedStream, Recorder};

pub use download::{Begun, Download};
pub use failure::{Failure, Place, Why};

/// How requests are made.
pub struct Client {
    /// How long to wait for each thing that the server does.
    pub patience: Duration,
    /// Ask for the head alone (HEAD), not for the body too (GET).
    pub head_only: bool,
    /// Records every byte, if there is one.
    pub recorder: Option<Recorder>,
}

/// What is there already of a body, so that only the rest need be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The URL that it came from, after all redirects.
    pub url: String,
    /// How many bytes are there; at least 1.
    pub have: u64,
    /// The length of the whole, if it is known.
    pub whole: Option<u64>,
    /// What `If-Range` says: the tag or the date that tells this version from all others.
    pub validator: Vec<u8>,
}

/// An answer whose head has come.
pub struct Answer {
    /// Who gave it, after all redirects.
    pub url: String,
    /// The status.
    pub status: u16,
    /// The head as it came, from the status line to the empty line.
    pub head: Vec<u8>,
    /// How many bytes the body has, if the head says so.
    pub length: Option<u64>,
    /// Which part of the whole it is. Only with 206, and only when it continues the part that the
    /// request spoke of.
    pub stretch: Option<Stretch>,
    /// What a later request may name in `If-Range`.
    pub validator: Option<Vec<u8>>,
    /// What `Content-Encoding` says, if it says something: the body is packed, and stays so.
    pub coding: Option<Vec<u8>>,
    location: Option<Vec<u8>>,
    exchange: Exchange,
}

/// One connection, and what was read of the answer.
struct Exchange {
    url: String,
    patience: Duration,
    line: RecordedStream,
    recorded: bool,
    connection: Connection,
    input: Input,
    /// How many bytes of the answer were used up.
    used: u64,
    /// How many bytes of the body have come, and of how many; `None` as long as the head has not.
    body: Option<(u64, Option<u64>)>,
}

impl Client {
    /// Asks for a URL, and follows where the answers send it. With `part`, a request to its URL asks
    /// for the rest alone; when the answer is not that rest, it is the whole.
    pub fn ask(&self, url: &str, part: Option<&Part>) -> Result<Answer, Failure> {
        let mut url = url.to_string();
        for _ in 0..=limits::MAX_HOPS {
            let answer = self.ask_once(&url, part)?;
            let next = match (answer.status, &answer.location) {
                (301 | 302 | 303 | 307 | 308, Some(location)) => {
                    let location = String::from_utf8_lossy(location).into_owned();
                    answer.leave();
                    url::resolve(&url, &location)
                }
                _ => return Ok(answer),
            };
            // Said here, where both places are known.
            if let Err(why) = Web::parse(&next) {
                let journey = format!("{url} sends us to {next}");
                return Err(Failure::new(&journey, Why::Url(why)));
            }
            url = next;
        }
        Err(Failure::new(&url, Why::Hops(limits::MAX_HOPS)))
    }

    /// One URL, no redirects.
    fn ask_once(&self, url: &str, part: Option<&Part>) -> Result<Answer, Failure> {
        let part = part.filter(|part| part.url == url && !self.head_only);
        let answer = self.exchange(url, part)?;
        let useless = match (answer.status, part) {
            // The part is longer than the whole now is.
            (416, Some(_)) => true,
            (206, Some(part)) => !continues(part, &answer),
            (206, None) => return Err(Failure::new(url, Why::NotAsked)),
            _ => false,
        };
        if useless {
            answer.leave();
            return self.exchange(url, None);
        }
        Ok(answer)
    }

    /// One connection: says the request, and reads the head of the answer.
    fn exchange(&self, url: &str, part: Option<&Part>) -> Result<Answer, Failure> {
        let failed = |why| Failure::new(url, why);
        let web = Web::parse(url).map_err(|why| failed(Why::Url(why)))?;
        let mut exchange = Exchange {
            url: url.to_string(),
            patience: self.patience,
            line: self.call(&web).map_err(failed)?,
            recorded: self.recorder.is_some(),
            connection: Connection::client(),
            input: Input::new(limits::CHUNK),
            used: 0,
            body: None,
        };
        let method = if self.head_only { "HEAD" } else { "GET" };
        let begun = exchange.connection.request(method.as_bytes(), true);
        let said = begun.and_then(|()| exchange.connection.end());
        assert!(said.is_ok(), "a new connection takes a request");
        // A server that hangs up while we speak may have said why; so its answer is read all the same.
        let _ = exchange.line.write(&request(method, &web, part));
        exchange.read_answer()
    }

    /// The first address of the host at which somebody answers. While there is another address to try,
    /// a dead one costs little.
    fn call(&self, web: &Web) -> Result<RecordedStream, Why> {
        let host = match web.host.contains(':') {
            true => format!("[{}]", web.host),
            false => web.host.clone(),
        };
        let addrs = net::addresses(&format!("{host}:{}", web.port));
        let addrs = addrs.map_err(|_| Why::Name(web.host.clone()))?;
        self.first_to_answer(&addrs)
    }

    fn first_to_answer(&self, addrs: &[SocketAddr]) -> Result<RecordedStream, Why> {
        let mut tried = Vec::new();
        for addr in addrs {
            let patience = self.patience_at(*addr, addrs);
            match RecordedStream::call(*addr, patience, self.recorder.as_ref()) {
                Ok(line) => return Ok(line),
                Err(error) => tried.push(error),
            }
        }
        Err(Why::NoAnswer(tried))
    }

    fn patience_at(&self, addr: SocketAddr, addrs: &[SocketAddr]) -> Duration {
        match addrs.last() == Some(&addr) {
            true => self.patience,
            false => self.patience.min(limits::CONNECT_NEXT_ADDRESS),
        }
    }
}

/// The text of a request. `identity`: we unpack nothing, and the parts of a packed body are no parts
/// of the file.
fn request(method: &str, web: &Web, part: Option<&Part>) -> Vec<u8> {
    let mut text = Vec::new();
    write::request_line(&mut text, method, &web.target);
    write::field(&mut text, "Host", web.authority.as_bytes());
    let agent = concat!("wirelab/", env!("CARGO_PKG_VERSION"));
    write::field(&mut text, "User-Agent", agent.as_bytes());
    write::field(&mut text, "Accept", b"*/*");
    write::field(&mut text, "Accept-Encoding", b"identity");
    if let Some(part) = part {
        let rest = format!("bytes={}-", part.have);
        write::field(&mut text, "Range", rest.as_bytes());
        write::field(&mut text, "If-Range", &part.validator);
    }
    write::field(&mut text, "Connection", b"close");
    write::end(&mut text);
    text
}

/// Whether a 206 goes on where the part ends, in the same version (RFC 9110 section 15.3.7.3).
fn continues(part: &Part, answer: &Answer) -> bool {
    let fits = |mine: Option<u64>, theirs: Option<u64>| {
        mine.is_none() || theirs.is_none() || mine == theirs
    };
    answer.stretch.is_some_and(|stretch| {
        stretch.range.first == part.have
            && fits(part.whole, stretch.whole)
            && fits(answer.length, Some(stretch.range.length()))
            && answer
                .validator
                .as_ref()
                .is_none_or(|it| *it == part.validator)
    })
}

impl Exchange {
    /// Waits for the head of the answer; the informational ones before it are passed over.
    fn read_answer(mut self) -> Result<Answer, Failure> {
        let mut informational = 0;
        loop {
            let told = self
                .connection
                .receive(self.input.bytes(), self.input.ended());
            let (head, body, used) = match told {
                Ok(Parsed::Done {
                    value: Event::Response { head, body },
                    used,
                }) => (head, body, used),
                Ok(Parsed::NeedMore) => {
                    self.fill()?;
                    continue;
                }
                Ok(_) => return Err(self.failed(Why::Ended(self.place()))),
                Err(fault) => return Err(self.fault(fault)),
            };
            if head.status >= 200 {
                let said = Said::of(&head, body, self.input.bytes().get(..used));
                self.take(used);
                return Ok(said.with(self));
            }
            informational += 1;
            if informational > limits::MAX_INFORMATIONAL {
                return Err(self.failed(Why::Informational(limits::MAX_INFORMATIONAL)));
            }
            self.take(used);
        }
    }

    /// The body, to its end; answers its length.
    fn read_body(&mut self, taker: &mut dyn Write) -> Result<u64, Failure> {
        loop {
            let told = self
                .connection
                .receive(self.input.bytes(), self.input.ended());
            let used = match told {
                Ok(Parsed::Done { value, used }) => match value {
                    Event::Data(data) => {
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
        let filled = self.input.fill(&mut self.line, self.patience);
        filled.map_err(|stop| {
            let place = self.place();
            self.failed(match stop {
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
}

impl Said {
    fn of(head: &ResponseHead<'_>, body: Body, bytes: Option<&[u8]>) -> Said {
        let owned = |name| head.fields.only(name).map(<[u8]>::to_vec);
        let now = UNIX_EPOCH
            .elapsed()
            .map_or(0, |since| since.as_secs() as i64);
        let stretch = head.fields.only("content-range").and_then(range::stretch);
        Said {
            status: head.status,
            head: bytes.unwrap_or_default().to_vec(),
            body,
            stretch: stretch.filter(|_| head.status == 206),
            validator: conditional::for_if_range(head.fields, now).map(<[u8]>::to_vec),
            coding: owned("content-encoding"),
            location: owned("location"),
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
            exchange,
        }
    }
}

impl Answer {
    /// Whether it is what was asked for (RFC 9110 section 15.3).
    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The status line, as it came, without its end.
    pub fn status_line(&self) -> String {
        let end = self.head.iter().position(|b| *b == b'\r');
        let line = &self.head[..end.unwrap_or(self.head.len())];
        line.escape_ascii().to_string()
    }

    /// Hangs up. In a recording, the rest of the answer and how the server ends belong to the picture.
    fn leave(self) {
        if self.exchange.recorded {
            self.exchange.line.close_gracefully();
        }
    }

    /// Hands the body to `taker`, and hangs up. Answers the length of the body, and how many bytes
    /// came behind it that nobody announced.
    pub fn body(mut self, taker: &mut dyn Write) -> Result<(u64, usize), Failure> {
        let length = self.exchange.read_body(taker)?;
        let extra = self.exchange.input.bytes().len();
        self.leave();
        Ok((length, extra))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Closed;

    #[test]
    fn a_dead_address_is_passed_over_and_all_dead_ones_are_named() {
        let at = SocketAddr::from(([127, 0, 0, 1], 0));
        let (dead, dead_too) = (Closed::at(at).unwrap(), Closed::at(at).unwrap());
        let alive = net::listen(at, 1).unwrap();
        let recorder = Recorder::new();
        let client = Client {
            patience: limits::IO_DEADLINE,
            head_only: false,
            recorder: Some(recorder.clone()),
        };
        let found = client.first_to_answer(&[dead.addr, alive.local_addr().unwrap()]);
        assert!(found.is_ok());
        let seen = recorder.transcript().without_times().render();
        assert!(seen.starts_with("S refuse\nC2 connect\n"), "{seen}");
        let why = client.first_to_answer(&[dead.addr, dead_too.addr]).err();
        let said = why.map(|why| why.to_string()).unwrap_or_default();
        let each = format!("{} refused, {} refused", dead.addr, dead_too.addr);
        assert_eq!(said, format!("nobody answers: {each}"));
    }
}
