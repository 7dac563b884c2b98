//! A real browser without a window.

use std::path::Path;
use std::process::Command;

/// What headless Chromium makes of the page at `url`, scripts run: its DOM as text. The browser has a profile
/// of its own, which is gone afterwards.
pub fn dom(url: &str) -> String {
    load(url).0
}

/// The same, and what the browser says on stderr: of a page that cannot be loaded, `net::ERR_` and why.
pub fn load(url: &str) -> (String, String) {
    let name: String = url.chars().filter(char::is_ascii_alphanumeric).collect();
    let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("chromium-{name}"));
    let _ = std::fs::remove_dir_all(&profile);
    let mut browser = Command::new("timeout");
    browser.args(["60", "chromium", "--headless", "--no-sandbox"]);
    browser.args(["--disable-gpu", "--disable-quic", "--no-first-run"]);
    // It talks to us, and to nobody else.
    browser.args(["--disable-background-networking", "--disable-sync"]);
    browser.args(["--disable-component-update", "--virtual-time-budget=5000"]);
    browser.arg(format!("--user-data-dir={}", profile.display()));
    let output = browser.args(["--dump-dom", url]).output().expect("it runs");
    let _ = std::fs::remove_dir_all(&profile);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}
