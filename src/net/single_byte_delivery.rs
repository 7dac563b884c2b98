//! Bytes that a reader must get one by one, even on a busy machine: in the weather `dribble` the first bytes of a
//! message and of a line, those inside a letter of several bytes, those of a line end, and those of a number of
//! several bytes; in every delivery the bytes before a pause. So a program that takes one read for one message makes
//! the same mistake each time.
//!
//! Rule 1: the next byte is not sent before the peer has read the byte before it (see `unread_by_peer`). If that
//! cannot be known, the next byte is sent after a short pause.
//! Rule 2: if a peer is idle and does not read, the player does not wait for it again in the same message.

use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::idle_timeout_by_cpu_time::{Activity, CpuSample};
use crate::net::segmentation::Segmentation;
use crate::net::unread_by_peer::PeerQueue;

/// So many bytes at the start of a message are read alone: a length, the header of a record, the first letters.
const FIRST_BYTES: usize = 8;

/// One message on its way.
pub(in crate::net) struct Alone {
    dribble: bool,
    queue: Option<PeerQueue>,
    /// How many more waits there may be; none in other weathers.
    left: usize,
}

impl Alone {
    pub(in crate::net) fn new(stream: &TcpStream, delivery: Segmentation) -> Alone {
        let cut = !matches!(delivery, Segmentation::Whole | Segmentation::HalfClose);
        Alone {
            dribble: delivery == Segmentation::Dribble,
            queue: cut.then(|| PeerQueue::of(stream)).flatten(),
            left: if cut { limits::READ_ALONE_BYTES } else { 0 },
        }
    }

    /// Waits, where the byte at `at` of this message must not join the one before; `paused` says that there was
    /// a pause before it. `after` bytes went before the message, and `ended` says whether the peer is gone.
    pub(in crate::net) fn wait(
        &mut self,
        bytes: &[u8],
        (at, paused): (usize, bool),
        after: u64,
        ended: impl Fn() -> bool,
        look: CpuSample,
    ) {
        let matters = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_some_and(|byte| *byte >= 0x7f || *byte < b' ')
        };
        let before = at.checked_sub(1);
        let first =
            at < FIRST_BYTES || at.checked_sub(2).and_then(|at| bytes.get(at)) == Some(&b'\n');
        let inside = self.dribble && (first || matters(Some(at)) || matters(before));
        if self.left == 0 || before.is_none() || !(paused || inside) {
            return;
        }
        self.left -= 1;
        let sent = after + at as u64;
        let begun = Instant::now();
        let clock = (|| begun.elapsed(), thread::sleep);
        let read = self
            .queue
            .as_ref()
            .and_then(|queue| until_read(|| queue.has_unread(sent), ended, look, clock));
        match read {
            Some(true) => {}
            Some(false) => self.left = 0,
            None => {
                // Where it cannot be known once, it is not asked again.
                self.queue = None;
                thread::sleep(limits::POLL_INTERVAL);
            }
        }
    }
}

/// Waits until nothing is unread; `false` when the peer rests, or has not read for too long; `None` when that
/// cannot be known. `elapsed` is the time of this wait, and `pause` makes a pause in it.
fn until_read(
    has_unread: impl Fn() -> Option<bool>,
    ended: impl Fn() -> bool,
    look: CpuSample,
    (elapsed, pause): (impl Fn() -> Duration, impl Fn(Duration)),
) -> Option<bool> {
    let mut seen: Option<(Duration, Option<Activity>)> = None;
    loop {
        if !has_unread()? {
            return Some(true);
        }
        if ended() {
            return Some(false);
        }
        let waited = elapsed();
        // A peer that works gets more time than one of which nothing is known.
        if waited > limits::READ_ALONE_WAIT {
            let now = look();
            let works = now.is_some_and(|now| now.works);
            if !works || waited > limits::READ_ALONE_WAIT * 4 {
                return Some(false);
            }
        } else if waited > limits::IDLE_SAMPLE
            && seen.is_none_or(|(at, _)| waited > at + limits::IDLE_SAMPLE)
        {
            let now = look();
            let rests = now.is_some_and(|now| !now.works);
            if rests && seen.is_some_and(|(_, last)| last == now) && has_unread() == Some(true) {
                return Some(false);
            }
            seen = Some((waited, now));
        }
        pause(if waited < limits::POLL_INTERVAL * 5 {
            limits::QUEUE_POLL
        } else {
            limits::POLL_INTERVAL
        });
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// [`until_read`] on a clock on which no time passes but in pauses: its result, and its time.
    fn until_read_at_once(
        has_unread: impl Fn() -> Option<bool>,
        ended: impl Fn() -> bool,
        look: CpuSample,
    ) -> (Option<bool>, Duration) {
        let time = Cell::new(Duration::ZERO);
        let pause = |pause| time.set(time.get() + pause);
        let read = until_read(has_unread, ended, look, (|| time.get(), pause));
        (read, time.get())
    }

    #[test]
    fn a_reader_is_waited_for_and_one_that_rests_is_not() {
        let looks = Cell::new(0);
        let later = || {
            looks.set(looks.get() + 1);
            Some(looks.get() < 50)
        };
        let (read, _) = until_read_at_once(later, || false, &|| None);
        assert_eq!(read, Some(true));
        assert_eq!(looks.get(), 50);
        let never = |ended: bool, look: CpuSample| {
            let (read, time) = until_read_at_once(|| Some(true), || ended, look);
            assert_eq!(read, Some(false));
            time
        };
        let rests = || Some(Activity::default());
        assert!(never(false, &rests) < limits::READ_ALONE_WAIT);
        assert!(never(true, &|| None) < limits::READ_ALONE_WAIT);
        assert!(never(false, &|| None) >= limits::READ_ALONE_WAIT);
        let works = || {
            Some(Activity {
                works: true,
                worked: Duration::ZERO,
            })
        };
        assert!(never(false, &works) > limits::READ_ALONE_WAIT * 2);
        let (read, _) = until_read_at_once(|| None, || false, &|| None);
        assert_eq!(read, None);
    }
}
