//! The `wirelab` command: `cargo lab …` in the repository.
//!
//! Rule: nothing but the first and the last step of the process. What the words on the command
//! line mean, what is printed and which exit code comes out is decided in [`command`].

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run(std::env::args_os().skip(1).collect())
}
