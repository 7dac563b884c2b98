//! Lab 23 · your server. It sends the whole file to every client, each time, even if the client has it already.
//!
//! This program already makes the tag and the dates. Two functions are yours: `wish` decides what the request
//! asks for, and `answer` must send the bytes for each wish. Check it with: cargo lab check 23

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{SystemTime, UNIX_EPOCH};

use wirelab::http::{Parsed, RequestHead, date, head::HeadParser, write};
use wirelab::wire::sha256;

/// What the answer must bring.
enum Wish {
    All,
}

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8023"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client)) {
            eprintln!("this connection failed: {error}");
        }
    }
    Ok(())
}

/// Here: If-None-Match, or else If-Modified-Since; then Range, if If-Range allows it.
fn wish(_head: &RequestHead, _tag: &str, _modified: i64, _length: usize) -> Wish {
    Wish::All
}

fn answer(head: &RequestHead) -> io::Result<Vec<u8>> {
    let root = std::env::var("WIRELAB_ROOT").unwrap_or("labs/23-not-again/files".into());
    let close = match head.fields.has_element("connection", "close") {
        true => "Connection: close\r\n",
        false => "",
    };
    let mut said = Vec::new();
    if head.target != b"/menu.txt" {
        write::status_line(&mut said, 404);
        let date = date::format(now());
        said.extend(format!("Date: {date}\r\nContent-Length: 18\r\n{close}\r\n").bytes());
        said.extend(b"no such file here\n");
        return Ok(said);
    }
    let path = format!("{root}/menu.txt");
    let file = std::fs::read(&path)?;
    let tag = format!("\"{}\"", &sha256::hex(&file)[..16]);
    // If the file is newer than the clock, Last-Modified is the time of the clock.
    let modified = seconds(std::fs::metadata(&path)?.modified()?).min(now());

    let (status, body) = match wish(head, &tag, modified, file.len()) {
        Wish::All => (200, &file[..]),
    };
    write::status_line(&mut said, status);
    let head = format!(
        "Date: {}\r\n\
         ETag: {tag}\r\n\
         Last-Modified: {}\r\n\
         Accept-Ranges: bytes\r\n\
         Content-Length: {}\r\n\
         {close}\r\n",
        date::format(now()),
        date::format(modified),
        body.len(),
    );
    said.extend(head.bytes());
    said.extend(body);
    Ok(said)
}

fn serve(mut client: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(client);
    loop {
        let (mut parser, mut received) = (HeadParser::new(), Vec::new());
        let (said, closes) = loop {
            if reader.read_until(b'\n', &mut received)? == 0 {
                return Ok(());
            }
            let told = parser.request(&received);
            let told = told.map_err(|fault| io::Error::other(fault.wrong.rule().sentence))?;
            if let Parsed::Done { value: head, .. } = told {
                break (
                    answer(&head)?,
                    head.fields.has_element("connection", "close"),
                );
            }
        };
        client.write_all(&said)?;
        if closes {
            client.shutdown(Shutdown::Write)?;
            client.take(65_536).read_to_end(&mut received)?;
            return Ok(());
        }
    }
}

fn now() -> i64 {
    let told = std::env::var("WIRELAB_NOW").ok();
    let told = told.and_then(|text| text.parse().ok());
    told.unwrap_or_else(|| seconds(SystemTime::now()))
}

fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
