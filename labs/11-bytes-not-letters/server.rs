//! Lab 11 · Bytes, not letters · the server: it reads an order of exactly as many bytes as announced,
//! and announces exactly as many bytes as it answers with.
//!
//!     cargo run --bin lab11-server [ADDR]          without ADDR: 127.0.0.1:8011

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

const LONGEST_HEAD: u64 = 65_536; // bytes
const LONGEST_ORDER: u64 = 8_000; // bytes; an announced length never decides how much memory is taken
const PATIENCE: Duration = Duration::from_secs(5);
const FAREWELL: Duration = Duration::from_secs(1); // the longest wait of each read after the answer

fn serve(client: &TcpStream) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;

    // The head ends with the empty line. The same reader reads the body: it may already hold body bytes.
    let mut reader = BufReader::new(client);
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
            answer(client, status, format!("{why}\n").as_bytes())?;
            return Ok(format!("{why} -> {status}"));
        }
    };
    // Exactly `length` bytes, in as many reads as needed. A byte after them does not belong to this order.
    let mut order = Vec::new();
    reader.take(length).read_to_end(&mut order)?;
    if (order.len() as u64) < length {
        return Ok(format!("only {} of {length} bytes came", order.len()));
    }
    let body = [order.trim_ascii_end(), b", coming up\n"].concat();
    answer(client, "200 OK", &body)?;
    Ok(format!("{length} bytes: {} -> 200", order.escape_ascii()))
}

/// The Content-Length of this head, or the status and the words of the refusal.
fn announced(head: &[u8]) -> Result<u64, (&'static str, &'static str)> {
    let lengths = head.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let same_name = line[..colon].eq_ignore_ascii_case(b"content-length");
        same_name.then(|| line[colon + 1..].trim_ascii())
    });
    let [digits] = lengths.collect::<Vec<_>>()[..] else {
        return Err(("400 Bad Request", "there must be one length, and only one"));
    };
    // 1*DIGIT, so no sign: `parse` alone would take +15. A number too large for u64 is above the limit, too.
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(("400 Bad Request", "a length is made of digits"));
    }
    match String::from_utf8_lossy(digits).parse() {
        Ok(length) if length <= LONGEST_ORDER => Ok(length),
        _ => Err(("413 Content Too Large", "we take 8000 bytes and no more")),
    }
}

/// One write, then a close in two steps. If a program closes a connection with unread bytes, TCP sends a
/// reset, which may destroy the answer (lab 5).
fn answer(mut client: &TcpStream, status: &str, body: &[u8]) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         \r\n",
        body.len() // this counts bytes; the length of a Python or JavaScript string does not
    );
    client.write_all(&[head.as_bytes(), body].concat())?;
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(FAREWELL))?;
    let _ = io::copy(&mut client.take(16_000_000), &mut io::sink());
    Ok(())
}

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8011");
    let listener = TcpListener::bind(addr).unwrap_or_else(|error| give_up(addr, &error));
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this client said nothing for {PATIENCE:?}; the next one, please")
            }
            Err(error) => eprintln!("this client failed: {error}; the next one, please"),
        }
    }
}

/// Reports why the server cannot listen at `addr`, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, "is taken: stop its program, or take another port"),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab11-server: {addr} {why}");
    std::process::exit(status)
}
