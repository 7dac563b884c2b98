//! The static server, over loopback, byte for byte.

mod client;
mod conversation;
mod files;
mod hardship;
mod random;
mod tools;
