//! The probe at servers that seem to deserve an accusation and do not, or that try to hold it up.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::command;
use super::strange::{ordinary, says, serving};

/// A server of one page with a tag and a date, which looks at no condition.
fn unconditional(head: &str, mut stream: &TcpStream) {
    let body = match head.starts_with("HEAD") {
        true => "",
        false => "hi",
    };
    let answer = format!(
        "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nLast-Modified: Wed, 01 Jan 2020 00:00:00 GMT\r\n\
         Connection: close\r\nContent-Length: 2\r\n\r\n{body}"
    );
    let _ = stream.write_all(answer.as_bytes());
}

/// It does not compare tags or dates in a wrong way: it does not compare them.
#[test]
fn a_server_without_conditions_is_not_blamed_for_the_way_it_compares() {
    let server = serving(unconditional);
    let addr = server.address().to_string();
    let (code, text, _) = command(&[&addr, "--section", "9110 13", "--brief"]);
    assert_eq!(code, Some(1), "{text}");
    for blamed in ["if-match-other", "unmodified-since-1994"] {
        assert!(text.contains(&format!(" {blamed} · MUST")), "{text}");
    }
    for other in [
        "if-match-weak",
        "match-before-none-match",
        "unmodified-since-1994-rfc-850",
        "unmodified-since-1994-asctime",
    ] {
        assert!(!text.contains(other), "{other} in {text}");
    }
}

/// What the server answers instead of a page is named.
#[test]
fn what_a_server_says_instead_of_a_page_is_named() {
    let tls = b"\x15\x03\x03\x00\x02\x02\x28";
    let away =
        b"HTTP/1.1 301 Moved\r\nLocation: https://tacos.example/\r\nContent-Length: 0\r\n\r\n";
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nthree";
    for (answer, named) in [
        (
            &tls[..],
            "a plain GET got a record of TLS: the port is for https",
        ),
        (away, "a plain GET got 301 (to https://tacos.example/)"),
        (cut, "the connection ended in the middle of a message"),
        (b"", "no response, and the connection was closed"),
    ] {
        let server = serving(move |_, mut stream| {
            let _ = stream.write_all(answer);
        });
        let (code, _, error) = command(&[&server.address().to_string()]);
        assert_eq!(code, Some(3), "{error}");
        assert!(error.contains(named), "{named} in {error}");
    }
}

/// It answers plain requests, and has no capacity for the others.
#[test]
fn a_refusal_for_lack_of_capacity_is_no_answer_to_a_case() {
    for busy in ["429 Too Many Requests", "503 Service Unavailable"] {
        let server = serving(move |head, stream| match head.contains("X-A") {
            true => says(stream, busy, "later\n"),
            false => ordinary(head, stream),
        });
        let addr = server.address().to_string();
        let (code, text, _) = command(&[&addr, "--case", "space-before-colon"]);
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("it answered 429 or 503"), "{text}");
        assert!(text.contains("1 left out"), "{text}");
    }
}

/// After some requests it is another server: no case is judged by what the other one says.
#[test]
fn a_server_that_changes_is_not_judged_by_what_it_became() {
    let count = AtomicUsize::new(0);
    let server = serving(
        move |head, stream| match count.fetch_add(1, Ordering::Relaxed) {
            0..=60 => ordinary(head, stream),
            _ => says(stream, "302 Found\r\nLocation: /sorry", ""),
        },
    );
    let addr = server.address().to_string();
    let (code, text, error) = command(&[&addr, "--brief"]);
    assert_eq!(code, Some(1), "{text}{error}");
    assert!(
        text.contains("a plain GET got 200 before, and 302 (to /sorry) now"),
        "{text}"
    );
    let blamed = text.lines().any(|line| line.trim().starts_with("302,"));
    assert!(!blamed, "{text}");
}

/// Its tag is another one with each response, so nobody can name the right one.
#[test]
fn a_page_without_a_steady_tag_is_not_asked_for_by_its_tag() {
    let count = AtomicUsize::new(0);
    let server = serving(move |head, mut stream| {
        let number = count.fetch_add(1, Ordering::Relaxed);
        let body = match head.starts_with("HEAD") {
            true => "",
            false => "hi",
        };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nETag: \"{number}\"\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{body}"
        );
        let _ = stream.write_all(answer.as_bytes());
    });
    let addr = server.address().to_string();
    let (code, text, _) = command(&[&addr, "--section", "9110 13.1.2"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("two plain GETs differ"), "{text}");
}

/// It says `close` and stays: one cause, told once, and no case waits long for its end.
#[test]
fn a_server_that_never_closes_is_told_so_once() {
    let stays = Mutex::new(Vec::new());
    let server = serving(move |head, stream| {
        ordinary(head, stream);
        stays.lock().unwrap().push(stream.try_clone().unwrap());
    });
    let addr = server.address().to_string();
    let words = ["--section", "9112 2", "--wait", "200", "--brief"];
    let (code, text, _) = command(&[&[&addr[..]], &words[..]].concat());
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("it leaves the connection open after a request with `Connection: close`"),
        "{text}"
    );
    assert!(
        text.contains("of two requests that come at once") && !text.contains("after each response"),
        "{text}"
    );
    assert_eq!(
        text.matches("did not close (9112 9.6)").count(),
        1,
        "{text}"
    );
}
