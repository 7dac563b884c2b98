//! Lab 18 · Keep the table · the server: it answers request after request on one connection, until one
//! side says that this was the last. What it answers stands next door, in answer.rs.
//!
//!     cargo run --bin lab18-server [ADDR]          without ADDR: 127.0.0.1:8018

mod answer;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use wirelab::http::{Parsed, head::HeadParser};
use wirelab::net;

const PATIENCE: Duration = Duration::from_secs(5); // for the next request, too

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let listener = match open(addr.as_deref().unwrap_or("127.0.0.1:8018")) {
        Ok(listener) => listener,
        Err((code, why)) => {
            eprintln!("lab18-server: {why}");
            return ExitCode::from(code);
        }
    };
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for guest in listener.incoming() {
        match guest.and_then(|guest| serve(&guest)) {
            Ok(answers) => eprintln!("the table is free again, after {answers} answers"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("nothing for {PATIENCE:?}: this table is for the next one")
            }
            Err(error) => eprintln!("this guest went wrong: {error}; the next one, please"),
        }
    }
    ExitCode::SUCCESS
}

fn open(addr: &str) -> Result<TcpListener, (u8, String)> {
    let addr = net::address(addr).map_err(|error| (2, error.to_string()))?;
    net::listen(addr, 128).map_err(|error| (1, error.to_string()))
}

/// Answers request after request; says how many there were. Returning closes the connection.
fn serve(mut guest: &TcpStream) -> io::Result<u32> {
    guest.set_read_timeout(Some(PATIENCE))?;
    guest.set_write_timeout(Some(PATIENCE))?;
    guest.set_nodelay(true)?; // an answer need not wait until the one before it was acknowledged

    // All that has come and is not yet an answered request. It lives as long as the connection.
    let mut heard = Vec::new();
    let (mut parser, mut piece, mut answers) = (HeadParser::new(), [0; 4096], 0);
    loop {
        // First look at what is there already: one read may have brought two requests.
        let next = match parser.request(&heard) {
            Ok(Parsed::NeedMore) => None,
            Ok(Parsed::Done { value: head, used }) => Some((used, answer::to(&head))),
            Err(fault) => Some((heard.len(), answer::no(fault))),
        };
        if let Some((used, (bytes, goes_on))) = next {
            guest.write_all(&bytes)?;
            heard.drain(..used); // the rest is the beginning of the next request
            answers += 1;
            if goes_on {
                continue;
            }
            break;
        }
        let n = guest.read(&mut piece)?;
        if n == 0 {
            return Ok(answers);
        }
        heard.extend_from_slice(&piece[..n]);
    }
    guest.shutdown(Shutdown::Write)?;
    guest.set_read_timeout(Some(Duration::from_secs(1)))?;
    let _ = io::copy(&mut guest.take(16_000_000), &mut io::sink());
    Ok(answers)
}
