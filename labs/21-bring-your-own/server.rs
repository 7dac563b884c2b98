//! Lab 21 · Bring your own food · the server. It reads the body of each request to its end, and keeps the plate
//! for the next client. Heads are in order.rs, answers in reply.rs, plates in shelf.rs.
//!
//!     cargo run --bin lab21-server [ADDR]          without ADDR: 127.0.0.1:8021

mod order;
mod reply;
mod shelf;

use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use order::Order;
use reply::{Reply, in_bytes, no};
use shelf::{Half, Shelf};
use wirelab::limits::REQUEST_DEADLINE;
use wirelab::net::{self, DeadlineReader};

const SMALL: u64 = 65_536; // bytes: we discard a smaller unwanted body, and close if it is larger
const PATIENCE: Duration = Duration::from_secs(5); // for one read
const FAREWELL: Duration = Duration::from_secs(1); // to read and discard after the last answer

fn main() -> ExitCode {
    match open(std::env::args().nth(1).as_deref()) {
        Ok(serving) => serving.wait(),
        Err((code, why)) => {
            eprintln!("lab21-server: {why}");
            return ExitCode::from(code);
        }
    }
    ExitCode::SUCCESS
}

/// Answers one request after the other. The reader keeps the beginning of the next request (lab 18).
fn serve(mut client: &TcpStream, shelf: &Shelf, number: u64) -> io::Result<()> {
    client.set_write_timeout(Some(PATIENCE))?;
    // PATIENCE limits one read, REQUEST_DEADLINE limits the whole request (lab 20).
    let mut reader = BufReader::new(DeadlineReader::new(client, PATIENCE, REQUEST_DEADLINE));
    while let Some(order) = Order::read(&mut reader)? {
        let order = match order {
            Ok(order) => order,
            // We do not know where the next request begins, so we must close.
            Err(refusal) => return close_gracefully(client, no(refusal)),
        };
        let refusal = order.refusal();
        if let Some(refusal) = refusal.filter(|_| order.waits || order.length > SMALL) {
            return close_gracefully(client, no(refusal));
        }
        if order.waits {
            client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        // The body belongs to the request. Even if we do not want the body, we must read exactly `length` bytes:
        // first the bytes that the reader has already, then the rest from the socket.
        let mut body = reader.by_ref().take(order.length);
        let reply = match (refusal, order.method.as_str()) {
            (None, "PUT" | "POST") => {
                keep(&order, &shelf.receive(number, body, order.length)?, shelf)?
            }
            (refusal, method) => {
                io::copy(&mut body, &mut io::sink())?;
                refusal.map_or_else(|| fetch_or_delete(method, &order.name, shelf), no)
            }
        };
        if order.closes {
            return close_gracefully(client, reply);
        }
        client.write_all(&in_bytes(reply, ""))?;
        reader.get_mut().begin(REQUEST_DEADLINE);
    }
    Ok(())
}

fn keep(order: &Order, half: &Half, shelf: &Shelf) -> io::Result<Reply> {
    Ok(match order.name.as_str() {
        "" => (201, format!("Location: /{}\r\n", shelf.add(half)?), vec![]),
        name if shelf.put(half, name)? => (201, String::new(), vec![]),
        _ => (204, String::new(), vec![]),
    })
}

fn fetch_or_delete(method: &str, name: &str, shelf: &Shelf) -> Reply {
    let done = match method {
        "GET" => shelf.get(name).map(|plate| (200, String::new(), plate)),
        _ => shelf.remove(name).map(|()| (204, String::new(), vec![])),
    };
    done.unwrap_or_else(|_| no((404, "", "no such plate")))
}

/// Writes the last answer, then reads and discards for a moment. If we closed with unread bytes, the
/// kernel would send a reset, and the reset might destroy the answer (lab 5).
fn close_gracefully(mut client: &TcpStream, reply: Reply) -> io::Result<()> {
    client.write_all(&in_bytes(reply, "Connection: close\r\n"))?;
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(FAREWELL))?;
    let (end, mut discarded) = (Instant::now() + FAREWELL, [0; 65_536]);
    while Instant::now() < end && client.read(&mut discarded)? > 0 {}
    Ok(())
}

fn open(addr: Option<&str>) -> Result<net::Serving, (u8, String)> {
    let addr = net::address(addr.unwrap_or("127.0.0.1:8021")).map_err(|e| (2, e.to_string()))?;
    let shelf = Shelf::new();
    let listener = net::listen(addr, 128).map_err(|e| (1, e.to_string()))?;
    println!("listening on {}", listener.local_addr().unwrap_or(addr));
    eprintln!("the plates will be in {}", shelf.folder.display());
    let serve = move |client: net::AcceptedClient| match serve(client.stream, &shelf, client.number)
    {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            eprintln!("client {}: too slow, closed", client.number)
        }
        Err(error) => eprintln!("client {}: {error}", client.number),
    };
    net::serve(listener, 100, serve).map_err(|e| (1, e.to_string()))
}
