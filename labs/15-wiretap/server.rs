//! Lab 15 · The wiretap · the relay: a server to the client, and a client to the server. The relay
//! passes every byte on, and prints every byte.
//!
//!     cargo run --bin lab15-server [LISTEN [UPSTREAM]]     without: 127.0.0.1:8015, 127.0.0.1:8009

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60); // a browser keeps silent connections for a while
const PIECE: usize = 16_384; // bytes: the longest piece that one read returns

/// Connects to the server, and passes on both directions until both have ended.
fn relay(number: u32, client: TcpStream, upstream: &str) -> io::Result<()> {
    let server = TcpStream::connect(upstream)?;
    eprintln!("{number} C connect");
    for socket in [&client, &server] {
        socket.set_nodelay(true)?; // a small piece must not wait for more bytes
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
    }
    // Two directions, two threads: each side may send at any time, and no direction waits for the other.
    thread::scope(|both| {
        let up = both.spawn(|| pump(number, 'C', &client, &server));
        let down = pump(number, 'S', &server, &client);
        up.join().unwrap_or(Ok(())).and(down)
    })
}

/// One direction: reads a piece, prints it, and passes it on, up to the end of the direction. Passes on the end.
fn pump(number: u32, who: char, mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
    let mut piece = [0; PIECE];
    loop {
        let passed_on = from.read(&mut piece).and_then(|n| {
            eprint!("{}", tape(number, who, &piece[..n]));
            to.write_all(&piece[..n]).map(|()| n)
        });
        match passed_on {
            // `from` has ended its direction. Pass on this end. `to` may still send.
            Ok(0) => return to.shutdown(Shutdown::Write),
            Ok(_) => continue,
            Err(error) => {
                // This direction failed. Shut down both sockets, so that the other thread does not wait for ever.
                let _ = from.shutdown(Shutdown::Both);
                let _ = to.shutdown(Shutdown::Both);
                return Err(error);
            }
        }
    }
}

/// A piece in the notation: one line of text for each line on the wire, with CR and LF made visible.
fn tape(number: u32, who: char, piece: &[u8]) -> String {
    if piece.is_empty() {
        return format!("{number} {who} fin\n");
    }
    let mut out = String::new();
    for line in piece.split_inclusive(|byte| *byte == b'\n') {
        let visible = line
            .escape_ascii()
            .to_string()
            .replace("\\\"", "\"")
            .replace("\\'", "'");
        out += &format!("{number} {who}> {visible}\n");
    }
    out
}

fn in_words(error: &io::Error, upstream: &str) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => format!("nobody listens on {upstream}: start it first"),
        ErrorKind::WouldBlock => format!("{PATIENCE:?} of silence"),
        _ => error.to_string(),
    }
}

fn main() {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8015".to_string());
    let upstream = words.next().unwrap_or("127.0.0.1:8009".to_string());
    let listener = TcpListener::bind(&addr).unwrap_or_else(|error| give_up(&addr, &error));
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for (number, client) in (1..).zip(listener.incoming()) {
        let upstream = upstream.clone();
        let relay = move || match client.and_then(|client| relay(number, client, &upstream)) {
            Ok(()) => eprintln!("{number} is over"),
            Err(error) => eprintln!("{number} broke off: {}", in_words(&error, &upstream)),
        };
        // A browser opens several connections at the same time. Each connection gets a new thread.
        if let Err(error) = thread::Builder::new().spawn(relay) {
            eprintln!("{number} was refused: {error}");
        }
    }
}

/// Reports why the server cannot listen at `addr`, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, "is taken: stop its program, or take another port"),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab15-server: {addr} {why}");
    std::process::exit(status)
}
