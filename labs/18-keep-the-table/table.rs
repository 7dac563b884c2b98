//! Lab 18 · Keep the table · a client's end of a connection. Several answers come on the connection, one after
//! the other. Each read may return any number of bytes.

use std::io::{self, Error, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use wirelab::http::Parsed;
use wirelab::http::framing::{Body, Message, body};
use wirelab::http::head::HeadParser;

const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_ANSWER: usize = 1_000_000; // bytes

/// A connection, and the received bytes that belong to no printed answer.
pub struct Table {
    server: TcpStream,
    received: Vec<u8>,
}

impl Table {
    pub fn at(addr: &str) -> io::Result<Table> {
        let (server, received) = (TcpStream::connect(addr)?, Vec::new());
        server.set_read_timeout(Some(PATIENCE))?;
        Ok(Table { server, received })
    }

    pub fn say(&mut self, words: &str) -> io::Result<()> {
        println!("{}", words.lines().next().unwrap_or_default());
        self.server.write_all(words.as_bytes())
    }

    /// Prints one answer. Uses exactly the bytes of this answer: the next byte belongs to the next answer.
    pub fn hear(&mut self, method: &str) -> io::Result<()> {
        let to = method.as_bytes();
        let mut parser = HeadParser::new();
        loop {
            let head = parser.response(&self.received).map_err(Error::other)?;
            if let Parsed::Done { value, used } = head {
                let status = value.status;
                let message = Message::Response { status, to };
                let end = match body(message, value.version, value.fields) {
                    Ok(Body::None) => used,
                    Ok(Body::Length(length)) => used.saturating_add(length as usize),
                    other => return Err(Error::other(format!("no good end: {other:?}"))),
                };
                if let Some(body) = self.received.get(used..end) {
                    println!("    {status} \"{}\"", body.escape_ascii());
                    self.received.drain(..end);
                    return Ok(());
                }
            }
            if self.read()? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    pub fn hear_the_end(&mut self) -> io::Result<()> {
        while self.read()? > 0 {}
        println!("    and the server hangs up");
        Ok(())
    }

    fn read(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 4096];
        let n = self.server.read(&mut buffer)?;
        self.received.extend_from_slice(&buffer[..n]);
        if self.received.len() > LONGEST_ANSWER {
            return Err(Error::other("more bytes than we want to keep"));
        }
        Ok(n)
    }
}
