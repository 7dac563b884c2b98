//! What strangers try: each line of "what it must never allow", said to the real command.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use wirelab::limits;

use super::visitor::{ask, data, get, get_head, page, post, start, status, token};
use crate::support::{WIRELAB, soon};

#[test]
fn it_listens_on_loopback_only_and_has_no_option_for_anything_else() {
    let server = start();
    assert!(server.addr.ip().is_loopback());
    let output = Command::new(WIRELAB)
        .args(["web", "--bind", "0.0.0.0"])
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    #[cfg(target_os = "linux")]
    {
        let listeners = std::fs::read_to_string("/proc/net/tcp").expect("the table");
        let port = format!(":{:04X} ", server.addr.port());
        let own: Vec<&str> = listeners
            .lines()
            .filter(|line| line.contains(&port) && line.contains(" 0A "))
            .collect();
        assert!(own.iter().all(|line| line.contains("0100007F:")), "{own:?}");
        assert_eq!(own.len(), 1);
    }
}

#[test]
fn a_foreign_host_gets_421_whatever_it_asks_for() {
    let server = start();
    let port = server.addr.port();
    for host in [
        "tacos.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.2",
        "0.0.0.0",
        "evil.localhost",
        "[::2]",
    ] {
        for host in [host.to_string(), format!("{host}:{port}")] {
            let two_ports = host.matches(':').count() == 2;
            if host == format!("127.0.0.1:{port}") || two_ports {
                continue;
            }
            for (method, path) in [
                ("GET", "/"),
                ("GET", "/events"),
                ("POST", "/labs/01-three-tacos/run"),
                ("HEAD", "/live.js"),
            ] {
                let head = format!(
                    "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
                );
                assert_eq!(
                    status(&ask(server.addr, &head, "")),
                    "421",
                    "{method} {path} of {host}"
                );
            }
        }
    }
    // An absolute target names a host, too; and HTTP/1.0 may name none.
    let absolute = format!("GET http://tacos.example/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n");
    assert_ne!(status(&ask(server.addr, &absolute, "")), "200");
    assert_eq!(status(&ask(server.addr, "GET / HTTP/1.0\r\n", "")), "421");
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let head = format!("GET / HTTP/1.1\r\nHost: {host}:{port}\r\n");
        assert_eq!(status(&ask(server.addr, &head, "")), "200", "{host}");
    }
}

#[test]
fn a_form_needs_our_origin_and_our_token() {
    let server = start();
    let token = token(&server);
    let (_stream, number) = page(&server, &token);
    let path = "/labs/01-three-tacos/run";
    let run = format!("token={token}&page={number}&conversation=lab01-three-tacos&weather=calm");
    let own = |head: String| head;
    let origin = format!("Origin: http://{}\r\n", server.addr);
    for foreign in [
        "",
        "Origin: null\r\n",
        "Origin: http://tacos.example\r\n",
        "Origin: https://127.0.0.1\r\n",
    ] {
        let answer = post(&server, path, &run, |head| head.replace(&origin, foreign));
        assert_eq!(status(&answer), "403", "{foreign}");
    }
    let other = format!("Origin: http://localhost:{}\r\n", server.addr.port());
    let answer = post(&server, path, &run, |head| head.replace(&origin, &other));
    assert_eq!(status(&answer), "403", "another name is another origin");
    for wrong in ["", "0", &token[1..], &format!("{token}0"), &"0".repeat(32)] {
        let body = run.replace(&token, wrong);
        assert_eq!(status(&post(&server, path, &body, own)), "403", "{wrong}");
        assert_eq!(
            status(&get(&server, &format!("/events?token={wrong}"))),
            "403",
            "{wrong}"
        );
        let file = format!("/recording/recording.wire?page={number}&token={wrong}");
        assert_eq!(status(&get(&server, &file)), "403", "{wrong}");
    }
    assert_eq!(status(&post(&server, path, &run, own)), "204");
    let other = start();
    assert_ne!(
        token,
        super::visitor::token(&other),
        "the token changes at each start"
    );
}

