//! The figures of the design: how soon a page begins to come, how soon a byte on the wire stands on the page, how
//! long a run takes. They are printed; a value that means "broken" fails. `WIRELAB_LONG` asks for them.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::in_browser::{LAB_2, at, browser_is_here};
use super::tap::started_tap;
use super::visitor::{get, start};
use crate::support::webdriver::Browser;
use crate::support::{Server, peers};

/// Slower than any machine is.
const BROKEN: Duration = Duration::from_secs(30);

/// Prints the middle and the longest of these times.
fn say(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let (middle, longest) = (times[times.len() / 2], times[times.len() - 1]);
    println!("{what}: {middle:?}, longest of {} {longest:?}", times.len());
    assert!(longest < BROKEN);
}

fn millis(browser: &Browser, script: &str) -> Duration {
    let number = browser.js(&format!("return {script}")).number();
    Duration::from_secs_f64(number.expect("a number").max(0.0) / 1_000.0)
}

#[test]
fn the_figures_of_the_design() {
    if std::env::var_os("WIRELAB_LONG").is_none() || !browser_is_here() {
        return;
    }
    let server = start();
    let whole = |_| {
        let begun = Instant::now();
        assert!(get(&server, LAB_2).starts_with("HTTP/1.1 200"));
        begun.elapsed()
    };
    say("the whole page of lab 2", (0..20).map(whole).collect());

    let browser = at("figures", &server, LAB_2);
    let run = |_| {
        browser.js(
            "window.ended = 0; const begun = performance.now(); const bar = document.querySelector('[data-of=run]'); \
             new MutationObserver(() => { if (!bar.hidden) window.ended = performance.now() - begun; }) \
             .observe(bar, { attributes: true }); document.querySelector('#pane-run .go').click()",
        );
        browser.wait("window.ended > 0");
        millis(&browser, "window.ended")
    };
    say(
        "a run of lab 2, from the click on",
        (0..10).map(run).collect(),
    );
    drop(browser);

    let upstream = Server::start("lab09-server");
    let (tap, url) = started_tap(upstream.addr);
    let browser = Browser::start("figures-tap");
    browser.go(&url);
    browser.js(
        "window.seen = {}; new MutationObserver((all) => { for (const { addedNodes } of all) for (const row of addedNodes) { \
         const word = row.textContent.match(/\\/word-\\d+/); if (word) window.seen[word[0]] ??= Date.now(); } }) \
         .observe(document.getElementById('tap'), { childList: true })",
    );
    let byte = |number: usize| {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970");
        peers::ask(
            tap.addr,
            format!("GET /word-{number} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes(),
        );
        browser.wait(&format!("window.seen['/word-{number}']"));
        millis(&browser, &format!("window.seen['/word-{number}']")).saturating_sub(now)
    };
    say(
        "a byte on the wire stands on the page",
        (0..20).map(byte).collect(),
    );
}
