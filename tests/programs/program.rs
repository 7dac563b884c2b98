//! Starting and ending anyone's program: words, contract, output, and nothing left behind.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{badpeer, runs, signal, soon};
use wirelab::check::program::{CommandLine, Contract, Ending, NotReady, Program, StartError};
use wirelab::{limits, net};

const PATIENCE: Duration = Duration::from_secs(300);

/// An address that stays ours until all tests are done.
fn somewhere() -> SocketAddr {
    let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let port = net::free_port(ip).unwrap();
    let addr = SocketAddr::new(ip, port.number);
    std::mem::forget(port);
    addr
}

fn start(text: &str) -> Result<Program, StartError> {
    Program::start(
        &CommandLine::parse(text).unwrap(),
        &Contract::at(somewhere()),
    )
}

fn sh(script: &str) -> Program {
    let line = CommandLine::of(Path::new("/bin/sh"), &["-c", script]);
    Program::start(&line, &Contract::at(somewhere())).unwrap()
}

/// Waits until the process with this number is gone (a zombie counts as gone: it runs no more).
fn gone(pid: &str) -> bool {
    let pid: u32 = pid.parse().unwrap();
    soon(|| !runs(pid))
}

/// The first line of the program's stdout.
fn first_line(program: &Program) -> String {
    let first = || {
        program
            .stdout()
            .text()
            .split_once('\n')
            .map(|(line, _)| line.to_string())
    };
    assert!(soon(|| first().is_some()), "{:?}", program.stdout().text());
    first().unwrap()
}

#[test]
fn work_is_seen_in_whatever_a_program_started_and_also_when_it_has_ended_itself() {
    // In turn: itself, a child, and one whose parent is gone.
    for script in [
        "while :; do :; done",
        "(while :; do :; done) & wait",
        "(while :; do :; done) &",
    ] {
        let program = sh(script);
        let works = || program.activity().is_some_and(|seen| seen.works);
        assert!(soon(works), "{script}: {:?}", program.activity());
    }
    let program = sh("sleep 100 & wait");
    let rests = || program.activity().is_some_and(|seen| !seen.works);
    assert!(soon(rests), "{:?}", program.activity());
}

#[test]
fn a_program_is_told_the_contract_in_words_and_environment() {
    let script = r#"echo "$WIRELAB_ADDR|$WIRELAB_ROOT|$WIRELAB_NOW|$WIRELAB_ARG|$*""#;
    let line = CommandLine::of(
        Path::new("/bin/sh"),
        &["-c", script, "me", "{addr}", "a{host}b{port}", "{arg}"],
    );
    let contract = Contract {
        addr: "127.0.0.1:8009".parse().unwrap(),
        root: Some("/menus".into()),
        now: Some(784_111_777),
        arg: Some("http://{addr}/ {port}".to_string()),
    };
    let mut program = Program::start(&line, &contract).unwrap();
    assert_eq!(program.wait_end(PATIENCE), Some(Ending::Status(0)));
    assert_eq!(
        first_line(&program),
        "127.0.0.1:8009|/menus|784111777|http://127.0.0.1:8009/ {port}|\
         127.0.0.1:8009 a127.0.0.1b8009 http://127.0.0.1:8009/ {port}"
    );
}

#[test]
fn what_cannot_start_says_why_and_what_to_do() {
    let missing = start("no-such-program-here {addr}").unwrap_err();
    assert!(missing.to_string().contains("on your PATH"), "{missing}");
    let path = start("./no/such/file").unwrap_err();
    assert_eq!(
        path.to_string(),
        "there is no program \"./no/such/file\": look at the path"
    );
    let shell = start("cd labs && ./server").unwrap_err();
    assert!(shell.to_string().contains("sh -c"), "{shell}");
    let folder = start("/").unwrap_err();
    assert!(
        matches!(folder, StartError::NotExecutable { .. }),
        "{folder}"
    );
    let file = start(concat!("'", env!("CARGO_MANIFEST_DIR"), "/Cargo.toml'")).unwrap_err();
    assert!(file.to_string().contains("chmod +x"), "{file}");
}

#[test]
fn the_end_of_a_program_is_told() {
    assert_eq!(sh("exit 3").wait_end(PATIENCE), Some(Ending::Status(3)));
    assert_eq!(
        sh("kill -SEGV $$").wait_end(PATIENCE),
        Some(Ending::Signal(11))
    );
    assert_eq!(Ending::Signal(11).to_string(), "signal 11, SIGSEGV");
    let mut running = sh("exec sleep 100");
    assert_eq!(running.ending(), None);
}

