//! Tests of the module above.

use super::*;

const ANSWER: &str = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
    Content-Length: 5\r\nServer: taco\r\nETag: \"1\"\r\n\r\ntaco\n";

fn found(other: &str, only: Only, ignore: &[&str]) -> Vec<(Aspect, bool)> {
    let asked = methods(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n");
    let read = |text: &str| responses(text.as_bytes(), &asked).unwrap();
    let ignore: Vec<String> = ignore.iter().map(ToString::to_string).collect();
    let found = compare(&read(ANSWER), &read(other), only, &ignore);
    let verdict = |it: &Deviation| (it.aspect, it.tolerance().accepted);
    found.iter().map(verdict).collect()
}

#[test]
fn each_row_of_the_table() {
    let all = |other: &str| found(other, Only::All, &[]);
    assert_eq!(all(ANSWER), []);
    let table = [
        ("08:49:37", "08:49:38", Aspect::Volatile, true),
        ("\"1\"", "\"2\"", Aspect::Volatile, true),
        (
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            Aspect::DateFormat,
            true,
        ),
        (
            "Server: taco\r\nETag: \"1\"",
            "ETag: \"1\"\r\nServer: taco",
            Aspect::Order,
            true,
        ),
        ("Server:", "server:", Aspect::NameCase, true),
        ("200 OK", "200 Fine", Aspect::Reason, true),
        (
            "Server: taco\r\n",
            "Server: taco\r\nX-A: 1\r\n",
            Aspect::Extra,
            false,
        ),
        ("Server: taco\r\n", "", Aspect::Missing, false),
        ("Server: taco", "Server: flan", Aspect::Value, false),
        ("200 OK", "201 OK", Aspect::StartLine, false),
        ("taco\n", "flan\n", Aspect::Body, false),
    ];
    for (from, to, aspect, accepted) in table {
        let other = ANSWER.replacen(from, to, 1);
        let other = if from == "taco\n" {
            ANSWER.replace("\r\n\r\ntaco", "\r\n\r\nflan")
        } else {
            other
        };
        assert_eq!(all(&other), [(aspect, accepted)], "{other}");
    }
    let twice = format!("{ANSWER}{ANSWER}");
    assert_eq!(all(&twice), [(Aspect::Count, false)]);
}

#[test]
fn what_is_ignored_or_not_asked_for_is_not_compared() {
    let other = ANSWER.replace("Server: taco", "Server: flan");
    assert_eq!(found(&other, Only::All, &["server"]), []);
    assert_eq!(found(&other, Only::Status, &[]), []);
    assert_eq!(found(&other, Only::Body, &[]), []);
    assert_eq!(found(&other, Only::Head, &[]).len(), 1);
    let other = other.replace("taco\n", "flan\n");
    assert_eq!(found(&other, Only::Status, &[]), []);
    assert_eq!(found(&other, Only::Body, &[]), [(Aspect::Body, false)]);
}

#[test]
fn chunks_are_joined() {
    let asked = methods(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n");
    let one = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
    let two = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n";
    let read = |bytes: &[u8]| responses(bytes, &asked).unwrap();
    let found = compare(&read(one), &read(two), Only::All, &[]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].aspect, Aspect::Chunks);
    assert_eq!(responses(b"+PONG\r\n", &asked), None);
    assert_eq!(requests(b"PING\r\n"), None);
}
