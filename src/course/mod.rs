//! The labs: what they are, how their programs are started, and how a program is checked.
//!
//! Rule: nothing here prints; every result is a value that `command/` shows.

pub mod bill;
pub mod cargo;
pub mod catalogue;
pub mod check;
pub mod demo;
pub mod diagnosis;
pub mod evidence_files;
pub mod exercise;
pub mod junit;
pub mod pages;
pub mod program;
pub mod progress;
pub mod report;
pub mod scripts;
pub mod story;
pub mod triage;
pub mod words;
pub mod workbench;
