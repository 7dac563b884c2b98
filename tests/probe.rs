//! The probe itself: our server passes it whole, and each case fails on a server that breaks its rule.
//!
//! The broken servers are one [`Mutant`]: it reads exactly the bytes of the case, then does one wrong
//! thing. For a case that looks into the answer it gives the right one with a single change.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use support::{Server, bin};
use wirelab::net::{self, Guest, Serving};
use wirelab::probe::case::{Case, Step};
use wirelab::probe::facts::Facts;
use wirelab::probe::{Target, Verdict, judge, probe, suite, trial};
use wirelab::wire::Who;

/// What the mutant does in the next conversation.
#[derive(Clone, Default)]
struct Plan {
    /// Reads so many bytes first, or to the end.
    hears: usize,
    /// Then says this.
    says: Vec<u8>,
    /// Then this.
    then: Then,
}

#[derive(Clone, Default)]
enum Then {
    #[default]
    Close,
    /// Reads one more request, and answers it with this.
    Answer(Vec<u8>),
    /// Nothing, for ever.
    Hold,
}

/// A server that does what its plan says.
struct Mutant {
    plan: Arc<Mutex<Plan>>,
    serving: Serving,
}

impl Mutant {
    fn start() -> Mutant {
        let plan: Arc<Mutex<Plan>> = Arc::default();
        let shared = Arc::clone(&plan);
        let listener = net::listen("127.0.0.1:0".parse().unwrap(), 64).unwrap();
        let serving = net::serve(listener, 64, move |guest: Guest| {
            let plan = shared.lock().unwrap().clone();
            play(&plan, guest);
        });
        let serving = serving.unwrap();
        Mutant { plan, serving }
    }

    /// Why the case fails on a server with this plan, if it does.
    fn failure(&self, case: &Case, facts: &Facts, plan: Plan) -> Option<String> {
        *self.plan.lock().unwrap() = plan;
        let mut target = Target::new(self.serving.address(), &facts.host, &facts.path);
        target.silence = Duration::from_millis(60);
        let seen = trial::try_case(case, &target, facts).unwrap();
        judge::failure(case, &seen, facts)
    }
}

fn play(plan: &Plan, guest: Guest) {
    let mut stream = guest.stream;
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let mut heard = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut hear = |heard: &mut Vec<u8>, enough: &dyn Fn(&[u8]) -> bool| {
        while !enough(heard) {
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => return,
                Ok(count) => heard.extend_from_slice(&buffer[..count]),
            }
        }
    };
    hear(&mut heard, &|heard| heard.len() >= plan.hears);
    let mut stream = guest.stream;
    let _ = stream.write_all(&plan.says);
    match &plan.then {
        Then::Close => {}
        Then::Hold => hear(&mut heard, &|_| false),
        Then::Answer(answer) => {
            hear(&mut heard, &|heard| {
                heard.len() > plan.hears && heard.ends_with(b"\r\n\r\n")
            });
            let _ = stream.write_all(answer);
        }
    }
}

/// An answer as a server gives it that knows no rule about the request.
fn plain(status: &str, method: &str, fields: &str) -> Vec<u8> {
    let body = match method {
        "HEAD" => "",
        _ => "<!doctype html>tacos\n",
    };
    format!("HTTP/1.1 {status}\r\nContent-Length: 21\r\n{fields}\r\n{body}").into_bytes()
}

/// The wrong things that a server may do with any request: what it says, and then what.
fn flaws(case: &Case) -> Vec<(&'static str, Vec<u8>, Then)> {
    let each = |status: &str, fields: &str| -> Vec<u8> {
        let answers = case.asks.iter().map(|method| plain(status, method, fields));
        answers.collect::<Vec<_>>().concat()
    };
    let next = Then::Answer(plain("200 OK", "GET", "Connection: close\r\n"));
    let misread = Then::Answer(plain("400 Bad Request", "GET", "Connection: close\r\n"));
    let twice = [each("200 OK", ""), plain("200 OK", "GET", "")].concat();
    vec![
        ("accepts it", each("200 OK", ""), next.clone()),
        (
            "refuses it",
            each("400 Bad Request", "Connection: close\r\n"),
            Then::Close,
        ),
        ("says it is not there", each("404 Not Found", ""), next),
        (
            "misreads what follows",
            each("501 Not Implemented", ""),
            misread,
        ),
        ("answers twice", twice, Then::Close),
        ("breaks off", each("200 OK", "")[..30].to_vec(), Then::Close),
        ("says nothing and closes", Vec::new(), Then::Close),
        ("says nothing", Vec::new(), Then::Hold),
        (
            "promises to close",
            each("200 OK", "Connection: close\r\n"),
            Then::Hold,
        ),
    ]
}

