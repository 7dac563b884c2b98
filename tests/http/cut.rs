//! The one helper that tries a parser at every cut of its input.

use std::fmt::Debug;

use wirelab::http::{Fault, Parsed};

/// What a parser made of its input: a value as text and the bytes it took, or a fault.
pub type Answer = Result<Parsed<String>, Fault>;

/// Turns a parser's answer into one that borrows nothing.
pub fn answer<T: Debug>(progress: Result<Parsed<T>, Fault>) -> Answer {
    progress.map(|progress| match progress {
        Parsed::NeedMore => Parsed::NeedMore,
        Parsed::Done { value, used } => Parsed::Done {
            value: format!("{value:?}"),
            used,
        },
    })
}

/// Checks three laws and gives the answer for the whole input:
///
/// 1. each prefix means NeedMore, or already what the whole means;
/// 2. from the first prefix that does, every longer one means the same;
/// 3. what follows the value does not change it.
///
/// `parse` is a fresh parser at each call; `grow` is one parser that is given each prefix in turn.
pub fn at_every_cut(
    bytes: &[u8],
    parse: impl Fn(&[u8]) -> Answer,
    mut grow: impl FnMut(&[u8]) -> Answer,
) -> Answer {
    let whole = parse(bytes);
    let mut grown = Ok(Parsed::NeedMore);
    for end in 0..=bytes.len() {
        let prefix = &bytes[..end];
        let part = parse(prefix);
        if part != Ok(Parsed::NeedMore) {
            assert_eq!(part, whole, "cut at {end} of {}", bytes.escape_ascii());
        }
        if grown == Ok(Parsed::NeedMore) {
            grown = grow(prefix);
        }
    }
    if whole != Ok(Parsed::NeedMore) && !bytes.is_empty() {
        assert_eq!(grown, whole, "byte by byte: {}", bytes.escape_ascii());
    }
    if let Ok(Parsed::Done { used, .. }) = whole {
        for end in used..bytes.len() {
            assert_eq!(parse(&bytes[..end]), whole, "cut behind the value at {end}");
        }
        let mut longer = bytes[..used].to_vec();
        longer.extend_from_slice(b"\r\nGET \x00\xff");
        assert_eq!(parse(&longer), whole, "with something else behind it");
    }
    whole
}
