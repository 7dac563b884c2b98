//! Lab 11 · Bytes, not letters · the server: it reads an order of exactly as many bytes as announced,
//! and announces exactly as many bytes as it answers with.
//!
//!     cargo run --bin lab11-server [ADDR]          without ADDR: 127.0.0.1:8011

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_HEAD: u64 = 65_536; // bytes
const LONGEST_ORDER: u64 = 8_000; // bytes; a length is a promise of a stranger, it sizes nothing here
const PATIENCE: Duration = Duration::from_secs(5);
const FAREWELL: Duration = Duration::from_secs(1); // for the guest's last bytes, once we have answered

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8011");
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lab11-server: {}", why_not(addr, &error));
            let wrong_use = error.kind() == ErrorKind::InvalidInput;
            return ExitCode::from(if wrong_use { 2 } else { 1 });
        }
    };
    match listener.local_addr() {
        Ok(place) => println!("listening on {place}"),
        Err(error) => eprintln!("lab11-server: where am I? {error}"),
    }
    for guest in listener.incoming() {
        match guest.and_then(|guest| serve(&guest)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this guest said nothing for {PATIENCE:?}; the next one, please")
            }
            Err(error) => eprintln!("this guest went wrong: {error}; the next one, please"),
        }
    }
    ExitCode::SUCCESS
}

fn serve(guest: &TcpStream) -> io::Result<String> {
    guest.set_read_timeout(Some(PATIENCE))?;
    guest.set_write_timeout(Some(PATIENCE))?;

    // The head ends with the empty line. Read on from the same reader: it may hold body bytes already.
    let mut reader = BufReader::new(guest);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut line = reader.by_ref().take(LONGEST_HEAD - head.len() as u64);
        if line.read_until(b'\n', &mut head)? == 0 {
            return Ok("no empty line: this is no request".to_string());
        }
    }
    let length = match announced(&head) {
        Ok(length) => length,
        Err((status, why)) => {
            answer(guest, status, format!("{why}\n").as_bytes())?;
            return Ok(format!("{why} -> {status}"));
        }
    };
    // Exactly so many bytes, however many reads it takes. One more would not be of this order.
    let mut order = Vec::new();
    reader.take(length).read_to_end(&mut order)?;
    if (order.len() as u64) < length {
        return Ok(format!("only {} of {length} bytes came", order.len()));
    }
    let body = [order.trim_ascii_end(), b", coming up\n"].concat();
    answer(guest, "200 OK", &body)?;
    Ok(format!("{length} bytes: {} -> 200", order.escape_ascii()))
}

/// The Content-Length of this head, or the status and the reason for which there is none.
fn announced(head: &[u8]) -> Result<u64, (&'static str, &'static str)> {
    let lengths = head.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let same_name = line[..colon].eq_ignore_ascii_case(b"content-length");
        same_name.then(|| line[colon + 1..].trim_ascii())
    });
    let [digits] = lengths.collect::<Vec<_>>()[..] else {
        return Err(("400 Bad Request", "there must be one length, and only one"));
    };
    // 1*DIGIT, so no sign: parse alone would take +15. A number too large for u64 is too large for us.
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(("400 Bad Request", "a length is made of digits"));
    }
    match String::from_utf8_lossy(digits).parse() {
        Ok(length) if length <= LONGEST_ORDER => Ok(length),
        _ => Err(("413 Content Too Large", "we take 8000 bytes and no more")),
    }
}

/// One write, then a polite end: with unread bytes a close is a reset, which may eat the answer (lab 5).
fn answer(mut guest: &TcpStream, status: &str, body: &[u8]) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         \r\n",
        body.len() // of bytes; in Rust also of a &str, in Python or JavaScript not of a string
    );
    guest.write_all(&[head.as_bytes(), body].concat())?;
    guest.shutdown(Shutdown::Write)?;
    guest.set_read_timeout(Some(FAREWELL))?;
    let _ = io::copy(&mut guest.take(16_000_000), &mut io::sink());
    Ok(())
}

fn why_not(addr: &str, error: &io::Error) -> String {
    let advice = match error.kind() {
        ErrorKind::InvalidInput => "it is no address: write HOST:PORT, like 127.0.0.1:8011",
        ErrorKind::AddrInUse => "it is taken: stop who listens there, or give another port",
        ErrorKind::PermissionDenied => "ports below 1024 are for the system: take 8011",
        ErrorKind::AddrNotAvailable => "this machine has no such address: take 127.0.0.1",
        _ => return format!("cannot listen on {addr}: {error}"),
    };
    format!("{addr}: {advice}")
}
