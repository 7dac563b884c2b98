//! Lab 25 · The lost order · the server: it accepts each order once and in order, and lists the orders that
//! it has.
//!
//!     cargo run --bin lab25-server [ADDR]          without ADDR: 127.0.0.1:8025

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};

const LONGEST: usize = 2_000; // bytes; recv_from cuts a longer datagram, which is not an order
const MOST_ORDERS: usize = 200; // of one client; all of them must fit into one datagram
const MOST_CLIENTS: usize = 1_000; // UDP has no end of a connection, so without a limit the table would only grow

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8025");

    // One socket for all clients. There is no listen() and no accept(): UDP has no connections.
    let socket = UdpSocket::bind(addr).unwrap_or_else(|error| give_up(addr, &error));
    if let Ok(place) = socket.local_addr() {
        println!("listening on {place}");
    }

    // A datagram has only the address of its client. The server must remember the orders of each client.
    let mut clients: HashMap<SocketAddr, Vec<String>> = HashMap::new();
    let mut datagram = [0; LONGEST + 1];
    loop {
        // One recv_from returns exactly one datagram.
        let (length, client) = match socket.recv_from(&mut datagram) {
            Ok(received) => received,
            // The system reports here that an earlier answer did not arrive, because its port is closed.
            Err(error) if is_passing(&error) => continue,
            Err(error) => give_up(addr, &error),
        };
        if clients.len() >= MOST_CLIENTS && !clients.contains_key(&client) {
            clients.clear();
        }
        let orders = clients.entry(client).or_default();
        take(orders, datagram.get(..length).unwrap_or_default());

        // Every datagram gets an answer, even a repeated order: perhaps the first answer was lost.
        let answer = acknowledge(orders);
        if let Err(error) = socket.send_to(answer.as_bytes(), client) {
            eprintln!("the answer to {client} was not sent: {error}");
        }
    }
}

/// Accepts an order if it has the next number. An order with a lower number was accepted before. The client
/// will send an order with a higher number again, because we do not acknowledge it.
fn take(orders: &mut Vec<String>, datagram: &[u8]) {
    let Some((number, order)) = read(datagram) else {
        return;
    };
    if number == orders.len() + 1 && orders.len() < MOST_ORDERS {
        orders.push(order);
    }
}

/// `3 flan\n`: a number, a space, one word. `None`: the bytes are not an order.
fn read(datagram: &[u8]) -> Option<(usize, String)> {
    let text = std::str::from_utf8(datagram).ok()?;
    let (number, order) = text.strip_suffix('\n')?.split_once(' ')?;
    let is_word = !order.is_empty() && order.len() <= 60 && !order.contains(char::is_whitespace);
    Some((number.parse().ok()?, is_word.then(|| order.to_string())?))
}

/// `ack 2 tacos nachos\n`: how many orders we have accepted, and the list of them.
fn acknowledge(orders: &[String]) -> String {
    let mut answer = format!("ack {}", orders.len());
    for order in orders {
        answer.push(' ');
        answer.push_str(order);
    }
    answer + "\n"
}

/// Windows reports a datagram to a closed port, or a datagram that is too long, as an error of the next recv_from.
fn is_passing(error: &io::Error) -> bool {
    let kinds = [
        ErrorKind::Interrupted,
        ErrorKind::ConnectionRefused,
        ErrorKind::ConnectionReset,
    ];
    kinds.contains(&error.kind()) || error.raw_os_error() == Some(10_040)
}

/// Prints why there is no socket, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is not an address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, "is taken: stop its program, or take another port"),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab25-server: {addr} {why}");
    std::process::exit(status)
}
