//! Lab 3 · Where does an order end? · the server: it says one menu in three framings, and takes an
//! order in the framing that the client has chosen.
//!
//!     cargo run --bin lab03-server [ADDR]          without ADDR: 127.0.0.1:8003

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

const LONGEST_ORDER: u32 = 8_000; // bytes; whatever a client announces, we take no more
const PATIENCE: Duration = Duration::from_secs(5);

/// The menu. The name of the second dish has two lines, but it is one dish.
const MENU: [&[u8]; 3] = [b"nachos", b"taco\ncon jalape\xc3\xb1o", b"flan"];

/// One menu, and one order if the framing allows it. Returning closes the connection.
fn serve(mut client: &TcpStream) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let mut heard = BufReader::new(client);

    let wish = read_line(&mut heard)?;
    match wish.trim_ascii() {
        // Delimiter: a newline ends each dish, an empty line ends the menu.
        b"menu by line" => {
            client.write_all(&[&MENU.join(&b'\n')[..], b"\n\n"].concat())?;
            let order = read_line(&mut heard)?;
            client.write_all(&[answer(order.trim_ascii()), b"\n".to_vec()].concat())?;
            Ok(format!("by line: {}", order.escape_ascii()))
        }
        // Length prefix: four bytes before each dish say how long it is; the length 0 ends the menu.
        b"menu by length" => {
            client.write_all(&[MENU.map(frame).concat(), frame(b"")].concat())?;
            // Four bytes, however many reads they take: a number from 0 to 4294967295, never below.
            let mut prefix = [0; 4];
            heard.read_exact(&mut prefix)?;
            let length = u32::from_be_bytes(prefix);
            if length > LONGEST_ORDER {
                client.write_all(&frame(b"? at most 8000 bytes"))?;
                return Ok(format!("by length: refused an order of {length} bytes"));
            }
            // Only now may the number decide how much memory we ask for.
            let mut order = vec![0; length as usize];
            heard.read_exact(&mut order)?;
            client.write_all(&frame(&answer(&order)))?;
            Ok(format!("by length: {}", order.escape_ascii()))
        }
        // Closing: the end of the connection ends the menu. Nothing marks the end of a dish.
        b"menu by closing" => {
            client.write_all(&MENU.concat())?;
            Ok("by closing: that was all".to_string())
        }
        other => {
            client.write_all(b"? menu by line, by length, or by closing\n")?;
            Ok(format!("not understood: {}", other.escape_ascii()))
        }
    }
}

/// Only the whole name of a dish is known.
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
        ErrorKind::WouldBlock => format!("this client said nothing for {PATIENCE:?}"),
        ErrorKind::UnexpectedEof => "this client left in mid-order, or never ended it".to_string(),
        _ => format!("this client failed: {error}"),
    }
}

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8003");
    let listener = TcpListener::bind(addr).unwrap_or_else(|error| give_up(addr, &error));
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) => eprintln!("{}; the next one, please", what_happened(&error)),
        }
    }
}

/// Without a place to listen nobody can be served: says why not, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, "is taken: stop its program, or take another port"),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab03-server: {addr} {why}");
    std::process::exit(status)
}
