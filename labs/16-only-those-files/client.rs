//! Lab 16 · Any file, but only those files · the client: it sends each path unchanged,
//! with its dots, on a new connection, and prints one line about each answer.
//!
//!     cargo run --bin lab16-client [ADDR [PATH ...]]  without: 127.0.0.1:8016, and the five below

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ANSWER: u64 = 1_000_000; // bytes; a server that never stops must not fill the memory
const PATIENCE: Duration = Duration::from_secs(5);

/// One ordinary path, three paths that lead out of the folder, and one path that is not allowed.
const PATHS: [&str; 5] = [
    "/daily%20special.txt",
    "/../files-secret/salsa.txt",
    "/%2e%2e/files-secret/salsa.txt",
    "/menu.txt%00.png",
    "/side-door/salsa.txt",
];

fn ask(addr: &str, path: &str) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    let request = format!(
        "GET {path} HTTP/1.1\r\n\
         Host: tacos.example\r\n\
         Connection: close\r\n\
         \r\n"
    );
    server.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    server.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    if answer.is_empty() {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(answer)
}

/// The status, and the first line of the body. Bytes that are not text are escaped.
fn in_a_line(answer: &[u8]) -> String {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = answer.split_at(end.map_or(answer.len(), |at| at + 4));
    let status = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let status = status.strip_prefix(b"HTTP/1.1 ").unwrap_or(status);
    let line = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = &line[..line.len().min(60)];
    format!("{} \"{}\"", status.escape_ascii(), line.escape_ascii())
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8016".to_string());
    let mut paths: Vec<String> = words.collect();
    if paths.is_empty() {
        paths = PATHS.map(str::to_string).to_vec();
    }
    for path in paths {
        // With a space or a line end in the path, the request would be a different one.
        if !path.starts_with('/') || path.contains(|c: char| c.is_whitespace() || c.is_control()) {
            eprintln!("lab16-client: {path:?} is no path: it begins with / and has no white space");
            return ExitCode::from(2);
        }
        match ask(&addr, &path) {
            Ok(answer) => println!("{path}\n    {}", in_a_line(&answer)),
            Err(error) => {
                eprintln!("lab16-client: {}", what_happened(&addr, &error));
                let wrong_use = error.kind() == ErrorKind::InvalidInput;
                return ExitCode::from(if wrong_use { 2 } else { 1 });
            }
        }
    }
    ExitCode::SUCCESS
}

fn what_happened(addr: &str, error: &io::Error) -> String {
    let what = match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens here: start the server first",
        ErrorKind::InvalidInput => "this is no address: write HOST:PORT, like 127.0.0.1:8016",
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "silence for 5 s, and no answer",
        ErrorKind::UnexpectedEof => "it hung up without an answer: look at its terminal",
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => "broken off in the middle",
        _ => return format!("{addr}: {error}"),
    };
    format!("{addr}: {what}")
}
