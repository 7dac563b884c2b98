//! What `fetch` has in common with curl: the options, the exit codes, and what real servers send.

use std::io::Write;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::server::{AcceptedClient, Server, Then, answer, complained, fetch, fetched, told};
use crate::support::have;

fn raw(says: &[u8], then: Then) -> AcceptedClient {
    let says = says.to_vec();
    AcceptedClient { says, then }
}

/// What the request says, as lines in order.
fn asked(words: &[&str]) -> Vec<String> {
    let server = Server::new(vec![answer("200 OK", "Content-Length: 0\r\n", "")]);
    let url = server.url("/menu");
    let output = fetch(&[words, &[url.as_str()]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    server.asked().lines().map(str::to_string).collect()
}

#[test]
fn the_options_change_the_request() {
    let has = |words: &[&str], line: &str| {
        let lines = asked(words);
        assert!(lines.iter().any(|it| it == line), "{words:?}: {lines:?}");
    };
    has(&["-X", "DELETE"], "DELETE /menu HTTP/1.1");
    has(&["-XOPTIONS"], "OPTIONS /menu HTTP/1.1");
    has(&["-I"], "HEAD /menu HTTP/1.1");
    has(&["-LI"], "HEAD /menu HTTP/1.1");
    has(&["-H", "X-Taco: 3", "-H", "X-Flan;"], "X-Taco: 3");
    has(&["-H", "Host: tacos.example"], "Host: tacos.example");
    has(&["-A", "taco/1"], "User-Agent: taco/1");
    has(&["-r", "0-4"], "Range: bytes=0-4");
    has(&["--compressed"], "Accept-Encoding: gzip");
    has(&["-d", "a=1", "-d", "b=2"], "POST /menu HTTP/1.1");
    has(&["-d", "a=1", "-d", "b=2"], "Content-Length: 7");
    has(
        &["-d", "a=1"],
        "Content-Type: application/x-www-form-urlencoded",
    );
    has(
        &["-d", "a=1", "-H", "Content-Type: text/plain"],
        "Content-Type: text/plain",
    );
    assert!(
        !asked(&["-H", "Accept:"])
            .iter()
            .any(|line| line.starts_with("Accept:"))
    );
    for (words, message) in [
        (&["-X", "GET IT"][..], "-X takes a method"),
        (&["-H", "no colon"], "-H takes `Name: value`"),
        (&["-H", "A: b\r\nC: d"], "contains a control character"),
        (&["-r", "all"], "-r takes a range"),
        (&["-r", "0-1,5-2"], "-r takes a range"),
        (&["-O"], "names no file"),
        (&["-O", "-o", "x"], "-O and -o both name the file"),
        (&["-k"], "has no option -k: see `cargo lab fetch --help`"),
        (&["-vs"], "has no option -vs: see `cargo lab fetch --help`"),
        (&["--heat"], "did you mean --head?"),
        (&["--strict", "--lenient"], "contradict each other"),
    ] {
        let said = complained(&[words, &["http://127.0.0.1:1/"]].concat(), 2);
        assert!(said.contains(message), "{said}");
    }
}

/// `-d` leaves the line ends of a file out, `--data-binary` none of its bytes; each keeps its place.
#[test]
fn a_file_is_sent_without_its_line_ends_or_as_it_is() {
    let file = std::env::temp_dir().join(format!("wirelab-data-{}", std::process::id()));
    std::fs::write(&file, "3\r\ntacos\n").unwrap();
    let from = format!("@{}", file.display());
    for (words, length) in [
        (&["-d", &from][..], "6"),
        (&["--data-binary", &from], "9"),
        (&["--data-binary", &from, "-d", "a=1"], "13"),
    ] {
        let line = format!("Content-Length: {length}");
        assert!(asked(words).contains(&line), "{words:?}");
    }
    std::fs::remove_file(&file).unwrap();
}

/// The codes of a table, and of curl at the same answers where it is installed.
#[test]
fn the_exit_codes_are_those_of_curl() {
    let table: [(&[u8], Then, i32); 8] = [
        (
            b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
            Then::HangUp,
            22,
        ),
        (
            b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
            Then::HangUp,
            22,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ntaco",
            Then::HangUp,
            18,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nta",
            Then::HangUp,
            18,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            Then::HangUp,
            56,
        ),
        (b"", Then::HangUp, 52),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ntaco",
            Then::Reset,
            56,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ntaco",
            Then::Stay,
            28,
        ),
    ];
    for (says, then, code) in table {
        let server = Server::new(vec![raw(says, then), raw(says, then)]);
        // The time is over only where the server stays; elsewhere a busy machine may take long.
        let limit = if code == 28 { "0.5" } else { "60" };
        let output = fetch(&["-m", limit, &server.url("/")]);
        let text = String::from_utf8_lossy(says);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{text}: {}",
            told(&output)
        );
        if have(&["curl"]) {
            let mut curl = Command::new("curl");
            curl.args(["-s", "-f", "-o", "/dev/null", "-m", limit, &server.url("/")]);
            assert_eq!(curl.status().unwrap().code(), Some(code), "curl: {text}");
        }
    }
    assert_eq!(fetch(&["http://nobody.invalid/"]).status.code(), Some(6));
    let closed = wirelab::net::Closed::at(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}/", closed.addr);
    assert_eq!(fetch(&[&url]).status.code(), Some(7));
}

