//! The pages in a real browser, as a learner uses them: run, step, say, check, look up, two tabs, reload.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use wirelab::json::Json;

use super::in_browser::{LAB_2, at, browser_is_here};
use super::visitor::start;
use crate::support::{Server, WIRELAB, have};

#[test]
fn run_it_and_step_through_it() {
    if !browser_is_here() {
        return;
    }
    let server = start();
    let browser = at("run", &server, LAB_2);
    browser.click("#pane-run .go");
    browser.wait("document.querySelector('[data-of=run]:not([hidden])')");
    let said = browser.text("#run");
    assert!(
        said.contains("C> 1 water\\n") && said.contains("S> 1 water, coming up\\n"),
        "{said}"
    );
    assert!(said.contains("C fin") && said.contains("S fin"), "{said}");
    assert!(
        browser.text("#run-after").contains("read() gave 1 bytes"),
        "the server's notes"
    );
    // Step by step, with buttons and with arrow keys on the ladder; byte by byte; and played.
    let shown = "[...document.querySelectorAll('#run .row')].filter((row) => !row.hidden).length";
    let rows = browser.count("#run .row");
    let count = || browser.js(&format!("return {shown}")).number().unwrap() as usize;
    browser.click("[data-of=run] [data-do=step]");
    assert_eq!(count(), 1);
    browser.keys("#pane-run .frame", "\u{e014}");
    assert_eq!(count(), 2);
    browser.keys("#pane-run .frame", "\u{e012}");
    assert_eq!(count(), 1);
    browser.js("document.querySelector('[data-of=run] select').value = '200'");
    browser.click("[data-of=run] [data-do=play]");
    browser.wait(&format!("{shown} === {rows} && bar('run').timer === 0"));
    assert_eq!(
        browser.text("#run"),
        said,
        "what is played is what was said"
    );
    // Another weather: the player speaks for the client, a byte at a time, and resets first when it is rude.
    browser.js("document.querySelector('input[value=rude]').click()");
    browser.keys("#pane-run .frame", "\u{e007}");
    browser.wait("document.querySelector('#run .rst')");
    browser.wait("document.querySelector('[data-of=run]:not([hidden])')");
    assert!(
        browser.text("#run").contains("C2> 3 tacos\\n"),
        "{}",
        browser.text("#run")
    );
}

#[test]
fn say_it_yourself_and_break_one_thing() {
    if !browser_is_here() {
        return;
    }
    let server = start();
    let browser = at("say", &server, "/labs/08-proper-request/");
    browser.click("#tab-say");
    let send = |title: &str, end: &str| {
        browser.js("document.getElementById('say-state').textContent = ''");
        browser.js(&format!(
            "[...document.querySelectorAll('[data-box]')].find((chip) => chip.textContent === '{title}').click()"
        ));
        browser.click("#pane-say .go");
        browser.wait(&format!(
            "document.getElementById('say-state').textContent.includes({end:?})"
        ));
        browser.text("#say")
    };
    let said = send("The menu", "FIN");
    assert!(said.contains("S> HTTP/1.1 200 OK\\r\\n"), "{said}");
    let broken = send("LF only", "FIN");
    assert!(!broken.contains("200 OK"), "{broken}");
    // Without the empty line the server waits, and the page says for what; the line alone ends the wait.
    browser.go(&format!("http://{}/labs/09-smallest-answer/", server.addr));
    browser.wait("page !== ''");
    browser.click("#tab-say");
    let text = "GET / HTTP/1.1\\\\r\\\\n\\nHost: a\\\\r\\\\n";
    browser.js(&format!(
        "document.getElementById('box').value = \"{text}\""
    ));
    browser.click("#pane-say .go");
    browser.wait("document.getElementById('say-state').textContent.includes('empty line')");
    browser.js("document.getElementById('box').value = '\\\\r\\\\n'");
    browser.click("#pane-say .go");
    browser.wait("document.getElementById('say').textContent.includes('200')");
    // What cannot be said is named, and nothing is sent.
    browser.js("document.getElementById('box').value = '\\\\q'");
    browser.click("#pane-say .go");
    browser.wait("document.getElementById('say-state').textContent.includes('cannot be read')");
}

