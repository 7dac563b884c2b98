//! Lab 1 · your client. It orders three tacos, whatever it was told. Teach it to listen to you.
//!
//! The words after the address are the order: `my01-client 127.0.0.1:8001 0 tacos` asks for none.
//! Without them it orders `3 tacos`, as now. Check it with: cargo lab check 1 --client

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let mut server = TcpStream::connect(addr.as_deref().unwrap_or("127.0.0.1:8001"))?;

    // Here: what did the guest say? std::env::args().skip(2) has the words.
    server.write_all(b"3 tacos\n")?;

    let mut answer = Vec::new();
    server.take(8_000).read_to_end(&mut answer)?;
    print!("{}", String::from_utf8_lossy(&answer));
    Ok(())
}
