//! `serve` without a folder: the course in a browser.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use crate::support::{Server, bin, browser, have};
use wirelab::course::catalogue;

fn course() -> Server {
    Server::start_with(Command::new(bin("wirelab")).args(["serve", "--port", "0", "--quiet"]))
}

/// The whole answer to a GET, as text.
fn get(server: &Server, path: &str, more: &str) -> String {
    let mut stream = TcpStream::connect(server.addr).expect("the server listens");
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: tacos.example\r\n{more}Connection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .expect("the request is taken");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("an answer in UTF-8");
    answer
}

#[test]
fn every_lab_is_listed_and_has_its_page_and_its_pictures() {
    let server = course();
    let index = get(&server, "/", "");
    for lab in catalogue::labs() {
        assert!(
            index.contains(&wirelab::wire::xml_text(lab.title)),
            "{}",
            lab.title
        );
        let folder = format!("/labs/{}/", lab.slug);
        assert!(
            index.contains(&format!("<a href=\"{folder}\">")),
            "{folder} is not linked"
        );
        let page = get(&server, &folder, "");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{folder}: {page}");
        assert!(
            page.contains(&format!("<h1>Lab {} · ", lab.number)),
            "{folder}: {page}"
        );
        for picture in pictures(lab.readme) {
            let answer = get(&server, &format!("{folder}{picture}"), "");
            let committed = std::fs::read_to_string(format!("labs/{}/{picture}", lab.slug));
            let body = answer
                .split_once("\r\n\r\n")
                .map(|(_, body)| body.to_string());
            assert_eq!(body, committed.ok(), "{folder}{picture}");
        }
    }
}

/// The names behind `![…](…)`.
fn pictures(readme: &str) -> Vec<&str> {
    let links = readme.lines().filter(|line| line.starts_with("!["));
    links
        .filter_map(|line| line.split_once("](")?.1.strip_suffix(')'))
        .collect()
}

#[test]
fn a_page_shows_the_very_bytes_that_asked_for_it() {
    let server = course();
    let page = get(&server, "/you", "X-Taco: <b>&\x7f\r\n");
    assert!(
        page.starts_with("HTTP/1.1 400 "),
        "a control character is refused: {page}"
    );
    let page = get(&server, "/you", "X-Taco: <b>&amp;\r\n");
    let text = without_elements(&page);
    assert!(text.contains("C&gt; GET /you HTTP/1.1\\r\\n\n"), "{text}");
    assert!(
        text.contains("C&gt; X-Taco: &lt;b&gt;&amp;amp;\\r\\n\n"),
        "{text}"
    );
    assert!(text.contains("C&gt; \\r\\n\n"), "{text}");
}

/// What stands between the elements of a page.
fn without_elements(page: &str) -> String {
    let pieces = page
        .split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    pieces.collect()
}

#[test]
fn what_is_no_page_is_told_so() {
    let server = course();
    for (path, status) in [
        ("/labs/09-smallest-answer", "301"),
        ("/labs/99-none/", "404"),
        ("/labs/09-smallest-answer/server.rs", "200"),
        ("/labs/09-smallest-answer/..%2fREADME.md", "404"),
        ("/labs/09-smallest-answer/README.md", "404"),
        ("/explain/W10", "200"),
        ("/explain/W1000", "404"),
        ("/events", "404"),
        ("/../Cargo.toml", "404"),
        ("/labs/09-smallest-answer/ladder-none.svg", "404"),
    ] {
        let answer = get(&server, path, "");
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{path}: {answer}"
        );
    }
}

#[test]
fn chromium_shows_a_lab_with_its_picture() {
    if !have(&["chromium"]) {
        return;
    }
    let server = course();
    let page = browser::dom(&format!("http://{}/labs/01-three-tacos/", server.addr));
    assert!(page.contains("<h1>Lab 1 · Three tacos</h1>"), "{page}");
    assert!(page.contains("<img src=\"ladder.svg\""), "{page}");
}

/// Lab 24's own server, with the course and with a folder, as the README says.
#[test]
fn lab_24_serves_the_course_or_a_folder() {
    let server = Server::start("lab24-server");
    assert!(get(&server, "/", "").contains("Three tacos"));
    let mut command = Command::new(bin("lab24-server"));
    command
        .arg("127.0.0.1:0")
        .env("WIRELAB_ROOT", "labs/24-whole-restaurant/files");
    let server = Server::start_with(&mut command);
    assert!(get(&server, "/", "").contains("<h1>Taqueria</h1>"));
    assert!(get(&server, "/menu.txt", "Range: bytes=6-10\r\n").ends_with("\r\n\r\ntacos"));
}
