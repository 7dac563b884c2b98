//! Lab 19 · Many tables · the server: it accepts clients while a place is free, refuses other clients with
//! 503, and stops when somebody types `stop`. pool.rs has the threads, and table.rs serves one connection.
//!
//!     cargo run --bin lab19-server [ADDR]          without ADDR: 127.0.0.1:8019
//!
//! After `stop` and Enter the server answers the requests that have arrived, and ends.

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

const WORKERS: usize = 8;
const QUEUED: usize = 24; // clients that wait until a worker is free
const LEAVING: usize = 16; // clients that got a 503, and whose connections are not closed yet

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
    // Log a panic as one line. (The standard hook prints a longer text, for programmers.)
    panic::set_hook(Box::new(|what| {
        eprintln!("a request made a worker panic: {what}")
    }));
    let stopping = Arc::new(AtomicBool::new(false));
    stop_when_told(Arc::clone(&stopping), place);

    let mut leaving = VecDeque::new();
    for client in listener.incoming() {
        if stopping.load(Ordering::Relaxed) {
            // Accept the clients that have connected already. Then accept fails instead of waiting.
            let _ = listener.set_nonblocking(true);
        }
        match client.map(|client| pool.let_in(client)) {
            Ok(Ok(())) => {}
            Ok(Err(client)) => refuse(client, &mut leaving),
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => eprintln!("cannot accept a connection: {error}"),
        }
    }
    drop(listener); // from now on the system refuses every connection
    pool.stop();
    eprintln!("all workers have ended");
    ExitCode::SUCCESS
}

/// Answers 503. This function must be fast and must not wait: meanwhile the server accepts no client.
fn refuse(mut client: TcpStream, leaving: &mut VecDeque<TcpStream>) {
    // The send buffer of a new connection has room for these bytes, so this write does not wait.
    let said = client.write_all(
        b"HTTP/1.1 503 Service Unavailable\r\n\
          Retry-After: 1\r\n\
          Content-Length: 12\r\n\
          Connection: close\r\n\
          \r\n\
          we are full\n",
    );
    if said
        .and_then(|()| client.shutdown(Shutdown::Write))
        .is_err()
    {
        return;
    }
    // A close now, with the request unread, would send a reset, which may destroy the answer (lab 5). So this
    // connection is closed after the next sixteen refusals.
    leaving.push_back(client);
    if leaving.len() > LEAVING {
        leaving.pop_front();
    }
    eprintln!("full: one more client got a 503");
}

/// Reads the lines of the terminal. The line `stop` stops the server; the end of the input does not.
fn stop_when_told(stopping: Arc<AtomicBool>, place: SocketAddr) {
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            if line.trim() == "stop" {
                stopping.store(true, Ordering::Relaxed);
                // `accept` waits for a client. Connect, so that it returns.
                let _ = TcpStream::connect(place);
                return;
            }
        }
    });
}

/// Opens the listener and starts the pool. Errors: the exit status, and the reason in words.
fn open(addr: &str) -> Result<(TcpListener, SocketAddr, Pool), (u8, String)> {
    let addr = net::address(addr).map_err(|error| (2, error.to_string()))?;
    let listener = net::listen(addr, 128).map_err(|error| (1, error.to_string()))?;
    let place = listener.local_addr().unwrap_or(addr);
    let pool = Pool::new(WORKERS, QUEUED)
        .map_err(|error| (1, format!("cannot start the threads: {error}")))?;
    Ok((listener, place, pool))
}
