//! Answers without a thread: for a request that has arrived completely and whose answer is in memory.
//!
//! Rule: nothing here may wait, because the accepting thread runs this code and all other clients wait for that
//! thread.

use std::ops::Deref;

use super::conversation::{ClientConnection, Exchange, Then};
use super::handler::decide_at_once;
use super::{Request, Server};
use crate::http::Parsed;
use crate::http::framing::Body;
use crate::http::sans_io_connection::{Connection, PeerEvent};

impl<S: Deref<Target = Server>> ClientConnection<S> {
    /// Answers the first request, if it has come and the answer is at hand. `None`: that was all.
    pub(super) fn answer_at_once(mut self: Box<Self>) -> Option<Box<Self>> {
        if self.over_capacity || self.then.is_some() || self.line.is_recorded() {
            return Some(self);
        }
        if self.input.bytes().is_empty() && self.input.fill_now(&mut self.line).is_err() {
            return Some(self);
        }
        match self.exchange_at_once() {
            Some(Then::Close) => {
                self.line.close();
                None
            }
            then => {
                self.then = then;
                Some(self)
            }
        }
    }

    /// The first request and its answer, if that needs no wait; otherwise it is as if nothing was read.
    fn exchange_at_once(&mut self) -> Option<Then> {
        let parsed = self.connection.receive(self.input.bytes(), false);
        let answer = match parsed {
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
            return None;
        };
        self.input.take(used);
        Some(self.conclude(exchange, response.into()))
    }
}
