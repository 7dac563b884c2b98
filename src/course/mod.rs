//! The labs: what they are, what the learner has done, and how a lab is shown.
//!
//! Rule: nothing here prints; every result is a value that `command/` shows.

pub mod bill_of_exercises;
mod built_from;
pub mod catalogue;
pub mod class;
pub mod fresh;
pub mod glossary;
pub mod init;
pub mod lab_server_files;
pub mod locate_and_build_programs;
pub mod locations;
pub mod plan_exercise_check;
pub mod program_hash;
pub mod progress;
mod quiet_cargo;
pub mod quiz;
pub mod readme;
mod replace_file;
pub mod run_lab;
pub mod web;
pub mod workbench;
