//! Lab 22 · The order that keeps coming · the client: it sends an order in chunks. The eight rules in rules.rs
//! find the end of each answer.
//!
//!     cargo run --bin lab22-client [ADDR]          without ADDR: 127.0.0.1:8022

mod rules;

use std::io::{self, Error, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use rules::{End, end};
use wirelab::http::{Fault, Parsed, chunked::Piece, head::HeadParser};
use wirelab::net;

const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = net::address(addr.as_deref().unwrap_or("127.0.0.1:8022"))
        .map_err(|error| (2, error.to_string()));
    let server = addr.and_then(|addr| net::call(addr, PATIENCE).map_err(|e| (1, e.to_string())));
    match server.and_then(|server| visit(&server).map_err(|error| (1, error.to_string()))) {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, why)) => {
            eprintln!("lab22-client: {why}");
            ExitCode::from(code)
        }
    }
}

fn visit(mut server: &TcpStream) -> io::Result<()> {
    server.set_read_timeout(Some(PATIENCE))?;
    let mut received = Vec::new();
    server.write_all(b"GET / HTTP/1.1\r\nHost: tacos.example\r\n\r\n")?;
    if !answer(server, &mut received, "GET")? {
        return Ok(()); // the server closes after the menu, so we cannot send an order
    }
    // Two chunks of 4 and 14 bytes. The first chunk ends inside a word. There is an extension after the `;`, and a
    // trailer after the last chunk. A server need not understand the two, but must read to their ends.
    server.write_all(
        b"POST / HTTP/1.1\r\n\
          Host: tacos.example\r\n\
          Transfer-Encoding: chunked\r\n\
          Connection: close\r\n\
          \r\n\
          4\r\n\
          3 ta\r\n\
          E;table=7\r\n\
          cos\n1 burrito\n\r\n\
          0\r\n\
          Tip: 10%\r\n\
          \r\n",
    )?;
    answer(server, &mut received, "POST")?;
    server.read_to_end(&mut received).map(|_| ()) // the server closes first
}

/// Prints the next answer, piece by piece. Returns whether the connection stays open after the answer.
fn answer(server: &TcpStream, received: &mut Vec<u8>, method: &str) -> io::Result<bool> {
    let wrong = |fault: Fault| Error::other(fault.wrong.rule().sentence);
    let mut parser = HeadParser::new();
    let mut end = loop {
        if let Parsed::Done { value, used } = parser.response(received).map_err(wrong)? {
            let end = end(&value, method).map_err(Error::other)?;
            println!("{method}: {}", value.status);
            received.drain(..used);
            break end;
        }
        if more(server, received)? == 0 {
            return Err(Error::other("the server closed in the middle of a head"));
        }
    };
    loop {
        let used = match &mut end {
            End::Now | End::After(0) => return Ok(true),
            End::After(left) => {
                let n = received.len().min(*left);
                *left -= n;
                print!("{}", String::from_utf8_lossy(&received[..n]));
                n
            }
            End::WithTheConnection => {
                print!("{}", String::from_utf8_lossy(received));
                received.len()
            }
            End::Chunked(decoder) => match decoder.next(received).map_err(wrong)? {
                Parsed::NeedMore => 0,
                Parsed::Done { value, used } => match value {
                    Piece::Data(data) => {
                        print!("{}", String::from_utf8_lossy(data));
                        used
                    }
                    Piece::End(trailers) => {
                        for one in trailers.iter() {
                            println!("{}: {}", one.name.escape_ascii(), one.value.escape_ascii());
                        }
                        received.drain(..used);
                        return Ok(true);
                    }
                },
            },
        };
        received.drain(..used);
        if used == 0 && more(server, received)? == 0 {
            return match end {
                End::WithTheConnection => Ok(false),
                _ => Err(Error::other("the server closed in the middle of a body")),
            };
        }
    }
}

fn more(mut server: &TcpStream, received: &mut Vec<u8>) -> io::Result<usize> {
    let mut piece = [0; 16_384];
    let n = server.read(&mut piece)?;
    received.extend_from_slice(&piece[..n]);
    Ok(n)
}
