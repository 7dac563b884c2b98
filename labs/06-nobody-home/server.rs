//! Lab 6 · Nobody home · the server: a taqueria with one table, one waiter, and a bench for one at the
//! door.
//!
//!     cargo run --bin lab06-server [ADDR [forgetful]]
//!
//! Without ADDR: 127.0.0.1:8006. `forgetful`: it forgets to set SO_REUSEADDR.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

const BENCH: i32 = 1; // how many may wait; Linux lets one more sit down than it is told
const LONGEST_MEAL: Duration = Duration::from_secs(60); // without a word
const MOST_WORDS: u64 = 1_000_000; // bytes that one guest may say; nobody listens to them

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8006".to_string());
    let forgetful = words.next().as_deref() == Some("forgetful");

    let listener = match listen(&addr, forgetful) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lab06-server: {}", why_not(&addr, &error));
            let wrong_use = error.kind() == ErrorKind::InvalidInput;
            return ExitCode::from(if wrong_use { 2 } else { 1 });
        }
    };
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for guest in listener.incoming() {
        match guest.and_then(|guest| serve(&guest)) {
            Ok(()) => eprintln!("the guest has left; the next one, please"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!(
                    "this guest sat for {LONGEST_MEAL:?} without a word; the next one, please"
                )
            }
            Err(error) => eprintln!("this guest was gone: {error}; the next one, please"),
        }
    }
    ExitCode::SUCCESS
}

/// `TcpListener::bind` does all this in one call. Here each line is one question to the system.
fn listen(addr: &str, forgetful: bool) -> io::Result<TcpListener> {
    let addr = addr.to_socket_addrs()?.next().ok_or(ErrorKind::NotFound)?;
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
    // May we have this port although some of its last connections are not forgotten yet? (On Windows
    // the option means something else, "share this port with others", and nobody needs it.)
    if cfg!(unix) && !forgetful {
        socket.set_reuse_address(true)?;
    }
    // The port is ours, or it is in use.
    socket.bind(&addr.into())?;
    // From now on the system opens the door, whether we are there or not, until the bench is full.
    socket.listen(BENCH)?;
    Ok(socket.into())
}

/// The guest is asked in, and stays as long as he likes. Meanwhile all others wait.
fn serve(mut guest: &TcpStream) -> io::Result<()> {
    guest.set_read_timeout(Some(LONGEST_MEAL))?;
    guest.set_write_timeout(Some(LONGEST_MEAL))?;
    guest.write_all(b"come in\n")?;
    eprintln!("a guest sits at the table");
    io::copy(&mut guest.take(MOST_WORDS), &mut io::sink())?;
    Ok(())
}

fn why_not(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidInput => {
            format!("{addr} is no address: write HOST:PORT, like 127.0.0.1:8006")
        }
        ErrorKind::AddrInUse => in_use(addr),
        ErrorKind::PermissionDenied => {
            format!("{addr}: ports below 1024 are reserved for the system; take one above")
        }
        ErrorKind::AddrNotAvailable => {
            format!("{addr} is not an address of this machine: take 127.0.0.1 and a port")
        }
        _ => format!("cannot listen on {addr}: {error}"),
    }
}

/// In use by whom? The system says no more. So we knock: a program that listens opens, a memory does not.
fn in_use(addr: &str) -> String {
    let knock = |addr: SocketAddr| TcpStream::connect_timeout(&addr, Duration::from_millis(500));
    let mut places = addr.to_socket_addrs().into_iter().flatten();
    match places.next().map(knock) {
        Some(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => format!(
            "{addr} is in use, but nobody listens there: the system remembers old connections \
             (TIME_WAIT); wait a minute, or set SO_REUSEADDR"
        ),
        _ => format!(
            "{addr} is in use: another program listens there; stop it, or take another port"
        ),
    }
}
