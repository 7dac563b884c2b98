//! Lab 4 · "That's all, thanks" · the client: it says its orders, says that this was all, and stays to
//! hear the bill.
//!
//!     cargo run --bin lab04-client [ADDR [ORDERS]]
//!
//! Without ADDR: 127.0.0.1:8004. ORDERS have commas between them: 3 tacos, 1 water

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_BILL: u64 = 8_000; // bytes; a server that never stops must not fill our memory
const PATIENCE: Duration = Duration::from_secs(10);

/// Any number of orders, one bill.
fn dine(addr: &str, orders: &str) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    server.set_write_timeout(Some(PATIENCE))?;

    for order in orders.split(',') {
        server.write_all(format!("{}\n", order.trim()).as_bytes())?;
    }
    // That's all, thanks. Our direction is closed, the server's stays open.
    server.shutdown(Shutdown::Write)?;

    let mut bill = Vec::new();
    server.take(LONGEST_BILL).read_to_end(&mut bill)?;
    Ok(bill)
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8004".to_string());
    let orders = words.collect::<Vec<_>>().join(" ");
    let orders = match orders.is_empty() {
        true => "3 tacos, 1 water, 2 jalape\u{f1}os",
        false => &orders,
    };
    match dine(&addr, orders) {
        Ok(bill) if bill.is_empty() => {
            eprintln!("lab04-client: {addr} hung up and brought no bill: look at its terminal");
            ExitCode::FAILURE
        }
        Ok(bill) => {
            print!("{}", String::from_utf8_lossy(&bill));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("lab04-client: {}", what_happened(&addr, &error));
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
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8004")
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!("{addr} took the orders and brought no bill for {PATIENCE:?}")
        }
        // NotConnected: on some systems that is what a shutdown says when the other side has reset.
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::NotConnected => {
            format!("{addr} broke the connection off in the middle: look at its terminal")
        }
        _ => format!("{addr}: {error}"),
    }
}
