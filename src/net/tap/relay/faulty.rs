//! One direction of a tapped connection, with faults.
//!
//! Rule 1: bytes are recorded as they came. Notes say what the faults change.
//! Rule 2: while bytes are delayed, more bytes are read, up to [`limits::HELD_BACK`]. So latency does not
//! reduce the bandwidth.
//! Rule 3: every wait ends when the connection ends.

use crate::plural::count_of;
use std::collections::VecDeque;
use std::io;
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

use super::Relay;
use crate::limits;
use crate::net::Weather;
use crate::net::segmentation::Segmentation;
use crate::net::single_byte_delivery::Alone;
use crate::net::socket_errors::{is_pause, reset_on_close};
use crate::net::tap::faults::{FaultControl, Faults, Swapper};
use crate::wire::{Event, Who};

/// A direction under way.
struct Direction<'a> {
    relay: &'a Relay,
    who: Who,
    faults: Faults,
    /// What was read and not passed on, with the time when it is due.
    queue: VecDeque<(Instant, Vec<u8>)>,
    queued: usize,
    /// Bytes passed on.
    passed: u64,
    swapper: Swapper,
    /// When bytes that the swapper holds are passed on as they are.
    hold_until: Option<Instant>,
}

/// Whether a direction goes on.
#[derive(PartialEq, Eq)]
enum Next {
    GoOn,
    Over,
}

impl Relay {
    /// As `pump`, with the faults of `control`.
    pub(super) fn pump_faulty(&self, who: Who, control: &FaultControl, struck: bool) {
        let mut direction = Direction {
            relay: self,
            who,
            faults: Faults::default(),
            queue: VecDeque::new(),
            queued: 0,
            passed: 0,
            swapper: Swapper::default(),
            hold_until: None,
        };
        let mut buffer = vec![0; limits::CHUNK];
        loop {
            direction.faults = control.of(who, struck);
            if direction.deliver_due() == Next::Over {
                return;
            }
            let wait = direction.wait();
            if direction.queued >= limits::HELD_BACK {
                thread::sleep(wait);
                continue;
            }
            let _ = self.stream(who).set_read_timeout(Some(wait));
            match self.stream(who).peek(&mut buffer[..1]) {
                Ok(0) => {
                    if direction.deliver_all() == Next::GoOn {
                        self.ended(who);
                    }
                    return;
                }
                Ok(_) => match self.take(who, &mut buffer) {
                    Ok(0) => return,
                    Ok(count) => direction.hold(buffer.get(..count).unwrap_or_default()),
                    Err(_) => return self.break_off(who),
                },
                Err(error) if is_pause(&error) => {
                    if self.lock().over {
                        return;
                    }
                }
                Err(_) => return self.break_off(who),
            }
        }
    }
}

