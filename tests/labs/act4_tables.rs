//! Lab 19: no client takes a waiter with him, every place is given back, and the house can be closed while
//! clients sit there. Everything is waited for by its bytes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::support::peers::{ask, client, printed, run};
use crate::support::{Server, bin};

const PLACES: usize = 32;
const QUESTION: &[u8] = b"GET /share/3 HTTP/1.1\r\nHost: a\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n4 tacos each\n";

fn hear(table: &mut TcpStream) {
    let mut answer = vec![0; ANSWER.len()];
    table.read_exact(&mut answer).expect("an answer");
    assert_eq!(answer, ANSWER);
}

#[test]
fn lab19_twenty_at_once_are_served_beside_five_ghosts_and_a_sleeper() {
    let server = Server::start("lab19-server");
    let output = run("lab19-client", &[&server.addr.to_string()]);
    let said = printed(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("20 of 20 guests who came at once were served"),
        "{said}"
    );
}

#[test]
fn lab19_a_hundred_stumbling_orders_cost_no_waiter() {
    let server = Server::start("lab19-server");
    for _ in 0..100 {
        let order = b"GET /share/0 HTTP/1.1\r\nHost: a\r\n\r\n";
        let answer = ask(server.addr, order);
        assert!(
            answer.starts_with(b"HTTP/1.1 500 "),
            "{}",
            answer.escape_ascii()
        );
    }
    // All eight waiters are still there: eight clients are served, and all of them stay.
    let mut tables: Vec<TcpStream> = (0..8).map(|_| client(server.addr)).collect();
    for table in &mut tables {
        table.write_all(QUESTION).expect("a question");
        hear(table);
    }
}

fn is_turned_away(addr: SocketAddr) {
    let answer = ask(addr, b"");
    let head = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n";
    assert!(answer.starts_with(head), "{}", answer.escape_ascii());
}

#[test]
fn lab19_a_place_that_is_given_back_is_given_to_the_next() {
    let server = Server::start("lab19-server");
    let mut inside: Vec<TcpStream> = (0..PLACES).map(|_| client(server.addr)).collect();
    for _ in 0..40 {
        is_turned_away(server.addr);
    }
    // The first of them leaves. When the server has hung up, too, his place is free, once.
    let mut leaving = inside.remove(0);
    leaving.shutdown(Shutdown::Write).expect("a farewell");
    leaving.read_to_end(&mut Vec::new()).expect("an end");
    let mut late = client(server.addr);
    is_turned_away(server.addr);
    // The others leave, and a waiter comes.
    drop(inside);
    late.write_all(QUESTION).expect("a question");
    hear(&mut late);
}

/// The server with a keyboard.
fn start() -> (Child, SocketAddr) {
    start_at("127.0.0.1:0")
}

fn start_at(addr: &str) -> (Child, SocketAddr) {
    let mut command = Command::new(bin("lab19-server"));
    command.arg(addr).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = command.spawn().expect("it starts");
    let mut line = String::new();
    let stdout = server.stdout.as_mut().expect("stdout is piped");
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("its first line");
    let addr = line
        .trim_end()
        .strip_prefix("listening on ")
        .expect("an address");
    (server, addr.parse().expect("an address"))
}

#[test]
fn lab19_told_to_stop_it_answers_what_was_asked_and_waits_for_nobody_who_is_silent() {
    // Held until the end, so that nobody else listens there when the server no longer does.
    let port = wirelab::net::free_port([127, 0, 0, 1].into()).expect("a port");
    let (mut server, addr) = start_at(&format!("127.0.0.1:{}", port.number));
    // Nine ghosts: eight waiters stand at their tables, and one sits in the queue.
    let ghosts: Vec<TcpStream> = (0..9).map(|_| client(addr)).collect();
    let mut asked = client(addr);
    asked.write_all(QUESTION).expect("a question");

    let mut keyboard = server.stdin.take().expect("stdin is piped");
    keyboard
        .write_all(b"go on\nstop\n")
        .expect("it reads its terminal");
    for mut ghost in ghosts {
        let mut said = Vec::new();
        ghost.read_to_end(&mut said).expect("an end");
        assert!(said.is_empty(), "{}", said.escape_ascii());
    }
    hear(&mut asked);
    let output = server.wait_with_output().expect("it ends");
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(log.ends_with("all workers have ended\n"), "{log}");
    assert!(TcpStream::connect(addr).is_err(), "nobody listens any more");
}

#[test]
fn lab19_the_end_of_the_input_is_no_word() {
    let (mut server, addr) = start();
    drop(server.stdin.take());
    let mut table = client(addr);
    table.write_all(QUESTION).expect("a question");
    hear(&mut table);
    server.kill().expect("it still runs");
    server.wait().expect("it ends");
}
