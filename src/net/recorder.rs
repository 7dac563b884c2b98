//! Records the bytes and events of connections, in one order and with one clock.
//!
//! Rule 1: one lock. The order in which callers get the lock is the order of the recording. So if a caller
//! records bytes before it forwards them, a cause is always recorded before its effect.
//! Rule 2: a time is the gap since the step before, in whole microseconds; gaps are differences of
//! rounded times, so their sum does not drift.
//! Rule 3: with a sink, the recorder keeps nothing, so memory does not grow with the recording.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::locks::lock;
use crate::wire::{Conn, Event, Gap, Transcript, Who};

/// One step of a recording, as a sink gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation<'a> {
    /// Since the first step; whole microseconds.
    pub at: Duration,
    /// Since the step before; `None` for the first.
    pub gap: Option<Duration>,
    /// The connection.
    pub conn: Conn,
    /// Who spoke or acted.
    pub who: Who,
    /// A recorded step.
    pub what: ObservationKind<'a>,
    /// How many connections stand open after this step.
    pub open: usize,
    /// Where the client of this connection called from, in its first step, where that is known.
    pub client: Option<SocketAddr>,
}

/// A recorded step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObservationKind<'a> {
    /// The bytes of one read, never empty.
    Bytes(&'a [u8]),
    /// Something happened to the connection.
    Event(Event),
    /// What a fault of ours does to it.
    Note(&'a str),
}

impl ObservationKind<'_> {
    /// Adds the step to a transcript.
    pub fn add_to(&self, transcript: &mut Transcript, conn: Conn, who: Who) {
        match self {
            ObservationKind::Bytes(bytes) => transcript.push_bytes(conn, who, bytes),
            ObservationKind::Event(event) => transcript.push_event(conn, who, *event),
            ObservationKind::Note(text) => transcript.push_note(text),
        }
    }
}

/// Takes one step after the other; it is called under the recorder's lock, so it must not wait for
/// anything that records.
type Sink = Box<dyn FnMut(&Observation) + Send>;

/// Cheap to clone; all clones write into the same recording.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Mutex<Recording>>,
}

struct Recording {
    /// The moment of the first step; `at` counts from here.
    start: Option<Instant>,
    /// `at` of the last step.
    last: Duration,
    /// How many connections were numbered.
    connections: Conn,
    /// The numbers of the next connections, where they are settled.
    next: VecDeque<Conn>,
    /// When the last step was recorded.
    last_step: Option<Instant>,
    /// The connections that stand open, and which side has sent its FIN.
    open: BTreeMap<Conn, HalfClosed>,
    /// Where the clients of connections without a step called from.
    clients: BTreeMap<Conn, SocketAddr>,
    keep: Keep,
}

#[derive(Clone, Copy, Default)]
struct HalfClosed {
    client: bool,
    server: bool,
}

enum Keep {
    Memory(Transcript),
    Sink(Sink),
}

impl Default for Recorder {
    fn default() -> Recorder {
        Recorder::new()
    }
}

impl Recorder {
    /// Keeps everything in memory, for [`Recorder::transcript`].
    pub fn new() -> Recorder {
        Recorder::keeping(Keep::Memory(Transcript::new()))
    }

    /// Keeps nothing, and hands each step to `sink` under the recorder's lock; for recordings that
    /// may be bigger than memory. [`Recorder::transcript`] is then empty.
    pub fn into_sink(sink: impl FnMut(&Observation) + Send + 'static) -> Recorder {
        Recorder::keeping(Keep::Sink(Box::new(sink)))
    }

    fn keeping(keep: Keep) -> Recorder {
        let recording = Recording {
            start: None,
            last: Duration::ZERO,
            connections: 0,
            next: VecDeque::new(),
            last_step: None,
            open: BTreeMap::new(),
            clients: BTreeMap::new(),
            keep,
        };
        Recorder {
            shared: Arc::new(Mutex::new(recording)),
        }
    }

    /// Settles the numbers of the next connections; further ones are numbered from `more` on. For a program in
    /// the middle, whose connections on both sides are recorded together.
    pub fn number(&self, next: &[Conn], more: Conn) {
        let mut recording = self.lock();
        recording.next = next.iter().copied().collect();
        recording.connections = more.saturating_sub(1);
    }

