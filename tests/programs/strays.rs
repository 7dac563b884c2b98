//! Processes that leave the process group of their program: each way to leave it, and each way to end.
#![cfg(unix)]

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::support::{have, runs, skip, soon};
use wirelab::check::program::{CommandLine, Contract, Program, Strays};
use wirelab::check::{CheckError, Conversation, Plan, Report, Side, Subject, report};
use wirelab::net::Weather;
use wirelab::wire::Transcript;

const PATIENCE: Duration = Duration::from_secs(60);

/// What the process that leaves becomes: it prints its number, and stays.
const STAYS: &str = "echo $$; exec sleep 1000";

/// The words of a program, and the tools that it needs. `STAYS` in a word is replaced.
type Way = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const WAYS: &[Way] = &[
    (
        "setsid",
        &["setsid"],
        &["/bin/sh", "-c", "setsid sh -c 'STAYS' & wait"],
    ),
    (
        "timeout",
        &["timeout"],
        &["/bin/sh", "-c", "timeout 1000 sh -c 'STAYS' & wait"],
    ),
    (
        "set -m",
        &["bash"],
        &["bash", "-c", "set -m; sh -c 'STAYS' & wait"],
    ),
    (
        "ignores SIGTERM",
        &["setsid"],
        &["/bin/sh", "-c", "trap '' TERM; setsid sh -c 'STAYS' & wait"],
    ),
    (
        "without an environment",
        &["setsid", "env"],
        &[
            "/bin/sh",
            "-c",
            "env -i \"$(command -v setsid)\" /bin/sh -c 'STAYS' & wait",
        ],
    ),
    (
        "setpgid",
        &["python3"],
        &[
            "python3",
            "-c",
            "import os, time\nif os.fork() == 0:\n    os.setpgid(0, 0)\n    os.execv('/bin/sh', ['sh', '-c', 'STAYS'])\ntime.sleep(1000)",
        ],
    ),
    (
        "double fork",
        &["python3"],
        &[
            "python3",
            "-c",
            "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.execv('/bin/sh', ['sh', '-c', 'STAYS'])\n    os._exit(0)\ntime.sleep(1000)",
        ],
    ),
    (
        "a chain, each in a session of its own",
        &["setsid"],
        &[
            "/bin/sh",
            "-c",
            "setsid sh -c 'setsid sh -c \"STAYS\" & wait' & wait",
        ],
    ),
];

/// Whether processes can be told by their environment here.
fn can_be_seen() -> bool {
    let sees = Path::new("/proc/self/environ").exists();
    if !sees {
        skip("this system shows no /proc/PID/environ");
    }
    sees
}

fn start(words: &[&str]) -> Program {
    let words: Vec<String> = words
        .iter()
        .map(|word| word.replace("STAYS", STAYS))
        .collect();
    let rest: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    let line = CommandLine::of(Path::new(&words[0]), &rest);
    let nowhere: SocketAddr = "127.0.0.1:9".parse().unwrap();
    Program::start(&line, &Contract::at(nowhere)).unwrap()
}

/// The number that the process which left has printed.
fn stray_of(program: &Program) -> u32 {
    let line = || {
        program
            .stdout()
            .text()
            .split_once('\n')
            .map(|(line, _)| line.to_string())
    };
    assert!(soon(|| line().is_some()), "{}", program.stderr().text());
    line().unwrap().parse().unwrap()
}

#[test]
fn whatever_way_a_process_leaves_the_group_it_ends_with_the_program_and_is_named() {
    if !can_be_seen() {
        return;
    }
    for (way, tools, words) in WAYS {
        if !have(tools) {
            continue;
        }
        let list = Strays::default();
        let mut program = start(words);
        program.name_strays_in(&list);
        let stray = stray_of(&program);
        program.end();
        assert!(!runs(stray), "{way}: it still runs");
        let named = list.take();
        let is_named = named.iter().any(|command| command.contains("sleep 1000"));
        assert!(is_named, "{way}: {named:?}");
    }
}

#[test]
fn a_process_that_outlives_its_program_is_found_too() {
    if !can_be_seen() || !have(&["setsid"]) {
        return;
    }
    let list = Strays::default();
    // `head` ends when the process has left, and with it the program.
    let script = "{ setsid sh -c 'STAYS' & } | head -n 1";
    let mut program = start(&["/bin/sh", "-c", script]);
    program.name_strays_in(&list);
    let stray = stray_of(&program);
    assert!(program.wait_end(PATIENCE).is_some());
    assert!(!runs(stray), "it still runs");
    let named = list.take();
    assert!(
        matches!(&named[..], [command] if command.contains("sleep 1000")),
        "{named:?}"
    );
}

/// Only the token tells whose process it is: the other program is younger, and has left its group, too.
#[test]
fn a_process_of_another_program_stays() {
    if !can_be_seen() || !have(&["setsid"]) {
        return;
    }
    let words = ["/bin/sh", "-c", "setsid sh -c 'STAYS' & wait"];
    let mut first = start(&words);
    let mut second = start(&words);
    let (one, other) = (stray_of(&first), stray_of(&second));
    first.end();
    assert!(!runs(one) && runs(other));
    second.end();
    assert!(!runs(other));
}

fn check(side: Side, script: &str) -> Result<Report, CheckError> {
    let line = CommandLine::of(Path::new("/bin/sh"), &["-c", script]);
    let expected = Transcript::parse("C connect\nC> hello\\n\nC fin\nS fin\n").unwrap();
    let conversation = Conversation {
        name: "hello".to_string(),
        expected,
        weathers: vec![Weather::Calm],
    };
    let subject = Subject::Command(line);
    let plan = Plan::new("lab 01".to_string(), side, subject, vec![conversation]);
    plan.run()
}

/// A client that ends when `count` processes have left its group, which then stay as they are.
fn leaves(count: usize) -> String {
    let stays = "setsid sh -c 'echo; kill -s STOP $$' & ".repeat(count);
    format!("{{ {stays}}} | head -n {count} >/dev/null; exit 1")
}

#[test]
fn the_report_says_what_the_check_has_ended() {
    if !can_be_seen() || !have(&["setsid"]) {
        return;
    }
    let client = |script: &str| {
        let report = check(Side::Client, script).expect("it is played");
        report::text(&report, &[])
    };
    for count in [1, 2] {
        let said = client(&leaves(count));
        let words = "
   This had left your program's process group and still ran when the check ended
   your program. The check ended it, too:
     sh -c echo; kill -s STOP $$
";
        assert!(said.contains(words), "{said}");
    }
    let said = client("exit 1");
    assert!(!said.contains("process group"), "{said}");
    let Err(CheckError::NotReady(unready)) = check(Side::Server, &leaves(1)) else {
        panic!("it does not listen");
    };
    let said = report::unready_text("lab 01", &unready);
    assert!(said.contains("This had left"), "{said}");
}
