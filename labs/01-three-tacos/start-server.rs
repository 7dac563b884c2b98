//! Lab 1 · your server. It brings any order, even none at all. Teach it to ask back.
//!
//! The order `0 tacos` is to be refused with the bytes `? how many\n`. All else stays as it is.
//! Check it with: cargo lab check 1

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8001"))?;
    println!("listening on {}", listener.local_addr()?);

    for guest in listener.incoming() {
        if let Err(error) = guest.and_then(|guest| serve(&guest)) {
            eprintln!("this guest went wrong: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(mut guest: &TcpStream) -> io::Result<()> {
    let mut line = Vec::new();
    BufReader::new(guest.take(8_000)).read_until(b'\n', &mut line)?;
    if !line.ends_with(b"\n") {
        return Ok(());
    }
    let order = line.trim_ascii();

    // Here: how many? An order of none is no order.
    let answer = [order, b", coming up\n"].concat();

    guest.write_all(&answer)
}
