//! Lab 25 · The lost order · the server: it takes each order once and in order, and says which it has.
//!
//!     cargo run --bin lab25-server [ADDR]          without ADDR: 127.0.0.1:8025

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};

const LONGEST: usize = 2_000; // bytes; a longer datagram is cut off by recv_from, and is no order
const MOST_ORDERS: usize = 200; // of one client; all of them must fit into one datagram
const MOST_CLIENTS: usize = 1_000; // nobody says goodbye, so without a limit the table would only grow

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8025");

    // One socket for all clients. There is no listen() and no accept(): UDP has no connections.
    let socket = UdpSocket::bind(addr).unwrap_or_else(|error| give_up(addr, &error));
    if let Ok(place) = socket.local_addr() {
        println!("listening on {place}");
    }

    // A datagram says only where it comes from. What belongs together, the server has to remember.
    let mut clients: HashMap<SocketAddr, Vec<String>> = HashMap::new();
    let mut datagram = [0; LONGEST + 1];
    loop {
        // One recv_from gives one whole datagram, never a half, never two.
        let (length, client) = match socket.recv_from(&mut datagram) {
            Ok(received) => received,
            // The system tells here that an earlier answer of ours found nobody.
            Err(error) if is_passing(&error) => continue,
            Err(error) => give_up(addr, &error),
        };
        if clients.len() >= MOST_CLIENTS && !clients.contains_key(&client) {
            clients.clear();
        }
        let orders = clients.entry(client).or_default();
        take(orders, datagram.get(..length).unwrap_or_default());

        // Every datagram gets an answer, also one that came before: perhaps the answer to it was lost.
        let answer = acknowledge(orders);
        if let Err(error) = socket.send_to(answer.as_bytes(), client) {
            eprintln!("the answer to {client} was not sent: {error}");
        }
    }
}

/// Takes an order if it is the next one. An old one was taken before, and one that is too early will come
/// again: the client repeats what is not acknowledged.
fn take(orders: &mut Vec<String>, datagram: &[u8]) {
    let Some((number, order)) = read(datagram) else {
        return;
    };
    if number == orders.len() + 1 && orders.len() < MOST_ORDERS {
        orders.push(order);
    }
}

/// `3 flan\n`: a number, a space, one word. Anything else is no order.
fn read(datagram: &[u8]) -> Option<(usize, String)> {
    let text = std::str::from_utf8(datagram).ok()?;
    let (number, order) = text.strip_suffix('\n')?.split_once(' ')?;
    let is_word = !order.is_empty() && order.len() <= 60 && !order.contains(char::is_whitespace);
    Some((number.parse().ok()?, is_word.then(|| order.to_string())?))
}

/// `ack 2 tacos nachos\n`: how many orders have come without a gap, and which they are.
fn acknowledge(orders: &[String]) -> String {
    let mut answer = format!("ack {}", orders.len());
    for order in orders {
        answer.push(' ');
        answer.push_str(order);
    }
    answer + "\n"
}

/// Windows reports a datagram that found nobody, or was too long, as an error of the next recv_from.
fn is_passing(error: &io::Error) -> bool {
    let kinds = [
        ErrorKind::Interrupted,
        ErrorKind::ConnectionRefused,
        ErrorKind::ConnectionReset,
    ];
    kinds.contains(&error.kind()) || error.raw_os_error() == Some(10_040)
}

/// Without a socket nobody can be served: says why not, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, "is taken: stop its program, or take another port"),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab25-server: {addr} {why}");
    std::process::exit(status)
}
