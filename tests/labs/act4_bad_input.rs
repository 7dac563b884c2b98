//! What the programs of labs 16 to 19 do when they are started wrongly, or meet a peer that breaks off,
//! babbles, or never ends a line. A server must serve the next client after all of it.

use std::process::Command;

use crate::support::peers::{ask, client, complaint, printed, run, says, started_wrongly};
use crate::support::{Server, bin};

const LABS: [&str; 4] = ["16", "17", "18", "19"];

#[test]
fn a_program_that_is_started_wrongly_says_one_thing_and_ends() {
    started_wrongly(&LABS);
}

#[test]
fn what_a_program_is_told_besides_the_address_is_looked_at_too() {
    let cases: [(&str, &[&str]); 8] = [
        ("lab16-client", &["127.0.0.1:1", "menu.txt"]),
        ("lab16-client", &["127.0.0.1:1", "/daily special.txt"]),
        ("lab16-client", &["127.0.0.1:1", "/a\r\nHost: b"]),
        ("lab17-client", &["127.0.0.1:1", "GET"]),
        ("lab17-client", &["127.0.0.1:1", "GET", "menu.txt"]),
        ("lab17-client", &["127.0.0.1:1", "G ET", "/menu.txt"]),
        ("lab19-client", &["127.0.0.1:1", "none"]),
        ("lab19-client", &["127.0.0.1:1", "100000"]),
    ];
    for (program, words) in cases {
        let output = run(program, words);
        let said = complaint(program, &output);
        assert_eq!(output.status.code(), Some(2), "{said}");
    }
    let settings = [
        ("lab16-server", "WIRELAB_ROOT", "no/such/folder"),
        ("lab16-server", "WIRELAB_ROOT", "README.md"),
        ("lab17-server", "WIRELAB_ROOT", "no/such/folder"),
        ("lab17-server", "WIRELAB_NOW", "noon"),
        ("lab17-server", "WIRELAB_NOW", "-1"),
        ("lab17-server", "WIRELAB_NOW", "253402300800"),
    ];
    for (program, name, value) in settings {
        let mut command = Command::new(bin(program));
        let output = command.arg("127.0.0.1:0").env(name, value).output();
        let output = output.expect("it starts");
        let said = complaint(program, &output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(value) && said.contains(name), "{said}");
    }
}

#[test]
fn every_server_survives_every_bad_client_and_serves_the_next() {
    let ten_megabytes = vec![b'x'; 10_000_000];
    let long_field = [b"GET / HTTP/1.1\r\nX: ", &ten_megabytes[..]].concat();
    let clients: [&[u8]; 10] = [
        b"",
        b"\n",
        b"\r\n\r\n",
        b"GET",
        b"GET /menu.txt HTTP/1.1\r\nHost: taco",
        b"GET /menu.txt HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"\xff\xfe\x00\x01\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        &ten_megabytes,
        &long_field,
    ];
    for lab in LABS {
        let mut server = Server::start(&format!("lab{lab}-server"));
        for words in clients {
            ask(server.addr, words);
            drop(client(server.addr));
            let words = words[..words.len().min(40)].escape_ascii();
            assert!(server.runs(), "lab {lab} after {words}");
        }
        let output = run(&format!("lab{lab}-client"), &[&server.addr.to_string()]);
        assert!(output.status.success(), "lab {lab}: {}", printed(&output));
    }
}

/// A refusal must not be lost in the reset that unread bytes would cause (lab 5).
#[test]
fn a_client_who_talks_too_long_hears_why_he_is_refused() {
    let line = [b"GET /", &vec![b'x'; 1_000_000][..]].concat();
    for lab in LABS {
        let server = Server::start(&format!("lab{lab}-server"));
        let answer = ask(server.addr, &line);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 414 "), "lab {lab}: {answer}");
    }
}

const FIRST: &[u8] = b"GET /menu.txt HTTP/1.1\r\nHost: tacos.example\r\n\r\n";

#[test]
fn lab18_client_complains_about_an_answer_without_a_good_end() {
    let endless = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n",
        &[b'x'; 2_000_000][..],
    ];
    let cases: [(Vec<u8>, &str); 6] = [
        (b"".to_vec(), "before all was answered"),
        (b"HTTP/1.1 200 OK\r\n".to_vec(), "before all was answered"),
        (
            b"HTTP/1.1 200 OK\r\n\r\nthree tacos\n".to_vec(),
            "no good end",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".to_vec(),
            "no good end",
        ),
        (b"three tacos\n".to_vec(), "byte "),
        (endless.concat(), "more bytes than we want"),
    ];
    for (answer, words) in cases {
        let addr = says(FIRST, answer).to_string();
        let output = run("lab18-client", &[&addr]);
        let said = complaint("lab18-client", &output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(words), "{said}");
    }
}

/// A body that nobody reads would be taken for the next request, so the connection ends behind it.
#[test]
fn lab18_does_not_take_a_body_for_a_request() {
    let server = Server::start("lab18-server");
    let hidden = "GET /drinks.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    let length = hidden.len();
    for field in [
        format!("Content-Length: {length}"),
        "Transfer-Encoding: chunked".to_string(),
    ] {
        let request = format!("GET /menu.txt HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n{hidden}");
        let answer = ask(server.addr, request.as_bytes());
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.contains("Connection: close\r\n"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    }
}
