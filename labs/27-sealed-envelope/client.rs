//! Lab 27 · The sealed envelope · the client: it sends a ClientHello, and prints the reason of the alert. It
//! has no encryption.
//!
//!     cargo run --bin lab27-client [ADDR [NAME [PROTOCOL …]]]
//!     without: 127.0.0.1:8027, tacos.example, h2 http/1.1

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);
const RANDOM: &[u8; 32] = b"thirty-two bytes, random in life";

/// The content after its length. `bytes` is the size of the length.
fn list(bytes: usize, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    [&length[length.len() - bytes..], content].concat()
}

/// An extension: its kind, its length, its content.
fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &list(2, content)].concat()
}

/// A ClientHello in one record (RFC 8446 sections 4.1.2 and 5.1).
fn client_hello(name: &str, protocols: &[String]) -> Vec<u8> {
    let host = [&[0][..], &list(2, name.as_bytes())].concat(); // 0: a host name
    let protocols: Vec<u8> = protocols
        .iter()
        .flat_map(|it| list(1, it.as_bytes()))
        .collect();
    let extensions = [
        extension(0, &list(2, &host)),          // server_name
        extension(16, &list(2, &protocols)),    // ALPN
        extension(43, &list(1, &[3, 4, 3, 3])), // supported_versions: TLS 1.3 and 1.2
    ];
    let hello = [
        &[3, 3][..], // the number of TLS 1.2, also in TLS 1.3
        RANDOM,
        &list(1, b""),                       // no earlier session
        &list(2, &[0x13, 0x01, 0x13, 0x02]), // two ciphers
        &list(1, &[0]),                      // no compression
        &list(2, &extensions.concat()),
    ];
    let message = [&[1][..], &list(3, &hello.concat())].concat(); // 1: ClientHello
    [&[22, 3, 1][..], &list(2, &message)].concat() // 22: a handshake record
}

fn ask(addr: &str, name: &str, protocols: &[String]) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    server.write_all(&client_hello(name, protocols))?;
    let mut answer = Vec::new();
    server.take(100_000).read_to_end(&mut answer)?;
    Ok(answer)
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8027".to_string());
    let name = words.next().unwrap_or("tacos.example".to_string());
    let mut protocols: Vec<String> = words.collect();
    if protocols.is_empty() {
        protocols = vec!["h2".to_string(), "http/1.1".to_string()];
    }
    let too_long = |it: &&String| it.is_empty() || it.len() > 250;
    if let Some(wrong) = protocols.iter().chain([&name]).find(too_long) {
        eprintln!("lab27-client: `{wrong}`: a name has 1 to 250 bytes");
        return ExitCode::from(2);
    }
    let error = match ask(&addr, &name, &protocols) {
        Ok(answer) => {
            match answer.as_slice() {
                // An alert record: type 21, version, length 2, level, reason.
                [21, 3, _, 0, 2, 2, reason] => println!("fatal alert {reason}"),
                other => println!("{} bytes, and no alert", other.len()),
            }
            return ExitCode::SUCCESS;
        }
        Err(error) => error,
    };
    let why = match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens there: start the server first",
        ErrorKind::InvalidInput => "this is no address: write HOST:PORT, like 127.0.0.1:8027",
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "the server sent nothing for 5 s",
        ErrorKind::ConnectionReset => "the server reset the connection",
        _ => &error.to_string(),
    };
    eprintln!("lab27-client: {addr}: {why}");
    ExitCode::from(1 + u8::from(error.kind() == ErrorKind::InvalidInput))
}
