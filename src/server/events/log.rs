//! The list after an event stream.
//!
//! Rule: memory has a limit, and adding an event never waits.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::limits;
use crate::locks::lock;

/// One event, as a reader gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamEvent {
    /// What a client sends back in `Last-Event-ID`.
    pub id: String,
    /// The type, `row` or `lost`.
    pub kind: &'static str,
    /// Any text; each of its lines becomes a line of the event.
    pub data: String,
}

/// What a reader of a log finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// One or more events, in order.
    Events(Vec<Arc<StreamEvent>>),
    /// Nothing came in the time that the reader had.
    Quiet,
    /// The log is closed and was read to its end, or the reader has lost its place.
    End,
}

/// A list of events that grows at its end and forgets at its beginning. Clones are the same list.
#[derive(Clone)]
pub struct EventLog {
    shared: Arc<Shared>,
}

struct Shared {
    /// Every id begins with it: `NAME.7`.
    name: String,
    /// Most bytes that are kept.
    most: usize,
    list: Mutex<List>,
    changed: Condvar,
}

#[derive(Default)]
struct List {
    events: VecDeque<Arc<StreamEvent>>,
    /// The number of the first event that is kept; ids count from 1.
    first: u64,
    bytes: usize,
    closed: bool,
    readers: usize,
    /// When the last reader left, or the log began.
    left: Option<Instant>,
}

impl EventLog {
    /// An empty log that keeps about `most` bytes. `name` has no control character.
    pub fn new(name: &str, most: usize) -> EventLog {
        let list = List {
            first: 1,
            left: Some(Instant::now()),
            ..List::default()
        };
        EventLog {
            shared: Arc::new(Shared {
                name: name.to_string(),
                most,
                list: Mutex::new(list),
                changed: Condvar::new(),
            }),
        }
    }

    /// Adds an event; the oldest are forgotten when there is no more room. After [`EventLog::close`]
    /// nothing is added.
    pub fn push(&self, kind: &'static str, data: String) {
        let mut list = self.lock();
        if list.closed {
            return;
        }
        let number = list.first + list.events.len() as u64;
        let id = format!("{}.{number}", self.shared.name);
        list.bytes += weight(&data);
        list.events
            .push_back(Arc::new(StreamEvent { id, kind, data }));
        while list.bytes > self.shared.most && list.events.len() > 1 {
            if let Some(event) = list.events.pop_front() {
                list.bytes -= weight(&event.data);
                list.first += 1;
            }
        }
        self.shared.changed.notify_all();
    }

    /// Ends the streams of all readers when they have read what is there.
    pub fn close(&self) {
        self.lock().closed = true;
        self.shared.changed.notify_all();
    }

    /// How long the log has had no reader; `None` while it has one.
    pub fn unread_for(&self) -> Option<Duration> {
        self.lock().left.map(|left| left.elapsed())
    }

    /// How many readers there are.
    pub fn readers(&self) -> usize {
        self.lock().readers
    }

    /// A reader of what comes after the event with this id, or of all that is kept when there is no
    /// such id in this log.
    pub fn reader(&self, after: Option<&str>) -> Reader {
        let number = after.and_then(|id| id.strip_prefix(&self.shared.name)?.strip_prefix('.'));
        let number = number.and_then(|digits| digits.parse::<u64>().ok());
        let mut list = self.lock();
        let end = list.first + list.events.len() as u64;
        let next = match number {
            Some(number) if number < end => number + 1,
            _ => list.first,
        };
        list.readers += 1;
        list.left = None;
        drop(list);
        Reader {
            log: self.clone(),
            next,
            lost: false,
        }
    }

    /// Every event that is kept, in order.
    pub fn kept(&self) -> Vec<Arc<StreamEvent>> {
        self.lock().events.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        lock(&self.shared.list)
    }
}

/// What an event counts: its text, and what stands around it.
fn weight(data: &str) -> usize {
    data.len() + 64
}

/// A place in a log.
pub struct Reader {
    log: EventLog,
    next: u64,
    lost: bool,
}