/// Lab 5 by hand: the server that does not listen is slammed, and nobody is there any more.
#[test]
fn a_server_that_dies_is_shown_as_dead() {
    if !browser_is_here() {
        return;
    }
    let server = start();
    let browser = at("dead", &server, "/labs/05-hanging-up/");
    browser.click("#tab-say");
    browser.js("document.querySelector('#pane-say select[name=to]').value = 'stub'");
    let state = |word: &str| {
        browser.wait(&format!(
            "document.getElementById('say-state').textContent.includes({word:?})"
        ));
    };
    browser.click("[data-say='C rst']");
    state("the server ended");
    browser.js("document.getElementById('box').value = '3 tacos\\\\n'");
    browser.click("#pane-say .go");
    state("could not be made");
    browser.click("#pane-say .go");
    state("RST");
    assert!(
        browser.text("#say").contains("S rst"),
        "{}",
        browser.text("#say")
    );
}

/// A workbench of its own, with a server for lab 9 in Python that forgets a byte.
fn careless(name: &str) -> (PathBuf, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("web-{name}"));
    let _ = fs::remove_dir_all(&folder);
    let output = Command::new(WIRELAB)
        .arg("init")
        .arg(&folder)
        .output()
        .expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let program = folder.join("src").join("server.py");
    fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
    (folder, program)
}

const SERVER: &str = "import os, socket\nhost, port = os.environ['WIRELAB_ADDR'].rsplit(':', 1)\ns = socket.create_server((host, int(port)))\nwhile True:\n    c, _ = s.accept()\n    try:\n        head = b''\n        while b'\\r\\n\\r\\n' not in head:\n            data = c.recv(4096)\n            if not data:\n                break\n            head += data\n        else:\n            body = b'three tacos\\n'\n            c.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Type: text/plain; charset=utf-8\\r\\nContent-Length: %d\\r\\nConnection: close\\r\\n\\r\\n' % LENGTH + body)\n            c.shutdown(socket.SHUT_WR)\n    except OSError:\n        pass\n    c.close()\n";

#[test]
fn check_my_program_now_and_at_each_save() {
    if !browser_is_here() || !have(&["python3"]) {
        return;
    }
    let (folder, program) = careless("check");
    fs::write(&program, SERVER.replace("LENGTH", "11")).expect("it is written");
    let command = format!("python3 {}", program.display());
    let mut web = Command::new(WIRELAB);
    web.args(["web", "--port", "0", "--no-open", "--server", &command]);
    let server = Server::start_with(web.env("WIRELAB_COURSE", &folder));
    let browser = at("check", &server, "/labs/09-smallest-answer/");
    browser.click("#tab-check");
    assert!(
        browser.text("#pane-check").contains(&command),
        "it says what is checked"
    );
    browser.click("#pane-check .go");
    browser.wait("document.querySelector('#check-state .bad')");
    // Both ladders, the first different byte marked in both, the cause and its page, and hints.
    assert_eq!(browser.count("#check-result .both .ladder"), 2);
    browser.wait("document.querySelectorAll('#check-result mark').length === 2");
    let marks = browser.js(
        "return [...document.querySelectorAll('mark')].map((mark) => mark.textContent).join('')",
    );
    assert_eq!(
        marks,
        Json::Text("21".to_string()),
        "12 was expected, and 11 came"
    );
    assert!(browser.count("#check-result a[href^='/explain/W']") == 1);
    browser.click("form[data-post=hint] button");
    browser.wait("document.querySelectorAll('#check-hint li').length === 1");
    browser.click("form[data-post=hint] button");
    browser.wait("document.querySelectorAll('#check-hint li').length === 2");
    // A save, and it passes; run by run.
    fs::write(&program, SERVER.replace("LENGTH", "len(body)")).expect("it is written");
    browser.wait("document.querySelector('#check-state .good')");
    let cells = browser.count("#check-grid .cell");
    assert!(cells > 3);
    assert_eq!(browser.count("#check-grid .cell .good"), cells);
    browser.go(&format!("http://{}/", server.addr));
    assert!(
        browser.text(".passed").contains("The smallest answer"),
        "the map knows it"
    );
    browser.go(&format!("http://{}/bill", server.addr));
    assert!(
        browser.text("main").contains("09-smallest-answer server"),
        "{}",
        browser.text("main")
    );
    let _ = fs::remove_dir_all(&folder);
}

