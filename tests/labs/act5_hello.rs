//! Lab 27: what OpenSSL and a real browser say before anything is encrypted, and ClientHellos that lie.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::support::peers::{ask, printed, run, started_wrongly};
use crate::support::{Server, bin, have};

#[test]
fn a_program_that_is_started_wrongly_says_one_thing_and_ends() {
    started_wrongly(&["27"]);
}

/// OpenSSL's ClientHello is read to its end, whatever it asks for.
#[test]
fn openssl_understands_the_alert() {
    if !have(&["openssl"]) {
        return;
    }
    let server = Server::start("lab27-server");
    let addr = server.addr.to_string();
    let table: [(&[&str], u8); 5] = [
        (&["-servername", "tacos.example"], 40),
        (&["-servername", "nachos.example"], 112),
        (&["-noservername"], 109),
        (&["-servername", "tacos.example", "-alpn", "h2,spdy/3"], 120),
        (
            &[
                "-servername",
                "tacos.example",
                "-alpn",
                "h2,http/1.1",
                "-tls1_2",
            ],
            40,
        ),
    ];
    for (words, alert) in table {
        let mut openssl = Command::new("openssl");
        openssl.args(["s_client", "-connect", &addr]).args(words);
        let output = openssl
            .stdin(Stdio::null())
            .output()
            .expect("openssl starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.contains(&format!("SSL alert number {alert}\n")),
            "{words:?}: {said}"
        );
    }
}

/// Chromium's ClientHello has values that mean nothing, extensions in another order each time, and a key of more
/// than a kilobyte; the name in it is found.
#[test]
fn the_name_in_a_browsers_hello_is_read() {
    if !have(&["chromium"]) {
        return;
    }
    let mut command = Command::new(bin("lab27-server"));
    let (server, log) = Server::start_logged(command.arg("127.0.0.1:0"));
    let profile = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser-hello");
    let mut browser = Command::new("chromium")
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ])
        .args(["--disable-background-networking", "--dump-dom"])
        .arg("--host-resolver-rules=MAP tacos.example 127.0.0.1, EXCLUDE 127.0.0.1")
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("https://tacos.example:{}/", server.addr.port()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromium starts");
    let mut lines = BufReader::new(log).lines().map_while(Result::ok);
    let line = lines
        .find(|line| line.contains(" -> "))
        .expect("a line for the client");
    let _ = browser.kill();
    let _ = browser.wait();
    assert!(line.contains("TLS 1.3, "), "{line}");
    assert!(
        line.contains(" ciphers, tacos.example, h2 http/1.1 -> handshake_failure"),
        "{line}"
    );
}

/// Each cut and each changed byte of a ClientHello gets an alert or the end of the connection, and the next
/// client is served.
#[test]
fn no_hello_is_too_strange() {
    let mut server = Server::start("lab27-server");
    let script =
        std::fs::read_to_string("snapshots/lab27-sealed-envelope.snap").expect("a snapshot");
    let (_, script) = script.split_once("@wire").expect("a transcript");
    let script = wirelab::wire::Transcript::parse(&format!("@wire{script}")).expect("a transcript");
    let hello = script.bytes_of(1, wirelab::wire::Who::Client);
    let answered = |answer: &[u8], what: &str| {
        let alert = answer.len() == 7 && answer.starts_with(&[21, 3, 3, 0, 2, 2]);
        assert!(
            answer.is_empty() || alert || answer.starts_with(b"HTTP/1.1 400"),
            "{what}: {answer:?}"
        );
    };
    for cut in 0..hello.len() {
        answered(&ask(server.addr, &hello[..cut]), &format!("cut at {cut}"));
    }
    for at in 0..hello.len() {
        let mut changed = hello.clone();
        changed[at] = changed[at].wrapping_add(0x81);
        answered(&ask(server.addr, &changed), &format!("byte {at} changed"));
    }
    let answer = ask(
        server.addr,
        &[&b"\x16\x03\x01\x40\x01"[..], &[0; 0x4001]].concat(),
    );
    assert_eq!(answer, [21, 3, 3, 0, 2, 2, 22], "a record that is too long");
    assert!(server.runs());
    let output = run("lab27-client", &[&server.addr.to_string()]);
    assert_eq!(printed(&output), "fatal alert 40\n");
}
