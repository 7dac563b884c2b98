//! `cargo lab web` and a visitor of its pages who is no browser.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::peers::client;
use crate::support::{Server, WIRELAB};

/// So long an event is waited for, also on a busy machine.
const IN_VAIN: Duration = Duration::from_secs(180);

/// The live lab at a port that the system chooses.
pub fn start() -> Server {
    start_with(&[])
}

/// The same with more words on its command line.
pub fn start_with(words: &[&str]) -> Server {
    start_program(Path::new(WIRELAB), words)
}

/// The same of another executable than the one that cargo has built.
pub fn start_program(wirelab: &Path, words: &[&str]) -> Server {
    let mut command = Command::new(wirelab);
    command
        .args(["web", "--port", "0", "--no-open"])
        .args(words);
    Server::start_with(&mut command)
}

/// The whole answer to a request; `Connection: close` is added to it.
pub fn ask(addr: SocketAddr, head: &str, body: &str) -> String {
    let mut stream = client(addr);
    let request = format!("{head}Connection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).expect("it is taken");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("an answer in UTF-8");
    answer
}

pub fn get(server: &Server, path: &str) -> String {
    ask(
        server.addr,
        &format!("GET {path} HTTP/1.1\r\nHost: {}\r\n", server.addr),
        "",
    )
}

/// The token in our own page.
pub fn token(server: &Server) -> String {
    token_at(server.addr, "/labs/01-three-tacos/")
}

/// The token in a page of the live lab at `addr`.
pub fn token_at(addr: SocketAddr, path: &str) -> String {
    let head = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\n");
    let page = ask(addr, &head, "");
    let (_, rest) = page
        .split_once("data-token=\"")
        .expect("the page has its token");
    rest.split('"').next().expect("it ends").to_string()
}

/// A form from our own page, but for what `change` does to its head.
pub fn post(server: &Server, path: &str, body: &str, change: impl Fn(String) -> String) -> String {
    let addr = server.addr;
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {addr}\r\nOrigin: http://{addr}\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n"
    );
    ask(addr, &change(head), body)
}

/// The stream of a page, and its number.
pub fn page(server: &Server, token: &str) -> (BufReader<TcpStream>, String) {
    let addr = server.addr;
    let mut stream = client(addr);
    let request = format!("GET /events?token={token} HTTP/1.1\r\nHost: {addr}\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it is taken");
    let mut stream = BufReader::new(stream);
    let number = data(&mut stream);
    (stream, number)
}

/// Waits for an event whose data contains these words; its data. Panics with what came last when none does: the
/// stream itself goes on.
pub fn until(stream: &mut BufReader<TcpStream>, words: &str) -> String {
    let begun = Instant::now();
    let mut came: Vec<String> = Vec::new();
    while let Some(data) = data_until(stream, begun) {
        if data.contains(words) {
            return data;
        }
        came.push(data);
    }
    let last = came.get(came.len().saturating_sub(5)..);
    panic!("never: {words}\n{last:#?}");
}

/// The data of the next event.
pub fn data(stream: &mut BufReader<TcpStream>) -> String {
    data_until(stream, Instant::now()).expect("an event comes")
}

/// The same; `None` when nothing but comments came for so long.
fn data_until(stream: &mut BufReader<TcpStream>, begun: Instant) -> Option<String> {
    let mut line = String::new();
    while begun.elapsed() < IN_VAIN {
        line.clear();
        assert_ne!(
            stream.read_line(&mut line).expect("in time"),
            0,
            "the stream ended"
        );
        if let Some(data) = line.trim_end().strip_prefix("data: ") {
            return Some(data.to_string());
        }
    }
    None
}

pub fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or(answer)
}

/// The first line of an answer that does not end.
pub fn get_head(server: &Server, path: &str) -> String {
    let mut stream = client(server.addr);
    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", server.addr);
    stream.write_all(request.as_bytes()).expect("it is taken");
    let mut line = String::new();
    let _ = BufReader::new(stream).read_line(&mut line);
    line
}

/// The processes that this server has started.
#[cfg(target_os = "linux")]
pub fn children(server: &Server) -> Vec<String> {
    let entries = std::fs::read_dir("/proc")
        .expect("/proc is there")
        .flatten();
    let stats = entries.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok());
    let parent = server.id().to_string();
    let own = stats.filter(|stat| {
        let (_, rest) = stat.rsplit_once(')').unwrap_or_default();
        rest.split_whitespace().nth(1) == Some(&parent)
    });
    own.collect()
}
