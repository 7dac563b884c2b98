//! Who says what when: keep-alive, pipelining, bodies, faults, and the end of a connection.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use wirelab::limits::FIRST_READ;

use super::client::{Answer, TestClient, ask, command, folder, server, tell};

const GET: &str = "GET /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn many_requests_on_one_connection() {
    let root = folder("keep");
    let server = server(&root, &["--quiet"]);
    let mut client = TestClient::call(server.addr);
    for _ in 0..3 {
        let answer = client.say(GET.as_bytes()).hear_answer();
        assert_eq!((answer.status, answer.text()), (200, "three tacos\n"));
        assert_eq!(answer.field("connection"), None);
    }
    let last = "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = Answer::read(&client.say(last.as_bytes()).hear_all());
    assert_eq!(answer.status, 404);
    assert_eq!(answer.field("connection"), Some("close"));
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let root = folder("pipeline");
    let server = server(&root, &["--quiet"]);
    let head = "HEAD /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /";
    let chunked = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nGET /\r\n0\r\nT: v\r\n\r\n";
    let last = "GET /nothing HTTP/1.0\r\n\r\n";
    let bytes = [GET, head, post, chunked, GET, last, GET].concat();
    for pieces in [bytes.len(), 7, 1] {
        let mut client = TestClient::call(server.addr);
        for piece in bytes.as_bytes().chunks(pieces) {
            client.say(piece);
        }
        let heard = String::from_utf8(client.hear_all()).unwrap();
        let found: Vec<&str> = heard
            .match_indices("HTTP/1.1 ")
            .map(|(at, _)| &heard[at + 9..at + 12])
            .collect();
        assert_eq!(
            found,
            ["200", "200", "405", "405", "200", "404"],
            "in pieces of {pieces}"
        );
        assert_eq!(heard.matches("three tacos\n").count(), 2);
    }
}

#[test]
fn clients_of_http_1_0() {
    let root = folder("old");
    let server = server(&root, &["--quiet"]);
    let answer = Answer::read(
        &TestClient::call(server.addr)
            .say(b"GET /tacos.txt HTTP/1.0\r\n\r\n")
            .hear_all(),
    );
    assert_eq!(answer.field("connection"), Some("close"));
    assert_eq!(answer.text(), "three tacos\n");
    let mut client = TestClient::call(server.addr);
    let keep = b"GET /tacos.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    for _ in 0..2 {
        let answer = client.say(keep).hear_answer();
        assert_eq!(answer.field("connection"), Some("keep-alive"));
    }
}

#[test]
fn expectations() {
    let root = folder("expect");
    let server = server(&root, &["--quiet"]);
    let post = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    // The final answer comes instead of 100, and the body is not waited for.
    let answer = Answer::read(
        &TestClient::call(server.addr)
            .say(post.as_bytes())
            .hear_all(),
    );
    assert_eq!(
        (answer.status, answer.field("connection")),
        (405, Some("close"))
    );
    assert_eq!(
        ask(server.addr, "GET", "/", "Expect: 100-continue\r\n").status,
        200
    );
    assert_eq!(
        ask(server.addr, "GET", "/", "Expect: tacos\r\n").status,
        417
    );
}

