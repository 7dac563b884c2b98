//! Lab 5 · your server. It resets every client. And it ends when a client resets. Repair both.
//!
//! It answers before it has read the order. Read the order to its end; then no client is reset. And no
//! client may end the whole server. Check it with: cargo lab check 5

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8005"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        // Here: what if a call fails for one client?
        serve(&client.unwrap()).unwrap();
    }
    Ok(())
}

fn serve(mut client: &TcpStream) -> io::Result<()> {
    // Waits until the client has sent something. (peek looks at the bytes, and leaves them there.)
    client.peek(&mut [0])?;

    // Here: what did the client order? Read it, to its end.
    client.write_all(b"3 tacos, coming up\n")
}
