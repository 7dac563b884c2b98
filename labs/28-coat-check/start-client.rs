//! Lab 28 · your client. It asks for the page, sends the form and follows the 303, but it forgets each
//! cookie that it gets.
//!
//! Store the cookies, and send each cookie with the right requests. The README lists the rules.
//! Check it with: cargo lab check 28

use std::io::{self, Error, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8028".to_string());
    let dish = words.collect::<Vec<String>>().join(" ");

    ask(&addr, "GET", "/", "")?;
    let form = format!("dish={}", encode(&dish));
    let (_, location) = ask(&addr, "POST", "/order", &form)?;
    if let Some(path) = location {
        let (body, _) = ask(&addr, "GET", &path, "")?;
        print!("{body}");
    }
    Ok(())
}

/// One connection, one request; the body of the answer, and its Location.
fn ask(addr: &str, method: &str, path: &str, body: &str) -> io::Result<(String, Option<String>)> {
    let mut server = TcpStream::connect(addr)?;
    // Here: `Cookie: name=value; name=value\r\n`, if there are cookies for this path.
    let cookie = String::new();
    let form = match method {
        "POST" => format!(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
            body.len()
        ),
        _ => String::new(),
    };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: tacos.example\r\n{cookie}{form}Connection: close\r\n\r\n{body}"
    );
    server.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    server.take(1_000_000).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or(Error::other("this is no HTTP answer"))?;
    let mut location = None;
    for (name, value) in head.lines().filter_map(|line| line.split_once(':')) {
        match name.to_ascii_lowercase().as_str() {
            "location" => location = Some(value.trim().to_string()),
            // Here: store this cookie, with its path.
            "set-cookie" => eprintln!("{path} gave a cookie: {}", value.trim()),
            _ => {}
        }
    }
    Ok((body.to_string(), location))
}

/// Encodes a text as a browser does: letters, digits and `*-._` stay, a space becomes `+`, each other byte `%XX`.
/// Finished.
fn encode(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'*' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        b' ' => "+".to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}
