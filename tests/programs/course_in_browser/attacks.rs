//! A fresh attacker of the pages: hostile bytes in every text that is shown, paths that lead elsewhere, long inputs,
//! forms that stand for more than they say, and readers that cut their requests.

use std::fs;
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::Command;

use super::tap::{page_addr, started_tap};
use super::visitor::{
    ask, children, data, get, get_head, page, post, start, start_with, status, token, token_at,
    until,
};
use crate::support::{Server, WIRELAB, peers, soon};

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

/// No tag of the hostile text is in the text of a page.
fn is_harmless(text: &str) {
    for tag in ["<script>alert", "<img src=x"] {
        assert!(!text.contains(tag), "{text}");
    }
}

#[test]
fn hostile_bytes_in_a_recording_stay_text_in_the_rows_the_list_and_the_files() {
    let upstream = Server::start("lab09-server");
    let (tap, url) = started_tap(upstream.addr);
    let addr = page_addr(&url);
    let token = token_at(addr, "/tap");
    let mut stream = peers::client(addr);
    let head =
        format!("GET /events?of=tap&after=tap.0&token={token} HTTP/1.1\r\nHost: {addr}\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("it is taken");
    let mut stream = BufReader::new(stream);
    let request = format!("GET /{HOSTILE} HTTP/1.1\r\nHost: {HOSTILE}\r\n\r\n");
    peers::ask(tap.addr, request.as_bytes());
    // A line end of any kind would begin another field of the stream.
    peers::ask(
        tap.addr,
        b"\r\rdata: <b>\n\nid: 7\n\x00\xff\xe2\x80\xa8\r\n\r\n",
    );
    let (mut rows, mut options) = (0, 0);
    while rows < 2 || options < 2 {
        let event = data(&mut stream);
        is_harmless(&event);
        assert!(
            event.starts_with("<li ") || event.starts_with("<option "),
            "{event}"
        );
        assert!(!event.contains("<b>"), "{event}");
        rows += usize::from(event.contains("class=\"row c\"") && event.contains("data-n="));
        options += usize::from(event.starts_with("<option "));
    }
    assert!(soon(|| {
        let head = format!(
            "GET /recording/recording.svg?of=tap&token={token} HTTP/1.1\r\nHost: {addr}\r\n"
        );
        let picture = ask(addr, &head, "");
        is_harmless(&picture);
        assert!(picture.contains("Content-Security-Policy: default-src 'self'"));
        picture.contains("&lt;script")
    }));
}

#[test]
fn hostile_words_of_a_program_and_of_a_command_line_stay_text() {
    let command = format!(
        "sh -c \"echo '{}' >&2; exit 3\"",
        HOSTILE.replace(['"', '\''], "")
    );
    let server = start_with(&["--server", &command]);
    is_harmless(&get(&server, "/labs/09-smallest-answer/"));
    let token = token(&server);
    let (mut stream, number) = page(&server, &token);
    let body = format!("token={token}&page={number}&side=server");
    let path = "/labs/09-smallest-answer/check";
    assert_eq!(status(&post(&server, path, &body, |head| head)), "204");
    let told = until(&mut stream, "alert(1)");
    is_harmless(&told);
    assert!(told.contains("&lt;script"), "{told}");
}

#[test]
fn a_hostile_progress_file_stays_text() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("web-hostile-progress");
    let _ = fs::remove_dir_all(&folder);
    let made = Command::new(WIRELAB).arg("init").arg(&folder).output();
    assert!(made.expect("it runs").status.success());
    let lines = [
        "passed 9 server ",
        "done 09-smallest-answer server ",
        "",
        "hints 9 ",
        "checked ",
    ];
    let lines: Vec<String> = lines
        .iter()
        .map(|line| format!("{line}{HOSTILE}"))
        .collect();
    fs::write(folder.join("progress.txt"), lines.join("\n")).expect("a file");
    let mut command = Command::new(WIRELAB);
    command.args(["web", "--port", "0", "--no-open"]);
    let server = Server::start_with(command.env("WIRELAB_COURSE", &folder));
    for path in ["/", "/bill", "/labs/09-smallest-answer/"] {
        let answer = get(&server, path);
        assert_eq!(status(&answer), "200", "{path}");
        is_harmless(&answer);
    }
    let _ = fs::remove_dir_all(&folder);
}

