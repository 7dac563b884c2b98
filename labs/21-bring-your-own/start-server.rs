//! Lab 21 · your server. It keeps plates in its memory, and hears nobody out: a body that comes with a
//! request is left lying on the connection, where the next request should be.
//!
//! Give each request its body. The README says in which order; check it with: cargo lab check 21

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use wirelab::http::{Fields, Parsed, head::HeadParser, write};

type Plates = BTreeMap<String, Vec<u8>>;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8021"))?;
    println!("listening on {}", listener.local_addr()?);

    let mut plates = Plates::new();
    for guest in listener.incoming() {
        if let Err(error) = guest.and_then(|guest| serve(&guest, &mut plates)) {
            eprintln!("this guest went wrong: {error}; the next one, please");
        }
    }
    Ok(())
}

/// Request after request, on one connection (lab 18).
fn serve(mut guest: &TcpStream, plates: &mut Plates) -> io::Result<()> {
    let mut reader = BufReader::new(guest);
    loop {
        let (mut parser, mut heard) = (HeadParser::new(), Vec::new());
        let head = loop {
            if reader.read_until(b'\n', &mut heard)? == 0 {
                return Ok(());
            }
            match parser.request(&heard) {
                Ok(Parsed::NeedMore) => {}
                Ok(Parsed::Done { .. }) => break heard,
                Err(fault) => {
                    let why = fault.wrong.rule().sentence;
                    return guest.write_all(&answer(fault.status(), &format!("{why}\n"), true));
                }
            }
        };
        let Ok(Parsed::Done { value, .. }) = parser.request(&head) else {
            return Ok(());
        };
        let closes = value.fields.has_element("connection", "close");
        let name = String::from_utf8_lossy(value.target).into_owned();

        // Here: how long is the body? Does the guest wait for a word? Do we want it? Take it off.
        let _: Fields = value.fields;
        let plate = Vec::new();

        let said = match value.method {
            b"PUT" => match plates.insert(name, plate) {
                None => answer(201, "", closes),
                Some(_) => answer(204, "", closes),
            },
            b"GET" => match plates.get(&name) {
                Some(plate) => answer(200, &String::from_utf8_lossy(plate), closes),
                None => answer(404, "no such plate\n", closes),
            },
            b"DELETE" => match plates.remove(&name) {
                Some(_) => answer(204, "", closes),
                None => answer(404, "no such plate\n", closes),
            },
            _ => answer(
                501,
                "GET, PUT, POST and DELETE are all that we know\n",
                closes,
            ),
        };
        guest.write_all(&said)?;
        if closes {
            return Ok(());
        }
    }
}

fn answer(status: u16, body: &str, closes: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    write::status_line(&mut bytes, status);
    if status != 204 {
        write::field_number(&mut bytes, "Content-Length", body.len() as u64);
    }
    if closes {
        write::field(&mut bytes, "Connection", b"close");
    }
    write::end(&mut bytes);
    bytes.extend_from_slice(body.as_bytes());
    bytes
}
