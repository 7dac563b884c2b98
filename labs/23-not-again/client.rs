//! Lab 23 · Not again, and only a bite · the client downloads a file. If the server closes too early, the client
//! asks for the rest. Then the client asks whether the file has changed, and at last for a part of the file.
//!
//!     cargo run --bin lab23-client [ADDR]          without ADDR: 127.0.0.1:8023

use std::io::{self, Error, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use wirelab::http::{Fault, Parsed, head::HeadParser};
use wirelab::net;

const PATIENCE: Duration = Duration::from_secs(5);
const MOST_TRIES: usize = 5;
const LARGEST: usize = 100_000_000; // bytes

/// An answer, or the beginning of an answer whose connection ended too early.
struct Answer {
    status: u16,
    tag: String,
    range: String,
    /// The number of bytes of the body that did not come.
    missing: usize,
    body: Vec<u8>,
}

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = net::address(addr.as_deref().unwrap_or("127.0.0.1:8023"));
    let addr = addr.map_err(|error| (2, error.to_string()));
    match addr.and_then(|addr| visit(addr).map_err(|error| (1, error.to_string()))) {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, why)) => {
            eprintln!("lab23-client: {why}");
            ExitCode::from(code)
        }
    }
}

fn visit(addr: SocketAddr) -> io::Result<()> {
    let mut file = Vec::new();
    let (mut tag, mut server) = (String::new(), call(addr)?);
    for tries in 1.. {
        // If we have a part, ask for the rest. If-Range: only if the file is still the same.
        let rest = match file.len() {
            0 => String::new(),
            have => format!("Range: bytes={have}-\r\nIf-Range: {tag}\r\n"),
        };
        let beginning = format!("bytes {}-", file.len());
        let answer = ask(&server, &rest)?;
        match answer.status {
            200 => file = answer.body,
            206 if answer.range.starts_with(&beginning) => file.extend(answer.body),
            status => return Err(Error::other(format!("{status} brings no part of a file"))),
        }
        println!("{}: we have {} bytes", answer.status, file.len());
        tag = answer.tag;
        if answer.missing == 0 {
            break;
        }
        println!("broken off, {} bytes are missing", answer.missing);
        if tries == MOST_TRIES {
            return Err(Error::other("the server broke off five times"));
        }
        server = call(addr)?;
    }
    // With the tag we do not download the same bytes again.
    let answer = ask(&server, &format!("If-None-Match: {tag}\r\n"))?;
    println!("{}: {} new bytes", answer.status, answer.body.len());

    let answer = ask(&server, "Range: bytes=0-10\r\nConnection: close\r\n")?;
    let bite = String::from_utf8_lossy(&answer.body);
    println!("{}: {bite}", answer.status);
    server.read_to_end(&mut Vec::new()).map(|_| ()) // the server closes first
}

fn call(addr: SocketAddr) -> io::Result<TcpStream> {
    let server = net::call(addr, PATIENCE).map_err(|error| Error::other(error.to_string()))?;
    server.set_read_timeout(Some(PATIENCE))?;
    Ok(server)
}

/// One request and its answer.
fn ask(mut server: &TcpStream, fields: &str) -> io::Result<Answer> {
    let request = format!("GET /menu.txt HTTP/1.1\r\nHost: tacos.example\r\n{fields}\r\n");
    server.write_all(request.as_bytes())?;
    let (mut parser, mut received, mut buffer) = (HeadParser::new(), Vec::new(), [0; 65_536]);
    let (mut answer, used) = loop {
        let n = server.read(&mut buffer)?;
        if n == 0 {
            return Err(Error::other("the server closed without an answer"));
        }
        received.extend_from_slice(&buffer[..n]);
        let wrong = |fault: Fault| Error::other(fault.wrong.rule().sentence);
        if let Parsed::Done { value, used } = parser.response(&received).map_err(wrong)? {
            let text = |name| String::from_utf8_lossy(value.fields.only(name).unwrap_or(b""));
            let answer = Answer {
                status: value.status,
                tag: text("etag").into_owned(),
                range: text("content-range").into_owned(),
                missing: text("content-length").parse().unwrap_or(0),
                body: Vec::new(),
            };
            break (answer, used);
        }
    };
    answer.body = received.split_off(used);
    if answer.status != 304 {
        let due = answer
            .missing
            .saturating_sub(answer.body.len())
            .min(LARGEST);
        server.take(due as u64).read_to_end(&mut answer.body)?;
    }
    answer.missing = answer.missing.saturating_sub(answer.body.len());
    Ok(answer)
}