impl Direction<'_> {
    /// Keeps bytes until they are due. In the weather `glue` they join those before.
    fn hold(&mut self, bytes: &[u8]) {
        self.queued += bytes.len();
        let now = Instant::now();
        let mut due = now + self.faults.latency;
        if self.faults.weather == Weather::Glue {
            due += limits::GLUE_WAIT;
            if let Some((last_due, last)) = self.queue.back_mut() {
                *last_due = due;
                return last.extend_from_slice(bytes);
            }
        }
        self.queue.push_back((due, bytes.to_vec()));
    }

    /// How long until something is due.
    fn wait(&self) -> Duration {
        let due = self.queue.front().map(|(due, _)| *due);
        let next = due.into_iter().chain(self.hold_until).min();
        let wait = next.map(|next| next.saturating_duration_since(Instant::now()));
        wait.unwrap_or(limits::STOP_POLL)
            .clamp(limits::POLL_INTERVAL, limits::STOP_POLL)
    }

    fn deliver_due(&mut self) -> Next {
        while let Some((due, _)) = self.queue.front() {
            if *due > Instant::now() {
                break;
            }
            if self.deliver_first() == Next::Over {
                return Next::Over;
            }
        }
        let late = self.hold_until.is_some_and(|until| until <= Instant::now());
        match late && self.queue.is_empty() {
            true => self.flush(),
            false => Next::GoOn,
        }
    }

    /// All that is held, each in its time.
    fn deliver_all(&mut self) -> Next {
        while let Some((due, _)) = self.queue.front() {
            let wait = due.saturating_duration_since(Instant::now());
            if self.sleep(wait) == Next::Over || self.deliver_first() == Next::Over {
                return Next::Over;
            }
        }
        self.flush()
    }

    /// What the swapper holds.
    fn flush(&mut self) -> Next {
        self.hold_until = None;
        let bytes = self.swapper.flush(&self.faults.swaps);
        self.limited(&bytes)
    }

    fn deliver_first(&mut self) -> Next {
        let Some((_, bytes)) = self.queue.pop_front() else {
            return Next::GoOn;
        };
        self.queued -= bytes.len();
        let before = self.swapper.count;
        let bytes = match self.faults.swaps.is_empty() {
            true => [self.swapper.flush(&[]), bytes].concat(),
            false => self.swapper.feed(&self.faults.swaps, &bytes),
        };
        let count = self.swapper.count - before;
        if count > 0 {
            let times = if count == 1 { "time" } else { "times" };
            self.relay
                .note(self.who, &format!("fault: swapped {count} {times}"));
        }
        let holds = self.swapper.holds();
        self.hold_until = holds.then(|| Instant::now() + limits::GLUE_WAIT);
        self.limited(&bytes)
    }

    /// Passes on as much as the limits of the connection allow, and ends it there.
    fn limited(&mut self, bytes: &[u8]) -> Next {
        let left = |limit: Option<u64>| limit.map(|limit| limit.saturating_sub(self.passed));
        let (cut, reset) = (left(self.faults.cut_after), left(self.faults.reset_after));
        let most = cut.into_iter().chain(reset).min();
        let most = most.map_or(usize::MAX, |most| {
            usize::try_from(most).unwrap_or(usize::MAX)
        });
        let taken = bytes.get(..most).unwrap_or(bytes);
        if self.pass_on(taken) == Next::Over {
            return Next::Over;
        }
        self.passed += taken.len() as u64;
        if most > bytes.len() || bytes.is_empty() {
            return Next::GoOn;
        }
        match reset.is_some_and(|reset| reset as usize == most) {
            true => self.relay.reset_by_fault(self.who, self.passed),
            false => self.relay.cut_by_fault(self.who, self.passed),
        }
        Next::Over
    }

    /// In pieces, as weather and bandwidth want it.
    fn pass_on(&self, bytes: &[u8]) -> Next {
        let segmentation = match self.faults.weather {
            Weather::Dribble => Segmentation::Dribble,
            Weather::Slow => Segmentation::Slow,
            _ => Segmentation::Whole,
        };
        let mut start = 0;
        let mut alone = Alone::new(self.relay.stream(self.who.other()), segmentation);
        let over = || self.relay.lock().over;
        for segment in segmentation.segments(bytes.len(), self.passed == 0) {
            if self.sleep(segment.pause) == Next::Over {
                return Next::Over;
            }
            // Which program reads there, nobody knows.
            let place = (start, !segment.pause.is_zero());
            alone.wait(bytes, place, self.passed, over, &|| None);
            let piece = bytes.get(start..segment.end).unwrap_or_default();
            start = segment.end;
            if self.at_rate(piece).is_err() {
                return Next::Over;
            }
        }
        Next::GoOn
    }

    /// Not faster than the bandwidth.
    fn at_rate(&self, bytes: &[u8]) -> io::Result<()> {
        let to = self.who.other();
        let rate = self.faults.bandwidth.unwrap_or(u64::MAX).max(1);
        // Fifty times a second, so that the other side sees a steady flow.
        let most = usize::try_from((rate / 50).max(1)).unwrap_or(usize::MAX);
        for piece in bytes.chunks(most) {
            if let Err(error) = self.relay.pass_on(to, piece) {
                self.relay.lost(to);
                return Err(error);
            }
            let takes = Duration::from_nanos(piece.len() as u64 * 1_000_000_000 / rate);
            if self.faults.bandwidth.is_some() && self.sleep(takes) == Next::Over {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
        }
        Ok(())
    }

    /// Waits, unless the connection is over.
    fn sleep(&self, time: Duration) -> Next {
        let until = Instant::now() + time;
        loop {
            if self.relay.lock().over {
                return Next::Over;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Next::GoOn;
            }
            thread::sleep(left.min(limits::STOP_POLL));
        }
    }
}

impl Relay {
    /// Says in the recording which faults strike this connection from its start on.
    pub(in crate::net::tap) fn say_faults(&self) {
        let Some((control, true)) = &self.faults else {
            return;
        };
        let words = control.now().words();
        if !words.is_empty() {
            self.note(Who::Client, &format!("fault: {}", words.join(", ")));
        }
    }

    /// Says in the recording what a fault does.
    pub(super) fn note(&self, who: Who, text: &str) {
        self.recorder.note(self.conn, who, text);
    }

    /// Ends both directions: the receiver of `who`'s bytes sees a FIN after `bytes` of them.
    fn cut_by_fault(&self, who: Who, bytes: u64) {
        let mut state = self.lock();
        if state.over {
            return;
        }
        state.over = true;
        self.note(
            who,
            &format!("fault: cut after {}", count_of(bytes, "byte")),
        );
        for side in [who, who.other()] {
            if !state.side(side).fin {
                self.recorder.event(self.conn, side, Event::Fin);
            }
            let _ = self.stream(side.other()).shutdown(Shutdown::Write);
        }
        self.wake();
    }

    /// Resets both connections after `bytes` of `who`'s bytes.
    fn reset_by_fault(&self, who: Who, bytes: u64) {
        let mut state = self.lock();
        if state.over {
            return;
        }
        state.over = true;
        self.note(
            who,
            &format!("fault: reset after {}", count_of(bytes, "byte")),
        );
        self.recorder.event(self.conn, who, Event::Rst);
        for side in [who, who.other()] {
            reset_on_close(self.stream(side));
        }
        self.wake();
    }
}
