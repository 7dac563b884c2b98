//! Players on both sides of a program in the middle: they share one recording, and end together.
//!
//! Rule 1: nobody is silent while anything happens on the other side: the program may be busy there.
//! Rule 2: a player behind the program waits until the one in front of it is done, however long that takes;
//! a client that comes unexpectedly is heard, recorded and left.
//! Rule 3: no player hangs up before all have said and heard everything: an end that we make is no step of
//! the program's.

use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Play;
use crate::limits;
use crate::locks::lock;
use crate::net::IdleTimer;
use crate::net::socket_errors::accept_within;
use crate::wire::{Conn, Who};

/// What the players around one program know of each other.
#[derive(Debug, Default)]
pub struct Between {
    state: Mutex<SharedState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct SharedState {
    /// When the player in front of the program had nothing more to say or to hear.
    front_over: Option<Instant>,
    /// How many players behind it are done.
    behind_over: usize,
    /// How many there are.
    behind: usize,
    /// Whether the recording was taken: now everybody may hang up.
    taken: bool,
}

impl Between {
    /// For a program with so many servers behind it, each with a player.
    pub fn new(behind: usize) -> Between {
        let between = Between::default();
        lock(&between.state).behind = behind;
        between
    }

    fn front_over(&self) -> Option<Instant> {
        lock(&self.state).front_over
    }

    fn change(&self, change: impl FnOnce(&mut SharedState)) {
        change(&mut lock(&self.state));
        self.changed.notify_all();
    }

    fn wait(&self, until: Instant, so: impl Fn(&SharedState) -> bool) {
        let mut state = lock(&self.state);
        while !so(&state) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.changed.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets all players hang up.
    pub(super) fn recording_is_taken(&self) {
        self.change(|state| state.taken = true);
    }
}

impl Play<'_> {
    /// Where to look again, for a wait that began at `begun`: sooner where others may still be at work, or may end
    /// the play. A time that was over before the wait began has been looked at already: who waits for the others
    /// must not keep the processor from them.
    pub(super) fn look_again(&self, due: Instant, begun: Instant) -> Instant {
        match (&self.player.between, &self.player.over) {
            (None, None) => due,
            _ if due <= begun => begun + limits::BETWEEN_POLL,
            _ => due.min(Instant::now() + limits::BETWEEN_POLL),
        }
    }

    /// Whether nobody needs the play any more.
    pub(super) fn is_over(&self) -> bool {
        let over = self.player.over.as_ref();
        over.is_some_and(|over| over.load(Ordering::Relaxed))
    }

    /// Since when nothing has happened, on this side or on another one.
    pub(super) fn quiet_since(&self, here: Instant) -> Instant {
        let Some(between) = &self.player.between else {
            return here;
        };
        let last = [self.recorder.last_step(), between.front_over()];
        last.into_iter().flatten().fold(here, Instant::max)
    }

    /// Whether it is too early to ask if a silence counts: others are still at work.
    pub(super) fn is_too_early(&self, since: Instant, silence: &IdleTimer) -> bool {
        let Some(between) = &self.player.between else {
            return false;
        };
        let front = self.player.me == Who::Client || between.front_over().is_some();
        !front || since.elapsed() < silence.next()
    }

    /// The end of a player that has company; the connections that it did not expect.
    pub(super) fn end_together(&mut self, listener: Option<&TcpListener>) -> Vec<Conn> {
        let Some(between) = self.player.between.clone() else {
            return Vec::new();
        };
        // Each of them is bounded by the play.
        let until = self.until + limits::EXTRA_BYTES_WAIT * 10;
        let Some(listener) = listener else {
            between.change(|state| state.front_over = Some(Instant::now()));
            between.wait(until, |state| state.behind_over == state.behind);
            return Vec::new();
        };
        let mut strangers = Vec::new();
        loop {
            let over = between.front_over().is_some() || Instant::now() >= until;
            let time = if over {
                Duration::ZERO
            } else {
                limits::BETWEEN_POLL
            };
            let full = strangers.len() >= limits::STRANGERS;
            match accept_within(listener, time).filter(|_| !full) {
                Some(stream) => {
                    let conn = self.recorder.connection();
                    self.link(conn, stream);
                    self.listen_on(conn, Instant::now());
                    if let Some(link) = self.links.remove(&conn) {
                        link.fin();
                    }
                    strangers.push(conn);
                }
                None if over => return strangers,
                None => {}
            }
        }
    }

    /// Says that this player is done, and waits until the recording was taken.
    pub(super) fn wait_until_taken(&self) {
        if let Some(between) = &self.player.between
            && self.player.me == Who::Server
        {
            between.change(|state| state.behind_over += 1);
            let until = self.until + limits::EXTRA_BYTES_WAIT * 20;
            between.wait(until, |state| state.taken);
        }
    }
}