    /// The number of a new connection: 1, 2, 3 …
    pub fn connection(&self) -> Conn {
        self.lock().connection()
    }

    /// When the last step was recorded.
    pub fn last_step(&self) -> Option<Instant> {
        self.lock().last_step
    }

    /// The number of a new connection whose client called from this address.
    pub fn connection_from(&self, client: SocketAddr) -> Conn {
        let mut recording = self.lock();
        let conn = recording.connection();
        recording.clients.insert(conn, client);
        conn
    }

    /// Records what `who` sent on `conn` in one read. No bytes, no step.
    pub fn bytes(&self, conn: Conn, who: Who, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.lock().step(conn, who, ObservationKind::Bytes(bytes));
        }
    }

    /// Records one datagram of `who`, also an empty one: the notation cannot write it, a note says it.
    pub fn datagram(&self, conn: Conn, who: Who, bytes: &[u8]) {
        match bytes.is_empty() {
            true => self.note(conn, who, "an empty datagram"),
            false => self.bytes(conn, who, bytes),
        }
    }

    /// What stands so far of a conversation of datagrams, which nobody ends.
    pub fn transcript_of_datagrams(&self) -> Transcript {
        let mut transcript = self.transcript();
        transcript.push_heading("transport", "udp");
        transcript.push_gap(Gap::End);
        transcript
    }

    /// Records what `who` did on `conn`.
    pub fn event(&self, conn: Conn, who: Who, event: Event) {
        self.lock().step(conn, who, ObservationKind::Event(event));
    }

    /// Records a note about what `who` says on `conn`.
    pub fn note(&self, conn: Conn, who: Who, text: &str) {
        self.lock().step(conn, who, ObservationKind::Note(text));
    }

    /// What stands so far. When a connection is still open, the last line is `~ end`.
    pub fn transcript(&self) -> Transcript {
        let recording = self.lock();
        let Keep::Memory(transcript) = &recording.keep else {
            return Transcript::new();
        };
        let mut transcript = transcript.clone();
        if !recording.open.is_empty() {
            transcript.push_gap(Gap::End);
        }
        transcript
    }

    fn lock(&self) -> MutexGuard<'_, Recording> {
        lock(&self.shared)
    }
}

impl Recording {
    fn connection(&mut self) -> Conn {
        self.next.pop_front().unwrap_or_else(|| {
            self.connections += 1;
            self.connections
        })
    }

    fn step(&mut self, conn: Conn, who: Who, what: ObservationKind) {
        let first = self.start.is_none();
        let start = *self.start.get_or_insert_with(Instant::now);
        let at = whole_micros(start.elapsed()).max(self.last);
        self.last_step = Some(start + at);
        let gap = if first { None } else { Some(at - self.last) };
        self.last = at;
        if let ObservationKind::Event(event) = what {
            self.count(conn, who, event);
        }
        match &mut self.keep {
            Keep::Memory(transcript) => {
                if let Some(gap) = gap {
                    transcript.push_gap(Gap::Exactly(gap));
                }
                what.add_to(transcript, conn, who);
            }
            Keep::Sink(sink) => sink(&Observation {
                at,
                gap,
                conn,
                who,
                what,
                open: self.open.len(),
                client: self.clients.remove(&conn),
            }),
        }
    }

    /// Keeps `open` true: a connection ends with the second FIN, or with a reset.
    fn count(&mut self, conn: Conn, who: Who, event: Event) {
        match event {
            Event::Connect => {
                self.open.insert(conn, HalfClosed::default());
            }
            Event::Rst | Event::Refuse => {
                self.open.remove(&conn);
            }
            Event::Fin => {
                let Some(ends) = self.open.get_mut(&conn) else {
                    return;
                };
                match who {
                    Who::Client => ends.client = true,
                    Who::Server => ends.server = true,
                }
                if ends.client && ends.server {
                    self.open.remove(&conn);
                }
            }
            Event::Timeout(_) | Event::Drop | Event::Double | Event::Swap => {}
        }
    }
}

/// The notation has no finer time than a microsecond.
fn whole_micros(time: Duration) -> Duration {
    Duration::new(time.as_secs(), time.subsec_micros() * 1_000)
}
