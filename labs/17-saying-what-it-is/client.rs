//! Lab 17 · Saying what it is · the client: it sends several requests, each on a new connection, and
//! prints the head of each answer and the length of the body.
//!
//!     cargo run --bin lab17-client [ADDR [METHOD PATH ...]]  without: 127.0.0.1:8017, and the four below

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ANSWER: u64 = 1_000_000; // bytes; a server that never stops must not fill the memory
const PATIENCE: Duration = Duration::from_secs(5);

const QUESTIONS: [&str; 8] = [
    "GET",
    "/menu.txt",
    "HEAD",
    "/menu.txt",
    "GET",
    "/nachos.txt",
    "DELETE",
    "/menu.txt",
];

fn ask(addr: &str, method: &str, path: &str) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\n\
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

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8017".to_string());
    let mut questions: Vec<String> = words.collect();
    if questions.is_empty() {
        questions = QUESTIONS.map(str::to_string).to_vec();
    }
    for question in questions.chunks(2) {
        // With white space in a word, the request would be a different one.
        let odd = |word: &String| word.is_empty() || word.contains(|c: char| c <= ' ');
        let [method, path] = question else {
            eprintln!("lab17-client: after {} a path is missing", question[0]);
            return ExitCode::from(2);
        };
        if question.iter().any(odd) || !path.starts_with('/') {
            eprintln!("lab17-client: {method:?} {path:?}: write a method and a path, as in GET /");
            return ExitCode::from(2);
        }
        match ask(&addr, method, path) {
            Ok(answer) => println!("{method} {path}\n{}", in_words(&answer)),
            Err(error) => {
                eprintln!("lab17-client: {}", what_happened(&addr, &error));
                let wrong_use = error.kind() == ErrorKind::InvalidInput;
                return ExitCode::from(if wrong_use { 2 } else { 1 });
            }
        }
    }
    ExitCode::SUCCESS
}

/// The lines of the head, and the number of bytes after the head. Bytes that are not text
/// are escaped.
fn in_words(answer: &[u8]) -> String {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = answer.split_at(end.map_or(answer.len(), |at| at + 4));
    let mut text = String::new();
    for line in head.trim_ascii_end().split(|byte| *byte == b'\n') {
        text += &format!("    {}\n", line.trim_ascii_end().escape_ascii());
    }
    text + &format!("    ({} bytes of body)", body.len())
}

fn what_happened(addr: &str, error: &io::Error) -> String {
    let what = match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens here: start the server first",
        ErrorKind::InvalidInput => "this is no address: write HOST:PORT, like 127.0.0.1:8017",
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "silence for 5 s, and no answer",
        ErrorKind::UnexpectedEof => "it hung up without an answer: look at its terminal",
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => "broken off in the middle",
        _ => return format!("{addr}: {error}"),
    };
    format!("{addr}: {what}")
}
