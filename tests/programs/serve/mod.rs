//! The static server, over loopback, byte for byte.

mod client;
mod conversation;
mod crowd;
mod files;
mod hardship;
mod listing;
mod origins;
mod random;
mod shortage;
mod tools;
mod truth;
