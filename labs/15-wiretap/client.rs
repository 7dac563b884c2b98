//! Lab 15 · The wiretap · the client: it sends a request, ends its direction, and reads the answer. You
//! can also use a browser as the client. This client always sends the same bytes.
//!
//!     cargo run --bin lab15-client [ADDR]          without ADDR: 127.0.0.1:8015

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ANSWER: u64 = 1_000_000; // bytes; a server that never stops must not fill the memory
const PATIENCE: Duration = Duration::from_secs(5);

fn ask(addr: &str) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    server.write_all(
        b"GET /menu.txt HTTP/1.1\r\n\
          Host: tacos.example\r\n\
          Connection: close\r\n\
          \r\n",
    )?;
    // End the direction to the relay with a FIN. The relay must end its direction to the server, too.
    server.shutdown(Shutdown::Write)?;

    let mut answer = Vec::new();
    server.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    Ok(answer)
}

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8015");
    match ask(addr) {
        Ok(answer) if answer.is_empty() => {
            eprintln!("lab15-client: {addr} hung up without an answer: look at its terminal");
            ExitCode::FAILURE
        }
        Ok(answer) => {
            print!("{}", String::from_utf8_lossy(&answer));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("lab15-client: {}", what_happened(addr, &error));
            ExitCode::FAILURE
        }
    }
}

fn what_happened(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            format!("nobody listens on {addr}: start the relay first, in another terminal")
        }
        ErrorKind::InvalidInput => {
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8015")
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!("{addr} took the request and said nothing for {PATIENCE:?}")
        }
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::NotConnected => {
            format!("{addr} broke the connection off in the middle: look at its terminal")
        }
        _ => format!("{addr}: {error}"),
    }
}
