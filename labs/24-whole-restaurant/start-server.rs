//! Lab 24 · your restaurant. Today it has one dish, and brings it to everyone, whatever they order.
//!
//! You have built the rest: files that stay under their root (16), answers that say what they are (17),
//! connections that stay open (18), many tables (19), limits (20), bodies and chunks (21, 22), "not
//! again" and "only a bite" (23). Put it together. The folder is in WIRELAB_ROOT, the second to use as now
//! in WIRELAB_NOW. Check it with: cargo lab check 24

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8024"))?;
    println!("listening on {}", listener.local_addr()?);

    for guest in listener.incoming() {
        thread::Builder::new().spawn(|| {
            if let Err(error) = guest.and_then(|guest| serve(&guest)) {
                eprintln!("this guest went wrong: {error}");
            }
        })?;
    }
    Ok(())
}

fn serve(mut guest: &TcpStream) -> io::Result<()> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let n = guest.read(&mut piece)?;
        if n == 0 || head.len() > 16_000 {
            return Ok(());
        }
        head.extend_from_slice(&piece[..n]);
    }

    // Here: what was asked for? By whom, in which version, how much of it, and what comes after?
    guest.write_all(
        b"HTTP/1.1 200 OK\r\n\
          Content-Type: text/plain; charset=utf-8\r\n\
          Content-Length: 12\r\n\
          Connection: close\r\n\
          \r\n\
          three tacos\n",
    )
}
