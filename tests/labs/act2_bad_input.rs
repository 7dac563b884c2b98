//! What the programs of labs 7, 8, 10 and 11 do when they are started wrongly, or meet a peer that
//! breaks off, babbles, or lies about lengths. A server must serve the next client after all of it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;

use crate::support::Server;
use crate::support::peers::{closed, run};

const LABS: [&str; 4] = ["07", "08", "10", "11"];
const REQUEST: &[u8] = b"GET /menu.txt HTTP/1.1\r\nHost: tacos.example\r\nAccept: text/plain\r\nConnection: close\r\n\r\n";

/// Sends these bytes, ends its own direction, and reads what comes. A reset counts as the end.
fn ask(addr: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(addr).expect("the server listens");
    let sent = stream.write_all(request);
    let _ = sent.and_then(|()| stream.shutdown(Shutdown::Write));
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer.escape_ascii().to_string()
}

/// The server's first line, and its body.
fn first_and_body(answer: &str) -> (&str, &str) {
    let (head, body) = answer.split_once("\\r\\n\\r\\n").unwrap_or((answer, ""));
    (head.split("\\r\\n").next().unwrap_or_default(), body)
}

#[test]
fn a_program_that_is_started_wrongly_says_one_thing_and_ends() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let closed = closed();
    let closed_addr = closed.addr.to_string();
    for lab in LABS {
        let server = format!("lab{lab}-server");
        let client = format!("lab{lab}-client");
        let cases = [
            (&server, "tacos", 2, "address"),
            (&server, "127.0.0.1:99999", 2, "address"),
            (&server, &taken, 1, "taken"),
            (&server, "192.0.2.1:8000", 1, "address"),
            (&client, "tacos", 2, "address"),
            (&client, &closed_addr, 1, "nobody listens"),
        ];
        for (program, addr, code, word) in cases {
            let output = run(program, &[addr]);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{program} {addr}: {said}");
            assert!(said.starts_with(&format!("{program}: ")), "{said}");
            assert!(
                said.contains(word) && said.contains(addr),
                "{program} {addr}: {said}"
            );
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }
}

#[test]
fn every_server_survives_every_bad_client_and_serves_the_next() {
    let ten_megabytes = vec![b'x'; 10_000_000];
    let clients: [&[u8]; 8] = [
        b"",
        b"\n",
        b"\r\n\r\n",
        b"GET",
        b"GET /menu.txt HTTP/1.1\r\nHost: taco",
        b"\xff\xfe\x00\x01\r\n\r\n",
        b"\0\0\0\0\0\0\0\0\n",
        &ten_megabytes,
    ];
    for lab in LABS {
        let mut server = Server::start(&format!("lab{lab}-server"));
        for client in clients {
            ask(server.addr, client);
            let broken_off = TcpStream::connect(server.addr).expect("the server listens");
            drop(broken_off);
            assert!(
                server.runs(),
                "lab {lab} after {}",
                client[..client.len().min(40)].escape_ascii()
            );
        }
        let output = run(&format!("lab{lab}-client"), &[&server.addr.to_string()]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "lab {lab}: {said}");
    }
}

/// Each byte of the request, changed alone, is the byte that the answer names; so is each end.
#[test]
fn lab08_names_the_first_wrong_byte_wherever_it_is() {
    let server = Server::start("lab08-server");
    for at in 0..REQUEST.len() {
        let mut wrong = REQUEST.to_vec();
        wrong[at] = b'#';
        let answer = ask(server.addr, &wrong);
        let (first, body) = first_and_body(&answer);
        assert_eq!(first, "HTTP/1.1 400 Bad Request", "byte {}", at + 1);
        assert!(
            body.starts_with(&format!("byte {} (line ", at + 1)),
            "{body}"
        );
        assert!(body.contains(": \\'#\\' came where "), "{body}");
        if at > 0 {
            let answer = ask(server.addr, &REQUEST[..at]);
            let body = first_and_body(&answer).1;
            assert!(
                body.starts_with(&format!("byte {} (line ", at + 1)),
                "{body}"
            );
            assert!(body.contains(": the end came where "), "{body}");
        }
    }
    let answer = ask(server.addr, REQUEST);
    assert_eq!(
        first_and_body(&answer),
        ("HTTP/1.1 200 OK", "three tacos\\n")
    );
}

