//! Lab 13 · A server may live anywhere · the client: it asks the name service for all addresses of a name,
//! and tries the addresses in their order until an attempt to connect succeeds.
//!
//!     cargo run --bin lab13-client [URL [ADDR …]]
//!
//! With ADDR the client tries these addresses, and does not ask the name service.
//! Without URL: http://localhost:8013/

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use wirelab::http::url::Web;

const LONGEST_ANSWER: u64 = 1_000_000; // bytes
const PATIENCE: Duration = Duration::from_secs(5);
const IMPATIENCE: Duration = Duration::from_millis(300); // for an attempt, except at the last address

/// Where to connect: the addresses in the arguments or, without arguments, all addresses of the name.
fn places<'a>(
    url: &str,
    given: impl Iterator<Item = &'a str>,
) -> Result<(Web, Vec<SocketAddr>), String> {
    let web = Web::parse(url).map_err(|why| format!("{url}: {why}"))?;
    let mut addrs = Vec::new();
    for word in given {
        let addr = word
            .parse()
            .map_err(|_| format!("{word} is no address: write 127.0.0.1:8013"))?;
        addrs.push(addr);
    }
    if addrs.is_empty() {
        // getaddrinfo(3): usually first the hosts file of this machine, then a name server.
        let found = (&web.host[..], web.port).to_socket_addrs();
        let found = found.map_err(|_| format!("no phone book has {}", web.host))?;
        addrs.extend(found);
    }
    Ok((web, addrs))
}

/// Connects to the first address that accepts. The time limit is short for each address except the last,
/// and longer for the last address.
fn call(addrs: &[SocketAddr]) -> Result<TcpStream, String> {
    let mut failures = Vec::new();
    for (at, addr) in addrs.iter().enumerate() {
        let last = at + 1 == addrs.len();
        let started = Instant::now();
        match TcpStream::connect_timeout(addr, if last { PATIENCE } else { IMPATIENCE }) {
            Ok(server) => {
                eprintln!("{addr}: connected");
                return Ok(server);
            }
            Err(error) => {
                eprintln!(
                    "{addr}: {error}, after {} ms",
                    started.elapsed().as_millis()
                );
                failures.push(addr.to_string());
            }
        }
    }
    Err(format!("nobody answers at {}", failures.join(", ")))
}

/// Sends the request. Host contains the site in the URL, whichever address has accepted.
fn ask(mut server: TcpStream, web: &Web) -> io::Result<Vec<u8>> {
    server.set_read_timeout(Some(PATIENCE))?;
    let (target, host) = (&web.target, &web.authority);
    let request = format!(
        "GET {target} HTTP/1.1\r\n\
         Host: {host}\r\n\
         Connection: close\r\n\
         \r\n"
    );
    server.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    server.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    Ok(answer)
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words = words.join(" ");
    let mut words = words.split_whitespace();
    let url = words.next().unwrap_or("http://localhost:8013/");
    let (web, addrs) = match places(url, words) {
        Ok(found) => found,
        Err(why) => {
            eprintln!("lab13-client: {why}");
            return ExitCode::from(2);
        }
    };
    let answer =
        call(&addrs).and_then(|server| ask(server, &web).map_err(|error| error.to_string()));
    match answer {
        Ok(answer) => {
            print!("{}", String::from_utf8_lossy(&answer));
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("lab13-client: {}: {why}", web.host);
            ExitCode::FAILURE
        }
    }
}
