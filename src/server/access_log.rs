//! An access log that never delays an answer: callers put lines into a bounded queue, and one thread writes
//! them.
//!
//! Rule 1: a caller never waits for the output. If the queue is full, lines are dropped and counted. When the
//! log can write again, it writes that number at the place of the missing lines.
//! Rule 2: a line that comes after a pause is written at once; under load many lines are written together,
//! [`LOG_INTERVAL`] apart. A program that is killed loses no more than the lines of that time.
//! Rule 3: dropping the log waits until all lines are written, or until the output clearly has no reader.

use crate::plural::count_of;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::Answered;
use crate::http::date;
use crate::limits::{IO_DEADLINE, LOG_INTERVAL, LOG_LINES_AT_ONCE, LOG_QUEUE};
use crate::locks::lock;

/// A log, written by a thread of its own.
pub struct AccessLog {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// There is something to write, or the log is closed.
    filled: Condvar,
    /// Everything was written.
    written: Condvar,
}

#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    lines: usize,
    dropped: usize,
    /// The writer waits for lines; otherwise it comes by itself.
    asleep: bool,
    closed: bool,
    done: bool,
    /// The second for which `date` holds.
    second: Option<i64>,
    date: String,
}

/// The line that stands in a log for so many dropped lines.
pub type Missing = fn(dropped: usize) -> String;

impl AccessLog {
    /// Starts the thread that writes to `out`. Without a thread, every line is dropped.
    pub fn start(out: impl Write + Send + 'static) -> AccessLog {
        AccessLog::start_with(out, |dropped| {
            let lines = count_of(dropped, "line");
            format!("wirelab: {lines} dropped from this log: it is read too slowly")
        })
    }

    /// The same for a log of another kind, in which `missing` stands for what was dropped.
    pub fn start_with(out: impl Write + Send + 'static, missing: Missing) -> AccessLog {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let started = thread::Builder::new()
            .name("log".to_string())
            .spawn(move || own.write_all(out, missing));
        shared.lock().done = started.is_err();
        AccessLog { shared }
    }

    /// Logs an answer in the common log format, which every log reader understands.
    pub fn answered(&self, answered: &Answered) {
        let mut line = Vec::with_capacity(96 + answered.request.len());
        let _ = write!(line, "{} - - [", answered.peer);
        let date_at = line.len();
        line.extend_from_slice(b"] \"");
        answered.append_request_line(&mut line);
        let _ = match answered.length {
            Some(length) => writeln!(line, "\" {} {length}", answered.status),
            None => writeln!(line, "\" {} -", answered.status),
        };
        let (before, after) = line.split_at(date_at);
        let mut queue = self.shared.lock();
        if queue.second != Some(answered.now) {
            queue.second = Some(answered.now);
            queue.date = date::format_log(answered.now);
        }
        let date = std::mem::take(&mut queue.date);
        let wake = queue.put(&[before, date.as_bytes(), after]);
        queue.date = date;
        drop(queue);
        self.wake(wake);
    }

    /// Logs a line of any other kind.
    pub fn line(&self, text: &str) {
        let wake = self.shared.lock().put(&[text.as_bytes(), b"\n"]);
        self.wake(wake);
    }

    /// Logs lines that have their line ends. They are written together, or dropped and counted as one.
    pub fn lines(&self, text: &str) {
        let wake = self.shared.lock().put(&[text.as_bytes()]);
        self.wake(wake);
    }

    fn wake(&self, wake: bool) {
        if wake {
            self.shared.filled.notify_one();
        }
    }
}

impl Drop for AccessLog {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.closed = true;
        self.shared.filled.notify_one();
        let waiting = self
            .shared
            .written
            .wait_timeout_while(queue, IO_DEADLINE, |queue| !queue.done);
        drop(waiting);
    }
}

impl Queue {
    /// Puts a line into the queue, or drops it. Whether the writer must be woken.
    fn put(&mut self, pieces: &[&[u8]]) -> bool {
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        // After a gap, no line is added before the gap is in the output.
        if self.dropped > 0 || self.bytes.len() + length > LOG_QUEUE {
            self.dropped += 1;
            return false;
        }
        for piece in pieces {
            self.bytes.extend_from_slice(piece);
        }
        self.lines += 1;
        std::mem::take(&mut self.asleep)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        lock(&self.queue)
    }

