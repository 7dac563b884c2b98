//! The transcript: writing, reading, masks, comparison, and the laws that hold for all of them.

mod captures;
mod comparing;
mod datagrams;
#[path = "../support/dice.rs"]
mod dice;
mod laws;
mod masks;
mod random;
mod reading;
mod strange;
mod writing;

use wirelab::wire::Transcript;

/// Reads a text that is right.
fn read(text: &str) -> Transcript {
    Transcript::parse(text).unwrap_or_else(|error| panic!("{error}\nin\n{text}"))
}
