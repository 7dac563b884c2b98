//! A set of positions where an element of a pattern may begin, or has ended.

use std::ops::Range;

/// A set of places in the bytes: ranges in order that do not touch.
pub struct Places {
    /// In order.
    pub ranges: Vec<Range<usize>>,
}

impl Places {
    /// No place.
    pub fn none() -> Places {
        Places { ranges: Vec::new() }
    }

    /// One place.
    pub fn one(place: usize) -> Places {
        let mut places = Places::none();
        places.add(place, place);
        places
    }

    /// Adds `from` to `to`, both included. `from` never decreases from call to call.
    pub fn add(&mut self, from: usize, to: usize) {
        match self.ranges.last_mut() {
            Some(last) if from <= last.end => last.end = last.end.max(to + 1),
            _ => self.ranges.push(from..to + 1),
        }
    }

    /// The first place.
    pub fn first(&self) -> Option<usize> {
        self.ranges.first().map(|range| range.start)
    }

    /// The last place.
    pub fn last(&self) -> Option<usize> {
        self.ranges.last().map(|range| range.end - 1)
    }

    /// How many places there are.
    pub fn count(&self) -> usize {
        self.ranges.iter().map(|range| range.len()).sum()
    }

    /// Whether this place is among them.
    pub fn has(&self, place: usize) -> bool {
        let after = self.ranges.partition_point(|range| range.start <= place);
        let range = after.checked_sub(1).and_then(|at| self.ranges.get(at));
        range.is_some_and(|range| range.contains(&place))
    }

    /// All places, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.ranges.iter().cloned().flatten()
    }
}
