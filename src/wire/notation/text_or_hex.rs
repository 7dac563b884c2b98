//! Decides which bytes are written as text, as hex rows, or as a repeat (rules 7 and 8).
//!
//! Rule 1: the result depends only on the bytes. Rule 2: the time is linear in their number.

use std::ops::Range;

use super::fast_byte_search::{equal_bytes, find_lf, is_common};

/// Longest period of a repeat, in bytes.
const LONGEST_PERIOD: usize = 64;
/// Fewest bytes that a repeat stands for.
const SHORTEST_REPEAT: usize = 512;
/// Every run of `SHORTEST_REPEAT` bytes covers one whole block of this size.
const BLOCK: usize = SHORTEST_REPEAT / 2;
/// Text between two hex pieces joins them when it is shorter than this, in bytes.
const SHORT_TEXT: usize = 16;

/// How a stretch of bytes is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Printable bytes and escapes.
    Text,
    /// Rows of hex pairs.
    Hex,
    /// The first `period` bytes, over and over.
    Repeat {
        /// In bytes.
        period: usize,
    },
}

/// A stretch of bytes, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where it stands in the bytes.
    pub at: Range<usize>,
    /// How it is written.
    pub form: Form,
}

/// Cuts the bytes into repeats and the text between them. A run is taken at its full length; where
/// it holds an LF, it starts at the start of a line, so that `taco\n` repeats and not `\ntaco`.
pub fn repeats(bytes: &[u8]) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut done = 0;
    let mut block = 0;
    while block + BLOCK <= bytes.len() {
        if let Some(stretch) = repeat_around(bytes, done, block) {
            if done < stretch.at.start {
                let at = done..stretch.at.start;
                found.push(Stretch {
                    at,
                    form: Form::Text,
                });
            }
            done = stretch.at.end;
            found.push(stretch);
        }
        block = (block + BLOCK).max(done.next_multiple_of(BLOCK));
    }
    if done < bytes.len() {
        let at = done..bytes.len();
        found.push(Stretch {
            at,
            form: Form::Text,
        });
    }
    found
}

/// The repeat that covers the block at `block` and nothing before `from`, if there is one.
fn repeat_around(bytes: &[u8], from: usize, block: usize) -> Option<Stretch> {
    let inside = &bytes[block..block + BLOCK];
    let repeats = |p: &usize| inside[*p..] == inside[..BLOCK - p];
    let period = places_like_first(inside).find(repeats)?;
    let mut start = block;
    while start > from && bytes[start - 1] == bytes[start - 1 + period] {
        start -= 1;
    }
    let mut end = block + BLOCK;
    while end < bytes.len() && bytes[end] == bytes[end - period] {
        end += 1;
    }
    let at_line_start = start == 0 || bytes[start - 1] == b'\n';
    if !at_line_start && let Some(lf) = find_lf(&bytes[start..start + period]) {
        start += lf + 1;
    }
    let length = (end - start) / period * period;
    let form = Form::Repeat { period };
    let at = start..start + length;
    (length >= SHORTEST_REPEAT).then_some(Stretch { at, form })
}

/// Where in the next [`LONGEST_PERIOD`] bytes the first byte may come again: each such place, and perhaps
/// some others. Nearly all periods are refused here.
fn places_like_first(inside: &[u8]) -> impl Iterator<Item = usize> {
    let first = inside.first().copied().unwrap_or(0);
    let next = inside.get(1..=LONGEST_PERIOD).unwrap_or_default();
    let words = next.as_chunks().0.iter().enumerate();
    words.flat_map(move |(at, word)| {
        let mut found = equal_bytes(u128::from_le_bytes(*word), first);
        std::iter::from_fn(move || {
            let bit = found.trailing_zeros() as usize;
            found &= found.wrapping_sub(1);
            (bit < 128).then_some(1 + at * 16 + bit / 8)
        })
    })
}

/// Rule 7 over `within`, in which no repeat stands: cut at LF, judge each piece, join. Plain lines at the
/// front may be left out: they are text, whatever follows.
pub fn text_and_hex(bytes: &[u8], within: Range<usize>) -> Vec<Stretch> {
    if within.is_empty() {
        return Vec::new();
    }
    if is_common(&bytes[within.clone()]) {
        let form = Form::Text;
        return vec![Stretch { at: within, form }];
    }
    let mut joined: Vec<Stretch> = Vec::new();
    let mut start = within.start;
    while start < within.end {
        let rest = &bytes[start..within.end];
        let length = find_lf(rest).map_or(rest.len(), |lf| lf + 1);
        let piece = Stretch {
            at: start..start + length,
            form: text_or_hex(&rest[..length]),
        };
        start = piece.at.end;
        join(&mut joined, piece);
    }
    joined
}

/// Adds a piece: to the last stretch when both have one form, or when both are hex and what stands
/// between them is short.
fn join(joined: &mut Vec<Stretch>, piece: Stretch) {
    if let Some(last) = joined.last_mut()
        && last.form == piece.form
    {
        last.at.end = piece.at.end;
    } else {
        joined.push(piece);
    }
    if let [.., before, between, last] = joined.as_slice()
        && (before.form, last.form) == (Form::Hex, Form::Hex)
        && between.at.len() < SHORT_TEXT
    {
        let end = last.at.end;
        let hex = joined.len() - 3;
        joined.truncate(hex + 1);
        joined[hex].at.end = end;
    }
}

/// Hex when more than a quarter of the bytes are neither printable ASCII, TAB, CR, LF nor a part of
/// a UTF-8 character beyond ASCII.
fn text_or_hex(piece: &[u8]) -> Form {
    let too_many = |strange: usize| strange * 4 > piece.len();
    let controls = count_pairs(piece, |byte, _| {
        (byte < 0x20 || byte == 0x7f) & !matches!(byte, b'\t' | b'\r' | b'\n')
    });
    // What is certainly no UTF-8 decides most pieces, and can be counted without following characters:
    // the first byte of one without a second, and a later byte directly after ASCII.
    let lost = |byte: u8, next: u8| {
        let (starts, goes_on) = (byte >= 0xc0, next & 0xc0 == 0x80);
        (starts & !goes_on) | ((byte < 0x80) & goes_on)
    };
    let is_utf8 = || std::str::from_utf8(piece).is_ok();
    let is_hex = too_many(controls)
        || !is_utf8()
            && (too_many(controls + count_pairs(piece, lost))
                || too_many(controls + not_utf8(piece)));
    match is_hex {
        true => Form::Hex,
        false => Form::Text,
    }
}

/// How many bytes are no part of a UTF-8 character.
fn not_utf8(piece: &[u8]) -> usize {
    let invalid = piece.utf8_chunks().map(|chunk| chunk.invalid().len());
    invalid.sum()
}

/// How many bytes have this property, which may depend on the next byte; a space stands after the last.
fn count_pairs(piece: &[u8], has: impl Fn(u8, u8) -> bool) -> usize {
    // Small counters, so that the compiler counts sixteen bytes at a time.
    const ROUND: usize = 128;
    let behind = piece.get(1..).unwrap_or_default();
    let mut count = 0;
    for (bytes, next) in piece.chunks(ROUND).zip(behind.chunks(ROUND)) {
        let pairs = bytes.iter().zip(next);
        let found = pairs.fold(0u8, |sum, (byte, next)| sum + u8::from(has(*byte, *next)));
        count += usize::from(found);
    }
    let last = piece.last().map(|last| usize::from(has(*last, b' ')));
    count + last.unwrap_or(0)
}
