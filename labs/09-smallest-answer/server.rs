//! Lab 9 · The smallest answer · the server: it reads a request up to the empty line, says the
//! least that a browser believes, and hangs up.
//!
//!     cargo run --bin lab09-server [ADDR]          without ADDR: 127.0.0.1:8009

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

const LONGEST_HEAD: usize = 65_536; // bytes; browsers send about 700, cookies can make it many more
const PATIENCE: Duration = Duration::from_secs(5); // browsers open spare connections and say nothing

/// One request, one answer. Returning closes the connection.
fn serve(mut client: &TcpStream) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;

    let head = read_head(client)?;
    if head.is_empty() {
        return Ok("a client came and left without a word".to_string());
    }
    // One source line for each line on the wire. The length counts the twelve bytes below the empty line.
    client.write_all(
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
fn read_head(mut client: &TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let n = client.read(&mut piece)?;
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

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8009");
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
    eprintln!("lab09-server: {addr} {why}");
    std::process::exit(status)
}
