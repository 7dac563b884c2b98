//! The check keeps what it promises: our own programs pass, untouched exercises fail with a message that
//! was read by a person, and no program, however bad, hangs it or is left running.
#![cfg(unix)]

mod deaths;
mod diagnosis;
#[path = "../support/flaws.rs"]
mod flaws;
mod middle;
mod side_by_side;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use support::peers::closed;
use support::wrong::{text, without_ports};
use support::{Server, WIRELAB, badpeer, bin, course, processes, side_by_side, signal, soon};
use wirelab::check::graded::{Format, Graded};
use wirelab::check::program::CommandLine;
use wirelab::check::{CheckError, Conversation, Outcome, Plan, Problem, Subject};
use wirelab::course::catalogue::{Lab, Side, Weather};
use wirelab::net;
use wirelab::wire::Transcript;

/// Longer than any check may take, also on a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);

fn lab(number: u8) -> &'static Lab {
    wirelab::course::catalogue::lab(number).expect("a lab")
}

/// The text of each check, sorted by name.
fn texts(plans: Vec<(String, Plan)>) -> Vec<(String, String, bool)> {
    let mut done = side_by_side(plans, |(name, plan)| {
        let (text, passed) = text(&plan);
        (name, text, passed)
    });
    done.sort();
    done
}

/// A check of a bad peer against lab 9's main conversation.
fn plan(words: &[&str], weathers: &[Weather]) -> Plan {
    let script = &lab(9).scripts[0];
    let expected = Transcript::parse(script.text()).unwrap();
    let name = script.name.to_string();
    let line = CommandLine::of(Path::new(words[0]), &words[1..]);
    let conversation = Conversation {
        name,
        expected,
        weathers: weathers.to_vec(),
    };
    let plan = Plan::new(
        "lab 09".to_string(),
        Side::Server,
        Subject::Command(line),
        vec![conversation],
    );
    Plan {
        start_deadline: DEADLINE,
        ..plan
    }
}

fn flaw(name: &str) -> Plan {
    plan(&[badpeer(), name, "{addr}"], &[Weather::Calm])
}

/// Starts a program beside the checks of this process, as the checks start theirs.
fn started(command: &mut Command) -> Child {
    let _starting = net::starting();
    command.spawn().expect("it starts")
}

fn output(command: &mut Command) -> Output {
    let child = started(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    child.wait_with_output().expect("it runs")
}

/// Every process whose command line holds this word.
fn processes_with(word: &str) -> Vec<(u32, String)> {
    let mut all = processes();
    all.retain(|(_, words)| words.contains(word));
    all
}

#[test]
fn the_check_survives_every_server() {
    let begun = Instant::now();
    let failing = [
        "endless",
        "one-byte-a-second",
        "tls",
        "resets-at-once",
        "resets-in-the-head",
        "resets-in-the-body",
        "closes-at-once",
        "closes-in-the-head",
        "closes-in-the-body",
        "says-nothing",
        "no-such-flaw",
    ];
    for (name, text, passed) in texts(failing.map(|name| (name.to_string(), flaw(name))).to_vec()) {
        assert!(!passed, "{name} passes");
        assert!(text.starts_with("FAIL lab 09 · "), "{name}: {text}");
        assert!(
            name != "tls" || text.contains("TLS, the protocol of https"),
            "{text}"
        );
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{name}:\n{text}"
        );
    }
    assert!(begun.elapsed() < DEADLINE, "it took {:?}", begun.elapsed());
}

#[test]
fn a_server_behind_a_shell_that_floods_forks_or_ignores_signals_passes_and_is_gone() {
    let scripts = [
        (
            "flood",
            "head -c 200000000 /dev/zero; head -c 200000000 /dev/zero >&2; exec \"$1\" good \"$2\"",
        ),
        ("forks", "\"$1\" good \"$2\" & wait"),
        (
            "ignores-sigterm",
            "trap '' TERM INT HUP; \"$1\" good \"$2\"; :",
        ),
    ];
    let plans = scripts.map(|(name, script)| {
        let words = [
            "/bin/sh",
            "-c",
            script,
            name,
            badpeer(),
            "{addr}",
            "wirelab-shell-test",
        ];
        (
            name.to_string(),
            plan(&words, &[Weather::Calm, Weather::Dribble]),
        )
    });
    for (name, text, passed) in texts(plans.to_vec()) {
        assert!(passed, "{name}:\n{text}");
    }
    let gone = || processes_with("wirelab-shell-test").is_empty();
    assert!(soon(gone), "{:?}", processes_with("wirelab-shell-test"));
}

#[test]
fn a_server_that_keeps_something_of_every_client_fails() {
    let weathers = [
        Weather::Calm,
        Weather::Dribble,
        Weather::Glue,
        Weather::Rude,
        Weather::Ghost,
    ];
    let report = plan(&[badpeer(), "leaks", "{addr}"], &weathers)
        .run()
        .unwrap();
    let (_, failure) = report.failure().expect("it fails");
    assert!(
        matches!(
            failure.trouble,
            Problem::Grows {
                what: "file descriptors",
                ..
            }
        ),
        "{failure:?}"
    );
}

