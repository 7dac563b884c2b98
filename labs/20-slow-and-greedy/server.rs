//! Lab 20 · Slow eaters, greedy eaters · the server: every wait has a limit, and every buffer has a limit.
//! The answer tells the client which limit the client has passed.
//!
//!     cargo run --bin lab20-server [ADDR]          without ADDR: 127.0.0.1:8020

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const WHOLE_HEAD: Duration = Duration::from_secs(1); // from the accept until the empty line has come
const WHOLE_ANSWER: Duration = Duration::from_secs(2); // to write all bytes of an answer
const FAREWELL: Duration = Duration::from_secs(1); // to read and discard after the answer
const LONGEST_LINE: usize = 8_000; // bytes of the request line, as RFC 9112 section 3 recommends
const WAITED: [ErrorKind; 2] = [ErrorKind::WouldBlock, ErrorKind::TimedOut]; // how a read or a write reports a timeout
const LONGEST_HEAD: usize = 16_000; // bytes of request line and header lines together

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8020");
    let Err(error) = serve_all(addr) else {
        return ExitCode::SUCCESS;
    };
    eprintln!("lab20-server: cannot listen on {addr}: {error}");
    ExitCode::from(u8::from(error.kind() == ErrorKind::InvalidInput) + 1)
}

fn serve_all(addr: &str) -> io::Result<()> {
    let listener = TcpListener::bind(addr)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        let serve_one = || match client.and_then(|client| serve(&client)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) => eprintln!("this connection failed: {error}"),
        };
        // A slow client must not stop the others (lab 19), so each has a thread.
        if let Err(error) = thread::Builder::new().spawn(serve_one) {
            eprintln!("cannot start a thread for this client: {error}");
        }
    }
    Ok(())
}

fn serve(client: &TcpStream) -> io::Result<String> {
    let (status, body) = match read_head(client) {
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
    write(client, &[head.as_bytes(), &body].concat())?;
    linger(client)?;
    Ok(status.to_string())
}

/// The length of the first line, or of the part of it that has come.
fn line(head: &[u8]) -> usize {
    head.split(|byte| *byte == b'\n')
        .next()
        .map_or(0, <[u8]>::len)
}

/// Reads up to the empty line, or until a limit is passed. Errors: TimedOut or WouldBlock after WHOLE_HEAD.
fn read_head(mut client: &TcpStream) -> io::Result<Vec<u8>> {
    let end = Instant::now() + WHOLE_HEAD;
    let mut head = Vec::new();
    let mut buffer = [0; 16_384];
    let enough = |head: &[u8]| line(head) > LONGEST_LINE || head.len() > LONGEST_HEAD;
    while !head.windows(4).any(|four| four == b"\r\n\r\n") && !enough(&head) {
        // Wait only for the rest of the second. A new second for each byte would not limit the head.
        client.set_read_timeout(Some(left(end)?))?;
        match client.read(&mut buffer)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            n => head.extend_from_slice(&buffer[..n]),
        }
    }
    Ok(head)
}

/// Writes the answer. All writes together may take WHOLE_ANSWER.
fn write(mut client: &TcpStream, mut answer: &[u8]) -> io::Result<()> {
    let end = Instant::now() + WHOLE_ANSWER;
    while !answer.is_empty() {
        client.set_write_timeout(Some(left(end)?))?;
        let n = client.write(answer)?;
        answer = &answer[n..];
    }
    Ok(())
}

/// A lingering close: ends our side, then reads and discards for a while. If we closed with unread bytes, the
/// kernel would send a reset, and the reset might destroy our answer (lab 5).
fn linger(mut client: &TcpStream) -> io::Result<()> {
    client.shutdown(Shutdown::Write)?;
    let end = Instant::now() + FAREWELL;
    let mut discarded = [0; 16_384];
    client.set_read_timeout(Some(FAREWELL))?;
    while client.read(&mut discarded)? > 0 {
        client.set_read_timeout(Some(left(end)?))?;
    }
    Ok(())
}

/// The time until `end`. Errors: TimedOut if no time is left.
fn left(end: Instant) -> io::Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    (!left.is_zero())
        .then_some(left)
        .ok_or(ErrorKind::TimedOut.into())
}
