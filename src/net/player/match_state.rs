//! Compares received bytes with an expected sequence: complete, partial, or mismatch.
//!
//! Rule: the result only decides how long to wait. `wire::compare` finds the difference afterwards.

use crate::limits;
use crate::wire::{Element, Piece, match_all};

/// How many bytes are looked at while more are to come: a wrong head is noticed at once, and a long
/// body is not searched again with every read.
const FIRST_LOOK: usize = 4 * 1024;

/// What came so far, against what is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MatchState {
    /// All of it came; perhaps more.
    Enough,
    /// It may still come.
    NeedMore,
    /// It cannot come any more.
    Wrong,
}

/// Compares `got` with the first `pieces`.
pub(super) fn hearing(pieces: &[Piece], got: &[u8]) -> MatchState {
    let least: usize = sizes(pieces).map(|size| size.least).sum();
    let waiting = got.len() < least;
    let looked_at = if waiting {
        &got[..got.len().min(FIRST_LOOK)]
    } else {
        got
    };
    let elements: Vec<Element> = pieces.iter().filter_map(Piece::element).collect();
    match match_all(&elements, looked_at).miss {
        None => MatchState::Enough,
        Some(miss) if miss.element == elements.len() => MatchState::Enough,
        Some(miss) if miss.short || (waiting && looked_at.len() < got.len()) => {
            MatchState::NeedMore
        }
        Some(_) => MatchState::Wrong,
    }
}

/// The most bytes that are taken from a peer that should send `pieces`.
pub(super) fn most(pieces: &[Piece]) -> usize {
    let expected = sizes(pieces).fold(0_usize, |sum, size| sum.saturating_add(size.most));
    expected
        .saturating_add(limits::MAX_EXTRA)
        .min(limits::MAX_RECEIVED)
}

/// How many bytes a piece is; masks without a bound count as at most five for each byte that they need,
/// `MAX_EXTRA` has room for more.
struct Size {
    least: usize,
    most: usize,
}

fn sizes(pieces: &[Piece]) -> impl Iterator<Item = Size> {
    pieces.iter().filter_map(Piece::element).map(|element| {
        let (least, most) = element.size();
        let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        Size {
            least: size(least).min(limits::MAX_RECEIVED),
            most: size(most.unwrap_or(5 * least)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Mask;

    #[test]
    fn every_prefix_needs_more_and_a_wrong_byte_is_noticed_at_once() {
        let int = Piece::Mask(Mask::Int);
        let pieces = [
            Piece::Bytes(b"Length: ".to_vec()),
            int,
            Piece::Bytes(b"\r\n".to_vec()),
        ];
        let whole = b"Length: 12\r\n";
        for cut in 0..whole.len() {
            assert_eq!(hearing(&pieces, &whole[..cut]), MatchState::NeedMore);
        }
        assert_eq!(hearing(&pieces, whole), MatchState::Enough);
        assert_eq!(hearing(&pieces, b"Length: 12\r\nmore"), MatchState::Enough);
        assert_eq!(hearing(&pieces, b"Lang"), MatchState::Wrong);
        assert_eq!(hearing(&pieces, b"Length: 12\n"), MatchState::Wrong);
        assert_eq!(hearing(&[], b""), MatchState::Enough);
    }

    #[test]
    fn a_long_body_is_compared_when_it_is_there() {
        let body = vec![b'x'; 3 * FIRST_LOOK];
        let pieces = [Piece::Bytes(body.clone())];
        assert_eq!(
            hearing(&pieces, &body[..2 * FIRST_LOOK]),
            MatchState::NeedMore
        );
        assert_eq!(hearing(&pieces, &body), MatchState::Enough);
        let mut wrong = body;
        wrong[2 * FIRST_LOOK] = b'y';
        assert_eq!(hearing(&pieces, &wrong), MatchState::Wrong);
    }
}
