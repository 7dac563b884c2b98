//! `cargo lab tap` with faults: what a client and a server see is what the names of the faults say, and
//! each fault stands in the recording.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::peers::{DEADLINE, free_listener};
use crate::support::{bin, have};
use wirelab::net::{Serving, call, serve};
use wirelab::wire::{Transcript, Who};

/// A server that answers each connection with this, as soon as a line has come.
fn server(answer: &'static [u8]) -> Serving {
    let serving = serve(free_listener(), 20, move |client| {
        let mut stream = client.stream;
        let mut line = Vec::new();
        let mut byte = [0];
        while !line.ends_with(b"\n") {
            match stream.read(&mut byte) {
                Ok(1) => line.push(byte[0]),
                _ => return,
            }
        }
        let _ = stream.write_all(answer);
        let _ = stream.shutdown(Shutdown::Write);
        while let Ok(1..) = stream.read(&mut byte) {}
    });
    serving.unwrap()
}

struct Tapping {
    child: Child,
    stdout: BufReader<ChildStdout>,
    addr: SocketAddr,
    file: PathBuf,
}

impl Tapping {
    fn start(name: &str, upstream: SocketAddr, words: &[&str]) -> Tapping {
        let file =
            std::env::temp_dir().join(format!("wirelab-faults-{name}-{}", std::process::id()));
        let mut command = Command::new(bin("wirelab"));
        command.args(["tap", "127.0.0.1:0", &upstream.to_string(), "--save"]);
        command
            .arg(&file)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let addr = line.trim_end().strip_prefix("listening on ").unwrap();
        let addr = addr.parse().unwrap();
        Tapping {
            child,
            stdout,
            addr,
            file,
        }
    }

    /// What was recorded, when the tap has ended by itself.
    fn recorded(mut self) -> Transcript {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap();
        Transcript::parse(&fs::read_to_string(&self.file).unwrap()).unwrap()
    }
}

impl Drop for Tapping {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.file);
    }
}

/// What a client gets for one line, and how it ended.
struct Got {
    bytes: Vec<u8>,
    reads: usize,
    reset: bool,
    took: Duration,
}

fn ask(addr: SocketAddr) -> Got {
    let begun = Instant::now();
    let mut got = Got {
        bytes: Vec::new(),
        reads: 0,
        reset: false,
        took: Duration::ZERO,
    };
    let mut stream = match call(addr, DEADLINE) {
        Ok(stream) => stream,
        // The tap may accept and reset before we have looked at our own new connection.
        Err(error) if error.kind == ErrorKind::ConnectionReset => {
            got.reset = true;
            return got;
        }
        Err(error) => panic!("{error}"),
    };
    let _ = stream.write_all(b"3 tacos\n");
    let mut buffer = vec![0; 65_536];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                got.bytes.extend_from_slice(&buffer[..count]);
                got.reads += 1;
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
                got.reset = true;
                break;
            }
        }
    }
    got.took = begun.elapsed();
    got
}

const ANSWER: &[u8] = b"coming up: 3 tacos, and a flan for the guest\n";

/// One connection with these faults: what the client got, and the recording's text.
fn with(name: &str, words: &[&str]) -> (Got, Transcript) {
    with_answer(ANSWER, name, words)
}

/// The same with a server that answers this.
fn with_answer(answer: &'static [u8], name: &str, words: &[&str]) -> (Got, Transcript) {
    let server = server(answer);
    let tap = Tapping::start(
        name,
        server.address(),
        &[words, &["--connections", "1"]].concat(),
    );
    let got = ask(tap.addr);
    (got, tap.recorded())
}

#[test]
fn each_fault_does_what_its_name_says_and_is_recorded() {
    let (got, seen) = with("cut", &["--cut-after", "10", "--side", "server"]);
    assert_eq!((got.bytes.as_slice(), got.reset), (&ANSWER[..10], false));
    let text = seen.render();
    assert!(
        text.contains("# fault: cut after 10 bytes, for what the server says\n"),
        "{text}"
    );
    assert!(text.contains("# fault: cut after 10 bytes\n"), "{text}");
    // What the server said is recorded as it came.
    assert_eq!(seen.bytes_of(1, Who::Server), ANSWER);

    let (got, seen) = with("reset", &["--reset-after", "10", "--side", "server"]);
    assert!(got.reset, "{:?}", got.bytes);
    let text = seen.without_times().render();
    assert!(
        text.contains("# fault: reset after 10 bytes\nS rst\n"),
        "{text}"
    );

    let (got, seen) = with(
        "swap",
        &["--swap", "tacos", r"burrito\x73", "--swap", "flan", "f"],
    );
    assert_eq!(got.bytes, b"coming up: 3 burritos, and a f for the guest\n");
    assert!(
        seen.render().contains("# fault: swapped 2 times\n"),
        "{}",
        seen.render()
    );

    // Each byte of a letter, and of a line end, is read alone, however late the reader gets its turn.
    let answer = "3 jalape\u{f1}os\r\n".as_bytes();
    let words = ["--weather", "dribble", "--side", "server"];
    let (got, _) = with_answer(answer, "dribble", &words);
    assert_eq!(got.bytes, answer);
    assert!(got.reads > 5, "{} reads", got.reads);

    let (got, seen) = with("latency", &["--latency", "150ms"]);
    assert_eq!(got.bytes, ANSWER);
    assert!(got.took >= Duration::from_millis(300), "{:?}", got.took);
    assert!(
        seen.render().contains("# fault: latency 150ms\n"),
        "{}",
        seen.render()
    );

    let (got, _) = with("bandwidth", &["--bandwidth", "100", "--side", "server"]);
    assert_eq!(got.bytes, ANSWER);
    assert!(got.took >= Duration::from_millis(400), "{:?}", got.took);
}

