//! Runs cargo without output if it is quick, and shows its output if it is slow.
//!
//! Rule 1: a build with nothing to do prints nothing. After [`QUICK`] the user sees what is being built.
//! Rule 2: this file uses nothing else of the project, because the starter of `cargo lab` includes it, too.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// So long nothing is said. Reason: cargo needs about 0.2 s to find that there is nothing to do, and who waits
/// for longer than a second wonders.
const QUICK: Duration = Duration::from_millis(700);

/// How cargo ended, and what it said.
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// All of it.
    pub said: Vec<u8>,
}

/// Runs cargo to its end. `terminal`: whether a person looks; then cargo draws its progress. `show` gets
/// cargo's own words, piece by piece, from the moment on at which it is no longer quick. Errors: it cannot
/// be started, or its output cannot be read.
pub fn run(
    command: &mut Command,
    terminal: bool,
    show: &mut dyn FnMut(&[u8]),
) -> io::Result<Ended> {
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    let unset = |name: &str| std::env::var_os(name).is_none_or(|value| value == OsStr::new(""));
    if terminal && unset("CARGO_TERM_PROGRESS_WHEN") {
        command.env("CARGO_TERM_PROGRESS_WHEN", "always");
        command.env("CARGO_TERM_PROGRESS_WIDTH", "80");
    }
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let mut stderr = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let (send, pieces) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut buffer = [0; 4096];
        loop {
            match stderr.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => {
                    let piece = buffer.get(..count).unwrap_or_default().to_vec();
                    if send.send(piece).is_err() {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    });
    let mut said = Vec::new();
    let mut shown = 0;
    loop {
        let left = QUICK.saturating_sub(begun.elapsed());
        let piece = match left.is_zero() {
            true => pieces.recv().map_err(|_| RecvTimeoutError::Disconnected),
            false => pieces.recv_timeout(left),
        };
        match piece {
            Ok(piece) => said.extend(piece),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if begun.elapsed() >= QUICK {
            show(said.get(shown..).unwrap_or_default());
            shown = said.len();
        }
    }
    let status = child.wait()?;
    match reader.join() {
        Ok(read) => read?,
        Err(_) => return Err(io::ErrorKind::BrokenPipe.into()),
    }
    Ok(Ended { status, said })
}
