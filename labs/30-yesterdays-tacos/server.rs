//! Lab 30 · Yesterday's tacos · the cache: it sends stored answers if it may, or else asks the server. answer.rs
//! decides, rules.rs has the rules of RFC 9111, cache.rs has the stored answers, and read.rs and message.rs read
//! messages.
//!
//!     cargo run --bin lab30-server [LISTEN [UPSTREAM]]     without: 127.0.0.1:8030, 127.0.0.1:9030
//!
//! Its clock is WIRELAB_NOW, or else the system's.

mod answer;
mod cache;
mod message;
mod read;
mod rules;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use answer::{answer, no};
use cache::Cache;
use wirelab::net;

pub const PATIENCE: Duration = Duration::from_secs(5);

/// Serves one connection with one request. All connections share the stored answers.
fn serve(mut client: &TcpStream, cache: &Mutex<Cache>, upstream: &SocketAddr) -> io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let bytes = match read::message(client, None) {
        Ok(None) => return Ok(()),
        Ok(Some(request)) => answer(&request.without_connection(), cache, upstream),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            no(400, "Bad Request", &error.to_string())
        }
        Err(error) => return Err(error),
    };
    client.write_all(&bytes)?;
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(Duration::from_secs(1)))?;
    io::copy(&mut client.take(65_536), &mut io::sink())?; // so that no reset destroys the answer (lab 5)
    Ok(())
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let mut address = |default: &str| net::address(&words.next().unwrap_or(default.to_string()));
    let (addr, upstream) = match (address("127.0.0.1:8030"), address("127.0.0.1:9030")) {
        (Ok(addr), Ok(upstream)) => (addr, upstream),
        (Err(error), _) | (_, Err(error)) => {
            eprintln!("lab30-server: {error}");
            return ExitCode::from(2);
        }
    };
    let cache = Mutex::new(Cache::default());
    let serve = move |client: net::AcceptedClient| {
        if let Err(error) = serve(client.stream, &cache, &upstream) {
            eprintln!("client {}: {error}", client.number);
        }
    };
    let serving = net::listen(addr, 128)
        .map_err(|error| error.to_string())
        .and_then(|listener| {
            println!("listening on {}", listener.local_addr().unwrap_or(addr));
            net::serve(listener, 100, serve).map_err(|error| error.to_string())
        });
    match serving {
        Ok(serving) => serving.wait(),
        Err(error) => {
            eprintln!("lab30-server: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
