//! How a message is cut on its way.

use std::time::Duration;

use crate::limits;

/// How each message is delivered. The weathers use the first three; the others are for finding out
/// what a program waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// In one write.
    Whole,
    /// Byte by byte, with pauses behind the first byte and before the last.
    Dribble,
    /// In three pieces with pauses.
    Slow,
    /// The first so many bytes, a pause, the rest.
    Split(usize),
    /// In one write, and our FIN right behind the last message.
    HalfClose,
}

/// A piece of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crumb {
    /// Where it ends; it begins where the one before ended.
    pub(super) end: usize,
    /// How long to wait before it.
    pub(super) pause: Duration,
}

impl Delivery {
    /// The pieces of a message of `length` bytes; `first`: the first of its connection, for which the
    /// peer may need a moment to be ready.
    pub(super) fn crumbs(self, length: usize, first: bool) -> Vec<Crumb> {
        let mut crumbs = match self {
            Delivery::Whole | Delivery::HalfClose => cut(length, length),
            Delivery::Dribble => cut(length.min(limits::WEATHERED), 1),
            Delivery::Slow => cut(length, length.div_ceil(3)),
            Delivery::Split(at) => cut(at.min(length), length),
        };
        if crumbs.last().is_none_or(|last| last.end < length) {
            crumbs.push(Crumb {
                end: length,
                pause: Duration::ZERO,
            });
        }
        let (pause, last) = match self {
            Delivery::Whole | Delivery::HalfClose => return crumbs,
            Delivery::Dribble => (Duration::ZERO, limits::CRUMB / 3),
            Delivery::Slow | Delivery::Split(_) => (limits::CRUMB, limits::CRUMB),
        };
        let count = crumbs.len();
        for (index, crumb) in crumbs.iter_mut().enumerate() {
            crumb.pause = match index {
                0 => Duration::ZERO,
                1 if first => limits::CRUMB,
                _ if index + 1 == count => last,
                _ => pause,
            };
        }
        crumbs
    }
}

/// `length` bytes in pieces of `size`.
fn cut(length: usize, size: usize) -> Vec<Crumb> {
    let ends = (0..length.div_ceil(size.max(1))).map(|piece| ((piece + 1) * size).min(length));
    let pause = Duration::ZERO;
    ends.map(|end| Crumb { end, pause }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(delivery: Delivery, length: usize) -> Vec<usize> {
        let crumbs = delivery.crumbs(length, true);
        crumbs.into_iter().map(|crumb| crumb.end).collect()
    }

    #[test]
    fn every_byte_is_in_one_crumb() {
        assert_eq!(ends(Delivery::Whole, 5), [5]);
        assert_eq!(ends(Delivery::Dribble, 3), [1, 2, 3]);
        assert_eq!(ends(Delivery::Slow, 7), [3, 6, 7]);
        assert_eq!(ends(Delivery::Split(4), 7), [4, 7]);
        assert_eq!(ends(Delivery::Split(9), 7), [7]);
        assert_eq!(ends(Delivery::Split(0), 7), [7]);
        let long = ends(Delivery::Dribble, limits::WEATHERED + 10);
        assert_eq!(long.len(), limits::WEATHERED + 1);
        assert_eq!(long.last(), Some(&(limits::WEATHERED + 10)));
    }
}
