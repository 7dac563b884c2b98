//! Lab 20 · Slow eaters, greedy eaters · the client. It acts as a good client, or as one of five bad clients.
//!
//!     cargo run --bin lab20-client [ADDR [KIND]]   KIND: good, mute, slow, greedy, long, deaf
//!
//! Without ADDR: 127.0.0.1:8020. It prints the status line that it gets. Count the seconds.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(60); // between the bytes of the slow client

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8020".to_string());
    let kind = words.next().unwrap_or("good".to_string());
    match visit(&addr, &kind) {
        Ok(answer) => {
            let line = answer
                .split(|byte| *byte == b'\r')
                .next()
                .unwrap_or_default();
            println!("{kind}: {}", String::from_utf8_lossy(line));
            ExitCode::SUCCESS
        }
        Err(error) => failed(&addr, &error),
    }
}

fn visit(addr: &str, kind: &str) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(addr)?;
    server.set_nodelay(true)?;
    server.set_read_timeout(Some(PATIENCE))?;
    let first = b"GET / HTTP/1.1\r\nHost: tacos.example\r\n";
    match kind {
        "good" => server.write_all(&[first, &b"\r\n"[..]].concat())?,
        // Begins a request, and never ends it.
        "mute" => server.write_all(&first[..20])?,
        // Sends one byte at a time. No single wait is long.
        "slow" => {
            for byte in first.iter().chain(b"\r\n") {
                if server.write_all(&[*byte]).is_err() {
                    break; // the server has closed; its answer is in our receive buffer
                }
                thread::sleep(PAUSE);
            }
        }
        // One header line of 16,000 bytes. (A line of a megabyte has the same effect.)
        "greedy" => {
            let salsa = [b"X-Salsa: ", &b"hot ".repeat(4_000)[..], b"\r\n\r\n"].concat();
            server.write_all(&[first, &salsa[..]].concat())?;
        }
        "long" => {
            let path = "taco/".repeat(1_800);
            let request = format!("GET /{path} HTTP/1.1\r\nHost: tacos.example\r\n\r\n");
            server.write_all(request.as_bytes())?;
        }
        // Asks for twenty megabytes, and reads at most a hundred bytes.
        "deaf" => {
            server.write_all(b"GET /all HTTP/1.1\r\nHost: tacos.example\r\n\r\n")?;
            let mut some = vec![0; 100];
            let n = server.read(&mut some)?;
            thread::sleep(PATIENCE / 2);
            return Ok(some[..n].to_vec());
        }
        _ => return Err(ErrorKind::InvalidInput.into()),
    }
    let mut answer = Vec::new();
    server.take(1_000_000).read_to_end(&mut answer)?;
    Ok(answer)
}

fn failed(addr: &str, error: &io::Error) -> ExitCode {
    let why = match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens there: start the server first".to_string(),
        ErrorKind::InvalidInput => {
            "write HOST:PORT, then good, mute, slow, greedy, long or deaf".to_string()
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!("the server sent nothing for {PATIENCE:?}")
        }
        _ => error.to_string(),
    };
    eprintln!("lab20-client: {addr}: {why}");
    ExitCode::from(1 + u8::from(error.kind() == ErrorKind::InvalidInput))
}
