//! Lab 11 · Bytes, not letters · the client: it announces how many bytes its order has, and takes
//! exactly as many bytes of the answer as the server announced. Fewer or more is an error.
//!
//!     cargo run --bin lab11-client [ADDR [ORDER]]  without: 127.0.0.1:8011, jalapeño 🌮

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_HEAD: u64 = 65_536; // bytes
const LONGEST_BODY: u64 = 1_000_000; // bytes; an announced length never decides how much memory is taken
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends one order. Returns the body of the answer if it has exactly the announced length.
fn ask(addr: &str, order: &str) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    let head = format!(
        "POST /order HTTP/1.1\r\n\
         Host: tacos.example\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         \r\n",
        order.len() // in Rust this counts bytes; order.chars().count() counts letters
    );
    server.write_all(&[head.as_bytes(), order.as_bytes()].concat())?;

    let mut answer = BufReader::new(server);
    let length = announced(&read_head(&mut answer)?)?;
    let mut body = Vec::new();
    let end = answer.by_ref().take(length).read_to_end(&mut body);
    if (body.len() as u64) < length {
        let end = end.map_or_else(|error| error.to_string(), |_| "the end".to_string());
        let came = body.len();
        return wrong(format!("{length} bytes announced; {came} came, then {end}"));
    }
    // The announced bytes are there. Now the server closes the connection. One more byte is an error.
    let mut more = Vec::new();
    answer.take(LONGEST_BODY).read_to_end(&mut more)?;
    if !more.is_empty() {
        let more = more[..more.len().min(40)].escape_ascii();
        return wrong(format!(
            "{length} bytes announced; then came more: \"{more}\""
        ));
    }
    Ok(body)
}

/// Everything up to the empty line, and no byte after the empty line.
fn read_head(answer: &mut impl BufRead) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut line = answer.take(LONGEST_HEAD - head.len() as u64);
        if line.read_until(b'\n', &mut head)? == 0 {
            return wrong(format!("{} bytes and no empty line", head.len()));
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The Content-Length of a 200: digits only, a single line, and at most LONGEST_BODY.
fn announced(head: &str) -> io::Result<u64> {
    let status = head.lines().next().unwrap_or_default();
    if !status.starts_with("HTTP/1.1 200 ") {
        return wrong(format!("the server said {status}"));
    }
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let lengths = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let lengths: Vec<&str> = lengths.map(|(_, digits)| digits.trim()).collect();
    match lengths[..] {
        [digits] if digits.bytes().all(|byte| byte.is_ascii_digit()) => match digits.parse() {
            Ok(length) if length <= LONGEST_BODY => Ok(length),
            _ => wrong(format!("{digits} bytes announced; we take {LONGEST_BODY}")),
        },
        _ => wrong(format!("one length was expected, not {lengths:?}")),
    }
}

fn wrong<T>(what: String) -> io::Result<T> {
    Err(io::Error::new(ErrorKind::InvalidData, what))
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8011".to_string());
    let order = words.collect::<Vec<_>>().join(" ");
    let order = if order.is_empty() {
        "jalapeño 🌮"
    } else {
        &order
    };
    match ask(&addr, &format!("{order}\n")) {
        Ok(body) => {
            print!("{}", String::from_utf8_lossy(&body));
            println!("({} bytes announced, and as many came)", body.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("lab11-client: {}", what_happened(&addr, &error));
            let wrong_use = error.kind() == ErrorKind::InvalidInput;
            ExitCode::from(if wrong_use { 2 } else { 1 })
        }
    }
}

fn what_happened(addr: &str, error: &io::Error) -> String {
    let what = match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens here: start the server first",
        ErrorKind::InvalidInput => "this is no address: write HOST:PORT, like 127.0.0.1:8011",
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "silence for 5 s, and no answer",
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => "broken off in the middle",
        _ => return format!("{addr}: {error}"),
    };
    format!("{addr}: {what}")
}
