//! Lab 4 · "That's all, thanks" · the server: it takes orders until the client is done talking, and then
//! brings the bill.
//!
//!     cargo run --bin lab04-server [ADDR]          without ADDR: 127.0.0.1:8004

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

const LONGEST_ORDER: u64 = 8_000; // bytes; a client that never ends the line must not fill our memory
const MOST_ORDERS: u32 = 1_000; // a client that never stops must not keep the next one waiting
const PATIENCE: Duration = Duration::from_secs(2); // for each order

/// All orders of one client, then one bill. Returning closes the connection.
fn serve(mut client: &TcpStream) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let mut heard = BufReader::new(client);

    // Only the client knows how many orders come. It tells us at the end: there is nothing more to read.
    let (mut orders, mut dishes) = (0, 0);
    while let Some(order) = read_order(&mut heard)? {
        orders += 1;
        match how_many(&order) {
            Some(number) if orders <= MOST_ORDERS => dishes += u64::from(number),
            _ => {
                let refused = order.escape_ascii().to_string();
                client.write_all(b"? how many\n")?;
                return Ok(format!("order {orders} is none: {refused}"));
            }
        }
    }

    // The client's direction is closed, ours is open. We still have something to say.
    client.write_all(format!("that makes {dishes}\n").as_bytes())?;
    Ok(format!(
        "orders: {orders}; the bill is out, and makes {dishes}"
    ))
}

/// The next order, its newline included; `None` when the client has said that this was all.
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

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8004");
    let listener = TcpListener::bind(addr).unwrap_or_else(|error| give_up(addr, &error));
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("no order for {PATIENCE:?}, and no \"that's all\"; the next one, please")
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
    eprintln!("lab04-server: {addr} {why}");
    std::process::exit(status)
}
