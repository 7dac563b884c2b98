//! Values that get a name where they first appear, and come back later in the conversation.
//!
//! ```text
//! S> Set-Cookie: ticket=\{32 hex as ticket}\r\n
//! C2> Cookie: ticket=\{the ticket}\r\n
//! ```
//!
//! Rule 1: a name belongs to the whole conversation, over all its connections. If `as ticket` occurs again, the
//! same value must come again.
//! Rule 2: before a comparison each name that got a value is replaced by the value (`settled`), so that the
//! matcher sees bytes. `\{the ticket}` without a value matches nothing.
//! Rule 3: a player of a side with `\{32 hex as ticket}` sends a fixed value, the example, in its place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::compare::{Lane, lane_of, lanes_of, recorded_of};
use super::pattern::{Element, match_all};
use super::{Entry, Mask, Piece, Transcript, Who, sha256};
use crate::limits;

/// The values by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captures {
    values: BTreeMap<String, Vec<u8>>,
}

impl Mask {
    /// How many bytes it matches, if that is always the same number.
    pub fn fixed_length(&self) -> Option<u64> {
        match self {
            Mask::Digits { count, .. } => Some(*count),
            Mask::Bytes { min, max } if min == max => Some(*min),
            Mask::Named { mask, .. } => mask.fixed_length(),
            _ => None,
        }
    }

    /// The name that it gives to what it matches.
    pub fn name(&self) -> Option<&str> {
        match self {
            Mask::Named { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The bytes that are said in the place of a mask with a name: hex digits that follow from the name.
    /// `None` for other masks.
    pub fn example(&self) -> Option<Vec<u8>> {
        let Mask::Named { mask, name } = self else {
            return None;
        };
        let length = mask.fixed_length().filter(|it| *it <= limits::MAX_NAMED)?;
        let length = usize::try_from(length).ok()?;
        let digits = sha256::hex(name.as_bytes()).into_bytes();
        Some(digits.into_iter().cycle().take(length).collect())
    }
}

impl Piece {
    /// The same with another mask; what is no mask stays.
    fn map_mask(&self, change: impl FnOnce(&Mask) -> Mask) -> Piece {
        match self {
            Piece::Mask(mask) => Piece::Mask(change(mask)),
            other => other.clone(),
        }
    }

    /// Whether it gives a name to a value, or refers to one.
    pub fn is_named(&self) -> bool {
        match self {
            Piece::Mask(Mask::Digits { unlike, .. }) => unlike.is_some(),
            Piece::Mask(mask) => matches!(mask, Mask::Named { .. } | Mask::The { .. }),
            _ => false,
        }
    }
}

impl Captures {
    /// Gives a name a value, unless it has one.
    pub fn set(&mut self, name: &str, value: &[u8]) {
        let entry = self.values.entry(name.to_string());
        entry.or_insert_with(|| value.to_vec());
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.values.get(name).map(Vec::as_slice)
    }

    /// The piece with the value in the place of a name; the same piece where no value is known.
    pub fn settle(&self, piece: &Piece) -> Piece {
        match piece {
            Piece::Mask(Mask::The { name } | Mask::Named { name, .. }) => match self.get(name) {
                Some(value) if !value.is_empty() => Piece::Bytes(value.to_vec()),
                _ => piece.map_mask(|mask| self.unlike_known(mask)),
            },
            _ => piece.map_mask(|mask| self.unlike_known(mask)),
        }
    }

    /// The mask with the value in the place of the name in `unlike`.
    fn unlike_known(&self, mask: &Mask) -> Mask {
        match mask {
            Mask::Digits { count, unlike } => {
                let known = unlike.as_deref().and_then(|name| self.get(name));
                let value = known.and_then(|value| String::from_utf8(value.to_vec()).ok());
                let unlike = value.or_else(|| unlike.clone());
                let count = *count;
                Mask::Digits { count, unlike }
            }
            Mask::Named { mask, name } => Mask::Named {
                mask: Box::new(self.unlike_known(mask)),
                name: name.clone(),
            },
            other => other.clone(),
        }
    }

    /// Reads the values out of what came where `pieces` was expected, as far as it matches.
    pub fn read(&mut self, pieces: &[Piece], got: &[u8]) {
        if !pieces.iter().any(Piece::is_named) {
            return;
        }
        let settled: Vec<Piece> = pieces.iter().map(|piece| self.settle(piece)).collect();
        let elements: Vec<Element> = settled.iter().filter_map(Piece::element).collect();
        let ends = match_all(&elements, got).ends;
        let mut start = 0;
        for (element, end) in elements.iter().zip(ends) {
            if let Element::Mask(Mask::Named { name, .. }) = element {
                self.set(name, got.get(start..end).unwrap_or_default());
            }
            start = end;
        }
    }
}

impl Transcript {
    /// Whether it has a value with a name, or a mask that refers to one.
    pub fn has_names(&self) -> bool {
        self.entries().iter().any(|entry| match entry {
            Entry::Chunk(chunk) => chunk.pieces.iter().any(Piece::is_named),
            _ => false,
        })
    }

    /// The transcript with the values in the place of `\{the ticket}`, as `got` shows them.
    pub fn settled(&self, got: &Transcript) -> Cow<'_, Transcript> {
        if !self.has_names() {
            return Cow::Borrowed(self);
        }
        let mut captures = Captures::default();
        let lanes = lanes_of(self);
        // A value of one lane may stand before a name in another: each round knows more, or is the last.
        loop {
            let before = captures.values.len();
            for lane in &lanes {
                captures.read(&self.pieces_of(*lane), &recorded_of(got, *lane).bytes);
            }
            if captures.values.len() == before {
                return Cow::Owned(self.with_pieces(|_, piece| captures.settle(piece)));
            }
        }
    }

    /// The transcript with bytes in the place of each mask with a name, and wherever the name stands.
    /// `value` gives the bytes for a mask and its sender; without any the mask stays.
    pub fn with_values(&self, mut value: impl FnMut(Who, &Mask) -> Option<Vec<u8>>) -> Transcript {
        let mut captures = Captures::default();
        self.with_pieces(|who, piece| {
            if let Piece::Mask(mask @ Mask::Named { name, .. }) = piece
                && let Some(bytes) = value(who, mask).filter(|bytes| !bytes.is_empty())
            {
                captures.set(name, &bytes);
                return Piece::Bytes(bytes);
            }
            captures.settle(piece)
        })
    }

    fn pieces_of(&self, lane: Lane) -> Vec<Piece> {
        let chunks = self.entries().iter().filter_map(|entry| match entry {
            Entry::Chunk(chunk) if lane_of(entry) == Some(lane) => Some(chunk),
            _ => None,
        });
        chunks.flat_map(|chunk| chunk.pieces.clone()).collect()
    }

    /// The same with each piece replaced; the entries keep their numbers.
    fn with_pieces(&self, mut change: impl FnMut(Who, &Piece) -> Piece) -> Transcript {
        let mut changed = Transcript::new();
        changed.headings.clone_from(&self.headings);
        for entry in self.entries() {
            match entry {
                Entry::Chunk(chunk) => {
                    for piece in &chunk.pieces {
                        changed.push_piece(chunk.conn, chunk.who, &change(chunk.who, piece));
                    }
                }
                other => changed.push_entry(other),
            }
        }
        changed
    }
}
