//! Lab 12's client takes URLs apart, and does not call where it refuses; its server reads the outside of
//! a TLS envelope, however the envelope comes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use crate::support::{Server, bin, have};

#[path = "../../labs/12-url-bar/url.rs"]
mod url;

#[path = "../../labs/12-url-bar/envelope.rs"]
mod envelope;

fn client(words: &[&str]) -> Output {
    let mut command = Command::new(bin("lab12-client"));
    let output = command.args(words).stdin(Stdio::null()).output();
    output.expect("the client starts")
}

/// What a URL is taken apart into: host, port, target, fragment.
fn parts(text: &str) -> Result<(String, u16, String, String), String> {
    let url = url::split(text)?;
    Ok((url.host, url.port, url.target, url.fragment))
}

#[test]
fn lab12_every_part_goes_where_it_belongs() {
    let cases = [
        ("http://a", "a", 80, "/", ""),
        ("http://a/", "a", 80, "/", ""),
        ("http://a?", "a", 80, "/?", ""),
        ("http://a?b/c", "a", 80, "/?b/c", ""),
        ("http://a/b?c?d", "a", 80, "/b?c?d", ""),
        ("http://a/b#c#d", "a", 80, "/b", "c#d"),
        ("http://a#b/c?d@e:1", "a", 80, "/", "b/c?d@e:1"),
        ("http://a/b//c/../d", "a", 80, "/b//c/../d", ""),
        ("http://A.Example:0080/B%20c", "a.example", 80, "/B%20c", ""),
        ("http://127.0.0.1:65535/", "127.0.0.1", 65535, "/", ""),
        ("http://[::FFFF:1.2.3.4]:1", "[::ffff:1.2.3.4]", 1, "/", ""),
        ("http://a/http://b@c:1/", "a", 80, "/http://b@c:1/", ""),
    ];
    for (text, host, port, target, fragment) in cases {
        let expected = (
            host.to_string(),
            port,
            target.to_string(),
            fragment.to_string(),
        );
        assert_eq!(parts(text), Ok(expected), "{text}");
    }
}

#[test]
fn lab12_what_is_no_url_of_this_lab_is_refused_in_words() {
    let cases = [
        ("tacos.example/menu", "http://"),
        ("ftp://tacos.example/", "http://"),
        ("://a/", "http://"),
        ("", "http://"),
        ("HTTPS://tacos.example/", "sealed envelope"),
        ("http://", "no host"),
        ("http:///menu", "no host"),
        ("http://:80/", "no host"),
        ("http://a b/", "no host"),
        ("http://[::1/", "no host"),
        ("http://::1/", "no host"),
        ("http://[tacos]/", "no host"),
        ("http://a:65536/", "no port"),
        ("http://a:-1/", "no port"),
        ("http://a:8o/", "no port"),
        ("http://a@b/", "after the @"),
        ("http://a:1@b:2/", "after the @"),
        ("http://a/b c", "%"),
        ("http://a/jalape\u{f1}o", "%"),
        ("http://a/b\r\nHost: c", "%"),
    ];
    for (text, word) in cases {
        let why = parts(text).expect_err(text);
        assert!(why.contains(word), "{text:?}: {why}");
    }
}

#[test]
fn lab12_a_refused_url_means_no_call() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener
        .set_nonblocking(true)
        .expect("a listener that does not wait");
    let addr = listener.local_addr().expect("an address").to_string();
    for url in [
        "http://client:secret@tacos.example/",
        "https://tacos.example/",
        "http://a/b c",
    ] {
        let output = client(&[&addr, url]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.starts_with("lab12-client: ") && said.lines().count() == 1,
            "{said}"
        );
        assert!(listener.accept().is_err(), "{url}: it called");
    }
}

#[test]
fn lab12_the_url_alone_says_where_to_call() {
    let server = Server::start("lab12-server");
    let output = client(&[&format!("http://{}/menu#salsa", server.addr)]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.ends_with(&format!("you ask for /menu\nof {}\n", server.addr)),
        "{said}"
    );
}

/// A ClientHello with this site in it, as curl 7 sends one, but with two cipher suites only.
fn hello(site: &str) -> Vec<u8> {
    let name = site.as_bytes();
    let two = |number: usize| [(number >> 8) as u8, number as u8];
    let mut extensions = [&[0, 0x0b][..], &[0, 2, 1, 0]].concat();
    if !site.is_empty() {
        extensions.extend(
            [
                &[0, 0][..],
                &two(name.len() + 5),
                &two(name.len() + 3),
                &[0],
                &two(name.len()),
                name,
            ]
            .concat(),
        );
    }
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[4, 1, 2, 3, 4],
        &[0, 4, 0x13, 1, 0x13, 2],
        &[1, 0],
        &two(extensions.len()),
        &extensions,
    ]
    .concat();
    let handshake = [&[1, 0][..], &two(body.len()), &body].concat();
    [&[0x16, 3, 1][..], &two(handshake.len()), &handshake].concat()
}

#[test]
fn lab12_the_name_on_the_envelope_is_read_at_every_cut_and_never_made_up() {
    let whole = hello("tacos.example");
    assert_eq!(envelope::server_name(&whole), Some("tacos.example"));
    assert_eq!(envelope::server_name(&hello("")), None);
    assert_eq!(envelope::server_name(&hello("a\nb")), None);
    for cut in 0..whole.len() {
        assert!(!envelope::is_whole(&whole[..cut]), "{cut}");
        assert_eq!(envelope::server_name(&whole[..cut]), None, "{cut}");
    }
    assert!(envelope::is_whole(&whole));
    for at in 0..whole.len() {
        let mut wrong = whole.clone();
        wrong[at] = 0xff;
        let _ = envelope::server_name(&wrong); // any answer, and no panic
    }
}

/// The server with its log at hand; it ends with the value.
struct Logged {
    child: Child,
    addr: SocketAddr,
    log: BufReader<ChildStderr>,
}

impl Logged {
    fn start() -> Logged {
        let mut command = Command::new(bin("lab12-server"));
        command.arg("127.0.0.1:0").stdin(Stdio::null());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let addr = line
            .trim_end()
            .strip_prefix("listening on ")
            .expect("its place");
        let log = BufReader::new(child.stderr.take().expect("stderr is piped"));
        Logged {
            addr: addr.parse().expect("an address"),
            child,
            log,
        }
    }

    fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.log.read_line(&mut line).expect("a line");
        line
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn say_in_crumbs(addr: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(addr).expect("the server listens");
    stream.set_nodelay(true).expect("no delay");
    for byte in bytes {
        stream.write_all(&[*byte]).expect("it is sent");
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("a clean end");
    answer
}

#[test]
fn lab12_a_server_that_is_spoken_to_in_tls_says_so_in_its_log() {
    let mut server = Logged::start();
    assert!(say_in_crumbs(server.addr, &hello("tacos.example")).is_empty());
    let expected =
        "a client wants https://tacos.example/, in TLS: this lab stops at the envelope\n";
    assert_eq!(server.next_line(), expected);
    if have(&["curl"]) {
        let url = format!("https://localhost:{}/", server.addr.port());
        let output = Command::new("curl").args(["-sk", "-4", &url]).output();
        assert!(!output.expect("curl runs").status.success());
        assert_eq!(
            server.next_line(),
            expected.replace("tacos.example", "localhost")
        );
    }
}
