//! Lab 13 · your client. It tries only the first address, and ends if the attempt fails. Make it try all
//! addresses, and wait only a short time for each address except the last.
//!
//! The client gets a URL and the addresses of the site, in the order in which to try them:
//! `http://tacos.example/ 127.0.0.1:1 127.0.0.1:8013`. Check it with: cargo lab check 13

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words = words.join(" ");
    let mut words = words.split_whitespace();
    let url = words.next().unwrap_or("http://tacos.example/");
    let addrs: Vec<&str> = words.collect();

    // Here: what must happen if the first address refuses, and what if no answer comes from this address?
    let first = addrs.first().unwrap_or(&"127.0.0.1:8013");
    let mut server = TcpStream::connect(first)?;

    let site = url.trim_start_matches("http://").trim_end_matches('/');
    let request = format!(
        "GET / HTTP/1.1\r\n\
         Host: {site}\r\n\
         Connection: close\r\n\
         \r\n"
    );
    server.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    server.take(1_000_000).read_to_end(&mut answer)?;
    print!("{}", String::from_utf8_lossy(&answer));
    Ok(())
}
