//! An idle timeout that does not count time in which the peer was runnable but not scheduled.
//!
//! Rule 1: a peer that waits times out after the set time. A peer that works, and has had less processor time
//! than that, gets more time, up to [`LONGEST`] times as much. So a busy machine changes no verdict. On an idle
//! machine a peer that works without end gets no more time.
//! Rule 2: an early timeout is shorter: it ends when no process of the peer has run between two samples.
//! Rule 3: if the peer's processor time cannot be read, the set time counts.
//! Rule 4: a pause that the peer should notice lasts until the peer is idle.

use std::thread;
use std::time::{Duration, Instant};

use crate::limits;

/// Looks at what the peer does now; `None`: nothing is known of it.
pub type CpuSample<'a> = &'a dyn Fn() -> Option<Activity>;

/// How many times its time a silence lasts at most. Reason: with eighteen busy programs for each processor a peer that
/// must work for a quarter of its time still has it.
const LONGEST: u32 = 12;

/// What a peer's processes do, as far as the system tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Whether a thread runs, could run, or waits for a disk.
    pub works: bool,
    /// The processor time that all of them have had.
    pub worked: Duration,
}

/// A running idle timeout; each received byte starts a new one.
#[derive(Clone, Debug)]
pub struct IdleTimer {
    full: Duration,
    early: bool,
    next: Duration,
    /// The first look, and how long the silence had lasted.
    first: Option<(Duration, Activity)>,
    last: Option<Activity>,
}

impl IdleTimer {
    /// One that counts after `full`; `early`: see rule 2.
    pub fn new(full: Duration, early: bool) -> IdleTimer {
        let next = if early { limits::IDLE_SAMPLE } else { full / 4 };
        IdleTimer {
            full,
            early,
            next: next.min(full),
            first: None,
            last: None,
        }
    }

    /// How long it has to last until [`IdleTimer::counts`] should be asked.
    pub fn next(&self) -> Duration {
        self.next
    }

    /// Whether a silence that has `lasted` so long counts.
    pub fn counts(&mut self, lasted: Duration, look: impl FnOnce() -> Option<Activity>) -> bool {
        if lasted < self.next {
            // A byte came meanwhile.
            *self = IdleTimer::new(self.full, self.early);
            return false;
        }
        let Some(now) = look() else {
            self.next = self.full;
            return lasted >= self.full;
        };
        let (since, first) = *self.first.get_or_insert((lasted, now));
        let still = !now.works && self.last.replace(now) == Some(now);
        if lasted < self.full {
            self.next = match self.early {
                true => self.full.min(lasted + limits::IDLE_SAMPLE),
                false => self.full,
            };
            return self.early && still;
        }
        self.next = lasted + limits::IDLE_SAMPLE;
        // No process has a processor to itself.
        let share = (self.full.saturating_sub(since)) * 3 / 4;
        let had = now.worked.saturating_sub(first.worked);
        !now.works || had >= share.max(limits::IDLE_SAMPLE) || lasted >= self.full * LONGEST
    }
}

/// Lets `time` pass, and more while the peer still works on what it got.
pub(super) fn pause(time: Duration, look: CpuSample) {
    thread::sleep(time);
    rest(look);
}

/// Waits until the peer is seen twice with nothing to do and nothing done in between, for
/// [`limits::SETTLE_TIMEOUT`] at most. (What was just sent may still be on its way to it at the first look.)
/// One that still works then, and was kept from it, gets more time, up to `LONGEST` times as much.
pub fn rest(look: CpuSample) {
    let begun = Instant::now();
    let mut first = None;
    rest_while(look, |now| {
        let full = limits::SETTLE_TIMEOUT;
        let had = now.worked.saturating_sub(*first.get_or_insert(now.worked));
        let kept = now.works && had < full * 3 / 4 && begun.elapsed() < full * LONGEST;
        let goes_on = begun.elapsed() < full || kept;
        if goes_on {
            thread::sleep(limits::SEGMENT_PAUSE / 3);
        }
        goes_on
    });
}

