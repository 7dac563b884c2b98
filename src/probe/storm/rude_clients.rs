//! Clients that disconnect at every possible byte, that never read, or that read or write byte by byte.
//!
//! Rule 1: the server need only serve the other clients; see [`super::half_request_crowd`].
//! Rule 2: clients that vanish, do not read, or read byte by byte stay connected until all other clients have
//! been served.

use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::net::{RecordedStream, SocketError};
use crate::probe::Target;
use crate::probe::server_features::Baseline;

/// How many rude clients there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rude {
    /// Reset after each byte of a request, and of its answer.
    pub resets: usize,
    /// Said nothing more after each byte of a request, as one whose cable is cut.
    pub vanished: usize,
    /// Asked as often as the server took it, and read nothing.
    pub never_read: usize,
    /// Wrote byte by byte, or read a byte now and then.
    pub byte_by_byte: usize,
}

/// Clients that ask and never read. Reason: each fills the buffers of a connection.
const NEVER_READ: usize = 20;
/// Clients that write byte by byte, and as many that read so.
const BYTE_BY_BYTE: usize = 20;

/// All of them.
pub fn all(target: &Target, baseline: &Baseline) -> Result<Rude, SocketError> {
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\n\r\n",
        baseline.path, baseline.host
    );
    let request = request.as_bytes();
    let mut rude = Rude::default();
    let mut vanished = Vec::new();
    for end in 0..=request.len() {
        let mut line = call(target)?;
        let _ = line.write(&request[..end]);
        vanished.push(line);
        rude.vanished += 1;
    }
    let deaf = all_deaf(target, request)?;
    rude.never_read = deaf.len();
    let mut slow = Vec::new();
    for _ in 0..BYTE_BY_BYTE {
        let mut line = call(target)?;
        let _ = line.write(request);
        slow.push(line);
        rude.byte_by_byte += 1;
    }
    let answer = 300 + baseline.plain.body.len();
    let requests = (0..=request.len()).map(|end| (end, 0));
    let answers = (1..answer.min(4_096)).step_by(7);
    for (end, count) in requests.chain(answers.map(|count| (request.len(), count))) {
        let mut line = call(target)?;
        let _ = line.write(&request[..end]);
        if count > 0 {
            let _ = line.read(&mut vec![0; count], limits::PROBE_CLOSE_WAIT);
        }
        line.reset();
        rude.resets += 1;
        let reader = rude.resets % slow.len();
        let _ = slow[reader].read_now(&mut [0]);
    }
    for _ in 0..BYTE_BY_BYTE {
        byte_by_byte(target, request, answer)?;
        rude.byte_by_byte += 1;
    }
    Ok(rude)
}

/// Clients that ask until nothing is taken any more, and do not read.
fn all_deaf(target: &Target, request: &[u8]) -> Result<Vec<RecordedStream>, SocketError> {
    let many = request.repeat(200);
    let deaf = || {
        let mut line = call(target)?;
        line.set_write_timeout(Duration::from_millis(50));
        let until = Instant::now() + Duration::from_millis(200);
        while Instant::now() < until && line.write(&many).is_ok() {}
        Ok(line)
    };
    thread::scope(|scope| {
        let all: Vec<_> = (0..NEVER_READ).map(|_| scope.spawn(deaf)).collect();
        let lines = all.into_iter().filter_map(|one| one.join().ok());
        lines.collect()
    })
}

/// Writes byte by byte, then reads so: as many bytes as a response has, and some.
fn byte_by_byte(target: &Target, request: &[u8], answer: usize) -> Result<(), SocketError> {
    let mut line = call(target)?;
    for byte in request {
        let _ = line.write(&[*byte]);
    }
    line.shutdown_write();
    let until = Instant::now() + limits::IO_DEADLINE;
    let mut buffer = [0];
    for _ in 0..4 * answer {
        let read = line.read(&mut buffer, limits::PROBE_CLOSE_WAIT);
        if !matches!(read, Ok(1)) || Instant::now() > until {
            break;
        }
    }
    Ok(())
}

fn call(target: &Target) -> Result<RecordedStream, SocketError> {
    RecordedStream::call(target.addr, limits::IO_DEADLINE, None)
}
