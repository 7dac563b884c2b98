//! Lab 30 · Yesterday's tacos · the client: it asks for the same page twice, and prints whether each answer came from
//! the server or from a cache.
//!
//!     cargo run --bin lab30-client [ADDR [TARGET]]      without: 127.0.0.1:8030, /menu

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ANSWER: u64 = 1_000_000; // bytes
const PATIENCE: Duration = Duration::from_secs(10); // longer than the cache waits for the server

fn ask(addr: &str, target: &str) -> io::Result<String> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    server.write_all(
        format!(
            "GET {target} HTTP/1.1\r\n\
             Host: tacos.example\r\n\
             Accept-Language: en\r\n\
             Connection: close\r\n\
             \r\n"
        )
        .as_bytes(),
    )?;
    let mut answer = String::new();
    server.take(LONGEST_ANSWER).read_to_string(&mut answer)?;
    Ok(answer)
}

/// An answer as a line: `200: three tacos, from a cache, 0 seconds old`.
fn in_words(answer: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split(' ').nth(1).unwrap_or("no status");
    let age = head.lines().find_map(|line| line.strip_prefix("Age: "));
    let from = match age {
        Some(age) => format!("from a cache, {age} seconds old"),
        None => "from the server".to_string(),
    };
    format!("{status}: {}, {from}", body.trim_end())
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8030".to_string());
    let target = words.next().unwrap_or("/menu".to_string());
    for _ in 0..2 {
        match ask(&addr, &target) {
            Ok(answer) => println!("{}", in_words(&answer)),
            Err(error) => {
                let why = match error.kind() {
                    ErrorKind::ConnectionRefused => {
                        "nobody listens there: start the cache first".to_string()
                    }
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                        format!("nothing for {PATIENCE:?}")
                    }
                    _ => error.to_string(),
                };
                eprintln!("lab30-client: {addr}: {why}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