/// Two connections fail, the third does not; with a chance of 0 none does.
#[test]
fn the_first_connections_are_refused() {
    let server = server(ANSWER);
    let words = ["--fail-first", "2", "--connections", "3"];
    let tap = Tapping::start("fail", server.address(), &words);
    let results: Vec<bool> = (0..3).map(|_| ask(tap.addr).bytes == ANSWER).collect();
    assert_eq!(results, [false, false, true]);
    let text = tap.recorded().without_times().render();
    assert_eq!(text.matches("# fault: refused\n").count(), 2, "{text}");
    let words = ["--fail-first", "2", "--chance", "0", "--connections", "1"];
    let tap = Tapping::start("chance", server.address(), &words);
    assert_eq!(ask(tap.addr).bytes, ANSWER);
}

/// Two writes arrive as one.
#[test]
fn glue_joins_what_comes_in_pieces() {
    let server = server(b"x");
    let tap = Tapping::start(
        "glue",
        server.address(),
        &["--weather", "glue", "--connections", "1"],
    );
    let mut stream = call(tap.addr, DEADLINE).unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in [&b"3 "[..], b"tacos", b"\n"] {
        stream.write_all(piece).unwrap();
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    drop(stream);
    assert_eq!(answer, b"x");
    assert_eq!(tap.recorded().bytes_of(1, Who::Client), b"3 tacos\n");
}

/// Lines of standard input change the faults of a running tap, also while a client sends.
#[test]
fn faults_are_changed_while_the_tap_runs() {
    let server = server(ANSWER);
    let mut tap = Tapping::start("keys", server.address(), &["--keys", "--connections", "3"]);
    assert_eq!(ask(tap.addr).bytes, ANSWER);
    let mut keys = tap.child.stdin.take().unwrap();
    keys.write_all(b"r 5\nside server\nnonsense\n").unwrap();
    let mut line = String::new();
    while !line.contains("`nonsense` is not a fault") {
        line.clear();
        assert_ne!(tap.stdout.read_line(&mut line).unwrap(), 0);
    }
    assert!(ask(tap.addr).reset);
    keys.write_all(b"off\n").unwrap();
    while !line.contains("# fault: none from now on") {
        line.clear();
        assert_ne!(tap.stdout.read_line(&mut line).unwrap(), 0);
    }
    assert_eq!(ask(tap.addr).bytes, ANSWER);
    let text = tap.recorded().render();
    assert!(
        text.contains("# fault: from now on reset after 5 bytes\n"),
        "{text}"
    );
}

/// What real clients make of it: curl and wget name the fault that was there.
#[test]
fn real_clients_see_the_faults() {
    let server =
        server(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\ntacos\n");
    // How many seconds curl waits, and how it ends.
    let curl: [(&[&str], &str, i32); 5] = [
        (&["--cut-after", "60", "--side", "server"], "60", 18),
        (&["--cut-after", "0", "--side", "server"], "60", 52),
        (&["--reset-after", "30", "--side", "server"], "60", 56),
        (&["--swap", "Length: 6", "Length: 9"], "60", 18),
        (&["--latency", "60s"], "1", 28),
    ];
    if have(&["curl"]) {
        for (number, (words, seconds, code)) in curl.into_iter().enumerate() {
            let tap = Tapping::start(&format!("curl{number}"), server.address(), words);
            let url = format!("http://{}/", tap.addr);
            let output = Command::new("curl")
                .args(["-s", "-m", seconds, &url])
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(code), "{words:?}");
        }
    }
    if have(&["wget"]) {
        let words = ["--fail-first", "1"];
        let tap = Tapping::start("wget", server.address(), &words);
        let url = format!("http://{}/", tap.addr);
        let mut command = Command::new("wget");
        let output = command
            .args(["-q", "-O", "-", "--tries=3", "--waitretry=0", &url])
            .output();
        assert_eq!(output.unwrap().stdout, b"tacos\n");
    }
}

#[test]
fn wrong_faults_are_explained() {
    let cases: [(&[&str], &str); 5] = [
        (
            &["--weather", "ghost"],
            "the weathers of a tap are calm, dribble, glue, slow",
        ),
        (&["--latency", "80"], "a time is 80ms or 1.5s"),
        (&["--bandwidth", "fast"], "a number is 1000, 64K or 1M"),
        (&["--swap", "", "x"], "--swap needs the bytes to look for"),
        (&["--swap", "x"], "--swap needs a value: --swap OLD NEW"),
    ];
    for (words, message) in cases {
        let mut command = Command::new(bin("wirelab"));
        let output = command
            .args(["tap", "127.0.0.1:0", "127.0.0.1:1"])
            .args(words)
            .output();
        let output = output.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(message), "{said}");
    }
}

