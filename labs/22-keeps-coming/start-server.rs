//! Lab 22 · your server. It accepts orders that have a length, and refuses all other orders.
//!
//! Two functions are yours. `ends` says where the body of a request ends. You must add `chunks`,
//! which reads a chunked body. The README has the rules and the sentences. Check it with: cargo lab check 22

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use wirelab::http::{Parsed, RequestHead, grammar, head::HeadParser, write};

/// Status, and a sentence.
type Refusal = (u16, &'static str);

enum Body {
    Length(u64),
}

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8022"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client)) {
            eprintln!("this connection failed: {error}");
        }
    }
    Ok(())
}

/// Here: where does the body end? The README has the rules, in their order.
fn ends(head: &RequestHead) -> Result<Body, Refusal> {
    if head.fields.get("transfer-encoding").is_some() {
        return Err((411, "in one piece, please, and with its length"));
    }
    let digits = head.fields.get("content-length").unwrap_or(b"0");
    let length = grammar::decimal(digits).flatten();
    length
        .map(Body::Length)
        .ok_or((400, "a length is made of digits"))
}

fn serve(client: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(client);
    loop {
        let (mut parser, mut received) = (HeadParser::new(), Vec::new());
        let (lists, closes, body) = loop {
            if reader.read_until(b'\n', &mut received)? == 0 {
                return Ok(());
            }
            match parser.request(&received) {
                Ok(Parsed::NeedMore) => {}
                Ok(Parsed::Done { value: head, .. }) => {
                    let closes = head.fields.has_element("connection", "close");
                    break (head.method == b"GET", closes, ends(&head));
                }
                Err(fault) => break (false, true, Err((fault.status(), "no request"))),
            }
        };
        let mut order = String::new();
        match body {
            Ok(Body::Length(length)) => reader.by_ref().take(length).read_to_string(&mut order)?,
            Err(refusal) => return refuse(client, refusal),
        };
        match lists {
            true => in_chunks(client, &menu()?, closes)?,
            false => {
                let dishes = order.lines().map(|dish| format!("{dish}, coming up\n"));
                in_chunks(client, &dishes.collect::<Vec<_>>(), closes)?;
            }
        }
        if closes {
            return Ok(());
        }
    }
}

fn menu() -> io::Result<Vec<String>> {
    let root = std::env::var("WIRELAB_ROOT").unwrap_or("labs/22-keeps-coming/files".into());
    let names = std::fs::read_dir(root)?.map(|entry| Ok(entry?.file_name()));
    let mut names: Vec<_> = names.collect::<io::Result<_>>()?;
    names.sort();
    let lines = names
        .iter()
        .map(|name| format!("{}\n", name.to_string_lossy()));
    Ok(lines.collect())
}

/// Sends an answer in chunks. Nothing needs to be changed here.
fn in_chunks(mut client: &TcpStream, pieces: &[String], closes: bool) -> io::Result<()> {
    let close = if closes { "Connection: close\r\n" } else { "" };
    let how = "Transfer-Encoding: chunked\r\nTrailer: Dishes\r\n";
    client.write_all(format!("HTTP/1.1 200 OK\r\n{how}{close}\r\n").as_bytes())?;
    for piece in pieces {
        client.write_all(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes())?;
    }
    client.write_all(format!("0\r\nDishes: {}\r\n\r\n", pieces.len()).as_bytes())
}

fn refuse(mut client: &TcpStream, (status, why): Refusal) -> io::Result<()> {
    let mut bytes = Vec::new();
    write::status_line(&mut bytes, status);
    write::field_number(&mut bytes, "Content-Length", why.len() as u64 + 1);
    write::field(&mut bytes, "Connection", b"close");
    write::end(&mut bytes);
    client.write_all(&[&bytes, why.as_bytes(), b"\n"].concat())?;
    client.shutdown(Shutdown::Write)?;
    client.take(65_536).read_to_end(&mut bytes)?; // so that no reset destroys the answer
    Ok(())
}
