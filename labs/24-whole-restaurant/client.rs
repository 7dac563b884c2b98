//! Lab 24 · The whole restaurant · the client: a guest who knows the house. One connection, five
//! requests: the menu, only its head, a bite of it, whether it has changed, and something that is not
//! on it.
//!
//!     cargo run --bin lab24-client [ADDR]          without ADDR: 127.0.0.1:8024

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use wirelab::http::connection::{Connection, Event};
use wirelab::http::{Parsed, write};

const PATIENCE: Duration = Duration::from_secs(5);

/// Method, path, and a field that makes the question a special one.
const QUESTIONS: [(&str, &str, (&str, &str)); 5] = [
    ("GET", "/menu.txt", ("Accept", "text/plain")),
    ("HEAD", "/menu.txt", ("Accept", "text/plain")),
    ("GET", "/menu.txt", ("Range", "bytes=6-10")),
    ("GET", "/menu.txt", ("If-None-Match", "*")),
    ("GET", "/pizza.txt", ("Connection", "close")),
];

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8024");
    match visit(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let why = match error.kind() {
                ErrorKind::ConnectionRefused => "nobody listens there: start the server first",
                ErrorKind::WouldBlock | ErrorKind::TimedOut => "not a word for five seconds",
                ErrorKind::InvalidInput => "this is no address: write HOST:PORT",
                _ => return complain(addr, &error.to_string()),
            };
            complain(addr, why)
        }
    }
}

fn complain(addr: &str, why: &str) -> ExitCode {
    eprintln!("lab24-client: {addr}: {why}");
    ExitCode::FAILURE
}

fn visit(addr: &str) -> io::Result<()> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    let mut connection = Connection::client();
    let mut heard = Vec::new();
    for (method, path, (name, value)) in QUESTIONS {
        let mut request = Vec::new();
        write::request_line(&mut request, method, path);
        write::field(&mut request, "Host", b"tacos.example");
        write::field(&mut request, name, value.as_bytes());
        write::end(&mut request);
        let close = value == "close";
        connection
            .request(method.as_bytes(), close)
            .map_err(io::Error::other)?;
        connection.end().map_err(io::Error::other)?;
        server.write_all(&request)?;
        print!("{method} {path}");
        listen(&mut server, &mut connection, &mut heard)?;
    }
    // The last answer said that the server will close. Wait for its word.
    server.read_to_end(&mut heard)?;
    Ok(())
}

/// Hears one answer to its end, and prints its status and what it brought.
fn listen(
    server: &mut TcpStream,
    connection: &mut Connection,
    heard: &mut Vec<u8>,
) -> io::Result<()> {
    let mut brought = 0;
    let mut piece = [0; 4096];
    loop {
        match connection.receive(heard, false).map_err(io::Error::other)? {
            Parsed::Done { value, used } => {
                match &value {
                    Event::Response { head, .. } => print!(" -> {}", head.status),
                    Event::Data(data) => brought += data.len(),
                    _ => {}
                }
                let end = matches!(value, Event::End(_));
                heard.drain(..used);
                if end {
                    println!(", {brought} bytes");
                    return Ok(());
                }
            }
            Parsed::NeedMore => {
                let n = server.read(&mut piece)?;
                if n == 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                heard.extend_from_slice(&piece[..n]);
            }
        }
    }
}
