//! Lab 18 · Keep the table · the client: on one connection it sends three requests, then two requests in one
//! piece, then a last request. On a second connection it uses HTTP/1.0. table.rs reads the answers.
//!
//!     cargo run --bin lab18-client [ADDR]          without ADDR: 127.0.0.1:8018

mod table;

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use table::Table;

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8018");
    match modern_client(addr).and_then(|()| old_client(addr)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(addr, &error),
    }
}

fn modern_client(addr: &str) -> io::Result<()> {
    let mut table = Table::at(addr)?;
    for (method, path) in [
        ("GET", "/menu.txt"),
        ("GET", "/nachos.txt"),
        ("HEAD", "/menu.txt"),
    ] {
        table.say(&format!(
            "{method} {path} HTTP/1.1\r\nHost: tacos.example\r\n\r\n"
        ))?;
        table.hear(method)?;
    }
    // Pipelining: the second request leaves before the first answer comes. The answers come in the same order.
    table.say(
        "GET /drinks.txt HTTP/1.1\r\nHost: tacos.example\r\n\r\n\
         GET /menu.txt HTTP/1.1\r\nHost: tacos.example\r\n\r\n",
    )?;
    table.hear("GET")?;
    table.hear("GET")?;

    table.say("GET /drinks.txt HTTP/1.1\r\nHost: tacos.example\r\nConnection: close\r\n\r\n")?;
    table.hear("GET")?;
    table.hear_the_end()
}

/// HTTP/1.0: one connection, one request. The server closes unless the client sends keep-alive.
fn old_client(addr: &str) -> io::Result<()> {
    let mut table = Table::at(addr)?;
    table.say("GET /menu.txt HTTP/1.0\r\n\r\n")?;
    table.hear("GET")?;
    table.hear_the_end()
}

fn failed(addr: &str, error: &io::Error) -> ExitCode {
    let why = match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens there: start the server first",
        ErrorKind::InvalidInput => "this is no address: write HOST:PORT, like 127.0.0.1:8018",
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "the server sent nothing for 5 s",
        ErrorKind::UnexpectedEof => "the server closed before all was answered",
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => "the server reset the connection",
        _ => &error.to_string(),
    };
    eprintln!("lab18-client: {addr}: {why}");
    ExitCode::from(1 + u8::from(error.kind() == ErrorKind::InvalidInput))
}
