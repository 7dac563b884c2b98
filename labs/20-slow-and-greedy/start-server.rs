//! Lab 20 · your server. It waits at most five seconds for each byte. A client that sends a byte every four
//! seconds uses a thread for over two minutes. A client that never stops uses up the memory.
//!
//! Give the whole head one second. Allow 8,000 bytes for the request line and 16,000 for the head. Answer 408,
//! 414 or 431, and make sure that no reset destroys the answer. Check it with: cargo lab check 20

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8020"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        thread::Builder::new().spawn(|| {
            if let Err(error) = client.and_then(|client| serve(&client)) {
                eprintln!("this connection failed: {error}");
            }
        })?;
    }
    Ok(())
}

fn serve(mut client: &TcpStream) -> io::Result<()> {
    // Here: five seconds for each byte do not limit the time of all bytes together.
    client.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut head = Vec::new();
    let mut buffer = [0; 16_384];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match client.read(&mut buffer)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            n => head.extend_from_slice(&buffer[..n]),
        }
    }
    client.write_all(
        b"HTTP/1.1 200 OK\r\n\
          Content-Length: 12\r\n\
          Connection: close\r\n\
          \r\n\
          three tacos\n",
    )
}
