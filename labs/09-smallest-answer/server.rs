//! Lab 9 · The smallest answer · the server: it reads a request up to the empty line, says the
//! least that a browser believes, and hangs up.
//!
//!     cargo run --bin lab09-server [ADDR]          without ADDR: 127.0.0.1:8009

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_HEAD: usize = 65_536; // bytes; browsers send about 700, cookies can make it many more
const PATIENCE: Duration = Duration::from_secs(5); // browsers open spare connections and say nothing

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8009");
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lab09-server: {}", why_not(addr, &error));
            return ExitCode::from(if error.kind() == ErrorKind::InvalidInput {
                2
            } else {
                1
            });
        }
    };
    match listener.local_addr() {
        Ok(place) => println!("listening on {place}"),
        Err(error) => eprintln!("lab09-server: where am I? {error}"),
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

/// One request, one answer. Returning closes the connection.
fn serve(mut guest: &TcpStream) -> io::Result<String> {
    guest.set_read_timeout(Some(PATIENCE))?;
    guest.set_write_timeout(Some(PATIENCE))?;

    let head = read_head(guest)?;
    if head.is_empty() {
        return Ok("a guest came and left without a word".to_string());
    }
    // One wire line a source line. The length counts the twelve bytes below the empty line.
    guest.write_all(
        b"HTTP/1.1 200 OK\r\n\
          Content-Type: text/plain; charset=utf-8\r\n\
          Content-Length: 12\r\n\
          Connection: close\r\n\
          \r\n\
          three tacos\n",
    )?;
    let first_line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    Ok(format!("{} -> 200", first_line.escape_ascii()))
}

/// Everything up to the empty line, which is where a request without a body ends.
fn read_head(mut guest: &TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let n = guest.read(&mut piece)?;
        if n == 0 && head.is_empty() {
            return Ok(head);
        }
        if n == 0 || head.len() > LONGEST_HEAD {
            let error = format!("{} bytes and no empty line: this is no request", head.len());
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        head.extend_from_slice(&piece[..n]);
    }
    Ok(head)
}

fn why_not(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidInput => {
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8009")
        }
        ErrorKind::AddrInUse => {
            format!("{addr} is taken: stop the program that listens there, or give another port")
        }
        ErrorKind::PermissionDenied => {
            format!(
                "{addr}: ports below 1024 are reserved for the system; take one above, like 8009"
            )
        }
        ErrorKind::AddrNotAvailable => {
            format!("{addr} is not an address of this machine: take 127.0.0.1 and a port")
        }
        _ => format!("cannot listen on {addr}: {error}"),
    }
}
