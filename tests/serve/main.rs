//! The static server, over loopback, byte for byte.

#[path = "../support/mod.rs"]
mod support;

mod conversation;
mod files;
mod guest;
mod hardship;
mod tools;
