//! Lab 1 · Three tacos · the server: it waits, reads one order, answers it, and hangs up.
//!
//!     cargo run --bin lab01-server [ADDR]          without ADDR: 127.0.0.1:8001

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ORDER: u64 = 8_000; // bytes; a guest who never ends the line must not fill our memory
const PATIENCE: Duration = Duration::from_secs(5); // a guest who says nothing must not keep the next one waiting

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8001");

    // The server is there first. It takes a place, an address and a port, and waits.
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lab01-server: {}", why_not(addr, &error));
            return ExitCode::from(if error.kind() == ErrorKind::InvalidInput {
                2
            } else {
                1
            });
        }
    };
    match listener.local_addr() {
        Ok(place) => println!("listening on {place}"),
        Err(error) => eprintln!("lab01-server: where am I? {error}"),
    }

    // One guest after the other. A guest who misbehaves is a line in the log, not our end.
    for guest in listener.incoming() {
        match guest.and_then(|guest| serve(&guest)) {
            Ok(said) => eprintln!("{said}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this guest said nothing for {PATIENCE:?}; the next one, please")
            }
            Err(error) => eprintln!("this guest went wrong: {error}; the next one, please"),
        }
    }
    ExitCode::SUCCESS
}

/// Reads one order and answers it; says for the log what happened. Returning closes the connection.
fn serve(mut guest: &TcpStream) -> io::Result<String> {
    guest.set_read_timeout(Some(PATIENCE))?;
    guest.set_write_timeout(Some(PATIENCE))?;

    // TCP carries a stream of bytes. Our two programs agree that a newline ends an order.
    let mut line = Vec::new();
    BufReader::new(guest.take(LONGEST_ORDER)).read_until(b'\n', &mut line)?;

    if line.is_empty() {
        return Ok("a guest came and left without a word".to_string());
    }
    if !line.ends_with(b"\n") {
        return Ok(format!(
            "no newline after {} bytes: no order, no answer",
            line.len()
        ));
    }

    // telnet ends a line with \r\n, nc and our client with \n: both are an order.
    let order = line.trim_ascii();
    let answer = match how_many(order) {
        None | Some(0) => b"? how many\n".to_vec(),
        Some(_) => [order, b", coming up\n"].concat(),
    };
    guest.write_all(&answer)?;
    Ok(format!(
        "{} -> {}",
        line.escape_ascii(),
        answer.escape_ascii()
    ))
}

/// The number that an order begins with, if it does. An order is bytes; it may hold anything.
fn how_many(order: &[u8]) -> Option<u32> {
    let first_word = order.split(|byte| *byte == b' ').next()?;
    std::str::from_utf8(first_word).ok()?.parse().ok()
}

fn why_not(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidInput => {
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8001")
        }
        ErrorKind::AddrInUse => {
            format!("{addr} is taken: stop the program that listens there, or give another port")
        }
        ErrorKind::PermissionDenied => {
            format!(
                "{addr}: ports below 1024 are reserved for the system; take one above, like 8001"
            )
        }
        ErrorKind::AddrNotAvailable => {
            format!("{addr} is not an address of this machine: take 127.0.0.1 and a port")
        }
        _ => format!("cannot listen on {addr}: {error}"),
    }
}