/// The right answers with one change each; the status stays.
fn changes(right: &[u8]) -> Vec<(String, Vec<u8>)> {
    let last = last_answer(right).unwrap_or(0);
    let (before, answer) = right.split_at(last);
    let end = find(answer, b"\r\n\r\n").expect("a head") + 4;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let body = &answer[end..];
    let whole = |head: &str, body: &[u8]| [before, head.as_bytes(), body].concat();
    let mut all = Vec::new();
    for line in head.lines().skip(1).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        let line = format!("{line}\r\n");
        let without = head.replacen(&line, "", 1);
        all.push((format!("without {name}"), whole(&without, body)));
        // A digit more in a length would be a hang, not a wrong answer.
        let other = match name {
            "Content-Length" => continue,
            _ => format!("{name}: x{}\r\n", value.to_lowercase()),
        };
        let changed = head.replacen(&line, &other, 1);
        all.push((format!("another {name}"), whole(&changed, body)));
    }
    for field in [
        "Content-Encoding: gzip",
        "Content-Range: bytes 0-0/9",
        "ETag: x",
        "Content-Length: 1",
    ] {
        let added = head.replacen("\r\n", &format!("\r\n{field}\r\n"), 1);
        all.push((format!("with {field}"), whole(&added, body)));
    }
    all.push((
        "with a 100".into(),
        whole(&format!("HTTP/1.1 100 Continue\r\n\r\n{head}"), body),
    ));
    all.push((
        "in 1.0".into(),
        whole(&head.replacen("HTTP/1.1", "HTTP/1.0", 1), body),
    ));
    let length = format!("Content-Length: {}\r\n", body.len());
    let emptied = head.replacen(&length, "Content-Length: 0\r\n", 1);
    all.push(("without its body".into(), whole(&emptied, b"")));
    let flipped: Vec<u8> = body.iter().map(|byte| byte ^ 1).collect();
    all.push(("with another body".into(), whole(&head, &flipped)));
    let secret = "root:three-tacos";
    let longer = head.replacen(&length, &format!("Content-Length: {}\r\n", secret.len()), 1);
    all.push(("with a secret".into(), whole(&longer, secret.as_bytes())));
    all.push((
        "with a body for HEAD".into(),
        whole(&head, &[body, b"tacos"].concat()),
    ));
    all
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// Where the last status line begins.
fn last_answer(bytes: &[u8]) -> Option<usize> {
    let is_status = |line: &[u8]| line.starts_with(b"HTTP/1.1 ") && line[9].is_ascii_digit();
    bytes.windows(10).rposition(is_status)
}

