//! Lab 6 · Nobody home · the server: a taqueria with one table, one waiter, and a bench for one at the
//! door.
//!
//!     cargo run --bin lab06-server [ADDR [forgetful]]
//!
//! Without ADDR: 127.0.0.1:8006. `forgetful`: it forgets to set SO_REUSEADDR.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

const BENCH: i32 = 1; // how many may wait; Linux lets one more sit down than it is told
const LONGEST_MEAL: Duration = Duration::from_secs(60); // without a word
const MOST_WORDS: u64 = 1_000_000; // bytes that one client may say; nobody listens to them

/// `TcpListener::bind` does all this in one call. Here each line is one question to the system.
fn listen(addr: &str, forgetful: bool) -> io::Result<TcpListener> {
    let addr = addr.to_socket_addrs()?.next().ok_or(ErrorKind::NotFound)?;
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
    // May we have this port, although the system still remembers old connections of it? (On Windows
    // the option means something else, "share this port with others", and is not needed.)
    if cfg!(unix) && !forgetful {
        socket.set_reuse_address(true)?;
    }
    // The port is ours, or it is in use.
    socket.bind(&addr.into())?;
    // From now on the system accepts connections for us, until the bench is full.
    socket.listen(BENCH)?;
    Ok(socket.into())
}

/// Greets the client, and waits until it leaves. Meanwhile all others wait.
fn serve(mut client: &TcpStream) -> io::Result<()> {
    client.set_read_timeout(Some(LONGEST_MEAL))?;
    client.set_write_timeout(Some(LONGEST_MEAL))?;
    client.write_all(b"come in\n")?;
    eprintln!("a client sits at the table");
    io::copy(&mut client.take(MOST_WORDS), &mut io::sink())?;
    Ok(())
}

fn main() {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8006".to_string());
    let forgetful = words.next().as_deref() == Some("forgetful");

    let listener = listen(&addr, forgetful).unwrap_or_else(|error| give_up(&addr, &error));
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(()) => eprintln!("the client has left; the next one, please"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!(
                    "this client stayed for {LONGEST_MEAL:?} without a word; the next one, please"
                )
            }
            Err(error) => eprintln!("this client was gone: {error}; the next one, please"),
        }
    }
}

/// Without a place to listen nobody can be served: says why not, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, in_use(addr)),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab06-server: {addr} {why}");
    std::process::exit(status)
}

/// Which of the two uses the port, a program or the system's memory? We connect: only a program accepts.
fn in_use(addr: &str) -> &'static str {
    let knock = |addr: SocketAddr| TcpStream::connect_timeout(&addr, Duration::from_millis(500));
    let mut places = addr.to_socket_addrs().into_iter().flatten();
    match places.next().map(knock) {
        Some(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {
            "is in use, but nobody listens there: the system remembers old connections \
             (TIME_WAIT); wait a minute, or set SO_REUSEADDR"
        }
        _ => "is in use: another program listens there; stop it, or take another port",
    }
}
