//! What the pages look like and say of themselves: without a script, at every width, in words that are explained.

use std::fs;
use std::path::{Path, PathBuf};

use wirelab::course::catalogue;

use wirelab::json::Json;

use super::in_browser::{LAB_2, at, browser_is_here};
use super::visitor::start;
use crate::support::webdriver::Browser;

#[test]
fn without_a_script_the_pages_are_text_with_still_pictures() {
    if !browser_is_here() {
        return;
    }
    let server = start();
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
    let server = start();
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
    let server = start();
    let browser = Browser::start("widths");
    let lessons = catalogue::labs().filter(|lab| [1, 5, 9, 16, 24].contains(&lab.number));
    let mut paths: Vec<String> = lessons.map(|lab| format!("/labs/{}/", lab.slug)).collect();
    paths.extend(["/", "/you", "/bill", "/explain/W10"].map(str::to_string));
    paths.push("/labs/09-smallest-answer/quiz?seed=4&n=0&pick=1".to_string());
    for (width, dark) in [(360, false), (1000, true), (1600, false)] {
        browser.look(width, 800, dark);
        for path in &paths {
            browser.go(&format!("http://{}{path}", server.addr));
            let wide = browser.js("return document.documentElement.scrollWidth - innerWidth");
            assert!(
                wide.number().unwrap() <= 0.0,
                "{path} at {width} is wider than its window"
            );
            let first = "return document.getElementById('text').getBoundingClientRect().top < 200";
            assert_eq!(
                browser.js(first),
                Json::Word("true"),
                "{path} at {width}: the text does not begin on the first screen"
            );
            let nameless = "return [...document.querySelectorAll('button, a, select, textarea, input, [role=region]')]\
                .filter((it) => !(it.textContent.trim() || it.ariaLabel || it.labels?.length || it.title)).length";
            assert_eq!(
                browser.js(nameless).number(),
                Some(0.0),
                "{path}: something has no name"
            );
            let colours = "return new Set([...document.querySelectorAll('.lesson .text > h2, .lesson .text > p')]\
                .map((it) => getComputedStyle(it).color)).size";
            assert!(
                browser.js(colours).number() <= Some(1.0),
                "{path}: the lesson's text has several colours"
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
    let server = start();
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

/// Every file below a folder, with its text.
fn texts(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let texts = entries.flat_map(|entry| match entry.path() {
        path if path.is_dir() => texts(&path),
        path => {
            let text = fs::read_to_string(&path).expect("text");
            vec![(path, text)]
        }
    });
    texts.collect()
}

#[test]
fn one_module_makes_the_pages_and_its_script_and_style_sheet_are_small() {
    let web = Path::new("src/course/web");
    let lines = |file: &str| {
        fs::read_to_string(web.join(file))
            .expect("it is there")
            .lines()
            .count()
    };
    let (script, style) = (lines("live.js"), lines("style.css"));
    assert!(
        script <= 400,
        "the script has {script} lines, of at most 400"
    );
    assert!(
        script + style <= 900,
        "script and style sheet have {} lines",
        script + style
    );
    // The commands open it, and one type of `tap --web` is its own.
    let commands = [
        "src/command/serve.rs",
        "src/command/tap/page.rs",
        "src/command/web.rs",
    ]
    .map(Path::new);
    for (path, text) in texts(Path::new("src")) {
        if path.starts_with(web) || commands.contains(&path.as_path()) {
            continue;
        }
        for word in [
            "course::web::",
            "course::web;",
            "<abbr",
            "data-fill",
            "data-into",
            "live.js",
        ] {
            assert!(
                !text.contains(word),
                "{}: only course/web knows about pages: {word}",
                path.display()
            );
        }
    }
}
