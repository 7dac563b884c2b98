//! Lab 22 · The order that keeps coming · the answers: in chunks, or no.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use wirelab::http::write;

use crate::length::Refusal;
use crate::order::Order;

const FAREWELL: Duration = Duration::from_secs(1);

/// A body whose length nobody knows when it begins. Each chunk is sent as soon as it is there, and what
/// is known only at the end stands at the end: the number of dishes, in a trailer.
pub fn in_chunks(mut guest: &TcpStream, order: &Order, pieces: Vec<String>) -> io::Result<()> {
    let close = if order.closes {
        "Connection: close\r\n"
    } else {
        ""
    };
    let how = match order.old {
        true => "", // HTTP/1.0 knows no chunks: there the end of the connection is the end of the body
        false => "Transfer-Encoding: chunked\r\nTrailer: Dishes\r\n",
    };
    guest.write_all(format!("HTTP/1.1 200 OK\r\n{how}{close}\r\n").as_bytes())?;
    for piece in &pieces {
        let chunk = match order.old {
            true => piece.clone(),
            false => format!("{:x}\r\n{piece}\r\n", piece.len()),
        };
        guest.write_all(chunk.as_bytes())?;
    }
    match order.old {
        true => Ok(()),
        false => guest.write_all(format!("0\r\nDishes: {}\r\n\r\n", pieces.len()).as_bytes()),
    }
}

/// No, and the end.
pub fn refuse(mut guest: &TcpStream, (status, why): Refusal) -> io::Result<()> {
    let mut bytes = Vec::new();
    write::status_line(&mut bytes, status);
    let length = why.len() + 1;
    bytes.extend(format!("Content-Length: {length}\r\nConnection: close\r\n\r\n{why}\n").bytes());
    guest.write_all(&bytes)?;
    hang_up(guest)
}

/// Ends our direction, and reads on into the bin for a moment, so that no reset eats the answer (lab 20).
pub fn hang_up(mut guest: &TcpStream) -> io::Result<()> {
    guest.shutdown(Shutdown::Write)?;
    guest.set_read_timeout(Some(FAREWELL))?;
    let (end, mut crumbs) = (Instant::now() + FAREWELL, [0; 65_536]);
    while Instant::now() < end && guest.read(&mut crumbs)? > 0 {}
    Ok(())
}
