//! A transcript cut into lanes: one lane for each connection and direction, with its bytes and its events.
//!
//! Rule 1: an expected lane keeps the entry that each part comes from. A recorded lane keeps the time when each
//! part came. This module compares nothing.

use std::ops::Range;
use std::time::Duration;

use crate::wire::pattern::Element;
use crate::wire::{Conn, Entry, Event, Gap, Piece, Transcript, Who};

/// One direction of one connection.
pub type Lane = (Conn, Who);

/// The expected bytes and events of one lane.
#[derive(Default)]
pub struct Expected<'a> {
    /// Bytes and masks, each with the entry that it belongs to.
    pub elements: Vec<(usize, Element<'a>)>,
    /// Events, each with its entry.
    pub events: Vec<(usize, Event)>,
}

/// When something came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// The entry of the recording.
    pub order: usize,
    /// Since the recording's start.
    pub time: Duration,
}

/// The recorded bytes and events of one lane.
#[derive(Default)]
pub struct Recorded {
    /// All its bytes.
    pub bytes: Vec<u8>,
    /// Where each chunk begins in `bytes`, and when it came.
    chunks: Vec<(usize, Moment)>,
    /// Events, and when they came.
    pub events: Vec<(Event, Moment)>,
}

/// The lanes of a transcript, in order of their first appearance.
pub fn lanes_of(transcript: &Transcript) -> Vec<Lane> {
    let mut lanes = Vec::new();
    for entry in transcript.entries() {
        if let Some(lane) = lane_of(entry)
            && !lanes.contains(&lane)
        {
            lanes.push(lane);
        }
    }
    lanes
}

/// The lane that an entry belongs to; none for gaps and notes.
pub fn lane_of(entry: &Entry) -> Option<Lane> {
    match entry {
        Entry::Chunk(chunk) => Some((chunk.conn, chunk.who)),
        Entry::Event { who, conn, .. } => Some((*conn, *who)),
        Entry::Gap(_) | Entry::Note(_) | Entry::Blank => None,
    }
}

/// The expected bytes and events of `lane`.
pub fn expected_of(transcript: &Transcript, lane: Lane) -> Expected<'_> {
    let mut expected = Expected::default();
    for (at, entry) in transcript.entries().iter().enumerate() {
        if lane_of(entry) != Some(lane) {
            continue;
        }
        match entry {
            Entry::Chunk(chunk) => {
                let elements = chunk.pieces.iter().filter_map(Piece::element);
                expected
                    .elements
                    .extend(elements.map(|element| (at, element)));
            }
            Entry::Event { event, .. } => expected.events.push((at, *event)),
            Entry::Gap(_) | Entry::Note(_) | Entry::Blank => {}
        }
    }
    expected
}

/// The recorded bytes and events of `lane`. Masks of a recording stand for bytes that were left out: they count as
/// none.
pub fn recorded_of(transcript: &Transcript, lane: Lane) -> Recorded {
    let mut recorded = Recorded::default();
    let mut time = Duration::ZERO;
    for (order, entry) in transcript.entries().iter().enumerate() {
        if let Entry::Gap(Gap::Exactly(passed)) = entry {
            time = time.saturating_add(*passed);
        }
        if lane_of(entry) != Some(lane) {
            continue;
        }
        let moment = Moment { order, time };
        match entry {
            Entry::Chunk(chunk) => {
                recorded.chunks.push((recorded.bytes.len(), moment));
                recorded.bytes.extend(chunk.exact());
            }
            Entry::Event { event, .. } => recorded.events.push((*event, moment)),
            Entry::Gap(_) | Entry::Note(_) | Entry::Blank => {}
        }
    }
    recorded
}

impl Recorded {
    /// Whether a chunk begins at this byte, or nothing follows it.
    pub fn is_cut(&self, offset: usize) -> bool {
        offset == self.bytes.len() || self.chunks.iter().any(|(start, _)| *start == offset)
    }

    /// The first place strictly within these bytes where a chunk begins.
    pub fn cut_within(&self, bytes: Range<usize>) -> Option<usize> {
        let mut starts = self.chunks.iter().map(|(start, _)| *start);
        starts.find(|start| *start > bytes.start && *start < bytes.end)
    }

    /// When the byte at `offset` came; behind the last byte, when the last came.
    pub fn moment(&self, offset: usize) -> Moment {
        let after = self.chunks.partition_point(|(start, _)| *start <= offset);
        let chunk = self.chunks.get(after.saturating_sub(1));
        chunk.map(|(_, moment)| *moment).unwrap_or_default()
    }
}

/// How a lane ended: its last `fin`, `rst` or `refuse`, or that the other side refused it.
pub fn ended_of(transcript: &Transcript, (conn, who): Lane) -> Option<Event> {
    let own = |event: &Event| matches!(event, Event::Fin | Event::Rst | Event::Refuse);
    let refused = |event: &Event| *event == Event::Refuse;
    let ended = events_of(transcript, (conn, who)).rfind(own);
    ended.or_else(|| events_of(transcript, (conn, who.other())).rfind(refused))
}

/// How long a lane's side waited in vain at last.
pub fn waited_of(transcript: &Transcript, lane: Lane) -> Option<Duration> {
    let mut events = events_of(transcript, lane).rev();
    events.find_map(|event| match event {
        Event::Timeout(waited) => Some(waited),
        _ => None,
    })
}

fn events_of(transcript: &Transcript, lane: Lane) -> impl DoubleEndedIterator<Item = Event> {
    let entries = transcript.entries().iter();
    entries.filter_map(move |entry| match entry {
        Entry::Event { who, conn, event } if (*conn, *who) == lane => Some(*event),
        _ => None,
    })
}
