//! The probe at servers that seem to deserve an accusation and do not, or that try to hold it up.

use std::io::Write;
use std::net::TcpStream;

use super::command;
use super::strange::serving;

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
