//! Answers that are wrong, servers that break off, and URLs that nobody can ask for: one clear message.

use std::net::TcpListener;

use crate::support::peers::closed;

use super::server::{Server, Then, complained, says, says_then};

#[test]
fn a_url_that_cannot_be_asked_for_is_wrong_use() {
    let cases = [
        ("menu", "a URL begins with http://"),
        (
            "https://tacos.example/",
            "https is the same text inside TLS, and wirelab has no TLS; use http://, or use curl",
        ),
        ("ftp://tacos.example/", "only http URLs can be fetched"),
        ("http://", "the host or the port of this URL is not valid"),
        (
            "http://a:99999/",
            "the host or the port of this URL is not valid",
        ),
        (
            "http://a@b/",
            "a user name in a URL is refused; the text before @ is not a host",
        ),
        (
            "http://a/pi\u{f1}ata",
            "byte 11 of the URL must be percent-encoded",
        ),
        ("http://a/a b", "byte 10 of the URL must be percent-encoded"),
    ];
    for (url, why) in cases {
        assert_eq!(complained(&[url], 2), format!("wirelab: {url}: {why}"));
    }
    for words in [
        &["--patience", "0", "http://a/"][..],
        &["--patience", "soon", "http://a/"],
    ] {
        assert!(complained(words, 2).contains("--patience needs seconds"));
    }
    assert!(complained(&["--head", "-o", "x", "http://a/"], 2).contains("--head"));
}

#[test]
fn nobody_there() {
    let closed = closed();
    let said = complained(&[&format!("http://{}/", closed.addr)], 1);
    assert!(
        said.contains("refused the connection: nobody listens there"),
        "{said}"
    );
    let said = complained(&["http://nobody.invalid/"], 1);
    assert!(
        said.contains("the name nobody.invalid has no address"),
        "{said}"
    );
}

#[test]
fn a_silent_server_is_given_up() {
    // The handshake is the kernel's; nobody ever accepts.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let said = complained(&["--patience", "0.2", &url], 1);
    let expected =
        format!("wirelab: {url}: the server sent nothing for 200ms, before its answer began");
    assert_eq!(said, expected);
    let cases = [
        (
            "HTTP/1.1 200 OK\r\nA: b",
            "200ms, in the middle of its head",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ntaco",
            "200ms, after 4 of 9 bytes of the body",
        ),
    ];
    for (text, why) in cases {
        let server = Server::new(vec![says_then(text, Then::Stay)]);
        let said = complained(&["--patience", "0.2", &server.url("/")], 1);
        assert!(said.ends_with(why), "{said}");
    }
}

#[test]
fn an_answer_that_is_not_whole_fails() {
    let cases = [
        ("", "closed the connection before its answer began"),
        (
            "HTTP/1.1 200",
            "closed the connection in the middle of its head",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ntaco",
            "closed the connection after 4 of 9 bytes of the body",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntaco\r\n",
            "closed the connection after 4 bytes of a body that had not ended",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ntaco",
            "closed the connection after 4 bytes of a body that had not ended",
        ),
    ];
    for (text, why) in cases {
        let server = Server::new(vec![says(text)]);
        let said = complained(&[&server.url("/")], 1);
        assert!(said.ends_with(why), "{said}");
    }
}

#[test]
fn a_reset_is_no_end_of_a_body() {
    for text in [
        "HTTP/1.1 200 OK\r\n\r\ntaco",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ntaco",
    ] {
        let server = Server::new(vec![says_then(text, Then::Reset)]);
        let said = complained(&[&server.url("/")], 1);
        assert!(said.contains("the connection broke "), "{said}");
    }
}

#[test]
fn a_fault_is_told_with_its_place() {
    let cases = [
        (
            "here you are\n",
            "byte 0 of the answer: a version is written HTTP/1.1, with these capitals (RFC 9112 2.3); the bytes there are \"here you are\\n\"",
        ),
        (
            "HTTP/1.1 200 OK\nA: b\r\n\r\n",
            "byte 15 of the answer: a line ends in LF alone; lines end in CR LF (RFC 9112 2.2); the bytes there are \"\\nA: b\\r\\n\\r\\n\"",
        ),
        (
            "HTTP/1.1 20 OK\r\n\r\n",
            "byte 11 of the answer: a status line is version, space, three digits from 100 on, space, reason (RFC 9112 4); the bytes there are \" OK\\r\\n\\r\\n\"",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "byte 36 of the answer: there is more than one Content-Length (RFC 9112 6.3); the bytes there are \"Content-Length: 2\\r\\n\\r\"",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n",
            "byte 52 of the answer: the data of a chunk must be followed by CR LF (RFC 9112 7.1); the bytes there are \"ay\\r\\n0\\r\\n\\r\\n\"",
        ),
        (
            "HTTP/1.1 206 Partial Content\r\nContent-Length: 0\r\n\r\n",
            "the server sent a part (206), but the request was for the whole",
        ),
        // What an https server sends to whom it does not understand: a TLS alert.
        (
            "\x15\x03\x01\x00\x02\x02\x46",
            "the server speaks TLS (https) on this port, and wirelab has no TLS",
        ),
    ];
    for (text, why) in cases {
        let server = Server::new(vec![says(text)]);
        let url = server.url("/");
        assert_eq!(complained(&[&url], 1), format!("wirelab: {url}: {why}"));
    }
}

#[test]
fn a_fault_in_a_body_counts_from_the_first_byte_of_the_answer() {
    let body = format!("{:x}\r\n{}\r\nzz\r\n", 200_000, "t".repeat(200_000));
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let server = Server::new(vec![says(format!("{head}{body}"))]);
    let said = complained(&[&server.url("/")], 1);
    let at = head.len() + body.len() - 4;
    assert!(
        said.contains(&format!("byte {at} of the answer: ")),
        "{said}"
    );
}

#[test]
fn a_head_without_end_is_refused() {
    let endless = format!(
        "HTTP/1.1 200 OK\r\n{}",
        "Aaaaaaaa: bbbbbbbbbbbbbbbbbbbb\r\n".repeat(100_000)
    );
    let server = Server::new(vec![says(endless)]);
    let said = complained(&[&server.url("/")], 1);
    assert!(said.contains("there are too many fields"), "{said}");
}
