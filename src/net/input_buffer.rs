//! A buffer of received bytes that are not yet used.
//!
//! Rule: the buffer grows only while one unfinished head fills it, so it is never much larger than the limit of
//! a head.

use std::time::Duration;

use crate::limits;
use crate::net::{IoFailure, RecordedStream, may_allocate};

/// A buffer that is filled at its end and used up from its beginning.
pub struct Input {
    buffer: Vec<u8>,
    first: usize,
    start: usize,
    end: usize,
    ended: bool,
    /// The last read took all that there was room for, so the system may have more.
    full: bool,
}

impl Input {
    /// An empty buffer, which takes no memory yet, and `first` bytes from the first [`Input::fill`] on.
    pub fn new(first: usize) -> Input {
        Input {
            buffer: Vec::new(),
            first,
            start: 0,
            end: 0,
            ended: false,
            full: false,
        }
    }

    /// What came and was not used.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether nothing more will come.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Whether nothing is left, here or, when it was last read, in the system.
    pub fn is_drained(&self) -> bool {
        self.bytes().is_empty() && !self.full
    }

    /// Drops bytes that were used.
    pub fn take(&mut self, used: usize) {
        self.start += used;
        if self.start >= self.end {
            self.start = 0;
            self.end = 0;
        }
    }

    /// Gives the memory of an empty buffer back, until something comes.
    pub fn release(&mut self) {
        if self.bytes().is_empty() {
            self.buffer = Vec::new();
            (self.start, self.end) = (0, 0);
        }
    }

    /// Reads more after what is there.
    pub fn fill(&mut self, line: &mut RecordedStream, wait: Duration) -> Result<(), IoFailure> {
        self.fill_by(|room| line.read(room, wait))
    }

    /// The same, without any wait: `Silent` when nothing has come.
    pub fn fill_now(&mut self, line: &mut RecordedStream) -> Result<(), IoFailure> {
        self.fill_by(|room| line.read_now(room))
    }

    fn fill_by(
        &mut self,
        read: impl FnOnce(&mut [u8]) -> Result<usize, IoFailure>,
    ) -> Result<(), IoFailure> {
        if self.end == self.buffer.len() && self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            let length = (self.buffer.len() * 2).max(self.first);
            let more = length - self.buffer.len();
            let short = !self.buffer.is_empty() && may_allocate::is_short(limits::MEMORY_RESERVE);
            if short || self.buffer.try_reserve_exact(more).is_err() {
                return Err(IoFailure::NoMemory);
            }
            self.buffer.resize(length, 0);
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let most = room.len();
        let count = read(room)?;
        self.full = count == most;
        self.end += count;
        self.ended |= count == 0;
        Ok(())
    }
}
