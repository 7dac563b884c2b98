//! The pages in a real browser, as a learner uses them: run, step, say, check, look up, two tabs, reload, no
//! script, and every width.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use wirelab::course::catalogue;

use crate::support::webdriver::Browser;
use crate::support::{Server, WIRELAB, have, peers, soon};
use wirelab::json::Json;

fn start(words: &[&str]) -> Server {
    Server::start_with(
        Command::new(WIRELAB)
            .args(["web", "--port", "0", "--no-open"])
            .args(words),
    )
}

/// A browser at a page of the live lab, its stream open.
fn at(name: &str, server: &Server, path: &str) -> Browser {
    let browser = Browser::start(name);
    browser.go(&format!("http://{}{path}", server.addr));
    browser.wait("!document.getElementById('live') || page !== ''");
    browser
}

fn browser_is_here() -> bool {
    have(&["chromium", "chromedriver"])
}

const LAB_2: &str = "/labs/02-order-in-crumbs/";

#[test]
fn run_it_and_step_through_it() {
    if !browser_is_here() {
        return;
    }
    let server = start(&[]);
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
    let server = start(&[]);
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
    let server = start(&[]);
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
    let server = start(&[]);
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
    let server = start(&[]);
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
fn without_a_script_the_pages_are_text_with_still_pictures() {
    if !browser_is_here() {
        return;
    }
    let server = start(&[]);
    let browser = Browser::start("still");
    browser.chromium("Emulation.setScriptExecutionDisabled", "{\"value\":true}");
    browser.go(&format!("http://{}{LAB_2}", server.addr));
    let text = browser.visible("body");
    assert!(
        text.contains("The order arrives in crumbs") && text.contains("By hand"),
        "{text}"
    );
    assert!(
        !text.contains("Say it yourself") && !text.contains("Conversation"),
        "{text}"
    );
    assert!(browser.visible(".neighbours").contains("Three tacos"));
}

#[test]
fn words_are_explained_commands_copied_and_sources_coloured() {
    if !browser_is_here() {
        return;
    }
    let server = start(&[]);
    let browser = at("words", &server, "/labs/09-smallest-answer/");
    browser.js("document.querySelector('pre.wire abbr').focus()");
    browser.wait("!document.getElementById('tip').hidden");
    assert!(
        browser.text("#tip").contains("RFC"),
        "{}",
        browser.text("#tip")
    );
    let host = "[...document.querySelectorAll('pre.wire abbr')].find((word) => word.textContent === 'Host')";
    browser.js(&format!(
        "{host}.dispatchEvent(new MouseEvent('mouseover', {{bubbles: true}}))"
    ));
    browser.wait("document.getElementById('tip').textContent.includes('Which site is meant')");
    browser.chromium(
        "Browser.grantPermissions",
        "{\"permissions\":[\"clipboardReadWrite\",\"clipboardSanitizedWrite\"]}",
    );
    browser.click("main .copy");
    browser.wait("document.querySelector('main .copy').textContent !== 'copy'");
    browser.click(".sources a");
    browser.wait("document.querySelector('h1').textContent === 'server.rs'");
    assert!(browser.count(".k-keyword") > 10 && browser.count(".numbered .line") > 40);
    browser.go(&format!("http://{}/explain/W10", server.addr));
    assert!(
        browser.text("main").contains("RFC"),
        "{}",
        browser.text("main")
    );
}

#[test]
fn every_page_fits_every_width_and_every_name_can_be_read() {
    if !browser_is_here() {
        return;
    }
    let server = start(&[]);
    let browser = Browser::start("widths");
    let lessons = catalogue::labs().filter(|lab| [1, 5, 9, 16, 24].contains(&lab.number));
    let mut paths: Vec<String> = lessons.map(|lab| format!("/labs/{}/", lab.slug)).collect();
    paths.extend(["/", "/you", "/bill", "/explain/W10"].map(str::to_string));
    for (width, dark) in [(360, false), (1000, true), (1600, false)] {
        browser.look(width, 800, dark);
        for path in &paths {
            browser.go(&format!("http://{}{path}", server.addr));
            let wide = browser.js("return document.documentElement.scrollWidth - innerWidth");
            assert!(
                wide.number().unwrap() <= 0.0,
                "{path} at {width} is wider than its window"
            );
            let nameless = "return [...document.querySelectorAll('button, a, select, textarea, input, [role=region]')]\
                .filter((it) => !(it.textContent.trim() || it.ariaLabel || it.labels?.length || it.title)).length";
            assert_eq!(
                browser.js(nameless).number(),
                Some(0.0),
                "{path}: something has no name"
            );
            let faint = browser.js(FAINT);
            assert_eq!(
                faint.text(),
                Some(""),
                "{path} at {width}: contrast below 4.5"
            );
        }
    }
}

/// The first text whose contrast with what is behind it is below 4.5 (WCAG 2.2 section 1.4.3).
const FAINT: &str = r"
const light = (rgb) => rgb.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
const numbers = (text) => text.match(/[\d.]+/g).map(Number);
for (const element of document.querySelectorAll('body *')) {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!own || !element.checkVisibility() || element.closest('.hush, .skip, :disabled, .chip:has(:disabled)')) continue;
  let behind = element;
  while (behind && numbers(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const back = behind ? numbers(getComputedStyle(behind).backgroundColor) : [255, 255, 255];
  const [a, b] = [light(numbers(getComputedStyle(element).color).slice(0, 3)), light(back.slice(0, 3))];
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (contrast < 4.5) return element.outerHTML.slice(0, 120) + ' ' + contrast.toFixed(2);
}
return '';
";

#[test]
fn a_form_of_another_site_is_refused_in_a_browser_too() {
    if !browser_is_here() {
        return;
    }
    let server = start(&[]);
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

#[test]
fn a_thousand_rows_a_second_are_all_shown() {
    if !browser_is_here() {
        return;
    }
    // A server of lab 1's kind that floods: what fits is shown, the rest is counted, the page stays alive.
    let server = start(&[]);
    let browser = at("flood", &server, "/labs/20-slow-and-greedy/");
    let rows = 4_000;
    browser.js(&format!(
        "let sent = 0; window.flood = setInterval(() => {{ for (let n = 0; n < 50; n++) {{ sent += 1; \
         insert(`<li class=\"row c\" data-into=\"run\"><span class=\"say\">${{sent}}</span></li>`); }} \
         if (sent >= {rows}) clearInterval(window.flood); }}, 50)"
    ));
    let all = format!("document.getElementById('run').children.length === {rows}");
    assert!(soon(
        || browser.js(&format!("return {all}")) == Json::Word("true")
    ));
    let last = browser.js("return document.querySelector('#run').lastElementChild.textContent");
    assert_eq!(last.text(), Some(&*rows.to_string()));
}

/// The picture on the first screen of the README. `INSTA_UPDATE=always` takes it anew.
#[test]
fn the_readme_shows_the_page_of_lab_2_during_a_run() {
    let readme = fs::read_to_string("README.md").expect("the README");
    assert!(
        readme.contains("](docs/live-lab.png)"),
        "the README shows it"
    );
    if !browser_is_here() {
        return;
    }
    let server = start(&[]);
    let browser = Browser::start("readme");
    browser.look(1440, 810, false);
    browser.go(&format!("http://{}{LAB_2}", server.addr));
    browser.wait("page !== ''");
    browser.click("#pane-run .go");
    browser.wait("document.querySelectorAll('#run .row').length > 12");
    let taken = Path::new(env!("CARGO_TARGET_TMPDIR")).join("live-lab.png");
    browser.picture(&taken);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::create_dir_all("docs").expect("a folder");
        fs::copy(&taken, "docs/live-lab.png").expect("it is copied");
    }
    // Fonts differ from machine to machine; width and height do not.
    let size = |file: &Path| {
        fs::read(file)
            .expect("a picture")
            .get(..24)
            .map(<[u8]>::to_vec)
    };
    assert_eq!(size(Path::new("docs/live-lab.png")), size(&taken));
}

/// `tap --web`: the same ladder of a recording in progress, with a list of connections, a filter, a pause and
/// downloads.
#[test]
fn the_tap_is_shown_as_it_records() {
    if !browser_is_here() {
        return;
    }
    let upstream = Server::start("lab09-server");
    let mut command = Command::new(WIRELAB);
    command.args(["tap", "127.0.0.1:0", &upstream.addr.to_string(), "--web"]);
    let (tap, page) = started_tap(&mut command);
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

/// A tap with its page: where it listens, and where the page is.
fn started_tap(command: &mut Command) -> (Server, String) {
    let (server, log) = Server::start_logged(command);
    let mut lines = BufReader::new(log).lines().map_while(Result::ok);
    let page = lines.find_map(|line| Some(line.split_once("in a browser: ")?.1.to_string()));
    (server, page.expect("it says where"))
}
