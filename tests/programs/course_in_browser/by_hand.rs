//! A reader with nothing but a browser does each command of labs 1, 2, 5, 6 and 9 in the page, up to the end of
//! "By hand".

use wirelab::json::{self, Json};

use super::in_browser::{at, browser_is_here};
use super::visitor::start;
use crate::support::webdriver::Browser;

/// The commands of a README up to its question.
const COMMANDS: &str = "[...document.querySelectorAll('.cmd')].filter((cmd) => \
    cmd.compareDocumentPosition(document.getElementById('question')) & 4)";

/// Does each command with its button, and waits for what the page must say: in the state line and what the programs
/// noted, and in the ladder. `before` is called with the number of each command.
fn by_hand(path: &str, expected: &[[&str; 2]], before: impl Fn(&Browser, usize)) {
    if !browser_is_here() {
        return;
    }
    let server = start();
    let browser = at(&path.replace('/', "-"), &server, path);
    let count = browser.js(&format!("return {COMMANDS}.length")).number();
    assert_eq!(count, Some(expected.len() as f64), "commands of {path}");
    for (number, [state, ladder]) in expected.iter().enumerate() {
        before(&browser, number);
        press(
            &browser,
            &format!("{COMMANDS}[{number}].querySelector('.do')"),
        );
        said(&browser, state, ladder);
    }
}

/// Presses a button that fills the box or does something; then *Send*, if it has filled the box.
fn press(browser: &Browser, button: &str) {
    browser.js("for (const id of ['say-state', 'say-after', 'say', 'run']) document.getElementById(id).textContent = ''");
    let script = format!(
        "const button = {button}; button.click(); \
         const chip = button.dataset.run ? button : document.getElementById(button.dataset.chip) || button; \
         return chip.dataset.box !== undefined"
    );
    if browser.js(&script) == Json::Word("true") {
        browser.click("#pane-say .go");
    }
}

/// Waits until the page says these words: around the ladder, and in it.
fn said(browser: &Browser, state: &str, ladder: &str) {
    let text =
        |ids: &str| format!("{ids}.map((id) => document.getElementById(id).textContent).join(' ')");
    let around = text("['say-state', 'say-after', 'run-state']");
    browser.wait(&format!("({around}).includes({})", json::string(state)));
    let inside = text("['say', 'run']");
    browser.wait(&format!("({inside}).includes({})", json::string(ladder)));
}

/// A button of the panel by its words.
fn chip(title: &str) -> String {
    let title = json::string(title);
    format!(
        "[...document.querySelectorAll('.chip[id]')].find((chip) => chip.textContent === {title})"
    )
}

#[test]
fn lab_1() {
    by_hand(
        "/labs/01-three-tacos/",
        &[
            ["nobody listens", "S refuse"],
            ["The server listens on 127.0.0.1:", ""],
            ["Done.", "S> 3 tacos, coming up\\n"],
            ["(FIN)", "S> 3 tacos, coming up\\n"],
            ["(FIN)", "C fin"],
            ["(FIN)", "C> 3 tacos\\r\\n"],
        ],
        |_, _| {},
    );
}

#[test]
fn lab_2() {
    by_hand(
        "/labs/02-order-in-crumbs/",
        &[
            ["The server listens on 127.0.0.1:", ""],
            ["Done.", "S> 1 water, coming up\\n"],
            ["(FIN)", "S> 3 tacos, coming up\\n"],
            ["(FIN)", "1 water, coming up\\n"],
            ["(RST)", "S rst"],
        ],
        |_, _| {},
    );
}

#[test]
fn lab_5() {
    by_hand(
        "/labs/05-hanging-up/",
        &[
            ["The server listens on 127.0.0.1:", ""],
            ["(RST)", "S rst"],
            ["(RST)", "S rst"],
            ["100 connections: 0 FIN, 100 RST.", "S100 rst"],
            ["The server listens on 127.0.0.1:", ""],
            ["100 connections: 100 FIN, 0 RST.", "S100 fin"],
            ["(RST)", "S rst"],
            ["(RST)", "S rst"],
            ["(RST)", "S rst"],
            ["And the server ended", "C rst"],
            ["nobody listens", "S refuse"],
            ["You broke the connection off", "C rst"],
            ["(FIN)", "S> 3 tacos, coming up\\n"],
        ],
        |_, _| {},
    );
}

#[test]
fn lab_6() {
    by_hand(
        "/labs/06-nobody-home/",
        &[
            ["nobody listens", "S refuse"],
            ["The server listens on 127.0.0.1:", ""],
            ["(FIN)", "S> come in\\n"],
            [
                "4 connections: 3 FIN, 0 RST, 1 without an answer.",
                "C4 timeout",
            ],
            [
                "4 connections: 3 FIN, 0 RST, 1 without an answer.",
                "C4 timeout",
            ],
            [
                "4 connections: 3 FIN, 0 RST, 1 without an answer.",
                "C4 timeout",
            ],
            ["nobody listens", "S refuse"],
            ["another program listens there", ""],
            ["listens on 127.0.0.1:", ""],
            ["TIME_WAIT", ""],
            ["The server listens on 127.0.0.1:", ""],
        ],
        |browser, number| {
            // Close the taqueria while the guest still sits there.
            if number == 9 {
                press(browser, &chip("Sit down and stay"));
                said(browser, "", "S> come in\\n");
                press(browser, &chip("Stop it"));
                said(browser, "the server ended", "C fin");
            }
        },
    );
}

#[test]
fn lab_9() {
    by_hand(
        "/labs/09-smallest-answer/",
        &[
            ["The server listens on 127.0.0.1:", ""],
            ["The server listens on 127.0.0.1:", ""],
            ["(FIN)", "S> three tacos\\n"],
            ["Open it in a tab", ""],
            ["(FIN)", "S> HTTP/1.1 200 OK\\r\\n"],
            ["(FIN)", "S> HTTP/1.1 200 OK\\r\\n"],
            ["(FIN)", "S> HTTP/1.1 200 OK\\r\\n"],
        ],
        |_, _| {},
    );
}
