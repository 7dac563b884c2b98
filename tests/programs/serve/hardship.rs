//! Slow, rude and vanishing clients, missing descriptors, and files that change under way.

use std::cell::OnceCell;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;
use wirelab::files::{Files, Settings};
use wirelab::net::{self, Accepted, PoolLimits};
use wirelab::server::{Server, Timeouts};

use super::client::{Answer, TestClient, ask, folder, server};
use crate::support::{Server as Started, bin, signal, soon};

/// A server in this process, which lasts as long as the tests do.
fn impatient(root: &Path, seats: usize) -> SocketAddr {
    let settings = Settings {
        listing: true,
        dotfiles: false,
    };
    let patience = Timeouts {
        between: Duration::from_millis(200),
        head: Duration::from_millis(300),
        body: Duration::from_millis(300),
    };
    let server = Server {
        handler: wirelab::server::files(Files::open(root, settings).unwrap()),
        recorder: None,
        now: None,
        patience,
        log: Box::new(|_| {}),
    };
    let listener = net::listen((Ipv4Addr::LOCALHOST, 0).into(), 128).unwrap();
    let addr = listener.local_addr().unwrap();
    let seats = PoolLimits {
        most: seats,
        idle: Duration::from_millis(100),
    };
    thread::spawn(move || net::pool(&listener, seats, move |it| server.serve(it), |_| {}));
    addr
}

#[test]
fn half_a_request_is_told_off_and_silence_is_not() {
    let addr = impatient(&folder("half"), 100);
    let post = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab";
    for (said, status) in [(&b"GET / HTTP/1.1\r\nHost"[..], 408), (post, 408)] {
        let answer = Answer::read(&TestClient::call(addr).say(said).hear_all());
        assert_eq!(answer.status, status);
        assert_eq!(answer.field("connection"), Some("close"));
    }
    assert_eq!(TestClient::call(addr).hear_all(), b"");
    let mut client = TestClient::call(addr);
    client
        .say(b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\n")
        .hear_answer();
    assert_eq!(
        client.hear_all(),
        b"",
        "between two requests there is nobody to tell off"
    );
}

#[test]
fn the_deadline_of_a_head_counts_from_its_first_byte() {
    let addr = impatient(&folder("drip"), 100);
    let client = TestClient::call(addr);
    client
        .stream()
        .set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    let start = Instant::now();
    let mut heard = Vec::new();
    // A byte each 20 ms would never be late, were each byte a new beginning.
    for byte in b"GET / HTTP/1.1\r\nHost: a\r\nX: "
        .iter()
        .chain([b'v'; 400].iter())
    {
        let _ = client.stream().write_all(&[*byte]);
        let mut buffer = [0; 1024];
        match client.stream().read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => heard.extend_from_slice(&buffer[..count]),
            Err(_) if heard.is_empty() => {}
            Err(_) => break,
        }
    }
    assert_eq!(Answer::read(&heard).status, 408);
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[test]
fn when_all_seats_are_taken_clients_are_told() {
    let addr = impatient(&folder("seats"), 2);
    let mut first = TestClient::call(addr);
    let mut second = TestClient::call(addr);
    let get = b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_eq!(first.say(get).hear_answer().status, 200);
    assert_eq!(second.say(get).hear_answer().status, 200);
    let answer = Answer::read(&TestClient::call(addr).say(get).hear_all());
    assert_eq!(
        (answer.status, answer.field("retry-after")),
        (503, Some("2"))
    );
    // When one leaves there is room again.
    first.fin().hear_all();
    second.fin().hear_all();
    let served = || ask(addr, "GET", "/tacos.txt", "").status == 200;
    assert!(soon(served), "no seat became free");
}

/// Counts the threads that have one of these.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

thread_local! {
    static COUNTED: OnceCell<Counted> = const { OnceCell::new() };
}

#[test]
fn the_threads_of_a_crowd_end_when_it_has_left_however_busy_the_server_is() {
    let threads = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&threads);
    let handle = move |arrival: Accepted| {
        COUNTED.with(|counted| {
            counted.get_or_init(|| {
                count.fetch_add(1, Ordering::SeqCst);
                Counted(Arc::clone(&count))
            });
        });
        let _ = (&arrival.stream).write_all(b"!");
        let _ = (&arrival.stream).read_to_end(&mut Vec::new());
    };
    let seats = PoolLimits {
        most: 1_000,
        idle: Duration::from_millis(300),
    };
    let listener = net::listen((Ipv4Addr::LOCALHOST, 0).into(), 1_000).unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || net::pool(&listener, seats, handle, |_| {}));
    let mut crowd: Vec<TestClient> = (0..100).map(|_| TestClient::call(addr)).collect();
    for client in &mut crowd {
        assert_eq!(client.hear(1), b"!");
    }
    assert_eq!(threads.load(Ordering::SeqCst), 100);
    drop(crowd);
    // TestClient after client: were the threads taken in turn, none would ever be idle for long.
    let deadline = Instant::now() + Duration::from_secs(20);
    while threads.load(Ordering::SeqCst) > 3 {
        let still = threads.load(Ordering::SeqCst);
        assert!(Instant::now() < deadline, "{still} threads are still there");
        let mut client = TestClient::call(addr);
        assert_eq!(client.hear(1), b"!");
        client.fin().hear_all();
    }
}