/// A folder with a page in it.
fn site(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("wirelab-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let page = "<!doctype html><title>tacos</title><p>three tacos, coming up\n";
    fs::write(folder.join("index.html"), page).unwrap();
    folder
}

fn good(folder: &PathBuf) -> Server {
    let mut command = Command::new(bin("wirelab"));
    Server::start_with(
        command
            .args(["serve", "--port", "0", "--quiet"])
            .arg(folder),
    )
}

#[test]
fn our_server_passes_it_whole() {
    let folder = site("probe");
    let server = good(&folder);
    let target = Target::new(server.addr, &server.addr.to_string(), "/");
    let done = probe(&target, suite::cases().unwrap()).unwrap();
    for tried in &done.tried {
        match &tried.verdict {
            Verdict::Passed => {}
            Verdict::NotApplicable => panic!("{} was left out", tried.case.id()),
            Verdict::Failed { why, transcript } => {
                panic!("{}: {why}\n{}", tried.case.id(), transcript.render())
            }
        }
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn each_case_fails_on_a_server_that_breaks_its_rule() {
    let folder = site("mutants");
    let server = good(&folder);
    let target = Target::new(server.addr, &server.addr.to_string(), "/");
    let facts = Facts::find(&target).unwrap();
    let cases = suite::cases().unwrap();
    let uncaught: Vec<String> = thread::scope(|scope| {
        let facts = &facts;
        let workers: Vec<_> = cases
            .chunks(cases.len().div_ceil(6))
            .map(|part| scope.spawn(move || uncaught(part, facts)))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    assert_eq!(uncaught, [] as [String; 0]);
    fs::remove_dir_all(folder).unwrap();
}

/// The cases that pass whatever a server does.
fn uncaught(cases: &[Case], facts: &Facts) -> Vec<String> {
    let mutant = Mutant::start();
    let is_caught = |case: &&Case| {
        let hears = length(case, facts);
        flaws(case).into_iter().any(|(_, says, then)| {
            let plan = Plan { hears, says, then };
            mutant.failure(case, facts, plan).is_some()
        })
    };
    let uncaught = cases.iter().filter(|case| !is_caught(case));
    uncaught.map(Case::id).collect()
}

/// How many bytes the client says in a case.
fn length(case: &Case, facts: &Facts) -> usize {
    let steps = case.steps(|text| facts.fill(text)).unwrap();
    let said = |step: &Step| match step {
        Step::Say(bytes) => bytes.len(),
        _ => 0,
    };
    steps.iter().map(said).sum()
}

#[test]
fn a_plain_get_sees_every_flaw() {
    let folder = site("flaws");
    let server = good(&folder);
    let target = Target::new(server.addr, &server.addr.to_string(), "/");
    let facts = Facts::find(&target).unwrap();
    let mutant = Mutant::start();
    let all = suite::cases().unwrap();
    let case = all.iter().find(|case| case.name == "plain-get").unwrap();
    for (name, says, then) in flaws(case) {
        let hears = length(case, &facts);
        let failure = mutant.failure(case, &facts, Plan { hears, says, then });
        assert_eq!(
            failure.is_none(),
            name == "accepts it",
            "{name}: {failure:?}"
        );
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn each_check_of_an_answer_fails_when_that_alone_is_wrong() {
    let folder = site("changes");
    let server = good(&folder);
    let target = Target::new(server.addr, &server.addr.to_string(), "/");
    let facts = Facts::find(&target).unwrap();
    let mutant = Mutant::start();
    let mut uncaught = BTreeSet::new();
    for case in suite::cases().unwrap() {
        let looks = case.allow.iter().all(|allow| !allow.checks.is_empty());
        if !looks {
            continue;
        }
        let seen = trial::try_case(&case, &target, &facts).unwrap();
        let said = seen.transcript.bytes_of(1, Who::Server);
        let marker = match seen.marked {
            true => last_answer(&said).unwrap(),
            false => said.len(),
        };
        let (right, behind) = said.split_at(marker);
        let hears = length(&case, &facts);
        let fails = |(_, says): (String, Vec<u8>)| {
            let then = match seen.marked {
                true => Then::Answer(behind.to_vec()),
                false => Then::Close,
            };
            let plan = Plan { hears, says, then };
            mutant.failure(&case, &facts, plan).is_some()
        };
        if !changes(right).into_iter().any(fails) {
            uncaught.insert(case.id());
        }
    }
    assert_eq!(uncaught, BTreeSet::new());
    fs::remove_dir_all(folder).unwrap();
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

    // A server that refuses all but the plainest request.
    let mutant = Mutant::start();
    *mutant.plan.lock().unwrap() = Plan {
        hears: 10,
        says: plain("200 OK", "GET", "Connection: close\r\n"),
        then: Then::Close,
    };
    let addr = mutant.serving.address().to_string();
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
    ] {
        let (got, _, error) = command(words);
        assert_eq!(got, Some(code), "{words:?}: {error}");
        assert!(error.contains(part), "{words:?}: {error}");
    }
}
