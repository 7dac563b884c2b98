//! How long the check waits for what.
//!
//! Rule: the numbers stand in `limits`; here stands only when which of them holds.

use std::time::Duration;

use crate::course::catalogue::Side;
use crate::limits;
use crate::net::player::{End, Played, Stopped};
use crate::wire::{Entry, Gap, Transcript, Who};

/// How long the program may be silent: what the script asks for, and a margin. A client that should give
/// up on its own, because nothing was said, has a patience of its own.
pub(super) fn silence_of(script: &Transcript, side: Side) -> Duration {
    let waits = script.entries().iter().map(|entry| match entry {
        Entry::Gap(Gap::Between(_, most)) => *most,
        _ => Duration::ZERO,
    });
    let speaks = |entry: &Entry| matches!(entry, Entry::Chunk(_));
    let patience = match side == Side::Client && !script.entries().iter().any(speaks) {
        true => limits::CHECK_PATIENCE,
        false => limits::CHECK_SILENCE,
    };
    patience + waits.max().unwrap_or_default()
}

/// How long a server is watched after a run. One that broke off or refused without a word is probably
/// ending just now, and may have much to print before.
pub(super) fn patience_for_death(played: &Played) -> Duration {
    let refused = matches!(played.stopped, Some(Stopped::NotOpened(_)));
    let broke_off = played
        .ends
        .iter()
        .any(|(conn, end)| *end == End::Rst && played.got.bytes_of(*conn, Who::Server).is_empty());
    match refused || broke_off {
        true => limits::CHECK_TRY,
        false => limits::CHECK_DEATH,
    }
}
