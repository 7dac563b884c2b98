//! Lab 28 · your server. It reads forms and answers, but it stores the dishes for one connection only. Each
//! request comes on a new connection, so the server forgets each order.
//!
//! Give each new client a ticket in a cookie, and store the dishes under the ticket. Decode the form. The README lists
//! the rules and the answers. Check it with: cargo lab check 28

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use wirelab::http::{Parsed, RequestHead, head::HeadParser, write};

/// Status, more header lines, body.
type Answer = (u16, String, String);

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8028"))?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client)) {
            eprintln!("this connection failed: {error}");
        }
    }
    Ok(())
}

fn serve(mut client: &TcpStream) -> io::Result<()> {
    // Here: the program forgets these dishes when the connection ends. Store the dishes of all clients, under their
    // tickets.
    let mut dishes: Vec<String> = Vec::new();

    let mut reader = BufReader::new(client);
    let (mut parser, mut received) = (HeadParser::new(), Vec::new());
    let said = loop {
        if reader.read_until(b'\n', &mut received)? == 0 {
            return Ok(());
        }
        match parser.request(&received) {
            Ok(Parsed::NeedMore) => {}
            Ok(Parsed::Done { value: head, .. }) => {
                let length = head.fields.only("content-length").unwrap_or_default();
                let length = String::from_utf8_lossy(length).parse().unwrap_or(0);
                let mut body = Vec::new();
                reader.by_ref().take(length).read_to_end(&mut body)?;
                break answer(&head, &body, &mut dishes);
            }
            Err(fault) => {
                let why = fault.wrong.rule().sentence;
                break (fault.status(), String::new(), format!("{why}\n"));
            }
        }
    };
    client.write_all(&in_bytes(&said))?;
    client.shutdown(Shutdown::Write)?;
    io::copy(&mut reader, &mut io::sink())?;
    Ok(())
}

fn answer(head: &RequestHead, body: &[u8], dishes: &mut Vec<String>) -> Answer {
    // `Cookie: theme=dark; ticket=…`: which ticket is in this line, and has this server made it?
    let _cookie = head.fields.get("cookie").unwrap_or_default();
    match (head.method, head.target) {
        (b"GET", b"/") => (200, String::new(), page(dishes)),
        (b"POST", b"/order") => {
            // Here: `dish=3+nachos&note=hot` is a form. Cut the form, and then decode its parts.
            dishes.push(String::from_utf8_lossy(body).into_owned());
            (200, String::new(), page(dishes))
        }
        _ => (404, String::new(), "no such page\n".to_string()),
    }
}

/// The page: the order so far, and the form. Finished. A dish must not become HTML.
fn page(order: &[String]) -> String {
    let text = |dish: &String| dish.replace('&', "&amp;").replace('<', "&lt;");
    let dishes: Vec<String> = order.iter().map(text).collect();
    let dishes = match dishes.is_empty() {
        true => "<p>Nothing yet.</p>\n".to_string(),
        false => format!("<ol>\n<li>{}</li>\n</ol>\n", dishes.join("</li>\n<li>")),
    };
    let form = "<input name=dish> <button>Order</button>\n";
    let form = format!("<form method=post action=/order>\n{form}</form>\n");
    format!("<!doctype html>\n<title>Your table</title>\n{dishes}{form}")
}

/// The answer in bytes. Finished.
fn in_bytes((status, fields, body): &Answer) -> Vec<u8> {
    let mut bytes = Vec::new();
    write::status_line(&mut bytes, *status);
    bytes.extend(fields.bytes());
    if !body.is_empty() {
        let kind = if *status == 200 { "html" } else { "plain" };
        let kind = format!("text/{kind}; charset=utf-8");
        write::field(&mut bytes, "Content-Type", kind.as_bytes());
    }
    write::field_number(&mut bytes, "Content-Length", body.len() as u64);
    write::field(&mut bytes, "Connection", b"close");
    write::end(&mut bytes);
    bytes.extend(body.bytes());
    bytes
}
