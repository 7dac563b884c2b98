//! Lab 6 · Nobody home · the client: it knocks at doors and says in one word for each what it found.
//!
//!     cargo run --bin lab06-client [ADDR ...]      without ADDR: 127.0.0.1:8006
//!
//! Its words are `open`, `busy`, `no answer` and `closed`.

use std::io::{self, ErrorKind, Read};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

/// For the connection, and once more for the greeting. On one machine this is a long time; for another
/// continent take some seconds.
const PATIENCE: Duration = Duration::from_millis(500);

/// Connects once. The word depends on the call that failed and on the kind of the error. It must not
/// depend on the text of the error, which differs between systems.
fn knock(addr: &SocketAddr) -> io::Result<&'static str> {
    let connected = TcpStream::connect_timeout(addr, PATIENCE);
    let mut server = match connected {
        Ok(server) => server,
        Err(error) => {
            return match error.kind() {
                // ECONNREFUSED. That machine's system has answered at once, with a RST.
                ErrorKind::ConnectionRefused => Ok("closed"),
                // ETIMEDOUT, or our own deadline. Nothing came back at all.
                ErrorKind::TimedOut => Ok("no answer"),
                _ => Err(error),
            };
        }
    };
    // We are connected. But that was the other system; has the server accepted us?
    server.set_read_timeout(Some(PATIENCE))?;
    let mut greeting = [0; 64];
    match server.read(&mut greeting) {
        Ok(0) => Err(io::Error::other("it hung up without a greeting")),
        Ok(_) => Ok("open"),
        Err(error) => match error.kind() {
            // EAGAIN: our deadline again. On Windows it is called TimedOut.
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Ok("busy"),
            // ECONNRESET: we waited in the backlog, and the server ended.
            ErrorKind::ConnectionReset => Ok("closed"),
            _ => Err(error),
        },
    }
}

/// HOST:PORT as an address. A name may have several; the first one will do until lab 13.
fn address(door: &str) -> io::Result<SocketAddr> {
    let mut all = door.to_socket_addrs()?;
    all.next()
        .ok_or(io::Error::other("this name has no address"))
}

fn main() -> ExitCode {
    let mut doors: Vec<String> = std::env::args().skip(1).collect();
    if doors.is_empty() {
        doors.push("127.0.0.1:8006".to_string());
    }
    let mut exit = ExitCode::SUCCESS;
    for door in doors {
        match address(&door).and_then(|addr| knock(&addr)) {
            Ok(word) => println!("{door} {word}"),
            Err(error) if error.kind() == ErrorKind::InvalidInput => {
                eprintln!("lab06-client: {door} is no address: write HOST:PORT");
                return ExitCode::from(2);
            }
            Err(error) => {
                eprintln!("lab06-client: {door}: {error}");
                exit = ExitCode::FAILURE;
            }
        }
    }
    exit
}
