//! Heads of requests and responses.

use wirelab::http::head::HeadParser;
use wirelab::http::{Fault, Parsed, Wrong};
use wirelab::limits::{MAX_EMPTY_LINES, MAX_FIELDS, MAX_HEAD, MAX_START_LINE};

use crate::cut::{Answer, answer, at_every_cut};

fn request(bytes: &[u8]) -> Answer {
    let mut parser = HeadParser::new();
    let grow = |prefix: &[u8]| answer(parser.request(prefix));
    at_every_cut(
        bytes,
        |prefix| answer(HeadParser::new().request(prefix)),
        grow,
    )
}

fn response(bytes: &[u8]) -> Answer {
    let mut parser = HeadParser::new();
    let grow = |prefix: &[u8]| answer(parser.response(prefix));
    at_every_cut(
        bytes,
        |prefix| answer(HeadParser::new().response(prefix)),
        grow,
    )
}

/// The request whose only oddity is this start line or these field lines.
fn with_line(line: &str) -> Vec<u8> {
    format!("{line}\r\nHost: tacos.example\r\n\r\n").into_bytes()
}

fn with_field(field: &[u8]) -> Vec<u8> {
    let mut bytes = b"GET / HTTP/1.1\r\n".to_vec();
    bytes.extend_from_slice(field);
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes
}

#[test]
fn a_request_in_full() {
    let bytes = b"GET /a?b HTTP/1.1\r\nhOsT:tacos.example\r\nX-Empty:\r\nX-Tab:\t a\tb \t\r\n\r\n";
    let mut parser = HeadParser::new();
    let Ok(Parsed::Done { value, used }) = parser.request(bytes) else {
        panic!("no head");
    };
    assert_eq!(used, bytes.len());
    assert_eq!((value.method, value.target), (&b"GET"[..], &b"/a?b"[..]));
    assert_eq!(value.target_at, 4);
    let fields: Vec<String> = value.fields.iter().map(|f| format!("{f:?}")).collect();
    assert_eq!(fields, ["hOsT: tacos.example", "X-Empty: ", r"X-Tab: a\tb"]);
    assert_eq!(value.fields.get("HOST"), Some(&b"tacos.example"[..]));
    assert_eq!(value.fields.get("hos"), None);
    assert!(request(bytes).is_ok());
}

#[test]
fn one_parser_reads_one_head_after_the_other() {
    let first = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let second = b"PUT /b HTTP/1.0\r\nX: 1\r\nY: 2\r\n\r\n";
    let bytes = [&first[..], &second[..]].concat();
    let mut parser = HeadParser::new();
    let Ok(Parsed::Done { used, .. }) = parser.request(&bytes) else {
        panic!("no first head");
    };
    assert_eq!(used, first.len());
    let one = answer(parser.request(&bytes[used..]));
    assert_eq!(one, answer(HeadParser::new().request(second)));
}

#[test]
fn what_a_server_takes() {
    for line in [
        "GET / HTTP/1.1",
        "GET / HTTP/1.0",
        "GET / HTTP/1.9",
        "M-SEARCH * HTTP/1.1",
        "get /%7euser/;a=b,c@d:e!$&'()*+ HTTP/1.1",
        "OPTIONS http://[::1]:80/ HTTP/1.1",
        "\r\nGET / HTTP/1.1",
        "\r\n\r\n\r\n\r\nGET / HTTP/1.1",
    ] {
        let answer = request(&with_line(line));
        assert!(
            matches!(answer, Ok(Parsed::Done { .. })),
            "{line}: {answer:?}"
        );
    }
    for field in [
        &b"X:"[..],
        b"X: \xc3\xb1\x80\xff",
        b"!#$%&'*+-.^_`|~9aZ: x",
        b"X: a:b: c",
    ] {
        let answer = request(&with_field(field));
        assert!(matches!(answer, Ok(Parsed::Done { .. })), "{answer:?}");
    }
}

