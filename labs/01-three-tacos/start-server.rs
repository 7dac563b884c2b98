//! Lab 1 · your server. It accepts every order, even one of 0 tacos. Let it answer 0 tacos with a question.
//!
//! It must answer an order of 0 with the bytes `? how many\n`. All other orders stay as they are.
//! Check it with: cargo lab check 1

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8001"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client)) {
            eprintln!("this client failed: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(mut client: &TcpStream) -> io::Result<()> {
    let mut line = Vec::new();
    BufReader::new(client.take(8_000)).read_until(b'\n', &mut line)?;
    if !line.ends_with(b"\n") {
        return Ok(());
    }
    let order = line.trim_ascii();

    // Here: how many does the client want? An order of 0 is no order.
    let answer = [order, b", coming up\n"].concat();

    client.write_all(&answer)
}
