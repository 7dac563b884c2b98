//! What the faults of a tap do to curl, wget and Chromium: each case has a name, and what the client itself
//! says must be what the name says.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::support::{Server, bin, browser, have, side_by_side};

/// How long the body of the page is.
const LENGTH: usize = 20_000;

/// What is asked of a client, and what it has to say.
struct Case {
    name: &'static str,
    /// Options of the tap.
    faults: &'static [&'static str],
    /// Options of the client.
    words: &'static [&'static str],
    /// Its exit codes; more than one where it depends on which call meets the reset.
    codes: &'static [i32],
    body: Body,
}

/// What the client has got.
enum Body {
    /// The page as it is.
    Whole,
    /// So many bytes of it.
    First(usize),
    /// The page with these texts replaced.
    Swapped(&'static str, &'static str),
    /// Nothing, or nobody asks.
    Any,
}

const fn case(
    name: &'static str,
    faults: &'static [&'static str],
    codes: &'static [i32],
    body: Body,
) -> Case {
    Case {
        name,
        faults,
        words: &[],
        codes,
        body,
    }
}

/// For curl: 7 no connection, 18 partial file, 22 an error status, 28 time is up, 52 empty reply, 55 and 56 send and receive error.
const CURL: [Case; 12] = [
    case("calm", &["--weather", "calm"], &[0], Body::Whole),
    case(
        "dribble",
        &["--weather", "dribble", "--side", "client"],
        &[0],
        Body::Whole,
    ),
    case("glue", &["--weather", "glue"], &[0], Body::Whole),
    case(
        "cut in the body",
        &["--cut-after", "1000", "--side", "server"],
        &[18],
        Body::Any,
    ),
    case(
        "cut before the answer",
        &["--cut-after", "0", "--side", "server"],
        &[52],
        Body::First(0),
    ),
    case(
        "reset in the body",
        &["--reset-after", "1000", "--side", "server"],
        &[56],
        Body::Any,
    ),
    case(
        "refused",
        &["--fail-first", "1"],
        &[7, 52, 55, 56],
        Body::First(0),
    ),
    case(
        "swap of one length",
        &["--swap", "taco", "flan"],
        &[0],
        Body::Swapped("taco", "flan"),
    ),
    case("swap to less", &["--swap", "taco", "fl"], &[18], Body::Any),
    Case {
        words: &["-f"],
        ..case(
            "swap of the status",
            &["--swap", "HTTP/1.1 200", "HTTP/1.1 503"],
            &[22],
            Body::Any,
        )
    },
    case(
        "no connection by chance",
        &["--cut-after", "0", "--chance", "0"],
        &[0],
        Body::Whole,
    ),
    Case {
        words: &["--max-time", "1"],
        ..case(
            "latency beyond patience",
            &["--latency", "60s"],
            &[28],
            Body::First(0),
        )
    },
];

/// For wget: 0, and 4 for a failure of the network.
const WGET: [Case; 5] = [
    case(
        "cut in the body",
        &["--cut-after", "1000", "--side", "server"],
        &[4],
        Body::Any,
    ),
    case(
        "reset in the body",
        &["--reset-after", "1000", "--side", "server"],
        &[4],
        Body::Any,
    ),
    case("refused", &["--fail-first", "1"], &[4], Body::Any),
    Case {
        words: &["--tries=3", "--waitretry=0"],
        ..case(
            "refused once, and asked again",
            &["--fail-first", "1"],
            &[0],
            Body::Whole,
        )
    },
    case(
        "swap of one length",
        &["--swap", "taco", "flan"],
        &[0],
        Body::Swapped("taco", "flan"),
    ),
];

/// A tap before a server of one page; both end with the value.
struct Tapped {
    tap: Server,
    _server: Server,
}

fn page() -> String {
    let text = "<p>3 tacos</p>\n".repeat(LENGTH);
    text[..LENGTH].to_string()
}

/// The folder of the page, which is written once: the cases run side by side.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tap-clients");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("page.html"), page()).expect("a file");
        folder
    })
}

