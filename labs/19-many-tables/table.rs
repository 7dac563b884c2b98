//! Lab 19 · Many tables · one guest at one table: request after request, as in lab 18. Twelve tacos are
//! shared, and there is a mistake in it which is there on purpose.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use wirelab::http::framing::{Body, Message, body};
use wirelab::http::{Parsed, RequestHead, Version, head::HeadParser, target, write::reason};

const PATIENCE: Duration = Duration::from_secs(5); // a silent guest gives his table back after this long
const FAREWELL: Duration = Duration::from_millis(200);
const TACOS: u32 = 12;

/// Serves a guest until he leaves, and notes what went wrong. It may panic: that is for `work` to catch.
pub fn serve(guest: &TcpStream) {
    match answer_all(guest) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            eprintln!("a guest sat for too long")
        }
        Err(error) => eprintln!("a guest went wrong: {error}"),
    }
}

/// What a guest hears whose order has made a waiter stumble.
pub fn apologise(guest: &TcpStream) {
    let _ = say(guest, 500, "something went wrong here\n", false);
    let _ = hang_up(guest);
}

fn answer_all(mut guest: &TcpStream) -> io::Result<()> {
    guest.set_nonblocking(false)?; // some systems hand this down from the door
    guest.set_read_timeout(Some(PATIENCE))?;
    guest.set_write_timeout(Some(PATIENCE))?;
    let (mut parser, mut heard, mut piece) = (HeadParser::new(), Vec::new(), [0; 4096]);
    loop {
        let (used, status, text, goes_on) = match parser.request(&heard) {
            Ok(Parsed::NeedMore) => {
                let n = guest.read(&mut piece)?;
                if n == 0 {
                    return Ok(()); // left without a word, or in mid-word; `lines().next().unwrap()` dies here
                }
                heard.extend_from_slice(&piece[..n]);
                continue;
            }
            Ok(Parsed::Done { value: head, used }) => {
                let (status, text) = share(&head);
                (used, status, text, goes_on(&head))
            }
            Err(fault) => {
                let text = format!("{}\n", fault.wrong.rule().sentence);
                (heard.len(), fault.status(), text, false)
            }
        };
        say(guest, status, &text, goes_on)?;
        heard.drain(..used);
        if !goes_on {
            return hang_up(guest);
        }
    }
}

/// `GET /share/3`: how many tacos each of three guests gets.
fn share(head: &RequestHead) -> (u16, String) {
    let path = String::from_utf8_lossy(head.target);
    let guests = path
        .strip_prefix("/share/")
        .and_then(|number| number.parse::<u32>().ok());
    match (head.method, guests) {
        // Somewhere in every program is an order that nobody has thought of. In this one it is 0.
        (b"GET", Some(guests)) => (200, format!("{} tacos each\n", TACOS / guests)),
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

fn say(mut guest: &TcpStream, status: u16, text: &str, goes_on: bool) -> io::Result<()> {
    let close = if goes_on { "" } else { "Connection: close\r\n" };
    let (reason, length) = (reason(status), text.len());
    let head = format!("HTTP/1.1 {status} {reason}\r\nContent-Length: {length}\r\n{close}\r\n");
    guest.write_all([head.as_bytes(), text.as_bytes()].concat().as_slice())
}

/// Our last words, then a little time for his (lab 5).
fn hang_up(guest: &TcpStream) -> io::Result<()> {
    guest.shutdown(Shutdown::Write)?;
    guest.set_read_timeout(Some(FAREWELL))?;
    let _ = io::copy(&mut guest.take(1_000_000), &mut io::sink());
    Ok(())
}
