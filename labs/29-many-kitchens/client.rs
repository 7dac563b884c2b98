//! Lab 29 · Many kitchens · the client: it asks for two sites in turn, and counts the answers and the kitchens.
//!
//!     cargo run --bin lab29-client [ADDR [COUNT]]      without: 127.0.0.1:8029, 2 requests

use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use wirelab::net;

const SITES: [&str; 2] = ["tacos.example", "burritos.example"];
const LONGEST_ANSWER: u64 = 1_000_000; // bytes
const PATIENCE: Duration = Duration::from_secs(15); // longer than the balancer waits for two servers

fn ask(addr: SocketAddr, site: &str) -> io::Result<String> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    server.write_all(
        format!(
            "GET / HTTP/1.1\r\n\
             Host: {site}\r\n\
             Connection: close\r\n\
             \r\n"
        )
        .as_bytes(),
    )?;
    let mut answer = String::new();
    server.take(LONGEST_ANSWER).read_to_string(&mut answer)?;
    Ok(answer)
}

/// The name of the kitchen in a complete answer with status 200.
fn kitchen(answer: &str) -> Option<&str> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let field = |name| head.lines().find_map(|line| line.strip_prefix(name));
    let length = field("Content-Length: ")?.parse::<usize>().ok()?;
    let right = head.starts_with("HTTP/1.1 200 ") && body.len() == length;
    right.then_some(field("Kitchen: ").unwrap_or("unknown"))
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8029".to_string());
    let count = words.next().map_or(Ok(2), |word| word.parse::<usize>());
    let Ok(count) = count else {
        eprintln!("lab29-client: COUNT is a number of requests");
        return ExitCode::from(2);
    };
    let addr = match net::address(&addr) {
        Ok(addr) => addr,
        Err(error) => {
            eprintln!("lab29-client: {error}");
            return ExitCode::from(2);
        }
    };
    let (mut answers, mut lost, mut kitchens) = ([0, 0], 0, BTreeSet::new());
    for number in 0..count {
        match ask(addr, SITES[number % 2]) {
            Ok(answer) => match kitchen(&answer) {
                Some(name) => {
                    answers[number % 2] += 1;
                    kitchens.insert(name.to_string());
                }
                None => {
                    lost += 1;
                    let first = answer.lines().next().unwrap_or("no answer");
                    eprintln!("request {}: {first}", number + 1);
                }
            },
            Err(error) if number == 0 => {
                let why = match error.kind() {
                    ErrorKind::ConnectionRefused => {
                        "nobody listens there: start the balancer first".to_string()
                    }
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                        format!("nothing for {PATIENCE:?}")
                    }
                    _ => error.to_string(),
                };
                eprintln!("lab29-client: {addr}: {why}");
                return ExitCode::FAILURE;
            }
            Err(error) => {
                lost += 1;
                eprintln!("request {}: {error}", number + 1);
            }
        }
    }
    for (at, site) in SITES.iter().enumerate() {
        let asked = (count + 1 - at) / 2;
        println!("{site}: {} of {asked} answered", answers[at]);
    }
    println!("lost: {lost}; kitchens that answered: {}", kitchens.len());
    ExitCode::from(u8::from(lost > 0))
}
