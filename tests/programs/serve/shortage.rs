//! Descriptors, memory, threads and readers of the output that are short: nobody starves, nothing ends.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use wirelab::limits;

use super::client::{Answer, TestClient, ask, command, folder, server};
use crate::support::{Server, bin, soon};

const GET: &[u8] = b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\n";

/// The server under a limit of the shell's.
fn limited(root: &Path, limit: &str) -> Server {
    let mut command = Command::new("sh");
    let line = format!("ulimit {limit}; exec \"$0\" serve \"$1\" --port 0 --quiet");
    command.args(["-c", &line]).arg(bin("wirelab")).arg(root);
    Server::start_with(&mut command)
}

/// Whether a new client gets a whole answer with 200.
#[cfg(target_os = "linux")]
fn is_served(addr: std::net::SocketAddr, get: &[u8]) -> bool {
    let mut client = TestClient::call(addr);
    client.say(get);
    let mut heard = Vec::new();
    let end = std::io::Read::read_to_end(&mut client.stream(), &mut heard);
    end.is_ok() && !heard.is_empty() && Answer::read(&heard).status == 200
}

#[cfg(target_os = "linux")]
#[test]
fn kept_files_take_no_descriptor_from_others() {
    let root = folder("kept");
    // Small ones are kept in memory, large ones open.
    for n in 0..60 {
        fs::write(root.join(format!("small{n}")), format!("file {n}\n")).unwrap();
        fs::write(root.join(format!("large{n}")), vec![b'x'; 100_000 + n]).unwrap();
    }
    let server = limited(&root, "-n 40");
    for _ in 0..2 {
        for n in 0..60 {
            let small = ask(server.addr, "GET", &format!("/small{n}"), "");
            assert_eq!(
                (small.status, small.text()),
                (200, format!("file {n}\n").as_str())
            );
            let large = ask(server.addr, "GET", &format!("/large{n}"), "");
            assert_eq!((large.status, large.content.len()), (200, 100_000 + n));
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_connection_that_waits_longest_makes_room_for_a_new_client() {
    let root = folder("longest");
    let server = limited(&root, "-n 40");
    // More than there are descriptors; each asks once and stays.
    let mut crowd: Vec<TestClient> = Vec::new();
    for _ in 0..100 {
        let mut client = TestClient::call(server.addr);
        assert_eq!(client.say(GET).hear_answer().status, 200);
        crowd.push(client);
    }
    let last = crowd.last_mut().unwrap();
    assert_eq!(
        last.say(GET).hear_answer().status,
        200,
        "the last one is not closed"
    );
    assert_eq!(
        crowd[0].hear_all(),
        b"",
        "the first one was closed between two requests"
    );
}

/// Without it, each of them holds its descriptor until its deadline, and an honest client waits for all.
#[cfg(target_os = "linux")]
#[test]
fn half_a_request_holds_no_descriptor_that_somebody_needs() {
    let root = folder("halves");
    let server = limited(&root, "-n 40");
    let crowd: Vec<TestClient> = (0..100)
        .map(|_| {
            let mut client = TestClient::call(server.addr);
            client.say(b"GET /tacos.txt HTTP/1.1\r\nHos");
            client
        })
        .collect();
    let begun = Instant::now();
    let mut honest = TestClient::call(server.addr);
    assert_eq!(honest.say(GET).hear_answer().status, 200);
    assert!(
        begun.elapsed() < limits::HEAD_DEADLINE,
        "{:?}",
        begun.elapsed()
    );
    drop(crowd);
}

/// A process that ends because an allocation failed has ended for everybody.
#[cfg(target_os = "linux")]
#[test]
fn a_client_for_whom_there_is_no_memory_is_refused_and_the_others_go_on() {
    let root = folder("memory");
    let mut server = limited(&root, "-v 70000");
    let half = [
        &b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\nX: "[..],
        &[b'y'; 60_000],
    ]
    .concat();
    let mut crowd: Vec<TestClient> = Vec::new();
    for _ in 0..1_000 {
        let mut client = TestClient::call(server.addr);
        client.say(&half);
        crowd.push(client);
    }
    assert!(server.runs(), "the server has ended");
    // Who came first is served to the end.
    let mut first = crowd.swap_remove(0);
    assert_eq!(first.say(b"\r\n\r\n").hear_answer().status, 200);
    let refused = |client: &TestClient| {
        let mut start = [0; 12];
        client.stream().set_nonblocking(true).unwrap();
        match client.stream().peek(&mut start) {
            // An answer to half a request comes after a while, and is no refusal.
            Ok(count) => !start[..count].starts_with(b"HTTP/1.1 408"),
            Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
        }
    };
    assert!(soon(|| crowd.iter().any(refused)), "nobody was refused");
    drop(crowd);
    let get = b"GET /tacos.txt HTTP/1.0\r\n\r\n";
    assert!(
        soon(|| is_served(server.addr, get)),
        "after the crowd nobody is served"
    );
}

/// The server of lab 24 has a thread for each client, and no memory for a thousand of them.
#[cfg(target_os = "linux")]
#[test]
fn the_server_of_lab_24_outlives_a_crowd_for_which_it_has_no_memory() {
    let mut command = Command::new("sh");
    let line = "ulimit -v 60000; exec \"$0\" 127.0.0.1:0";
    command.args(["-c", line]).arg(bin("lab24-server"));
    let mut server = Server::start_with(&mut command);
    let half = [&b"GET / HTTP/1.1\r\nHost: a\r\nX: "[..], &[b'y'; 6_000]].concat();
    let crowd: Vec<TestClient> = (0..1_000)
        .map(|_| {
            let mut client = TestClient::call(server.addr);
            client.say(&half);
            client
        })
        .collect();
    assert!(server.runs(), "the server has ended");
    drop(crowd);
    let get = b"GET / HTTP/1.0\r\n\r\n";
    assert!(
        soon(|| is_served(server.addr, get)),
        "after the crowd nobody is served"
    );
}

#[test]
fn a_crowd_that_asks_at_once_is_answered_each_with_its_own() {
    let root = folder("crowd-at-once");
    for n in 0..10 {
        fs::write(root.join(format!("{n}.txt")), format!("{n}").repeat(1_000)).unwrap();
    }
    // Too long for the accepting thread, and a folder.
    fs::write(root.join("10.txt"), "x".repeat(50_000)).unwrap();
    let server = server(&root, &["--quiet"]);
    for round in 0..3 {
        let mut crowd: Vec<TestClient> = (0..300)
            .map(|n| {
                let mut client = TestClient::call(server.addr);
                let get = format!("GET /{}.txt HTTP/1.1\r\nHost: a\r\n\r\n", n % 11);
                client.say(get.as_bytes());
                client
            })
            .collect();
        for _ in 0..2 {
            for (n, client) in crowd.iter_mut().enumerate() {
                let answer = client.hear_answer();
                let expected = match n % 11 {
                    10 => "x".repeat(50_000),
                    n => format!("{n}").repeat(1_000),
                };
                assert_eq!(
                    (answer.status, answer.text()),
                    (200, expected.as_str()),
                    "{round}"
                );
                let get = format!("GET /{}.txt HTTP/1.1\r\nHost: a\r\n\r\n", n % 11);
                client.say(get.as_bytes());
            }
        }
    }
}

/// Every byte is shown on an output that nobody reads for a while.
#[test]
fn an_output_that_nobody_reads_holds_up_no_answer_and_says_what_it_left_out() {
    let root = folder("unread-wire");
    let mut command = command(&root, &["--wire", "--quiet"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let addr = first.strip_prefix("listening on ").unwrap();
    let mut client = TestClient::call(addr.parse().unwrap());
    let get = b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    let answer = client.say(get).hear_answer();
    let length = answer.head.len() + answer.content.len();
    // Some 5 MB of text: more than a pipe and the queue hold together.
    for _ in 0..200 {
        client.say(&get.repeat(100));
        assert!(client.hear(100 * length).ends_with(b"three tacos\n"));
    }
    // Now somebody reads.
    let left_out = |line: &String| line.starts_with("# ") && line.contains("not shown here");
    let note = lines.map_while(Result::ok).find(left_out);
    let note = note.expect("a line that says what is missing");
    let count: usize = note.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(count > 0, "{note}");
    child.kill().unwrap();
    child.wait().unwrap();
}
