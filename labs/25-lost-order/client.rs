//! Lab 25 · The lost order · the client: it repeats each order until the server acknowledges the order.
//!
//!     cargo run --bin lab25-client [ADDR [ORDER ...]]  without: 127.0.0.1:8025, tacos nachos tacos
//!     cargo run --bin lab25-client ADDR --count N      sends N datagrams and counts the answers

use std::io::{self, ErrorKind};
use std::net::UdpSocket;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const WAIT: Duration = Duration::from_millis(50); // for an ack; after this time we send the order again
const MOST_TRIES: u32 = 100; // after five seconds without an ack we give up
const LONGEST: usize = 8_000; // bytes of an answer

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8025".to_string());
    let mut orders: Vec<String> = words.collect();
    if orders.is_empty() {
        orders = ["tacos", "nachos", "tacos"].map(str::to_string).to_vec();
    }
    let done = match &orders[..] {
        [flag, count] if flag == "--count" => count_answers(&addr, count),
        _ => order_all(&addr, &orders),
    };
    match done {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("lab25-client: {}", what_happened(&addr, &error));
            ExitCode::FAILURE
        }
    }
}

/// Sends one order after the other. The result is the list of the last ack.
fn order_all(addr: &str, orders: &[String]) -> io::Result<String> {
    let socket = socket_to(addr)?;
    socket.set_read_timeout(Some(WAIT))?;
    let mut has = String::new();
    for (number, order) in (1..).zip(orders) {
        has = deliver(&socket, number, order)?;
    }
    Ok(has)
}

/// Sends one order until it is acknowledged. Returns the list of orders that the server has then.
fn deliver(socket: &UdpSocket, number: usize, order: &str) -> io::Result<String> {
    let datagram = format!("{number} {order}\n");
    let mut answer = [0; LONGEST];
    for _ in 0..MOST_TRIES {
        // send() succeeds as soon as our system has the datagram. This does not mean that the datagram arrives.
        socket.send(datagram.as_bytes())?;
        // We wait WAIT altogether, even if old answers come.
        let sent = Instant::now();
        while sent.elapsed() < WAIT {
            let length = match socket.recv(&mut answer) {
                Ok(length) => length,
                Err(error) if is_silence(&error) => break,
                Err(error) => return Err(error),
            };
            let answer = String::from_utf8_lossy(answer.get(..length).unwrap_or_default());
            // An answer with a lower number is an old answer. It does not acknowledge this order.
            if let Some((acknowledged, has)) = read(&answer)
                && acknowledged >= number
            {
                return Ok(has);
            }
        }
    }
    Err(ErrorKind::TimedOut.into())
}

/// `ack 2 tacos nachos\n`: how many orders the server has, and the list of orders.
fn read(answer: &str) -> Option<(usize, String)> {
    let rest = answer.strip_prefix("ack ")?.strip_suffix('\n')?;
    let (number, has) = rest.split_once(' ').unwrap_or((rest, ""));
    Some((number.parse().ok()?, has.to_string()))
}

/// Sends `count` datagrams without a pause. Then counts the answers.
fn count_answers(addr: &str, count: &str) -> io::Result<String> {
    let count: u32 = count.parse().map_err(|_| ErrorKind::InvalidInput)?;
    let socket = socket_to(addr)?;
    let sent =
        (1..=count).filter(|number| socket.send(format!("0 taco{number}\n").as_bytes()).is_ok());
    let sent = sent.count();
    socket.set_read_timeout(Some(WAIT * 10))?;
    let mut answers = 0;
    while socket.recv(&mut [0; LONGEST]).is_ok() {
        answers += 1;
    }
    Ok(format!(
        "sent without an error: {sent}; answers that came: {answers}"
    ))
}

/// A UDP socket on a port that the system chooses. connect() sends nothing; it only stores the address.
fn socket_to(addr: &str) -> io::Result<UdpSocket> {
    let any = ["0.0.0.0:0", "[::]:0"][usize::from(addr.starts_with('['))];
    let socket = UdpSocket::bind(any)?;
    socket.connect(addr)?;
    Ok(socket)
}

fn is_silence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn what_happened(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => format!("nobody has the port of {addr}: start the server"),
        ErrorKind::InvalidInput => format!("{addr} or the number after --count is wrong"),
        ErrorKind::TimedOut => format!("{addr} did not answer {MOST_TRIES} times"),
        _ => format!("{addr}: {error}"),
    }
}