/// What a user agent should understand is understood; `--strict` refuses it.
#[test]
fn heads_of_real_servers_are_read() {
    let cases: [(&[u8], &[&str]); 5] = [
        (
            b"HTTP/1.1 200 OK\r\nX-A: 1\r\n folded\r\nContent-Length: 4\r\n\r\ntaco",
            &[],
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\ntaco",
            &[],
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\n\r\ntaco", &[]),
        (b"HTTP/1.1 200\r\nContent-Length: 4\r\n\r\ntaco", &[]),
        (
            b"HTTP/1.1 200 OK\nContent-Length: 4\n\ntaco",
            &["--lenient"],
        ),
    ];
    for (says, words) in cases {
        let text = String::from_utf8_lossy(says).into_owned();
        let answers = || raw(says, Then::HangUp);
        let server = Server::new(vec![answers(), answers()]);
        let url = server.url("/");
        assert_eq!(
            fetched(&[words, &[url.as_str()]].concat()),
            b"taco",
            "{text}"
        );
        let said = complained(&["--strict", &url], 1);
        assert!(said.contains("of the answer: "), "{said}");
    }
    // A status below 100 counts as 5xx; two lengths that differ stay wrong.
    let odd = b"HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n";
    let two = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\ntaco";
    let coding = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\ntaco";
    let all = [&odd[..], two, coding];
    let server = Server::new(all.iter().map(|says| raw(says, Then::HangUp)).collect());
    let output = fetch(&[&server.url("/")]);
    assert_eq!(output.status.code(), Some(22), "{}", told(&output));
    complained(&[&server.url("/")], 8);
    let output = fetch(&[&server.url("/")]);
    assert!(!told(&output).contains("of a request"), "{}", told(&output));
}

/// A head that drips has a deadline as a whole.
#[test]
fn a_head_that_drips_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for byte in b"HTTP/1.1 200 OK\r\nX-Long: "
            .iter()
            .chain([b'a'; 1000].iter())
        {
            if stream.write_all(&[*byte]).is_err() {
                return;
            }
            // a slow peer: a byte every 50 ms is never silent for long
            thread::sleep(Duration::from_millis(50));
        }
    });
    let output = fetch(&["--patience", "0.5", &url]);
    assert_eq!(output.status.code(), Some(28), "{}", told(&output));
}

/// A part is not taken for the whole, nor several parts for one.
#[test]
fn parts_and_wholes_are_not_mixed_up() {
    let part = "Content-Length: 4\r\nContent-Range: bytes 0-3/10\r\n";
    let parts = "ETag: \"a\"\r\nContent-Length: 4\r\nContent-Range: bytes 0-3/10\r\n\
        Content-Type: multipart/byteranges; boundary=x\r\n";
    let server = Server::new(vec![
        answer("200 OK", part, "taco"),
        answer("206 Partial Content", part, "taco"),
        answer("206 Partial Content", part, "taco"),
    ]);
    let said = complained(&[&server.url("/")], 33);
    assert!(
        said.contains("200, which means the whole, with Content-Range"),
        "{said}"
    );
    complained(&[&server.url("/")], 33);
    assert_eq!(fetched(&["-r", "0-3", &server.url("/")]), b"taco");
    let folder = std::env::temp_dir().join(format!("wirelab-parts-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("F");
    let name = file.to_str().unwrap();
    let cut = "ETag: \"a\"\r\nContent-Length: 10\r\n";
    let whole = "ETag: \"a\"\r\nContent-Length: 10\r\n";
    let server = Server::new(vec![
        answer("200 OK", cut, "aaaaa"),
        answer("206 Partial Content", parts, "--x\r"),
        answer("200 OK", whole, "aaaaabbbbb"),
    ]);
    let url = server.url("/F");
    assert_eq!(fetch(&["-o", name, &url]).status.code(), Some(18));
    // The answer in parts is no rest, so the whole is asked for.
    let output = fetch(&["-o", name, &url]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(std::fs::read(&file).unwrap(), b"aaaaabbbbb");
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_packed_body_is_unpacked_by_gzip() {
    if !have(&["gzip"]) {
        return;
    }
    let mut gzip = Command::new("gzip");
    let mut gzip = gzip
        .arg("-c")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    gzip.stdin
        .take()
        .unwrap()
        .write_all(b"three tacos\n")
        .unwrap();
    let packed = gzip.wait_with_output().unwrap().stdout;
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        packed.len()
    );
    let says = [head.as_bytes(), &packed].concat();
    let server = Server::new(vec![raw(&says, Then::HangUp), raw(&says, Then::HangUp)]);
    assert_eq!(
        fetched(&["--compressed", &server.url("/")]),
        b"three tacos\n"
    );
    let file = std::env::temp_dir().join(format!("wirelab-gzip-{}", std::process::id()));
    let output = fetch(&[
        "--compressed",
        "-o",
        file.to_str().unwrap(),
        &server.url("/"),
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(std::fs::read(&file).unwrap(), b"three tacos\n");
    let _ = std::fs::remove_file(file);
}

/// A file keeps its mode; one that is read-only is not replaced.
#[cfg(unix)]
#[test]
fn the_mode_of_a_file_stays() {
    use std::os::unix::fs::PermissionsExt;
    let file = std::env::temp_dir().join(format!("wirelab-mode-{}", std::process::id()));
    for (mode, code) in [(0o600, 0), (0o755, 0), (0o400, 2)] {
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
        let server = Server::new(vec![answer("200 OK", "Content-Length: 4\r\n", "taco")]);
        let output = fetch(&["-o", file.to_str().unwrap(), &server.url("/")]);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{mode:o}: {}",
            told(&output)
        );
        let found = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(found & 0o777, mode);
        let text = if code == 0 { "taco" } else { "old" };
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        std::fs::remove_file(&file).unwrap();
    }
}