/// [`rest`], with `goes_on` asked, which may wait, between two looks.
fn rest_while(look: CpuSample, mut goes_on: impl FnMut(Activity) -> bool) {
    let mut last = None;
    while let Some(now) = look() {
        let rests = !now.works && last == Some(now);
        if rests || !goes_on(now) {
            return;
        }
        last = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const FULL: Duration = Duration::from_millis(400);

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// How long the peer may be idle until the timeout counts; `look` samples its processes.
    fn lasts(early: bool, look: impl Fn(Duration) -> Option<Activity>) -> Duration {
        let mut silence = IdleTimer::new(FULL, early);
        loop {
            let lasted = silence.next();
            if silence.counts(lasted, || look(lasted)) {
                return lasted;
            }
        }
    }

    fn at_work(worked: Duration) -> Option<Activity> {
        Some(Activity {
            works: true,
            worked,
        })
    }

    fn at_rest(worked: Duration) -> Option<Activity> {
        Some(Activity {
            works: false,
            worked,
        })
    }

    #[test]
    fn who_waits_or_cannot_be_seen_has_the_time_that_was_set() {
        assert_eq!(lasts(false, |_| Some(Activity::default())), FULL);
        assert_eq!(lasts(false, |_| None), FULL);
        assert_eq!(lasts(true, |_| None), FULL);
    }

    #[test]
    fn who_does_nothing_is_known_early() {
        assert_eq!(lasts(true, |_| at_rest(ms(7))), limits::IDLE_SAMPLE * 2);
        let busy_at_first = |lasted: Duration| at_rest(lasted.min(limits::IDLE_SAMPLE * 4));
        assert_eq!(lasts(true, busy_at_first), limits::IDLE_SAMPLE * 5);
        assert_eq!(lasts(true, at_rest), FULL);
    }

    #[test]
    fn who_works_gets_its_share_of_the_processor_and_not_for_ever() {
        assert_eq!(lasts(false, at_work), FULL);
        let half = lasts(false, |lasted| at_work(lasted / 2));
        assert!(half > FULL && half < FULL * 2, "{half:?}");
        let starved = lasts(false, |_| at_work(Duration::ZERO));
        assert!(starved >= FULL * LONGEST, "{starved:?}");
        let done = |lasted| {
            Some(Activity {
                works: lasted < ms(700),
                worked: Duration::ZERO,
            })
        };
        let done = lasts(false, done);
        assert!(done >= ms(700) && done < ms(800), "{done:?}");
    }

    #[test]
    fn a_pause_lasts_until_the_peer_rests_and_not_for_ever() {
        let looks = Cell::new(0);
        let twice_at_work = || {
            looks.set(looks.get() + 1);
            match looks.get() {
                1 | 2 => at_work(Duration::ZERO),
                _ => at_rest(Duration::ZERO),
            }
        };
        rest_while(&twice_at_work, |_| true);
        assert_eq!(looks.get(), 4);
        let mut left = 10;
        let ten_times = |_| {
            left -= 1;
            left > 0
        };
        rest_while(&|| at_work(Duration::ZERO), ten_times);
        assert_eq!(left, 0);
        rest_while(&|| None, |_| unreachable!("nothing is known of it"));
        // By the clock.
        let begun = Instant::now();
        pause(Duration::ZERO, &|| at_work(begun.elapsed()));
        pause(Duration::ZERO, &|| None);
    }

    #[test]
    fn a_byte_begins_it_anew() {
        let mut silence = IdleTimer::new(FULL, true);
        assert!(!silence.counts(limits::IDLE_SAMPLE, || Some(Activity::default())));
        assert!(!silence.counts(ms(1), || Some(Activity::default())));
        assert_eq!(silence.next(), limits::IDLE_SAMPLE);
        assert!(!silence.counts(limits::IDLE_SAMPLE, || Some(Activity::default())));
    }
}
