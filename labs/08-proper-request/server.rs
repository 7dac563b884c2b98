//! Lab 8 · A proper request · the server: it knows one request by heart. It says 200 to it, and 400
//! to all others, with the place of their first wrong byte.
//!
//!     cargo run --bin lab08-server [ADDR]          without ADDR: 127.0.0.1:8008

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60); // for one line: people type this by hand
const FAREWELL: Duration = Duration::from_secs(1); // for the client's last bytes, once we have answered

/// No other server is so strict: others take header lines in any order, and ignore unknown ones.
const REQUEST: &[u8] = b"GET /menu.txt HTTP/1.1\r\n\
      Host: tacos.example\r\n\
      Accept: text/plain\r\n\
      Connection: close\r\n\
      \r\n";

/// Listens until the request is whole or wrong, and answers.
fn serve(mut client: &TcpStream) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;

    let (mut heard, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let n = client.read(&mut piece)?;
        heard.extend_from_slice(&piece[..n]);
        if heard.is_empty() {
            return Ok("a client came and left without a word".to_string());
        }
        let pairs = heard.iter().zip(REQUEST);
        let right = pairs.take_while(|(came, due)| came == due).count();
        if right == REQUEST.len() {
            answer(client, "200 OK", "three tacos\n")?;
            return Ok(format!("all {right} bytes are right -> 200"));
        }
        if right < heard.len() || n == 0 {
            let reason = first_wrong(right, heard.get(right));
            answer(client, "400 Bad Request", &format!("{reason}\n"))?;
            return Ok(format!("{reason} -> 400"));
        }
        let to_come = REQUEST.len() - right;
        eprintln!("{right} bytes, all right so far; {to_come} to come");
    }
}

/// Where the request is wrong, in one line. Bytes and lines count from 1; `None`: it ended too early.
fn first_wrong(right: usize, came: Option<&u8>) -> String {
    let lines: Vec<&[u8]> = REQUEST[..right].split(|byte| *byte == b'\n').collect();
    let (at, line, of_it) = (right + 1, lines.len(), lines[lines.len() - 1].len() + 1);
    let came = came.map_or("the end".to_string(), |byte| name(*byte));
    let due = name(REQUEST[right]);
    format!("byte {at} (line {line}, byte {of_it}): {came} came where {due} belongs")
}

fn name(byte: u8) -> String {
    match byte {
        b'\r' => "CR".to_string(),
        b'\n' => "LF".to_string(),
        b' '..=b'~' => format!("'{}'", char::from(byte)),
        _ => format!("{byte:02x}"),
    }
}

/// One write, then a close in two steps: with unread bytes a close is a reset, which may destroy the
/// answer (lab 5).
fn answer(mut client: &TcpStream, status: &str, body: &str) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         \r\n",
        body.len()
    );
    client.write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(FAREWELL))?;
    let _ = io::copy(&mut client.take(16_000_000), &mut io::sink());
    Ok(())
}

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8008");
    let listener = TcpListener::bind(addr).unwrap_or_else(|error| give_up(addr, &error));
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("nothing came for {PATIENCE:?}; the next client, please")
            }
            Err(error) => eprintln!("this client failed: {error}; the next one, please"),
        }
    }
}

/// Without a place to listen nobody can be served: says why not, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, "is taken: stop its program, or take another port"),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab08-server: {addr} {why}");
    std::process::exit(status)
}
