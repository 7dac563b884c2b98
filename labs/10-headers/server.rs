//! Lab 10 · Headers · the server: it sends back how it understood each header line, or refuses the request.
//! The parser is in headers.rs.
//!
//!     cargo run --bin lab10-server [ADDR]          without ADDR: 127.0.0.1:8010

mod headers;

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

const LONGEST_HEAD: usize = 65_536; // bytes; a header of 1 MB is refused, and not kept
const TOO_LARGE: &str = "431 Request Header Fields Too Large"; // RFC 6585 section 5
const PATIENCE: Duration = Duration::from_secs(5);
const FAREWELL: Duration = Duration::from_secs(1); // the longest wait of each read after the answer

fn serve(client: &TcpStream) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let head = read_head(client)?;
    let request_line = head.iter().take_while(|byte| **byte != b'\n').count();
    let understood = match head.len() > LONGEST_HEAD {
        true => Err(headers::TOO_MANY),
        false => headers::parse(&head[request_line + 1..]),
    };
    let (status, body) = match understood {
        Ok(fields) => ("200 OK", receipt(&fields)),
        Err(headers::TOO_MANY) => (TOO_LARGE, [headers::TOO_MANY.as_bytes(), b"\n"].concat()),
        Err(why) => ("400 Bad Request", [why.as_bytes(), b"\n"].concat()),
    };
    answer(client, status, &body)?;
    Ok(format!("{} bytes of head -> {status}", head.len()))
}

/// One line for each header line, with the value in brackets, so that you see where the value begins and ends.
/// The definition of a header says whether the header is a list. This course defines Salsa as a list.
fn receipt(fields: &[headers::Field]) -> Vec<u8> {
    let mut receipt = Vec::new();
    for field in fields {
        receipt.extend([&field.name[..], b": [", &field.value, b"]\n"].concat());
    }
    receipt.extend(b"all salsas:");
    for salsa in headers::members(fields, b"salsa") {
        receipt.extend([b" [", salsa, b"]"].concat());
    }
    receipt.push(b'\n');
    receipt
}

/// Everything up to the empty line, but at most LONGEST_HEAD + 1 bytes.
fn read_head(client: &TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut reader = BufReader::new(client.take(LONGEST_HEAD as u64 + 1));
    while !head.ends_with(b"\n\r\n") && head.len() <= LONGEST_HEAD {
        if reader.read_until(b'\n', &mut head)? == 0 && head.len() <= LONGEST_HEAD {
            let error = format!("{} bytes and no empty line", head.len());
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
    }
    Ok(head)
}

/// One write, then a close in two steps. If a program closes a connection with unread bytes, TCP sends a
/// reset, which may destroy the answer (lab 5).
fn answer(mut client: &TcpStream, status: &str, body: &[u8]) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: text/plain\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         \r\n",
        body.len()
    );
    client.write_all(&[head.as_bytes(), body].concat())?;
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(FAREWELL))?;
    let _ = io::copy(&mut client.take(16_000_000), &mut io::sink());
    Ok(())
}

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8010");
    let listener = TcpListener::bind(addr).unwrap_or_else(|error| give_up(addr, &error));
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this client said nothing for {PATIENCE:?}; the next one, please")
            }
            Err(error) => eprintln!("this client failed: {error}; the next one, please"),
        }
    }
}

/// Reports why the server cannot listen at `addr`, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, "is taken: stop its program, or take another port"),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab10-server: {addr} {why}");
    std::process::exit(status)
}
