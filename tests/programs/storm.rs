//! Our server in a small storm, and a storm that sees what is wrong.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::support::{Server, bin, soon};
use wirelab::net::{self, AcceptedClient};
use wirelab::probe::Target;
use wirelab::probe::storm::{Finding, Weather, report, storm};

fn weather(requests: u64) -> Weather {
    let given = std::env::var("WIRELAB_SEED").ok();
    let seed = given.map_or(20_261_123, |text| text.parse().expect("a number"));
    println!("WIRELAB_SEED={seed}");
    Weather {
        seed,
        requests,
        time: Duration::from_millis(700),
        crowd: 200,
        pid: None,
    }
}

#[test]
fn our_server_lives_through_a_storm() {
    let folder = std::env::temp_dir().join(format!("wirelab-storm-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html"), "three tacos, coming up\n").unwrap();
    let mut command = Command::new(bin("wirelab"));
    let command = command
        .args(["serve", "--port", "0", "--quiet"])
        .arg(&folder);
    let mut server = Server::start_with(command);
    let target = Target::new(server.addr, &server.addr.to_string(), "/");
    let given = std::env::var("WIRELAB_REQUESTS").ok();
    let requests: u64 = given.map_or(1_500, |text| text.parse().expect("a number"));
    let done = storm(
        &target,
        Weather {
            pid: Some(server.id()),
            time: Duration::from_millis(700 + requests.saturating_sub(1_500) / 4),
            ..weather(requests)
        },
        None,
    );
    let done = done.unwrap();
    println!("{}", report::text(&done));
    for finding in &done.findings {
        println!("{}\n{}", finding.why, finding.transcript.render());
    }
    assert_eq!((done.wrong, done.silences), (0, 0));
    assert!(done.requests > 0 && done.crowd == 200, "{done:?}");
    let rude = done.rude;
    let all = [
        rude.resets,
        rude.vanished,
        rude.never_read,
        rude.byte_by_byte,
    ];
    assert!(all.iter().all(|count| *count >= 20), "{rude:?}");
    // The others notice nothing. (The longest is the machine's affair: it has other tests to run.)
    for honest in &done.honest {
        assert!(honest.failed == 0 && honest.answered >= 10, "{honest:?}");
        assert!(honest.median < Duration::from_millis(100), "{honest:?}");
    }
    if cfg!(target_os = "linux") {
        let [before, most, after] = done.figures.expect("the server's figures");
        assert!(most.descriptors > 200, "{most:?}");
        // Each of the crowd waits without a thread.
        assert!(most.threads > before.threads, "{before:?} {most:?}");
        assert!(most.threads < 200, "{most:?}");
        // On a busy machine the last of them may be seen to leave after the report.
        let count = |what| {
            fs::read_dir(format!("/proc/{}/{what}", server.id())).map_or(0, Iterator::count) as u64
        };
        let is_back = || count("task") <= before.threads && count("fd") <= before.descriptors;
        assert!(soon(is_back), "{before:?} {after:?}");
        assert!(most.memory < 100 * 1024, "{most:?} KiB");
    }
    assert!(server.runs());
    fs::remove_dir_all(folder).unwrap();
}

/// A server that takes every end of a head for the end of a request, whatever its framing, and answers
/// all alike.
fn deaf(client: AcceptedClient) {
    let mut stream = client.stream;
    let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
    let mut buffer = [0; 64 * 1024];
    loop {
        let count = match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) => count,
        };
        let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
        let heads = text.matches("\r\n\r\n").count();
        let answers = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntacos".repeat(heads);
        let _ = stream.write_all(&answers);
    }
}

#[test]
fn a_storm_sees_wrong_framing() {
    let listener = net::listen("127.0.0.1:0".parse().unwrap(), 512).unwrap();
    let serving = net::serve(listener, 512, deaf).unwrap();
    let addr = serving.address();
    let mut target = Target::new(addr, &addr.to_string(), "/");
    target.silence = Duration::from_millis(100);
    let small = Weather {
        crowd: 20,
        time: Duration::from_secs(30),
        ..weather(60)
    };
    let done = storm(&target, small, None).unwrap();
    assert!(done.wrong > 0);
    assert!(!done.findings.is_empty() && done.findings.len() <= 5);
}

#[test]
fn a_refusal_for_lack_of_capacity_is_no_finding() {
    let busy = |client: AcceptedClient| {
        let mut stream = client.stream;
        let mut buffer = [0; 64 * 1024];
        let count = stream.read(&mut buffer).unwrap_or(0);
        let plain = buffer.starts_with(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:");
        let status = if plain { "200 OK" } else { "503 Busy" };
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: 5\r\nConnection: close\r\n\r\n");
        let _ = stream.write_all(head.as_bytes());
        if !buffer[..count].starts_with(b"HEAD") {
            let _ = stream.write_all(b"tacos");
        }
    };
    let listener = net::listen("127.0.0.1:0".parse().unwrap(), 512).unwrap();
    let serving = net::serve(listener, 512, busy).unwrap();
    let addr = serving.address();
    let target = Target::new(addr, &addr.to_string(), "/");
    let small = Weather {
        crowd: 20,
        time: Duration::from_secs(1),
        ..weather(300)
    };
    let done = storm(&target, small, None).unwrap();
    assert!(done.overloaded > 0, "{done:?}");
    let accused = |finding: &Finding| finding.why.contains("503");
    assert!(!done.findings.iter().any(accused), "{:?}", done.findings);
    assert!(report::text(&done).contains(" got 429 or 503"));
}

#[test]
fn a_storm_is_for_this_machine_alone() {
    let output = Command::new(bin("wirelab"))
        .args(["storm", "192.0.2.1:80"])
        .output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("192.0.2.1:80 is another machine"), "{error}");
}

/// Half of the time random requests, and half of it a crowd of 2,000, with few descriptors, threads and little
/// memory. `WIRELAB_SECONDS` says how long (1,200); with root's rights the system sets no limit of threads.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "it takes twenty minutes"]
fn a_long_storm_with_little_of_everything_leaves_nothing_behind() {
    let folder = std::env::temp_dir().join(format!("wirelab-long-storm-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html"), "three tacos, coming up\n").unwrap();
    let mut command = Command::new("bash");
    let limits = "ulimit -n 256; ulimit -u 400; ulimit -v 400000";
    let line = format!("{limits}; exec \"$0\" serve \"$1\" --port 0 --quiet");
    command.args(["-c", &line]).arg(bin("wirelab")).arg(&folder);
    let mut server = Server::start_with(&mut command);
    let target = Target::new(server.addr, &server.addr.to_string(), "/");
    let seconds = std::env::var("WIRELAB_SECONDS").ok();
    let seconds: u64 = seconds.map_or(1_200, |text| text.parse().expect("a number"));
    let long = Weather {
        requests: u64::MAX,
        time: Duration::from_secs(seconds / 2),
        crowd: 2_000,
        pid: Some(server.id()),
        ..weather(0)
    };
    let done = storm(&target, long, None).unwrap();
    println!("{}", report::text(&done));
    assert_eq!((done.wrong, done.silences), (0, 0));
    // While the crowd is there, not all can be served. When it has gone, everybody is.
    for _ in 0..1_000 {
        let mut client = TcpStream::connect(server.addr).unwrap();
        let get = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        client.write_all(get).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    let [before, _, after] = done.figures.expect("the server's figures");
    assert!(after.threads <= before.threads, "{before:?} {after:?}");
    assert!(
        after.descriptors <= before.descriptors,
        "{before:?} {after:?}"
    );
    assert!(server.runs());
    fs::remove_dir_all(folder).unwrap();
}
