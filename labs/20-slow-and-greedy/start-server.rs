//! Lab 20 · your server. It is careful: it waits five seconds for a byte, and no longer. A guest who
//! sends a byte every four seconds keeps a thread for over two minutes; a guest who never stops keeps
//! our memory.
//!
//! Give the whole head one second. Give the request line 8,000 bytes and the head 16,000. Say which
//! limit was broken, in a way that the guest can still hear. Check it with: cargo lab check 20

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8020"))?;
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
    // Here: five seconds for each byte are not a limit for all of them.
    guest.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut head = Vec::new();
    let mut piece = [0; 16_384];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match guest.read(&mut piece)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            n => head.extend_from_slice(&piece[..n]),
        }
    }
    guest.write_all(
        b"HTTP/1.1 200 OK\r\n\
          Content-Length: 12\r\n\
          Connection: close\r\n\
          \r\n\
          three tacos\n",
    )
}
