//! A client: a URL in, an answer out, and its body piece by piece.
//!
//! ```text
//! URL -> http::url -> net::addresses -> net::RecordedStream -> http::Connection -> Answer -> any `Write`
//! ```
//!
//! Rule 1: one connection, one request. Each hop of a redirect is a request of its own.
//! Rule 2: memory does not grow with the body. Each piece of the body goes to the caller's `Write` when it
//! comes.
//! Rule 3: every wait has a limit. Every failure names the URL and how many bytes had come.
//!
//! Not here: TLS, cookies, proxies, caches, content codings, and every method but GET and HEAD.

mod download;
mod exchange;
mod failure;
mod repair_head;
mod request;

use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::http::range::Stretch;
use crate::http::url::{self, Web};
use crate::limits;
use crate::net::{self, RecordedStream, Recorder};

pub use download::{Begun, Download};
use exchange::Exchange;
pub use failure::{Failure, Place, Why};
pub use request::Request;

/// How requests are made.
pub struct Client {
    /// How long to wait for each thing that the server does.
    pub patience: Duration,
    /// What is asked, and how.
    pub request: Request,
    /// How long all of it may take, redirects and bodies included.
    pub deadline: Option<Duration>,
    /// Which heads are accepted.
    pub strictness: Strictness,
    /// Records every byte, if there is one.
    pub recorder: Option<Recorder>,
}

/// Which heads are accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Those that keep the rules.
    Strict,
    /// Those too that a user agent should understand (see `repair_head`).
    #[default]
    Usual,
    /// Those too whose lines end in a bare LF.
    Lenient,
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
    /// The value of `If-Range`: the tag or the date that identifies this version.
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
    /// Whether it says that it is a part of something.
    has_range: bool,
    exchange: Exchange,
}

impl Client {
    /// Asks for a URL, and follows where the answers send it. With `part`, a request to its URL asks
    /// for the rest alone; when the answer is not that rest, it is the whole.
    pub fn ask(&self, url: &str, part: Option<&Part>) -> Result<Answer, Failure> {
        let mut url = url.to_string();
        let mut request = self.request.clone();
        let due = self.deadline.map(|deadline| Instant::now() + deadline);
        for _ in 0..=limits::MAX_HOPS {
            let answer = self.ask_once(&url, &request, part, due)?;
            let next = match (answer.status, &answer.location) {
                (301 | 302 | 303 | 307 | 308, Some(location)) => {
                    let location = url::encoded(location);
                    request.redirected(answer.status);
                    answer.leave();
                    url::resolve(&url, &location)
                }
                _ => return Ok(answer),
            };
            // Said here, where both places are known.
            if let Err(why) = Web::parse(&next) {
                let journey = format!("{url} redirects to {next}");
                return Err(Failure::new(&journey, Why::Url(why)));
            }
            url = next;
        }
        Err(Failure::new(&url, Why::Hops(limits::MAX_HOPS)))
    }

    /// One URL, no redirects.
    fn ask_once(
        &self,
        url: &str,
        request: &Request,
        part: Option<&Part>,
        due: Option<Instant>,
    ) -> Result<Answer, Failure> {
        let plain = request.method() == "GET" && request.range.is_none();
        let part = part.filter(|part| part.url == url && plain);
        let answer = self.exchange(url, request, part, due)?;
        let useless = match (answer.status, part) {
            // The part is longer than the whole now is.
            (416, Some(_)) => true,
            (206, Some(part)) => !continues(part, &answer),
            (206, None) if request.range.is_none() && !names_range(request) => {
                return Err(Failure::new(url, Why::NotAsked));
            }
            (200, _) if answer.has_range => return Err(Failure::new(url, Why::PartAsWhole)),
            _ => false,
        };
        if useless {
            answer.leave();
            return self.exchange(url, request, None, due);
        }
        Ok(answer)
    }

    /// One connection: says the request, and reads the head of the answer.
    fn exchange(
        &self,
        url: &str,
        request: &Request,
        part: Option<&Part>,
        due: Option<Instant>,
    ) -> Result<Answer, Failure> {
        let failed = |why| Failure::new(url, why);
        let web = Web::parse(url).map_err(|why| failed(Why::Url(why)))?;
        let line = self.call(&web, due).map_err(failed)?;
        let mut exchange = Exchange::new(self, url, request, line, due);
        // A server that closes while we send may have said why; so its answer is read all the same.
        let _ = exchange.line.write(&request.text(&web, part));
        exchange.read_answer()
    }

    /// The first address of the host at which a server answers. While there is another address to try, a dead
    /// one costs little.
    fn call(&self, web: &Web, due: Option<Instant>) -> Result<RecordedStream, Why> {
        let host = match web.host.contains(':') {
            true => format!("[{}]", web.host),
            false => web.host.clone(),
        };
        let addrs = net::addresses(&format!("{host}:{}", web.port));
        let addrs = addrs.map_err(|_| Why::Name(web.host.clone()))?;
        self.first_to_answer(&addrs, due)
    }

    fn first_to_answer(
        &self,
        addrs: &[SocketAddr],
        due: Option<Instant>,
    ) -> Result<RecordedStream, Why> {
        let mut tried = Vec::new();
        for addr in addrs {
            let left = due.map_or(Duration::MAX, |due| {
                due.saturating_duration_since(Instant::now())
            });
            let patience = self
                .patience_at(*addr, addrs)
                .min(left.max(limits::POLL_INTERVAL));
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

/// Whether the caller asks for a range in a field of its own.
fn names_range(request: &Request) -> bool {
    let mut names = request.fields.iter().map(|(name, _)| name);
    names.any(|name| name.eq_ignore_ascii_case("range"))
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

    /// Closes. In a recording, the rest of the answer and how the server ends belong to the picture.
    fn leave(self) {
        if self.exchange.recorded {
            self.exchange.line.close_gracefully();
        }
    }

    /// Hands the body to `taker`, and closes. Answers the length of the body, and how many bytes
    /// came after it that nobody announced.
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
            request: Request::default(),
            deadline: None,
            strictness: Strictness::Usual,
            recorder: Some(recorder.clone()),
        };
        let found = client.first_to_answer(&[dead.addr, alive.local_addr().unwrap()], None);
        assert!(found.is_ok());
        let seen = recorder.transcript().without_times().render();
        assert!(seen.starts_with("S refuse\nC2 connect\n"), "{seen}");
        let why = client
            .first_to_answer(&[dead.addr, dead_too.addr], None)
            .err();
        let said = why.map(|why| why.to_string()).unwrap_or_default();
        let each = format!("{} refused, {} refused", dead.addr, dead_too.addr);
        assert_eq!(said, format!("nobody answers: {each}"));
    }
}
