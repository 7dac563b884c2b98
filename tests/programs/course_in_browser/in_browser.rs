//! A real browser at a page of the live lab.

use crate::support::webdriver::Browser;
use crate::support::{Server, have};

/// The page of lab 2.
pub const LAB_2: &str = "/labs/02-order-in-crumbs/";

/// A browser at a page of the live lab, its stream open.
pub fn at(name: &str, server: &Server, path: &str) -> Browser {
    let browser = Browser::start(name);
    browser.go(&format!("http://{}{path}", server.addr));
    browser.wait("!document.getElementById('live') || page !== ''");
    browser
}

/// Whether this machine has one.
pub fn browser_is_here() -> bool {
    have(&["chromium", "chromedriver"])
}
