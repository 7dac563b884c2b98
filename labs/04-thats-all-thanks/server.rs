//! Lab 4 · "That's all, thanks" · the server: it takes orders until the guest is done talking, and then
//! brings the bill.
//!
//!     cargo run --bin lab04-server [ADDR]          without ADDR: 127.0.0.1:8004

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ORDER: u64 = 8_000; // bytes; a guest who never ends the line must not fill our memory
const MOST_ORDERS: u32 = 1_000; // a guest who never stops must not keep the next one waiting
const PATIENCE: Duration = Duration::from_secs(2); // for each order

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8004");
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lab04-server: {}", why_not(addr, &error));
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
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("no order for {PATIENCE:?}, and no \"that's all\"; the next one, please")
            }
            Err(error) => eprintln!("this guest went wrong: {error}; the next one, please"),
        }
    }
    ExitCode::SUCCESS
}

/// All orders of one guest, then one bill. Returning closes the connection.
fn serve(mut guest: &TcpStream) -> io::Result<String> {
    guest.set_read_timeout(Some(PATIENCE))?;
    guest.set_write_timeout(Some(PATIENCE))?;
    let mut heard = BufReader::new(guest);

    // How many orders come is for the guest to say. He says it at the end: nothing more to read.
    let (mut orders, mut dishes) = (0, 0);
    while let Some(order) = read_order(&mut heard)? {
        orders += 1;
        match how_many(&order) {
            Some(number) if orders <= MOST_ORDERS => dishes += u64::from(number),
            _ => {
                let refused = order.escape_ascii().to_string();
                guest.write_all(b"? how many\n")?;
                return Ok(format!("order {orders} is none: {refused}"));
            }
        }
    }

    // The guest's direction is closed, ours is open. We still have something to say.
    guest.write_all(format!("that makes {dishes}\n").as_bytes())?;
    Ok(format!(
        "orders: {orders}; the bill is out, and makes {dishes}"
    ))
}

/// The next order, its newline included; `None` when the guest has said that this was all.
fn read_order(heard: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    heard.take(LONGEST_ORDER).read_until(b'\n', &mut line)?;
    match line.last() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(line)),
        Some(_) => {
            let error = format!("{} bytes of an order without an end", line.len());
            Err(io::Error::new(ErrorKind::InvalidData, error))
        }
    }
}

/// The number that an order begins with, if it does: 0 to 4294967295.
fn how_many(order: &[u8]) -> Option<u32> {
    let first_word = order.split(|byte| *byte == b' ').next()?;
    std::str::from_utf8(first_word.trim_ascii())
        .ok()?
        .parse()
        .ok()
}

fn why_not(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidInput => {
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8004")
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
