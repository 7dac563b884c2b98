//! Clients that leave at every possible byte, that never read, that read or write byte by byte.
//!
//! Rule: nothing is expected of the server but that it serves the others; see [`super::crowd`].

use std::time::{Duration, Instant};

use crate::limits;
use crate::net::{Line, SocketError, Stop};
use crate::probe::Target;
use crate::probe::facts::Facts;

/// How many rude clients there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rude {
    /// Reset behind each byte of a request, and of its answer.
    pub resets: usize,
    /// Gone without a word behind each byte of a request.
    pub vanished: usize,
    /// Asked as often as the server took it, and read nothing.
    pub never_read: usize,
    /// Wrote and read byte by byte.
    pub byte_by_byte: usize,
}

/// Clients that ask and never read. Reason: each fills the buffers of a connection.
const NEVER_READ: usize = 20;
/// Clients that dribble.
const BYTE_BY_BYTE: usize = 20;

/// All of them, one after the other.
pub fn all(target: &Target, facts: &Facts) -> Result<Rude, SocketError> {
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\n\r\n",
        facts.path, facts.host
    );
    let request = request.as_bytes();
    let mut rude = Rude::default();
    for end in 0..=request.len() {
        let mut line = call(target)?;
        let _ = line.write(&request[..end]);
        line.abort();
        rude.resets += 1;
        let mut line = call(target)?;
        let _ = line.write(&request[..end]);
        drop(line);
        rude.vanished += 1;
    }
    let answer = 300 + facts.plain.body.len();
    for count in (1..answer.min(4_096)).step_by(7) {
        let mut line = call(target)?;
        let _ = line.write(request);
        let mut buffer = vec![0; count];
        let _ = line.read(&mut buffer, limits::PROBE_LAST);
        line.abort();
        rude.resets += 1;
    }
    let many = request.repeat(200);
    let mut silent = Vec::new();
    for _ in 0..NEVER_READ {
        let mut line = call(target)?;
        line.patience(Duration::from_millis(50));
        let until = Instant::now() + Duration::from_millis(200);
        while Instant::now() < until && line.write(&many).is_ok() {}
        silent.push(line);
        rude.never_read += 1;
    }
    for _ in 0..BYTE_BY_BYTE {
        byte_by_byte(target, request)?;
        rude.byte_by_byte += 1;
    }
    Ok(rude)
}

fn byte_by_byte(target: &Target, request: &[u8]) -> Result<(), SocketError> {
    let mut line = call(target)?;
    for byte in request {
        let _ = line.write(&[*byte]);
    }
    line.fin();
    let mut buffer = [0];
    loop {
        match line.read(&mut buffer, limits::PROBE_LAST) {
            Ok(1) => {}
            Ok(_) | Err(Stop::Silent | Stop::Broken | Stop::FileShort) => return Ok(()),
        }
    }
}

fn call(target: &Target) -> Result<Line, SocketError> {
    Line::call(target.addr, limits::IO_DEADLINE, None)
}
