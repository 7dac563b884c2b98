//! The end of a play: what comes unasked is heard, and then the connections are closed.

use std::time::{Duration, Instant};

use super::{Door, End, Play, Played, Stopped};
use crate::limits;
use crate::net::recorded_endpoint::{Heard, PeerConnection};
use crate::net::socket_errors::accept_within;
use crate::wire::Conn;

impl Play<'_> {
    /// Listens until the peer ends, or says nothing more for a short time, counted from `begun` on.
    pub(super) fn listen_on(&self, conn: Conn, begun: Instant) {
        let deadline = |heard: &Heard| {
            self.until
                .min(begun.max(heard.last) + limits::EXTRA_BYTES_WAIT)
        };
        self.links[&conn].wait(|_| false, deadline);
    }

    /// Hears what comes unasked, a client too many included, and hangs up.
    pub(super) fn finish(mut self) -> Played {
        let listener = match self.door {
            Door::Answer(listener) => Some(listener),
            Door::Call(_) => None,
        };
        let mut strangers = Vec::new();
        if listener.is_some() {
            strangers = self.end_together(listener);
        }
        let alone = self.player.one_more && self.player.between.is_none();
        if let (Some(listener), None, true) = (listener, &self.stopped, alone)
            && let Some(stream) = accept_within(listener, Duration::ZERO)
        {
            let conns = self.player.script.steps.iter().map(|step| step.conn);
            self.link(conns.max().unwrap_or(0) + 1, stream);
        }
        let conns: Vec<Conn> = self.links.keys().copied().collect();
        let mut begun = Instant::now();
        if matches!(self.stopped, Some(Stopped::IdleTimer(_))) {
            // It was silent on all of them.
            begun -= limits::EXTRA_BYTES_WAIT;
        }
        for conn in &conns {
            self.listen_on(*conn, begun);
            let _ = self.links[conn].catch_up();
            let end = self.links[conn].heard().end;
            self.ends.insert(*conn, end.unwrap_or(End::Open));
            if end == Some(End::Open) && self.stopped.is_none() {
                self.stopped = Some(Stopped::TooMuch(*conn));
            }
        }
        if listener.is_none() {
            self.end_together(None);
        }
        let got = self.recorder.transcript();
        match &self.player.between {
            Some(between) if listener.is_none() => between.recording_is_taken(),
            _ => self.wait_until_taken(),
        }
        self.links.values().for_each(PeerConnection::hang_up);
        self.links.clear();
        Played {
            got,
            expected: None,
            ends: self.ends,
            failed_writes: self.failed_writes,
            stopped: self.stopped,
            strangers,
        }
    }
}
