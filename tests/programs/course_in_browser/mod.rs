//! The live lab: its event stream on the wire, its pages in a real browser, and what strangers try.

mod attacks;
mod by_hand;
mod endings;
mod events;
mod figures;
mod in_browser;
mod load;
mod look;
mod pages;
mod presets;
mod strangers;
mod tap;
mod visitor;
