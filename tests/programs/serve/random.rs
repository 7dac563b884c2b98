//! Random and mutated requests, each followed by a marker: the server answers the marker as itself, or
//! has hung up; it never takes a body for a request, and it does not grow.

use std::fs;

use super::client::{TestClient, ask, folder, server};
use crate::dice::Dice;

const ROUNDS: usize = 1_000;

const SOUND: [&[u8]; 6] = [
    b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\n",
    b"HEAD /menu/ HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /",
    b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nGET /\r\n0\r\nT: v\r\n\r\n",
    b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=1-2,4-5\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
];

const PARTS: [&[u8]; 14] = [
    b"\r\n",
    b"\n",
    b"\r",
    b" ",
    b":",
    b"\0",
    b"\xff",
    b"0",
    b"9",
    b"Content-Length: 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Host: b\r\n",
    b"HTTP/1.0",
    b"%2e",
];

/// Only an answer to the marker has its content: no other request asks for the file. It is so long that
/// no mutated `Content-Length`, of three digits at most, makes exactly it a body.
fn marker() -> String {
    let padding = "x".repeat(1_000);
    format!("GET /marker HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: {padding}\r\n\r\n")
}

fn mutated(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.one_of(&SOUND).to_vec();
    for _ in 0..dice.below(3) {
        let at = dice.below(bytes.len());
        match dice.below(3) {
            0 => bytes[at] = dice.byte(),
            1 => drop(bytes.remove(at)),
            _ => {
                let part = dice.one_of(&PARTS);
                bytes.splice(at..at, part.iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn a_marker_behind_each_request_is_answered_as_itself_or_not_at_all() {
    let root = folder("random");
    fs::write(root.join("marker"), "marker content").unwrap();
    let mut server = server(&root, &["--quiet"]);
    let mut dice = Dice::new();
    let marker = marker();
    let before = size_of(&server);
    for _ in 0..ROUNDS {
        let bytes = mutated(&mut dice);
        let heard = TestClient::call(server.addr)
            .say(&bytes)
            .say(marker.as_bytes())
            .fin()
            .hear_all();
        let heard = String::from_utf8_lossy(&heard);
        let shown = bytes.escape_ascii();
        if heard.is_empty() {
            // Only TLS is hung up on without a word.
            assert_eq!(bytes.first(), Some(&0x16), "{shown}");
            continue;
        }
        assert!(heard.starts_with("HTTP/1.1 "), "{shown}: {heard}");
        let markers = heard.matches("marker content").count();
        assert!(markers <= 1, "{shown}: {heard}");
        if markers == 0 {
            // Then the server must have said that it reads no further.
            assert!(heard.contains("Connection: close"), "{shown}: {heard}");
        }
    }
    assert_eq!(
        ask(server.addr, "GET", "/marker", "").text(),
        "marker content"
    );
    assert!(server.runs());
    let grown = size_of(&server).saturating_sub(before);
    assert!(grown < 32_000, "{grown} KiB more than before");
}

/// The server's memory in KiB, where the system tells (proc(5)).
fn size_of(server: &crate::support::Server) -> u64 {
    let text = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmRSS:"));
    let words = line.and_then(|line| line.split_whitespace().nth(1));
    words.and_then(|word| word.parse().ok()).unwrap_or(0)
}