impl Tapped {
    fn start(faults: &[&str]) -> Tapped {
        let mut serve = Command::new(bin("wirelab"));
        serve.arg("serve").arg(folder());
        let server = Server::start_with(serve.args(["--port", "0", "--quiet"]));
        let mut tap = Command::new(bin("wirelab"));
        tap.args(["tap", "127.0.0.1:0", &server.addr.to_string()]);
        let tap = Server::start_with(tap.args(faults));
        Tapped {
            tap,
            _server: server,
        }
    }

    fn url(&self) -> String {
        url(self.tap.addr)
    }
}

fn url(addr: SocketAddr) -> String {
    format!("http://{addr}/page.html")
}

/// Runs a client through a tap with the case's faults, and compares what it says with the case.
fn run(client: &str, words: &[&str], case: &Case) {
    let tapped = Tapped::start(case.faults);
    let mut command = Command::new(client);
    command.args(words).args(case.words).arg(tapped.url());
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    let output = command.output().expect("it starts");
    let told = String::from_utf8_lossy(&output.stderr);
    let place = format!("{client}, {}: {:?}, {told}", case.name, output.status);
    let code = output.status.code().unwrap_or(-1);
    assert!(case.codes.contains(&code), "{place}");
    match case.body {
        Body::Whole => assert!(output.stdout == page().as_bytes(), "{place}"),
        Body::First(count) => assert_eq!(output.stdout, page().as_bytes()[..count], "{place}"),
        Body::Swapped(old, new) => {
            assert!(
                output.stdout == page().replace(old, new).as_bytes(),
                "{place}"
            );
        }
        Body::Any => {}
    }
}

#[test]
fn curl_sees_what_the_faults_say() {
    if !have(&["curl"]) {
        return;
    }
    let words = ["-sS", "--max-time", "120", "-H", "Connection: close"];
    side_by_side(CURL.iter().collect(), |case| run("curl", &words, case));
}

#[test]
fn wget_sees_what_the_faults_say() {
    if !have(&["wget"]) {
        return;
    }
    let words = [
        "-q",
        "-O",
        "-",
        "--tries=1",
        "--timeout=120",
        "--no-http-keep-alive",
    ];
    side_by_side(WGET.iter().collect(), |case| run("wget", &words, case));
}

/// A fault that takes time takes at least its time.
#[test]
fn curl_waits_as_long_as_the_faults_say() {
    if !have(&["curl"]) {
        return;
    }
    let slow: [(&[&str], u64); 2] = [
        (&["--latency", "300ms"], 600),
        (&["--bandwidth", "20K", "--side", "server"], 700),
    ];
    side_by_side(slow.to_vec(), |(faults, least)| {
        let tapped = Tapped::start(faults);
        let begun = Instant::now();
        let mut curl = Command::new("curl");
        let output = curl
            .args(["-sS", "--max-time", "120", &tapped.url()])
            .output();
        assert!(output.expect("it starts").stdout == page().as_bytes());
        let took = begun.elapsed();
        assert!(took >= Duration::from_millis(least), "{faults:?}: {took:?}");
    });
}

#[test]
fn chromium_sees_what_the_faults_say() {
    if !have(&["chromium"]) {
        return;
    }
    let cases: [(&[&str], &str, &str); 4] = [
        (&["--latency", "100ms"], "3 tacos", ""),
        (&["--swap", "tacos", "flans"], "3 flans", ""),
        (
            &["--reset-after", "0", "--side", "server"],
            "",
            "ERR_CONNECTION_RESET",
        ),
        (
            &["--cut-after", "0", "--side", "server"],
            "",
            "ERR_EMPTY_RESPONSE",
        ),
    ];
    side_by_side(cases.to_vec(), |(faults, word, why)| {
        let tapped = Tapped::start(faults);
        let (dom, log) = browser::load(&tapped.url());
        assert!(dom.contains(word), "{faults:?}: no {word} in {dom}");
        assert_eq!(dom.contains("</p>"), why.is_empty(), "{faults:?}: {dom}");
        // Not every version says why.
        let told = log.contains("net::ERR_");
        assert!(!told || log.contains(why), "{faults:?}: {log}");
    });
}
