//! Matches a sequence of exact bytes and masks against received bytes.
//!
//! Rule 1: no backtracking. After each element the matcher knows the set of all places where that element may
//! have ended, so that every element costs one pass over the bytes, whatever the masks before it allow.
//! Rule 2: a digest can only be tried, place by place. Where it may begin at many places, those are
//! tried from which the rest of the pattern can still reach the end, and at most
//! [`limits::MAX_HASHED`] bytes are hashed; then the answer is [`Miss::gave_up`].
//! Rule 3: "too short" is a result of its own: more bytes may still make a match.

mod date;
mod position_set;

use super::{Mask, sha256};
use crate::limits;
use date::date_at;
use position_set::Places;

/// One element of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element<'a> {
    /// Exactly these bytes.
    Bytes(&'a [u8]),
    /// A hole.
    Mask(&'a Mask),
}

/// How far a pattern matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// Where each element ended that matched, the earliest place where there are several.
    pub ends: Vec<usize>,
    /// Why it did not match to the end; `None` when it did.
    pub miss: Option<Miss>,
}

/// Where a pattern and the bytes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The element that did not match; the number of elements when bytes came after the last.
    pub element: usize,
    /// How many bytes of an exact element did match.
    pub matched: usize,
    /// The first byte that does not fit.
    pub at: usize,
    /// The bytes end too early, and all that came fits.
    pub short: bool,
    /// The element is a digest with more places to try than the limit allows.
    pub gave_up: bool,
}

/// Matches all of `got`.
pub fn match_all(elements: &[Element], got: &[u8]) -> Matching {
    let mut ends = Vec::new();
    let mut places = Places::one(0);
    let mut short = false;
    let mut hashing = limits::MAX_HASHED;
    for (element, wanted) in elements.iter().enumerate() {
        let mut step = Step::new(got, &mut hashing);
        if let Element::Mask(Mask::Digest { .. }) = wanted {
            step.behind = rest_of(elements.get(element + 1..).unwrap_or_default());
        }
        match wanted {
            Element::Bytes(bytes) => step.exact(bytes, &places),
            Element::Mask(mask) => step.mask(mask, &places),
        }
        short |= step.short;
        let Some(first) = step.reached.first() else {
            let short = short && !step.gave_up;
            let (matched, at) = match short {
                true => (step.short_matched, got.len()),
                false => (step.matched, step.at),
            };
            let miss = Some(Miss {
                element,
                matched,
                at,
                short,
                gave_up: step.gave_up,
            });
            return Matching { ends, miss };
        };
        ends.push(first);
        places = step.reached;
    }
    let last = places.last().unwrap_or(0);
    let miss = (last < got.len()).then_some(Miss {
        element: elements.len(),
        matched: 0,
        at: last,
        short: false,
        gave_up: false,
    });
    Matching { ends, miss }
}

impl Element<'_> {
    /// How many bytes it matches, at least and at most; no most where there is no bound.
    pub(crate) fn size(&self) -> (u64, Option<u64>) {
        match self {
            Element::Bytes(bytes) => (bytes.len() as u64, Some(bytes.len() as u64)),
            Element::Mask(Mask::Date) => (29, Some(29)),
            Element::Mask(Mask::Port) => (1, Some(5)),
            Element::Mask(Mask::Any | Mask::The { .. }) => (0, None),
            Element::Mask(Mask::Int | Mask::Hex | Mask::Line) => (1, None),
            Element::Mask(Mask::Bytes { min, max }) => (*min, Some(*max)),
            Element::Mask(Mask::Digest { bytes, .. } | Mask::Masked { bytes }) => {
                (*bytes, Some(*bytes))
            }
            Element::Mask(mask @ (Mask::Digits { .. } | Mask::Named { .. })) => {
                let bytes = mask.fixed_length().unwrap_or_default();
                (bytes, Some(bytes))
            }
        }
    }
}

/// How many bytes these elements match together, at least and at most.
fn rest_of(elements: &[Element]) -> Rest {
    let mut rest = Rest { least: 0, most: 0 };
    for element in elements {
        let (least, most) = element.size();
        rest.least = rest.least.saturating_add(least);
        rest.most = rest.most.saturating_add(most.unwrap_or(u64::MAX));
    }
    rest
}

/// How much may stand after an element.
#[derive(Clone, Copy, Default)]
struct Rest {
    least: u64,
    most: u64,
}

/// One element at work: from every place where it may begin to every place where it may end.
struct Step<'a> {
    got: &'a [u8],
    reached: Places,
    /// Whether it would have gone on somewhere, had there been more bytes.
    short: bool,
    /// How many bytes of an exact element stood at the end then.
    short_matched: usize,
    /// The best attempt that failed: bytes matched, and the place of the first that did not.
    matched: usize,
    at: usize,
    /// What may follow, for a digest.
    behind: Rest,
    /// How many bytes may still be hashed.
    hashing: &'a mut usize,
    gave_up: bool,
}

impl Step<'_> {
    fn new<'a>(got: &'a [u8], hashing: &'a mut usize) -> Step<'a> {
        Step {
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
    fn exact(&mut self, wanted: &[u8], from: &Places) {
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

    fn mask(&mut self, mask: &Mask, from: &Places) {
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
            // Nothing has this name yet (see `captures`).
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
