//! The labs: what they are, how their programs are started, and how a program is checked.
//!
//! Rule: nothing here prints; every result is a value that `command/` shows.

pub mod bill;
pub mod cargo;
pub mod catalogue;
pub mod demo;
pub mod diagnosis;
pub mod program;
pub mod report;
pub mod progress;
pub mod story;
pub mod words;
pub mod workbench;
