//! Lab 24 · The whole restaurant · the client: five requests on one connection. The client asks for the
//! menu, for the menu's head, for a part of the menu, whether the menu has changed, and for a file that does not exist.
//!
//!     cargo run --bin lab24-client [ADDR]          without ADDR: 127.0.0.1:8024

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use wirelab::http::sans_io_connection::{Connection, PeerEvent};
use wirelab::http::{Parsed, write};

const PATIENCE: Duration = Duration::from_secs(5);

/// Method, path, and one header line.
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
        Err(error) => failed(addr, &error),
    }
}

fn visit(addr: &str) -> io::Result<()> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    let mut connection = Connection::client();
    let mut received = Vec::new();
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
        read_answer(&mut server, &mut connection, &mut received)?;
    }
    // The last answer said that the server will close the connection. Wait for this.
    server.read_to_end(&mut received)?;
    Ok(())
}

/// Reads one answer to its end. Prints its status, and the number of bytes of its body.
fn read_answer(
    server: &mut TcpStream,
    connection: &mut Connection,
    received: &mut Vec<u8>,
) -> io::Result<()> {
    let mut length = 0;
    let mut buffer = [0; 4096];
    loop {
        match connection
            .receive(received, false)
            .map_err(io::Error::other)?
        {
            Parsed::Done { value, used } => {
                match &value {
                    PeerEvent::Response { head, .. } => print!(" -> {}", head.status),
                    PeerEvent::Data(data) => length += data.len(),
                    _ => {}
                }
                let end = matches!(value, PeerEvent::End(_));
                received.drain(..used);
                if end {
                    println!(", {length} bytes");
                    return Ok(());
                }
            }
            Parsed::NeedMore => {
                let n = server.read(&mut buffer)?;
                if n == 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                received.extend_from_slice(&buffer[..n]);
            }
        }
    }
}

fn failed(addr: &str, error: &io::Error) -> ExitCode {
    let why = match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens there: start the server first",
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "the server sent nothing for 5 s",
        ErrorKind::InvalidInput => "this is not an address: write HOST:PORT",
        _ => &error.to_string(),
    };
    eprintln!("lab24-client: {addr}: {why}");
    ExitCode::FAILURE
}
