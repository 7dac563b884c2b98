//! One element of a pattern: from all places where it may begin to all places where it may end.
//!
//! Rule: an element goes over the bytes once, however many places it may begin at. A digest cannot: it is tried
//! place by place.

use super::date::date_at;
use super::position_set::Places;
use crate::wire::{Mask, sha256};

/// How much may stand after an element.
#[derive(Clone, Copy, Default)]
pub(super) struct Rest {
    pub(super) least: u64,
    pub(super) most: u64,
}

/// One element at work: from every place where it may begin to every place where it may end.
pub(super) struct ElementStep<'a> {
    got: &'a [u8],
    pub(super) reached: Places,
    /// Whether it would have gone on somewhere, had there been more bytes.
    pub(super) short: bool,
    /// How many bytes of an exact element stood at the end then.
    pub(super) short_matched: usize,
    /// The best attempt that failed: bytes matched, and the place of the first that did not.
    pub(super) matched: usize,
    pub(super) at: usize,
    /// What may follow, for a digest.
    pub(super) behind: Rest,
    /// How many bytes may still be hashed.
    hashing: &'a mut usize,
    pub(super) gave_up: bool,
}

impl ElementStep<'_> {
    pub(super) fn new<'a>(got: &'a [u8], hashing: &'a mut usize) -> ElementStep<'a> {
        ElementStep {
            got,
            behind: Rest::default(),
            hashing,
            gave_up: false,
            reached: Places::none(),
            short: false,
            short_matched: 0,
            matched: 0,
            at: 0,
        }
    }

    /// Remembers where an attempt failed, if none came further.
    fn miss(&mut self, matched: usize, at: usize) {
        if (matched, at) >= (self.matched, self.at) {
            (self.matched, self.at) = (matched, at);
        }
    }

    /// Remembers that the bytes ended after `matched` bytes of an exact element.
    fn ended_behind(&mut self, matched: usize) {
        self.short = true;
        self.short_matched = self.short_matched.max(matched);
    }

    /// Exact bytes: compared where there is one place, searched (Knuth, Morris and Pratt) from the first
    /// place to the last where there are several.
    pub(super) fn exact(&mut self, wanted: &[u8], from: &Places) {
        match (from.count(), from.first()) {
            (1, Some(start)) => self.compare(wanted, start),
            _ => self.search(wanted, from),
        }
    }

    fn compare(&mut self, wanted: &[u8], start: usize) {
        let rest = &self.got[start..];
        if rest.starts_with(wanted) {
            let end = start + wanted.len();
            self.reached.add(end, end);
            return;
        }
        let same = wanted.iter().zip(rest).take_while(|(a, b)| a == b).count();
        if same == rest.len() {
            self.ended_behind(same);
        } else {
            self.miss(same, start + same);
        }
    }

    fn search(&mut self, wanted: &[u8], from: &Places) {
        let (Some(first), Some(last)) = (from.first(), from.last()) else {
            return;
        };
        let fallback = fallback_of(wanted);
        let mut same = 0;
        let mut at = first;
        while at - same <= last {
            if at == self.got.len() {
                return self.search_ended(same, &fallback, from);
            }
            if wanted[same] == self.got[at] {
                same += 1;
                at += 1;
                if same == wanted.len() {
                    if from.has(at - same) {
                        self.reached.add(at, at);
                    }
                    same = fallback[same - 1];
                }
            } else {
                if (same, at) >= (self.matched, self.at) && from.has(at - same) {
                    self.miss(same, at);
                }
                match same {
                    0 => at += 1,
                    _ => same = fallback[same - 1],
                }
            }
        }
    }

    /// The bytes ended with `same` of an exact element: notes the longest beginning of it that stands
    /// there and began at a place where it may.
    fn search_ended(&mut self, mut same: usize, fallback: &[usize], from: &Places) {
        loop {
            if from.has(self.got.len() - same) {
                return self.ended_behind(same);
            }
            match same.checked_sub(1).and_then(|last| fallback.get(last)) {
                Some(shorter) => same = *shorter,
                None => return,
            }
        }
    }

    pub(super) fn mask(&mut self, mask: &Mask, from: &Places) {
        match mask {
            Mask::Any => self.any(from),
            Mask::Line => self.line(from),
            Mask::Int => self.digits(from, |byte| byte.is_ascii_digit()),
            Mask::Hex => self.digits(from, |byte| byte.is_ascii_hexdigit()),
            Mask::Port => from.iter().for_each(|start| self.port(start)),
            Mask::Date => from.iter().for_each(|start| self.date(start)),
            Mask::Bytes { min, max } => self.count(from, *min, *max),
            Mask::Masked { bytes } => self.count(from, *bytes, *bytes),
            Mask::Digest { bytes, sha256 } => self.digests(from, *bytes, sha256),
            Mask::Digits { count, unlike } => {
                let other = unlike.as_deref().unwrap_or_default();
                self.hex_digits(from, *count, other.as_bytes());
            }
            Mask::Named { mask, .. } => self.mask(mask, from),
            // Nothing has this name yet (see `named_values`).
            Mask::The { .. } => from.iter().for_each(|start| self.miss(0, start)),
        }
    }

    /// Any number of bytes that are neither CR nor LF: from each place as far as the line goes.
    fn any(&mut self, from: &Places) {
        let ends_line = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let mut line_end = None;
        for range in &from.ranges {
            let last = range.end - 1;
            // The end of the line is looked for once a line, however many places are in it.
            let end = match line_end.filter(|end| *end >= last) {
                Some(end) => end,
                None => {
                    let more = self.got[last..].iter().position(ends_line);
                    self.short |= more.is_none();
                    more.map_or(self.got.len(), |more| last + more)
                }
            };
            line_end = Some(end);
            self.reached.add(range.start, end);
        }
    }

    /// To after the next LF.
    fn line(&mut self, from: &Places) {
        let mut next = 0;
        for start in from.iter() {
            if next <= start {
                let lf = self.got[start..].iter().position(|&byte| byte == b'\n');
                let Some(lf) = lf else {
                    self.short = true;
                    return;
                };
                next = start + lf + 1;
                self.reached.add(next, next);
            }
        }
    }

    /// One or more bytes of a kind: every place after one that is in the same row as a start.
    fn digits(&mut self, from: &Places, is_digit: impl Fn(&u8) -> bool) {
        let mut done = 0;
        for start in from.iter() {
            if start < done {
                continue;
            }
            let row = self.got[start..].iter().take_while(|byte| is_digit(byte));
            let count = row.count();
            done = start + count;
            self.short |= done == self.got.len();
            match count {
                0 => self.miss(0, start),
                _ => self.reached.add(start + 1, done),
            }
        }
    }

    /// One to five digits that are at most 65535.
    fn port(&mut self, start: usize) {
        let row = self.got[start..].iter().take(5);
        let mut value = 0;
        let mut count = 0;
        for digit in row.take_while(|byte| byte.is_ascii_digit()) {
            value = value * 10 + u32::from(digit - b'0');
            if value > u32::from(u16::MAX) {
                break;
            }
            count += 1;
        }
        self.short |= start + count == self.got.len() && count < 5;
        match count {
            0 => self.miss(0, start),
            _ => self.reached.add(start + 1, start + count),
        }
    }

    /// Exactly `count` hex digits, and not those of `other`: at most half of them at their places.
    fn hex_digits(&mut self, from: &Places, count: u64, other: &[u8]) {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let mut row_end = 0;
        for start in from.iter() {
            let rest = self.got.get(start..).unwrap_or_default().iter();
            if row_end <= start {
                let digits = rest.clone().take_while(|byte| byte.is_ascii_hexdigit());
                row_end = start + digits.count();
            }
            let same = rest.zip(other).filter(|(a, b)| a.eq_ignore_ascii_case(b));
            match row_end - start >= count {
                true if other.len() == count && same.count() > count / 2 => self.miss(0, start),
                true => self.reached.add(start + count, start + count),
                false if row_end == self.got.len() => self.short = true,
                false => self.miss(0, row_end),
            }
        }
    }

    fn date(&mut self, start: usize) {
        match date_at(&self.got[start..]) {
            Ok(length) => self.reached.add(start + length, start + length),
            Err(wrong) if start + wrong == self.got.len() => self.short = true,
            Err(wrong) => self.miss(0, start + wrong),
        }
    }

    /// `min` to `max` bytes of anything.
    fn count(&mut self, from: &Places, min: u64, max: u64) {
        let length = self.got.len();
        let behind = |start: usize, count: u64| {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            start.saturating_add(count)
        };
        for range in &from.ranges {
            let least = behind(range.start, min);
            let most = behind(range.end - 1, max);
            self.short |= most > length;
            if least <= length {
                self.reached.add(least, most.min(length));
            }
        }
    }

    /// A digest is tried at every place. Of many, those come into question from which the rest of the
    /// pattern fits the rest of the bytes.
    fn digests(&mut self, from: &Places, bytes: u64, wanted: &str) {
        let few = from.count() <= FEW;
        for start in from.iter() {
            let end = (start as u64).saturating_add(bytes);
            let Some(left) = (self.got.len() as u64).checked_sub(end) else {
                self.short = true;
                return;
            };
            let fits = self.behind.least <= left && left <= self.behind.most;
            if !few && !fits {
                self.short |= left < self.behind.least;
                self.miss(0, start);
                continue;
            }
            let length = bytes as usize;
            if !few && *self.hashing < length {
                self.gave_up = true;
                return self.miss(0, start);
            }
            *self.hashing = self.hashing.saturating_sub(length);
            self.digest(start, length, wanted);
        }
    }

    fn digest(&mut self, start: usize, length: usize, wanted: &str) {
        let end = start + length;
        let bytes = self.got.get(start..end).unwrap_or_default();
        match sha256::hex(bytes).starts_with(wanted) {
            true => self.reached.add(end, end),
            false => self.miss(0, start),
        }
    }
}

/// So many places for a digest are tried whatever stands after them.
const FEW: usize = 4;

/// For each prefix of the pattern the length of its longest proper prefix that also ends it.
fn fallback_of(wanted: &[u8]) -> Vec<usize> {
    let mut fallback = vec![0; wanted.len()];
    let mut same = 0;
    for at in 1..wanted.len() {
        while same > 0 && wanted[same] != wanted[at] {
            same = fallback[same - 1];
        }
        if wanted[same] == wanted[at] {
            same += 1;
        }
        fallback[at] = same;
    }
    fallback
}
