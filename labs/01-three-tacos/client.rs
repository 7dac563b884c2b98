//! Lab 1 · Three tacos · the client: it connects, says its order, and prints what comes back.
//!
//!     cargo run --bin lab01-client [ADDR [ORDER]]  without: 127.0.0.1:8001, 3 tacos

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ANSWER: u64 = 8_000; // bytes; a server that never stops must not fill our memory
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8001".to_string());
    let order = words.collect::<Vec<_>>().join(" ");
    let order = if order.is_empty() { "3 tacos" } else { &order };

    match ask(&addr, order) {
        Ok(answer) if answer.ends_with(b"\n") => {
            print!("{}", String::from_utf8_lossy(&answer));
            ExitCode::SUCCESS
        }
        Ok(answer) => {
            let so_far = answer.escape_ascii();
            eprintln!(
                "lab01-client: the server closed in the middle of its answer, after \"{so_far}\""
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("lab01-client: {}", what_happened(&addr, &error));
            ExitCode::FAILURE
        }
    }
}

/// One order, one answer: every byte that the server sends until it hangs up.
fn ask(addr: &str, order: &str) -> io::Result<Vec<u8>> {
    // The client comes second. It must know where the server is; the server need not know the client.
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;

    // The newline is a part of the order: without it the server would go on waiting.
    server.write_all(format!("{order}\n").as_bytes())?;

    let mut answer = Vec::new();
    server.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    Ok(answer)
}

fn what_happened(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            format!("nobody listens on {addr}: start the server first, in another terminal")
        }
        ErrorKind::InvalidInput => {
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8001")
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!(
                "{addr} took the order and said nothing for {} s",
                PATIENCE.as_secs()
            )
        }
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
            format!("{addr} broke the connection off in the middle: look at its terminal")
        }
        _ => format!("{addr}: {error}"),
    }
}
