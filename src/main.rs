//! The `wirelab` command: `cargo lab …` in the repository.
//!
//! Rule: this file has only the first and the last step of the process. [`command`] parses the command line,
//! prints, and chooses the exit code.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run(std::env::args_os().skip(1).collect())
}