#[test]
fn what_a_server_refuses_and_where() {
    let lines: [(&str, usize, Wrong); 31] = [
        ("\x16\x03\x01\x02", 0, Wrong::TlsHello),
        ("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1", 8, Wrong::EmptyLines),
        ("\nGET / HTTP/1.1", 0, Wrong::BareLf),
        ("\rGET / HTTP/1.1", 0, Wrong::BareCr),
        (" GET / HTTP/1.1", 0, Wrong::SpaceInRequestLine),
        ("\tGET / HTTP/1.1", 0, Wrong::Method),
        ("G(T / HTTP/1.1", 1, Wrong::Method),
        ("G\x00T / HTTP/1.1", 1, Wrong::Method),
        ("GET\t/ HTTP/1.1", 3, Wrong::Method),
        ("GET", 3, Wrong::NoVersion),
        ("GET /", 5, Wrong::NoVersion),
        ("GET / ", 6, Wrong::Version),
        ("GET  / HTTP/1.1", 4, Wrong::SpaceInRequestLine),
        ("GET /  HTTP/1.1", 6, Wrong::SpaceInRequestLine),
        ("GET / a HTTP/1.1", 6, Wrong::Version),
        ("GET /a\tb HTTP/1.1", 6, Wrong::TargetByte),
        ("GET /a#b HTTP/1.1", 6, Wrong::TargetByte),
        ("GET /\u{f1} HTTP/1.1", 5, Wrong::TargetByte),
        ("GET /\"<>\\^`{|} HTTP/1.1", 5, Wrong::TargetByte),
        ("GET /\x7f HTTP/1.1", 5, Wrong::TargetByte),
        ("GET / http/1.1", 6, Wrong::Version),
        ("GET / HTTP/1", 12, Wrong::Version),
        ("GET / HTTP/11", 12, Wrong::Version),
        ("GET / HTTP/1,1", 12, Wrong::Version),
        ("GET / HTTP/1.10", 14, Wrong::AfterVersion),
        ("GET / HTTP/1.1 ", 14, Wrong::AfterVersion),
        ("GET / HTTP/ 1.1", 11, Wrong::Version),
        ("PRI * HTTP/2.0", 6, Wrong::VersionUnknown),
        ("GET / HTTP/0.9", 6, Wrong::VersionUnknown),
        ("GET / HTTP/3.0", 6, Wrong::VersionUnknown),
        ("GET / HTTP/1.1\n", 14, Wrong::BareLf),
    ];
    for (line, at, wrong) in lines {
        let answer = request(&with_line(line));
        assert_eq!(answer, Err(Fault::new(at, wrong)), "{line:?}");
    }
}

#[test]
fn what_a_server_refuses_in_fields_and_where() {
    let fields: [(&[u8], usize, Wrong); 19] = [
        (b" X: y", 0, Wrong::SpaceBeforeFields),
        (b"\tX: y", 0, Wrong::SpaceBeforeFields),
        (b"A: b\r\n X: y", 6, Wrong::Folded),
        (b"A: b\r\n\tX", 6, Wrong::Folded),
        (b"A: b\r\n ", 6, Wrong::Folded),
        (b": y", 0, Wrong::NoName),
        (b"X : y", 1, Wrong::SpaceBeforeColon),
        (b"X\t \t: y", 1, Wrong::SpaceBeforeColon),
        (b"X Y: y", 1, Wrong::SpaceBeforeColon),
        (b"X", 1, Wrong::NoColon),
        (b"X\x00: y", 1, Wrong::NameByte),
        (b"X\xc3\xb1: y", 1, Wrong::NameByte),
        (b"(X): y", 0, Wrong::NameByte),
        (b"X: a\x00b", 4, Wrong::ValueByte),
        (b"X: a\x0bb", 4, Wrong::ValueByte),
        (b"X: a\x7fb", 4, Wrong::ValueByte),
        (b"X: a\rb", 4, Wrong::BareCr),
        (b"X: a\r\rb", 4, Wrong::BareCr),
        (b"X: a\nY: b", 4, Wrong::BareLf),
    ];
    for (field, at, wrong) in fields {
        let answer = request(&with_field(field));
        let fault = Fault::new("GET / HTTP/1.1\r\n".len() + at, wrong);
        assert_eq!(answer, Err(fault), "{}", field.escape_ascii());
    }
    let line = b"GET / HTTP/1.1\r\nX: y\r\n\n";
    assert_eq!(request(line), Err(Fault::new(22, Wrong::BareLf)));
    let line = b"GET / HTTP/1.1\r\nX: y\r\n\rz";
    assert_eq!(request(line), Err(Fault::new(22, Wrong::BareCr)));
}

/// Like [`request`] for inputs that are too long to be cut at every byte.
fn long_request(bytes: &[u8]) -> Answer {
    let whole = answer(HeadParser::new().request(bytes));
    let mut parser = HeadParser::new();
    let mut grown = Ok(Parsed::NeedMore);
    for end in (0..bytes.len()).step_by(997).chain([bytes.len()]) {
        if grown == Ok(Parsed::NeedMore) {
            grown = answer(parser.request(&bytes[..end]));
        }
    }
    assert_eq!(grown, whole);
    whole
}

