//! Labs 21 to 23: their READMEs, and clients that bring too much, too little, or something else.

use std::io::{Read, Write};
use std::process::Command;

use crate::support::peers::{ask, client, complaint, run, says, started_wrongly};
use crate::support::{Server, bin};

const LABS: [&str; 3] = ["21", "22", "23"];

#[test]
fn a_program_that_is_started_wrongly_says_one_thing_and_ends() {
    started_wrongly(&LABS);
    let output = run("lab21-client", &["127.0.0.1:1", "-1"]);
    assert_eq!(output.status.code(), Some(2));
    complaint("lab21-client", &output);
    for (lab, name, value) in [
        ("22", "WIRELAB_ROOT", "no/such/folder"),
        ("23", "WIRELAB_ROOT", "no/such/folder"),
        ("23", "WIRELAB_NOW", "noon"),
    ] {
        let program = format!("lab{lab}-server");
        let mut command = Command::new(bin(&program));
        let output = command.arg("127.0.0.1:0").env(name, value).output();
        let output = output.expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{program} {name}={value}");
        complaint(&program, &output);
    }
}

#[test]
fn every_server_survives_every_bad_client_and_serves_the_next() {
    let ten_megabytes = vec![b'x'; 10_000_000];
    let post = |rest: &str| format!("POST / HTTP/1.1\r\nHost: x\r\n{rest}").into_bytes();
    let mut clients: Vec<Vec<u8>> = vec![
        vec![],
        b"\n".to_vec(),
        b"GET".to_vec(),
        b"\xff\xfe\x00\x01\r\n\r\n".to_vec(),
        ten_megabytes,
    ];
    clients.extend([
        post("Content-Length: 18446744073709551616\r\n\r\n"),
        post("Content-Length: 900000\r\n\r\nhalf"),
        post("Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"),
        post("Transfer-Encoding: chunked\r\n\r\n7fffffff\r\ntaco"),
        post(&format!(
            "Transfer-Encoding: chunked\r\n\r\n{}",
            "1".repeat(100_000)
        )),
        post(&format!(
            "Transfer-Encoding: chunked\r\n\r\n0\r\n{}",
            "T: x\r\n".repeat(100_000)
        )),
        post(&format!(
            "Transfer-Encoding: chunked\r\n\r\n{}",
            "1\r\nx\r\n".repeat(100_000)
        )),
        b"GET /menu.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=99999999999999999999-\r\n\r\n".to_vec(),
        b"GET /menu.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=\xff-\x80\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"\r\n\r\n".to_vec(),
    ]);
    for lab in LABS {
        let mut server = Server::start(&format!("lab{lab}-server"));
        for words in &clients {
            ask(server.addr, words);
            let shown = words[..words.len().min(60)].escape_ascii();
            assert!(server.runs(), "lab {lab} after {shown}");
        }
        let output = run(&format!("lab{lab}-client"), &[&server.addr.to_string()]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "lab {lab}: {said}");
    }
}

/// Half a plate is never there, not while it comes and not when its client has gone.
#[test]
fn lab21_shows_no_half_of_an_upload_to_anyone() {
    let server = Server::start("lab21-server");
    let get = b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let mut slow = client(server.addr);
    slow.write_all(
        b"PUT /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
    )
    .expect("the server reads");
    let mut word = [0; 25];
    slow.read_exact(&mut word).expect("a word");
    assert_eq!(&word, b"HTTP/1.1 100 Continue\r\n\r\n");
    slow.write_all(b"ta").expect("the server reads");
    assert!(ask(server.addr, get).starts_with(b"HTTP/1.1 404 "));
    slow.write_all(b"co").expect("the server reads");
    let mut created = [0; 20];
    slow.read_exact(&mut created).expect("an answer");
    assert_eq!(&created, b"HTTP/1.1 201 Created");
    assert!(ask(server.addr, get).ends_with(b"\r\n\r\ntaco"));

    let half = b"PUT /gone HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nta";
    assert_eq!(ask(server.addr, half), b"");
    let get = b"GET /gone HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert!(ask(server.addr, get).starts_with(b"HTTP/1.1 404 "));
}

/// Two pieces, cut at each byte in turn: the answer is the same.
#[test]
fn lab22_reads_chunks_that_are_cut_anywhere() {
    let server = Server::start("lab22-server");
    let head =
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    let body = b"0a;x=\"y\"\r\n3 tacos\r\n0\r\n1\r\n\n\r\n0\r\nTip: 1\r\n\r\n";
    let whole = ask(server.addr, &[&head[..], body].concat());
    assert!(
        whole.starts_with(b"HTTP/1.1 200 OK\r\n"),
        "{}",
        whole.escape_ascii()
    );
    for cut in 1..body.len() {
        let mut client = client(server.addr);
        client.set_nodelay(true).expect("an option");
        client
            .write_all(&[&head[..], &body[..cut]].concat())
            .expect("the server reads");
        client.write_all(&body[cut..]).expect("the server reads");
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).expect("an answer");
        assert_eq!(answer, whole, "cut at {cut}");
    }
}

/// The number of a size's digits says nothing about the size.
#[test]
fn lab22_reads_sizes_of_any_length() {
    let server = Server::start("lab22-server");
    let head =
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    let cases: [(&[u8], &[u8]); 4] = [
        (
            b"00000000000000000003\r\nabc\r\n0000\r\n\r\n",
            b"HTTP/1.1 200 ",
        ),
        (b"fffffffff\r\nabc", b"HTTP/1.1 413 "),
        (b"1ffffffffffffffff\r\nabc", b"HTTP/1.1 413 "),
        (b"\r\nabc", b"HTTP/1.1 400 "),
    ];
    for (body, status) in cases {
        let answer = ask(server.addr, &[&head[..], body].concat());
        let shown = (body.escape_ascii(), answer.escape_ascii());
        assert!(answer.starts_with(status), "{} {}", shown.0, shown.1);
    }
}

/// What a client does with an answer that no client may believe.
#[test]
fn the_clients_believe_no_answer_that_cannot_be_right() {
    const MENU: &[u8] = b"GET / HTTP/1.1\r\nHost: tacos.example\r\n\r\n";
    let answers: [&[u8]; 6] = [
        b"",
        b"three tacos\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    ];
    for answer in answers {
        let addr = says(MENU, answer.to_vec()).to_string();
        let output = run("lab22-client", &[&addr]);
        assert_eq!(output.status.code(), Some(1), "{}", answer.escape_ascii());
        complaint("lab22-client", &output);
    }
    const FILE: &[u8] = b"GET /menu.txt HTTP/1.1\r\nHost: tacos.example\r\n\r\n";
    let another_part = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-6/9\r\nContent-Length: 2\r\n\r\nab";
    let addr = says(FILE, another_part.to_vec()).to_string();
    let output = run("lab23-client", &[&addr]);
    assert_eq!(output.status.code(), Some(1));
    complaint("lab23-client", &output);
}
