//! Lab 26 · your server. It sends the same record to every client. Change it: it must read the question, and answer it.
//!
//! The README has the records, the rules and the form of a message. An answer repeats ID, opcode and RD of the
//! question, and the question itself. The name of a record is a pointer: `c0 0c`, byte 12.
//! Check it with: cargo lab check 26 --server

use std::io;
use std::net::UdpSocket;

/// One record: a pointer to byte 12 as its name, type A, class 1, 300 seconds, four bytes of data.
const RECORD: [u8; 16] = [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 7];

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let socket = UdpSocket::bind(addr.as_deref().unwrap_or("127.0.0.1:8026"))?;
    println!("listening on {}", socket.local_addr()?);

    // Here: the same questions come over TCP, on the same port. There the length of each message stands before the
    // message.

    let mut message = [0; 65_535];
    loop {
        let (length, client) = socket.recv_from(&mut message)?;
        let question = message[..length].get(12..).unwrap_or_default();

        // Here: which ID, name and type has the question? Which records answer it? Do they fit into 512 bytes?
        let mut answer = vec![0, 1, 0x85, 0, 0, 1, 0, 1, 0, 0, 0, 0];
        answer.extend(question);
        answer.extend(RECORD);

        socket.send_to(&answer, client)?;
    }
}
