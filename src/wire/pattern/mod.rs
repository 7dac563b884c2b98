//! Matches a sequence of exact bytes and masks against received bytes.
//!
//! Rule 1: no backtracking. After each element the matcher knows the set of all places where that element may
//! have ended, so that every element costs one pass over the bytes, whatever the masks before it allow.
//! Rule 2: a digest can only be tried, place by place. Where it may begin at many places, those are
//! tried from which the rest of the pattern can still reach the end, and at most
//! [`limits::MAX_HASHED`] bytes are hashed; then the answer is [`Miss::gave_up`].
//! Rule 3: "too short" is a result of its own: more bytes may still make a match.

mod date;
mod match_element;
mod position_set;

use super::Mask;
use crate::limits;
use match_element::{ElementStep, Rest};
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
        let mut step = ElementStep::new(got, &mut hashing);
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
