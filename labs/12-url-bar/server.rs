//! Lab 12 · The URL bar · the server: it sends back the parts of the URL that it received. The server
//! cannot answer a browser that begins with TLS. For such a browser it writes a line to its log.
//!
//!     cargo run --bin lab12-server [ADDR]          without ADDR: 127.0.0.1:8012

mod envelope;

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use wirelab::http::{Fault, Parsed, head::HeadParser, target, write};
use wirelab::net;

const PATIENCE: Duration = Duration::from_secs(5);
const FAREWELL: Duration = Duration::from_secs(1); // the longest wait of each read after the answer

const ENVELOPE: &str = "this lab stops at the envelope";

fn serve(mut client: &TcpStream) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;

    // The parser tests the rules of labs 8 and 10, and reports when the head is complete.
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    let mut parser = HeadParser::new();
    let (status, body) = loop {
        let n = client.read(&mut piece)?;
        heard.extend_from_slice(&piece[..n]);
        if n == 0 {
            return Ok(format!("the client left after {} bytes", heard.len()));
        }
        // A TLS client begins with 16 03. Perhaps only the first byte has come.
        if b"\x16\x03".starts_with(&heard[..heard.len().min(2)]) {
            if !envelope::is_whole(&heard) {
                continue;
            }
            return Ok(match envelope::server_name(&heard) {
                Some(site) => format!("a client wants https://{site}/, in TLS: {ENVELOPE}"),
                None => format!("a client wants https, in TLS: {ENVELOPE}"),
            });
        }
        match understood(&mut parser, &heard) {
            Ok(None) => {}
            Ok(Some(body)) => break (200, body),
            Err(fault) => break (fault.status(), format!("{fault}\n")),
        }
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
    Ok(format!("{status}: {}", body.trim_end().escape_debug()))
}

/// The parts of the URL that the head contains; `None` while the head is not complete.
fn understood(parser: &mut HeadParser, heard: &[u8]) -> Result<Option<String>, Fault> {
    let Parsed::Done { value: head, .. } = parser.request(heard)? else {
        return Ok(None);
    };
    target::asked(&head)?; // exactly one Host, and a valid target
    let target = head.target.escape_ascii();
    let host = head.fields.get("host").unwrap_or_default().escape_ascii();
    Ok(Some(format!("you ask for {target}\nof {host}\n")))
}

fn main() -> ExitCode {
    let addr = std::env::args()
        .nth(1)
        .unwrap_or("127.0.0.1:8012".to_string());
    let addr = match net::address(&addr) {
        Ok(addr) => addr,
        Err(error) => {
            eprintln!("lab12-server: {error}");
            return ExitCode::from(2);
        }
    };
    match net::listen(addr, 128) {
        Ok(listener) => serve_all(&listener),
        Err(error) => {
            eprintln!("lab12-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve_all(listener: &TcpListener) -> ExitCode {
    match listener.local_addr() {
        Ok(place) => println!("listening on {place}"),
        Err(error) => eprintln!("lab12-server: cannot read the local address: {error}"),
    }
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) => eprintln!("this client failed: {error}; the next one, please"),
        }
    }
    ExitCode::SUCCESS
}
