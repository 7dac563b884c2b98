//! Lab 19 · Many tables · the server: the door. It lets guests in as long as there is a place, tells all
//! others that it is full, and closes when it is told to. The waiters are in pool.rs, a table in table.rs.
//!
//!     cargo run --bin lab19-server [ADDR]          without ADDR: 127.0.0.1:8019
//!
//! Type `stop` and Enter: it answers what has been asked, and ends.

mod pool;
mod table;

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::panic;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use pool::Pool;
use wirelab::net;

const WAITERS: usize = 8;
const CHAIRS: usize = 24; // for those who wait until a waiter is free
const LEAVING: usize = 16; // guests who were turned away, and whose connections are not closed yet

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let (listener, place, pool) = match open(addr.as_deref().unwrap_or("127.0.0.1:8019")) {
        Ok(open) => open,
        Err((code, why)) => {
            eprintln!("lab19-server: {why}");
            return ExitCode::from(code);
        }
    };
    println!("listening on {place}");
    // A panic is a line in the log. (What it says by itself is a page, and for programmers.)
    panic::set_hook(Box::new(|what| eprintln!("a waiter stumbled: {what}")));
    let stopping = Arc::new(AtomicBool::new(false));
    stop_when_told(Arc::clone(&stopping), place);

    let mut leaving = VecDeque::new();
    for guest in listener.incoming() {
        if stopping.load(Ordering::Relaxed) {
            // Those who stand before the door come in, and then nobody is waited for any more.
            let _ = listener.set_nonblocking(true);
        }
        match guest.map(|guest| pool.let_in(guest)) {
            Ok(Ok(())) => {}
            Ok(Err(guest)) => turn_away(guest, &mut leaving),
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => eprintln!("nobody came in: {error}"),
        }
    }
    drop(listener); // who comes now is refused
    pool.stop();
    eprintln!("all waiters have gone home");
    ExitCode::SUCCESS
}

/// What is wrong with the address comes with the exit status to end with.
fn open(addr: &str) -> Result<(TcpListener, SocketAddr, Pool), (u8, String)> {
    let addr = net::address(addr).map_err(|error| (2, error.to_string()))?;
    let listener = net::listen(addr, 128).map_err(|error| (1, error.to_string()))?;
    let place = listener.local_addr().unwrap_or(addr);
    let pool = Pool::new(WAITERS, CHAIRS).map_err(|error| (1, format!("no waiters: {error}")))?;
    Ok((listener, place, pool))
}

/// It must cost next to nothing, and wait for nobody: meanwhile the door is shut.
fn turn_away(mut guest: TcpStream, leaving: &mut VecDeque<TcpStream>) {
    // A new connection has room for these bytes, so that this write does not wait.
    let said = guest.write_all(
        b"HTTP/1.1 503 Service Unavailable\r\n\
          Retry-After: 1\r\n\
          Content-Length: 12\r\n\
          Connection: close\r\n\
          \r\n\
          we are full\n",
    );
    if said.and_then(|()| guest.shutdown(Shutdown::Write)).is_err() {
        return;
    }
    // Closed now, with his request unread, the connection would be reset, and our words with it (lab 5).
    // So it is closed when sixteen others have been turned away.
    leaving.push_back(guest);
    if leaving.len() > LEAVING {
        leaving.pop_front();
    }
    eprintln!("full: one more was turned away");
}

/// Reads our own terminal. The line `stop` closes the house; the end of the input does not.
fn stop_when_told(stopping: Arc<AtomicBool>, place: SocketAddr) {
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            if line.trim() == "stop" {
                stopping.store(true, Ordering::Relaxed);
                // The door waits for a guest, so one comes.
                let _ = TcpStream::connect(place);
                return;
            }
        }
    });
}
