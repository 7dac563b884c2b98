//! Lab 11 · your server. It listens until the guest hangs up, and it counts letters. Both go well with
//! tacos and badly with jalapeños.
//!
//! Read exactly as many bytes as were announced, and announce exactly as many as you send. A length that
//! is none is answered with 400 and `a length is made of digits\n`. Check it with: cargo lab check 11

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8011"))?;
    println!("listening on {}", listener.local_addr()?);

    for guest in listener.incoming() {
        if let Err(error) = guest.and_then(|guest| serve(&guest)) {
            eprintln!("this guest went wrong: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(guest: &TcpStream) -> io::Result<()> {
    // Here: the guest waits for an answer and does not hang up. When is the order over?
    let mut heard = Vec::new();
    guest.take(100_000).read_to_end(&mut heard)?;

    let Some(at) = heard.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(());
    };
    let (head, order) = heard.split_at(at + 4);
    eprintln!("the head says:\n{}", String::from_utf8_lossy(head));

    answer(
        guest,
        "200 OK",
        &[order.trim_ascii_end(), b", coming up\n"].concat(),
    )
}

fn answer(mut guest: &TcpStream, status: &str, body: &[u8]) -> io::Result<()> {
    // Here: what does this number count?
    let length = String::from_utf8_lossy(body).chars().count();
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {length}\r\n\
         Connection: close\r\n\
         \r\n"
    );
    guest.write_all(&[head.as_bytes(), body].concat())
}
