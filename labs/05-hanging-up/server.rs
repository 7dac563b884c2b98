//! Lab 5 · Hanging up · the server: it reads the whole order, answers, and hangs up in two steps. If a
//! client breaks off, its log gets a line.
//!
//!     cargo run --bin lab05-server [ADDR]          without ADDR: 127.0.0.1:8005

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

const LONGEST_ORDER: u64 = 8_000; // bytes; a client that never ends the line must not fill our memory
const LONGEST_REST: u64 = 1_000_000; // bytes that we still hear, and forget, after our last word
const PATIENCE: Duration = Duration::from_secs(5);

/// One order, one answer, and a clean end.
fn serve(mut client: &TcpStream) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;

    // To the end of the order: a close while bytes lie unread is a reset, not a FIN.
    let mut order = Vec::new();
    BufReader::new(client.take(LONGEST_ORDER)).read_until(b'\n', &mut order)?;
    if order.is_empty() {
        return Ok("a client came and left without a word".to_string());
    }
    let answer = match order.strip_suffix(b"\n") {
        Some(line) => [line.trim_ascii(), b", coming up\n"].concat(),
        None => b"? your order has no end\n".to_vec(),
    };
    client.write_all(&answer)?;
    hang_up(client)?;
    Ok(format!(
        "{} bytes heard, answered, hung up (FIN)",
        order.len()
    ))
}

/// First we say that we are done. Then we read what still comes, until the client is done, too. So no
/// byte is unread when the connection is closed.
fn hang_up(client: &TcpStream) -> io::Result<()> {
    client.shutdown(Shutdown::Write)?;
    io::copy(&mut client.take(LONGEST_REST), &mut io::sink())?;
    Ok(())
}

/// All of these are normal: cables are cut, batteries are empty, windows are closed.
fn what_happened(error: &io::Error) -> String {
    match error.kind() {
        // Not a FIN but a RST: the client's system threw the connection away, and told us.
        ErrorKind::ConnectionReset => format!("this client broke off (RST): {error}"),
        // We wrote to a connection, and our system knew already that it was gone.
        ErrorKind::BrokenPipe => format!("this client was gone before the answer: {error}"),
        // What shutdown says on a connection that is gone already.
        ErrorKind::NotConnected => format!("this client was gone before we hung up: {error}"),
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!("this client said nothing for {PATIENCE:?}")
        }
        _ => format!("this client failed: {error}"),
    }
}

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8005");
    let listener = TcpListener::bind(addr).unwrap_or_else(|error| give_up(addr, &error));
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) => eprintln!("{}; the next one, please", what_happened(&error)),
        }
    }
}

/// Without a place to listen nobody can be served: says why not, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, "is taken: stop its program, or take another port"),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab05-server: {addr} {why}");
    std::process::exit(status)
}
