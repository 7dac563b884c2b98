//! A real browser that does what a test says: Chromium behind chromedriver, which is HTTP with JSON in it (W3C
//! WebDriver). Our own HTTP core speaks it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use wirelab::http::Parsed;
use wirelab::http::sans_io_connection::{Connection, PeerEvent};

use super::soon;
use wirelab::json::{self, Json};

/// One browser at a time: it takes both processors of a small machine.
static TURN: Mutex<()> = Mutex::new(());

/// Starts chromedriver; none if it ends before it says its port. It binds a free port for IPv6 and then
/// the same port for IPv4, where somebody else may have it: then it ends, and another one has better luck.
fn start_driver() -> Option<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver starts");
    let stdout = driver.stdout.take().expect("stdout is piped");
    let lines = BufReader::new(stdout).lines();
    let mut ports = lines.map_while(Result::ok).filter_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    match ports.next() {
        Some(port) => Some((driver, port)),
        None => {
            let _ = driver.wait();
            None
        }
    }
}

/// A browser without a window, with a profile of its own.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    profile: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Browser {
    /// Starts one. `name` is that of its profile's folder.
    pub fn start(name: &str) -> Browser {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{name}"));
        let _ = fs::remove_dir_all(&profile);
        let (driver, port) = (0..10)
            .find_map(|_| start_driver())
            .expect("chromedriver says its port");
        // It talks to us, and to nobody else.
        let words = [
            "--headless=new",
            "--no-sandbox",
            "--no-first-run",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
        ];
        let mut words: Vec<String> = words.map(json::string).to_vec();
        words.push(json::string(&format!(
            "--user-data-dir={}",
            profile.display()
        )));
        let body = format!(
            "{{\"capabilities\":{{\"alwaysMatch\":{{\"goog:chromeOptions\":{{\"args\":[{}]}}}}}}}}",
            words.join(",")
        );
        let answer = request(port, "POST", "/session", &body);
        let session = member(&answer, "sessionId").to_string();
        assert_ne!(session, "", "no session: {answer:?}");
        Browser {
            driver,
            port,
            session,
            profile,
            _turn: turn,
        }
    }

    fn post(&self, path: &str, body: &str) -> Json {
        request(
            self.port,
            "POST",
            &format!("/session/{}{path}", self.session),
            body,
        )
    }

    /// Opens a page, and waits until it is loaded.
    pub fn go(&self, url: &str) {
        self.post("/url", &format!("{{\"url\":{}}}", json::string(url)));
    }

    /// Loads the page again.
    pub fn reload(&self) {
        self.post("/refresh", "{}");
    }

    /// What a script in the page returns.
    pub fn js(&self, script: &str) -> Json {
        let body = format!("{{\"script\":{},\"args\":[]}}", json::string(script));
        self.post("/execute/sync", &body)
    }

    /// Waits until a script returns true. Panics with the page's text when it does not.
    pub fn wait(&self, script: &str) {
        let script = format!("return Boolean({script})");
        if !soon(|| self.js(&script) == Json::Word("true")) {
            let text = self.js("return document.body.innerText");
            panic!("never: {script}\n{}", text.text().unwrap_or_default());
        }
    }

    /// Clicks the first element that fits.
    pub fn click(&self, css: &str) {
        // Away from the bar on top, which would take the click.
        let quoted = json::string(css);
        self.js(&format!(
            "document.querySelector({quoted})?.scrollIntoView({{block: 'center'}})"
        ));
        let id = self.element(css);
        let answer = self.post(&format!("/element/{id}/click"), "{}");
        assert_eq!(member(&answer, "error"), "", "{css}: {answer:?}");
    }

    /// Types into the first element that fits. `\u{e006}` is Enter, `\u{e014}` the arrow to the right.
    pub fn keys(&self, css: &str, text: &str) {
        let id = self.element(css);
        let body = format!("{{\"text\":{}}}", json::string(text));
        self.post(&format!("/element/{id}/value"), &body);
    }

    /// The text that is seen of the first element that fits.
    pub fn text(&self, css: &str) -> String {
        let script = format!(
            "return document.querySelector({}).innerText",
            json::string(css)
        );
        words(&self.js(&script))
    }

    /// The same where scripts are switched off.
    pub fn visible(&self, css: &str) -> String {
        let path = format!(
            "/session/{}/element/{}/text",
            self.session,
            self.element(css)
        );
        words(&request(self.port, "GET", &path, ""))
    }

    /// How many elements fit.
    pub fn count(&self, css: &str) -> usize {
        let script = format!(
            "return document.querySelectorAll({}).length",
            json::string(css)
        );
        self.js(&script).number().expect("a number") as usize
    }

    fn element(&self, css: &str) -> String {
        let body = format!(
            "{{\"using\":\"css selector\",\"value\":{}}}",
            json::string(css)
        );
        let found = self.post("/element", &body);
        let Json::Object(members) = &found else {
            panic!("no element {css}: {found:?}");
        };
        let id = members
            .first()
            .filter(|(name, _)| name.starts_with("element"));
        words(
            &id.unwrap_or_else(|| panic!("no element {css}: {found:?}"))
                .1,
        )
    }

    /// A command of Chromium's own protocol.
    pub fn chromium(&self, command: &str, params: &str) -> Json {
        let body = format!("{{\"cmd\":{},\"params\":{params}}}", json::string(command));
        self.post("/goog/cdp/execute", &body)
    }

    /// Makes the page so wide and high, light or dark.
    pub fn look(&self, width: u32, height: u32, dark: bool) {
        let size = format!(
            "{{\"width\":{width},\"height\":{height},\"deviceScaleFactor\":1,\"mobile\":false}}"
        );
        self.chromium("Emulation.setDeviceMetricsOverride", &size);
        let scheme = if dark { "dark" } else { "light" };
        let media = format!(
            "{{\"features\":[{{\"name\":\"prefers-color-scheme\",\"value\":\"{scheme}\"}}]}}"
        );
        self.chromium("Emulation.setEmulatedMedia", &media);
    }

    /// A picture of what is seen, as a PNG file.
    pub fn picture(&self, file: &Path) {
        let path = format!("/session/{}/screenshot", self.session);
        let answer = request(self.port, "GET", &path, "");
        fs::write(file, base64(&words(&answer))).expect("the picture can be written");
    }

    /// The tabs.
    pub fn tabs(&self) -> Vec<String> {
        let path = format!("/session/{}/window/handles", self.session);
        match request(self.port, "GET", &path, "") {
            Json::List(tabs) => tabs.iter().map(words).collect(),
            other => panic!("{other:?}"),
        }
    }

    /// Opens another tab and goes there.
    pub fn new_tab(&self) -> String {
        let tab = self.post("/window/new", "{\"type\":\"tab\"}");
        let tab = member(&tab, "handle").to_string();
        self.to_tab(&tab);
        tab
    }

    /// Goes to a tab.
    pub fn to_tab(&self, tab: &str) {
        self.post("/window", &format!("{{\"handle\":{}}}", json::string(tab)));
    }

    /// Closes this tab.
    pub fn close_tab(&self) {
        let path = format!("/session/{}/window", self.session);
        request(self.port, "DELETE", &path, "");
    }

    /// Ends the browser at once, as a crash does.
    pub fn crash(&self) {
        let _ = self.chromium("Browser.crash", "{}");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let path = format!("/session/{}", self.session);
        let _ = std::panic::catch_unwind(|| request(self.port, "DELETE", &path, ""));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}

