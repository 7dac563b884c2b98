//! Lab 18 · Keep the table · the client: three questions on one connection, then two at once, then one that
//! is the last; and one as a client of 1996 would ask it. How it hears an answer stands in table.rs.
//!
//!     cargo run --bin lab18-client [ADDR]          without ADDR: 127.0.0.1:8018

mod table;

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use table::Table;

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8018");
    match modern_guest(addr).and_then(|()| old_guest(addr)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lab18-client: {}", what_happened(addr, &error));
            let wrong_use = error.kind() == ErrorKind::InvalidInput;
            ExitCode::from(if wrong_use { 2 } else { 1 })
        }
    }
}

fn modern_guest(addr: &str) -> io::Result<()> {
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
    // Pipelining: the second question before the first answer. The answers come in the same order.
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

/// HTTP/1.0: one connection, one question. Who says nothing else wants to be hung up on.
fn old_guest(addr: &str) -> io::Result<()> {
    let mut table = Table::at(addr)?;
    table.say("GET /menu.txt HTTP/1.0\r\n\r\n")?;
    table.hear("GET")?;
    table.hear_the_end()
}

fn what_happened(addr: &str, error: &io::Error) -> String {
    let what = match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens here: start the server first",
        ErrorKind::InvalidInput => "this is no address: write HOST:PORT, like 127.0.0.1:8018",
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "silence for 5 s, in the middle of it all",
        ErrorKind::UnexpectedEof => "it hung up before all was answered",
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => "broken off in the middle",
        _ => return format!("{addr}: {error}"),
    };
    format!("{addr}: {what}")
}
