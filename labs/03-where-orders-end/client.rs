//! Lab 3 · Where does an order end? · the client: it asks for the menu, counts the dishes, and orders
//! the second one.
//!
//!     cargo run --bin lab03-client [ADDR [FRAMING]]
//!
//! Without ADDR: 127.0.0.1:8003. FRAMING is `by line`, `by closing` or `by length`; without: all three.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_VISIT: u64 = 64_000; // bytes; a server that never stops must not fill our memory
const LONGEST_DISH: u32 = 8_000; // bytes; whatever a server announces, we take no more
const PATIENCE: Duration = Duration::from_secs(5);
const FRAMINGS: [&str; 3] = ["by line", "by closing", "by length"];

/// One visit: the menu in one framing, and an order in the same.
fn visit(addr: &str, framing: &str) -> io::Result<()> {
    let mut server = TcpStream::connect(addr)?;
    server.set_read_timeout(Some(PATIENCE))?;
    let mut heard = BufReader::new(server.try_clone()?.take(LONGEST_VISIT));

    server.write_all(format!("menu {framing}\n").as_bytes())?;
    let mut dishes = Vec::new();
    loop {
        // A dish without a name says that the menu is over.
        let dish = read_one(&mut heard, framing)?;
        if dish.is_empty() {
            break;
        }
        dishes.push(dish);
    }
    println!("menu {framing}, number of dishes: {}", dishes.len());
    for dish in &dishes {
        println!("    {}", dish.escape_ascii());
    }

    // We order the second dish exactly as we have read it. By closing, there is no connection to order on.
    if let Some(dish) = dishes.get(1) {
        match framing {
            "by line" => server.write_all(&[dish, &b"\n"[..]].concat())?,
            // Four bytes that say how many bytes follow, the biggest part first.
            _ => server.write_all(&[&(dish.len() as u32).to_be_bytes()[..], dish].concat())?,
        }
        let answer = read_one(&mut heard, framing)?;
        println!("    I take the second: {}", answer.escape_ascii());
    }
    // The server hangs up first; then so do we.
    io::copy(&mut heard, &mut io::sink())?;
    Ok(())
}

/// The next piece of what the server says. Where it ends is a matter of framing.
fn read_one(heard: &mut impl BufRead, framing: &str) -> io::Result<Vec<u8>> {
    let mut piece = Vec::new();
    match framing {
        "by line" => {
            heard.read_until(b'\n', &mut piece)?;
            // Not a newline but the end of the connection: the piece is not whole.
            if piece.pop() != Some(b'\n') {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        "by length" => {
            let mut prefix = [0; 4];
            heard.read_exact(&mut prefix)?;
            let length = u32::from_be_bytes(prefix);
            if length > LONGEST_DISH {
                let why =
                    format!("it announces {length} bytes, and we take at most {LONGEST_DISH}");
                return Err(io::Error::new(ErrorKind::InvalidData, why));
            }
            piece = vec![0; length as usize];
            heard.read_exact(&mut piece)?;
        }
        _ => drop(heard.read_to_end(&mut piece)?),
    }
    Ok(piece)
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8003".to_string());
    let chosen = words.collect::<Vec<_>>().join(" ");
    if !chosen.is_empty() && !FRAMINGS.contains(&chosen.as_str()) {
        eprintln!(
            "lab03-client: unknown framing `{chosen}`: write by line, by closing, or by length"
        );
        return ExitCode::from(2);
    }
    for framing in FRAMINGS {
        if (chosen.is_empty() || chosen == framing)
            && let Err(error) = visit(&addr, framing)
        {
            eprintln!("lab03-client: {}", what_happened(&addr, &error));
            let wrong_use = error.kind() == ErrorKind::InvalidInput;
            return ExitCode::from(if wrong_use { 2 } else { 1 });
        }
    }
    ExitCode::SUCCESS
}

fn what_happened(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => format!("nobody listens on {addr}: start the server first"),
        ErrorKind::InvalidInput => format!("{addr} is no address: write HOST:PORT"),
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!("{addr} said nothing for {PATIENCE:?}: it may be waiting for more, as we are")
        }
        ErrorKind::UnexpectedEof => format!("{addr} hung up before its answer was whole"),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
            format!("{addr} broke the connection off in the middle: look at its terminal")
        }
        _ => format!("{addr}: {error}"),
    }
}