#[test]
fn each_fault_gets_its_status_and_the_end() {
    let root = folder("faults");
    let server = server(&root, &["--quiet"]);
    let with = |field: &str| format!("GET / HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n");
    let post =
        |field: &str, body: &str| format!("POST / HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n{body}");
    let long = "a".repeat(9_000);
    let cases = [
        ("\x00\x01\x02\r\n\r\n".to_string(), 400),
        ("GET / HTTP/1.1\nHost: a\n\n".to_string(), 400),
        ("GET / HTTP/1.1\r\n\r\n".to_string(), 400),
        ("GET /\r\n\r\n".to_string(), 400),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n".to_string(), 400),
        ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n".to_string(), 400),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n".to_string(), 400),
        (
            "GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n".to_string(),
            421,
        ),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n".to_string(), 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_string(), 505),
        (format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"), 414),
        (
            format!("{} / HTTP/1.1\r\nHost: a\r\n\r\n", "M".repeat(99)),
            501,
        ),
        (with("Host: a"), 400),
        (with("X : y"), 400),
        (with("X: a\r\n b"), 400),
        (with("X: a\x01b"), 400),
        (with(&format!("X: {}", "v".repeat(70_000))), 431),
        (with(&"X: y\r\n".repeat(101)), 431),
        (post("Content-Length: 1\r\nContent-Length: 1", "x"), 400),
        (
            post(
                "Content-Length: 1\r\nTransfer-Encoding: chunked",
                "0\r\n\r\n",
            ),
            400,
        ),
        (post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), 501),
        (post("Transfer-Encoding: chunked", "g\r\n"), 400),
        (post("Transfer-Encoding: chunked", "1\r\nxy"), 400),
        (post("Content-Length: 99999999999999999999", ""), 413),
        (post("Content-Length: 9999999", &"x".repeat(300_000)), 413),
        (post("Transfer-Encoding: chunked", "100000000\r\nx"), 413),
        ("GET / HTT".to_string(), 400),
    ];
    for (bytes, status) in cases {
        // What follows must not be taken for a request.
        let mut client = TestClient::call(server.addr);
        let heard = client
            .say(bytes.as_bytes())
            .say(GET.as_bytes())
            .fin()
            .hear_all();
        let short: String = bytes.chars().take(60).collect();
        let answer = Answer::read(&heard);
        assert_eq!(answer.status, status, "{short:?}");
        assert_eq!(answer.field("connection"), Some("close"), "{short:?}");
        assert!(!answer.text().contains("HTTP/1.1 200"), "{short:?}");
        assert!(
            answer.text().len() < 300 && answer.text().ends_with(".\n"),
            "{short:?}: {answer:?}"
        );
    }
}

#[test]
fn a_post_is_the_wrong_method_with_a_length_or_without() {
    let root = folder("post");
    let server = server(&root, &["--quiet"]);
    for fields in ["", "Content-Length: 0\r\n", "Content-Type: text/plain\r\n"] {
        let answer = ask(server.addr, "POST", "/tacos.txt", fields);
        assert_eq!(answer.status, 405, "{fields}");
        assert_eq!(answer.field("allow"), Some("GET, HEAD, OPTIONS"));
    }
}

#[test]
fn nobody_waits_for_a_body_that_is_too_large() {
    let root = folder("announced");
    let server = server(&root, &["--quiet"]);
    for fields in [
        "Content-Length: 9999999\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nffffffff\r\nx",
    ] {
        let mut client = TestClient::call(server.addr);
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}");
        // Neither the body nor an end comes; a server that waits answers 408.
        assert_eq!(client.say(head.as_bytes()).hear_answer().status, 413);
    }
}

#[test]
fn an_error_reaches_a_client_who_is_still_talking() {
    let root = folder("talking");
    let server = server(&root, &["--quiet"]);
    for _ in 0..20 {
        let mut client = TestClient::call(server.addr);
        client.say(b"GET / HTTP/1.1\r\nHost: a\r\nX: ");
        for _ in 0..8 {
            client.say(&[b'v'; 60_000]);
        }
        assert_eq!(Answer::read(&client.hear_all()).status, 431);
    }
}

/// The server may close at once behind the last answer, but not before bytes that it has not read: a
/// reset would erase the answer (RFC 9112 section 9.6).
#[test]
fn a_last_answer_reaches_a_client_who_goes_on_all_the_same() {
    let root = folder("goes-on");
    fs::write(root.join("large.bin"), vec![b'x'; 300_000]).unwrap();
    let server = server(&root, &["--quiet"]);
    // A head that fills the server's first read to its last byte.
    let exact = format!(
        "GET /tacos.txt HTTP/1.0\r\nX: {}\r\n\r\n",
        "x".repeat(FIRST_READ - 32)
    );
    assert_eq!(exact.len(), FIRST_READ);
    for (first, length) in [
        (exact.as_str(), 12),
        (
            "GET /large.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            300_000,
        ),
        ("GET /tacos.txt HTTP/1.0\r\n\r\n", 12),
        (
            "GET /tacos.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            12,
        ),
    ] {
        let mut client = TestClient::call(server.addr);
        let text = format!("{first}{}", GET.repeat(500));
        let answer = Answer::read(&client.say(text.as_bytes()).hear_all());
        assert_eq!((answer.status, answer.content.len()), (200, length));
    }
}

