//! Lab 3 · Where does an order end? · the server: it says one menu in three framings, and takes an
//! order in the framing that the guest has chosen.
//!
//!     cargo run --bin lab03-server [ADDR]          without ADDR: 127.0.0.1:8003

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_ORDER: u32 = 8_000; // bytes; whatever a guest announces, we take no more
const PATIENCE: Duration = Duration::from_secs(5);

/// The menu. The second dish stands on the board in two lines, and is one dish all the same.
const MENU: [&[u8]; 3] = [b"nachos", b"taco\ncon jalape\xc3\xb1o", b"flan"];

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8003");
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lab03-server: {}", why_not(addr, &error));
            let wrong_use = error.kind() == ErrorKind::InvalidInput;
            return ExitCode::from(if wrong_use { 2 } else { 1 });
        }
    };
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for guest in listener.incoming() {
        match guest.and_then(|guest| serve(&guest)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) => eprintln!("{}; the next one, please", what_happened(&error)),
        }
    }
    ExitCode::SUCCESS
}

/// One menu, and an order where the framing leaves room for one. Returning closes the connection.
fn serve(mut guest: &TcpStream) -> io::Result<String> {
    guest.set_read_timeout(Some(PATIENCE))?;
    guest.set_write_timeout(Some(PATIENCE))?;
    let mut heard = BufReader::new(guest);

    let wish = read_line(&mut heard)?;
    match wish.trim_ascii() {
        // Delimiter: a newline ends each dish, an empty line ends the menu.
        b"menu by line" => {
            guest.write_all(&[&MENU.join(&b'\n')[..], b"\n\n"].concat())?;
            let order = read_line(&mut heard)?;
            guest.write_all(&[answer(order.trim_ascii()), b"\n".to_vec()].concat())?;
            Ok(format!("by line: {}", order.escape_ascii()))
        }
        // Length prefix: four bytes before each dish say how long it is; the length 0 ends the menu.
        b"menu by length" => {
            guest.write_all(&[MENU.map(frame).concat(), frame(b"")].concat())?;
            // Four bytes, however many reads they take: a number from 0 to 4294967295, never below.
            let mut prefix = [0; 4];
            heard.read_exact(&mut prefix)?;
            let length = u32::from_be_bytes(prefix);
            if length > LONGEST_ORDER {
                guest.write_all(&frame(b"? at most 8000 bytes"))?;
                return Ok(format!("by length: refused an order of {length} bytes"));
            }
            // Only now is the number good for asking the system for memory.
            let mut order = vec![0; length as usize];
            heard.read_exact(&mut order)?;
            guest.write_all(&frame(&answer(&order)))?;
            Ok(format!("by length: {}", order.escape_ascii()))
        }
        // Closing: hanging up ends the menu, and the conversation with it. Nothing ends a dish.
        b"menu by closing" => {
            guest.write_all(&MENU.concat())?;
            Ok("by closing: that was all".to_string())
        }
        other => {
            guest.write_all(b"? menu by line, by length, or by closing\n")?;
            Ok(format!("not understood: {}", other.escape_ascii()))
        }
    }
}

/// The kitchen knows the dishes of the menu by their whole names.
fn answer(order: &[u8]) -> Vec<u8> {
    match MENU.contains(&order) {
        true => [order, b", coming up"].concat(),
        false => b"? no such dish".to_vec(),
    }
}

/// The length of `text` in bytes, as four bytes, the biggest part first ("big-endian"); then `text`.
fn frame(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u32).to_be_bytes()[..], text].concat()
}

fn read_line(heard: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut heard = heard.take(u64::from(LONGEST_ORDER));
    heard.read_until(b'\n', &mut line)?;
    let whole = line.ends_with(b"\n");
    whole.then_some(line).ok_or(ErrorKind::UnexpectedEof.into())
}

fn what_happened(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::WouldBlock => format!("this guest said nothing for {PATIENCE:?}"),
        ErrorKind::UnexpectedEof => "this guest left in mid-order, or never ended it".to_string(),
        _ => format!("this guest went wrong: {error}"),
    }
}

fn why_not(addr: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidInput => format!("{addr} is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => format!("{addr} is taken: give another port"),
        ErrorKind::PermissionDenied => format!("{addr}: take a port above 1023"),
        _ => format!("cannot listen on {addr}: {error}"),
    }
}
