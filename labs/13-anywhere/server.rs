//! Lab 13 · A server may live anywhere · the server: it listens at ADDR, and serves two sites at one
//! address. `Host` says which site the client wants.
//!
//!     cargo run --bin lab13-server [ADDR]          without ADDR: 127.0.0.1:8013
//!
//! 127.0.0.1:8013 is this machine by IPv4, and [::1]:8013 is this machine by IPv6. [::]:8013 is every
//! address of this machine, by IPv4 and IPv6. With port 0 the system chooses a free port.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use wirelab::http::{Parsed, head::HeadParser, target, write};
use wirelab::net;

const PATIENCE: Duration = Duration::from_secs(5);
const FAREWELL: Duration = Duration::from_secs(1); // the longest wait of each read after the answer

/// [::] is every address of this machine. An option of the socket says whether [::] includes the IPv4
/// addresses (RFC 3493 section 5.3, IPV6_V6ONLY). The default differs between systems, so this server sets it.
fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    if !addr.is_ipv6() || !addr.ip().is_unspecified() {
        return net::listen(addr, 128).map_err(io::Error::other);
    }
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None)?;
    socket.set_only_v6(false)?;
    if cfg!(unix) {
        socket.set_reuse_address(true)?;
    }
    let listening = socket.bind(&addr.into()).and_then(|()| socket.listen(128));
    listening.map_err(|error| io::Error::other(format!("{addr}: {error}")))?;
    Ok(socket.into())
}

fn serve(mut client: &TcpStream) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;

    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    let mut parser = HeadParser::new();
    let site = loop {
        let n = client.read(&mut piece)?;
        heard.extend_from_slice(&piece[..n]);
        if n == 0 {
            return Ok(format!("the client left after {} bytes", heard.len()));
        }
        match parser.request(&heard) {
            Ok(Parsed::NeedMore) => {}
            Ok(Parsed::Done { value: head, .. }) => {
                let asked = target::asked(&head).ok();
                break asked.and_then(|asked| Some(asked.authority?.host.to_ascii_lowercase()));
            }
            Err(_) => break None,
        }
    };
    // The address to which the client connected. For an IPv4 client of [::] it looks like ::ffff:127.0.0.1.
    let door = client.local_addr()?.ip().to_canonical();
    let (status, body) = match site.as_deref() {
        Some(b"nachos.example") => (200, format!("a plate of nachos, from {door}\n")),
        Some(_) => (200, format!("three tacos, from {door}\n")), // the site for all other names
        None => (400, "which site?\n".to_string()),
    };
    let mut answer = Vec::new();
    write::status_line(&mut answer, status);
    write::field(&mut answer, "Content-Type", b"text/plain; charset=utf-8");
    write::field_number(&mut answer, "Content-Length", body.len() as u64);
    write::field(&mut answer, "Connection", b"close");
    write::end(&mut answer);
    answer.extend_from_slice(body.as_bytes());
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(FAREWELL))?;
    let _ = io::copy(&mut client.take(16_000_000), &mut io::sink());
    Ok(format!("{status}: {}", body.trim_end()))
}

fn main() -> ExitCode {
    let addr = std::env::args()
        .nth(1)
        .unwrap_or("127.0.0.1:8013".to_string());
    let addr = match net::address(&addr) {
        Ok(addr) => addr,
        Err(error) => {
            eprintln!("lab13-server: {error}");
            return ExitCode::from(2);
        }
    };
    let listener = match listen(addr) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lab13-server: {error}");
            return ExitCode::FAILURE;
        }
    };
    match listener.local_addr() {
        Ok(place) => println!("listening on {place}"),
        Err(error) => eprintln!("lab13-server: cannot read the local address: {error}"),
    }
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) => eprintln!("this client failed: {error}; the next one, please"),
        }
    }
    ExitCode::SUCCESS
}
