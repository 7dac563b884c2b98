//! Lab 28 · The coat-check ticket · the server: it stores each order under the ticket in a cookie, also when the
//! connection ends. form.rs reads forms, tickets.rs has the tickets, and answer.rs writes pages and answers.
//!
//!     cargo run --bin lab28-server [ADDR]          without ADDR: 127.0.0.1:8028

mod answer;
mod form;
mod tickets;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use answer::{Answer, Refusal, in_bytes, no, page};
use tickets::Tickets;
use wirelab::http::{Parsed, RequestHead, head::HeadParser};
use wirelab::net::{self, DeadlineReader};

const PATIENCE: Duration = Duration::from_secs(5); // for a whole request
const ATTRIBUTES: &str = "Path=/; Max-Age=3600; HttpOnly; SameSite=Lax";
const LARGEST_COOKIE: usize = 4_096; // bytes of the Cookie line

/// Answers one request, and closes the connection.
fn serve(mut client: &TcpStream, tickets: &Mutex<Tickets>) -> io::Result<()> {
    client.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(DeadlineReader::new(client, PATIENCE, PATIENCE));
    let (mut parser, mut received) = (HeadParser::new(), Vec::new());
    let said = loop {
        let mut line = reader.by_ref().take(8_192);
        if line.read_until(b'\n', &mut received)? == 0 {
            return Ok(()); // the client left before the empty line
        }
        match parser.request(&received) {
            Ok(Parsed::NeedMore) => {}
            Ok(Parsed::Done { value: head, .. }) => match form::length(&head) {
                Err(refusal) => break no(refusal),
                Ok(length) => {
                    let mut body = Vec::new();
                    reader.by_ref().take(length).read_to_end(&mut body)?;
                    if (body.len() as u64) < length {
                        return Ok(()); // the client left in the middle of its form
                    }
                    break answer(&head, &body, tickets).unwrap_or_else(no);
                }
            },
            Err(fault) => break no((fault.status(), "", fault.wrong.rule().sentence)),
        }
    };
    client.write_all(&in_bytes(&said))?;
    client.shutdown(Shutdown::Write)?;
    io::copy(&mut reader, &mut io::sink())?; // read on, so that no reset destroys the answer (lab 5)
    Ok(())
}

fn answer(head: &RequestHead, body: &[u8], all: &Mutex<Tickets>) -> Result<Answer, Refusal> {
    let cookie = head.fields.get("cookie").unwrap_or_default();
    if cookie.len() > LARGEST_COOKIE {
        return Err((431, "", "a Cookie line has at most 4096 bytes"));
    }
    let dish = match (head.method, head.target) {
        (b"GET", b"/") => None,
        (b"POST", b"/order") => Some(form::field(body, "dish").map_err(|why| (400, "", why))?),
        (_, b"/") => return Err((405, "Allow: GET\r\n", "only GET is allowed here")),
        (_, b"/order") => return Err((405, "Allow: POST\r\n", "only POST is allowed here")),
        _ => return Err((404, "", "no such page")),
    };
    let mut tickets = all.lock().unwrap_or_else(PoisonError::into_inner);
    // We accept a ticket only if this server has made it. In all other cases we make a new ticket.
    let known = tickets::in_cookie(cookie).filter(|ticket| tickets.knows(ticket));
    let (ticket, set_cookie) = match known {
        Some(ticket) => (ticket, String::new()),
        None => {
            let ticket = tickets.hand_out();
            let line = format!("Set-Cookie: ticket={ticket}; {ATTRIBUTES}\r\n");
            (ticket, line)
        }
    };
    let Some(dish) = dish else {
        return Ok((200, set_cookie, page(tickets.order(&ticket))));
    };
    tickets.add(&ticket, dish);
    // 303: the client gets the page with GET. A reload then repeats the GET, and not the order.
    Ok((303, set_cookie + "Location: /\r\n", String::new()))
}

fn main() -> ExitCode {
    match open(std::env::args().nth(1).as_deref()) {
        Ok(serving) => serving.wait(),
        Err((code, why)) => {
            eprintln!("lab28-server: {why}");
            return ExitCode::from(code);
        }
    }
    ExitCode::SUCCESS
}

fn open(addr: Option<&str>) -> Result<net::Serving, (u8, String)> {
    let addr = net::address(addr.unwrap_or("127.0.0.1:8028")).map_err(|e| (2, e.to_string()))?;
    let listener = net::listen(addr, 128).map_err(|e| (1, e.to_string()))?;
    println!("listening on {}", listener.local_addr().unwrap_or(addr));
    let tickets = Mutex::new(Tickets::default());
    let serve = move |client: net::AcceptedClient| {
        if let Err(error) = serve(client.stream, &tickets) {
            eprintln!("client {}: {error}", client.number);
        }
    };
    net::serve(listener, 100, serve).map_err(|e| (1, e.to_string()))
}
