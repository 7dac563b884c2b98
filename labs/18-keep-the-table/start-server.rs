//! Lab 18 · your server. It keeps every connection open. It has four faults, which the README lists.
//! Because of each fault, some client waits for ever, or some request is lost.
//!
//! Check it with: cargo lab check 18

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8018"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client)) {
            eprintln!("this connection failed: {error}");
        }
    }
    Ok(())
}

/// Answers one request after the other, until the client closes.
fn serve(mut client: &TcpStream) -> io::Result<()> {
    loop {
        // Here: one read may return the end of this request and the beginning of the next request. Keep these bytes.
        let mut received = Vec::new();
        let mut buffer = [0; 4096];
        while !received.windows(4).any(|four| four == b"\r\n\r\n") {
            let n = client.read(&mut buffer)?;
            if n == 0 || received.len() > 65_536 {
                return Ok(());
            }
            received.extend_from_slice(&buffer[..n]);
        }
        let head = String::from_utf8_lossy(&received);
        let mut words = head.lines().next().unwrap_or_default().split(' ');
        let (method, target) = (words.next(), words.next());

        // Here: must the server close after this answer? And does every answer have a Content-Length?
        let mut answer = match target {
            Some("/menu.txt") => found("three tacos\n"),
            Some("/drinks.txt") => found("one water\n"),
            _ => "HTTP/1.1 404 Not Found\r\n\r\nno such file here\n".to_string(),
        };
        if method == Some("HEAD") {
            let end = answer.find("\r\n\r\n").map_or(answer.len(), |at| at + 4);
            answer.truncate(end);
        }
        client.write_all(answer.as_bytes())?;
    }
}

fn found(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}")
}
