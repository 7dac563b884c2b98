//! The probe itself: our server passes it whole, and each case fails on a server that breaks its rule.
//!
//! The broken servers are [`careless::Careless`], one fault at a time; [`faults`] says which case is proved
//! by which. The cases beside it, which are about other rules, must pass on the same broken server.

mod attackers;
mod careless;
mod client_reports;
mod clients;
mod faults;
mod strange;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use crate::support::{Server, bin};
use careless::{Careless, Plan};
use wirelab::files::{Files, Settings};
use wirelab::net::{self, AcceptedClient};
use wirelab::probe::case::Case;
use wirelab::probe::exchange::{self, Terms};
use wirelab::probe::server_features::Baseline;
use wirelab::probe::{Target, Verdict, probe, suite, verdict};
use wirelab::server::{Server as StaticServer, Timeouts};

/// How long the probe listens to a server that may be silent for ever.
const SILENCE: Duration = Duration::from_millis(100);
/// How long when an answer must come.
const PATIENCE: Duration = Duration::from_secs(10);

/// A folder with a page in it.
fn site(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("wirelab-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let page = "<!doctype html><title>tacos</title><p>three tacos, coming up\n";
    fs::write(folder.join("index.html"), page).unwrap();
    folder
}

fn good(folder: &Path) -> Server {
    let mut command = Command::new(bin("wirelab"));
    Server::start_with(
        command
            .args(["serve", "--port", "0", "--quiet"])
            .arg(folder),
    )
}

/// Our server in this process, for as long as the tests run.
fn right(folder: &Path) -> std::net::SocketAddr {
    let settings = Settings {
        listing: true,
        dotfiles: false,
    };
    let server = StaticServer {
        handler: wirelab::server::files(Files::open(folder, settings).unwrap()),
        recorder: None,
        now: None,
        patience: Timeouts::default(),
        log: Box::new(|_| {}),
    };
    let listener = net::listen("127.0.0.1:0".parse().unwrap(), 256).unwrap();
    let addr = listener.local_addr().unwrap();
    let seats = net::PoolLimits::default();
    thread::spawn(move || net::pool(&listener, seats, move |it| server.serve(it), |_| {}));
    addr
}

#[test]
fn our_server_passes_it_whole() {
    let folder = site("probe");
    let server = good(&folder);
    let target = Target::new(server.addr, &server.addr.to_string(), "/");
    let done = probe(&target, suite::cases().unwrap(), None, &|_| {}).unwrap();
    for tried in &done.tried {
        match &tried.verdict {
            Verdict::Passed => {}
            Verdict::NotApplicable(lack) => panic!("{}: no {lack}", tried.case.id()),
            Verdict::Failed {
                failure,
                transcript,
            } => {
                let (id, why) = (tried.case.id(), &failure.why);
                panic!("{id}: {why}\n{}", transcript.render())
            }
        }
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn each_case_has_its_fault_and_each_fault_its_case() {
    let cases = suite::cases().unwrap();
    let without: Vec<&str> = cases
        .iter()
        .map(|case| case.name)
        .filter(|name| faults::of(name).is_none())
        .collect();
    assert_eq!(without, [""; 0], "no fault breaks the rules of these");
    let used: BTreeSet<usize> = cases
        .iter()
        .filter_map(|case| Some(faults::of(case.name)?.0))
        .collect();
    let idle: Vec<usize> = (0..faults::count())
        .filter(|at| !used.contains(at))
        .collect();
    assert_eq!(idle, [0; 0], "these lines of faults name no case");
}

#[test]
fn each_case_fails_on_a_server_that_breaks_its_rule_and_its_neighbours_pass() {
    let folder = site("faults");
    let addr = right(&folder);
    let target = Target::new(addr, &addr.to_string(), "/");
    let baseline = Baseline::find(&target).unwrap();
    let cases = suite::cases().unwrap();
    let bytes: Vec<Vec<u8>> = cases
        .iter()
        .map(|case| case.said(|text| baseline.fill(text)).unwrap())
        .collect();
    let next = Mutex::new(0..cases.len());
    let wrong: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..12)
            .map(|_| {
                scope.spawn(|| {
                    let proof = Proof {
                        careless: Careless::before(addr),
                        baseline: &baseline,
                        cases: &cases,
                        bytes: &bytes,
                    };
                    let mut wrong = Vec::new();
                    loop {
                        let Some(at) = next.lock().unwrap().next() else {
                            return wrong;
                        };
                        wrong.extend(proof.prove(at));
                    }
                })
            })
            .collect();
        let workers = workers.into_iter();
        workers.flat_map(|it| it.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    fs::remove_dir_all(folder).unwrap();
}

/// What a worker needs to prove cases.
struct Proof<'a> {
    careless: Careless,
    baseline: &'a Baseline,
    cases: &'a [Case],
    /// What the client says in each.
    bytes: &'a [Vec<u8>],
}

impl Proof<'_> {
    /// What is wrong with the case at this place: it passes on a server that breaks its rule, or a
    /// neighbour fails there.
    fn prove(&self, at: usize) -> Vec<String> {
        let name = self.cases[at].name;
        let (line, _) = faults::of(name).unwrap();
        let mut wrong = Vec::new();
        // A silence may be the fault; on a busy machine it may also be a late answer.
        let short = self.failure(at, at, SILENCE);
        match short.or_else(|| self.failure(at, at, PATIENCE)) {
            None => wrong.push(format!("{name} passes where its rule is broken")),
            Some(why) if std::env::var_os("WIRELAB_SHOW").is_some() => {
                println!("{name:36} {why}");
            }
            Some(_) => {}
        }
        let other = |it: &usize| {
            let another = faults::of(self.cases[*it].name).unwrap().0;
            another != line && self.bytes[*it] != self.bytes[at]
        };
        let before = (0..at).rev().find(other);
        let behind = (at + 1..self.cases.len()).find(other);
        for neighbour in before.into_iter().chain(behind) {
            if let Some(why) = self.failure(at, neighbour, PATIENCE) {
                let neighbour = self.cases[neighbour].name;
                wrong.push(format!("{neighbour} fails by the fault of {name}: {why}"));
            }
        }
        wrong
    }

    /// Why a case fails on a server that breaks the rule of `broken`, if it does.
    fn failure(&self, broken: usize, tried: usize, silence: Duration) -> Option<String> {
        let case = &self.cases[tried];
        self.careless.will(Plan {
            case: self.bytes[broken].clone(),
            hears: self.bytes[tried].len(),
            asks: case.asks.clone(),
            fault: faults::of(self.cases[broken].name).unwrap().1,
        });
        let terms = Terms {
            addr: self.careless.address(),
            silence,
            close: wirelab::limits::PROBE_CLOSE_WAIT.min(silence),
            most: self.baseline.most(),
            marker: "GET",
            fill: &|text| self.baseline.fill(text),
        };
        let seen = exchange::try_case(case, &terms).unwrap();
        verdict::failure(case, &seen, self.baseline).map(|failure| failure.why)
    }
}

/// Runs the command; the exit code and what it printed.
fn command(words: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(bin("wirelab"))
        .arg("probe")
        .args(words)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A server that says yes to everything.
fn says_yes(client: AcceptedClient) {
    let mut stream = client.stream;
    let _ = stream.read(&mut [0; 4096]);
    let yes = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes";
    let _ = stream.write_all(yes);
}

#[test]
fn the_command_reports_in_text_and_xml() {
    let folder = site("command");
    let server = good(&folder);
    let addr = server.addr.to_string();
    let report = folder.join("report.xml");
    let file = report.to_str().unwrap();
    let (code, text, _) = command(&[&addr, "--section", "6.3", "--junit", file]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("9112 6.3 Message Body Length"), "{text}");
    assert!(
        fs::read_to_string(&report)
            .unwrap()
            .contains("<testsuite name=\"RFC 9112 6.3")
    );

    let listener = net::listen("127.0.0.1:0".parse().unwrap(), 64).unwrap();
    let serving = net::serve(listener, 64, says_yes).unwrap();
    let addr = serving.address().to_string();
    let (code, text, _) = command(&[&addr, "--case", "no-host", "--junit", file]);
    assert_eq!(code, Some(1), "{text}");
    for part in [
        "FAIL 9112 3.2 no-host · MUST",
        "  C> GET / HTTP/1.1\\r\\n",
        "seen:    200",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert!(
        fs::read_to_string(&report)
            .unwrap()
            .contains("<failure message=")
    );
    let (_, brief, _) = command(&[&addr, "--case", "no-host", "--brief"]);
    assert!(!brief.contains("C> GET"), "{brief}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn wrong_use_and_absent_servers_are_told_apart() {
    let closed = net::Closed::at("127.0.0.1:0".parse().unwrap()).unwrap();
    for (words, code, part) in [
        (&[&closed.addr.to_string()[..]][..], 3, "refused"),
        (&["192.0.2.1:80"], 2, "another machine"),
        (&["127.0.0.1"], 2, "port"),
        (&["127.0.0.1:1", "--section", "99"], 2, "no case is chosen"),
        (&["127.0.0.1:1", "--wait", "0"], 2, "from 1 to 60000"),
        (&["127.0.0.1:1", "--path", "menu"], 2, "--path"),
        (
            &["127.0.0.1:1", "--json", "--md"],
            2,
            "both print to stdout",
        ),
        (
            &["127.0.0.1:1", "--md", "--junit", "-"],
            2,
            "--md and --junit -",
        ),
        (&["--list", "--json"], 2, "leave --json out"),
        (
            &["127.0.0.1:1", "--junit", "/no-such-folder/x.xml"],
            2,
            "/no-such-folder/x.xml: cannot be written",
        ),
        (
            &["127.0.0.1:1", "--section", "6.3", "--section", "99"],
            2,
            "--section 99",
        ),
        (
            &["127.0.0.1:1", "--section", "6.3", "--case", "no-host"],
            2,
            "not in --section",
        ),
        (
            &["127.0.0.1:1", "--client", "curl {url}"],
            2,
            "leave ADDR out",
        ),
        (
            &["--client", "curl {url}", "--section", "99"],
            2,
            "no case for clients",
        ),
    ] {
        let (got, _, error) = command(words);
        assert_eq!(got, Some(code), "{words:?}: {error}");
        assert!(error.contains(part), "{words:?}: {error}");
    }
}

#[test]
fn several_cases_and_sections_are_chosen_together() {
    let count = |words: &[&str]| command(words).1.lines().count();
    assert_eq!(
        count(&["--list", "--case", "no-host", "--case", "chunked"]),
        2
    );
    assert_eq!(count(&["--list", "--case", "no-host,chunked"]), 2);
    let (one, other) = (["--section", "6.1"], ["--section", "9110 14"]);
    let both = [&["--list"][..], &one, &other].concat();
    let alone = [one, other].map(|words| count(&[&["--list"][..], &words].concat()));
    assert_eq!(count(&both), alone.iter().sum::<usize>());
    let cookies = ["--client", "curl {url}", "--list", "--section", "6265"];
    assert!((1..20).contains(&count(&cookies)));
}
