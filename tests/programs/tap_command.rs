//! `cargo lab tap`: what it shows, what it keeps, and that it relays on whatever fails beside it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::support::peers::{DEADLINE, ask, closed, free_listener};
use crate::support::{bin, have};
use wirelab::limits;
use wirelab::net::{Serving, call, serve};
use wirelab::wire::{Entry, Gap, Transcript, Who};

/// A server that sends back what a client says, and hangs up when it is done.
fn echo() -> Serving {
    let serving = serve(free_listener(), 50, |client| {
        let mut stream = client.stream;
        let mut buffer = vec![0; 1 << 16];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if stream.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    });
    serving.unwrap()
}

/// A running tap, and what it prints.
struct Tapping {
    child: Child,
    stdout: BufReader<ChildStdout>,
    addr: SocketAddr,
}

impl Tapping {
    fn start(upstream: SocketAddr, words: &[&str]) -> Tapping {
        let mut command = Command::new(bin("wirelab"));
        command.args(["tap", "127.0.0.1:0", &upstream.to_string()]);
        Tapping::of(command.args(words))
    }

    fn of(command: &mut Command) -> Tapping {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let addr = line.trim_end().strip_prefix("listening on ");
        let addr = addr.unwrap_or_else(|| panic!("its first line was {line:?}"));
        let addr = addr.parse().unwrap();
        Tapping {
            child,
            stdout,
            addr,
        }
    }

    /// Its exit code and what it printed after the first line, once it ends by itself.
    fn end(mut self) -> (Option<i32>, String) {
        let mut shown = String::new();
        self.stdout.read_to_string(&mut shown).unwrap();
        (self.child.wait().unwrap().code(), shown)
    }
}

