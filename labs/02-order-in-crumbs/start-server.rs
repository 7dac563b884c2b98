//! Lab 2 · your server. It takes each read for a whole order. That is the most common mistake with TCP,
//! and on a good day nobody notices it.
//!
//! Write `read_line`: collect bytes until there is a newline, return the line, and keep what came after
//! it. Check it with: cargo lab check 2

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8002"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client)) {
            eprintln!("this client failed: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(mut client: &TcpStream) -> io::Result<()> {
    let mut heard = Vec::new();
    while let Some(line) = read_line(client, &mut heard)? {
        client.write_all(&[line.trim_ascii(), b", coming up\n"].concat())?;
    }
    Ok(())
}

/// The next line; `None` when the client hung up. `heard` is yours: it lives as long as the connection.
fn read_line(mut client: &TcpStream, heard: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    // Here: one read is not one line.
    let mut piece = [0; 512];
    let n = client.read(&mut piece)?;
    heard.clear();
    heard.extend_from_slice(&piece[..n]);
    Ok(if n == 0 { None } else { Some(heard.clone()) })
}
