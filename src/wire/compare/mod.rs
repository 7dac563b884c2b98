//! Finds the first difference between an expected transcript and a recorded one.
//!
//! Rule 1: the comparison includes the bytes of each direction, its events, and the order if one step must wait
//! for another. The cuts between chunks, and times, count only where the expected transcript has
//! `~ 10ms..20ms`.
//! Rule 2: a side is early if it begins a turn before the other side has ended the turn before. Only the side
//! that sends too early has this fault. So a check that pipelines its own requests still compares the other
//! side correctly.
//! Rule 3: the first difference is the one at the earliest entry of the expected transcript.

mod difference;
mod lanes;
mod matched_lane;

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Entry, Event, Gap, Transcript, Who};
pub use difference::{Difference, DifferenceKind, LOOSE, Wanted};
use lanes::Moment;
pub(super) use lanes::{Lane, lane_of, lanes_of, recorded_of};
use matched_lane::Compared;

/// The first difference between what was expected (masks allowed) and what came, both sides judged.
pub fn compare(expected: &Transcript, got: &Transcript) -> Option<Difference> {
    first_difference(expected, got, &[Who::Client, Who::Server])
}

/// The same with only the bytes, events and waiting of one side judged: the other side is the
/// checker's own.
pub fn compare_side(expected: &Transcript, got: &Transcript, side: Who) -> Option<Difference> {
    first_difference(expected, got, &[side])
}

fn first_difference(expected: &Transcript, got: &Transcript, judged: &[Who]) -> Option<Difference> {
    let expected = &*expected.settled(got);
    let mut lanes = lanes_of(expected);
    for lane in lanes_of(got) {
        if !lanes.contains(&lane) {
            lanes.push(lane);
        }
    }
    let mut comparison = Comparison {
        expected,
        lanes: Vec::new(),
        placed: vec![None; expected.entries().len()],
        waits_for: waits_of(expected),
    };
    for lane in lanes {
        comparison.lanes.push(Compared::new(expected, got, lane));
    }
    comparison.place();
    let mut found = Vec::new();
    for compared in &comparison.lanes {
        if !judged.contains(&compared.lane.1) {
            continue;
        }
        found.extend(comparison.bytes(compared));
        found.extend(comparison.events(compared));
        found.extend(comparison.early(compared));
        found.extend(comparison.gaps(compared));
        if expected.has_datagrams() {
            found.extend(comparison.boundaries(compared));
        }
    }
    found.into_iter().min_by_key(|difference| difference.agreed)
}

/// Where and when an entry of the expected transcript came.
#[derive(Clone, Copy)]
struct Placed {
    start: usize,
    end: usize,
    first: Moment,
    last: Moment,
}

struct Comparison<'a> {
    expected: &'a Transcript,
    lanes: Vec<Compared<'a>>,
    /// For each expected entry where it came, if it came wholly.
    placed: Vec<Option<Placed>>,
    /// For each expected entry the one of the other side that it has to wait for.
    waits_for: Vec<Option<usize>>,
}

/// For each entry the last one of the other side of its connection before it. A `connect` counts for
/// nothing here: whoever says something has waited for it.
fn waits_of(expected: &Transcript) -> Vec<Option<usize>> {
    let mut last: BTreeMap<Lane, usize> = BTreeMap::new();
    let mut waits_for = Vec::new();
    for (at, entry) in expected.entries().iter().enumerate() {
        let lane = lane_of(entry);
        let other = lane.and_then(|(conn, who)| last.get(&(conn, who.other())));
        waits_for.push(other.copied());
        let is_connect = matches!(
            entry,
            Entry::Event {
                event: Event::Connect,
                ..
            }
        );
        if let Some(lane) = lane.filter(|_| !is_connect) {
            last.insert(lane, at);
        }
    }
    waits_for
}