/// Killed under steady traffic, all three files are whole, and hold what the client was told.
#[test]
fn every_file_is_whole_when_the_tap_is_killed() {
    let server = server(ANSWER);
    let folder = std::env::temp_dir().join(format!("wirelab-whole-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (svg, pcapng) = (folder.join("F.svg"), folder.join("F.pcapng"));
    let words = [
        "--svg",
        svg.to_str().unwrap(),
        "--pcapng",
        pcapng.to_str().unwrap(),
    ];
    let mut tap = Tapping::start("whole", server.address(), &words);
    for _ in 0..20 {
        assert_eq!(ask(tap.addr).bytes, ANSWER);
    }
    tap.child.kill().unwrap();
    tap.child.wait().unwrap();
    let picture = fs::read_to_string(&svg).unwrap();
    assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"));
    assert_eq!(picture.matches("3 tacos, and a flan").count(), 20);
    let packets = fs::read(&pcapng).unwrap();
    let read = wirelab::import::import(&packets).unwrap().unwrap();
    let upstream = server.address().to_string();
    assert_eq!(read.heading("server"), Some(upstream.as_str()));
    for conn in 1..=20 {
        assert_eq!(read.bytes_of(conn, Who::Server), ANSWER, "{conn}");
    }
    // The same moment, and the same client, as in the transcript.
    let saved = Transcript::parse(&fs::read_to_string(&tap.file).unwrap()).unwrap();
    for key in ["at", "client"] {
        let until = |text: Option<&str>| text.map(|text| text[..19.min(text.len())].to_string());
        assert_eq!(until(read.heading(key)), until(saved.heading(key)), "{key}");
    }
    let _ = fs::remove_dir_all(folder);
    let _ = TcpStream::connect(tap.addr);
}

/// A client that sends and reads all the time while the faults change: no byte is lost, doubled or moved, and
/// each change is recorded.
#[test]
fn a_client_that_sends_while_faults_change_loses_nothing() {
    let echo = serve(free_listener(), 20, |client| {
        let mut stream = client.stream;
        let mut buffer = vec![0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if stream.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    });
    let echo = echo.unwrap();
    let words = ["--keys", "--connections", "1"];
    let mut tap = Tapping::start("change", echo.address(), &words);
    let mut keys = tap.child.stdin.take().unwrap();
    let over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let client = {
        let (addr, over) = (tap.addr, std::sync::Arc::clone(&over));
        std::thread::spawn(move || {
            let mut stream = call(addr, DEADLINE).unwrap();
            let mut sent = Vec::new();
            for number in 0.. {
                if over.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
                let lines = format!("order {number}: three tacos and a flan\n").repeat(20);
                let mut back = vec![0; lines.len()];
                stream.write_all(lines.as_bytes()).unwrap();
                stream.read_exact(&mut back).unwrap();
                assert!(back == lines.as_bytes(), "order {number}");
                sent.extend_from_slice(lines.as_bytes());
            }
            stream.shutdown(Shutdown::Write).unwrap();
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).unwrap();
            assert_eq!(rest, b"");
            sent
        })
    };
    let changes = [
        ("latency 2ms", "latency 2ms"),
        ("weather glue", "weather glue"),
        ("bandwidth 1M", "bandwidth 1048576"),
        ("weather slow", "weather slow"),
        ("side client", "client"),
        ("off", "none from now on"),
        ("weather dribble", "weather dribble"),
        ("off", "none from now on"),
    ];
    for (line, noted) in changes {
        writeln!(keys, "{line}").unwrap();
        let mut shown = String::new();
        // What is shown comes after it is recorded.
        while !(shown.starts_with("# fault: ") && shown.contains(noted)) {
            shown.clear();
            assert_ne!(tap.stdout.read_line(&mut shown).unwrap(), 0, "{line}");
        }
    }
    over.store(true, std::sync::atomic::Ordering::Relaxed);
    let sent = client.join().unwrap();
    let recorded = tap.recorded();
    for who in [Who::Client, Who::Server] {
        assert!(recorded.bytes_of(1, who) == sent, "{who:?}");
    }
    let text = recorded.render();
    assert_eq!(text.matches("# fault: from now on ").count(), 6, "changes");
}
