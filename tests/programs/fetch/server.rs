//! A server that says what it is told to, one client after the other, and reports what it was asked.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use crate::support::bin;

/// What a server does with one client, after it has heard the head of the request.
pub struct AcceptedClient {
    pub says: Vec<u8>,
    pub then: Then,
}

/// What it does when it has said everything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Then {
    HangUp,
    Reset,
    /// Stays silent until the client hangs up.
    Stay,
}

/// A running server of this kind.
pub struct Server {
    pub addr: SocketAddr,
    requests: Receiver<String>,
}

impl Server {
    pub fn new(clients: Vec<AcceptedClient>) -> Server {
        Server::at("127.0.0.1:0", clients).expect("a port")
    }

    pub fn at(addr: &str, clients: Vec<AcceptedClient>) -> std::io::Result<Server> {
        let listener = TcpListener::bind(addr)?;
        let addr = listener.local_addr()?;
        let (tell, requests) = mpsc::channel();
        thread::spawn(move || {
            for client in clients {
                let (mut stream, _) = listener.accept().expect("a client");
                let _ = tell.send(head(&mut stream));
                let _ = stream.write_all(&client.says);
                end(stream, client.then);
            }
        });
        Ok(Server { addr, requests })
    }

    /// The URL of a path here.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// The next request.
    pub fn asked(&self) -> String {
        let asked = self.requests.recv_timeout(Duration::from_secs(30));
        asked.expect("there was another request")
    }

    /// The target of the next request.
    pub fn asked_for(&self) -> String {
        let asked = self.asked();
        asked.split(' ').nth(1).unwrap_or_default().to_string()
    }
}

fn head(stream: &mut TcpStream) -> String {
    let deadline = Some(Duration::from_secs(30));
    stream.set_read_timeout(deadline).expect("a deadline");
    let mut heard = Vec::new();
    let mut byte = [0];
    while !heard.ends_with(b"\r\n\r\n") && stream.read(&mut byte).expect("a request") > 0 {
        heard.push(byte[0]);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

fn end(mut stream: TcpStream, then: Then) {
    match then {
        Then::HangUp => {
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        }
        Then::Reset => {
            let socket = socket2::SockRef::from(&stream);
            socket.set_linger(Some(Duration::ZERO)).expect("linger");
        }
        Then::Stay => drop(stream.read_to_end(&mut Vec::new())),
    }
}

/// One client that gets these bytes, and then the end.
pub fn says(bytes: impl Into<Vec<u8>>) -> AcceptedClient {
    AcceptedClient {
        says: bytes.into(),
        then: Then::HangUp,
    }
}

/// The same with another end.
pub fn says_then(bytes: impl Into<Vec<u8>>, then: Then) -> AcceptedClient {
    AcceptedClient {
        says: bytes.into(),
        then,
    }
}

/// An answer with these fields and this body; the length is not added.
pub fn answer(status: &str, fields: &str, body: &str) -> AcceptedClient {
    says(format!("HTTP/1.1 {status}\r\n{fields}\r\n{body}"))
}

/// `wirelab fetch` with these words.
pub fn fetch(words: &[&str]) -> Output {
    let mut command = Command::new(bin("wirelab"));
    command.arg("fetch").args(words).stdin(Stdio::null());
    command.output().expect("wirelab starts")
}

/// What it said on stderr.
pub fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What it put out; the exit code is 0, and nothing was said beside it.
pub fn fetched(words: &[&str]) -> Vec<u8> {
    let output = fetch(words);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(told(&output), "");
    output.stdout
}

/// The one line that it complained with; the exit code is `code`, or with 1 any that says that the answer
/// failed (which one, is the subject of `curl`).
pub fn complained(words: &[&str], code: i32) -> String {
    let output = fetch(words);
    let told = told(&output);
    match code {
        1 => assert!(
            !matches!(output.status.code(), None | Some(0 | 2)),
            "{told}"
        ),
        _ => assert_eq!(output.status.code(), Some(code), "{told}"),
    }
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.starts_with("wirelab: "), "{told}");
    assert!(!told.contains("panicked"), "{told}");
    told.trim_end().to_string()
}
