//! A reader with two time limits: one for each wait, and one for all waits together.
//!
//! Rule: a new byte does not extend the second limit. With only a limit for each read, a client that sends one
//! byte each second keeps its thread for as long as it likes (lab 20).

use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A connection, for reading.
pub struct DeadlineReader<'a> {
    stream: &'a TcpStream,
    silence: Duration,
    until: Instant,
}

impl<'a> DeadlineReader<'a> {
    /// No read waits longer than `silence`, and none beyond `whole` from now on; then the error is
    /// `WouldBlock`, as for any read that waited in vain on Unix.
    pub fn new(stream: &'a TcpStream, silence: Duration, whole: Duration) -> DeadlineReader<'a> {
        let until = Instant::now() + whole;
        DeadlineReader {
            stream,
            silence,
            until,
        }
    }

    /// Starts again: all further reads together have this much time.
    pub fn begin(&mut self, whole: Duration) {
        self.until = Instant::now() + whole;
    }
}

impl Read for DeadlineReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.stream.set_read_timeout(Some(left.min(self.silence)))?;
        (&mut &*self.stream).read(buffer)
    }
}