#[test]
fn two_hundred_half_requests_hold_up_nobody() {
    let root = folder("ghosts");
    let server = server(&root, &["--quiet"]);
    let ghosts: Vec<TestClient> = (0..200)
        .map(|_| {
            let mut ghost = TestClient::call(server.addr);
            ghost.say(b"GET / HTTP/1.1\r\nHo");
            ghost
        })
        .collect();
    let start = Instant::now();
    assert_eq!(ask(server.addr, "GET", "/tacos.txt", "").status, 200);
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
    drop(ghosts);
}

#[test]
fn a_reset_at_every_byte_hurts_nobody() {
    let root = folder("rude");
    fs::write(root.join("big.bin"), vec![b'x'; 3_000_000]).unwrap();
    let mut server = server(&root, &["--quiet"]);
    let get = b"GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n";
    for cut in 0..=get.len() {
        let mut client = TestClient::call(server.addr);
        client.say(&get[..cut]);
        if cut == get.len() {
            client.hear(100_000);
        }
        SockRef::from(client.stream())
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    }
    assert_eq!(ask(server.addr, "GET", "/tacos.txt", "").status, 200);
    assert!(server.runs());
}

#[cfg(target_os = "linux")]
#[test]
fn without_descriptors_the_server_says_so_once_and_goes_on() {
    let root = folder("descriptors");
    let log = root.join("log");
    let mut command = Command::new("sh");
    let line = "ulimit -n 24; exec \"$0\" serve \"$1\" --port 0 --quiet 2>\"$2\"";
    command.args(["-c", line]).arg(bin("wirelab"));
    let mut server = Started::start_with(command.arg(&root).arg(&log));
    let get = b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    // A file may be one descriptor too many, too: then it is 503.
    let is_served = |status: u16| assert!(status == 200 || status == 503, "{status}");
    // The server may hang up on a client that has said nothing yet, to make room: on a busy machine that is one whose
    // turn came late.
    let answer = |client: &mut TestClient| {
        let comes = matches!(client.say(get).stream().peek(&mut [0]), Ok(1));
        comes.then(|| client.hear_answer().status)
    };
    for _ in 0..5 {
        let mut clients: Vec<TestClient> = (0..60).map(|_| TestClient::call(server.addr)).collect();
        // Those who came in are served, whatever the others wait for.
        is_served(clients.iter_mut().find_map(answer).expect("one is served"));
        // Who waits is served when the others have left.
        let mut waits = clients.pop().unwrap();
        drop(clients);
        let mut status = answer(&mut waits);
        let again = || answer(&mut TestClient::call(server.addr));
        assert!(soon(|| {
            status = status.or_else(again);
            status.is_some()
        }));
        status.into_iter().for_each(is_served);
    }
    let all_is_well = || answer(&mut TestClient::call(server.addr)) == Some(200);
    assert!(soon(all_is_well));
    assert!(server.runs());
    let told = fs::read_to_string(log).unwrap();
    assert_eq!(told.matches("no file descriptor is free").count(), 1);
    assert_eq!(told.lines().count(), 1, "{told}");
}

#[test]
fn a_file_that_shrinks_under_way_breaks_the_answer_off() {
    let root = folder("shrinks");
    let length = 200_000_000;
    File::create(root.join("big.bin"))
        .unwrap()
        .set_len(length)
        .unwrap();
    let server = server(&root, &["--quiet"]);
    let mut client = TestClient::call(server.addr);
    client
        .say(b"GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n")
        .hear(1_000_000);
    let file = File::options()
        .write(true)
        .open(root.join("big.bin"))
        .unwrap();
    file.set_len(1_000).unwrap();
    let mut rest = Vec::new();
    let end = client.stream().read_to_end(&mut rest);
    assert!((rest.len() as u64) < length - 1_000_000, "{end:?}");
    assert_eq!(ask(server.addr, "GET", "/tacos.txt", "").status, 200);
}

#[test]
fn nothing_and_ten_gigabytes() {
    let root = folder("sizes");
    File::create(root.join("empty.bin")).unwrap();
    File::create(root.join("huge.bin"))
        .unwrap()
        .set_len(10 << 30)
        .unwrap();
    let server = server(&root, &["--quiet"]);
    let empty = ask(server.addr, "GET", "/empty.bin", "");
    assert_eq!((empty.status, empty.content.len()), (200, 0));
    assert_eq!(
        ask(server.addr, "GET", "/empty.bin", "Range: bytes=0-\r\n").status,
        416
    );
    let huge = ask(server.addr, "HEAD", "/huge.bin", "");
    assert_eq!(huge.field("content-length"), Some("10737418240"));
    let end = ask(
        server.addr,
        "GET",
        "/huge.bin",
        "Range: bytes=10737418237-\r\n",
    );
    assert_eq!((end.status, end.content.as_slice()), (206, &[0, 0, 0][..]));
}

