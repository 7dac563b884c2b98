//! Lab 22 · The order that keeps coming · the server: it reads orders in chunks, and it answers in chunks. The
//! files length.rs and chunks.rs contain the subject of the lab.
//!
//!     cargo run --bin lab22-server [ADDR]          without ADDR: 127.0.0.1:8022
//!
//! The menu is the list of the files in WIRELAB_ROOT, or else in labs/22-keeps-coming/files.

mod answer;
mod chunks;
mod length;
mod order;

use std::fs;
use std::io::{self, BufReader, ErrorKind, Read};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use answer::{close_gracefully, in_chunks, refuse};
use length::{Body, Refusal};
use order::Order;
use wirelab::limits::REQUEST_DEADLINE;
use wirelab::net::{self, DeadlineReader};

const LONGEST_ORDER: usize = 65_536; // bytes of body, in any number of chunks
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    match open(std::env::args().nth(1).as_deref()) {
        Ok(serving) => serving.wait(),
        Err((code, why)) => {
            eprintln!("lab22-server: {why}");
            return ExitCode::from(code);
        }
    }
    ExitCode::SUCCESS
}

/// Answers one request after the other, on one connection (lab 18).
fn serve(client: &TcpStream, root: &str) -> io::Result<()> {
    client.set_write_timeout(Some(PATIENCE))?;
    client.set_nodelay(true)?; // send each chunk at once
    // PATIENCE limits one read, REQUEST_DEADLINE limits the whole request (lab 20).
    let mut reader = BufReader::new(DeadlineReader::new(client, PATIENCE, REQUEST_DEADLINE));
    while let Some(order) = Order::read(&mut reader)? {
        // If we cannot find the end of a body, we refuse the request and close. The next bytes may be the
        // rest of the body, or a request that an attacker has hidden in the body.
        let body = match order.body {
            Ok(Body::Length(length)) => read_exactly(&mut reader, length)?,
            Ok(Body::Chunked) => chunks::read(&mut reader, LONGEST_ORDER)?,
            Err(refusal) => Err(refusal),
        };
        match (order.method.as_str(), body) {
            ("GET", Ok(_)) => in_chunks(client, &order, menu(root)?)?,
            ("POST", Ok(body)) => in_chunks(client, &order, confirmed(&body))?,
            (_, Ok(_)) => return refuse(client, (501, "GET and POST are all that we know")),
            (_, Err(refusal)) => return refuse(client, refusal),
        }
        if order.closes {
            return close_gracefully(client);
        }
        reader.get_mut().begin(REQUEST_DEADLINE);
    }
    Ok(())
}

fn read_exactly(reader: &mut impl Read, length: u64) -> io::Result<Result<Vec<u8>, Refusal>> {
    let mut body = Vec::new();
    if length > LONGEST_ORDER as u64 {
        return Ok(Err((413, "we take 65536 bytes and no more")));
    }
    match reader.take(length).read_to_end(&mut body)? as u64 {
        n if n < length => Err(io::Error::other(
            "the client closed in the middle of a body",
        )),
        _ => Ok(Ok(body)),
    }
}

/// The menu: one line for each file.
fn menu(root: &str) -> io::Result<Vec<String>> {
    let names = fs::read_dir(root)?.map(|entry| Ok(entry?.file_name()));
    let mut names: Vec<_> = names.collect::<io::Result<_>>()?;
    names.sort();
    let lines = names
        .iter()
        .map(|name| format!("{}\n", name.to_string_lossy()));
    Ok(lines.collect())
}

fn confirmed(order: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(order);
    text.lines()
        .map(|dish| format!("{dish}, coming up\n"))
        .collect()
}

fn open(addr: Option<&str>) -> Result<net::Serving, (u8, String)> {
    let addr = net::address(addr.unwrap_or("127.0.0.1:8022")).map_err(|e| (2, e.to_string()))?;
    let root = std::env::var("WIRELAB_ROOT").unwrap_or("labs/22-keeps-coming/files".into());
    fs::read_dir(&root).map_err(|e| (2, format!("{root}: {e}: name a folder in WIRELAB_ROOT")))?;
    let listener = net::listen(addr, 128).map_err(|e| (1, e.to_string()))?;
    println!("listening on {}", listener.local_addr().unwrap_or(addr));
    let serve = move |client: net::AcceptedClient| match serve(client.stream, &root) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            eprintln!("client {}: too slow, closed", client.number)
        }
        Err(error) => eprintln!("client {}: {error}", client.number),
    };
    net::serve(listener, 100, serve).map_err(|e| (1, e.to_string()))
}
