//! Lab 14 · We moved · the server: an old address, a new address, and a sign at the old one.
//!
//!     cargo run --bin lab14-server [ADDR]          without ADDR: 127.0.0.1:8014

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_HEAD: usize = 65_536; // bytes
const PATIENCE: Duration = Duration::from_secs(5);

/// The signs: what is asked for, the status, and what `Location` says.
#[rustfmt::skip]
const SIGNS: [(&str, &str, &str); 8] = [
    ("/menu", "301 Moved Permanently", "/menu/"),
    ("/menu/", "302 Found", "http://localhost:{port}/today/?dish=tacos#top"),
    ("/today/?dish=tacos", "308 Permanent Redirect", "../tacos.txt"),
    ("/order", "307 Temporary Redirect", "/kitchen"),
    ("/kitchen", "303 See Other", "/tacos.txt"),
    ("/neighbour", "307 Temporary Redirect", "http://127.0.0.1:8009/"),
    ("/round", "302 Found", "/and/round"),
    ("/and/round", "302 Found", "/round"),
];

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8014");
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lab14-server: {}", why_not(addr, &error));
            return ExitCode::from(if error.kind() == ErrorKind::InvalidInput {
                2
            } else {
                1
            });
        }
    };
    let place = listener
        .local_addr()
        .map_or(addr.to_string(), |place| place.to_string());
    println!("listening on {place}");
    for guest in listener.incoming() {
        match guest.and_then(|guest| serve(&guest)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this guest said nothing for {PATIENCE:?}; the next one, please")
            }
            Err(error) => eprintln!("this guest went wrong: {error}; the next one, please"),
        }
    }
    ExitCode::SUCCESS
}

fn serve(mut guest: &TcpStream) -> io::Result<String> {
    guest.set_read_timeout(Some(PATIENCE))?;
    guest.set_write_timeout(Some(PATIENCE))?;
    let head = read_head(guest)?;
    let mut words = head.split([' ', '\r']);
    let (Some(method @ ("GET" | "POST")), Some(target)) = (words.next(), words.next()) else {
        return Ok("neither GET nor POST: no answer".to_string());
    };

    // The client knows by which port it came: it says so in Host. Our second sign repeats it.
    let mut lines = head.split("\r\n");
    let host = lines.find_map(|line| line.strip_prefix("Host: "));
    let (_, port) = host
        .and_then(|host| host.rsplit_once(':'))
        .unwrap_or(("", "80"));

    // A sign says where to go, and nothing more. The client has to ask there itself.
    let sign = SIGNS.iter().find(|(here, _, _)| *here == target);
    let (status, location, body) = match sign {
        Some((_, status, there)) => (*status, format!("Location: {there}\r\n"), ""),
        None if target == "/tacos.txt" => ("200 OK", String::new(), "three tacos\n"),
        None => ("404 Not Found", String::new(), "no such dish\n"),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\n\
         {}\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         \r\n\
         {body}",
        location.replace("{port}", port),
        body.len(),
    );
    guest.write_all(answer.as_bytes())?;
    Ok(format!("{method} {target} -> {status}"))
}

/// Everything up to the empty line; what is not text cannot be one of our addresses.
fn read_head(mut guest: &TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let n = guest.read(&mut piece)?;
        if n == 0 || head.len() > LONGEST_HEAD {
            return Err(io::Error::other("no empty line: this is no request"));
        }
        head.extend_from_slice(&piece[..n]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn why_not(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidInput => format!("{addr} is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => format!("{addr} is taken: stop who listens there, or take another"),
        ErrorKind::PermissionDenied => format!("{addr}: take a port above 1023, like 8014"),
        _ => format!("cannot listen on {addr}: {error}"),
    }
}
