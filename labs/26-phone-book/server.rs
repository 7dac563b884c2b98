//! Lab 26 · The phone book · the server: it answers questions about one zone, over UDP and over TCP. name.rs reads
//! names, zone.rs has the records, and message.rs makes the answers.
//!
//!     cargo run --bin lab26-server [ADDR]          without ADDR: 127.0.0.1:8026

mod message;
mod name;
mod zone;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::ExitCode;
use std::time::Duration;

use wirelab::net::{self, DeadlineReader};

const LONGEST_DATAGRAM: usize = 512; // bytes of an answer over UDP (RFC 1035 section 4.2.1)
const LONGEST_MESSAGE: usize = 65_535; // bytes over TCP, where the length has 16 bits
const PATIENCE: Duration = Duration::from_secs(30); // for one read, and for a whole message
const TRIES: usize = 50; // to find a port that is free for UDP and for TCP

/// Both sockets have the same port. For port 0 the system chooses a port that is free for TCP; for UDP this port may
/// be taken.
fn open(addr: SocketAddr) -> Result<(TcpListener, UdpSocket), String> {
    let mut taken = String::new();
    for _ in 0..TRIES {
        let listener = net::listen(addr, 128).map_err(|error| error.to_string())?;
        let place = listener.local_addr().map_err(|error| error.to_string())?;
        match UdpSocket::bind(place) {
            Ok(socket) => return Ok((listener, socket)),
            Err(error) => taken = format!("{place} cannot be had for UDP: {error}"),
        }
        if addr.port() != 0 {
            break;
        }
    }
    Err(taken)
}

/// UDP: each datagram is one message. If an answer cannot be sent, the server continues with the next datagram.
fn serve_datagrams(socket: &UdpSocket) -> io::Error {
    let mut datagram = [0; LONGEST_MESSAGE];
    loop {
        let (length, client) = match socket.recv_from(&mut datagram) {
            Ok(received) => received,
            // The system reports here that an earlier answer reached a closed port, or (Windows) that a datagram was
            // too long.
            Err(error) if is_passing(&error) => continue,
            Err(error) => return error,
        };
        let (answer, said) =
            message::answer(datagram.get(..length).unwrap_or_default(), LONGEST_DATAGRAM);
        eprintln!("{client} udp: {said}");
        if let Some(answer) = answer
            && let Err(error) = socket.send_to(&answer, client)
        {
            eprintln!("{client} udp: the answer was not sent: {error}");
        }
    }
}

fn is_passing(error: &io::Error) -> bool {
    let kinds = [
        ErrorKind::Interrupted,
        ErrorKind::ConnectionRefused,
        ErrorKind::ConnectionReset,
    ];
    kinds.contains(&error.kind()) || error.raw_os_error() == Some(10_040)
}

/// TCP: each message stands after its length of two bytes, as in lab 3. A client may send any number of questions.
fn serve_connection(mut client: &TcpStream, peer: SocketAddr) -> io::Result<()> {
    client.set_write_timeout(Some(PATIENCE))?;
    let mut reader = DeadlineReader::new(client, PATIENCE, PATIENCE);
    loop {
        let mut length = [0; 2];
        if reader.read(&mut length[..1])? == 0 {
            return Ok(()); // the client has closed between two messages
        }
        reader.read_exact(&mut length[1..])?;
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        reader.read_exact(&mut message)?;
        let (answer, said) = message::answer(&message, LONGEST_MESSAGE);
        eprintln!("{peer} tcp: {said}");
        let Some(answer) = answer else {
            return Ok(());
        };
        // One write for length and message, as RFC 7766 section 8 recommends.
        client.write_all(&[&(answer.len() as u16).to_be_bytes()[..], &answer].concat())?;
        reader.begin(PATIENCE);
    }
}

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = net::address(addr.as_deref().unwrap_or("127.0.0.1:8026"));
    let serve = |addr| -> Result<io::Error, String> {
        let (listener, socket) = open(addr)?;
        println!("listening on {}", socket.local_addr().unwrap_or(addr));
        let serve = |client: net::AcceptedClient| {
            if let Err(error) = serve_connection(client.stream, client.peer) {
                eprintln!(
                    "{} tcp: it left in the middle, or was silent: {error}",
                    client.peer
                );
            }
        };
        let _serving = net::serve(listener, 100, serve).map_err(|error| error.to_string())?;
        Ok(serve_datagrams(&socket))
    };
    let (code, why) = match addr {
        Err(error) => (2, error.to_string()),
        Ok(addr) => (
            1,
            serve(addr).map_or_else(|why| why, |error| error.to_string()),
        ),
    };
    eprintln!("lab26-server: {why}");
    ExitCode::from(code)
}