impl Drop for Tapping {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder of its own for a test, gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("wirelab-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn untimed(text: &str) -> String {
    let mut transcript = Transcript::parse(text).unwrap().without_times();
    transcript.headings.clear();
    transcript.render()
}

#[test]
fn what_is_shown_and_what_is_saved_is_what_was_said() {
    let (server, folder) = (echo(), Folder::new("tap-said"));
    let file = folder.file("F.wire");
    let tap = Tapping::start(server.address(), &["--connections", "2", "--save", &file]);
    assert_eq!(ask(tap.addr, b"3 tacos\n"), b"3 tacos\n");
    assert_eq!(ask(tap.addr, b"1 flan\n"), b"1 flan\n");
    let (code, shown) = tap.end();
    assert_eq!(code, Some(0));
    let saved = fs::read_to_string(&file).unwrap();
    assert!(
        saved.starts_with("@wire 1\n@seen-by tap\n@at 20"),
        "{saved}"
    );
    // The file says whose each connection is; on the screen that would be one line more.
    let ends = |line: &&str| !line.starts_with("# client 127.0.0.1:");
    let said: Vec<&str> = saved.lines().filter(ends).collect();
    assert_eq!(said.len() + 1, saved.lines().count());
    assert_eq!(untimed(&said.join("\n")), untimed(&shown));
    let both = Transcript::parse(&saved).unwrap();
    let upstream = server.address().to_string();
    assert_eq!(both.heading("server"), Some(upstream.as_str()));
    let client = both.heading("client").unwrap_or_default();
    assert!(client.starts_with("127.0.0.1:"), "{client}");
    assert_eq!(both.connections(), [1, 2]);
    assert_eq!(both.bytes_of(2, Who::Server), b"1 flan\n");
}

/// The file is right while a connection is open, and stays so when the tap is killed.
#[test]
fn the_file_is_right_at_every_moment() {
    let (server, folder) = (echo(), Folder::new("tap-moment"));
    let file = folder.file("F.wire");
    let mut tap = Tapping::start(server.address(), &["--save", &file]);
    let saved = || {
        let text = fs::read_to_string(&file).unwrap();
        Transcript::parse(&text).unwrap_or_else(|error| panic!("{error} in\n{text}"))
    };
    let end = Entry::Gap(Gap::End);
    let mut client = call(tap.addr, DEADLINE).unwrap();
    for _ in 0..20 {
        client.write_all(b"taco\n").unwrap();
        client.read_exact(&mut [0; 5]).unwrap();
        assert_eq!(saved().entries().last(), Some(&end));
    }
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    let whole = saved();
    assert_eq!(whole.bytes_of(1, Who::Server), b"taco\n".repeat(20));
    assert_ne!(whole.entries().last(), Some(&end));

    let mut client = call(tap.addr, DEADLINE).unwrap();
    client.write_all(b"flan\n").unwrap();
    client.read_exact(&mut [0; 5]).unwrap();
    tap.child.kill().unwrap();
    tap.child.wait().unwrap();
    let killed = saved();
    assert_eq!(killed.bytes_of(2, Who::Client), b"flan\n");
    assert_eq!(killed.entries().last(), Some(&end));
}

#[test]
fn secrets_stay_out_of_files_unless_asked_for() {
    let (server, folder) = (echo(), Folder::new("tap-secrets"));
    let request = b"GET / HTTP/1.1\r\nAuthorization: Basic dGFjbw==\r\nCookie: id=secret\r\n\r\n";
    for (words, masked) in [(&[][..], true), (&["--show-secrets"], false)] {
        let (file, picture, packets) = (
            folder.file("F.wire"),
            folder.file("F.svg"),
            folder.file("F.pcapng"),
        );
        let mut all = vec!["--connections", "1", "--save", &file, "--svg", &picture];
        all.extend(["--pcapng", &packets]);
        all.extend(words);
        let tap = Tapping::start(server.address(), &all);
        assert_eq!(ask(tap.addr, request), request);
        let (_, shown) = tap.end();
        assert!(shown.contains("id=secret"));
        for name in [file, picture, packets] {
            let bytes = fs::read(&name).unwrap();
            let has = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
            assert!(has(b"HTTP/1.1"), "{name}");
            assert_eq!(has(b"id=secret"), !masked, "{name}");
            assert_eq!(has(b"dGFjbw"), !masked, "{name}");
        }
    }
}

/// A pipe gets each byte once, the headings too.
#[test]
#[cfg(unix)]
fn a_named_pipe_takes_the_recording() {
    if !have(&["mkfifo"]) {
        return;
    }
    let (server, folder) = (echo(), Folder::new("tap-pipe"));
    let pipe = folder.file("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || fs::read_to_string(pipe).unwrap())
    };
    let tap = Tapping::start(server.address(), &["--save", &pipe, "--connections", "1"]);
    assert_eq!(ask(tap.addr, b"3 tacos\n"), b"3 tacos\n");
    assert_eq!(tap.end().0, Some(0));
    let text = reader.join().unwrap();
    assert_eq!(text.matches("@wire 1").count(), 1, "{text}");
    let said = Transcript::parse(&text).unwrap();
    assert_eq!(said.bytes_of(1, Who::Server), b"3 tacos\n");
}

/// A file that may not grow any further is what a full disk looks like (setrlimit(2), RLIMIT_FSIZE).
#[test]
#[cfg(unix)]
fn a_full_disk_stops_the_recording_and_not_the_relay() {
    let (server, folder) = (echo(), Folder::new("tap-full"));
    let file = folder.file("F.wire");
    let limited = "trap '' XFSZ; ulimit -f 4; exec \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", limited, "sh"]).arg(bin("wirelab"));
    command.args(["tap", "127.0.0.1:0", &server.address().to_string()]);
    let tap = Tapping::of(command.args(["--connections", "40", "--save", &file]));
    let tacos = b"taco, flan, nachos\n".repeat(10);
    for _ in 0..40 {
        assert_eq!(ask(tap.addr, &tacos), tacos);
    }
    let (code, shown) = tap.end();
    assert_eq!(code, Some(0));
    let remarks: Vec<&str> = shown.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    assert!(remarks[0].contains("F.wire: recording stops here: "));
    assert!(remarks[0].ends_with("the tap goes on"));
    let saved = fs::read_to_string(&file).unwrap();
    assert!(Transcript::parse(&saved).is_ok(), "{saved}");
    let last: Vec<&str> = saved.lines().rev().take(2).collect();
    assert_eq!(last[0], "~ end");
    assert!(
        last[1].starts_with("# recording stopped here: "),
        "{}",
        last[1]
    );
}

#[test]
fn a_file_that_cannot_be_written_is_said_before_anything_starts() {
    for option in ["--save", "--svg", "--pcapng"] {
        for file in ["/dev/full", "/no/such/folder/F"] {
            if option != "--save" && file == "/dev/full" || !Path::new("/dev/full").exists() {
                continue;
            }
            let mut command = Command::new(bin("wirelab"));
            command.args(["tap", "127.0.0.1:0", "127.0.0.1:1", option, file]);
            let output = command.output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(
                said.contains(&format!("{file}: cannot be written: ")),
                "{said}"
            );
        }
    }
}

/// Nobody reads what the tap prints, and four hundred chunks go through all the same.
///
/// They are three times what may wait to be shown: one load may be in the screen's hands, one behind it.
#[test]
fn an_output_that_nobody_reads_does_not_stop_the_relay() {
    let server = echo();
    let tap = Tapping::start(server.address(), &["--connections", "1"]);
    let mut client = call(tap.addr, DEADLINE).unwrap();
    let block: Vec<u8> = (0..=255)
        .cycle()
        .take(3 * limits::UNSHOWN_BYTES / 400)
        .collect();
    let mut back = vec![0; block.len()];
    for _ in 0..200 {
        client.write_all(&block).unwrap();
        client.read_exact(&mut back).unwrap();
        assert!(back == block);
    }
    drop(client);
    let (code, shown) = tap.end();
    assert_eq!(code, Some(0));
    let remark = shown.lines().find(|line| line.starts_with("# "));
    let remark = remark.unwrap_or_else(|| panic!("no remark: {shown}"));
    assert!(
        remark.ends_with("not shown here: too fast for this output"),
        "{remark}"
    );
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let nobody = closed();
    let upstream = nobody.addr;
    let tap = Tapping::start(upstream, &["--connections", "1"]);
    let _ = TcpStream::connect(tap.addr).map(|mut stream| stream.read(&mut [0]));
    let (_, shown) = tap.end();
    let remark = format!("# {upstream} refused the connection, or did not answer");
    assert_eq!(shown, format!("S refuse\n{remark}\n"));
}