#[test]
fn what_cannot_be_started_is_no_failure_of_the_program() {
    let missing = plan(&["/no/such/program"], &[Weather::Calm]).run();
    assert!(matches!(missing, Err(CheckError::Start(_))));
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let no_program = plan(&[manifest], &[Weather::Calm]).run();
    assert!(matches!(no_program, Err(CheckError::Start(_))));
}

#[test]
fn the_same_check_says_the_same_twice() {
    let names = [
        "single-read",
        "never-reads",
        "says-nothing",
        "resets-in-the-body",
        "good",
    ];
    side_by_side(names.to_vec(), |name| {
        let words = [badpeer(), name, "{addr}"];
        let plan = plan(&words, &[Weather::Calm, Weather::Dribble]);
        assert_eq!(text(&plan), text(&plan), "{name}");
    });
}

#[test]
fn junit_tells_passed_failed_and_not_run() {
    let plan = plan(
        &[badpeer(), "single-read", "{addr}"],
        &[Weather::Calm, Weather::Dribble, Weather::Rude],
    );
    let mut report = plan.run().unwrap();
    let nobody = "127.0.0.1:1".parse().unwrap();
    for run in &mut report.runs {
        run.took = Duration::from_millis(7);
    }
    report.took = Duration::from_millis(21);
    assert!(matches!(report.runs[2].outcome, Outcome::NotRun));
    let mut graded = Graded::default();
    graded.add(Some(9), &report, &[]);
    graded.add_error(Some(10), "lab 10", None, &CheckError::Nobody(nobody));
    insta::assert_snapshot!("junit", without_ports(&graded.write(Format::Junit)));
}

/// Runs `wirelab check 9` with these words in a folder of its own, which has no repository.
fn check_9(words: &[&str]) -> (Option<i32>, String) {
    let mut check = Command::new(WIRELAB);
    check.env("WIRELAB_COURSE", course());
    let output = output(check.args(["check", "9"]).args(words));
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

#[test]
fn exit_codes_tell_passed_failed_wrong_use_and_not_started() {
    let nobody = closed();
    let nobody = nobody.addr.to_string();
    let single_read = format!("'{}' single-read {{addr}}", badpeer());
    let single_read = &single_read[..];
    let cases = [
        (
            vec!["--server", single_read, "--weather", "calm"],
            0,
            "PASS lab 09",
        ),
        (
            vec!["--server", single_read, "--weather", "dribble"],
            1,
            "W18 single-read",
        ),
        (vec!["--server", "'"], 2, "never closed"),
        (vec!["--weather", "hail"], 2, "calm, dribble"),
        (
            vec!["--server", "x", "--addr", "127.0.0.1:1"],
            2,
            "one program",
        ),
        (vec!["--server", "/no/such/program"], 3, "look at the path"),
        (
            vec!["--server", "/bin/sh -c 'echo oh no >&2; exit 4'"],
            3,
            "oh no",
        ),
        (vec!["--addr", &nobody], 3, "nobody listens"),
    ];
    for (words, code, said) in cases {
        let (ended, text) = check_9(&words);
        assert_eq!(ended, Some(code), "{words:?}\n{text}");
        assert!(text.contains(said), "{words:?}\n{text}");
    }
}

/// A right server that serves another folder: the report says what the check could not give it, and names no cause.
#[test]
fn a_server_that_ran_before_is_told_which_files_it_needs() {
    let empty = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-files");
    std::fs::create_dir_all(&empty).expect("a folder");
    for number in [7, 17] {
        let mut command = Command::new(bin(&format!("lab{number:02}-server")));
        command.arg("127.0.0.1:0").env("WIRELAB_ROOT", &empty);
        let server = Server::start_with(&mut command);
        let mut check = Command::new(WIRELAB);
        let words = [
            "check",
            &number.to_string(),
            "--addr",
            &server.addr.to_string(),
        ];
        let output = output(check.args(words).env("WIRELAB_COURSE", course()));
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains("WIRELAB_ROOT"), "{text}");
        assert_eq!(text.contains("WIRELAB_NOW"), number == 17, "{text}");
        assert!(
            !text.contains("[W") && !text.contains("Likely cause"),
            "{text}"
        );
    }
}

/// A check that is ended from outside, at any moment, leaves no process behind.
#[test]
fn an_interrupted_check_leaves_nothing_behind() {
    for (turn, name) in ["INT", "TERM", "KILL", "INT", "KILL", "TERM"]
        .into_iter()
        .enumerate()
    {
        let mark = format!("interrupted-{turn}-{}", std::process::id());
        let server = format!("'{}' says-nothing {{addr}} {mark}", badpeer());
        let mut check = Command::new(WIRELAB);
        check
            .args(["check", "9", "--server", &server])
            .env("WIRELAB_COURSE", course())
            .stdout(Stdio::null());
        let mut check = started(&mut check);
        // Each turn lets it come a little further: the more often we look, the later we strike.
        for _ in 0..=turn {
            processes_with(&mark);
        }
        assert!(signal(name, check.id()));
        check.wait().expect("it ends");
        let gone = || processes_with(&mark).is_empty();
        assert!(soon(gone), "{name}: {:?}", processes_with(&mark));
    }
}
