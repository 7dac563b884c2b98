//! What a program in the middle did for each request of a client: which servers it asked, what it said to them, and
//! what it answered.
//!
//! Rule: connections behind the program belong to the client's connection that stood open when they began. So a
//! leg that is one connection behind its script is not compared with the wrong request.

use super::{Evidence, Middle};
use crate::check::lenient_http_reader::{Message, message};
use crate::wire::{Conn, Who};

/// One request of a client, and all that came of it.
pub(super) struct Exchange<'a> {
    pub middle: &'a Middle,
    /// The client's connection.
    pub front: Conn,
    pub request: Vec<u8>,
    /// What the client should get, and what it got.
    pub wanted: Vec<u8>,
    pub answer: Vec<u8>,
    /// Which connections should be opened for it behind the program, and which were.
    pub should_ask: Vec<Conn>,
    pub asked: Vec<Conn>,
}

impl<'a> Exchange<'a> {
    /// The exchange on a client's connection.
    pub fn on(middle: &'a Middle, front: Conn) -> Exchange<'a> {
        Exchange {
            middle,
            front,
            request: middle.got.bytes_of(front, Who::Client),
            wanted: middle.script.bytes_of(front, Who::Server),
            answer: middle.got.bytes_of(front, Who::Server),
            should_ask: middle.asked_for(&middle.script, front),
            asked: middle.asked_for(&middle.got, front),
        }
    }

    /// The request without a PROXY line.
    pub fn http(&self) -> Message<'_> {
        let line = self.request.split_inclusive(|&byte| byte == b'\n').next();
        match line.filter(|_| self.has_proxy_line()) {
            Some(line) => message(self.request.get(line.len()..).unwrap_or_default()),
            None => message(&self.request),
        }
    }

    /// Whether the connection begins with a PROXY line.
    pub fn has_proxy_line(&self) -> bool {
        self.request.starts_with(b"PROXY ")
    }

    /// `GET`.
    pub fn method(&self) -> &[u8] {
        let mut words = self.http().first_line().split(|&byte| byte == b' ');
        words.next().unwrap_or_default()
    }

    /// What the program said, or heard, on a connection that it opened.
    pub fn behind(&self, conn: Conn, who: Who) -> Vec<u8> {
        self.middle.got.bytes_of(conn, who)
    }

    /// What should be said there.
    pub fn due(&self, conn: Conn, who: Who) -> Vec<u8> {
        self.middle.script.bytes_of(conn, who)
    }

    /// Each connection that was opened, with the one that should be.
    pub fn pairs(&self) -> impl Iterator<Item = (Conn, Conn)> {
        let due = self.should_ask.iter().copied();
        self.asked.iter().copied().zip(due)
    }

    /// Whether a server's side of a connection is no whole answer to this request.
    pub fn is_cut(&self, conn: Conn) -> bool {
        self.is_cut_answer(&self.behind(conn, Who::Server))
    }

    /// The same of bytes.
    pub fn is_cut_answer(&self, bytes: &[u8]) -> bool {
        let answer = message(bytes);
        let bodiless = self.method() == b"HEAD" || matches!(answer.status(), Some(204 | 304));
        let length = answer.length().filter(|_| !bodiless).unwrap_or(0);
        answer.body.is_none_or(|body| body.len() < length)
    }

    /// Whether it came about, and is not as it should be.
    fn is_wrong(&self) -> bool {
        let leg = |conn: &Conn| self.middle.legs.back_of(*conn).map(|leg| &leg.name);
        let same_legs = self
            .asked
            .iter()
            .map(leg)
            .eq(self.should_ask.iter().map(leg));
        let other = |(conn, due)| self.behind(conn, Who::Client) != self.due(due, Who::Client);
        let came = !self.request.is_empty();
        came && (!same_legs || self.pairs().any(other) || self.answer != self.wanted)
    }
}

/// The first exchange that is not as it should be, and those before it. None where only the delivery of the bytes
/// makes the difference, or where the program need not change what it passes on.
pub(super) fn first_wrong(evidence: &Evidence) -> Option<(Exchange<'_>, Vec<Exchange<'_>>)> {
    let middle = evidence.middle.as_ref()?;
    let delivery = evidence.in_pieces() && evidence.passes_in_calm();
    (middle.is_proxy() && !delivery && evidence.difference().is_some()).then_some(())?;
    let front = middle.legs.front.iter();
    let mut all: Vec<_> = front.map(|front| Exchange::on(middle, *front)).collect();
    let wrong = all.iter().position(Exchange::is_wrong)?;
    all.truncate(wrong + 1);
    Some((all.pop()?, all))
}

/// What came of a request, for a sentence.
pub(super) fn answered(status: Option<u16>) -> String {
    match status {
        Some(status) => format!("was answered with {status}"),
        None => "got no answer".to_string(),
    }
}

impl Middle {
    /// Whether the program reads the messages and changes them. A relay passes on bytes.
    pub fn is_proxy(&self) -> bool {
        !self.legs.pass_on_bytes(&self.script)
    }
}