impl Reader {
    /// Waits at most `wait` for events after this place, and moves it after them.
    pub fn next(&mut self, wait: Duration) -> Next {
        if self.lost {
            return Next::End;
        }
        let next = self.next;
        let nothing =
            |list: &mut List| !list.closed && next >= list.first + list.events.len() as u64;
        let waiting = self
            .log
            .shared
            .changed
            .wait_timeout_while(self.log.lock(), wait, nothing);
        let (list, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        if next < list.first {
            let missed = list.first - next;
            self.lost = true;
            let id = format!("{}.{}", self.log.shared.name, list.first - 1);
            let kind = "lost";
            let data = missed.to_string();
            return Next::Events(vec![Arc::new(StreamEvent { id, kind, data })]);
        }
        let skip = usize::try_from(next - list.first).unwrap_or(usize::MAX);
        let mut bytes = 0;
        let few = |event: &&Arc<StreamEvent>| {
            let before = bytes;
            bytes += weight(&event.data);
            before < limits::CHUNK
        };
        let events: Vec<_> = list.events.iter().skip(skip).take_while(few).collect();
        if events.is_empty() {
            return if list.closed { Next::End } else { Next::Quiet };
        }
        self.next += events.len() as u64;
        Next::Events(events.into_iter().cloned().collect())
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut list = self.log.lock();
        list.readers = list.readers.saturating_sub(1);
        if list.readers == 0 {
            list.left = Some(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(next: Next) -> Vec<String> {
        match next {
            Next::Events(events) => events.iter().map(|event| event.data.clone()).collect(),
            Next::Quiet => vec!["(quiet)".to_string()],
            Next::End => vec!["(end)".to_string()],
        }
    }

    const NOW: Duration = Duration::ZERO;

    #[test]
    fn a_reader_goes_on_behind_the_event_that_it_names() {
        let log = EventLog::new("p1", 10_000);
        for word in ["one", "two", "three"] {
            log.push("row", word.to_string());
        }
        let after = |id: Option<&str>| data(log.reader(id).next(NOW));
        assert_eq!(after(None), ["one", "two", "three"]);
        assert_eq!(after(Some("p1.1")), ["two", "three"]);
        assert_eq!(after(Some("p1.3")), ["(quiet)"]);
        // An id that this log never gave.
        for id in [
            "p1.4",
            "p2.1",
            "p1.",
            "p1.-1",
            "p1.99999999999999999999",
            "",
        ] {
            assert_eq!(after(Some(id)), ["one", "two", "three"], "{id}");
        }
        log.close();
        log.push("row", "four".to_string());
        let mut reader = log.reader(Some("p1.2"));
        assert_eq!(data(reader.next(NOW)), ["three"]);
        assert_eq!(data(reader.next(NOW)), ["(end)"]);
    }

    #[test]
    fn a_log_forgets_its_oldest_events_and_tells_a_reader_that_needed_them() {
        let log = EventLog::new("p1", 1_000);
        log.push("row", "first".to_string());
        let mut slow = log.reader(None);
        for number in 0..10_000 {
            log.push("row", format!("{number:0100}"));
        }
        assert!(log.lock().bytes <= 1_000 && log.lock().events.len() <= 10);
        let lost = 10_001 - log.lock().events.len();
        assert_eq!(data(slow.next(NOW)), [lost.to_string()]);
        assert_eq!(data(slow.next(NOW)), ["(end)"]);
        assert_eq!(data(log.reader(None).next(NOW)).len(), log.kept().len());
    }

    #[test]
    fn an_event_larger_than_the_log_is_kept_alone() {
        let log = EventLog::new("p1", 100);
        log.push("row", "small".to_string());
        log.push("row", "x".repeat(1_000));
        assert_eq!(log.kept().len(), 1);
    }

    #[test]
    fn a_log_knows_whether_somebody_reads() {
        let log = EventLog::new("p1", 100);
        assert!(log.unread_for().is_some());
        let (one, two) = (log.reader(None), log.reader(None));
        assert_eq!(log.unread_for(), None);
        drop(one);
        assert_eq!(log.unread_for(), None);
        drop(two);
        assert!(log.unread_for().is_some());
    }
}
