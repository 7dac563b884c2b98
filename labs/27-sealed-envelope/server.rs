//! Lab 27 · The sealed envelope · the server: it reads the ClientHello of a client, which is not encrypted, and
//! answers with an alert. It has no key. record.rs reads records, hello.rs reads the ClientHello, and alert.rs has
//! the alerts.
//!
//!     cargo run --bin lab27-server [ADDR]          without ADDR: 127.0.0.1:8027

mod alert;
mod hello;
mod record;

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use hello::Hello;
use wirelab::net::{self, DeadlineReader};

const SITE: &str = "tacos.example";
const PROTOCOL: &str = "http/1.1";
const LARGEST_HEAD: usize = 16_384; // bytes of a request without TLS
const PATIENCE: Duration = Duration::from_secs(5);
const NOT_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\
    Content-Type: text/plain\r\n\
    Content-Length: 28\r\n\
    Connection: close\r\n\
    \r\n\
    this port speaks https: TLS\n";

/// Reads one ClientHello, and answers with one alert.
fn serve(mut client: &TcpStream) -> io::Result<String> {
    client.set_write_timeout(Some(PATIENCE))?;
    let mut reader = DeadlineReader::new(client, PATIENCE, PATIENCE);
    let mut first = [0];
    reader.read_exact(&mut first)?;
    let said = if first[0].is_ascii_alphabetic() {
        // A letter begins a method, so this is HTTP. Read the whole head first, so that no reset destroys the answer.
        let (mut last, mut head) = ([0], vec![first[0]]);
        while !head.ends_with(b"\r\n\r\n")
            && head.len() < LARGEST_HEAD
            && reader.read(&mut last)? > 0
        {
            head.push(last[0]);
        }
        client.write_all(NOT_TLS)?;
        "this is no TLS".to_string()
    } else {
        let read = record::message(first[0], &mut reader)?.and_then(|bytes| hello::read(&bytes));
        let (alert, seen) = match &read {
            Ok(hello) => (decide(hello), describe(hello)),
            Err(alert) => (*alert, "no ClientHello".to_string()),
        };
        client.write_all(&alert::record(alert))?;
        format!("{seen} -> {}", alert::name(alert))
    };
    client.shutdown(Shutdown::Write)?;
    io::copy(&mut reader, &mut io::sink())?;
    Ok(said)
}

/// The first reason that fits. The last reason is that we have no key.
fn decide(hello: &Hello) -> u8 {
    match hello.name.as_deref() {
        _ if hello.version < 0x0303 => alert::PROTOCOL_VERSION,
        None => alert::MISSING_EXTENSION,
        Some(name) if name != SITE => alert::UNRECOGNIZED_NAME,
        _ if hello.protocols.is_empty() => alert::HANDSHAKE_FAILURE,
        _ if hello.protocols.iter().any(|it| it == PROTOCOL) => alert::HANDSHAKE_FAILURE,
        _ => alert::NO_APPLICATION_PROTOCOL,
    }
}

/// The readable contents of the ClientHello, in one line.
fn describe(hello: &Hello) -> String {
    let version = match hello.version {
        0x0304 => "TLS 1.3".to_string(),
        0x0303 => "TLS 1.2".to_string(),
        other => format!("version {other:04x}"),
    };
    let protocols = match hello.protocols.join(" ") {
        none if none.is_empty() => "no ALPN".to_string(),
        some => some,
    };
    let (name, ciphers) = (hello.name.as_deref().unwrap_or("no name"), hello.ciphers);
    format!("{version}, {ciphers} ciphers, {name}, {protocols}")
}

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let open = |addr: &str| -> Result<net::Serving, (u8, String)> {
        let addr = net::address(addr).map_err(|e| (2, e.to_string()))?;
        let listener = net::listen(addr, 128).map_err(|e| (1, e.to_string()))?;
        println!("listening on {}", listener.local_addr().unwrap_or(addr));
        let serve = |client: net::AcceptedClient| match serve(client.stream) {
            Ok(said) => eprintln!("client {}: {said}", client.number),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                eprintln!("client {}: it left in the middle", client.number)
            }
            Err(error) => eprintln!("client {}: {error}", client.number),
        };
        net::serve(listener, 100, serve).map_err(|e| (1, e.to_string()))
    };
    match open(addr.as_deref().unwrap_or("127.0.0.1:8027")) {
        Ok(serving) => serving.wait(),
        Err((code, why)) => {
            eprintln!("lab27-server: {why}");
            return ExitCode::from(code);
        }
    }
    ExitCode::SUCCESS
}
