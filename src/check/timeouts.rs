//! The time limits of the check.
//!
//! Rule: the numbers are in `limits`. This module only chooses which number applies.

use std::time::Duration;

use crate::check::Side;
use crate::limits;
use crate::wire::{Entry, Gap, Transcript};

/// How long the program may be silent: what the script asks for, and a margin. A client that should give
/// up on its own, because nothing was sent, has a patience of its own.
pub(super) fn silence_of(script: &Transcript, side: Side) -> Duration {
    let speaks = |entry: &Entry| matches!(entry, Entry::Chunk(_));
    let patience = match side == Side::Client && !script.entries().iter().any(speaks) {
        true => limits::CHECK_CLIENT_GIVES_UP,
        false if script.legs().is_some() => limits::CHECK_SILENCE_BETWEEN,
        false => limits::CHECK_SILENCE,
    };
    patience + longest_gap(script)
}

/// The longest time that the script lets pass.
pub(super) fn longest_gap(script: &Transcript) -> Duration {
    let waits = script.entries().iter().map(|entry| match entry {
        Entry::Gap(Gap::Between(_, most)) => *most,
        _ => Duration::ZERO,
    });
    waits.max().unwrap_or_default()
}
