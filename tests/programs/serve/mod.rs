//! The static server, over loopback, byte for byte.

mod conversation;
mod files;
mod guest;
mod hardship;
mod random;
mod tools;
