//! Lab 21 · your server. It keeps plates in its memory, but it does not read the body of a request. The server
//! takes the bytes of the body for the next request.
//!
//! Read the body of each request. The README has the order of the steps, and the answers. Check it with:
//! cargo lab check 21

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
    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client, &mut plates)) {
            eprintln!("this connection failed: {error}");
        }
    }
    Ok(())
}

/// Answers one request after the other, on one connection (lab 18).
fn serve(mut client: &TcpStream, plates: &mut Plates) -> io::Result<()> {
    let mut reader = BufReader::new(client);
    loop {
        let (mut parser, mut received) = (HeadParser::new(), Vec::new());
        let head = loop {
            if reader.read_until(b'\n', &mut received)? == 0 {
                return Ok(());
            }
            match parser.request(&received) {
                Ok(Parsed::NeedMore) => {}
                Ok(Parsed::Done { .. }) => break received,
                Err(fault) => {
                    let why = fault.wrong.rule().sentence;
                    return client.write_all(&answer(fault.status(), &format!("{why}\n"), true));
                }
            }
        };
        let Ok(Parsed::Done { value, .. }) = parser.request(&head) else {
            return Ok(());
        };
        let closes = value.fields.has_element("connection", "close");
        let name = String::from_utf8_lossy(value.target).into_owned();

        // Here: how long is the body? Does the client wait for 100? Do we want the body? Read the body.
        let _: Fields = value.fields;
        let plate = Vec::new();

        let answer_bytes = match value.method {
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
        client.write_all(&answer_bytes)?;
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
