//! How things end: programs that flood, hang or die, pages that disappear, ports that are taken, and `Ctrl-C`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::visitor::{
    ask, children, page, post, start, start_program, start_with, status, token, until,
};
use crate::support::{Server, WIRELAB, bin, have, runs, signal, soon, which};

/// A folder that looks like the one of the built programs, with a program of the labs that is not ours: named as
/// ours, in Python. `others` are ours.
fn folder_with(name: &str, program: &str, text: &str, others: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("web-ends-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join(".fingerprint")).expect("a folder");
    for ours in others.iter().chain(&["wirelab"]) {
        fs::hard_link(bin(ours), folder.join(ours)).expect("a link");
    }
    let path = folder.join(program);
    fs::write(&path, format!("#!/usr/bin/env python3\n{text}")).expect("a file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be run");
    }
    folder
}

/// A server that listens as ours do, and does `then` with the connection `c`.
fn server_that(then: &str) -> String {
    format!(
        "import os, socket, sys, time\nhost, port = sys.argv[1].rsplit(':', 1)\n\
         s = socket.create_server((host, int(port)))\nprint('listening on %s:%d' % s.getsockname(), flush=True)\n\
         while True:\n    c, _ = s.accept()\n    try:\n        c.recv(100)\n        {then}\n    except OSError:\n        pass\n"
    )
}

/// Posts a form of lab 1 and waits for what the page is told.
fn told(server: &Server, what: &str, fields: &str, words: &str) {
    until(&mut asked(server, what, fields), words);
}

/// Posts a form of lab 1; the stream of its page.
fn asked(server: &Server, what: &str, fields: &str) -> BufReader<TcpStream> {
    let token = token(server);
    let (stream, number) = page(server, &token);
    let body = format!("token={token}&page={number}&{fields}");
    let answer = post(
        server,
        &format!("/labs/01-three-tacos/{what}"),
        &body,
        |it| it,
    );
    assert_eq!(status(&answer), "204", "{answer}");
    stream
}

const RUN: &str = "conversation=lab01-three-tacos&weather=calm";
const PLAY: &str = "conversation=lab01-three-tacos&weather=dribble";
const SAY: &str = "say=3+tacos%5Cn";

#[test]
fn a_server_that_floods_hangs_or_dies_is_shown_as_doing_so() {
    if !have(&["python3"]) {
        return;
    }
    let with = |name: &str, then: &str| {
        let text = server_that(then);
        let folder = folder_with(name, "lab01-server", &text, &["lab01-client"]);
        start_program(&folder.join("wirelab"), &[])
    };
    let floods = with("floods", "while True: c.sendall(b'x' * 65536)");
    told(
        &floods,
        "say",
        SAY,
        "The server sent without end, so we closed the connection. The page does not show",
    );
    let hangs = with("hangs", "time.sleep(1000)");
    told(&hangs, "say", SAY, "the server sends nothing");
    told(
        &hangs,
        "run",
        PLAY,
        "server did not say what the conversation expects",
    );
    let dies = with("dies", "os.abort()");
    told(&dies, "say", SAY, "And the server ended: signal 6");
    told(&dies, "run", RUN, "The lab's server ended: signal 6");
    told(&dies, "run", PLAY, "The lab's server ended: signal 6");
}

#[test]
fn a_client_that_floods_hangs_or_dies_is_shown_as_doing_so() {
    if !have(&["python3"]) {
        return;
    }
    let with = |name: &str, text: &str| {
        let folder = folder_with(name, "lab01-client", text, &["lab01-server"]);
        start_program(&folder.join("wirelab"), &[])
    };
    let dies = with("client-dies", "import sys\nsys.exit(3)\n");
    told(&dies, "run", RUN, "The lab's client ended: exit status 3.");
    // It floods and hangs at once: it writes without end and never connects.
    let floods = with("client-floods", "while True: print('tacos ' * 100)\n");
    let mut stream = asked(&floods, "run", RUN);
    let printed = until(&mut stream, "data-fill=\"run-after\"><p");
    assert!(
        printed.contains("The client printed") && printed.len() < 100_000,
        "{printed}"
    );
    until(
        &mut stream,
        "The lab's client still ran after 20 s, so we ended it.",
    );
    assert!(
        soon(|| children(&floods).is_empty()),
        "{:?}",
        children(&floods)
    );
}

#[test]
fn a_checked_program_that_hangs_or_dies_is_shown_as_doing_so() {
    let dies = start_with(&["--server", "sh -c 'exit 3'"]);
    told(&dies, "check", "side=server", "exit status 3");
    let hangs = start_with(&["--server", "sleep 1000"]);
    told(&hangs, "check", "side=server", "nobody listens");
}

/// The sockets of this process that listen: their lines in the kernel's table (proc(5)).
#[cfg(target_os = "linux")]
fn listeners(process: u32) -> usize {
    let open = fs::read_dir(format!("/proc/{process}/fd")).expect("it runs");
    let links = open
        .flatten()
        .filter_map(|fd| fs::read_link(fd.path()).ok());
    let inodes: Vec<String> = links
        .filter_map(|link| {
            let name = link.to_str()?.strip_prefix("socket:[")?;
            Some(name.strip_suffix(']')?.to_string())
        })
        .collect();
    let table = fs::read_to_string("/proc/net/tcp").expect("a table");
    let listens = |line: &&str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields.get(3) == Some(&"0A")
            && fields
                .get(9)
                .is_some_and(|it| inodes.contains(&it.to_string()))
    };
    table.lines().filter(listens).count()
}

