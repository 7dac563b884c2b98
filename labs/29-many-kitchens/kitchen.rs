//! Lab 29 · Many kitchens · one of several servers behind a balancer. It serves two sites, answers /health, and stops
//! without losing an order.
//!
//!     cargo run --bin lab29-kitchen [ADDR [proxy]]     without: 127.0.0.1:9029
//!
//! With the word `proxy` each connection begins with a PROXY line. Type `stop` and Enter: then /health says
//! that the kitchen stops. The kitchen goes on until the balancer has got this answer three times, and ends.

mod health;
mod message;
mod proxy_line;
mod read;
mod site;

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use health::Health;
use site::Kitchen;
use wirelab::net;

const FULL: usize = 8; // connections at the same time: with more, /health says that the kitchen is full
const MOST: usize = 64; // connections at the same time: the next connection waits
/// How long a kitchen that stops waits for a balancer that never asks /health.
const LAST_ORDERS: Duration = Duration::from_secs(5);

/// Reads our own terminal. The line `stop` stops the kitchen; the end of the input does not.
fn stop_when_told(kitchen: Arc<Kitchen>, place: SocketAddr) {
    thread::spawn(move || {
        let mut lines = io::stdin().lines().map_while(Result::ok);
        if lines.any(|line| line.trim() == "stop") {
            eprintln!("stopping: no new orders, please");
            kitchen.health.stop(LAST_ORDERS);
            // `accept` waits for a client. Connect, so that it returns.
            let _ = TcpStream::connect(place);
        }
    });
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:9029".to_string());
    let proxy = words.next().is_some_and(|word| word == "proxy");
    let addr = match net::address(&addr) {
        Ok(addr) => addr,
        Err(error) => {
            eprintln!("lab29-kitchen: {error}");
            return ExitCode::from(2);
        }
    };
    let listener = match net::listen(addr, 128) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lab29-kitchen: {error}");
            return ExitCode::FAILURE;
        }
    };
    let place = listener.local_addr().unwrap_or(addr);
    println!("listening on {place}");
    let kitchen = Arc::new(Kitchen {
        port: place.port(),
        proxy,
        health: Health::default(),
    });
    stop_when_told(Arc::clone(&kitchen), place);

    let mut working: Vec<JoinHandle<()>> = Vec::new();
    for client in listener.incoming() {
        if kitchen.health.is_closed() {
            // Serve the clients that have connected already. Then accept fails instead of waiting.
            let _ = listener.set_nonblocking(true);
        }
        working.retain(|one| !one.is_finished());
        if working.len() >= MOST {
            let _ = working.remove(0).join();
        }
        let full = working.len() >= FULL;
        match client {
            Ok(client) => {
                let kitchen = Arc::clone(&kitchen);
                working.push(thread::spawn(move || {
                    if let Err(error) = kitchen.serve(&client, full) {
                        eprintln!("a client left: {error}");
                    }
                }));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => eprintln!("cannot accept a connection: {error}"),
        }
    }
    drop(listener); // from now on the system refuses every connection
    for one in working {
        let _ = one.join(); // no answer is lost
    }
    eprintln!("stopped");
    ExitCode::SUCCESS
}
