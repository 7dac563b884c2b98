//! Lab 12 · your client. It cuts the URL once, at the first slash. Cut the URL into the same
//! parts as a browser.
//!
//! The client gets the address to connect to (ADDR), and the text from the URL bar (URL).
//! Check it with: cargo lab check 12

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// The parts of a URL.
struct Url {
    host: String,   // for Host, in small letters
    port: u16,      // 80 if the URL has no port
    target: String, // path and query: for the request line
}

fn split(url: &str) -> Result<Url, String> {
    // Here: this code works for http://tacos.example/menu. The README has twelve other URLs.
    let rest = url
        .strip_prefix("http://")
        .ok_or("a URL begins with http://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    Ok(Url {
        host: host.to_string(),
        port: 80,
        target: format!("/{path}"),
    })
}

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8012".to_string());
    let url = words.next();
    let url = url.unwrap_or("http://tacos.example/menu?dish=taco#salsa".to_string());
    let url = match split(&url) {
        Ok(url) => url,
        Err(why) => {
            eprintln!("{url}: {why}");
            std::process::exit(2);
        }
    };

    // Here: what must Host contain when the port is not 80?
    eprintln!("the port is {}", url.port);
    let mut server = TcpStream::connect(addr)?;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        url.target, url.host
    );
    server.write_all(request.as_bytes())?;

    let mut answer = Vec::new();
    server.take(1_000_000).read_to_end(&mut answer)?;
    print!("{}", String::from_utf8_lossy(&answer));
    Ok(())
}
