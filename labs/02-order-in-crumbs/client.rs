//! Lab 2 · The order arrives in crumbs · the client: one order in eight pieces, then two orders in
//! one piece.
//!
//!     cargo run --bin lab02-client [ADDR]          without ADDR: 127.0.0.1:8002

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const LONGEST_VISIT: u64 = 8_000; // bytes; a server that never stops must not fill our memory
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(15); // between crumbs, so that you can see them

fn visit(addr: &str) -> io::Result<()> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    // Without this the kernel would wait a moment and glue our crumbs together (Nagle's algorithm).
    server.set_nodelay(true)?;
    let mut answers = BufReader::new(server.try_clone()?.take(LONGEST_VISIT));

    // One order, eight writes.
    for byte in b"3 tacos\n" {
        server.write_all(&[*byte])?;
        thread::sleep(PAUSE);
    }
    print_line(&mut answers)?;

    // Two orders, one write. The letter n with a tilde is two bytes, c3 b1: a crumb can be half of it.
    server.write_all(b"1 water\n2 jalape\xc3\xb1os\n")?;
    print_line(&mut answers)?;
    print_line(&mut answers)
}

/// Prints the next line that the server says, however many pieces it comes in.
fn print_line(answers: &mut impl BufRead) -> io::Result<()> {
    let mut line = Vec::new();
    answers.read_until(b'\n', &mut line)?;
    if !line.ends_with(b"\n") {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    print!("{}", String::from_utf8_lossy(&line));
    Ok(())
}

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8002");
    match visit(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lab02-client: {}", what_happened(addr, &error));
            ExitCode::FAILURE
        }
    }
}

fn what_happened(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            format!("nobody listens on {addr}: start the server first, in another terminal")
        }
        ErrorKind::InvalidInput => {
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8002")
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!("{addr} said nothing for {PATIENCE:?}: it may be waiting for more, as we are")
        }
        ErrorKind::UnexpectedEof => {
            format!("{addr} hung up before its answer was whole: look at its terminal")
        }
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
            format!("{addr} broke the connection off in the middle: look at its terminal")
        }
        _ => format!("{addr}: {error}"),
    }
}
