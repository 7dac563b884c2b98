//! The queue between the relay, which must not wait, and the display, which may wait. The display takes steps
//! out in batches.
//!
//! Rule 1: the queue holds [`limits::UNSHOWN_BYTES`]. If a step does not fit, it is only counted.
//! Rule 2: adding a step wakes the display only if it waits for the first step of a batch. Waking another
//! thread at each step would cost the relay more than the step itself.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use wirelab::limits;
use wirelab::locks::lock;
use wirelab::wire::Transcript;

/// What is to be shown, in order.
#[derive(Default)]
pub struct Board {
    up: Mutex<Batch>,
    changed: Condvar,
}

/// What was taken down.
#[derive(Default)]
pub struct Batch {
    /// Steps and remarks.
    pub said: Transcript,
    /// How many steps after them found no room.
    pub missed: u64,
    /// Bytes of what was said in the steps, and something for each step itself.
    size: usize,
}

/// What a step costs beside its bytes. Reason: its entries, and its share of what is allocated.
const STEP: usize = 256;

impl Board {
    /// Puts a step of `length` bytes up, if there is room; `add` adds it to what is there.
    pub fn step(&self, length: usize, add: impl FnOnce(&mut Transcript)) {
        let mut up = self.lock();
        // After a gap no step is added before the gap has been printed.
        if up.missed > 0 || up.size + length + STEP > limits::UNSHOWN_BYTES {
            up.missed += 1;
            return;
        }
        up.size += length + STEP;
        self.put(&mut up, add);
    }

    /// Puts a remark up, which is never left out. There must be few.
    pub fn remark(&self, text: &str) {
        self.put(&mut self.lock(), |said| said.push_note(text));
    }

    /// Takes everything down; waits at most so long while there is nothing.
    pub fn take(&self, wait: Duration) -> Batch {
        let empty = |up: &mut Batch| up.is_empty();
        let waiting = self.changed.wait_timeout_while(self.lock(), wait, empty);
        let (mut up, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut up)
    }

    fn put(&self, up: &mut Batch, add: impl FnOnce(&mut Transcript)) {
        if up.is_empty() {
            self.changed.notify_one();
        }
        add(&mut up.said);
    }

    fn lock(&self) -> MutexGuard<'_, Batch> {
        lock(&self.up)
    }
}

impl Batch {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.said.entries().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wirelab::wire::{Event, Who};

    #[test]
    fn what_finds_no_room_is_counted_and_a_remark_always_does() {
        let board = Board::default();
        let half = limits::UNSHOWN_BYTES / 2 - STEP;
        let step = |said: &mut Transcript| said.push_event(1, Who::Client, Event::Fin);
        for _ in 0..3 {
            board.step(half, step);
        }
        // There would be room for this one, but it stands after one that is missing.
        board.step(0, step);
        board.remark("the disk is full");
        let batch = board.take(Duration::ZERO);
        let text = batch.said.render();
        assert_eq!(text, "C fin\nC fin\n# the disk is full\n");
        assert_eq!(batch.missed, 2);
        board.step(half, step);
        let batch = board.take(Duration::ZERO);
        assert_eq!((batch.said.entries().len(), batch.missed), (1, 0));
        assert!(board.take(Duration::ZERO).is_empty());
    }
}
