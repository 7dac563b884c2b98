//! Lab 2 · The order arrives in crumbs · the server: it collects bytes until a line is whole, and
//! keeps what came after it for the next order.
//!
//!     cargo run --bin lab02-server [ADDR]          without ADDR: 127.0.0.1:8002

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ORDER: usize = 8_000; // bytes; a guest who never ends the line must not fill our memory
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8002");
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lab02-server: {}", why_not(addr, &error));
            return ExitCode::from(if error.kind() == ErrorKind::InvalidInput {
                2
            } else {
                1
            });
        }
    };
    match listener.local_addr() {
        Ok(place) => println!("listening on {place}"),
        Err(error) => eprintln!("lab02-server: where am I? {error}"),
    }
    for guest in listener.incoming() {
        match guest.and_then(|guest| serve(&guest)) {
            Ok(orders) => eprintln!("the guest left after {orders} orders"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this guest said nothing for {PATIENCE:?}; the next one, please")
            }
            Err(error) => eprintln!("this guest went wrong: {error}; the next one, please"),
        }
    }
    ExitCode::SUCCESS
}

/// Answers order after order until the guest hangs up; says how many there were.
fn serve(mut guest: &TcpStream) -> io::Result<u32> {
    guest.set_read_timeout(Some(PATIENCE))?;
    guest.set_write_timeout(Some(PATIENCE))?;

    // All that has arrived and is not yet an answered order. It lives as long as the connection.
    let mut heard = Vec::new();
    let mut orders = 0;
    while let Some(line) = read_line(guest, &mut heard)? {
        let order = line.trim_ascii();
        guest.write_all(&[order, b", coming up\n"].concat())?;
        orders += 1;
    }
    Ok(orders)
}

/// The next line, its newline included; `None` when the guest hung up between two orders.
fn read_line(mut guest: &TcpStream, heard: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    loop {
        // First look at what is there already: one read may have brought two orders.
        if let Some(at) = heard.iter().position(|byte| *byte == b'\n') {
            let rest = heard.split_off(at + 1);
            return Ok(Some(std::mem::replace(heard, rest)));
        }
        if heard.len() >= LONGEST_ORDER {
            let error = format!("{} bytes and still no newline", heard.len());
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }

        // Then ask for more. How much comes is for the network to say, not for us.
        let mut crumb = [0; 512];
        let n = guest.read(&mut crumb)?;
        eprintln!("read() gave {n} bytes: \"{}\"", crumb[..n].escape_ascii());
        if n == 0 && heard.is_empty() {
            return Ok(None);
        }
        if n == 0 {
            let error = format!("hung up in mid-order, after {} bytes", heard.len());
            return Err(io::Error::new(ErrorKind::UnexpectedEof, error));
        }
        heard.extend_from_slice(&crumb[..n]);
    }
}

fn why_not(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidInput => {
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8002")
        }
        ErrorKind::AddrInUse => {
            format!("{addr} is taken: stop the program that listens there, or give another port")
        }
        ErrorKind::PermissionDenied => {
            format!(
                "{addr}: ports below 1024 are reserved for the system; take one above, like 8002"
            )
        }
        ErrorKind::AddrNotAvailable => {
            format!("{addr} is not an address of this machine: take 127.0.0.1 and a port")
        }
        _ => format!("cannot listen on {addr}: {error}"),
    }
}
