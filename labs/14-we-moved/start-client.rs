//! Lab 14 · your client. It sends one request, and prints the answer. But the answer is only a redirect.
//!
//! Follow the redirect. `Location` may be a whole URL, or a part of a URL. `Host` is the host of the new
//! URL. Follow at most five redirects. `wirelab::http::url` has `Web`, which cuts a URL into its parts
//! (lab 12), and `resolve`, which resolves a reference (RFC 3986, section 5.2).
//! Check it with: cargo lab check 14

use std::io::{self, Error, Read, Write};
use std::net::TcpStream;

use wirelab::http::url::Web;

fn main() -> io::Result<()> {
    let url = std::env::args()
        .nth(1)
        .unwrap_or("http://127.0.0.1:8014/menu".to_string());
    let web = Web::parse(&url).map_err(Error::other)?;

    // Here: if the status is 301, 302, 303, 307 or 308, the client must send another request.
    let answer = ask(&web)?;
    print!("{}", String::from_utf8_lossy(&answer));
    Ok(())
}

fn ask(web: &Web) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect((web.host.as_str(), web.port))?;
    let (target, host) = (&web.target, &web.authority);
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    server.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    server.take(1_000_000).read_to_end(&mut answer)?;
    Ok(answer)
}
