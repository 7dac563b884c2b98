//! Lab 23 · Not again, and only a bite · the server: it does not send bytes that the client has already.
//! asked.rs decides what a request asks for, and answer.rs writes the answer.
//!
//!     cargo run --bin lab23-server [ADDR]          without ADDR: 127.0.0.1:8023
//!
//! Its files are in WIRELAB_ROOT, or else in labs/23-not-again/files. Its clock is WIRELAB_NOW, or else the system's.

mod answer;
mod asked;

use std::fs;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use answer::{answer, no};
use wirelab::http::{Parsed, Version, head::HeadParser};
use wirelab::net;

const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    match open(std::env::args().nth(1).as_deref()) {
        Ok(serving) => serving.wait(),
        Err((code, why)) => {
            eprintln!("lab23-server: {why}");
            return ExitCode::from(code);
        }
    }
    ExitCode::SUCCESS
}

/// Answers one request after the other, on one connection (lab 18).
fn serve(mut client: &TcpStream, root: &str) -> io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(client);
    let mut closes = false;
    while !closes {
        let (mut parser, mut received) = (HeadParser::new(), Vec::new());
        let said = loop {
            if reader
                .by_ref()
                .take(8_192)
                .read_until(b'\n', &mut received)?
                == 0
            {
                return Ok(());
            }
            match parser.request(&received) {
                Ok(Parsed::NeedMore) => {}
                Ok(Parsed::Done { value: head, .. }) => {
                    let old = head.version == Version::Http10;
                    let brings = ["content-length", "transfer-encoding"];
                    let brings = brings.iter().any(|name| head.fields.get(name).is_some());
                    closes = old || brings || head.fields.has_element("connection", "close");
                    break answer(&head, root, closes)?;
                }
                Err(fault) => {
                    closes = true;
                    break no(fault.status(), fault.wrong.rule().sentence, "", closes);
                }
            }
        };
        client.write_all(&said)?;
    }
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(Duration::from_secs(1)))?;
    io::copy(&mut client.take(65_536), &mut io::sink())?; // so that no reset destroys the answer (lab 5)
    Ok(())
}

fn open(addr: Option<&str>) -> Result<net::Serving, (u8, String)> {
    let addr = net::address(addr.unwrap_or("127.0.0.1:8023")).map_err(|e| (2, e.to_string()))?;
    let root = std::env::var("WIRELAB_ROOT").unwrap_or("labs/23-not-again/files".into());
    fs::read_dir(&root).map_err(|e| (2, format!("{root}: {e}: name a folder in WIRELAB_ROOT")))?;
    if !answer::now_is_valid() {
        return Err((
            2,
            "WIRELAB_NOW is a number of seconds since 1970".to_string(),
        ));
    }
    let listener = net::listen(addr, 128).map_err(|e| (1, e.to_string()))?;
    println!("listening on {}", listener.local_addr().unwrap_or(addr));
    let serve = move |client: net::AcceptedClient| match serve(client.stream, &root) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            eprintln!("client {}: nothing for {PATIENCE:?}, closed", client.number)
        }
        Err(error) => eprintln!("client {}: {error}", client.number),
    };
    net::serve(listener, 100, serve).map_err(|e| (1, e.to_string()))
}