#[test]
fn your_browser_sees_itself_in_two_tabs() {
    if !browser_is_here() {
        return;
    }
    let server = start();
    let browser = at("you", &server, "/you");
    browser.wait("document.querySelector('#you')?.textContent.includes('GET /you HTTP/1.1')");
    browser.wait("document.querySelector('#you').textContent.includes('GET /style.css HTTP/1.1')");
    let rows = || browser.count("#you .row");
    let (first, before) = (browser.tabs().remove(0), rows());
    browser.new_tab();
    browser.go(&format!("http://{}/you", server.addr));
    browser.wait("document.querySelectorAll('#you .row').length > 4");
    browser.to_tab(&first);
    browser.wait(&format!(
        "document.querySelectorAll('#you .row').length > {before}"
    ));
    // A stranger asks, and the page shows it as it comes. Its own rows it does not show.
    let begun = Instant::now();
    let script = "fetch('/nothing-here'); return 1";
    browser.js(script);
    browser
        .wait("document.querySelector('#you').textContent.includes('GET /nothing-here HTTP/1.1')");
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert!(
        !browser.text("#you").contains("data: <li"),
        "a row about a row"
    );
}

#[test]
fn two_tabs_run_at_once_and_a_reload_during_a_run_begins_afresh() {
    if !browser_is_here() {
        return;
    }
    let server = start();
    let browser = at("tabs", &server, LAB_2);
    let first = browser.tabs().remove(0);
    browser.js("document.querySelector('input[value=slow]').click()");
    browser.click("#pane-run .go");
    let second = browser.new_tab();
    browser.go(&format!("http://{}{LAB_2}", server.addr));
    browser.wait("page !== ''");
    browser.click("#pane-run .go");
    for tab in [&second, &first] {
        browser.to_tab(tab);
        browser.wait("document.querySelector('[data-of=run]:not([hidden])')");
        let said = browser.text("#run");
        assert_eq!(
            said.matches("S> 1 water, coming up\\n").count(),
            1,
            "{said}"
        );
    }
    browser.click("#pane-run .go");
    browser.reload();
    browser.wait("page !== ''");
    assert_eq!(browser.count("#run .row"), 0);
    browser.click("#pane-run .go");
    browser.wait("document.querySelector('[data-of=run]:not([hidden])')");
    // The stream is lost, and comes back with the last id: nothing is missing and nothing comes twice.
    browser.js("source.close(); source = null; document.querySelector('#pane-run .go').click()");
    browser.wait("document.getElementById('run').children.length > 0 || true");
    browser.js("connect()");
    browser.wait(
        "document.querySelector('[data-of=run]:not([hidden])') && !document.querySelector('.busy')",
    );
    let said = browser.text("#run");
    assert_eq!(
        said.matches("S> 1 water, coming up\\n").count(),
        1,
        "{said}"
    );
}

#[test]
fn a_form_of_another_site_is_refused_in_a_browser_too() {
    if !browser_is_here() {
        return;
    }
    let server = start();
    let browser = at("stranger", &server, LAB_2);
    let (token, number) = (browser.js("return token"), browser.js("return page"));
    let form = format!(
        "<form method=post action='http://{}{LAB_2}run'><input name=token value={}><input name=page value={}>\
         <input name=conversation value=lab02-order-in-crumbs><input name=weather value=calm></form>",
        server.addr,
        token.text().unwrap(),
        number.text().unwrap()
    );
    browser.new_tab();
    browser.go("data:text/html,<title>a stranger</title><body></body>");
    browser.js(&format!(
        "document.body.innerHTML = {form:?}; document.forms[0].submit()"
    ));
    browser.wait("document.body.textContent.includes('403')");
    browser.to_tab(&browser.tabs().remove(0));
    assert_eq!(browser.count("#run .row"), 0);
}
