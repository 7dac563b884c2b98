//! A folder to be served, a server for it, and a client that says exact bytes.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Server, bin};

/// Longer than anything here takes; reached only when a test fails.
const DEADLINE: Duration = Duration::from_secs(20);

/// A folder of this test's own, with a few files in it.
pub fn folder(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("serve")
        .join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join("menu")).unwrap();
    fs::create_dir_all(root.join("plain")).unwrap();
    fs::write(root.join("menu/index.html"), "<p>tacos\n").unwrap();
    fs::write(root.join("tacos.txt"), "three tacos\n").unwrap();
    fs::write(root.join("plain/a b.txt"), "a\n").unwrap();
    root
}

/// The `wirelab` command serving this folder; its clock stands still.
pub fn server(root: &Path, options: &[&str]) -> Server {
    Server::start_with(&mut command(root, options))
}

/// The command line of [`server`].
pub fn command(root: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(bin("wirelab"));
    command
        .arg("serve")
        .arg(root)
        .args(["--port", "0"])
        .args(options);
    command
        .env("WIRELAB_NOW", "1900000000")
        .stderr(Stdio::null());
    command
}

/// An open connection.
pub struct TestClient {
    stream: TcpStream,
}

impl TestClient {
    pub fn call(addr: SocketAddr) -> TestClient {
        let stream = TcpStream::connect_timeout(&addr, DEADLINE).expect("the server listens");
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        TestClient { stream }
    }

    /// Says these bytes. Whether they arrive is seen from the answer.
    pub fn say(&mut self, bytes: &[u8]) -> &mut TestClient {
        let _ = self.stream.write_all(bytes);
        self
    }

    /// Says that this was all.
    pub fn fin(&mut self) -> &mut TestClient {
        let _ = self.stream.shutdown(Shutdown::Write);
        self
    }

    /// Everything up to the server's end of the connection, which must be a FIN.
    pub fn hear_all(&mut self) -> Vec<u8> {
        let mut heard = Vec::new();
        self.stream
            .read_to_end(&mut heard)
            .expect("the server hangs up politely");
        heard
    }

    /// Exactly so many bytes.
    pub fn hear(&mut self, count: usize) -> Vec<u8> {
        let mut heard = vec![0; count];
        self.stream
            .read_exact(&mut heard)
            .expect("so many bytes come");
        heard
    }

    /// One answer with `Content-Length`, and nothing behind it.
    pub fn hear_answer(&mut self) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            // What has come, without what follows the head.
            let mut seen = [0; 4096];
            let come = self.stream.peek(&mut seen).unwrap_or(0);
            let all = [&head[..], &seen[..come]].concat();
            let end = all.windows(4).position(|four| four == b"\r\n\r\n");
            let count = end.map_or(all.len(), |at| at + 4) - head.len();
            head.extend(self.hear(count.max(1)));
        }
        let mut answer = Answer::read(&head);
        let length = answer
            .field("content-length")
            .map_or(0, |text| text.parse().unwrap());
        answer.content = self.hear(length);
        answer
    }

    /// The connection itself.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }
}

/// An answer, taken apart without the code that is tested.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub content: Vec<u8>,
}

impl Answer {
    /// Takes apart everything that came on one connection.
    pub fn read(bytes: &[u8]) -> Answer {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head: {}", bytes.escape_ascii())) + 4;
        let head = String::from_utf8(bytes[..end].to_vec()).expect("a head is ASCII here");
        assert!(head.starts_with("HTTP/1.1 "), "{head}");
        Answer {
            status: head[9..12].parse().expect("three digits"),
            head,
            content: bytes[end..].to_vec(),
        }
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        let mut fields = lines.filter_map(|line| line.split_once(": "));
        fields
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.content).expect("text")
    }
}

/// Asks on a connection of its own, which then ends.
pub fn ask(addr: SocketAddr, method: &str, target: &str, fields: &str) -> Answer {
    let text =
        format!("{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n");
    Answer::read(&TestClient::call(addr).say(text.as_bytes()).hear_all())
}

/// What comes back for these bytes, up to the end of the connection.
pub fn tell(addr: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    TestClient::call(addr).say(bytes).fin().hear_all()
}
