//! Clients that nobody here wrote (nc, telnet, curl, headless Chromium) talk to the labs' servers, in
//! the very words of the READMEs.

mod support;

use std::process::Command;

use support::{Server, browser, have, readme};

#[test]
fn the_commands_of_lab_1_print_what_its_readme_says() {
    let text = include_str!("../labs/01-three-tacos/README.md");
    assert_eq!(readme::run("01-three-tacos", text, &["3 tacos"]), 7);
}

#[test]
fn the_commands_of_lab_2_print_what_its_readme_says() {
    let text = include_str!("../labs/02-order-in-crumbs/README.md");
    assert_eq!(readme::run("02-order-in-crumbs", text, &[]), 5);
}

#[test]
fn the_commands_of_lab_9_print_what_its_readme_says() {
    let text = include_str!("../labs/09-smallest-answer/README.md");
    let typed = ["GET / HTTP/1.1", "Host: tacos.example", ""];
    assert_eq!(readme::run("09-smallest-answer", text, &typed), 7);
}

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
fn curl_believes_lab_9() {
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
fn chromium_shows_the_page_of_lab_9() {
    if !have(&["chromium"]) {
        return;
    }
    let server = Server::start("lab09-server");
    let page = browser::dom(&format!("http://{}/", server.addr));
    assert!(page.contains("three tacos\n"), "the page: {page}");
}
