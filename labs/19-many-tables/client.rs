//! Lab 19 · Many tables · the clients. Five ghosts connect and send nothing. A sleeper sends a request, and
//! keeps its connection open. Then all the other clients send a request at the same time.
//!
//!     cargo run --bin lab19-client [ADDR [HOW MANY OTHERS]]  without: 127.0.0.1:8019, 20

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

const GHOSTS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_ANSWER: usize = 1_000_000; // bytes

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8019".to_string());
    let others = words.next().unwrap_or("20".to_string());
    let Some(others) = others
        .parse()
        .ok()
        .filter(|others| (1..=1000).contains(others))
    else {
        eprintln!(
            "lab19-client: {others:?} is no number of other clients: write one from 1 to 1000"
        );
        return ExitCode::from(2);
    };
    match party(&addr, others) {
        Ok(served) if served == others => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => failed(&addr, &error),
    }
}

/// Returns how many of the other clients got status 200 while the ghosts and the sleeper were connected.
fn party(addr: &str, others: usize) -> io::Result<usize> {
    let ghosts = (0..GHOSTS)
        .map(|_| connect(addr))
        .collect::<io::Result<Vec<_>>>()?;
    println!("{GHOSTS} ghosts sit there and say nothing");

    let mut sleeper = connect(addr)?;
    sleeper.write_all(b"GET /share/3 HTTP/1.1\r\nHost: tacos.example\r\n\r\n")?;
    println!("the sleeper: {}", hear(&mut sleeper, b" each\n")?);

    // Each of the other clients connects. When the last one has connected, all of them send their requests.
    let together = Barrier::new(others);
    let answers: Vec<io::Result<String>> = thread::scope(|scope| {
        let guest = || {
            let table = connect(addr);
            together.wait();
            ask_last(table?)
        };
        let guests: Vec<_> = (0..others).map(|_| scope.spawn(guest)).collect();
        let ended = guests.into_iter().map(|guest| guest.join());
        ended
            .map(|end| end.unwrap_or(Err(ErrorKind::Other.into())))
            .collect()
    });
    let is_served =
        |answer: &&io::Result<String>| matches!(answer, Ok(said) if said.starts_with("200"));
    let served = answers.iter().filter(is_served).count();
    println!("{served} of {others} guests who came at once were served");
    if let Some(other) = answers.iter().find(|answer| !is_served(answer)) {
        println!("    another one: {other:?}");
    }
    println!("the sleeper wakes: {}", ask_last(sleeper)?);
    for mut ghost in ghosts {
        ghost.shutdown(Shutdown::Write)?;
        ghost.read_to_end(&mut Vec::new())?;
    }
    Ok(served)
}

fn connect(addr: &str) -> io::Result<TcpStream> {
    let table = TcpStream::connect(addr)?;
    table.set_read_timeout(Some(PATIENCE))?;
    Ok(table)
}

/// Sends the last request of a connection, and reads up to the end of the connection.
fn ask_last(mut table: TcpStream) -> io::Result<String> {
    table
        .write_all(b"GET /share/4 HTTP/1.1\r\nHost: tacos.example\r\nConnection: close\r\n\r\n")?;
    hear(&mut table, b"\0")
}

/// The status and the last line of an answer. The answer ends with the bytes `end`, or with the connection.
fn hear(table: &mut TcpStream, end: &[u8]) -> io::Result<String> {
    let (mut answer, mut piece) = (Vec::new(), [0; 1024]);
    while !answer.ends_with(end) && answer.len() < LONGEST_ANSWER {
        let n = table.read(&mut piece)?;
        if n == 0 {
            break;
        }
        answer.extend_from_slice(&piece[..n]);
    }
    let text = String::from_utf8_lossy(&answer);
    let status = text.split(' ').nth(1).unwrap_or("no answer");
    Ok(format!(
        "{status} {}",
        text.lines().last().unwrap_or_default().escape_debug()
    ))
}

fn failed(addr: &str, error: &io::Error) -> ExitCode {
    let why = match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens there: start the server first",
        ErrorKind::InvalidInput => "this is no address: write HOST:PORT, like 127.0.0.1:8019",
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            "the server sent nothing for 5 s: is every thread busy with a ghost?"
        }
        _ => &error.to_string(),
    };
    eprintln!("lab19-client: {addr}: {why}");
    ExitCode::from(1 + u8::from(error.kind() == ErrorKind::InvalidInput))
}
