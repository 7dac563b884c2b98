//! The probe at servers that are strange as a whole: overloaded, slow, endless, dying, or of another
//! protocol. Each is recognised, and nobody waits for ever.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{command, good, site};
use crate::support::{bin, have};
use wirelab::net::{self, AcceptedClient, Serving};
use wirelab::probe::{Target, probe, suite};

/// A server that does this with each head that it gets, one a connection.
pub(super) fn serving(answer: impl Fn(&str, &TcpStream) + Send + Sync + 'static) -> Serving {
    let listener = net::listen("127.0.0.1:0".parse().unwrap(), 256).unwrap();
    let serving = net::serve(listener, 256, move |client: AcceptedClient| {
        let mut stream: &TcpStream = client.stream;
        let mut heard = Vec::new();
        let mut buffer = [0; 4096];
        while !heard.windows(4).any(|end| end == b"\r\n\r\n") {
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(count) => heard.extend_from_slice(&buffer[..count]),
            }
        }
        answer(&String::from_utf8_lossy(&heard), stream);
    });
    serving.unwrap()
}

pub(super) fn says(mut stream: &TcpStream, status: &str, body: &str) {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

/// What a server of most tests here says to an ordinary request.
pub(super) fn ordinary(head: &str, stream: &TcpStream) {
    match head.split(' ').next() {
        Some("HEAD") => says(stream, "200 OK\r\nX-Head: yes", ""),
        Some("GET") if !head.contains("nothing-here") => says(stream, "200 OK", "three tacos\n"),
        Some("GET") => says(stream, "404 Not Found", "no\n"),
        _ => says(stream, "501 Not Implemented", "no\n"),
    }
}

#[test]
fn an_overloaded_server_is_not_judged() {
    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        let server = serving(move |_, stream| says(stream, status, "later\n"));
        let (code, _, error) = command(&[&server.address().to_string()]);
        assert_eq!(code, Some(3), "{error}");
        assert!(
            error.contains(&status[..3]) && error.contains("overloaded"),
            "{error}"
        );
    }
}

#[test]
fn a_server_slower_than_we_wait_is_told_so() {
    let server = serving(|head, stream| {
        // a slow peer: that is the case
        std::thread::sleep(Duration::from_millis(300));
        ordinary(head, stream);
    });
    let (code, _, error) = command(&[&server.address().to_string(), "--wait", "50"]);
    assert_eq!(code, Some(3), "{error}");
    assert!(error.contains("50 ms: try --wait"), "{error}");
}

