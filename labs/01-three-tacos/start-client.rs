//! Lab 1 · your client. It always orders three tacos. Make it order what you tell it.
//!
//! It must send the words after the address, and a newline: `my01-client 127.0.0.1:8001 0 tacos` sends
//! `0 tacos\n`. Without such words it sends `3 tacos\n`, as now.
//! Check it with: cargo lab check 1 --client

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let mut server = TcpStream::connect(addr.as_deref().unwrap_or("127.0.0.1:8001"))?;

    // Here: which words came after the address? std::env::args().skip(2) has them.
    server.write_all(b"3 tacos\n")?;

    let mut answer = Vec::new();
    server.take(8_000).read_to_end(&mut answer)?;
    print!("{}", String::from_utf8_lossy(&answer));
    Ok(())
}