#[test]
fn nothing_that_a_form_says_is_run() {
    let server = start();
    let token = token(&server);
    let (_stream, number) = page(&server, &token);
    let own = |head: String| head;
    let with = |path: &str, more: &str| {
        let body = format!("token={token}&page={number}&{more}");
        status(&post(&server, path, &body, own)).to_string()
    };
    let lab = "/labs/01-three-tacos";
    for (path, more, expected) in [
        (
            "/run",
            "conversation=lab02-order-in-crumbs&weather=calm",
            "422",
        ),
        ("/run", "conversation=../../snapshots/x&weather=calm", "422"),
        (
            "/run",
            "conversation=lab01-three-tacos&weather=storm",
            "422",
        ),
        ("/run", "conversation=lab01-three-tacos&weather=glue", "422"),
        ("/check", "side=server;id&watch=", "422"),
        ("/check", "side=", "422"),
        ("/say", "say=x&to=127.0.0.1:22", "422"),
        ("/say", "say=x&delivery=sh", "422"),
        ("/say", "say=%5Cq", "422"),
        ("/exec", "cmd=id", "404"),
        ("/start", "", "404"),
    ] {
        assert_eq!(
            with(&format!("{lab}{path}"), more),
            expected,
            "{path} {more}"
        );
    }
    for path in [
        "/labs/99-none/run",
        "/labs/..%2f/run",
        "/run",
        "/labs/01-three-tacos/run/",
    ] {
        assert_eq!(
            with(path, "conversation=lab01-three-tacos&weather=calm"),
            "404",
            "{path}"
        );
    }
    // A query on a page, however it is called, changes nothing.
    let page = get(
        &server,
        "/labs/01-three-tacos/?server=id&cmd=id&weather=rude",
    );
    assert_eq!(status(&page), "200");
    assert!(!page.contains("id&cmd"), "{page}");
}

#[test]
fn a_page_of_another_site_can_neither_load_nor_frame_nor_guess() {
    let server = start();
    for path in [
        "/",
        "/labs/01-three-tacos/",
        "/style.css",
        "/live.js",
        "/you",
        "/bill",
        "/labs/01-three-tacos/server.rs",
    ] {
        let answer = get(&server, path);
        assert_eq!(status(&answer), "200", "{path}");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        for field in [
            "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'",
            "X-Content-Type-Options: nosniff",
            "Cross-Origin-Resource-Policy: same-origin",
        ] {
            assert!(head.contains(field), "{path} has no {field}");
        }
        assert!(!head.contains("Access-Control-Allow"), "{path}");
        if path.ends_with(".css") || path.ends_with(".js") {
            continue;
        }
        assert!(
            !body.contains("<style") && !body.contains(" style="),
            "{path}: a style in the page"
        );
        assert!(
            !body.contains(" onclick") && !body.contains("javascript:"),
            "{path}: a script in the page"
        );
        for script in body.split("<script").skip(1) {
            assert!(
                script.starts_with(" src=\"/live.js\" defer></script>"),
                "{path}: {script}"
            );
        }
        for url in body
            .split("src=\"")
            .skip(1)
            .chain(body.split("<link ").skip(1))
        {
            assert!(
                !url.starts_with("http") && !url.starts_with("//"),
                "{path}: {url}"
            );
        }
    }
}

#[test]
fn whatever_a_client_says_comes_back_escaped() {
    let server = start();
    let head = format!(
        "GET /you HTTP/1.1\r\nHost: {}\r\nX-A: <script>alert(1)</script>\r\n",
        server.addr
    );
    let answer = ask(server.addr, &head, "");
    assert!(
        answer.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
        "{answer}"
    );
    assert!(!answer.contains("<script>"), "{answer}");
    let token = token(&server);
    let (mut stream, number) = page(&server, &token);
    let body = format!("token={token}&page={number}&say=%3Cscript%3E%22%27%5Cn");
    assert_eq!(
        status(&post(&server, "/labs/01-three-tacos/say", &body, |head| {
            head
        })),
        "204"
    );
    loop {
        let row = data(&mut stream);
        assert!(!row.contains("<script"), "{row}");
        if row.contains("&lt;script&gt;") {
            break;
        }
    }
}

#[test]
fn a_thousand_open_streams_take_eight_places_and_the_rest_are_told() {
    let server = start();
    let token = token(&server);
    let pages: Vec<_> = (0..limits::web::PAGES)
        .map(|_| page(&server, &token))
        .collect();
    let mut refused = 0;
    let mut held = Vec::new();
    for number in 0..1_000 {
        let of = if number % 2 == 0 { "page" } else { "you" };
        let Ok(mut stream) = TcpStream::connect(server.addr) else {
            continue;
        };
        let request = format!(
            "GET /events?token={token}&of={of} HTTP/1.1\r\nHost: {}\r\n\r\n",
            server.addr
        );
        if stream.write_all(request.as_bytes()).is_err() {
            continue;
        }
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .expect("a deadline");
        let mut answer = [0; 12];
        if stream.read_exact(&mut answer).is_ok() && answer.ends_with(b"503") {
            refused += 1;
        }
        if held.len() < 100 {
            held.push(stream);
        }
    }
    assert!(refused > 900, "only {refused} were refused");
    drop(held);
    // Who was there before is served on, and who leaves makes room.
    assert_eq!(status(&get(&server, "/")), "200");
    drop(pages);
    assert!(soon(|| {
        let answer = get_head(&server, &format!("/events?token={token}"));
        answer.starts_with("HTTP/1.1 200")
    }));
}
