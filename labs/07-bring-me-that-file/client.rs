//! Lab 7 · Bring me that file · the client: it sends one line, and whatever comes back is the file.
//!
//!     cargo run --bin lab07-client [ADDR [PATH]] > FILE    without: 127.0.0.1:8007, /menu.txt
//!
//! The bytes go to standard output as they are; the shell's `>` makes them a file.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

/// Asks for one file and passes on every byte of it; says how many there were.
fn fetch(addr: &str, path: &str) -> io::Result<u64> {
    let mut file = TcpStream::connect(addr)?;
    file.set_read_timeout(Some(PATIENCE))?;
    file.write_all(format!("GET {path}\r\n").as_bytes())?;

    // From here on this is like reading a file on this machine: piece after piece, to the end.
    let mut bytes = 0;
    let mut piece = [0; 65_536];
    loop {
        let n = file.read(&mut piece)?;
        if n == 0 {
            return Ok(bytes);
        }
        bytes += n as u64;
        if let Err(error) = io::stdout().write_all(&piece[..n]) {
            return Err(io::Error::other(format!(
                "the bytes came, but could not be written: {error}"
            )));
        }
    }
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8007".to_string());
    let path = words.next().filter(|word| !word.is_empty());
    let path = path.unwrap_or("/menu.txt".to_string());
    if path.contains(char::is_whitespace) || !path.starts_with('/') {
        eprintln!("lab07-client: {path:?} is no path: it begins with / and has no spaces");
        return ExitCode::from(2);
    }
    match fetch(&addr, &path) {
        Ok(0) => {
            eprintln!("lab07-client: {addr} hung up without a byte. Is the file empty, or did the");
            eprintln!("  server fail? This protocol cannot say: look at the server's terminal");
            ExitCode::FAILURE
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lab07-client: {}", what_happened(&addr, &error));
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
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8007")
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!("{addr} said nothing more for {PATIENCE:?}; what came so far may not be all")
        }
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
            format!("{addr} broke the connection off in the middle: what came is not all")
        }
        _ => format!("{addr}: {error}"),
    }
}
