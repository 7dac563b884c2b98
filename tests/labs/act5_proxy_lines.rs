//! Lab 29: PROXY lines that no proxy writes, a kitchen that is full, and which site is meant.

use std::io::Write;
use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;

use crate::support::peers::{ask, client, complaint, printed, run, started_wrongly};
use crate::support::{Server, bin, soon};
use wirelab::net::free_port;

#[test]
fn a_program_that_is_started_wrongly_says_one_thing_and_ends() {
    started_wrongly(&["29"]);
    let output = run("lab29-client", &["127.0.0.1:1", "many"]);
    assert!(complaint("lab29-client", &output).contains("COUNT"));
}

/// The whole answer to a request whose head is this.
fn answer(server: &Server, head: &str) -> String {
    let answer = ask(server.addr, head.as_bytes());
    String::from_utf8_lossy(&answer).into_owned()
}

const ABSENT: &str = "this port wants a PROXY line first";
const LENGTH: &str = "a PROXY line has at most 107 bytes, and ends in CR LF";
const UNREAD: &str = "this PROXY line cannot be read";
const OTHERS: &str = "three tacos for 192.0.2.7";
const MINE: &str = "three tacos for 127.0.0.1";

/// What stands before the request, and the body of the answer.
const LINES: &[(&str, &str)] = &[
    ("", ABSENT),
    ("proxy TCP4 192.0.2.7 192.0.2.1 1 2\r\n", ABSENT),
    ("PROXY\r\n", ABSENT),
    ("\r\n\r\n\0\r\nQUIT\n", ABSENT),
    ("PROXY TCP4 192.0.2.7 192.0.2.1 1 2\n", LENGTH),
    ("PROXY UNKNOWN\r\n", MINE),
    ("PROXY TCP4 192.0.2.7 192.0.2.1 0 65535\r\n", OTHERS),
    (
        "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ::1 65535 65535\r\n",
        "three tacos for ffff:ffff:",
    ),
    ("PROXY TCP4 192.0.2.7 192.0.2.1 1 65536\r\n", UNREAD),
    ("PROXY TCP4 192.0.2.7 192.0.2.1 +1 2\r\n", UNREAD),
    ("PROXY TCP4 192.0.2.7 192.0.2.1 01 2\r\n", UNREAD),
    ("PROXY TCP4  192.0.2.7 192.0.2.1 1 2\r\n", UNREAD),
    ("PROXY TCP4 192.0.2.7 192.0.2.1 1 2 3\r\n", UNREAD),
    ("PROXY TCP4 ::1 ::1 1 2\r\n", UNREAD),
    ("PROXY TCP6 192.0.2.7 192.0.2.1 1 2\r\n", UNREAD),
    ("PROXY TCP4 192.0.2.777 192.0.2.1 1 2\r\n", UNREAD),
    ("PROXY TCP4 \u{1f32e} 192.0.2.1 1 2\r\n", UNREAD),
];

/// Each gets one answer with one reason, and the next client is served.
#[test]
fn strange_proxy_lines_get_one_clear_answer() {
    let port = free_port(Ipv4Addr::LOCALHOST.into()).expect("a port");
    let addr = format!("127.0.0.1:{}", port.number);
    let mut server = Server::start_with(Command::new(bin("lab29-kitchen")).args([&addr, "proxy"]));
    let long = |bytes: usize| format!("PROXY UNKNOWN {}\r\n", "x".repeat(bytes - 16));
    let lines = LINES.iter().map(|(line, body)| (line.to_string(), *body));
    let long = [
        (long(107), MINE),
        (long(108), LENGTH),
        (long(60_000), LENGTH),
    ];
    for (line, body) in lines.chain(long) {
        let shown: String = line.chars().take(60).collect();
        let status = if body.starts_with("three") {
            "200"
        } else {
            "400"
        };
        let said = answer(
            &server,
            &format!("{line}GET / HTTP/1.1\r\nHost: tacos.example\r\n\r\n"),
        );
        assert!(
            said.starts_with(&format!("HTTP/1.1 {status} ")),
            "{shown:?}: {said}"
        );
        assert!(
            said.contains(&format!("\r\n\r\n{body}")),
            "{shown:?}: {said}"
        );
        assert!(server.runs(), "{shown:?}");
    }
}

/// A kitchen with many clients at work says so, and says when it is ready again.
#[test]
fn a_full_kitchen_says_so_at_health() {
    let server = Server::start("lab29-kitchen");
    let health = || answer(&server, "GET /health HTTP/1.1\r\nHost: health\r\n\r\n");
    assert!(health().ends_with("\r\n\r\nready\n"));
    let mut waiting: Vec<TcpStream> = Vec::new();
    for _ in 0..8 {
        let mut one = client(server.addr);
        one.write_all(b"GET / HTTP/1.1\r\n").expect("it is taken");
        waiting.push(one);
    }
    let full = health();
    assert!(full.starts_with("HTTP/1.1 503 "), "{full}");
    assert!(full.ends_with("\r\n\r\nfull\n"), "{full}");
    drop(waiting);
    assert!(soon(|| health().ends_with("\r\n\r\nready\n")));
}

/// Two sites at one address, and one that is not here.
#[test]
fn the_site_is_chosen_by_the_host() {
    let server = Server::start("lab29-kitchen");
    let two = "Host: tacos.example\r\nHost: burritos.example\r\n";
    let table = [
        ("Host: tacos.example\r\n", "200", "three tacos for"),
        ("Host: TACOS.example:8029\r\n", "200", "three tacos for"),
        ("Host: burritos.example\r\n", "200", "two burritos for"),
        (
            "Host: soup.example\r\n",
            "421",
            "no site here is called soup",
        ),
        ("", "400", "send one Host line"),
        (two, "400", "send one Host line"),
    ];
    for (fields, status, why) in table {
        let said = answer(&server, &format!("GET / HTTP/1.1\r\n{fields}\r\n"));
        let begins = format!("HTTP/1.1 {status} ");
        assert!(said.starts_with(&begins), "{fields}: {said}");
        let body = format!("\r\n\r\n{why}");
        assert!(said.contains(&body), "{fields}: {said}");
    }
    let output = run("lab29-client", &[&server.addr.to_string(), "3"]);
    let expected = "tacos.example: 2 of 2 answered\nburritos.example: 1 of 1 answered\n\
                    lost: 0; kitchens that answered: 1\n";
    assert_eq!(printed(&output), expected);
}
