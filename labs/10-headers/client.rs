//! Lab 10 · Headers · the client: it sends header lines that look odd but are allowed, and prints how
//! the server understood these lines.
//!
//!     cargo run --bin lab10-client [ADDR]          without ADDR: 127.0.0.1:8010

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ANSWER: u64 = 1_000_000; // bytes; a server that never stops must not fill the memory
const PATIENCE: Duration = Duration::from_secs(5);

fn ask(addr: &str) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;

    // Each line from hOsT to Napkins looks odd, and HTTP allows each of these lines.
    let request = [
        &b"GET / HTTP/1.1\r\n"[..],
        b"hOsT: tacos.example\r\n", // upper and lower case mean the same
        b"Salsa:verde\r\n",         // the space after the colon is optional
        b"Note: open 10:00, not on Monday\r\n", // a value may hold colons and commas
        b"SALSA:\t roja ,, habanero \t\r\n", // outer spaces and tabs do not count; the list goes on
        b"Dish: jalape\xc3\xb1o\r\n", // bytes from 80 to ff are kept as they are
        b"Table_#4: window\r\n",    // a name may hold more than letters
        b"Napkins:\r\n",            // a value may be empty
        b"Connection: close\r\n",
        b"\r\n",
    ];
    server.write_all(&request.concat())?;

    let mut answer = Vec::new();
    server.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    if answer.is_empty() {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(answer)
}

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8010");
    match ask(addr) {
        Ok(answer) => {
            print!("{}", String::from_utf8_lossy(&answer));
            if answer.starts_with(b"HTTP/1.1 200 ") {
                return ExitCode::SUCCESS;
            }
            eprintln!("lab10-client: {addr} did not say 200");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("lab10-client: {}", what_happened(addr, &error));
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
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8010")
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!("{addr} took the request and said nothing for {PATIENCE:?}")
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
