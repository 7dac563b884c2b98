//! Lab 28 · The coat-check ticket · the client: it sends a form as a browser does, with the ticket that it
//! got. jar.rs stores the cookies.
//!
//!     cargo run --bin lab28-client [ADDR [DISH]]      without: 127.0.0.1:8028, jalapeño & lime

mod jar;

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use jar::Jar;

const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_ANSWER: u64 = 1_000_000; // bytes

/// The parts of an answer that the client uses.
struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

/// Asks for the page, sends the form, and follows the 303.
fn visit(addr: &str, dish: &str) -> io::Result<()> {
    let mut jar = Jar::default();
    ask(addr, "GET", "/", "", &mut jar)?;
    let form = format!("dish={}", encode(dish));
    let answer = ask(addr, "POST", "/order", &form, &mut jar)?;
    println!("POST /order: {}", answer.status);
    // 303: the next request is a GET, after every method.
    if let (303, Some(path)) = (answer.status, answer.location) {
        let page = ask(addr, "GET", &path, "", &mut jar)?.body;
        let dishes = page.lines().filter_map(|line| line.strip_prefix("<li>"));
        for dish in dishes.filter_map(|line| line.strip_suffix("</li>")) {
            let dish = dish.replace("&lt;", "<").replace("&amp;", "&");
            println!("on the table: {dish}");
        }
    }
    Ok(())
}

/// One connection, one request. Sends cookies from the jar, and stores new cookies in the jar.
fn ask(addr: &str, method: &str, path: &str, body: &str, jar: &mut Jar) -> io::Result<Answer> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    let cookie = jar.line_for(path);
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
    server.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let broken = || io::Error::new(ErrorKind::InvalidData, "this is no HTTP answer");
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head.get(9..12).and_then(|digits| digits.parse().ok());
    let mut location = None;
    for (name, value) in head.lines().filter_map(|line| line.split_once(':')) {
        match name.to_ascii_lowercase().as_str() {
            "set-cookie" => jar.put(value.trim(), path),
            "location" => location = Some(value.trim().to_string()),
            _ => {}
        }
    }
    Ok(Answer {
        status: status.ok_or_else(broken)?,
        location,
        body: body.to_string(),
    })
}

/// Encodes a text as a browser does (WHATWG URL section 5.2): letters, digits and `*-._` stay, a space becomes
/// `+`, each other byte `%XX`.
fn encode(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
            (byte as char).to_string()
        }
        b' ' => "+".to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8028".to_string());
    let dish = words.collect::<Vec<String>>().join(" ");
    let dish = match dish.is_empty() {
        true => "jalapeño & lime",
        false => &dish,
    };
    let Err(error) = visit(&addr, dish) else {
        return ExitCode::SUCCESS;
    };
    let why = match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens there: start the server first",
        ErrorKind::InvalidInput => "this is no address: write HOST:PORT, like 127.0.0.1:8028",
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "the server sent nothing for 5 s",
        ErrorKind::ConnectionReset => "the server reset the connection",
        _ => &error.to_string(),
    };
    eprintln!("lab28-client: {addr}: {why}");
    ExitCode::from(1 + u8::from(error.kind() == ErrorKind::InvalidInput))
}
