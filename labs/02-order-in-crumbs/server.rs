//! Lab 2 · The order arrives in crumbs · the server: it collects bytes until a line is whole, and
//! keeps what came after it for the next order.
//!
//!     cargo run --bin lab02-server [ADDR]          without ADDR: 127.0.0.1:8002

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

const LONGEST_ORDER: usize = 8_000; // bytes; a client that never ends the line must not fill our memory
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers order after order until the client hangs up; says how many there were.
fn serve(mut client: &TcpStream) -> io::Result<u32> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;

    // All that has arrived and is not yet an answered order. It lives as long as the connection.
    let mut heard = Vec::new();
    let mut orders = 0;
    while let Some(line) = read_line(client, &mut heard)? {
        let order = line.trim_ascii();
        client.write_all(&[order, b", coming up\n"].concat())?;
        orders += 1;
    }
    Ok(orders)
}

/// The next line, its newline included; `None` when the client hung up between two orders.
fn read_line(mut client: &TcpStream, heard: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
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

        // Then ask for more. The network decides how many bytes come, not we.
        let mut crumb = [0; 512];
        let n = client.read(&mut crumb)?;
        eprintln!("read() gave {n} bytes: \"{}\"", crumb[..n].escape_ascii());
        if n == 0 && heard.is_empty() {
            return Ok(None);
        }
        if n == 0 {
            let error = format!(
                "closed in the middle of an order, after {} bytes",
                heard.len()
            );
            return Err(io::Error::new(ErrorKind::UnexpectedEof, error));
        }
        heard.extend_from_slice(&crumb[..n]);
    }
}

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8002");
    let listener = TcpListener::bind(addr).unwrap_or_else(|error| give_up(addr, &error));
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(orders) => eprintln!("the client left after {orders} orders"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this client said nothing for {PATIENCE:?}; the next one, please")
            }
            Err(error) => eprintln!("this client failed: {error}; the next one, please"),
        }
    }
}

/// Without a place to listen nobody can be served: says why not, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, "is taken: stop its program, or take another port"),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab02-server: {addr} {why}");
    std::process::exit(status)
}
