//! Programs in the middle with one flaw each: `badpeer middle FLAW`. The server behind them is the last word of
//! `WIRELAB_ARG`; `right` has no flaw.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

const MOST: u64 = 1_000_000;

/// Passes each request of lab 9's kind on, and the answer back, with the flaw of this name.
pub fn serve(addr: &str, flaw: &str) -> io::Result<()> {
    let told = std::env::var("WIRELAB_ARG").unwrap_or_default();
    let upstream = told.split_whitespace().last().unwrap_or_default();
    let listener = TcpListener::bind(addr)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        if let Err(error) = pass(&client?, upstream, flaw) {
            eprintln!("a client left: {error}");
        }
    }
    Ok(())
}

fn pass(mut client: &TcpStream, upstream: &str, flaw: &str) -> io::Result<()> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && client.read(&mut byte)? > 0 {
        request.push(byte[0]);
    }
    if flaw == "made-up" {
        client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
        return client.shutdown(Shutdown::Write);
    }
    if flaw == "lower-case" {
        request.make_ascii_lowercase();
    }
    let ask = || -> io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(upstream)?;
        server.write_all(&request)?;
        server.shutdown(Shutdown::Write)?;
        let mut answer = Vec::new();
        server.take(MOST).read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = ask()?;
    if flaw == "asks-twice" {
        ask()?;
    }
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Write)
}