#[test]
fn a_server_is_ready_when_it_listens_and_no_connection_is_spent_on_asking() {
    let addr = somewhere();
    let line = CommandLine::of(Path::new(badpeer()), &["echo", "{addr}"]);
    let mut program = Program::start(&line, &Contract::at(addr)).unwrap();
    program.wait_ready(addr, PATIENCE).unwrap();
    assert_eq!(program.wait_listening_line(PATIENCE), Ok(addr));
    assert_eq!(program.stderr().text(), "");
    TcpStream::connect(addr).unwrap();
    program.end();
    assert!(TcpStream::connect(addr).is_err());
}

/// A connection that only asks would be this server's first client, and a relay would pass it on.
#[test]
fn no_connection_is_spent_on_a_server_that_is_still_starting() {
    let addr = somewhere();
    let busy = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
    let script = format!(
        "end=$(($(date +%s)+{})); until [ $(date +%s) -ge $end ]; do {busy}; done\n\
         exec '{}' dies-of-a-request {addr}",
        limits::READY_BY_TABLE.as_secs() + 2,
        badpeer(),
    );
    let mut program = sh(&script);
    program.wait_ready(addr, PATIENCE).unwrap();
    let mut client = TcpStream::connect(addr).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    assert_eq!(program.wait_end(PATIENCE), Some(Ending::Status(7)));
    program.end();
    assert_eq!(program.stderr().text(), "");
}

#[test]
fn a_server_that_chose_its_port_says_so() {
    let line = CommandLine::of(Path::new(badpeer()), &["echo", "127.0.0.1:0"]);
    let mut program = Program::start(&line, &Contract::at(somewhere())).unwrap();
    let addr = program.wait_listening_line(PATIENCE).unwrap();
    TcpStream::connect(addr).unwrap();
}

#[test]
fn a_server_that_never_listens_or_ends_at_once_is_told_apart() {
    let short = Duration::from_millis(30);
    let silent = sh("exec sleep 100")
        .wait_ready(somewhere(), short)
        .unwrap_err();
    assert_eq!(
        silent,
        NotReady::Silent {
            waited: short,
            elsewhere: Vec::new()
        }
    );
    let mut program = sh("echo broken >&2; exit 7");
    let ended = program.wait_ready(somewhere(), PATIENCE).unwrap_err();
    assert_eq!(ended, NotReady::Ended(Ending::Status(7)));
    program.end();
    assert_eq!(program.stderr().text(), "broken\n");
}

#[test]
fn a_flood_is_read_to_its_end_and_little_is_kept() {
    let mut program = sh("head -c 300000000 /dev/zero; echo bye");
    assert_eq!(program.wait_end(PATIENCE), Some(Ending::Status(0)));
    assert!(soon(|| program.stdout().closed));
    let kept = program.stdout();
    assert_eq!(kept.total, 300_000_004);
    assert_eq!(kept.first.len() + kept.last.len(), 2 * limits::KEPT_OUTPUT);
    assert!(kept.text().ends_with("bye\n"));
}

#[test]
fn what_a_program_forked_ends_with_it_also_when_it_ignores_sigterm() {
    let mut program = sh("trap '' TERM; sleep 100 & echo $!; wait");
    let forked = first_line(&program);
    program.end();
    assert!(gone(&forked));
    let mut ended = sh("sleep 100 & echo $!");
    let forked = first_line(&ended);
    assert_eq!(ended.wait_end(PATIENCE), Some(Ending::Status(0)));
    assert!(
        gone(&forked),
        "left running after its parent ended by itself"
    );
}

/// Runs [`host`] in a process of its own, which starts a program and then waits to be killed.
#[test]
fn a_program_ends_with_us_however_we_end() {
    for name in ["KILL", "INT", "TERM"] {
        let mut us = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "program::host",
                "--include-ignored",
                "--nocapture",
            ])
            .env("WIRELAB_TEST_HOST", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(us.stdout.take().unwrap()).lines();
        let mut pids =
            lines.filter_map(|line| line.unwrap().strip_prefix("pid ").map(str::to_string));
        let pid = pids.next().unwrap();
        assert!(signal(name, us.id()));
        us.wait().unwrap();
        assert!(gone(&pid), "still there after {name}");
    }
}

#[test]
#[ignore = "the process that a_program_ends_with_us_however_we_end kills"]
fn host() {
    if std::env::var_os("WIRELAB_TEST_HOST").is_none() {
        return;
    }
    let program = sh("trap '' TERM INT; echo ready; while :; do sleep 100; done");
    assert_eq!(first_line(&program), "ready");
    println!("\npid {}", program.id());
    std::io::stdout().flush().unwrap();
    let _ = std::io::stdin().read_line(&mut String::new());
}