impl Comparison<'_> {
    /// Finds for each expected entry where and when it came.
    fn place(&mut self) {
        for compared in &self.lanes {
            let mut start = 0;
            let elements = &compared.expected.elements;
            for (at, &end) in compared.matching.ends.iter().enumerate() {
                let entry = elements[at].0;
                if elements.get(at + 1).is_some_and(|(next, _)| *next == entry) {
                    continue;
                }
                self.placed[entry] = Some(Placed {
                    start,
                    end,
                    first: compared.recorded.moment(start),
                    last: compared.recorded.moment(end.max(start + 1) - 1),
                });
                start = end;
            }
            for pair in compared.event_pairs() {
                if let (Some((entry, _)), Some((_, moment))) = (pair.expected, pair.recorded)
                    && pair.agrees()
                {
                    self.placed[entry] = Some(Placed {
                        start: compared.recorded.bytes.len(),
                        end: compared.recorded.bytes.len(),
                        first: moment,
                        last: moment,
                    });
                }
            }
        }
    }

    /// Whether something at `moment` came before the other side had done all of `entry`. A side that
    /// sent something else than expected is not waited for.
    fn is_before(&self, moment: Moment, entry: usize) -> bool {
        match self.placed[entry] {
            Some(placed) => moment.order < placed.last.order,
            None => {
                let lane = lane_of(&self.expected.entries()[entry]);
                let other = self.lanes.iter().find(|other| Some(other.lane) == lane);
                let miss = other.and_then(|other| other.matching.miss);
                miss.is_none_or(|miss| miss.short)
            }
        }
    }

    fn bytes(&self, compared: &Compared) -> Option<Difference> {
        let miss = compared.matching.miss?;
        let elements = &compared.expected.elements;
        if miss.element == elements.len() {
            let (entry, wanted) = compared.wanted_end(self.expected.entries().len());
            return Some(compared.difference(DifferenceKind::Extra, entry, miss.at, wanted));
        }
        let entry = elements[miss.element].0;
        if miss.gave_up {
            let wanted = compared.wanted(miss.element, miss.matched);
            return Some(compared.difference(DifferenceKind::TooLoose, entry, miss.at, wanted));
        }
        if miss.short {
            let wanted = compared.wanted(miss.element, miss.matched);
            return Some(compared.difference(DifferenceKind::Short, entry, miss.at, wanted));
        }
        let begins_turn = miss.element > 0 && elements[miss.element - 1].0 != entry;
        if let Some(waits_for) = self.waits_for[entry]
            && begins_turn
            && miss.matched == 0
            && waits_for > elements[miss.element - 1].0
            && self.is_before(compared.recorded.moment(miss.at), waits_for)
        {
            let agreed = elements[miss.element - 1].0 + 1;
            let wanted = Wanted::OtherSide;
            return Some(compared.difference(DifferenceKind::Extra, agreed, miss.at, wanted));
        }
        let wanted = compared.wanted(miss.element, miss.matched);
        Some(compared.difference(DifferenceKind::Bytes, entry, miss.at, wanted))
    }

    /// The first event that is missing, another one, or too much. Where the other side was expected
    /// to reset the connection, how this side ended is nobody's business.
    fn events(&self, compared: &Compared) -> Option<Difference> {
        let pair = compared.event_pairs().last().copied().unwrap_or_default();
        if pair.agrees() || (pair.expected.is_none() && self.is_reset(compared.lane)) {
            return None;
        }
        let (entry, wanted) = match pair.expected {
            Some((entry, event)) => (entry, Wanted::Event(event)),
            None => (self.expected.entries().len(), Wanted::Open),
        };
        let what = match pair.recorded {
            Some((Event::Connect, _)) => DifferenceKind::Extra,
            _ => DifferenceKind::Ending,
        };
        let agreed = compared.matching.miss.map(|miss| miss.at);
        let offset = agreed.unwrap_or(compared.recorded.bytes.len());
        Some(compared.difference(what, entry, offset, wanted))
    }

    /// Whether the other side of this lane was expected to reset the connection.
    fn is_reset(&self, (conn, who): Lane) -> bool {
        let other = self
            .lanes
            .iter()
            .find(|other| other.lane == (conn, who.other()));
        let mut events = other.iter().flat_map(|other| &other.expected.events);
        events.any(|(_, event)| *event == Event::Rst)
    }

    /// The first entry of this lane that came before what it has to wait for.
    fn early(&self, compared: &Compared) -> Option<Difference> {
        let entries = self.expected.entries().iter().enumerate();
        for (at, _) in entries.filter(|(_, entry)| lane_of(entry) == Some(compared.lane)) {
            let Some(placed) = self.placed[at] else {
                continue;
            };
            if self.waits_for[at].is_some_and(|other| self.is_before(placed.first, other)) {
                let wanted = Wanted::OtherSide;
                return Some(compared.difference(DifferenceKind::Early, at, placed.start, wanted));
            }
        }
        None
    }

    /// The first datagram of this lane that came in pieces, or together with the next.
    fn boundaries(&self, compared: &Compared) -> Option<Difference> {
        let entries = self.expected.entries().iter().enumerate();
        let chunks = entries.filter(|(_, entry)| {
            matches!(entry, Entry::Chunk(_)) && lane_of(entry) == Some(compared.lane)
        });
        for (at, _) in chunks {
            let Some(Placed { start, end, .. }) = self.placed[at] else {
                continue;
            };
            let cut = compared.recorded.cut_within(start..end);
            let cut = cut.or_else(|| (!compared.recorded.is_cut(end)).then_some(end));
            if let Some(cut) = cut {
                let rest = compared.recorded.bytes.get(cut..end).unwrap_or_default();
                let wanted = Wanted::Bytes(rest.to_vec());
                return Some(compared.difference(DifferenceKind::Boundary, at, cut, wanted));
            }
        }
        None
    }

    /// The first pause before an act of this lane that is not within the bounds asked for.
    fn gaps(&self, compared: &Compared) -> Option<Difference> {
        let entries = self.expected.entries();
        let has_lane = |entry: &Entry| lane_of(entry).is_some();
        for (at, entry) in entries.iter().enumerate() {
            let Entry::Gap(Gap::Between(least, most)) = entry else {
                continue;
            };
            let before = entries[..at].iter().rposition(has_lane);
            let after = entries[at..]
                .iter()
                .position(has_lane)
                .map(|after| at + after);
            let Some(after) =
                after.filter(|&after| lane_of(&entries[after]) == Some(compared.lane))
            else {
                continue;
            };
            let start = before.and_then(|before| self.placed[before]);
            let start = start.map_or(Duration::ZERO, |placed| placed.last.time);
            if let Some(placed) = self.placed[after] {
                let measured = placed.first.time.saturating_sub(start);
                if measured < *least || measured > *most {
                    let wanted = Wanted::Pause(*least, *most);
                    let what = DifferenceKind::Gap { measured };
                    return Some(compared.difference(what, at, placed.start, wanted));
                }
            }
        }
        None
    }
}
