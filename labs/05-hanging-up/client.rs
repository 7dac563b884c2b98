//! Lab 5 · Hanging up · the client: it orders, and looks closely at how the conversation ends.
//!
//!     cargo run --bin lab05-client [ADDR [VISITS]]     visits so often, and counts the ends
//!     cargo run --bin lab05-client ADDR rude           breaks off without a word
//!
//! Without ADDR: 127.0.0.1:8005.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ANSWER: usize = 8_000; // bytes; a server that never stops must not fill our memory
const PATIENCE: Duration = Duration::from_secs(5);

/// How the server ended the conversation.
#[derive(PartialEq)]
enum End {
    Fin,
    Rst,
}

fn one_visit(addr: &str) -> io::Result<End> {
    let (answer, end) = visit(addr)?;
    print!("{}", String::from_utf8_lossy(&answer));
    match end {
        End::Fin => println!("the server hung up: FIN"),
        End::Rst => println!("the server broke off: RST"),
    }
    Ok(end)
}

fn many_visits(addr: &str, visits: u32) -> io::Result<End> {
    let mut resets = 0;
    for _ in 0..visits {
        let (_, end) = visit(addr)?;
        resets += u32::from(end == End::Rst);
    }
    println!("{visits} visits: {} FIN, {resets} RST", visits - resets);
    Ok(if resets == 0 { End::Fin } else { End::Rst })
}

/// One order; what came back, and how it ended.
fn visit(addr: &str) -> io::Result<(Vec<u8>, End)> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    server.write_all(b"3 tacos\n")?;

    let mut answer = Vec::new();
    let mut piece = [0; 512];
    while answer.len() < LONGEST_ANSWER {
        match server.read(&mut piece) {
            // "I will say no more."
            Ok(0) => return Ok((answer, End::Fin)),
            Ok(n) => answer.extend_from_slice(&piece[..n]),
            // "There is no such connection." What we have read before is ours all the same.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                return Ok((answer, End::Rst));
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(
        ErrorKind::InvalidData,
        "the answer has no end",
    ))
}

/// Connects, and resets the connection without a word.
fn be_rude(addr: &str) -> io::Result<End> {
    let server = TcpStream::connect(addr)?;
    // SO_LINGER with 0 seconds: closing sends no FIN, it throws the connection away with a RST. The
    // standard library has no stable name for this option yet, so socket2 says it to the system.
    socket2::SockRef::from(&server).set_linger(Some(Duration::ZERO))?;
    drop(server);
    println!("we broke off: RST");
    Ok(End::Fin)
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1).filter(|word| !word.is_empty());
    let addr = words.next().unwrap_or("127.0.0.1:8005".to_string());
    let result = match words.next().as_deref() {
        None => one_visit(&addr),
        Some("rude") => be_rude(&addr),
        Some(word) => match word.parse() {
            Ok(visits) => many_visits(&addr, visits),
            Err(_) => {
                eprintln!("lab05-client: `{word}` is no number of visits, and not `rude`");
                return ExitCode::from(2);
            }
        },
    };
    match result {
        Ok(End::Fin) => ExitCode::SUCCESS,
        Ok(End::Rst) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("lab05-client: {}", what_happened(&addr, &error));
            let wrong_use = error.kind() == ErrorKind::InvalidInput;
            ExitCode::from(if wrong_use { 2 } else { 1 })
        }
    }
}

fn what_happened(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            format!("nobody listens on {addr}: start the server first, in another terminal")
        }
        ErrorKind::InvalidInput => format!("{addr} is no address: write HOST:PORT"),
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!("{addr} took the order and said nothing for {PATIENCE:?}")
        }
        _ => format!("{addr}: {error}"),
    }
}
