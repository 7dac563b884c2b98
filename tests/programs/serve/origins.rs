//! `serve --cors`, `serve --spa`, and the media types beside a public table.

use std::fs;

use super::client::{Answer, TestClient, folder, server};
use wirelab::http::media;

fn ask(addr: std::net::SocketAddr, request: &str) -> Answer {
    let request = format!("{request}\r\nHost: tacos.example\r\nConnection: close\r\n\r\n");
    let mut client = TestClient::call(addr);
    Answer::read(&client.say(request.as_bytes()).hear_all())
}

#[test]
fn with_cors_every_answer_can_be_read_by_every_origin() {
    let root = folder("cors");
    let server = server(&root, &["--quiet", "--cors"]);
    for (request, status) in [
        ("GET /tacos.txt HTTP/1.1", 200),
        // The second answer comes from memory.
        ("GET /tacos.txt HTTP/1.1", 200),
        ("GET /tacos.txt HTTP/1.1\r\nRange: bytes=1-2", 206),
        ("GET /tacos.txt HTTP/1.1\r\nIf-None-Match: *", 304),
        ("GET /nothing HTTP/1.1", 404),
        ("HEAD /menu/ HTTP/1.1", 200),
        ("DELETE /tacos.txt HTTP/1.1", 405),
        (
            "OPTIONS /tacos.txt HTTP/1.1\r\nOrigin: http://a.example\r\n\
             Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: range",
            204,
        ),
    ] {
        let answer = ask(server.addr, request);
        assert_eq!(answer.status, status, "{request}");
        let origin = answer.field("access-control-allow-origin");
        assert_eq!(origin, Some("*"), "{request}: {}", answer.head);
        let methods = answer.field("access-control-allow-methods");
        assert_eq!(methods, Some("GET, HEAD, OPTIONS"), "{request}");
        assert_eq!(answer.field("access-control-allow-headers"), Some("*"));
    }
}

#[test]
fn without_cors_no_answer_speaks_of_origins() {
    let server = server(&folder("no-cors"), &["--quiet"]);
    let answer = ask(
        server.addr,
        "GET /tacos.txt HTTP/1.1\r\nOrigin: http://a.example",
    );
    assert_eq!(answer.status, 200);
    assert!(!answer.head.to_ascii_lowercase().contains("access-control"));
}

#[test]
fn a_single_page_stands_for_paths_that_may_be_pages() {
    let root = folder("spa");
    fs::write(root.join("index.html"), "<p>the only page\n").unwrap();
    let only = b"<p>the only page\n";
    let server = server(&root, &["--quiet", "--spa"]);
    for (path, status, content) in [
        ("/", 200, Some(&only[..])),
        ("/orders/7", 200, Some(only)),
        ("/orders/7?table=4", 200, Some(only)),
        ("/tacos.txt", 200, Some(b"three tacos\n")),
        ("/menu/", 200, Some(b"<p>tacos\n")),
        ("/app.js", 404, None),
        ("/orders/photo.png", 404, None),
        ("/../orders", 200, Some(only)),
        ("/a%00b", 400, None),
    ] {
        let answer = ask(server.addr, &format!("GET {path} HTTP/1.1"));
        assert_eq!(answer.status, status, "{path}");
        if let Some(content) = content {
            assert_eq!(answer.content, content, "{path}");
        }
    }
    let html = ask(server.addr, "GET /orders/7 HTTP/1.1");
    assert_eq!(html.field("content-type"), Some("text/html; charset=utf-8"));
    let plain = super::client::server(&root, &["--quiet"]);
    assert_eq!(ask(plain.addr, "GET /orders/7 HTTP/1.1").status, 404);
}

/// Where we know better than the table: what a browser plays or shows, and source texts, which a browser
/// should show and not store.
const OTHERWISE: [&str; 9] = ["c", "h", "m4v", "mid", "rs", "tgz", "ts", "wav", "xml"];

#[test]
fn media_types_are_those_of_a_public_table() {
    let Ok(table) = fs::read_to_string("/etc/mime.types") else {
        return crate::support::skip("/etc/mime.types is not installed");
    };
    let rows = || {
        let lines = table.lines().filter_map(|line| line.split('#').next());
        lines.filter_map(|line| {
            let (media, extensions) = line.split_once(char::is_whitespace)?;
            Some((media, extensions.split_whitespace()))
        })
    };
    let is_current = |(media, mut extensions): (&str, std::str::SplitWhitespace)| {
        media == "text/javascript" && extensions.any(|it| it == "js")
    };
    if !rows().any(is_current) {
        return crate::support::skip("/etc/mime.types is older than RFC 9239");
    }
    let types_of = |extension: &str| -> Vec<&str> {
        let own = rows().filter(|(_, extensions)| extensions.clone().any(|it| it == extension));
        own.map(|(media, _)| media).collect()
    };
    let mut compared = 0;
    let extensions = rows().flat_map(|(_, extensions)| extensions);
    // `cwl.json` is more than an extension to us.
    let is_compared = |it: &&str| !OTHERWISE.contains(it) && !it.contains('.');
    for extension in extensions.filter(is_compared) {
        let ours = media::by_name(format!("a.{extension}").as_bytes());
        let ours = ours.split(';').next().unwrap_or_default();
        if ours != "application/octet-stream" {
            let public = types_of(extension);
            assert!(
                public.contains(&ours),
                "{extension}: {ours}, not {public:?}"
            );
            compared += 1;
        }
    }
    assert!(compared >= 50, "only {compared} extensions are in both");
}
