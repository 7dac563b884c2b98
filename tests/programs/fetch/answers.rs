//! Answers that are right, in every framing, and what is asked for them.

use wirelab::wire::{Transcript, Who};

use super::server::{Server, Then, answer, complained, fetch, fetched, says, says_then, told};

#[test]
fn every_framing_ends_where_it_should() {
    let taco = "\u{1f32e}\r\n\0 tail".to_string();
    let chunks = "4\r\n\u{1f32e}\r\n2;a=b\r\n\r\n\r\n6\r\n\0 tail\r\n0\r\nX: y\r\n\r\n";
    let cases = [
        ("Content-Length: 12\r\n", taco.clone(), Then::HangUp),
        // The server may stay: the answer says where it ends.
        ("Content-Length: 12\r\n", taco.clone(), Then::Stay),
        (
            "Transfer-Encoding: chunked\r\n",
            chunks.to_string(),
            Then::Stay,
        ),
        ("", taco.clone(), Then::HangUp),
        ("Connection: close\r\n", taco.clone(), Then::HangUp),
    ];
    for (fields, body, then) in cases {
        let said = format!("HTTP/1.1 200 OK\r\n{fields}\r\n{body}");
        let server = Server::new(vec![says_then(said, then)]);
        let got = fetched(&[&server.url("/")]);
        assert_eq!(
            got.escape_ascii().to_string(),
            taco.as_bytes().escape_ascii().to_string()
        );
    }
}

#[test]
fn a_request_says_what_it_must() {
    let server = Server::new(vec![answer("200 OK", "Content-Length: 0\r\n", "")]);
    assert_eq!(fetched(&[&server.url("/menu?dish=taco#salsa")]), b"");
    let asked = server.asked();
    let host = server.addr.to_string();
    let expected = format!(
        "GET /menu?dish=taco HTTP/1.1\r\nHost: {host}\r\nUser-Agent: wirelab/{}\r\nAccept: */*\r\n\
         Accept-Encoding: identity\r\nConnection: close\r\n\r\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(
        asked.escape_debug().to_string(),
        expected.escape_debug().to_string()
    );
}

#[test]
fn informational_answers_are_passed_over() {
    let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n\
                HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let server = Server::new(vec![says(text)]);
    assert_eq!(fetched(&[&server.url("/")]), b"ok");
    let endless = "HTTP/1.1 102 Processing\r\n\r\n".repeat(40);
    let server = Server::new(vec![says(endless)]);
    let said = complained(&[&server.url("/")], 1);
    assert!(
        said.ends_with("more than 16 informational answers, and no final answer"),
        "{said}"
    );
}

#[test]
fn an_answer_that_is_no_success_is_shown_and_fails() {
    let server = Server::new(vec![answer(
        "404 Not Found",
        "Content-Length: 8\r\n",
        "no dish\n",
    )]);
    let url = server.url("/");
    let output = fetch(&[&url]);
    assert_eq!(output.status.code(), Some(22));
    assert_eq!(output.stdout, b"no dish\n");
    assert_eq!(
        told(&output),
        format!("wirelab: {url}: the server answers HTTP/1.1 404 Not Found\n")
    );
}

#[test]
fn head_asks_for_the_head_and_prints_it_as_it_came() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nx-Odd:   value \r\n\r\n";
    let moved = "HTTP/1.1 303 See Other\r\nLocation: /there\r\n\r\n";
    let server = Server::new(vec![says(moved), says_then(head, Then::Stay)]);
    let got = fetched(&["--head", &server.url("/here")]);
    assert_eq!(String::from_utf8_lossy(&got), head);
    assert!(server.asked().starts_with("HEAD /here HTTP/1.1\r\n"));
    assert!(server.asked().starts_with("HEAD /there HTTP/1.1\r\n"));
}

#[test]
fn bytes_that_nobody_announced_are_named() {
    let server = Server::new(vec![answer(
        "200 OK",
        "Content-Length: 3\r\n",
        "three tacos",
    )]);
    let output = fetch(&[&server.url("/")]);
    assert_eq!(
        (output.status.code(), &output.stdout[..]),
        (Some(0), &b"thr"[..])
    );
    assert!(
        told(&output).contains("8 bytes or more came after the end"),
        "{}",
        told(&output)
    );
}

