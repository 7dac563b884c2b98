//! `tap --web`: the same ladder of a recording in progress.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::Command;

use super::in_browser::browser_is_here;
use crate::support::webdriver::Browser;
use crate::support::{Server, WIRELAB, peers};

/// `tap --web`: the same ladder of a recording in progress, with a list of connections, a filter, a pause and
/// downloads.
#[test]
fn the_tap_is_shown_as_it_records() {
    if !browser_is_here() {
        return;
    }
    let upstream = Server::start("lab09-server");
    let (tap, page) = started_tap(upstream.addr);
    let browser = Browser::start("tap");
    browser.go(&page);
    for path in ["/menu", "/salsa"] {
        let words =
            format!("GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: secret-{path}\r\n\r\n");
        peers::ask(tap.addr, words.as_bytes());
    }
    browser.wait("document.querySelectorAll('#tap .fin').length === 4");
    browser.wait("document.querySelectorAll('#conns option').length === 3");
    assert!(browser.text("#tap").contains("S> HTTP/1.1 200 OK\\r\\n"));
    let shown =
        "[...document.querySelectorAll('#tap .row')].filter((row) => row.checkVisibility())";
    browser.js("byId('conns').value = '2'; byId('conns').dispatchEvent(new Event('change'))");
    browser.wait(&format!("{shown}.every((row) => row.dataset.conn === '2')"));
    browser.js("byId('conns').value = ''; byId('filter').value = 'salsa'; byId('filter').dispatchEvent(new Event('input'))");
    browser.wait(&format!("{shown}.length === 1"));
    browser.js("byId('filter').value = ''; byId('filter').dispatchEvent(new Event('input'))");
    browser.click("[data-pause]");
    let before = browser.js(&format!("return {shown}.length"));
    let before = before.number().unwrap();
    peers::ask(tap.addr, b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
    browser.wait("document.querySelectorAll('#tap .fin').length === 6");
    assert_eq!(
        browser.js(&format!("return {shown}.length")).number(),
        Some(before)
    );
    browser.click("[data-pause]");
    browser.wait(&format!("{shown}.length > {before}"));
    let file = "fetch(document.querySelector('.get a').href).then((it) => it.text()).then((it) => { window.got = it; })";
    browser.js(file);
    browser.wait("window.got?.includes('GET /menu HTTP/1.1')");
    let got = browser.js("return window.got");
    let got = got.text().unwrap();
    assert!(!got.contains("secret-"), "{got}");
    assert!(wirelab::wire::Transcript::parse(got).is_ok(), "{}", got);
}

/// A tap with its page in front of this server: where it listens, and the URL of the page.
pub fn started_tap(upstream: SocketAddr) -> (Server, String) {
    let mut command = Command::new(WIRELAB);
    command.args(["tap", "127.0.0.1:0", &upstream.to_string(), "--web"]);
    let (server, log) = Server::start_logged(&mut command);
    let mut lines = BufReader::new(log).lines().map_while(Result::ok);
    let page = lines.find_map(|line| Some(line.split_once("in a browser: ")?.1.to_string()));
    (server, page.expect("it says where"))
}

/// The address in the URL of a page.
pub fn page_addr(url: &str) -> SocketAddr {
    let addr = url.trim_start_matches("http://").split('/').next();
    addr.and_then(|addr| addr.parse().ok()).expect("an address")
}
