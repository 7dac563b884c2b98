//! The static server, over loopback, byte for byte.

#[path = "../support/dice.rs"]
mod dice;
#[path = "../support/mod.rs"]
mod support;

mod conversation;
mod files;
mod guest;
mod hardship;
mod random;
mod tools;
