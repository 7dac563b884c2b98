//! Lab 22 · The order that keeps coming · the answers: a body in chunks, or a refusal.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use wirelab::http::write;

use crate::length::Refusal;
use crate::order::Order;

const FAREWELL: Duration = Duration::from_secs(1);

/// An answer whose length we do not know when it begins. We send each chunk as soon as we have it. We know the
/// number of dishes only at the end, so a trailer contains this number.
pub fn in_chunks(mut client: &TcpStream, order: &Order, pieces: Vec<String>) -> io::Result<()> {
    let close = if order.closes {
        "Connection: close\r\n"
    } else {
        ""
    };
    let how = match order.old {
        true => "", // HTTP/1.0 does not know chunks: its body ends with the connection
        false => "Transfer-Encoding: chunked\r\nTrailer: Dishes\r\n",
    };
    client.write_all(format!("HTTP/1.1 200 OK\r\n{how}{close}\r\n").as_bytes())?;
    for piece in &pieces {
        let chunk = match order.old {
            true => piece.clone(),
            false => format!("{:x}\r\n{piece}\r\n", piece.len()),
        };
        client.write_all(chunk.as_bytes())?;
    }
    match order.old {
        true => Ok(()),
        false => client.write_all(format!("0\r\nDishes: {}\r\n\r\n", pieces.len()).as_bytes()),
    }
}

/// Sends a refusal, and closes the connection.
pub fn refuse(mut client: &TcpStream, (status, why): Refusal) -> io::Result<()> {
    let mut bytes = Vec::new();
    write::status_line(&mut bytes, status);
    let length = why.len() + 1;
    bytes.extend(format!("Content-Length: {length}\r\nConnection: close\r\n\r\n{why}\n").bytes());
    client.write_all(&bytes)?;
    close_gracefully(client)
}

/// Ends our side, then reads and discards for a moment, so that no reset destroys the answer (lab 20).
pub fn close_gracefully(mut client: &TcpStream) -> io::Result<()> {
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(FAREWELL))?;
    let (end, mut discarded) = (Instant::now() + FAREWELL, [0; 65_536]);
    while Instant::now() < end && client.read(&mut discarded)? > 0 {}
    Ok(())
}
