//! Answers without a thread: for a request that has arrived completely and whose answer is in memory.
//!
//! Rule: nothing here may wait, because many other clients wait for the thread that runs this code.

use std::ops::Deref;
use std::time::Instant;

use super::conversation::{ClientConnection, Exchange, Then};
use super::handler::decide_at_once;
use super::{Request, Server};
use crate::http::Parsed;
use crate::http::framing::Body;
use crate::http::sans_io_connection::{Connection, PeerEvent};
use crate::net::{AtOnce, IoFailure};

/// What the bytes that have come are good for.
enum Step {
    /// There is no whole head yet.
    NeedMore,
    /// They are for a thread.
    NotAtHand,
    /// A request, which was answered.
    Answered(Then),
}

impl<S: Deref<Target = Server>> ClientConnection<S> {
    /// Answers one request, if it has come and the answer is at hand.
    pub(super) fn answer_at_once(mut self: Box<Self>) -> AtOnce<Box<Self>> {
        if self.over_capacity || self.then.is_some() || self.line.is_recorded() {
            return AtOnce::NeedsThread(self);
        }
        if !std::mem::take(&mut self.unparsed) {
            let ready = self.line.never_wait();
            match ready.and_then(|()| self.input.fill_now(&mut self.line)) {
                Ok(()) => {}
                Err(IoFailure::Silent) => return self.silent(),
                Err(_) => return AtOnce::Done,
            }
        }
        match self.step() {
            // A client that sends a byte before each look is late, too.
            Step::NeedMore if !self.input.ended() => {
                let until = self.deadline_of_head();
                match Instant::now() < until {
                    true => AtOnce::Waits(self),
                    false => AtOnce::NeedsThread(self),
                }
            }
            Step::NeedMore if self.input.bytes().is_empty() => AtOnce::Done,
            Step::NeedMore => AtOnce::NeedsThread(self),
            Step::NotAtHand => {
                self.unparsed = true;
                AtOnce::NeedsThread(self)
            }
            Step::Answered(Then::Leave) => AtOnce::Done,
            Step::Answered(Then::Close) if !self.line.has_unsent() => AtOnce::Done,
            Step::Answered(Then::GoOn) if !self.line.has_unsent() => {
                self.waits_for_request();
                AtOnce::Answered(self)
            }
            Step::Answered(then) => {
                self.then = Some(then);
                AtOnce::NeedsThread(self)
            }
        }
    }

    /// Nothing has come. A client that has said nothing by its deadline is left; one that has said half a
    /// request gets its answer from a thread.
    fn silent(mut self: Box<Self>) -> AtOnce<Box<Self>> {
        self.input.release();
        let until = self.head_until.unwrap_or(self.idle_until);
        match (Instant::now() < until, self.input.bytes().is_empty()) {
            (true, _) => AtOnce::Waits(self),
            (false, true) => AtOnce::Done,
            (false, false) => AtOnce::NeedsThread(self),
        }
    }

    /// A request and its answer, if that needs no wait; otherwise it is as if nothing was read.
    fn step(&mut self) -> Step {
        let parsed = self.connection.receive(self.input.bytes(), false);
        let answer = match parsed {
            Ok(Parsed::NeedMore) => return Step::NeedMore,
            Ok(Parsed::Done {
                value:
                    PeerEvent::Request {
                        head,
                        asked,
                        body: Body::None | Body::Length(0),
                    },
                used,
            }) => {
                self.place.as_ref().inspect(|place| place.works());
                let request = Request {
                    head: &head,
                    asked: &asked,
                    bytes: self.input.bytes().get(..used).unwrap_or_default(),
                    now: self.server.now(),
                };
                let response = decide_at_once(&self.server, &request);
                response.map(|response| (Exchange::of(&request), response, used))
            }
            _ => None,
        };
        let Some((exchange, response, used)) = answer else {
            self.connection = Connection::server();
            return Step::NotAtHand;
        };
        self.input.take(used);
        self.head_until = None;
        Step::Answered(self.conclude(exchange, response.into()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::time::Duration;

    use super::*;
    use crate::files::Response;
    use crate::net::accept;
    use crate::server::{Answer, Timeouts};

    #[test]
    fn a_head_that_is_late_goes_to_a_thread_although_bytes_still_come() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        for (head, is_late) in [(Duration::ZERO, true), (Duration::from_secs(3_600), false)] {
            let server = Server {
                handler: Box::new(|_: &Request<'_>| Answer::from(Response::error(404, "No file."))),
                recorder: None,
                now: Some(0),
                patience: Timeouts {
                    head,
                    ..Timeouts::default()
                },
                log: Box::new(|_| {}),
            };
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            client.write_all(b"GET / HTTP/1.1\r\nX: ").unwrap();
            let accepted = accept(&listener).unwrap();
            assert_eq!(accepted.stream.peek(&mut [0]).unwrap(), 1);
            let connection = ClientConnection::new(&server, accepted, None);
            match connection.answer_at_once() {
                AtOnce::NeedsThread(_) => assert!(is_late),
                AtOnce::Waits(_) => assert!(!is_late),
                AtOnce::Done | AtOnce::Answered(_) => panic!("the head is incomplete"),
            }
        }
    }
}