#[test]
fn a_client_who_never_reads_holds_up_nobody() {
    let root = folder("unread");
    File::create(root.join("big.bin"))
        .unwrap()
        .set_len(100_000_000)
        .unwrap();
    let server = server(&root, &["--quiet"]);
    let mut idle: Vec<TestClient> = (0..20).map(|_| TestClient::call(server.addr)).collect();
    for client in &mut idle {
        client.say(b"GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    assert_eq!(ask(server.addr, "GET", "/tacos.txt", "").status, 200);
}

#[test]
fn many_clients_at_once_each_get_their_own_answer() {
    let root = folder("many");
    for n in 0..8 {
        fs::write(
            root.join(format!("{n}.txt")),
            format!("{n}").repeat(10_000 * (n + 1)),
        )
        .unwrap();
    }
    let server = Arc::new(server(&root, &["--quiet"]));
    let clients: Vec<_> = (0..8)
        .map(|n| {
            let server = Arc::clone(&server);
            thread::spawn(move || {
                let mut client = TestClient::call(server.addr);
                let get = format!("GET /{n}.txt HTTP/1.1\r\nHost: a\r\n\r\n");
                for _ in 0..50 {
                    let answer = client.say(get.as_bytes()).hear_answer();
                    assert_eq!(answer.content.len(), 10_000 * (n + 1));
                    assert!(answer.content.iter().all(|b| *b == b'0' + n as u8));
                }
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
}

/// Reads until a whole line has `words` in it.
fn read_until(log: &mut impl Read, text: &mut Vec<u8>, words: &str) {
    let mut buffer = [0; 65_536];
    loop {
        let lines = text.split_inclusive(|byte| *byte == b'\n');
        let mut whole = lines.filter(|line| line.ends_with(b"\n"));
        if whole.any(|line| String::from_utf8_lossy(line).contains(words)) {
            return;
        }
        let count = log.read(&mut buffer).unwrap();
        assert!(count > 0, "the log has ended without {words}");
        text.extend_from_slice(&buffer[..count]);
    }
}

/// A log that nobody reads, and one that somebody does.
#[cfg(unix)]
#[test]
fn a_log_that_nobody_reads_stops_nobody_and_says_what_it_dropped() {
    let root = folder("unread-log");
    let (mut server, mut log) = Started::start_logged(&mut super::client::command(&root, &[]));
    let mut client = TestClient::call(server.addr);
    // Some 3 MB of lines: more than a pipe and the queue hold together.
    let target = "x".repeat(3_000);
    let get = format!("GET /tacos.txt?{target} HTTP/1.1\r\nHost: a\r\n\r\n");
    for _ in 0..1_000 {
        assert_eq!(client.say(get.as_bytes()).hear_answer().status, 200);
    }
    // Now somebody reads: the log goes on, and says how many lines are missing.
    let mut text = Vec::new();
    read_until(&mut log, &mut text, "dropped from this log");
    // An answer is logged after it was sent: the line of the last one is there when that of a later one is.
    client.say(b"GET /tacos.txt?end HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.hear_answer().status, 200);
    read_until(&mut log, &mut text, "?end ");
    let text = String::from_utf8(text).unwrap();
    let notes = text
        .lines()
        .filter(|line| line.contains("dropped from this log"));
    let dropped: usize = notes
        .map(|note| note.split(' ').nth(1).unwrap().parse::<usize>().unwrap())
        .sum();
    let whole = text.lines().filter(|line| line.ends_with("\" 200 12"));
    assert_eq!(whole.count() + dropped, 1_001, "{dropped} were dropped");
    assert!(dropped > 0);
    assert!(server.runs());
}

#[cfg(unix)]
#[test]
fn the_log_is_at_most_a_tenth_of_a_second_late_also_when_the_server_is_stopped() {
    let root = folder("late-log");
    // A busy machine may keep the writer waiting once; a log that is later than it should be is so each time.
    let tries: Vec<(usize, usize)> = (0..5).map(|_| due_and_written(&root)).collect();
    let holds = |(due, lines): &(usize, usize)| *due > 0 && lines >= due;
    assert!(tries.iter().any(holds), "due and written: {tries:?}");
}

/// How many lines of the log were due when the server was stopped, and how many there are.
fn due_and_written(root: &Path) -> (usize, usize) {
    let (server, mut log) = Started::start_logged(&mut super::client::command(root, &[]));
    // Somebody reads all the time: a pipe holds 64 KiB.
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        log.read_to_string(&mut text).map(|_| text)
    });
    let mut client = TestClient::call(server.addr);
    let begun = Instant::now();
    let mut answered = Vec::new();
    while begun.elapsed() < Duration::from_millis(300) {
        let get = b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\n";
        client.say(get).hear_answer();
        answered.push(Instant::now());
    }
    let last = Instant::now();
    assert!(signal("INT", server.id()));
    let text = reader.join().unwrap().unwrap();
    let late = Duration::from_millis(100);
    let due = answered
        .iter()
        .filter(|at| last.duration_since(**at) > late);
    (due.count(), text.lines().count())
}
