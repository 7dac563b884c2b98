//! Lab 4 · your client. It orders three things that it knows by heart, and then waits for the bill. The
//! waiter waits, too. Teach it to order what it is told, and to say that this was all.
//!
//! The words after the address are the orders, with commas between them, as many as the guest likes:
//! `my04-client 127.0.0.1:8004 1 flan, 2 waters`. Without them it orders what it orders now.
//! Check it with: cargo lab check 4 --client

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let mut server = TcpStream::connect(addr.as_deref().unwrap_or("127.0.0.1:8004"))?;

    // Here: what did the guest say? std::env::args().skip(2) has the words.
    server.write_all(b"3 tacos\n")?;
    server.write_all(b"1 water\n")?;
    server.write_all(b"2 jalape\xc3\xb1os\n")?;

    // Here: how does the waiter know that no fourth order comes?

    let mut bill = Vec::new();
    server.take(8_000).read_to_end(&mut bill)?;
    if bill.is_empty() {
        println!("the waiter hung up, and there was no bill");
    }
    print!("{}", String::from_utf8_lossy(&bill));
    Ok(())
}
