//! Lab 18 · your server. It keeps every guest at his table: it has heard that this is the modern way. Four
//! things are wrong with it, and each makes some client wait for ever.
//!
//! Check it with: cargo lab check 18

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8018"))?;
    println!("listening on {}", listener.local_addr()?);

    for guest in listener.incoming() {
        if let Err(error) = guest.and_then(|guest| serve(&guest)) {
            eprintln!("this guest went wrong: {error}; the next one, please");
        }
    }
    Ok(())
}

/// Answers request after request, until the guest hangs up.
fn serve(mut guest: &TcpStream) -> io::Result<()> {
    loop {
        // Here: what of the bytes that have come with the last request, and belong to the next one?
        let mut heard = Vec::new();
        let mut piece = [0; 4096];
        while !heard.windows(4).any(|four| four == b"\r\n\r\n") {
            let n = guest.read(&mut piece)?;
            if n == 0 || heard.len() > 65_536 {
                return Ok(());
            }
            heard.extend_from_slice(&piece[..n]);
        }
        let head = String::from_utf8_lossy(&heard);
        let mut words = head.lines().next().unwrap_or_default().split(' ');
        let (method, target) = (words.next(), words.next());

        // Here: does this guest want to stay? And how does he know where an answer ends?
        let mut answer = match target {
            Some("/menu.txt") => found("three tacos\n"),
            Some("/drinks.txt") => found("one water\n"),
            _ => "HTTP/1.1 404 Not Found\r\n\r\nno such file here\n".to_string(),
        };
        if method == Some("HEAD") {
            let end = answer.find("\r\n\r\n").map_or(answer.len(), |at| at + 4);
            answer.truncate(end);
        }
        guest.write_all(answer.as_bytes())?;
    }
}

fn found(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}")
}