#[test]
#[cfg(target_os = "linux")]
fn a_page_that_disappears_during_a_run_leaves_nothing_behind() {
    let server = start();
    let threads =
        || std::fs::read_dir(format!("/proc/{}/task", server.id())).map_or(0, Iterator::count);
    let token = token(&server);
    let (before, ports) = (threads(), listeners(server.id()));
    assert_eq!(ports, 1, "its own page");
    let (stream, number) = page(&server, &token);
    // A connection that says nothing: the lab's server waits for five seconds.
    let body = format!("token={token}&page={number}&say=3");
    assert_eq!(
        status(&post(
            &server,
            "/labs/02-order-in-crumbs/say",
            &body,
            |head| head
        )),
        "204"
    );
    // A run that takes its time: the client waits for servers that do not answer.
    let body =
        format!("token={token}&page={number}&conversation=lab20-slow-and-greedy&weather=calm");
    assert_eq!(
        status(&post(
            &server,
            "/labs/20-slow-and-greedy/run",
            &body,
            |head| head
        )),
        "204"
    );
    assert!(soon(|| children(&server).len() >= 2), "nothing was started");
    drop(stream);
    assert!(
        soon(|| children(&server).is_empty()),
        "{:?}",
        children(&server)
    );
    assert!(
        soon(|| threads() <= before + 1),
        "{} threads, {before} before",
        threads()
    );
    assert!(
        soon(|| listeners(server.id()) == ports),
        "{} ports, {ports} before",
        listeners(server.id())
    );
}

/// Holds the port, or waits until somebody else does no longer.
fn hold(port: u16) -> Option<TcpListener> {
    let mut held = None;
    soon(|| {
        held = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok();
        held.is_some()
    });
    held
}

#[test]
fn a_taken_port_is_named_and_the_next_one_is_used() {
    let first = start();
    let port = first.addr.port().to_string();
    let output = Command::new(WIRELAB)
        .args(["web", "--port", &port])
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains(&port), "{said}");
    // While we hold the first port that it tries, it takes a later one and says so.
    let _held = hold(8100).expect("nobody holds port 8100 for long");
    let (server, log) = Server::start_logged(Command::new(WIRELAB).arg("web"));
    let mut line = String::new();
    BufReader::new(log).read_line(&mut line).expect("a line");
    let port = server.addr.port();
    assert_ne!(port, 8100);
    let says = format!("port 8100 is in use, so web listens on port {port}");
    let all = "all ports from 8100 to 8199 are in use";
    assert!(line.contains(&says) || line.contains(all), "{line}");
}

/// The live lab at a terminal of its own, with only `folder` on its search path; where it listens.
fn at_a_terminal(folder: &Path) -> (std::process::Child, SocketAddr, PathBuf) {
    let script = which("script").expect("script is here");
    let shown = folder.join("shown.txt");
    // What an earlier one has shown is not this one's address.
    let _ = fs::remove_file(&shown);
    let line = format!("'{WIRELAB}' web --port 0");
    let child = Command::new(script)
        .args(["-q", "-f", "-c", &line])
        .arg(&shown)
        .env("PATH", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("script starts");
    let mut addr = None;
    assert!(soon(|| {
        let text = fs::read_to_string(&shown).unwrap_or_default();
        let line = text
            .lines()
            .find_map(|line| line.split_once("The course: http://"));
        addr = line.and_then(|(_, rest)| rest.split_once('/')?.0.parse().ok());
        addr.is_some()
    }));
    (child, addr.expect("it was found"), shown)
}

#[test]
#[cfg(target_os = "linux")]
fn at_a_terminal_a_browser_is_opened_and_without_one_the_address_is_enough() {
    if !have(&["script"]) {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("web-opens");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let serves = |addr: SocketAddr| {
        let head = format!("GET / HTTP/1.1\r\nHost: {addr}\r\n");
        assert_eq!(status(&ask(addr, &head, "")), "200");
    };
    let ends = |mut child: std::process::Child, addr: SocketAddr| {
        child.kill().expect("it runs");
        child.wait().expect("it ended");
        // Its terminal is gone.
        assert!(soon(|| TcpStream::connect(addr).is_err()));
    };
    let (child, addr, _) = at_a_terminal(&folder);
    serves(addr);
    ends(child, addr);
    let (open, opened) = (folder.join("xdg-open"), folder.join("opened.txt"));
    let text = format!("#!/bin/sh\necho \"$1\" > '{}'\n", opened.display());
    fs::write(&open, text).expect("a file");
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).expect("it can be run");
    let (child, addr, _) = at_a_terminal(&folder);
    let url = format!("http://{addr}/\n");
    assert!(soon(
        || fs::read_to_string(&opened).is_ok_and(|text| text == url)
    ));
    serves(addr);
    ends(child, addr);
    let _ = fs::remove_dir_all(&folder);
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupt_ends_it_and_all_that_it_has_started() {
    let mut server = start();
    let token = token(&server);
    let (_stream, number) = page(&server, &token);
    let fields = format!("token={token}&page={number}");
    for (path, more) in [
        ("/labs/02-order-in-crumbs/say", "say=3"),
        (
            "/labs/20-slow-and-greedy/run",
            "conversation=lab20-slow-and-greedy&weather=calm",
        ),
    ] {
        let answer = post(&server, path, &format!("{fields}&{more}"), |head| head);
        assert_eq!(status(&answer), "204", "{answer}");
    }
    assert!(soon(|| children(&server).len() >= 3), "nothing was started");
    let started = children(&server);
    let started: Vec<u32> = started
        .iter()
        .filter_map(|stat| stat.split(' ').next()?.parse().ok())
        .collect();
    let begun = Instant::now();
    assert!(signal("INT", server.id()));
    assert!(soon(|| !server.runs()), "it still runs");
    assert!(
        soon(|| !started.iter().any(|id| runs(*id))),
        "a program still runs"
    );
    println!("all ended {:?} after the interrupt", begun.elapsed());
}
