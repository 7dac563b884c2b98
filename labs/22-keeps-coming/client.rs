//! Lab 22 · The order that keeps coming · the client: it reads whatever the server calls an answer to its
//! end, by the eight rules next door (rules.rs), and sends an order whose length it does not know.
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
    let mut heard = Vec::new();
    server.write_all(b"GET / HTTP/1.1\r\nHost: tacos.example\r\n\r\n")?;
    if !answer(server, &mut heard, "GET")? {
        return Ok(()); // it hung up behind the menu, and takes no order
    }
    // Two chunks, 4 bytes and 14, cut where it hurts. What stands behind the ; is an extension, what
    // stands behind the last chunk is a trailer: nobody has to understand them, everybody has to read them.
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
    answer(server, &mut heard, "POST")?;
    server.read_to_end(&mut heard).map(|_| ()) // it hangs up, we follow
}

/// Prints the next answer, piece by piece; says whether the connection goes on behind it.
fn answer(server: &TcpStream, heard: &mut Vec<u8>, method: &str) -> io::Result<bool> {
    let wrong = |fault: Fault| Error::other(fault.wrong.rule().sentence);
    let mut parser = HeadParser::new();
    let mut end = loop {
        if let Parsed::Done { value, used } = parser.response(heard).map_err(wrong)? {
            let end = end(&value, method).map_err(Error::other)?;
            println!("{method}: {}", value.status);
            heard.drain(..used);
            break end;
        }
        if more(server, heard)? == 0 {
            return Err(Error::other("the server hung up in the middle of a head"));
        }
    };
    loop {
        let used = match &mut end {
            End::Now | End::After(0) => return Ok(true),
            End::After(left) => {
                let n = heard.len().min(*left);
                *left -= n;
                print!("{}", String::from_utf8_lossy(&heard[..n]));
                n
            }
            End::WithTheConnection => {
                print!("{}", String::from_utf8_lossy(heard));
                heard.len()
            }
            End::Chunked(decoder) => match decoder.next(heard).map_err(wrong)? {
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
                        heard.drain(..used);
                        return Ok(true);
                    }
                },
            },
        };
        heard.drain(..used);
        if used == 0 && more(server, heard)? == 0 {
            return match end {
                End::WithTheConnection => Ok(false),
                _ => Err(Error::other("the server hung up in the middle of a body")),
            };
        }
    }
}

fn more(mut server: &TcpStream, heard: &mut Vec<u8>) -> io::Result<usize> {
    let mut piece = [0; 16_384];
    let n = server.read(&mut piece)?;
    heard.extend_from_slice(&piece[..n]);
    Ok(n)
}
