//! Pictures to look at.
use crate::support::{Server, bin, have, webdriver::Browser};
use std::path::Path;
use std::process::Command;

#[test]
#[ignore]
fn pictures_to_look_at() {
    if !have(&["chromium", "chromedriver"]) {
        return;
    }
    let server = Server::start_with(Command::new(bin("wirelab")).args(["web", "--port", "0"]));
    let url = |path: &str| format!("http://{}{path}", server.addr);
    let browser = Browser::start("look");
    let out = Path::new("/tmp/look");
    std::fs::create_dir_all(out).unwrap();
    let pages = std::env::var("LOOK")
        .unwrap_or("/ /labs/02-order-in-crumbs/ /you /labs/02-order-in-crumbs/server.rs".into());
    for path in pages.split_whitespace() {
        let name: String = path.chars().filter(char::is_ascii_alphanumeric).collect();
        for (width, dark) in [(360, false), (1000, true), (1600, false)] {
            browser.look(width, 900, dark);
            browser.go(&url(path));
            if path.starts_with("/labs") && !path.ends_with(".rs") {
                browser.wait("document.querySelector('#live')");
                let tab = std::env::var("TAB").unwrap_or("run".into());
                browser.js(&format!("document.querySelector('#tab-{tab}').click()"));
                if tab == "run" {
                    browser.wait("page !== ''");
                    browser.js("document.querySelector('#pane-run .go').click()");
                    browser.wait("document.querySelector('.replay:not([hidden])')");
                }
                if tab == "say" {
                    browser.wait("page !== ''");
                    browser.js("document.querySelector('#pane-say .go').click()");
                    browser.wait("document.querySelectorAll('#say .row').length > 2");
                }
                if width < 900 {
                    browser.js("document.querySelector('#live').scrollIntoView()");
                }
            }
            browser.picture(&out.join(format!("{name}-{width}.png")));
        }
    }
}