#[test]
fn a_server_that_answers_every_method_alike_is_told_so_and_not_accused() {
    let server = serving(|_, stream| says(stream, "200 OK", "yes\n"));
    let addr = server.address().to_string();
    let (_, text, _) = command(&[&addr, "--section", "9112 3.1", "--brief"]);
    assert!(
        text.contains("answers every method in the same way"),
        "{text}"
    );
    assert!(!text.contains("FAIL 9112 3.1 method-lower-case"), "{text}");
    let (code, text, _) = command(&[&addr, "--case", "status-line-of-501"]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn a_proxy_and_an_old_version_are_told() {
    let server = serving(|_, mut stream| {
        let old = b"HTTP/1.0 200 OK\r\nVia: 1.1 fred\r\nContent-Length: 2\r\n\r\nhi";
        let _ = stream.write_all(old);
    });
    let addr = server.address().to_string();
    let (code, text, _) = command(&[&addr, "--case", "answers-in-1-1"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Via: 1.1 fred"), "{text}");
    assert!(text.contains("it answers in HTTP/1.0"), "{text}");
}

#[test]
fn other_protocols_are_called_by_their_names() {
    let server = serving(|head, mut stream| {
        if head.starts_with("PRI") {
            let _ = stream.write_all(b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0d");
        } else if head.contains("Upgrade: h2c") {
            let switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n\0\0\0\x04";
            let _ = stream.write_all(switch);
        } else if !head.contains(" HTTP/1.") {
            let _ = stream.write_all(b"<title>tacos</title>\n");
        } else if head.starts_with("HEAD") {
            says(stream, "200 OK", "three tacos\n");
        } else {
            ordinary(head, stream);
        }
    });
    let addr = server.address().to_string();
    for (case, code, part) in [
        ("http2-preface", 0, "1 passed"),
        ("upgrade-http2", 0, "1 passed"),
        ("garbage-text", 1, "a response of HTTP/0.9"),
        (
            "head-has-no-content",
            1,
            "a body after the response to HEAD",
        ),
    ] {
        let (got, text, _) = command(&[&addr, "--case", case]);
        assert_eq!(got, Some(code), "{case}: {text}");
        assert!(text.contains(part), "{case}: {text}");
    }
    let (_, text, _) = command(&[&addr, "--section", "9112 2", "--brief"]);
    assert!(
        text.contains("it answers as HTTP/0.9, without status line, in"),
        "{text}"
    );
    assert_eq!(text.matches("without a status line").count(), 1, "{text}");
}

/// Each of its responses would be blamed for bytes of the page: it is one mistake, and said as one.
#[test]
fn a_length_that_is_too_small_is_said_before_any_verdict() {
    let server = serving(|_, mut stream| {
        let page = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n3 tacos\n";
        let _ = stream.write_all(page);
    });
    let (code, text, error) = command(&[&server.address().to_string(), "--brief"]);
    assert_eq!(code, Some(3), "{text}{error}");
    assert!(error.contains("more bytes after it"), "{error}");
}

#[test]
fn a_server_that_changes_ends_the_probe_with_what_is_known() {
    let count = AtomicUsize::new(0);
    let server = serving(
        move |head, stream| match count.fetch_add(1, Ordering::Relaxed) {
            0..=60 => ordinary(head, stream),
            _ => says(stream, "503 Service Unavailable", "later\n"),
        },
    );
    let folder = site("changes");
    let file = folder.join("report.xml");
    let addr = server.address().to_string();
    let (code, text, error) = command(&[&addr, "--junit", file.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{text}{error}");
    assert!(
        text.contains("STOPPED the probe stopped: a plain GET got 200 before"),
        "{text}"
    );
    assert!(text.contains("cases:"), "{text}");
    let xml = std::fs::read_to_string(&file).unwrap();
    assert!(
        xml.contains("<error message=\"the probe stopped") && xml.contains("9112-2.1-plain-get")
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_flood_fills_no_memory_and_no_time() {
    let count = AtomicUsize::new(0);
    let server = serving(move |head, mut stream| {
        // It is ordinary for as long as the baseline is found; and again to each control request.
        let early = count.fetch_add(1, Ordering::Relaxed) < 8;
        if early
            || head.starts_with("GET / HTTP/1.1\r\nHost: 127") && head.contains("close\r\n\r\n")
        {
            return ordinary(head, stream);
        }
        let line = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
        let _ = stream.write_all(line);
        while stream.write_all(&[b'z'; 65_536]).is_ok() {}
    });
    let begun = Instant::now();
    let addr = server.address().to_string();
    let (code, text, _) = command(&[&addr, "--section", "9112 6", "--brief"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("sends more than the requests asked for"),
        "{text}"
    );
    assert!(
        begun.elapsed() < Duration::from_secs(60),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn a_server_that_dies_is_named_with_its_case() {
    if !have(&["python3"]) {
        return;
    }
    let folder = site("dies");
    let script = folder.join("dies.py");
    let text = "import os, socket, sys\n\
                s = socket.create_server(('127.0.0.1', int(sys.argv[1])), backlog=64)\n\
                while True:\n\
                \x20   c, _ = s.accept()\n\
                \x20   h = b''\n\
                \x20   c.settimeout(2)\n\
                \x20   try:\n\
                \x20       while b'\\r\\n\\r\\n' not in h:\n\
                \x20           b = c.recv(65536)\n\
                \x20           if not b: break\n\
                \x20           h += b\n\
                \x20       if b'X-A\\t: b' in h: os._exit(1)\n\
                \x20       ok = h.startswith(b'GET ') and b'nothing-here' not in h\n\
                \x20       c.sendall(b'HTTP/1.1 ' + (b'200 OK' if ok else b'404 No') + b'\\r\\nConnection: close\\r\\nContent-Length: 2\\r\\n\\r\\nhi')\n\
                \x20   except OSError: pass\n\
                \x20   c.close()\n";
    std::fs::write(&script, text).unwrap();
    let script = format!("python3 {} {{port}}", script.display());
    let file = folder.join("report.xml");
    let words = ["--server", &script, "--section", "9112 5.1", "--junit"];
    let (code, text, error) = command(&[&words[..], &[file.to_str().unwrap()]].concat());
    assert_eq!(code, Some(1), "{text}{error}");
    assert!(text.contains("FAIL 9112 5.1 tab-before-colon"), "{text}");
    assert!(
        text.contains("the server ended, and ends each time"),
        "{text}"
    );
    // The others have their verdicts, and the report is whole.
    assert!(text.contains("13 cases"), "{text}");
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .contains("the server ended")
    );

    // Without a command to start it again the run ends there, with what is known.
    let port = net::free_port("127.0.0.1".parse().unwrap()).unwrap();
    let addr = format!("127.0.0.1:{}", port.number);
    let mut child = Command::new("python3")
        .args([
            folder.join("dies.py").to_str().unwrap(),
            &port.number.to_string(),
        ])
        .spawn()
        .unwrap();
    assert!(crate::support::listens(addr.parse().unwrap()));
    let words = [&addr, "--section", "9112 5.1", "--at-once", "1"];
    let (code, text, error) = command(&words);
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!(code, Some(1), "{text}{error}");
    assert!(
        text.contains("STOPPED the server ended after tab-before-colon"),
        "{text}"
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_storm_names_the_request_that_kills() {
    if !have(&["python3"]) {
        return;
    }
    let folder = site("storm-dies");
    let script = folder.join("dies.py");
    let text = "import os, socket, sys, threading\n\
                s = socket.create_server(('127.0.0.1', int(sys.argv[1])), backlog=512)\n\
                def one(c):\n\
                \x20   h = b''\n\
                \x20   c.settimeout(2)\n\
                \x20   try:\n\
                \x20       while b'\\r\\n\\r\\n' not in h:\n\
                \x20           b = c.recv(65536)\n\
                \x20           if not b: break\n\
                \x20           h += b\n\
                \x20       if b'chunked' in h.lower(): os._exit(1)\n\
                \x20       c.sendall(b'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 2\\r\\n\\r\\nhi')\n\
                \x20   except OSError: pass\n\
                \x20   c.close()\n\
                while True:\n\
                \x20   threading.Thread(target=one, args=(s.accept()[0],), daemon=True).start()\n";
    std::fs::write(&script, text).unwrap();
    let script = format!("python3 {} {{port}}", script.display());
    let output = Command::new(bin("wirelab"))
        .args([
            "storm",
            "--server",
            &script,
            "--seconds",
            "20",
            "--seed",
            "7",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("DIED during the random requests"), "{text}");
    // The requests before it are counted, and what was not tried is not in the tables.
    assert!(!text.contains("\n0 random requests"), "{text}");
    assert!(!text.contains("in the crowd"), "{text}");
    assert!(
        text.ends_with("1 finding, the server died, seed 7\n"),
        "{text}"
    );
    assert!(
        text.contains("FINDING this request ends the server"),
        "{text}"
    );
    assert!(text.to_lowercase().contains("chunked"), "{text}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_report_comes_in_every_form() {
    let server = serving(|_, stream| says(stream, "200 OK", "yes\n"));
    let addr = server.address().to_string();
    let base = [&addr[..], "--section", "9112 3.2"];
    let with = |more: &[&str]| command(&[&base[..], more].concat());
    let (code, json, _) = with(&["--json"]);
    assert_eq!(code, Some(1));
    assert!(json.starts_with("{\n") && json.ends_with("}\n"), "{json}");
    assert!(json.contains("\"case\": \"no-host\"") && json.contains("\"again\": \"printf"));
    let (_, md, _) = with(&["--md"]);
    assert!(
        md.starts_with("**probe of") && md.contains("| `no-host` and"),
        "{md}"
    );
    let (_, xml, _) = with(&["--junit", "-"]);
    assert!(
        xml.starts_with("<?xml") && xml.ends_with("</testsuites>\n"),
        "{xml}"
    );
    let (_, text, _) = with(&[]);
    assert!(
        text.contains("  again: printf 'GET / HTTP/1.1\\r\\n\\r\\n' | nc -w 2 127.0.0.1 "),
        "{text}"
    );
    let alone = format!("  alone: cargo lab probe {addr} --case no-host\n");
    assert!(text.contains(&alone), "{text}");
}

#[test]
fn a_server_is_held_at_its_level() {
    let server = serving(|_, stream| says(stream, "200 OK", "yes\n"));
    let addr = server.address().to_string();
    let folder = site("level");
    let file = folder.join("accepted");
    let accept = |text: &str, more: &[&str]| {
        std::fs::write(&file, text).unwrap();
        let words = [&addr[..], "--accept", file.to_str().unwrap()];
        command(&[&words[..], more].concat())
    };
    let (code, text, _) = accept("no-host an old client of ours\n", &["--case", "no-host"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("accepted no-host: an old client of ours"),
        "{text}"
    );
    let (code, text, _) = accept("plain-get why not\n", &["--case", "plain-get"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("plain-get is expected to fail, but passes"),
        "{text}"
    );
    let (code, _, error) = accept("no-host\n", &["--case", "no-host"]);
    assert_eq!(code, Some(2));
    assert!(
        error.contains("accepted:1: no-host has no reason"),
        "{error}"
    );
    let (code, _, error) = accept("no-hots reason\n", &["--case", "no-host"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("did you mean no-host?"), "{error}");
    for (level, code) in [("security", 0), ("must", 1), ("should", 1)] {
        let (got, text, _) = command(&[&addr, "--case", "no-host", "--level", level]);
        assert_eq!(got, Some(code), "{level}: {text}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_case_is_listed_explained_and_suggested() {
    let (code, list, _) = command(&["--list", "--section", "6.3"]);
    assert_eq!(code, Some(0));
    assert!(
        list.contains("9112 6.3     MUST     length-letters"),
        "{list}"
    );
    assert!(
        list.lines().all(|line| line.chars().count() <= 80),
        "{list}"
    );
    let (code, text, _) = command(&["--explain", "lf-hides-length"]);
    assert_eq!(code, Some(0));
    for part in [
        "lf-hides-length · security · RFC 9112 2.2 Message Parsing",
        "  RFC 9112 2.2: … the line terminator for the start-line and fields is the",
        "  reading: LF ends the line: the body is 5 bytes",
        "  C> X-A: b\\n",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    for (words, part) in [
        (
            &["--explain", "lf-hides-lenght"][..],
            "did you mean lf-hides-length?",
        ),
        (
            &["127.0.0.1:1", "--case", "no-hots"],
            "did you mean no-host?",
        ),
        (
            &["127.0.0.1:1", "--section", "9112 6.33"],
            "did you mean --section \"9112 6.3\"?",
        ),
        (
            &["127.0.0.1:1", "--section", "6.3.7"],
            "did you mean --section \"6.3\"?",
        ),
        (
            &["127.0.0.1:1", "--case", "no-host", "--section", "7"],
            "section 3.2, not in",
        ),
        (
            &["127.0.0.1:1", "--level", "nice"],
            "must, should or security",
        ),
        (&[], "ADDR is missing"),
    ] {
        let (code, _, error) = command(words);
        assert_eq!(code, Some(2), "{words:?}: {error}");
        assert!(error.contains(part), "{words:?}: {error}");
    }
}

#[test]
fn a_failure_can_be_said_again_by_a_shell() {
    if !have(&["sh", "nc"]) {
        return;
    }
    let folder = site("again");
    let server = good(&folder);
    let addr = server.addr.to_string();
    // Every case as one line: what it says is what the probe says.
    let baseline = wirelab::probe::server_features::Baseline::find(&wirelab::probe::Target::new(
        server.addr,
        &addr,
        "/",
    ));
    let baseline = baseline.unwrap();
    let target = wirelab::probe::Target::new(server.addr, &addr, "/");
    let cases = wirelab::probe::suite::cases().unwrap();
    let mut tried = 0;
    for case in cases.iter().step_by(23) {
        let Some(line) = wirelab::probe::reproduce::line(case, &target, &baseline) else {
            continue;
        };
        let (said, _) = line.rsplit_once(" | nc ").unwrap();
        let output = Command::new("sh").args(["-c", said]).output().unwrap();
        let wanted = case.said(|text| baseline.fill(text)).unwrap();
        assert!(output.stdout == wanted, "{}: {line}", case.name);
        tried += 1;
    }
    assert!(tried > 20);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_page_that_gets_another_tag_meanwhile_is_no_fault() {
    // Apache's tags are weak for a second after a change, and strong from then on.
    let count = AtomicUsize::new(0);
    let server = serving(move |head, mut stream| {
        let tag = match count.fetch_add(1, Ordering::Relaxed) {
            0..=7 => "W/\"a\"",
            _ => "\"a\"",
        };
        let end = format!("ETag: {tag}\r\nConnection: close\r\n");
        let answer = match head.contains("If-None-Match") {
            true => format!("HTTP/1.1 304 Not Modified\r\n{end}\r\n"),
            false => format!("HTTP/1.1 200 OK\r\n{end}Content-Length: 2\r\n\r\nhi"),
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    let addr = server.address().to_string();
    let (code, text, error) = command(&[&addr, "--case", "304-says-etag", "--wait", "20000"]);
    assert_eq!(code, Some(0), "{text}{error}");
    assert!(text.contains("1 passed"), "{text}");
}

#[test]
fn a_server_for_one_connection_at_a_time_is_asked_so() {
    let listener = net::listen("127.0.0.1:0".parse().unwrap(), 64).unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    // It reads one connection to its end before it accepts the next one.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut heard = Vec::new();
            let mut buffer = [0; 4096];
            while !heard.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => heard.extend_from_slice(&buffer[..count]),
                }
            }
            ordinary(&String::from_utf8_lossy(&heard), &stream);
        }
    });
    let words = [
        &addr[..],
        "--section",
        "9112 2.3",
        "--wait",
        "300",
        "--brief",
    ];
    let (_, text, error) = command(&words);
    assert!(text.contains("one connection at a time"), "{text}{error}");
    assert!(!text.contains("timeout"), "{text}");
}

#[test]
fn a_failure_that_does_not_come_again_is_none() {
    let count = AtomicUsize::new(0);
    let server = serving(move |head, stream| {
        let first = head.contains("X-A : b") && count.fetch_add(1, Ordering::Relaxed) == 0;
        match head.contains("X-A : b") && !first {
            true => says(stream, "400 Bad Request", "no\n"),
            false => ordinary(head, stream),
        }
    });
    let addr = server.address().to_string();
    let (code, text, _) = command(&[&addr, "--case", "space-before-colon"]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn a_slow_server_is_asked_more_at_a_time() {
    let server = serving(|head, stream| {
        // a slow peer: that is the case
        std::thread::sleep(Duration::from_millis(60));
        ordinary(head, stream);
    });
    let addr = server.address();
    let mut target = Target::new(addr, &addr.to_string(), "/");
    // Nothing here is too late, however busy the machine is.
    target.silence = Duration::from_secs(30);
    let at_once = |target: &Target| {
        let cases = suite::chosen(&["9112 2.1"]).unwrap();
        let done = probe(target, cases, None, &|_| {}).unwrap();
        done.target.at_once
    };
    assert_eq!(at_once(&target), 24);
    target.may_widen = false;
    assert_eq!(at_once(&target), 6);
}
