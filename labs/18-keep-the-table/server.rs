//! Lab 18 · Keep the table · the server: it answers several requests on one connection, until one side
//! sends Connection: close. The answers are in answer.rs.
//!
//!     cargo run --bin lab18-server [ADDR]          without ADDR: 127.0.0.1:8018

mod answer;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use wirelab::http::{Parsed, head::HeadParser};
use wirelab::net;

const PATIENCE: Duration = Duration::from_secs(5); // the longest wait of one read, also for the next request

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
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(answers) => eprintln!("closed after {answers} answers"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("closed: the client sent nothing for {PATIENCE:?}")
            }
            Err(error) => eprintln!("this connection failed: {error}"),
        }
    }
    ExitCode::SUCCESS
}

/// Answers one request after the other, and returns the number of answers. The caller closes the connection.
fn serve(mut client: &TcpStream) -> io::Result<u32> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    client.set_nodelay(true)?; // send an answer immediately, even if the answer before is not acknowledged yet

    // The received bytes that belong to no answered request. Kept as long as the connection is open.
    let mut received = Vec::new();
    let (mut parser, mut buffer, mut answers) = (HeadParser::new(), [0; 4096], 0);
    loop {
        // First use the bytes that are here: one read may have returned two requests.
        let next = match parser.request(&received) {
            Ok(Parsed::NeedMore) => None,
            Ok(Parsed::Done { value: head, used }) => Some((used, answer::to(&head))),
            Err(fault) => Some((received.len(), answer::no(fault))),
        };
        if let Some((used, (bytes, goes_on))) = next {
            client.write_all(&bytes)?;
            received.drain(..used); // the rest is the beginning of the next request
            answers += 1;
            if goes_on {
                continue;
            }
            break;
        }
        let n = client.read(&mut buffer)?;
        if n == 0 {
            return Ok(answers);
        }
        received.extend_from_slice(&buffer[..n]);
    }
    // Close in two steps: end this side, then read for up to a second, so that no reset destroys the answer (lab 5).
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(Duration::from_secs(1)))?;
    let _ = io::copy(&mut client.take(16_000_000), &mut io::sink());
    Ok(answers)
}

fn open(addr: &str) -> Result<TcpListener, (u8, String)> {
    let addr = net::address(addr).map_err(|error| (2, error.to_string()))?;
    net::listen(addr, 128).map_err(|error| (1, error.to_string()))
}
