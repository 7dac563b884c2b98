//! Lab 19 · Many tables · one connection: one request after the other, as in lab 18. The server shares twelve
//! tacos. The function `share` has a mistake, on purpose.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use wirelab::http::framing::{Body, Message, body};
use wirelab::http::{Parsed, RequestHead, Version, head::HeadParser, target, write::reason};

const PATIENCE: Duration = Duration::from_secs(5); // the server closes a connection after this time without a byte
const FAREWELL: Duration = Duration::from_millis(200); // the longest wait of each read after the last answer
const TACOS: u32 = 12;

/// Serves a client until its connection ends, and logs an error. May panic: `work` catches the panic.
pub fn serve(client: &TcpStream) {
    match answer_all(client) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            eprintln!("closed: the client sent nothing for {PATIENCE:?}")
        }
        Err(error) => eprintln!("this connection failed: {error}"),
    }
}

/// The answer to a request that made `serve` panic.
pub fn apologise(client: &TcpStream) {
    let _ = say(client, 500, "something went wrong here\n", false);
    let _ = close_gracefully(client);
}

fn answer_all(mut client: &TcpStream) -> io::Result<()> {
    client.set_nonblocking(false)?; // on some systems a new connection inherits this from the listener
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let (mut parser, mut received, mut buffer) = (HeadParser::new(), Vec::new(), [0; 4096]);
    loop {
        let (used, status, text, goes_on) = match parser.request(&received) {
            Ok(Parsed::NeedMore) => {
                let n = client.read(&mut buffer)?;
                if n == 0 {
                    return Ok(()); // the client closed without a request, or in the middle of a request
                }
                received.extend_from_slice(&buffer[..n]);
                continue;
            }
            Ok(Parsed::Done { value: head, used }) => {
                let (status, text) = share(&head);
                (used, status, text, goes_on(&head))
            }
            Err(fault) => {
                let text = format!("{}\n", fault.wrong.rule().sentence);
                (received.len(), fault.status(), text, false)
            }
        };
        say(client, status, &text, goes_on)?;
        received.drain(..used);
        if !goes_on {
            return close_gracefully(client);
        }
    }
}

/// `GET /share/3`: how many tacos each of three people gets.
fn share(head: &RequestHead) -> (u16, String) {
    let path = String::from_utf8_lossy(head.target);
    let people = path
        .strip_prefix("/share/")
        .and_then(|number| number.parse::<u32>().ok());
    match (head.method, people) {
        // The mistake: for /share/0 this code divides by 0, which panics.
        (b"GET", Some(people)) => (200, format!("{} tacos each\n", TACOS / people)),
        (b"GET", None) => (404, "ask for /share/ and a number\n".to_string()),
        _ => (501, "GET is all that we know\n".to_string()),
    }
}

fn goes_on(head: &RequestHead) -> bool {
    let host = target::host_field(head.version, head.fields, 0);
    let body = body(Message::Request, head.version, head.fields);
    let whole = host.is_ok() && matches!(body, Ok(Body::None | Body::Length(0)));
    whole && head.version == Version::Http11 && !head.fields.has_element("connection", "close")
}

fn say(mut client: &TcpStream, status: u16, text: &str, goes_on: bool) -> io::Result<()> {
    let close = if goes_on { "" } else { "Connection: close\r\n" };
    let (reason, length) = (reason(status), text.len());
    let head = format!("HTTP/1.1 {status} {reason}\r\nContent-Length: {length}\r\n{close}\r\n");
    client.write_all([head.as_bytes(), text.as_bytes()].concat().as_slice())
}

/// Ends this side, then reads for a short time, so that no reset destroys the answer (lab 5).
fn close_gracefully(client: &TcpStream) -> io::Result<()> {
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(FAREWELL))?;
    let _ = io::copy(&mut client.take(1_000_000), &mut io::sink());
    Ok(())
}
