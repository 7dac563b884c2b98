//! Lab 11 · your client. It counts letters, and it prints every answer. Make it count bytes. It must
//! report an error if the body is shorter or longer than announced.
//!
//! The words after the address are the order. Without these words the order is `jalapeño 🌮`. After an
//! error the exit status must not be 0. Check it with: cargo lab check 11 --client

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8011".to_string());
    let order = words.collect::<Vec<_>>().join(" ");
    let order = if order.is_empty() {
        "jalapeño 🌮"
    } else {
        &order
    };

    // Here: does this number count letters or bytes?
    let length = order.chars().count() + 1;
    let mut server = TcpStream::connect(addr)?;
    let request = format!(
        "POST /order HTTP/1.1\r\n\
         Host: tacos.example\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {length}\r\n\
         Connection: close\r\n\
         \r\n\
         {order}\n"
    );
    server.write_all(request.as_bytes())?;

    // Here: read up to the empty line, then exactly as many bytes as announced.
    let mut answer = Vec::new();
    server.take(1_000_000).read_to_end(&mut answer)?;
    print!("{}", String::from_utf8_lossy(&answer));
    Ok(())
}
