//! Our server in a small storm, and a storm that sees what is wrong.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::process::Command;
use std::time::Duration;

use support::{Server, bin};
use wirelab::net::{self, Guest};
use wirelab::probe::Target;
use wirelab::probe::storm::{Weather, storm};

fn weather(requests: u64) -> Weather {
    let given = std::env::var("WIRELAB_SEED").ok();
    let seed = given.map_or(20_261_123, |text| text.parse().expect("a number"));
    println!("WIRELAB_SEED={seed}");
    Weather {
        seed,
        requests,
        seconds: 1,
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
    let done = storm(&target, weather(3_000)).unwrap();
    for finding in &done.findings {
        println!("{}\n{}", finding.why, finding.transcript.render());
    }
    assert_eq!((done.wrong, done.silences), (0, 0));
    assert!(
        done.honest.iter().all(|honest| honest.failed == 0),
        "{:?}",
        done.honest
    );
    assert!(done.requests > 0 && done.crowd == 200, "{done:?}");
    assert!(server.runs());
    fs::remove_dir_all(folder).unwrap();
}

/// A server that takes every end of a head for the end of a request, whatever its framing, and answers
/// all alike.
fn deaf(guest: Guest) {
    let mut stream = guest.stream;
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
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
    let done = storm(&target, weather(500)).unwrap();
    assert!(done.wrong > 0);
    assert!(!done.findings.is_empty() && done.findings.len() <= 5);
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
