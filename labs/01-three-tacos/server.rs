//! Lab 1 · Three tacos · the server: it waits, reads one order, answers it, and hangs up.
//!
//!     cargo run --bin lab01-server [ADDR]          without ADDR: 127.0.0.1:8001

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

const LONGEST_ORDER: u64 = 8_000; // bytes; a client that never ends the line must not fill our memory
const PATIENCE: Duration = Duration::from_secs(5); // a client that says nothing must not keep the next one waiting

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8001");

    // The server is there first. It takes a place, an address and a port, and waits.
    let listener = TcpListener::bind(addr).unwrap_or_else(|error| give_up(addr, &error));
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    // One client after the other. If one misbehaves, the log gets a line, and the next one is served.
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(said) => eprintln!("{said}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this client said nothing for {PATIENCE:?}; the next one, please")
            }
            Err(error) => eprintln!("this client failed: {error}; the next one, please"),
        }
    }
}

/// Reads one order and answers it; says for the log what happened. Returning closes the connection.
fn serve(mut client: &TcpStream) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;

    // TCP carries a stream of bytes. Our two programs agree that a newline ends an order.
    let mut line = Vec::new();
    BufReader::new(client.take(LONGEST_ORDER)).read_until(b'\n', &mut line)?;

    if line.is_empty() {
        return Ok("a client came and left without a word".to_string());
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
    client.write_all(&answer)?;
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

/// Without a place to listen nobody can be served: says why not, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, "is taken: stop its program, or take another port"),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab01-server: {addr} {why}");
    std::process::exit(status)
}