#[test]
fn a_packed_body_is_named_and_left_as_it_is() {
    let fields = "Content-Encoding: gzip\r\nContent-Length: 2\r\n";
    let server = Server::new(vec![answer("200 OK", fields, "zz")]);
    let output = fetch(&[&server.url("/")]);
    assert_eq!(
        (output.status.code(), &output.stdout[..]),
        (Some(0), &b"zz"[..])
    );
    assert!(
        told(&output).contains("the body is compressed (gzip)"),
        "{}",
        told(&output)
    );
}

#[test]
fn the_conversation_is_shown_in_the_notation() {
    let server = Server::new(vec![answer("200 OK", "Content-Length: 6\r\n", "tacos\n")]);
    let output = fetch(&["-v", &server.url("/")]);
    assert_eq!(output.stdout, b"tacos\n");
    let seen = Transcript::parse(&told(&output)).expect("stderr is a transcript");
    let seen = seen.without_times();
    assert_eq!(seen.bytes_of(1, Who::Client), server.asked().as_bytes());
    let text = seen.render();
    assert!(
        text.starts_with("C connect\nC> GET / HTTP/1.1\\r\\n\n"),
        "{text}"
    );
    assert!(
        text.ends_with("S> \\r\\n\nS> tacos\\n\nC fin\nS fin\n"),
        "{text}"
    );
}

#[test]
fn of_a_long_body_the_beginning_is_shown() {
    let body = "a line of tacos\n".repeat(20_000);
    let server = Server::new(vec![answer("200 OK", "", &body)]);
    let output = fetch(&["-v", &server.url("/")]);
    assert_eq!(output.stdout, body.as_bytes());
    let told = told(&output);
    assert!(
        told.lines().count() < 2_000,
        "{} lines",
        told.lines().count()
    );
    let note = told
        .lines()
        .find(|line| line.ends_with("more bytes are not shown"));
    assert!(note.is_some_and(|note| note.starts_with("# ")), "{told}");
    assert!(
        told.ends_with("S fin\n") || told.ends_with("C fin\n"),
        "{told}"
    );
}

#[test]
fn a_reader_who_has_enough_is_no_error() {
    use std::process::{Command, Stdio};
    let body = "tacos\n".repeat(100_000);
    let server = Server::new(vec![answer("200 OK", "", &body)]);
    let mut command = Command::new(crate::support::bin("wirelab"));
    command
        .args(["fetch", &server.url("/")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut running = command.spawn().expect("it starts");
    drop(running.stdout.take());
    let output = running.wait_with_output().expect("it ends");
    assert_eq!(
        (output.status.code(), told(&output)),
        (Some(0), String::new())
    );
}

/// The largest memory of the process so far, in KiB (proc(5)).
#[cfg(target_os = "linux")]
fn peak_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let digits = line.and_then(|line| line.split_whitespace().nth(1));
    digits
        .and_then(|digits| digits.parse().ok())
        .expect("a number")
}

#[cfg(target_os = "linux")]
#[test]
fn a_gibibyte_passes_through_little_memory() {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::process::{Command, Stdio};

    const PIECE: usize = 1024 * 1024;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let mut command = Command::new(crate::support::bin("wirelab"));
    command
        .args(["fetch", &url])
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let running = command.spawn().expect("it starts");

    let (mut client, _) = listener.accept().expect("a client");
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
        1024 * PIECE
    );
    client.write_all(head.as_bytes()).expect("it reads");
    let piece = vec![b't'; PIECE];
    for _ in 1..1024 {
        client.write_all(&piece).expect("it reads");
    }
    let peak = peak_of(running.id());
    client.write_all(&piece).expect("it reads");
    let _ = client.read_to_end(&mut Vec::new());
    let output = running.wait_with_output().expect("it ends");
    assert_eq!(
        (output.status.code(), told(&output)),
        (Some(0), String::new())
    );
    assert!(peak < 32 * 1024, "{peak} KiB");
}
