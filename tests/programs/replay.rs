//! What a tap has recorded is played again without an edit: later, elsewhere, and to the client.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::support::bin;
use crate::support::peers::{ask, free_listener};
use wirelab::net::{Serving, serve};

/// A folder of a test's own.
fn folder(test: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("replay-{test}"));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// A server that answers each request with this head and body; `{port}` is its own port.
fn server(answer: &'static str) -> Serving {
    let listener = free_listener();
    let port = listener.local_addr().unwrap().port().to_string();
    let serving = serve(listener, 8, move |client| {
        let mut stream = client.stream;
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !request.ends_with(b"\r\n\r\n") {
            match stream.read(&mut buffer) {
                Ok(count @ 1..) => request.extend_from_slice(&buffer[..count]),
                _ => return,
            }
        }
        let _ = stream.write_all(answer.replace("{port}", &port).as_bytes());
    });
    serving.unwrap()
}

/// Records one request to `upstream` in `F.wire` of the folder.
fn record(folder: &PathBuf, upstream: SocketAddr, request: &str, words: &[&str]) -> String {
    let mut command = Command::new(bin("wirelab"));
    command.args([
        "tap",
        "127.0.0.1:0",
        &upstream.to_string(),
        "--connections",
        "1",
    ]);
    command.args(["--save", "F.wire"]).args(words);
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let addr = line
        .trim_end()
        .strip_prefix("listening on ")
        .unwrap()
        .to_string();
    let _ = ask(
        addr.parse().unwrap(),
        request.replace("{addr}", &addr).as_bytes(),
    );
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    std::fs::read_to_string(folder.join("F.wire")).unwrap()
}

