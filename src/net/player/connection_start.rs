//! The beginning of a connection in a play: we connect, or a client comes.
//!
//! Rule: a connection that does not come about is recorded, and ends the play.

use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use super::match_state::most;
use super::{Door, Play, Stopped};
use crate::limits;
use crate::net::connect_listen::call_with;
use crate::net::recorded_endpoint::PeerConnection;
use crate::net::socket_errors::accept_within;
use crate::net::{IdleTimer, Weather};
use crate::wire::{Conn, Event, Who};

impl Play<'_> {
    pub(super) fn open(&mut self, conn: Conn) {
        let knock = self.player.silence.max(limits::CONNECT_RETRY_TIMEOUT);
        let stream = match self.door {
            Door::Call(addr) => {
                if let Some(before) = &self.player.before_call {
                    before(conn);
                }
                let slow = self.player.weather == Weather::Slow;
                let buffer = slow.then_some(limits::SMALL_BUFFER);
                call_with(addr, knock, buffer).map_err(Stopped::NotOpened)
            }
            Door::Answer(listener) => self.next_client(conn, listener).ok_or(Stopped::NoGuest),
        };
        match stream {
            Ok(stream) => self.link(conn, stream),
            Err(why) => {
                let (who, event) = match &why {
                    Stopped::NotOpened(error) if !error.is_silence() => {
                        (Who::Server, Event::Refuse)
                    }
                    Stopped::NoGuest if self.is_first(conn) => {
                        (Who::Server, Event::Timeout(self.player.client))
                    }
                    Stopped::NoGuest => (Who::Server, Event::Timeout(self.player.silence)),
                    _ => (Who::Client, Event::Timeout(knock)),
                };
                self.recorder.event(conn, who, event);
                self.stopped = Some(why);
            }
        }
    }

    fn is_first(&self, conn: Conn) -> bool {
        let steps = &self.player.script.steps;
        steps.first().is_some_and(|step| step.conn == conn)
    }

    fn next_client(&self, conn: Conn, listener: &TcpListener) -> Option<TcpStream> {
        if self.is_first(conn) && self.player.between.is_none() {
            return accept_within(listener, self.player.client);
        }
        let begun = Instant::now();
        let mut silence = IdleTimer::new(self.player.silence, false);
        loop {
            let now = Instant::now();
            let due = self.look_again(begun + silence.next(), now);
            let due = due.saturating_duration_since(now);
            let client = accept_within(listener, due.min(self.left()));
            let since = self.quiet_since(begun);
            let mut over = || {
                let early = self.is_too_early(since, &silence);
                self.left().is_zero() || !early && silence.counts(since.elapsed(), self.look)
            };
            if client.is_some() || over() {
                return client;
            }
        }
    }

    pub(super) fn link(&mut self, conn: Conn, stream: TcpStream) {
        self.recorder.event(conn, Who::Client, Event::Connect);
        let expected = self.player.script.expected.get(&conn);
        let most = most(expected.map_or(&[], Vec::as_slice));
        let slowly = self.player.weather == Weather::Slow;
        let who = (conn, self.player.me);
        if let Ok(link) = PeerConnection::new(stream, &self.recorder, who, Some(most), slowly) {
            self.links.insert(conn, link);
        }
    }
}
