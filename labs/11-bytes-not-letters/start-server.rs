//! Lab 11 · your server. It reads until the client closes, and it counts letters. Mend both faults.
//!
//! Read exactly as many bytes as the client announces, and announce exactly as many bytes as you send. Answer
//! a length that is not made of digits with `400 Bad Request` and `a length is made of digits\n`, and
//! a length above 8000 with `413 Content Too Large` and `we take 8000 bytes and no more\n`.
//! Check it with: cargo lab check 11

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8011"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client)) {
            eprintln!("this client failed: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(client: &TcpStream) -> io::Result<()> {
    // Here: the client waits for an answer and does not close. Where does the order end?
    let mut heard = Vec::new();
    client.take(100_000).read_to_end(&mut heard)?;

    let Some(at) = heard.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(());
    };
    let (head, order) = heard.split_at(at + 4);
    eprintln!("the head says:\n{}", String::from_utf8_lossy(head));

    answer(
        client,
        "200 OK",
        &[order.trim_ascii_end(), b", coming up\n"].concat(),
    )
}

fn answer(mut client: &TcpStream, status: &str, body: &[u8]) -> io::Result<()> {
    // Here: does this number count letters or bytes?
    let length = String::from_utf8_lossy(body).chars().count();
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {length}\r\n\
         Connection: close\r\n\
         \r\n"
    );
    client.write_all(&[head.as_bytes(), body].concat())
}
