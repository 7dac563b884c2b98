//! Lab 27: what OpenSSL and a real browser say before anything is encrypted, and ClientHellos that lie.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use crate::support::browser::load;
use crate::support::peers::{ask, printed, run, started_wrongly};
use crate::support::{Server, bin, have, listens};

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
    let (server, mut log) = Server::start_logged(command.arg("127.0.0.1:0"));
    load(&format!("https://localhost:{}/", server.addr.port()));
    // Its log ends with it.
    drop(server);
    let mut said = String::new();
    log.read_to_string(&mut said).expect("text");
    let wanted = " ciphers, localhost, h2 http/1.1 -> unrecognized_name";
    let mut lines = said.lines();
    assert!(
        lines.any(|line| line.contains(": TLS 1.3, ") && line.ends_with(wanted)),
        "{said}"
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

/// nginx opens the envelope, and sends on plain HTTP: lab 9's request goes through `openssl s_client`, and lab 9's
/// server answers it. The lab's README shows this configuration.
#[test]
fn nginx_opens_the_envelope_for_lab_9() {
    if !have(&["nginx", "openssl"]) {
        return;
    }
    let server = Server::start("lab09-server");
    let own = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("envelope");
    std::fs::create_dir_all(&own).expect("a folder");
    let made = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ])
        .args([
            "-subj",
            "/CN=tacos.example",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
        ])
        .current_dir(&own)
        .output()
        .expect("openssl starts");
    assert!(made.status.success(), "{made:?}");
    let readme = std::fs::read_to_string("labs/27-sealed-envelope/README.md").expect("a README");
    let (_, rest) = readme.split_once("```nginx\n").expect("the configuration");
    let (shown, _) = rest.split_once("```").expect("its end");
    let held = wirelab::net::free_port(std::net::Ipv4Addr::LOCALHOST.into()).expect("a port");
    let front = std::net::SocketAddr::from(([127, 0, 0, 1], held.number));
    let shown = shown.replace("127.0.0.1:8443", &front.to_string());
    let shown = shown.replace("127.0.0.1:8009", &server.addr.to_string());
    let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let places: String = places
        .iter()
        .map(|it| format!("{it}_temp_path {it};\n"))
        .collect();
    let shown = shown.replace("http {\n", &format!("http {{\naccess_log off;\n{places}"));
    let text = format!("daemon off; master_process off; pid pid; error_log error.log;\n{shown}");
    std::fs::write(own.join("nginx.conf"), text).expect("a file");
    let mut nginx = Command::new("nginx")
        .args([
            "-p",
            &own.to_string_lossy(),
            "-c",
            "nginx.conf",
            "-e",
            "error.log",
        ])
        .spawn()
        .expect("nginx starts");
    // nginx does not say when it listens; a connection that is taken is the event.
    assert!(
        listens(front),
        "nginx does not start: {:?}",
        nginx.try_wait()
    );
    let mut client = Command::new("openssl")
        .args(["s_client", "-quiet", "-connect", &front.to_string()])
        .args(["-servername", "tacos.example"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl starts");
    let request = b"GET / HTTP/1.1\r\nHost: tacos.example\r\nConnection: close\r\n\r\n";
    let mut keyboard = client.stdin.take().expect("stdin is piped");
    keyboard.write_all(request).expect("it is taken");
    let mut answer = String::new();
    let mut screen = client.stdout.take().expect("stdout is piped");
    screen.read_to_string(&mut answer).expect("text");
    drop(keyboard);
    let _ = client.wait();
    let _ = nginx.kill();
    let _ = nginx.wait();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nthree tacos\n"), "{answer}");
}
