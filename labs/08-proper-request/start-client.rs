//! Lab 8 · your client. It sends the request of 1991, and the server refuses it. Make it a proper
//! request.
//!
//! It must send the five lines of the README's transcript, byte for byte, and print the whole answer.
//! Check it with: cargo lab check 8

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let mut server = TcpStream::connect(addr.as_deref().unwrap_or("127.0.0.1:8008"))?;

    // Here: method, target and version; three header lines; the empty line.
    server.write_all(b"GET /menu.txt\r\n")?;

    let mut answer = Vec::new();
    server.take(1_000_000).read_to_end(&mut answer)?;
    print!("{}", String::from_utf8_lossy(&answer));
    Ok(())
}
