//! One lane of both transcripts, matched: its bytes, its pairs of events, and a difference at one of its places.
//!
//! Rule: this module knows one lane. What one side must wait for is decided in the module above.

use std::time::Duration;

use super::difference::{Difference, DifferenceKind, Wanted};
use super::lanes::{
    Expected, Lane, Moment, Recorded, ended_of, expected_of, recorded_of, waited_of,
};
use crate::wire::pattern::{Element, Matching, match_all};
use crate::wire::{Event, Transcript};

/// One lane of both transcripts.
pub(super) struct Compared<'a> {
    pub(super) lane: Lane,
    pub(super) expected: Expected<'a>,
    pub(super) recorded: Recorded,
    pub(super) matching: Matching,
    /// The expected transcript speaks of this connection, and has no `connect` for it.
    opens_silently: bool,
    /// How it ended.
    ended: Option<Event>,
    /// How long the other side waited in vain.
    silence: Option<Duration>,
}

/// An expected event with its entry, and the recorded one that stands at its place.
#[derive(Clone, Copy, Default)]
pub(super) struct EventPair {
    pub(super) expected: Option<(usize, Event)>,
    pub(super) recorded: Option<(Event, Moment)>,
}

impl EventPair {
    /// Whether both are the same; how long a `timeout` took does not count.
    pub(super) fn agrees(&self) -> bool {
        let expected = self.expected.map(|(_, event)| event);
        let recorded = self.recorded.map(|(event, _)| event);
        match (expected, recorded) {
            (Some(Event::Timeout(_)), Some(Event::Timeout(_))) => true,
            (expected, recorded) => expected == recorded,
        }
    }
}

impl Compared<'_> {
    pub(super) fn new<'a>(expected: &'a Transcript, got: &Transcript, lane: Lane) -> Compared<'a> {
        let recorded = recorded_of(got, lane);
        let opens_silently = expected.connections().contains(&lane.0);
        let expected = expected_of(expected, lane);
        let is_connect = |(_, event): &(usize, Event)| *event == Event::Connect;
        let opens_silently = opens_silently && !expected.events.iter().any(is_connect);
        let elements: Vec<Element> = expected
            .elements
            .iter()
            .map(|(_, element)| *element)
            .collect();
        let matching = match_all(&elements, &recorded.bytes);
        Compared {
            lane,
            expected,
            recorded,
            matching,
            opens_silently,
            ended: ended_of(got, lane),
            silence: waited_of(got, (lane.0, lane.1.other())),
        }
    }

    /// Expected and recorded events side by side, up to the first pair that differs. A `timeout` that
    /// nobody expected is an observation and no act: it is passed over. So is the `connect` of a
    /// connection whose `connect` the expected transcript leaves unsaid.
    pub(super) fn event_pairs(&self) -> Vec<EventPair> {
        let may_be_unsaid = |event: Event| match event {
            Event::Connect => self.opens_silently,
            event => matches!(event, Event::Timeout(_)),
        };
        let mut pairs = Vec::new();
        let mut expected = self.expected.events.iter().copied().peekable();
        let mut recorded = self.recorded.events.iter().copied().peekable();
        loop {
            let said = expected
                .peek()
                .is_some_and(|(_, event)| may_be_unsaid(*event));
            while !said
                && recorded
                    .peek()
                    .is_some_and(|(event, _)| may_be_unsaid(*event))
            {
                recorded.next();
            }
            let pair = EventPair {
                expected: expected.next(),
                recorded: recorded.next(),
            };
            if pair.expected.is_none() && pair.recorded.is_none() {
                return pairs;
            }
            pairs.push(pair);
            if !pair.agrees() {
                return pairs;
            }
        }
    }

    /// A difference at `offset` of this lane.
    pub(super) fn difference(
        &self,
        what: DifferenceKind,
        agreed: usize,
        offset: usize,
        expected: Wanted,
    ) -> Difference {
        let (so_far, got) = self.recorded.bytes.split_at(offset);
        let line_start = so_far
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |lf| lf + 1);
        let exact = self
            .expected
            .elements
            .iter()
            .map(|(_, element)| match element {
                Element::Bytes(bytes) => Some(bytes.len()),
                Element::Mask(_) => None,
            });
        Difference {
            conn: self.lane.0,
            who: self.lane.1,
            what,
            agreed,
            offset,
            total: exact.sum(),
            line: so_far.iter().filter(|&&byte| byte == b'\n').count() + 1,
            column: offset - line_start + 1,
            line_so_far: so_far[line_start..].to_vec(),
            expected,
            got: got.to_vec(),
            ended: self.ended,
            silence: self.silence,
        }
    }

    /// What should have come after `matched` bytes of an element.
    pub(super) fn wanted(&self, element: usize, matched: usize) -> Wanted {
        let rest = &self.expected.elements[element..];
        let mut bytes = Vec::new();
        for (_, element) in rest {
            match element {
                Element::Bytes(exact) => bytes.extend_from_slice(exact),
                Element::Mask(mask) if bytes.is_empty() => return Wanted::Mask((*mask).clone()),
                Element::Mask(_) => break,
            }
        }
        Wanted::Bytes(bytes.split_off(matched))
    }

    /// How this direction should end: its entry and what to expect there.
    pub(super) fn wanted_end(&self, entries: usize) -> (usize, Wanted) {
        let is_end = |(_, event): &&(usize, Event)| matches!(event, Event::Fin | Event::Rst);
        match self.expected.events.iter().find(is_end) {
            Some((entry, event)) => (*entry, Wanted::Event(*event)),
            None => (entries, Wanted::Open),
        }
    }
}