#[test]
fn no_path_leads_out_of_the_course() {
    let server = start();
    for path in [
        "/labs/../../etc/passwd",
        "/labs/..%2f..%2fCargo.toml",
        "/labs/01-three-tacos/../../../Cargo.toml",
        "/labs/01-three-tacos/%2e%2e/server.rs",
        "/labs/01-three-tacos/..",
        "/labs/01-three-tacos/server.rs%00.html",
        "/labs/01-three-tacos/server.rs/",
        "/labs/01-three-tacos/wrong/server.rs",
        "/labs/01-three-tacos/ladder/../../../x.svg",
        "/labs/01-three-tacos/presets.wire",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/etc/passwd",
        "/explain/..%2f..",
        "/explain/%00",
        "/recording/../Cargo.toml",
        "/live.js/..",
        "/.git/config",
    ] {
        let answer = get(&server, path);
        let refused = ["400", "403", "404"].contains(&status(&answer));
        assert!(
            refused && !answer.contains("[package]") && !answer.contains("root:"),
            "{path}: {answer}"
        );
    }
}

#[test]
fn every_refusal_is_protected_like_the_pages() {
    let server = start();
    let own = |head: String| head;
    let token = token(&server);
    let (_stream, number) = page(&server, &token);
    let addr = server.addr;
    let say = format!("token={token}&page={number}&say=~+{}", "%3Cscript%3E");
    let unknown = format!("token={token}&page=999&say=x");
    for (answer, code) in [
        (get(&server, "/nothing"), "404"),
        (get(&server, "/labs/01-three-tacos"), "301"),
        (get(&server, "/events?token=0"), "403"),
        (
            ask(addr, "GET / HTTP/1.1\r\nHost: tacos.example\r\n", ""),
            "421",
        ),
        (
            ask(addr, &format!("DELETE / HTTP/1.1\r\nHost: {addr}\r\n"), ""),
            "405",
        ),
        (post(&server, "/labs/01-three-tacos/say", &say, own), "422"),
        (
            post(&server, "/labs/01-three-tacos/say", &unknown, own),
            "409",
        ),
        (
            post(&server, "/labs/01-three-tacos/say", "say=x", own),
            "403",
        ),
        (post(&server, "/labs/01-three-tacos/eval", &say, own), "404"),
    ] {
        assert_eq!(status(&answer), code, "{answer}");
        for field in [
            "Content-Security-Policy: default-src 'self'",
            "X-Content-Type-Options: nosniff",
        ] {
            assert!(answer.contains(field), "{code} has no {field}: {answer}");
        }
    }
}

#[test]
fn a_host_or_an_origin_with_a_trick_is_refused() {
    let server = start();
    let (addr, port) = (server.addr, server.addr.port());
    for host in [
        format!("127.0.0.1:{port}@tacos.example"),
        format!("tacos.example#127.0.0.1:{port}"),
        format!("127.0.0.1.tacos.example:{port}"),
        format!("127.1:{port}"),
        format!("0x7f000001:{port}"),
        format!("127.0.0.1:{port}, tacos.example"),
        format!("127.0.0.1:{port}\r\nHost: tacos.example"),
        format!("tacos.example\r\nHost: 127.0.0.1:{port}"),
        format!("localhost.:{port}"),
        format!("[::ffff:127.0.0.1]:{port}"),
    ] {
        let answer = ask(addr, &format!("GET / HTTP/1.1\r\nHost: {host}\r\n"), "");
        assert!(
            ["400", "421"].contains(&status(&answer)),
            "{host}: {answer}"
        );
    }
    let token = token(&server);
    let (_stream, number) = page(&server, &token);
    let body = format!("token={token}&page={number}&conversation=lab01-three-tacos&weather=calm");
    let ours = format!("Origin: http://{addr}\r\n");
    for origin in [
        format!("{ours}Origin: http://tacos.example\r\n"),
        format!("Origin: http://{addr}/\r\n"),
        format!("Origin: http://{addr} http://tacos.example\r\n"),
        format!("Origin: http://tacos.example@{addr}\r\n"),
        format!("Origin: HTTP://{addr}.tacos.example\r\n"),
        format!("Referer: http://{addr}/\r\n"),
    ] {
        let path = "/labs/01-three-tacos/run";
        let answer = post(&server, path, &body, |head| head.replace(&ours, &origin));
        assert!(
            ["400", "403"].contains(&status(&answer)),
            "{origin}: {answer}"
        );
    }
    assert!(children(&server).is_empty(), "something was started");
}

