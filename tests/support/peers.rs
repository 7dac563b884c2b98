//! The other side of a program of the course: running it to its end, being its client, being its server.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use super::bin;
use wirelab::{limits, net};

/// Nothing here takes more than some milliseconds; this long is a failure, on any machine.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// A listener on a port that the system chooses.
pub fn free_listener() -> TcpListener {
    net::listen(SocketAddr::from(([127, 0, 0, 1], 0)), limits::BACKLOG).expect("a port")
}

/// A port where nobody listens: every call is refused. The port is held as long as the value lives, so that
/// no other test, and no other program, listens there meanwhile. A port that was free a moment ago is not
/// enough: the system gives it to the next program that asks for one.
pub fn closed() -> net::Closed {
    net::Closed::at(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port")
}

/// Runs a program of the course to its end.
pub fn run(program: &str, words: &[&str]) -> Output {
    let mut command = Command::new(bin(program));
    command.args(words).stdin(Stdio::null());
    let output = command.output();
    output.unwrap_or_else(|error| panic!("{program} does not start: {error}"))
}

/// What a program printed.
pub fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The one line that a program complained with: it begins with the program's name, and there is no
/// panic in it. Panics when there is another number of lines.
pub fn complaint(program: &str, output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.lines().count(), 1, "{program}: {said}");
    assert!(said.starts_with(&format!("{program}: ")), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// Starts both programs of each of these labs (`"16"`) with addresses that cannot be: each says one thing,
/// which names the address, and ends with 2 for a wrong word and with 1 for a wrong place.
pub fn started_wrongly(labs: &[&str]) {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let closed = closed();
    let closed_addr = closed.addr.to_string();
    for lab in labs {
        let (server, client) = (format!("lab{lab}-server"), format!("lab{lab}-client"));
        let cases = [
            (&server, "tacos", 2),
            (&server, "127.0.0.1:99999", 2),
            (&server, "http://127.0.0.1:80/", 2),
            (&server, "192.0.2.1:8000", 1),
            (&server, &taken, 1),
            (&client, "tacos", 2),
            (&client, "127.0.0.1:99999", 2),
            (&client, &closed_addr, 1),
        ];
        for (program, addr, code) in cases {
            let output = run(program, &[addr]);
            let said = complaint(program, &output);
            assert_eq!(output.status.code(), Some(code), "{said}");
            assert!(said.contains(addr), "{program} {addr}: {said}");
        }
    }
}

/// A client with a deadline.
pub fn client(addr: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(addr).expect("the server listens");
    client.set_read_timeout(Some(DEADLINE)).expect("a deadline");
    client
}

/// Says these bytes, then that this was all, and hears what comes until the end. A reset is an end, too.
pub fn ask(addr: SocketAddr, words: &[u8]) -> Vec<u8> {
    let mut client = client(addr);
    let said = client.write_all(words);
    let _ = said.and_then(|()| client.shutdown(Shutdown::Write));
    let mut answer = Vec::new();
    let _ = client.read_to_end(&mut answer);
    answer
}

/// A server that says `answer` to each client once the client has said `order`, hears him out and hangs up.
pub fn says(order: &'static [u8], answer: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.expect("a client");
            let mut heard = vec![0; order.len()];
            client.read_exact(&mut heard).expect("an order");
            assert_eq!(heard, order);
            let _ = client.write_all(&answer);
            let _ = client.shutdown(Shutdown::Write);
            let _ = client.read_to_end(&mut Vec::new());
        }
    });
    addr
}