#[test]
fn limits_hold_at_their_byte() {
    let target = "a".repeat(MAX_START_LINE - "GET / HTTP/1.1".len());
    let fits = with_line(&format!("GET /{target} HTTP/1.1"));
    assert!(long_request(&fits).is_ok());
    let target = "a".repeat(MAX_START_LINE);
    let long = with_line(&format!("GET /{target} HTTP/1.1"));
    let fault = Fault::new(MAX_START_LINE, Wrong::TargetTooLong);
    assert_eq!(long_request(&long), Err(fault));
    assert_eq!(fault.status(), 414);

    let method = format!("{} / HTTP/1.1", "M".repeat(33));
    let fault = Fault::new(32, Wrong::MethodTooLong);
    assert_eq!(request(&with_line(&method)), Err(fault));
    assert_eq!(fault.status(), 501);

    let lines = |count| with_field("X: y\r\n".repeat(count).trim_end().as_bytes());
    assert!(long_request(&lines(MAX_FIELDS)).is_ok());
    let fault = Fault::new(16 + 6 * MAX_FIELDS, Wrong::TooManyFields);
    assert_eq!(long_request(&lines(MAX_FIELDS + 1)), Err(fault));
    assert_eq!(fault.status(), 431);

    let head = |size: usize| {
        let rest = size - with_field(b"X: ").len();
        with_field(format!("X: {}", "v".repeat(rest)).as_bytes())
    };
    assert!(
        matches!(long_request(&head(MAX_HEAD)), Ok(Parsed::Done { used, .. }) if used == MAX_HEAD)
    );
    let fault = Fault::new(MAX_HEAD, Wrong::HeadTooLarge);
    assert_eq!(long_request(&head(MAX_HEAD + 1)), Err(fault));
    assert_eq!(fault.status(), 431);

    let empty = "\r\n".repeat(MAX_EMPTY_LINES + 1);
    let fault = Fault::new(2 * MAX_EMPTY_LINES, Wrong::EmptyLines);
    assert_eq!(request(empty.as_bytes()), Err(fault));
}

#[test]
fn a_head_that_dribbles_in_is_read_once() {
    // 60 KiB in one field line, a byte at a time: were each byte read at each call, these would be
    // 1.8 thousand million steps, and this test would take minutes.
    let bytes = with_field(format!("X: {}", "v".repeat(60_000)).as_bytes());
    let mut parser = HeadParser::new();
    for end in 0..bytes.len() {
        let progress = answer(parser.request(&bytes[..end]));
        assert_eq!(progress, Ok(Parsed::NeedMore));
    }
    assert!(matches!(parser.request(&bytes), Ok(Parsed::Done { .. })));
}

#[test]
fn responses() {
    let bytes = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    let mut parser = HeadParser::new();
    let Ok(Parsed::Done { value, .. }) = parser.response(bytes) else {
        panic!("no head");
    };
    assert_eq!((value.status, value.reason), (404, &b"Not Found"[..]));
    for line in [
        &b"HTTP/1.1 200 OK"[..],
        b"HTTP/1.0 200 ",
        b"HTTP/1.1 999 \xe2\x98\x83\t!",
    ] {
        let answer = response(&[line, b"\r\n\r\n"].concat());
        assert!(matches!(answer, Ok(Parsed::Done { .. })), "{answer:?}");
    }
    let lines: [(&[u8], usize, Wrong); 12] = [
        (b"HTTP/1.1 200", 12, Wrong::StatusCode),
        (b"HTTP/1.1  200 OK", 9, Wrong::StatusCode),
        (b"HTTP/1.1 099 OK", 9, Wrong::StatusCode),
        (b"HTTP/1.1 20 OK", 11, Wrong::StatusCode),
        (b"HTTP/1.1 2000 OK", 12, Wrong::StatusCode),
        (b"HTTP/1.1\t200 OK", 8, Wrong::StatusCode),
        (b"http/1.1 200 OK", 0, Wrong::Version),
        (b" HTTP/1.1 200 OK", 0, Wrong::Version),
        (b"\r\nHTTP/1.1 200 OK", 0, Wrong::Version),
        (b"HTTP/2.0 200 OK", 0, Wrong::VersionUnknown),
        (b"HTTP/1.1 200 O\x00K", 14, Wrong::ReasonByte),
        (b"HTTP/1.1 200 OK\n", 15, Wrong::BareLf),
    ];
    for (line, at, wrong) in lines {
        let answer = response(&[line, b"\r\n\r\n"].concat());
        assert_eq!(
            answer,
            Err(Fault::new(at, wrong)),
            "{}",
            line.escape_ascii()
        );
    }
}
