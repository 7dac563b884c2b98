//! Lab 5 · Hanging up · the server: it hears the guest out, answers, and hangs up in two steps. A guest
//! who breaks off is a line in its log.
//!
//!     cargo run --bin lab05-server [ADDR]          without ADDR: 127.0.0.1:8005

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ORDER: u64 = 8_000; // bytes; a guest who never ends the line must not fill our memory
const LONGEST_REST: u64 = 1_000_000; // bytes that we still hear, and forget, after our last word
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8005");
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lab05-server: {}", why_not(addr, &error));
            let wrong_use = error.kind() == ErrorKind::InvalidInput;
            return ExitCode::from(if wrong_use { 2 } else { 1 });
        }
    };
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for guest in listener.incoming() {
        match guest.and_then(|guest| serve(&guest)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) => eprintln!("{}; the next one, please", what_happened(&error)),
        }
    }
    ExitCode::SUCCESS
}

/// One order, one answer, and a clean end.
fn serve(mut guest: &TcpStream) -> io::Result<String> {
    guest.set_read_timeout(Some(PATIENCE))?;
    guest.set_write_timeout(Some(PATIENCE))?;

    // To the end of the order: whoever closes while bytes lie unread does not hang up, he resets.
    let mut order = Vec::new();
    BufReader::new(guest.take(LONGEST_ORDER)).read_until(b'\n', &mut order)?;
    if order.is_empty() {
        return Ok("a guest came and left without a word".to_string());
    }
    let answer = match order.strip_suffix(b"\n") {
        Some(line) => [line.trim_ascii(), b", coming up\n"].concat(),
        None => b"? your order has no end\n".to_vec(),
    };
    guest.write_all(&answer)?;
    hang_up(guest)?;
    Ok(format!(
        "{} bytes heard, answered, hung up (FIN)",
        order.len()
    ))
}

/// First we say that we are done. Then we hear whatever is still under way, until the guest is done,
/// too: so nothing is left unread when the connection is closed.
fn hang_up(guest: &TcpStream) -> io::Result<()> {
    guest.shutdown(Shutdown::Write)?;
    io::copy(&mut guest.take(LONGEST_REST), &mut io::sink())?;
    Ok(())
}

/// All of these are normal. Guests have cables, batteries, and no time.
fn what_happened(error: &io::Error) -> String {
    match error.kind() {
        // Not a FIN but a RST: his system threw the connection away, and told us.
        ErrorKind::ConnectionReset => format!("this guest broke off (RST): {error}"),
        // We wrote to a connection of which we knew already that it was gone.
        ErrorKind::BrokenPipe => format!("this guest was gone before the answer: {error}"),
        // What shutdown says on a connection that is gone already.
        ErrorKind::NotConnected => format!("this guest was gone before we hung up: {error}"),
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!("this guest said nothing for {PATIENCE:?}")
        }
        _ => format!("this guest went wrong: {error}"),
    }
}

fn why_not(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidInput => {
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8005")
        }
        ErrorKind::AddrInUse => {
            format!("{addr} is taken: stop the program that listens there, or give another port")
        }
        ErrorKind::PermissionDenied => {
            format!("{addr}: ports below 1024 are reserved for the system; take one above")
        }
        ErrorKind::AddrNotAvailable => {
            format!("{addr} is not an address of this machine: take 127.0.0.1 and a port")
        }
        _ => format!("cannot listen on {addr}: {error}"),
    }
}