#[test]
fn a_client_who_says_nothing_hears_nothing() {
    let root = folder("silent");
    let server = server(&root, &["--quiet"]);
    assert_eq!(tell(server.addr, b""), b"");
    let half = Answer::read(&tell(server.addr, b"GET / HTTP/1.1\r\nHo"));
    assert_eq!(half.status, 400);
    // A client that hung up behind the request still gets the answer (RFC 9112 section 9.6).
    assert_eq!(Answer::read(&tell(server.addr, GET.as_bytes())).status, 200);
}

#[test]
fn the_log_has_the_common_format_and_nobody_can_fake_a_line() {
    let root = folder("log");
    let mut child = command(&root, &["--once"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let addr = first_line(child.stdout.as_mut().unwrap());
    let addr = addr.strip_prefix("listening on ").unwrap().parse().unwrap();
    let mut client = TestClient::call(addr);
    client
        .say(b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\n")
        .hear_answer();
    client
        .say(b"HEAD /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /\x1b[31m HTTP/1.1\r\n\r\n")
        .fin()
        .hear_all();
    assert!(
        child.wait().unwrap().success(),
        "--once ends after its client"
    );
    let mut log = String::new();
    child.stderr.unwrap().read_to_string(&mut log).unwrap();
    let date = "17/Mar/2030:17:46:40 +0000";
    let expected = format!(
        "127.0.0.1 - - [{date}] \"GET /tacos.txt HTTP/1.1\" 200 12\n\
         127.0.0.1 - - [{date}] \"HEAD /tacos.txt HTTP/1.1\" 200 -\n\
         127.0.0.1 - - [{date}] \"-\" 400 104\n"
    );
    let status = log
        .lines()
        .last()
        .and_then(|line| line.split(' ').next_back())
        .unwrap();
    assert_eq!(log, expected.replace("104", status));
}

fn first_line(stdout: &mut impl Read) -> String {
    let mut line = Vec::new();
    let mut byte = [0];
    while stdout.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
        line.push(byte[0]);
    }
    String::from_utf8(line).unwrap()
}

#[test]
fn a_browser_that_was_told_https() {
    let root = folder("tls");
    let mut child = command(&root, &[])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let addr = first_line(child.stdout.as_mut().unwrap());
    let addr = addr.strip_prefix("listening on ").unwrap().parse().unwrap();
    let name = b"tacos.example";
    let list = [&[0, 0, name.len() as u8][..], name].concat();
    let server_name = [
        &[0, 0, 0, list.len() as u8 + 2, 0, list.len() as u8][..],
        &list[..],
    ]
    .concat();
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[0],
        &[0, 2, 0x13, 1],
        &[1, 0],
        &[0, server_name.len() as u8],
        &server_name,
    ]
    .concat();
    let message = [&[1, 0, 0, body.len() as u8][..], &body].concat();
    let hello = [&[0x16, 3, 1, 0, message.len() as u8][..], &message].concat();
    // A browser tries again: the log says it once.
    for _ in 0..3 {
        assert_eq!(tell(addr, &hello), b"");
    }
    tell(
        addr,
        b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("/nothing") {
        assert!(log.read_line(&mut said).unwrap() > 0, "{said}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let times = said.matches("began TLS (https), for the host tacos.example;");
    assert_eq!(times.count(), 1, "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
}

#[test]
fn every_byte_can_be_shown() {
    let root = folder("wire");
    fs::write(root.join("big.bin"), "x".repeat(40_000)).unwrap();
    let mut child = command(&root, &["--once", "--wire", "--quiet"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let addr = first_line(&mut stdout);
    let addr = addr.strip_prefix("listening on ").unwrap().parse().unwrap();
    let get = b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\nCookie: secret\r\n\r\n";
    let mut client = TestClient::call(addr);
    client.say(get).hear_answer();
    let big = client
        .say(b"GET /big.bin HTTP/1.0\r\n\r\n")
        .fin()
        .hear_all();
    assert!(big.len() > 40_000);
    child.wait().unwrap();
    let mut shown = String::new();
    stdout.read_to_string(&mut shown).unwrap();
    for line in [
        "C connect\n",
        "C> GET /tacos.txt HTTP/1.1\\r\\n\n",
        "S> three tacos\\n\n",
        "S fin\n",
        "C fin\n",
    ] {
        assert!(shown.contains(line), "{line:?} is not in {shown}");
    }
    assert!(!shown.contains("secret"), "{shown}");
}
