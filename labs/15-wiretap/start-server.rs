//! Lab 15 · your relay. It reads all bytes from the client, passes them on, then reads all bytes from
//! the server. Use the relay with your browser: the page never comes. Why?
//!
//! The relay must pass on each piece as soon as the piece comes, in both directions, and also the end
//! of each direction. Check it with: cargo lab check 15

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8015".to_string());
    let upstream = words.next().unwrap_or("127.0.0.1:8009".to_string());
    let listener = TcpListener::bind(addr)?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| relay(&client, &upstream)) {
            eprintln!("this one broke off: {error}; the next one, please");
        }
    }
    Ok(())
}

fn relay(mut client: &TcpStream, upstream: &str) -> io::Result<()> {
    let mut server = TcpStream::connect(upstream)?;

    // Here: read_to_end waits for the end of the client. A browser does not end before the answer.
    let mut request = Vec::new();
    client.take(1_000_000).read_to_end(&mut request)?;
    server.write_all(&request)?;

    let mut answer = Vec::new();
    server.take(1_000_000).read_to_end(&mut answer)?;
    client.write_all(&answer)
}