fn play(folder: &PathBuf, words: &[&str]) -> Output {
    let mut command = Command::new(bin("wirelab"));
    command
        .args(["play", "F.wire"])
        .args(words)
        .current_dir(folder);
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const REQUEST: &str =
    "GET /?token=abc HTTP/1.1\r\nHost: {addr}\r\nAuthorization : Basic eA==\r\n\r\n";
const ANSWER: &str = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"a\"\r\n\
    Server: taco\r\nLocation: http://127.0.0.1:{port}/x\r\nContent-Length: 5\r\n\r\ntaco\n";

#[test]
fn masks_stand_in_the_file_and_the_values_behind_them() {
    let folder = folder("masks");
    let upstream = server(ANSWER);
    let text = record(&folder, upstream.address(), REQUEST, &[]);
    let lines = [
        r"C> GET /?token=\{masked 3 bytes} HTTP/1.1\r\n",
        r"C> Authorization : \{masked 10 bytes}\r\n",
        r"S> Date: \{date}\r\n # was Sun, 06 Nov 1994 08:49:37 GMT",
        "S> ETag: \"\\{any}\"\\r\\n # was a",
    ];
    for line in lines {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    let host = text
        .lines()
        .find(|line| line.starts_with("C> Host: "))
        .unwrap();
    assert!(
        host.starts_with(r"C> Host: 127.0.0.1:\{port}\r\n # was "),
        "{host}"
    );
    for word in ["abc", "eA=="] {
        assert!(!text.contains(word), "{text}");
    }
    let text = record(&folder, upstream.address(), REQUEST, &["--exact"]);
    assert!(
        text.contains("Basic eA==") && !text.contains(r"\{"),
        "{text}"
    );
    let text = record(
        &folder,
        upstream.address(),
        REQUEST,
        &["--show-secrets", "--mask", "server"],
    );
    assert!(
        text.contains("Basic eA==") && text.contains("Server: taco"),
        "{text}"
    );
    let text = record(&folder, upstream.address(), REQUEST, &["--mask", "server"]);
    assert!(text.contains(r"S> Server: \{masked 4 bytes}\r\n"), "{text}");
}

/// The same server, another server at another port, a later date, another tag: all pass.
#[test]
fn a_recording_passes_without_an_edit() {
    let folder = folder("passes");
    let upstream = server(ANSWER);
    record(&folder, upstream.address(), REQUEST, &[]);
    let later = "HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 08:49:37 GMT\r\nETag: \"bcd\"\r\n\
        Server: taco\r\nLocation: http://127.0.0.1:{port}/x\r\nContent-Length: 5\r\n\r\ntaco\n";
    for upstream in [upstream, server(later)] {
        let output = play(&folder, &[&upstream.address().to_string()]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(
            said(&output).starts_with("PASS F.wire · all "),
            "{}",
            said(&output)
        );
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(
            complaint.contains("2 secrets are not in the recording"),
            "{complaint}"
        );
    }
}

/// As HTTP the answers are the same, or they are not: what the table of `play --help` says.
#[test]
fn answers_are_compared_as_http() {
    let folder = folder("http");
    let upstream = server(ANSWER);
    record(&folder, upstream.address(), REQUEST, &[]);
    let other = "HTTP/1.1 200 Fine\r\nserver: taco\r\nDate: Sunday, 06-Nov-94 08:49:37 GMT\r\n\
        ETag: \"a\"\r\nLocation: http://127.0.0.1:{port}/x\r\nContent-Length: 5\r\n\r\ntaco\n";
    let serving = server(other);
    let output = play(&folder, &[&serving.address().to_string()]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    for words in [
        "another order",
        "other upper or lower case",
        "another format",
        "another reason phrase",
    ] {
        assert!(text.contains(words), "{text}");
    }
    let wrong = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"a\"\r\n\
        Server: flan\r\nX-New: 1\r\nLocation: http://127.0.0.1:{port}/x\r\nContent-Length: 5\r\n\r\nflan\n";
    let serving = server(wrong);
    let wrong = serving.address().to_string();
    let cases: [(&[&str], i32, &str); 5] = [
        (&[], 1, "another value of a field"),
        (&["--ignore", "server,X-New"], 1, "another body"),
        (
            &["--ignore", "Server", "--ignore", "x-new", "--only", "head"],
            0,
            "PASS",
        ),
        (&["--only", "status"], 0, "PASS"),
        (
            &["--only", "body"],
            1,
            "byte 1: \"flan\\n\" where \"taco\\n\" was",
        ),
    ];
    for (words, code, words_said) in cases {
        let output = play(&folder, &[&[wrong.as_str()], words].concat());
        let text = said(&output);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {text}");
        assert!(text.contains(words_said), "{words:?}: {text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
    }
}

/// A field that is another one each time: the report says with what options it passes, and it does.
#[test]
fn the_report_says_how_to_accept_a_field() {
    let folder = folder("accept");
    let upstream = server(ANSWER);
    record(&folder, upstream.address(), REQUEST, &[]);
    let other = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"a\"\r\n\
        Server: flan\r\nX-New: 1\r\nLocation: http://127.0.0.1:{port}/x\r\nContent-Length: 5\r\n\r\ntaco\n";
    let serving = server(other);
    let addr = serving.address().to_string();
    let output = play(&folder, &[&addr]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let (_, options) = text.split_once("to accept this: ").expect(&text);
    let options = options.lines().next().unwrap();
    let words: Vec<&str> = [
        &[addr.as_str()][..],
        &options.split(' ').collect::<Vec<_>>(),
    ]
    .concat();
    assert_eq!(words.len(), 5, "{options}");
    let output = play(&folder, &words);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    // A body is not accepted by leaving out fields.
    let serving = server("HTTP/1.1 200 OK\r\nServer: flan\r\nContent-Length: 5\r\n\r\nflan\n");
    let output = play(&folder, &[&serving.address().to_string()]);
    assert!(!said(&output).contains("to accept this"));
}

/// The server's side, at another port, to a client that says its request again.
#[test]
fn the_other_side_plays_to_the_client() {
    let folder = folder("listen");
    let upstream = server(ANSWER);
    record(&folder, upstream.address(), REQUEST, &["--show-secrets"]);
    let mut command = Command::new(bin("wirelab"));
    command.args(["play", "F.wire", "--listen", "127.0.0.1:0"]);
    command.current_dir(&folder).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let addr = line
        .trim_end()
        .strip_prefix("listening on ")
        .unwrap()
        .to_string();
    let mut client = TcpStream::connect(&addr).unwrap();
    client
        .write_all(REQUEST.replace("{addr}", &addr).as_bytes())
        .unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    // Who follows the Location comes back to the player.
    assert!(
        answer.contains(&format!("Location: http://{addr}/x\r\n")),
        "{answer}"
    );
    drop(client);
    let mut verdict = String::new();
    stdout.read_to_string(&mut verdict).unwrap();
    assert!(child.wait().unwrap().success(), "{verdict}");
}
