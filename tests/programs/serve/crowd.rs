//! More clients than there are threads for those who wait: each gets its own answers, and nobody is forgotten.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::thread;
use std::time::Duration;

use wirelab::files::{Files, Settings};
use wirelab::limits::{CLIENTS_IN_THREADS, CLIENTS_WITH_THREADS};
use wirelab::net;
use wirelab::server::{Server, Timeouts};

use super::client::{Answer, TestClient, folder, server};
use crate::support::soon;

const GET: &[u8] = b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\n";
/// So many clients are a crowd.
const CROWD: usize = CLIENTS_WITH_THREADS + 60;

/// Clients that have each asked once.
fn crowd(addr: std::net::SocketAddr) -> Vec<TestClient> {
    let mut clients: Vec<TestClient> = (0..CROWD).map(|_| TestClient::call(addr)).collect();
    for client in &mut clients {
        assert_eq!(client.say(GET).hear_answer().status, 200);
    }
    clients
}

#[test]
fn whoever_waits_in_a_crowd_is_answered_at_each_request() {
    let root = folder("crowd-each");
    // In memory, too long for one write of a thread that many wait for, and on the disk.
    fs::write(root.join("short.txt"), "s".repeat(1_000)).unwrap();
    fs::write(root.join("middle.txt"), "m".repeat(30_000)).unwrap();
    fs::write(root.join("long.txt"), "l".repeat(300_000)).unwrap();
    let server = server(&root, &["--quiet"]);
    let mut clients = crowd(server.addr);
    for round in 0..5 {
        let asked = |n: usize| match (n + round) % 7 {
            0 => ("middle.txt", 200, 30_000),
            1 => ("long.txt", 200, 300_000),
            2 => ("nothing.txt", 404, 0),
            _ => ("short.txt", 200, 1_000),
        };
        for (n, client) in clients.iter_mut().enumerate() {
            let get = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", asked(n).0);
            // One in five says its request in two pieces.
            let cut = if n % 5 == 0 { 20 } else { get.len() };
            client.say(&get.as_bytes()[..cut]);
            client.say(&get.as_bytes()[cut..]);
        }
        for (n, client) in clients.iter_mut().enumerate() {
            let answer = client.hear_answer();
            let (name, status, length) = asked(n);
            assert_eq!(answer.status, status, "{name}, round {round}");
            if status == 200 {
                let own = name.as_bytes()[0];
                assert!(answer.content.iter().all(|byte| *byte == own), "{name}");
                assert_eq!(answer.content.len(), length, "{name}, round {round}");
            }
        }
    }
}

#[test]
fn a_crowd_may_send_its_requests_in_one_piece_and_read_late() {
    let root = folder("crowd-late");
    fs::write(root.join("page.txt"), "p".repeat(8_000)).unwrap();
    let server = server(&root, &["--quiet"]);
    let mut clients = crowd(server.addr);
    // Some 5 MB of answers for each of these, more than the system takes without a reader.
    let get = b"GET /page.txt HTTP/1.1\r\nHost: a\r\n\r\n".repeat(600);
    let (late, others) = clients.split_at_mut(4);
    for client in late.iter_mut() {
        client.say(&get);
    }
    for client in others.iter_mut().step_by(8) {
        assert_eq!(client.say(GET).hear_answer().status, 200);
    }
    // In turns: the server leaves a client that has taken nothing for 20 s, however busy the machine is.
    for _ in 0..600 {
        for client in late.iter_mut() {
            assert_eq!(client.hear_answer().content.len(), 8_000);
        }
    }
}

/// How many threads a process has.
#[cfg(target_os = "linux")]
fn threads(process: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|it| it.strip_prefix("Threads:"));
    line.unwrap().trim().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn whoever_waits_in_a_crowd_has_no_thread() {
    let root = folder("crowd-threads");
    let server = server(&root, &["--quiet"]);
    let threads = || threads(server.id());
    let before = threads();
    let mut clients = crowd(server.addr);
    for client in &mut clients {
        assert_eq!(client.say(GET).hear_answer().status, 200);
    }
    // One looks at all of them.
    assert!(soon(|| threads() <= before + 1), "{} threads", threads());
    // Of a few clients, each has a thread again; they, too, are served.
    clients.truncate(3);
    assert!(soon(|| threads() == before + 3), "{} threads", threads());
    for client in &mut clients {
        assert_eq!(client.say(GET).hear_answer().status, 200);
    }
    drop(clients);
    assert!(soon(|| threads() <= before), "{} threads", threads());
}

/// So they wait at no cost, and their next answer is as fast as the only client's.
#[cfg(target_os = "linux")]
#[test]
fn among_many_clients_each_that_is_silent_has_a_thread() {
    let server = server(&folder("crowd-silent"), &["--quiet"]);
    let before = threads(server.id());
    let many = CLIENTS_WITH_THREADS / 2;
    assert!(many > CLIENTS_IN_THREADS);
    let mut clients: Vec<TestClient> = (0..many).map(|_| TestClient::call(server.addr)).collect();
    for _ in 0..3 {
        for client in &mut clients {
            client.say(GET);
        }
        for client in &mut clients {
            assert_eq!(client.hear_answer().status, 200);
        }
        let all = soon(|| threads(server.id()) == before + many);
        assert!(all, "{} threads", threads(server.id()));
    }
}

/// A server in this process that has little patience.
fn impatient(root: &Path) -> std::net::SocketAddr {
    let settings = Settings {
        listing: true,
        dotfiles: false,
    };
    let patience = Timeouts {
        between: Duration::from_secs(2),
        head: Duration::from_secs(1),
        body: Duration::from_secs(1),
    };
    let server = Server {
        handler: wirelab::server::files(Files::open(root, settings).unwrap()),
        recorder: None,
        now: None,
        patience,
        log: Box::new(|_| {}),
    };
    let listener = net::listen((Ipv4Addr::LOCALHOST, 0).into(), 1_024).unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || server.run(&listener));
    addr
}

#[test]
fn the_deadlines_hold_in_a_crowd_too() {
    let addr = impatient(&folder("crowd-deadlines"));
    let mut clients: Vec<TestClient> = (0..CROWD).map(|_| TestClient::call(addr)).collect();
    let (half, silent) = clients.split_at_mut(CROWD / 2);
    for client in half.iter_mut() {
        client.say(b"GET /tacos.txt HTTP/1.1\r\nHos");
    }
    for client in half {
        assert_eq!(Answer::read(&client.hear_all()).status, 408);
    }
    for client in silent {
        assert_eq!(client.hear_all(), b"");
    }
}