/// One request to the driver; the `value` of its answer.
fn request(port: u16, method: &str, path: &str, body: &str) -> Json {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the driver listens");
    let patience = Some(Duration::from_secs(60));
    stream.set_read_timeout(patience).expect("a deadline");
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: \
         {length}\r\nConnection: close\r\n\r\n"
    );
    stream
        .write_all(&[head.as_bytes(), body.as_bytes()].concat())
        .expect("it is taken");
    let mut connection = Connection::client();
    connection
        .request(method.as_bytes(), true)
        .expect("it is our turn");
    connection.end().expect("the body was sent");
    let (mut bytes, mut content, mut ended) = (Vec::new(), Vec::new(), false);
    loop {
        match connection
            .receive(&bytes, ended)
            .expect("the driver speaks HTTP")
        {
            Parsed::Done { value, used } => {
                match value {
                    PeerEvent::Data(data) => content.extend_from_slice(data),
                    PeerEvent::End(_) => break,
                    _ => {}
                }
                bytes.drain(..used);
            }
            Parsed::NeedMore => {
                let mut buffer = [0; 16 * 1024];
                let count = stream.read(&mut buffer).expect("an answer in time");
                ended = count == 0;
                bytes.extend_from_slice(&buffer[..count]);
            }
        }
    }
    let answer = Json::parse(&content, DEEPEST);
    let answer = answer.unwrap_or_else(|at| panic!("no JSON from byte {at} on: {content:?}"));
    answer.get("value").cloned().unwrap_or(Json::Word("null"))
}

/// A string; empty when it is none.
fn words(value: &Json) -> String {
    value.text().unwrap_or_default().to_string()
}

/// A member that is a string; empty when there is none.
fn member<'a>(value: &'a Json, name: &str) -> &'a str {
    value.get(name).and_then(Json::text).unwrap_or_default()
}

/// Deepest nesting of an answer of the driver.
const DEEPEST: usize = 64;

/// The bytes that a Base64 text stands for (RFC 4648 section 4).
fn base64(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for letter in text.bytes() {
        let Some(value) = alphabet.iter().position(|it| *it == letter) else {
            continue;
        };
        bits = bits << 6 | value as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    bytes
}
