//! Lab 29 · Many kitchens · the balancer: it chooses a server for each request, and adds the client's address.

use std::io::{self, BufReader, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use crate::message::Message;
use crate::{proxy_line, read};

pub const PATIENCE: Duration = Duration::from_secs(5);
/// The methods that may be repeated: a repetition changes nothing (RFC 9110, section 9.2.2). POST may not.
const REPEATABLE: [&str; 6] = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"];

pub struct Balancer {
    /// Each server, and whether it was ready at the last /health.
    pub servers: Vec<(SocketAddr, AtomicBool)>,
    /// The number of the next request.
    pub next: AtomicUsize,
    /// Whether each connection begins with a PROXY line.
    pub proxy: bool,
}

impl Balancer {
    /// The bytes of the answer to the request on this connection.
    pub fn answer(&self, client: &TcpStream, peer: IpAddr) -> io::Result<Vec<u8>> {
        let mut reader = BufReader::new(client);
        let told = if self.proxy {
            proxy_line::read(&mut reader)?
        } else {
            None
        };
        let request = read::message(&mut reader, None)?;
        if request.all("host").count() != 1 {
            return Err(read::wrong("send one Host line"));
        }
        // A client can write such a line. The servers trust our line, so our line must be the only one.
        let mut request = request.without(&["X-Forwarded-For"]);
        let from = told.unwrap_or(peer).to_string();
        request.fields.push(("X-Forwarded-For".to_string(), from));
        request
            .fields
            .push(("Via".to_string(), "1.1 balancer".to_string()));
        match request.start.starts_with("GET /health ") {
            true => Ok(self.health(&request)),
            false => Ok(self.forward(&request)),
        }
    }

    /// Sends the request to one server. If this server does not listen, or if it fails and the method may be repeated,
    /// sends the request to the next server.
    fn forward(&self, request: &Message) -> Vec<u8> {
        let first = self.next.fetch_add(1, Relaxed) % self.servers.len();
        let (before, after) = self.servers.split_at(first);
        let mut asked = false;
        for (server, ready) in after.iter().chain(before) {
            if !ready.load(Relaxed) || (asked && !REPEATABLE.contains(&request.method())) {
                continue;
            }
            let Ok(stream) = TcpStream::connect_timeout(server, PATIENCE) else {
                continue; // this server got no byte
            };
            asked = true;
            match ask(&stream, request) {
                Ok(answer) => return answer.to_bytes(),
                Err(error) => eprintln!("server {server}: {error}"),
            }
        }
        match asked {
            true => no(
                502,
                "Bad Gateway",
                "the server hung up in the middle of its answer",
            ),
            false => no(503, "Service Unavailable", "no server is ready"),
        }
    }

    /// Sends the request to each server, and stores which servers are ready. The others get no other requests until the
    /// next /health.
    fn health(&self, request: &Message) -> Vec<u8> {
        let mut count = 0;
        for (server, ready) in &self.servers {
            let answer = TcpStream::connect_timeout(server, PATIENCE)
                .and_then(|stream| ask(&stream, request));
            let is_ready = answer.is_ok_and(|answer| answer.start.starts_with("HTTP/1.1 200"));
            ready.store(is_ready, Relaxed);
            count += usize::from(is_ready);
        }
        let (status, reason) = if count > 0 {
            (200, "OK")
        } else {
            (503, "Service Unavailable")
        };
        no(
            status,
            reason,
            &format!("{count} of {} servers are ready", self.servers.len()),
        )
    }
}

/// One request to a server. Reads the whole answer before the client gets a byte, because we cannot take a part of
/// an answer back.
fn ask(mut server: &TcpStream, request: &Message) -> io::Result<Message> {
    server.set_read_timeout(Some(PATIENCE))?;
    server.write_all(&request.to_bytes())?;
    let answer = read::message(&mut BufReader::new(server), Some(request.method()))?;
    Ok(answer.without(&[]))
}

/// An answer that the balancer writes itself.
pub fn no(status: u16, reason: &str, why: &str) -> Vec<u8> {
    let length = why.len() + 1;
    format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{why}\n"
    )
    .into_bytes()
}