    /// The thread that writes, until the log is closed.
    fn write_all(&self, mut out: impl Write, missing: Missing) {
        let mut batch = Vec::new();
        let (mut since, mut lines) = (Instant::now(), 0);
        while let Some((count, dropped)) = self.next(&mut batch) {
            // A closed output takes no line, and there is no place to report that.
            let _ = out.write_all(&batch);
            if dropped > 0 {
                let _ = writeln!(out, "{}", missing(dropped));
            }
            let _ = out.flush();
            if since.elapsed() >= LOG_INTERVAL {
                (since, lines) = (Instant::now(), 0);
            }
            lines += count;
            // Under load each wake-up of this thread would take the processor from an answer: it rests until
            // nothing comes for a whole interval.
            if lines > LOG_LINES_AT_ONCE {
                self.rest(LOG_INTERVAL);
                (since, lines) = (Instant::now(), LOG_LINES_AT_ONCE);
            }
        }
        self.lock().done = true;
        self.written.notify_all();
    }

    /// Waits for lines and takes them: how many, and how many were dropped. `None`: there are no more.
    fn next(&self, batch: &mut Vec<u8>) -> Option<(usize, usize)> {
        batch.clear();
        let mut queue = self.lock();
        while queue.bytes.is_empty() && queue.dropped == 0 {
            if queue.closed {
                return None;
            }
            queue.asleep = true;
            let waiting = self.filled.wait(queue);
            queue = waiting.unwrap_or_else(PoisonError::into_inner);
        }
        queue.asleep = false;
        std::mem::swap(batch, &mut queue.bytes);
        let (lines, dropped) = (queue.lines, queue.dropped);
        (queue.lines, queue.dropped) = (0, 0);
        Some((lines, dropped))
    }

    /// Lets lines gather, unless the log is closed.
    fn rest(&self, time: Duration) {
        let closed = |queue: &mut Queue| !queue.closed;
        let waiting = self.filled.wait_timeout_while(self.lock(), time, closed);
        drop(waiting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};

    /// An output that is blocked until the test lets it go, and reports what it was given.
    struct Gate {
        open: Arc<(Mutex<bool>, Condvar)>,
        given: Sender<Vec<u8>>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let (open, changed) = &*self.open;
            let guard = open.lock().unwrap();
            drop(changed.wait_while(guard, |open| !*open).unwrap());
            self.given.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_blocked_output_stops_no_caller_and_what_was_dropped_is_counted() {
        let open = Arc::new((Mutex::new(false), Condvar::new()));
        let (given, got) = channel();
        let gate = Gate {
            open: Arc::clone(&open),
            given,
        };
        let log = AccessLog::start(gate);
        let line = "x".repeat(1_023);
        let lines = 3 * LOG_QUEUE / 1_024;
        // No thread writes during this time: if a caller waited, this would hang.
        for _ in 0..lines {
            log.line(&line);
        }
        *open.0.lock().unwrap() = true;
        open.1.notify_all();
        drop(log);
        let text: Vec<u8> = got.iter().flatten().collect();
        let text = String::from_utf8(text).unwrap();
        let whole = text.lines().filter(|it| **it == line).count();
        // A line that says so for each time that the output was written.
        let notes = text
            .lines()
            .filter(|it| it.contains("dropped from this log"));
        let counts = notes.map(|it| it.split(' ').nth(1).unwrap().parse::<usize>().unwrap());
        let dropped: usize = counts.sum();
        assert_eq!(whole + dropped, lines);
        assert!(dropped > lines / 4, "{dropped} of {lines}");
    }

    #[test]
    fn a_log_that_is_dropped_has_been_written() {
        let (given, got) = channel();
        let open = Arc::new((Mutex::new(true), Condvar::new()));
        let log = AccessLog::start(Gate { open, given });
        for n in 0..10_000 {
            log.answered(&Answered {
                peer: [127, 0, 0, 1].into(),
                now: 784_111_777 + n / 5_000,
                request: b"GET /\"\n HTTP/1.1".to_vec(),
                status: 200,
                length: (n % 2 == 0).then_some(12),
            });
        }
        drop(log);
        let text: Vec<u8> = got.iter().flatten().collect();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text.lines().count(), 10_000);
        let first = "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /\\\"\\n HTTP/1.1\" 200 12";
        assert_eq!(text.lines().next(), Some(first));
        let last = "127.0.0.1 - - [06/Nov/1994:08:49:38 +0000] \"GET /\\\"\\n HTTP/1.1\" 200 -";
        assert_eq!(text.lines().last(), Some(last));
    }
}
