//! Lab 4 · your client. It sends three fixed orders, and then waits for the bill. The server waits,
//! too: for the next order. Make the client send the orders that you give it, and say that this was
//! all.
//!
//! The words after the address are any number of orders, with commas between them:
//! `my04-client 127.0.0.1:8004 1 flan, 2 waters`. Without them it sends the orders that it sends now.
//! Check it with: cargo lab check 4 --client

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let mut server = TcpStream::connect(addr.as_deref().unwrap_or("127.0.0.1:8004"))?;

    // Here: which words came after the address? std::env::args().skip(2) has them.
    server.write_all(b"3 tacos\n")?;
    server.write_all(b"1 water\n")?;
    server.write_all(b"2 jalape\xc3\xb1os\n")?;

    // Here: how does the server know that no fourth order comes?

    let mut bill = Vec::new();
    server.take(8_000).read_to_end(&mut bill)?;
    if bill.is_empty() {
        println!("the waiter hung up, and there was no bill");
    }
    print!("{}", String::from_utf8_lossy(&bill));
    Ok(())
}