#[test]
fn long_inputs_are_refused_and_a_short_one_cannot_stand_for_a_long_one() {
    let server = start();
    let addr = server.addr;
    let own = |head: String| head;
    let token = token(&server);
    let (_stream, number) = page(&server, &token);
    let fields = format!("token={token}&page={number}");
    let path = "/labs/01-three-tacos/say";
    let long = format!("{fields}&say={}", "x".repeat(100_000));
    assert_eq!(status(&post(&server, path, &long, own)), "413");
    let longest = get(&server, &format!("/{}", "x".repeat(100_000)));
    assert!(
        ["400", "414", "431"].contains(&status(&longest)),
        "{longest}"
    );
    let bomb = "%5C%7B200000000*a%7D%5Cn%0A".repeat(1_000);
    let answer = post(&server, path, &format!("{fields}&say={bomb}"), own);
    assert_eq!(status(&answer), "422", "{answer}");
    for (visits, code) in [
        ("7", "422"),
        ("100000000", "422"),
        ("-1", "422"),
        ("x", "422"),
    ] {
        let answer = post(
            &server,
            path,
            &format!("{fields}&say=x&times={visits}"),
            own,
        );
        assert_eq!(status(&answer), code, "{visits}");
    }
    for server_line in ["rm", "start sh", "second x", "start forgetful"] {
        let body = format!("{fields}&server={server_line}");
        let answer = post(&server, "/labs/01-three-tacos/server", &body, own);
        assert_eq!(status(&answer), "422", "{server_line}");
    }
    for id in [
        "p1.99999999999999999999",
        "p-1.0",
        "p1",
        "you.x",
        "%00",
        &"9".repeat(5_000),
    ] {
        let head = format!(
            "GET /recording/recording.wire?token={token}&page={id} HTTP/1.1\r\nHost: {addr}\r\n"
        );
        assert_eq!(status(&ask(addr, &head, "")), "409", "{id}");
        let line = get_head(&server, &format!("/events?token={token}&after={id}"));
        assert!(
            line.starts_with("HTTP/1.1 200") || line.starts_with("HTTP/1.1 503"),
            "{id}: {line}"
        );
    }
    assert_eq!(status(&get(&server, "/")), "200");
}

/// A box full of pauses, and a page that goes meanwhile.
#[test]
fn a_page_that_goes_ends_what_it_waits_for() {
    let server = start();
    let token = token(&server);
    let (mut stream, number) = page(&server, &token);
    let pauses = "~+5000ms%0A".repeat(1_000);
    let body = format!("token={token}&page={number}&say={pauses}x");
    let answer = post(&server, "/labs/01-three-tacos/say", &body, |head| head);
    assert_eq!(status(&answer), "204", "{answer}");
    until(&mut stream, "server sends nothing");
    assert!(!children(&server).is_empty());
    drop(stream);
    assert!(
        soon(|| children(&server).is_empty()),
        "its server still runs"
    );
}

/// A reader of `/you` that cuts its request: its rows are not recorded, or each would cause another one.
#[test]
fn a_stream_is_known_however_its_request_is_cut() {
    let server = start();
    let addr = server.addr;
    let token = token(&server);
    let mut stream = peers::client(addr);
    stream.set_nodelay(true).expect("an option");
    let head = format!("GET /events?of=you&token={token} HTTP/1.1\r\nHost: {addr}\r\n\r\n");
    for byte in head.as_bytes() {
        stream.write_all(&[*byte]).expect("it is taken");
    }
    let mut stream = BufReader::new(stream);
    until(&mut stream, "are not shown");
    for number in 0..3 {
        get(&server, &format!("/nothing-{number}"));
    }
    loop {
        let row = data(&mut stream);
        assert!(!row.contains("id: you."), "a row about a row: {row}");
        if row.contains("/nothing-2") {
            break;
        }
    }
}
