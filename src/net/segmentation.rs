//! How a message is cut into writes.

use std::time::Duration;

use crate::limits;

/// How each message is delivered. The weathers use the first three; the others are for finding out
/// what a program waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segmentation {
    /// In one write.
    Whole,
    /// Byte by byte, with pauses after the first byte and before the last.
    Dribble,
    /// In three pieces with pauses.
    Slow,
    /// The first so many bytes, a pause, the rest.
    Split(usize),
    /// In one write, and our FIN directly after the last message.
    HalfClose,
}

/// A piece of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Where it ends; it begins where the one before ended.
    pub(super) end: usize,
    /// How long to wait before it.
    pub(super) pause: Duration,
}

impl Segmentation {
    /// The pieces of a message of `length` bytes; `first`: the first of its connection, for which the
    /// peer may need a moment to be ready.
    pub(super) fn segments(self, length: usize, first: bool) -> Vec<Segment> {
        let mut segments = match self {
            Segmentation::Whole | Segmentation::HalfClose => cut(length, length),
            Segmentation::Dribble => cut(length.min(limits::WEATHER_BYTES), 1),
            Segmentation::Slow => cut(length, length.div_ceil(3)),
            Segmentation::Split(at) => cut(at.min(length), length),
        };
        if segments.last().is_none_or(|last| last.end < length) {
            segments.push(Segment {
                end: length,
                pause: Duration::ZERO,
            });
        }
        let (pause, last) = match self {
            Segmentation::Whole | Segmentation::HalfClose => return segments,
            Segmentation::Dribble => (Duration::ZERO, limits::SEGMENT_PAUSE / 3),
            Segmentation::Slow | Segmentation::Split(_) => {
                (limits::SEGMENT_PAUSE, limits::SEGMENT_PAUSE)
            }
        };
        let count = segments.len();
        for (index, segment) in segments.iter_mut().enumerate() {
            segment.pause = match index {
                0 => Duration::ZERO,
                1 if first => limits::SEGMENT_PAUSE,
                _ if index + 1 == count => last,
                _ => pause,
            };
        }
        segments
    }
}

/// `length` bytes in pieces of `size`.
fn cut(length: usize, size: usize) -> Vec<Segment> {
    let ends = (0..length.div_ceil(size.max(1))).map(|piece| ((piece + 1) * size).min(length));
    let pause = Duration::ZERO;
    ends.map(|end| Segment { end, pause }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(delivery: Segmentation, length: usize) -> Vec<usize> {
        let segments = delivery.segments(length, true);
        segments.into_iter().map(|segment| segment.end).collect()
    }

    #[test]
    fn every_byte_is_in_one_crumb() {
        assert_eq!(ends(Segmentation::Whole, 5), [5]);
        assert_eq!(ends(Segmentation::Dribble, 3), [1, 2, 3]);
        assert_eq!(ends(Segmentation::Slow, 7), [3, 6, 7]);
        assert_eq!(ends(Segmentation::Split(4), 7), [4, 7]);
        assert_eq!(ends(Segmentation::Split(9), 7), [7]);
        assert_eq!(ends(Segmentation::Split(0), 7), [7]);
        let long = ends(Segmentation::Dribble, limits::WEATHER_BYTES + 10);
        assert_eq!(long.len(), limits::WEATHER_BYTES + 1);
        assert_eq!(long.last(), Some(&(limits::WEATHER_BYTES + 10)));
    }
}
