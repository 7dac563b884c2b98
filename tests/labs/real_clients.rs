//! Clients that nobody here wrote (nc, telnet, curl, headless Chromium) talk to the labs' servers, in
//! the very words of the READMEs.

use std::process::Command;

use crate::support::{Server, browser, have, readme};

#[test]
fn the_runner_of_readmes_finds_a_difference() {
    let readme = "```console\n$ printf 'a\\nb\\n'\na\nc\n```\n";
    let failed = std::panic::catch_unwind(|| readme::run("made-up", readme, &[]));
    let message = failed
        .expect_err("b is not c")
        .downcast::<String>()
        .expect("a message");
    assert!(
        message.contains("made-up/README.md:2: $ printf"),
        "{message}"
    );
}

/// curl's own view of lab 9's answer: one header a line, and no complaint.
#[test]
fn lab09_is_believed_by_curl() {
    if !have(&["curl"]) {
        return;
    }
    let server = Server::start("lab09-server");
    let url = format!("http://{}/", server.addr);
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--include", &url])
        .output()
        .expect("curl runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let expected = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\
                    Content-Length: 12\r\nConnection: close\r\n\r\nthree tacos\n";
    assert_eq!(
        String::from_utf8_lossy(&output.stdout)
            .escape_debug()
            .to_string(),
        expected.escape_debug().to_string()
    );
}

#[test]
fn lab09_is_shown_by_chromium() {
    if !have(&["chromium"]) {
        return;
    }
    let server = Server::start("lab09-server");
    let page = browser::dom(&format!("http://{}/", server.addr));
    assert!(page.contains("three tacos\n"), "the page: {page}");
}
