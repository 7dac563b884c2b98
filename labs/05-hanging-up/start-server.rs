//! Lab 5 · your server. It resets every guest, and a guest who resets it kills it. Repair both.
//!
//! It is so sure of what its guests want that it answers before it has heard the order. Hear the guest
//! out; then nobody is reset. And let no guest end the whole server. Check it with: cargo lab check 5

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8005"))?;
    println!("listening on {}", listener.local_addr()?);

    for guest in listener.incoming() {
        // Here: what if it goes wrong with one guest?
        serve(&guest.unwrap()).unwrap();
    }
    Ok(())
}

fn serve(mut guest: &TcpStream) -> io::Result<()> {
    // The guest has begun to speak. (peek looks at what has arrived, and leaves it there.)
    guest.peek(&mut [0])?;

    // Here: what did he say? Read it, to its end.
    guest.write_all(b"3 tacos, coming up\n")
}
