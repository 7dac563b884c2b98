//! Lab 20 · Slow eaters, greedy eaters · the server: every wait has a limit and every buffer, too, and
//! who runs into one is told so.
//!
//!     cargo run --bin lab20-server [ADDR]          without ADDR: 127.0.0.1:8020

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const WHOLE_HEAD: Duration = Duration::from_secs(1); // from the first byte we wait for to the empty line
const WHOLE_ANSWER: Duration = Duration::from_secs(2); // until the client has taken all of it
const FAREWELL: Duration = Duration::from_secs(1); // after the last word, for the client to read it
const LONGEST_LINE: usize = 8_000; // bytes of the request line, as RFC 9112 section 3 recommends
const WAITED: [ErrorKind; 2] = [ErrorKind::WouldBlock, ErrorKind::TimedOut]; // in vain: a timeout
const LONGEST_HEAD: usize = 16_000; // bytes of request line and header lines together

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8020");
    let Err(error) = open(addr) else {
        return ExitCode::SUCCESS;
    };
    eprintln!("lab20-server: cannot listen on {addr}: {error}");
    ExitCode::from(u8::from(error.kind() == ErrorKind::InvalidInput) + 1)
}

fn open(addr: &str) -> io::Result<()> {
    let listener = TcpListener::bind(addr)?;
    println!("listening on {}", listener.local_addr()?);
    for guest in listener.incoming() {
        let visit = || match guest.and_then(|guest| serve(&guest)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) => eprintln!("no answer: {error}"),
        };
        // Slow guests must not stop the quick ones (lab 19): a thread each.
        if let Err(error) = thread::Builder::new().spawn(visit) {
            eprintln!("no thread for this guest: {error}");
        }
    }
    Ok(())
}

fn serve(guest: &TcpStream) -> io::Result<String> {
    let (status, body) = match read_head(guest) {
        Ok(head) if line(&head) > LONGEST_LINE => ("414 URI Too Long", vec![]),
        Ok(head) if head.len() > LONGEST_HEAD => ("431 Request Header Fields Too Large", vec![]),
        Ok(head) if head.starts_with(b"GET /all ") => ("200 OK", b"taco\n".repeat(4_000_000)),
        Ok(_) => ("200 OK", b"three tacos\n".to_vec()),
        Err(error) if WAITED.contains(&error.kind()) => ("408 Request Timeout", vec![]),
        Err(error) => return Err(error),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         \r\n",
        body.len(),
    );
    write(guest, &[head.as_bytes(), &body].concat())?;
    farewell(guest)?;
    Ok(status.to_string())
}

/// The length of the first line, as far as it has come.
fn line(head: &[u8]) -> usize {
    head.split(|byte| *byte == b'\n')
        .next()
        .map_or(0, <[u8]>::len)
}

/// The bytes up to the empty line, or up to the limit that they break.
fn read_head(mut guest: &TcpStream) -> io::Result<Vec<u8>> {
    let end = Instant::now() + WHOLE_HEAD;
    let mut head = Vec::new();
    let mut piece = [0; 16_384];
    let enough = |head: &[u8]| line(head) > LONGEST_LINE || head.len() > LONGEST_HEAD;
    while !head.windows(4).any(|four| four == b"\r\n\r\n") && !enough(&head) {
        // Not "a second for the next byte": what is *left* of the second for all of them.
        guest.set_read_timeout(Some(left(end)?))?;
        match guest.read(&mut piece)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            n => head.extend_from_slice(&piece[..n]),
        }
    }
    Ok(head)
}

/// A client that takes nothing, or a byte a second, has until the end of the answer's time.
fn write(mut guest: &TcpStream, mut answer: &[u8]) -> io::Result<()> {
    let end = Instant::now() + WHOLE_ANSWER;
    while !answer.is_empty() {
        guest.set_write_timeout(Some(left(end)?))?;
        let n = guest.write(answer)?;
        answer = &answer[n..];
    }
    Ok(())
}

/// "That was all", and then read on for a while, into the bin: closing with unread bytes would send a
/// reset, and the reset would eat our last words (lab 5).
fn farewell(mut guest: &TcpStream) -> io::Result<()> {
    guest.shutdown(Shutdown::Write)?;
    let end = Instant::now() + FAREWELL;
    let mut bin = [0; 16_384];
    guest.set_read_timeout(Some(FAREWELL))?;
    while guest.read(&mut bin)? > 0 {
        guest.set_read_timeout(Some(left(end)?))?;
    }
    Ok(())
}

/// The time until `end`. When there is none: the error of a read that waited too long.
fn left(end: Instant) -> io::Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    (!left.is_zero())
        .then_some(left)
        .ok_or(ErrorKind::TimedOut.into())
}
