//! Lab 29 · Many kitchens · one connection of a kitchen: the site and the client of a request.

use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::health::Health;
use crate::message::Message;
use crate::{proxy_line, read};

const PATIENCE: Duration = Duration::from_secs(5);

/// The data that all connections of a kitchen share.
pub struct Kitchen {
    /// Its name in the answers.
    pub port: u16,
    /// Whether each connection begins with a PROXY line.
    pub proxy: bool,
    pub health: Health,
}

impl Kitchen {
    /// Serves one connection with one request. `full`: the answer to /health is `full`.
    pub fn serve(&self, mut client: &TcpStream, full: bool) -> io::Result<()> {
        client.set_nonblocking(false)?;
        client.set_read_timeout(Some(PATIENCE))?;
        client.set_write_timeout(Some(PATIENCE))?;
        let (mut head_only, port) = (false, self.port);
        let (status, body) = match self.read(client) {
            Ok((request, from)) => {
                head_only = request.method() == "HEAD";
                self.answer(&request, &from, full)
            }
            Err(error) => match error.kind() {
                ErrorKind::InvalidData => (400, error.to_string()),
                ErrorKind::Unsupported => (411, "say a Content-Length".to_string()),
                _ => return Err(error),
            },
        };
        let (reason, length) = (reason(status), body.len() + 1);
        let body = if head_only { "" } else { &format!("{body}\n") };
        // One write: a kitchen that is killed has sent a complete answer, or no byte.
        let answer = format!(
            "HTTP/1.1 {status} {reason}\r\nKitchen: {port}\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        );
        client.write_all(answer.as_bytes())?;
        client.shutdown(Shutdown::Write)?;
        client.set_read_timeout(Some(Duration::from_secs(1)))?;
        let _ = io::copy(&mut client.take(65_536), &mut io::sink()); // so that no reset destroys the answer (lab 5)
        Ok(())
    }

    /// The request, and the address of the client that it comes from.
    fn read(&self, client: &TcpStream) -> io::Result<(Message, String)> {
        let mut reader = BufReader::new(client);
        let mut from = client.peer_addr()?.ip().to_string();
        if self.proxy {
            let told = proxy_line::read(&mut reader)?;
            let request = read::message(&mut reader, None)?;
            return Ok((request, told.map_or(from, |told| told.to_string())));
        }
        let request = read::message(&mut reader, None)?;
        // The balancer wrote the last element. A client may have written the other elements.
        if let Some(list) = request.all("x-forwarded-for").next_back() {
            from = list.rsplit(',').next().unwrap_or(list).trim().to_string();
        }
        Ok((request, from))
    }

    fn answer(&self, request: &Message, from: &str, full: bool) -> (u16, String) {
        if request.start.contains(" /health ") {
            let (status, word) = self.health.say(full);
            return (status, word.to_string());
        }
        let hosts: Vec<&str> = request.all("host").collect();
        let [host] = hosts[..] else {
            return (400, "send one Host line".to_string());
        };
        let name = host.split(':').next().unwrap_or(host);
        let dish = match name.to_ascii_lowercase().as_str() {
            "tacos.example" => "three tacos",
            "burritos.example" => "two burritos",
            _ => return (421, format!("no site here is called {host}")),
        };
        if request.method() == "POST" {
            let order = String::from_utf8_lossy(&request.body);
            let line = format!("an order of {from}: {}\n", order.trim_end().escape_debug());
            eprint!("{line}"); // one write, too
            return (200, format!("taken: {}", order.trim_end()));
        }
        (200, format!("{dish} for {from}"))
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        411 => "Length Required",
        421 => "Misdirected Request",
        _ => "Service Unavailable",
    }
}
