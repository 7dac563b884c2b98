//! Lab 21 · Bring your own food · the server: it takes a plate off the connection, all of it and nothing
//! more, and keeps it for the next guest. Next door: heads (order.rs), answers (reply.rs), plates (shelf.rs).
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

const SMALL: u64 = 65_536; // bytes of an unwanted body that we read away; before more, we hang up
const PATIENCE: Duration = Duration::from_secs(5); // for one read
const FAREWELL: Duration = Duration::from_secs(1);

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

fn open(addr: Option<&str>) -> Result<net::Serving, (u8, String)> {
    let addr = net::address(addr.unwrap_or("127.0.0.1:8021")).map_err(|e| (2, e.to_string()))?;
    let shelf = Shelf::new();
    let listener = net::listen(addr, 128).map_err(|e| (1, e.to_string()))?;
    println!("listening on {}", listener.local_addr().unwrap_or(addr));
    eprintln!("the plates will be in {}", shelf.folder.display());
    let serve = move |guest: net::AcceptedClient| match serve(guest.stream, &shelf, guest.number) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            eprintln!("guest {} was too slow for us", guest.number)
        }
        Err(error) => eprintln!("guest {} went wrong: {error}", guest.number),
    };
    net::serve(listener, 100, serve).map_err(|e| (1, e.to_string()))
}

/// Request after request. What the reader holds when one is over is the beginning of the next (lab 18).
fn serve(mut guest: &TcpStream, shelf: &Shelf, number: u64) -> io::Result<()> {
    guest.set_write_timeout(Some(PATIENCE))?;
    // PATIENCE for one read, REQUEST_DEADLINE for all of them (lab 20).
    let mut reader = BufReader::new(DeadlineReader::new(guest, PATIENCE, REQUEST_DEADLINE));
    while let Some(order) = Order::read(&mut reader)? {
        let order = match order {
            Ok(order) => order,
            // Without a length nobody knows where the next request begins. The only way is out.
            Err(refusal) => return hang_up(guest, no(refusal)),
        };
        let refusal = order.refusal();
        if let Some(refusal) = refusal.filter(|_| order.waits || order.length > SMALL) {
            return hang_up(guest, no(refusal));
        }
        if order.waits {
            guest.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        // The body belongs to the request. Wanted or not, it has to come off the connection, and exactly
        // so many bytes of it: first those that the reader holds already, then the rest from the socket.
        let mut body = reader.by_ref().take(order.length);
        let reply = match (refusal, order.method.as_str()) {
            (None, "PUT" | "POST") => {
                keep(&order, &shelf.receive(number, body, order.length)?, shelf)?
            }
            (refusal, method) => {
                io::copy(&mut body, &mut io::sink())?;
                refusal.map_or_else(|| bring(method, &order.name, shelf), no)
            }
        };
        if order.closes {
            return hang_up(guest, reply);
        }
        guest.write_all(&in_bytes(reply, ""))?;
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

fn bring(method: &str, name: &str, shelf: &Shelf) -> Reply {
    let done = match method {
        "GET" => shelf.get(name).map(|plate| (200, String::new(), plate)),
        _ => shelf.remove(name).map(|()| (204, String::new(), vec![])),
    };
    done.unwrap_or_else(|_| no((404, "", "no such plate")))
}

/// The last answer. What still comes is read for a moment and thrown away: closing on unread bytes is a
/// reset, and a reset may eat the answer (lab 5).
fn hang_up(mut guest: &TcpStream, reply: Reply) -> io::Result<()> {
    guest.write_all(&in_bytes(reply, "Connection: close\r\n"))?;
    guest.shutdown(Shutdown::Write)?;
    guest.set_read_timeout(Some(FAREWELL))?;
    let (end, mut crumbs) = (Instant::now() + FAREWELL, [0; 65_536]);
    while Instant::now() < end && guest.read(&mut crumbs)? > 0 {}
    Ok(())
}
