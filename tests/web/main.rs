//! The live lab: its event stream on the wire, its pages in a real browser, and what strangers try.

#[path = "../support/mod.rs"]
mod support;

mod events;
mod pages;
mod presets;
mod strangers;
