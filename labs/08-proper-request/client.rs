//! Lab 8 · A proper request · the client: it writes a request of five lines and prints all it gets.
//!
//!     cargo run --bin lab08-client [ADDR]          without ADDR: 127.0.0.1:8008

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ANSWER: u64 = 1_000_000; // bytes; a server that never stops must not fill our memory
const PATIENCE: Duration = Duration::from_secs(5);

fn ask(addr: &str) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;

    // One source line for each line on the wire. Each ends in two bytes, \r\n, and so does the empty one.
    server.write_all(
        b"GET /menu.txt HTTP/1.1\r\n\
          Host: tacos.example\r\n\
          Accept: text/plain\r\n\
          Connection: close\r\n\
          \r\n",
    )?;

    let mut answer = Vec::new();
    server.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    if answer.is_empty() {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(answer)
}

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8008");
    match ask(addr) {
        Ok(answer) => {
            print!("{}", String::from_utf8_lossy(&answer));
            if answer.starts_with(b"HTTP/1.1 200 ") {
                return ExitCode::SUCCESS;
            }
            eprintln!("lab08-client: {addr} did not say 200: the first line above has its reason");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("lab08-client: {}", what_happened(addr, &error));
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
        ErrorKind::InvalidInput => {
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8008")
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!("{addr} said nothing for {PATIENCE:?}: it may be waiting for more, as we are")
        }
        ErrorKind::UnexpectedEof => {
            format!("{addr} hung up without an answer: look at its terminal")
        }
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
            format!("{addr} broke the connection off in the middle: look at its terminal")
        }
        _ => format!("{addr}: {error}"),
    }
}