#[test]
fn wrong_words_are_explained() {
    let taken = free_listener();
    let taken = taken.local_addr().unwrap().to_string();
    let cases: [(&[&str], i32, &str); 11] = [
        (&["127.0.0.1:0"], 2, "UPSTREAM is missing"),
        (
            &["127.0.0.1:0", "127.0.0.1:1", "--mask", ""],
            2,
            "--mask needs the name of a field or parameter",
        ),
        (
            &["127.0.0.1:0", "127.0.0.1:1", "--chance", "0.5"],
            2,
            "--chance says where a fault strikes: give a fault",
        ),
        (
            &["127.0.0.1:0", "127.0.0.1:1", "--svg", "-"],
            2,
            "need a file, not stdout",
        ),
        (&["nonsense", "127.0.0.1:1"], 2, "the port is missing"),
        (
            &["127.0.0.1:0", "http://localhost:1/"],
            2,
            "without http://",
        ),
        (
            &["127.0.0.1:9", "127.0.0.1:9"],
            2,
            "the tap would connect to itself",
        ),
        (
            &["0.0.0.0:9", "127.0.0.1:9"],
            2,
            "LISTEN 0.0.0.0:9 includes 127.0.0.1:9: the tap would connect to itself",
        ),
        (
            &["127.0.0.1:0", "127.0.0.1:1", "--bandwidth", "0"],
            2,
            "a bandwidth is at least 1 byte a second",
        ),
        (
            &["127.0.0.1:0", "127.0.0.1:1", "--connections", "x"],
            2,
            "give --connections a number",
        ),
        (
            &[&taken, "127.0.0.1:1"],
            1,
            "is in use: another program listens there",
        ),
    ];
    for (words, code, message) in cases {
        let mut command = Command::new(bin("wirelab"));
        let output = command.arg("tap").args(words).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(message), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

/// A reader that leaves ends the tap, as it ends every program in a pipe.
#[test]
fn a_reader_that_leaves_ends_it() {
    let server = echo();
    let mut tap = Tapping::start(server.address(), &[]);
    let addr = tap.addr;
    // Takes the place of the output, and so closes it.
    let mut nobody = Command::new(bin("wirelab"));
    let mut nobody = nobody
        .arg("--version")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    tap.stdout = BufReader::new(nobody.stdout.take().unwrap());
    nobody.wait().unwrap();
    let _ = TcpStream::connect(addr);
    assert_eq!(tap.child.wait().unwrap().code(), Some(0));
}

/// What curl, wget and nc say is replayed to the same server, and answered the same.
#[test]
fn recordings_of_real_clients_replay_equal() {
    let server = crate::support::Server::start("lab09-server");
    let folder = Folder::new("tap-replay");
    let clients: [(&str, &[&str]); 3] = [
        (
            "curl",
            &[
                "-s",
                "-o",
                "/dev/null",
                "-H",
                "Cookie: a=b",
                "http://{addr}/",
            ],
        ),
        ("wget", &["-q", "-O", "/dev/null", "http://{addr}/"]),
        ("nc", &["{host}", "{port}"]),
    ];
    for (client, words) in clients {
        if !have(&[client]) {
            continue;
        }
        let file = folder.file(client);
        let options = ["--connections", "1", "--show-secrets", "--save", &file];
        let tap = Tapping::start(server.addr, &options);
        let mut command = Command::new(client);
        for word in words {
            let word = word.replace("{addr}", &tap.addr.to_string());
            let word = word.replace("{host}", "127.0.0.1");
            command.arg(word.replace("{port}", &tap.addr.port().to_string()));
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut running = command.spawn().unwrap();
        let mut typed = running.stdin.take().unwrap();
        let _ = typed.write_all(b"GET / HTTP/1.1\r\nHost: nc\r\n\r\n");
        // As long as somebody may type, nc stays.
        drop(typed);
        let (code, _) = tap.end();
        assert_eq!(code, Some(0), "{client}");
        let _ = running.wait();
        let mut play = Command::new(bin("wirelab"));
        let played = play
            .args(["play", &file, &server.addr.to_string()])
            .output();
        let played = played.unwrap();
        let said = String::from_utf8_lossy(&played.stdout);
        assert!(played.status.success(), "{client}: {said}");
        assert!(said.starts_with("PASS "), "{said}");
    }
}