#[test]
fn lab10_answers_a_head_that_is_too_large_before_it_has_heard_it_all() {
    let server = Server::start("lab10-server");
    let one_long = [
        b"GET / HTTP/1.1\r\nNote: ",
        &[b'x'; 1_000_000][..],
        b"\r\n\r\n",
    ]
    .concat();
    let many = [
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        &b"X: y\r\n".repeat(10_000)[..],
        b"\r\n",
    ]
    .concat();
    for request in [one_long, many] {
        let answer = ask(server.addr, &request);
        let (first, body) = first_and_body(&answer);
        assert_eq!(first, "HTTP/1.1 431 Request Header Fields Too Large");
        assert_eq!(body, "more header bytes or lines than we want to read\\n");
    }
}

#[test]
fn lab11_takes_a_length_for_what_it_is() {
    let server = Server::start("lab11-server");
    let digits = "a length is made of digits\\n";
    let one = "there must be one length, and only one\\n";
    let large = "we take 8000 bytes and no more\\n";
    let cases = [
        ("Content-Length: 8\r\n", "3 tacos, coming up\\n"),
        ("content-LENGTH:\t8 \r\n", "3 tacos, coming up\\n"),
        ("Content-Length: 0008\r\n", "3 tacos, coming up\\n"),
        ("Content-Length: 1\r\n", "3, coming up\\n"),
        ("Content-Length: 9\r\n", ""),
        ("Content-Length: 8000\r\n", ""),
        ("Content-Length: -1\r\n", digits),
        ("Content-Length: +8\r\n", digits),
        ("Content-Length: 8.0\r\n", digits),
        ("Content-Length: 0x8\r\n", digits),
        ("Content-Length: 8, 8\r\n", digits),
        ("Content-Length:\r\n", digits),
        ("Content-Length: 8\0\r\n", digits),
        ("Content-Length: \u{665}\r\n", digits),
        ("", one),
        ("Content-Length: 8\r\nContent-Length: 9\r\n", one),
        ("Content-Length: 8001\r\n", large),
        ("Content-Length: 4294967304\r\n", large),
        ("Content-Length: 18446744073709551624\r\n", large),
    ];
    for (field, expected) in cases {
        let request = format!("POST /order HTTP/1.1\r\nHost: a\r\n{field}\r\n3 tacos\n");
        let answer = ask(server.addr, request.as_bytes());
        assert_eq!(first_and_body(&answer).1, expected, "{field:?}");
    }
}

/// A server that says one thing to the first client that has sent a whole order, and hangs up.
fn says(answer: &[u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = listener.local_addr().expect("an address");
    let answer = answer.to_vec();
    thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        let mut heard = Vec::new();
        let mut piece = [0; 4096];
        while !heard.ends_with(b"\xae\n") {
            let n = client.read(&mut piece).expect("an order");
            heard.extend_from_slice(&piece[..n]);
        }
        let _ = client.write_all(&answer);
    });
    addr
}

#[test]
fn lab11_client_complains_about_every_false_answer() {
    let endless = [b"HTTP/1.1 200 OK\r\nX: ", &[b'x'; 100_000][..]].concat();
    let cases: [(&[u8], &str); 14] = [
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nthree tacos\n",
            "",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nthree tacos\n",
            "30 bytes announced; 12 came, then the end",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nthree tacos\n",
            "9 bytes announced; then came more: \"os\\n\"",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nthree tacos\n",
            "one length was expected, not [\"-1\"]",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: +12\r\n\r\nthree tacos\n",
            "one length was expected, not [\"+12\"]",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nContent-Length: 13\r\n\r\nthree tacos\n",
            "not [\"12\", \"13\"]",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "99999999999999999999 bytes announced; we take 1000000",
        ),
        (
            b"HTTP/1.1 200 OK\r\n\r\nthree tacos\n",
            "one length was expected, not []",
        ),
        (
            b"HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno\n",
            "the server said HTTP/1.1 400 Bad Request",
        ),
        (b"three tacos\n", "12 bytes and no empty line"),
        (b"", "0 bytes and no empty line"),
        (b"\xff\xfe\r\n\r\n", "the server said"),
        (&endless, "bytes and no empty line"),
    ];
    for (answer, complaint) in cases {
        let addr = says(answer).to_string();
        let output = run("lab11-client", &[&addr]);
        let said = String::from_utf8_lossy(&output.stderr);
        let expected = if complaint.is_empty() { 0 } else { 1 };
        assert_eq!(output.status.code(), Some(expected), "{said}");
        assert!(said.contains(complaint), "{said}, not {complaint}");
        assert_eq!(said.lines().count(), expected as usize, "{said}");
    }
}
