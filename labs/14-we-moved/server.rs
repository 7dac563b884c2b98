//! Lab 14 · We moved · the server: it answers with a redirect at the old URLs, and has the file at a new URL.
//!
//!     cargo run --bin lab14-server [ADDR]          without ADDR: 127.0.0.1:8014

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

const LONGEST_HEAD: usize = 65_536; // bytes
const PATIENCE: Duration = Duration::from_secs(5);

/// The redirects: the target of the request, the status, and the value of `Location`.
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

fn serve(mut client: &TcpStream) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let head = read_head(client)?;
    let mut words = head.split([' ', '\r']);
    let (Some(method @ ("GET" | "POST")), Some(target)) = (words.next(), words.next()) else {
        return Ok("neither GET nor POST: no answer".to_string());
    };

    // Host contains the port to which the client connected. The second redirect contains the same port.
    let mut lines = head.split("\r\n");
    let host = lines.find_map(|line| line.strip_prefix("Host: "));
    let (_, port) = host
        .and_then(|host| host.rsplit_once(':'))
        .unwrap_or(("", "80"));

    // A redirect only names a URL. The client must send the next request itself.
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
    client.write_all(answer.as_bytes())?;
    Ok(format!("{method} {target} -> {status}"))
}

/// Everything up to the empty line, as text. A target that is not text gets 404.
fn read_head(mut client: &TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let n = client.read(&mut piece)?;
        if n == 0 || head.len() > LONGEST_HEAD {
            return Err(io::Error::other("no empty line: this is no request"));
        }
        head.extend_from_slice(&piece[..n]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8014");
    let listener = TcpListener::bind(addr).unwrap_or_else(|error| give_up(addr, &error));
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this client said nothing for {PATIENCE:?}; the next one, please")
            }
            Err(error) => eprintln!("this client failed: {error}; the next one, please"),
        }
    }
}

/// Reports why the server cannot listen at `addr`, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, "is taken: stop its program, or take another port"),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab14-server: {addr} {why}");
    std::process::exit(status)
}
