//! A check leaves nothing behind, however it ends: no process, no port that somebody listens on, no file
//! but those that are described. `WIRELAB_ROUNDS=200 cargo test --test programs leftovers` plays as many checks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::dice::Dice;
use crate::support::{WIRELAB, badpeer, bin, signal, soon, which};
use wirelab::net;

/// Longer than anything here may take, also on a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);

/// What may be left: what a failed check shows, and the file of progress, which is written beside itself.
const DESCRIBED: [&str; 5] = [
    "target/wirelab/lab09-server-expected.wire",
    "target/wirelab/lab09-server-got.wire",
    "target/wirelab/lab09-server-got.svg",
    "labs/workbench/progress.txt",
    "labs/workbench/progress.txt.lock",
];
/// How a half-written file of progress is called, up to the number of the process that wrote it.
const HALF: &str = "labs/workbench/progress.txt.new-";

/// Lab 9's server in Python; each client has a process of his own.
const PYTHON: &str = r#"import os, signal, socket
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)
server = socket.create_server((host, int(port)))
while True:
    client, _ = server.accept()
    if os.fork() == 0:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(1024)
            if not piece:
                os._exit(0)
            head += piece
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
            b"Content-Length: 12\r\nConnection: close\r\n\r\nthree tacos\n")
        os._exit(0)
    client.close()
"#;

/// Servers of every kind, as words behind `/bin/sh -c SCRIPT sh BADPEER OWN STUB PYTHON`.
const SERVERS: [&str; 11] = [
    r#"exec "$2" "$WIRELAB_ADDR""#,
    r#"exec "$3" "$WIRELAB_ADDR""#,
    r#"exec python3 -c "$4""#,
    r#"exec "$1" says-nothing"#,
    r#"exec "$1" never-listens"#,
    r#""$1" good & wait"#,
    r#""$1" good & "$1" never-listens & exit 3"#,
    r#"trap '' TERM INT HUP; (trap '' TERM INT HUP; "$1" never-listens & wait) & "$1" good"#,
    r#"setsid "$1" good & wait"#,
    r#"setsid "$1" never-listens & timeout 1000 "$1" good"#,
    r#"(trap '' TERM INT HUP; setsid "$1" never-listens & setsid "$1" never-listens &) & exec "$1" good"#,
];

/// One check in a course folder of its own.
struct Round {
    folder: PathBuf,
    mark: String,
}

impl Round {
    fn new(number: usize) -> Round {
        let mark = format!("{}-{number}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("leftovers-{mark}"));
        let _ = fs::remove_dir_all(&folder);
        for inside in ["labs/workbench", "tmp"] {
            fs::create_dir_all(folder.join(inside)).expect("a folder");
        }
        Round { folder, mark }
    }

    fn start(&self, server: &str) -> Child {
        self.command(server).spawn().expect("wirelab starts")
    }

    /// Every process of the round carries its mark in the environment.
    fn command(&self, server: &str) -> Command {
        // The program notes where it was told to listen.
        let script = format!(r#"echo "$WIRELAB_ADDR" >> "$5"; {server}"#);
        let own = bin("lab09-server");
        let stub = bin("start09-server");
        let ports = self.folder.join("ports");
        let words = [&script[..], "sh", badpeer()];
        let paths = [own, stub, PathBuf::from(PYTHON), ports];
        let words = words.map(str::to_string).into_iter();
        let words = words.chain(paths.map(|path| path.display().to_string()));
        let quoted: String = words
            .map(|word| format!(" '{}'", word.replace('\'', r"'\''")))
            .collect();
        let mut check = Command::new(WIRELAB);
        check.args(["check", "9", "--server", &format!("/bin/sh -c{quoted}")]);
        check
            .env("WIRELAB_COURSE", &self.folder)
            .env("WIRELAB_MARK", &self.mark)
            .env("TMPDIR", self.folder.join("tmp"));
        check
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        check
    }

    /// The processes of this round that run.
    fn processes(&self) -> Vec<String> {
        let mark = format!("WIRELAB_MARK={}", self.mark);
        let mut found = Vec::new();
        for folder in fs::read_dir("/proc").expect("it is Linux").flatten() {
            let environment = fs::read(folder.path().join("environ")).unwrap_or_default();
            if environment
                .split(|&byte| byte == 0)
                .any(|word| word == mark.as_bytes())
            {
                let words = fs::read(folder.path().join("cmdline")).unwrap_or_default();
                let words = String::from_utf8_lossy(&words).replace('\0', " ");
                found.push(format!("{} {words:.200}", folder.path().display()));
            }
        }
        found
    }

    /// What is left when all of it had the time to go.
    fn left(&self) -> Vec<String> {
        let mut left = Vec::new();
        soon(|| {
            left = self.processes();
            left.is_empty()
        });
        let ports = fs::read_to_string(self.folder.join("ports")).unwrap_or_default();
        for port in ports.lines() {
            // The check held it, and has given it back: for a while another one may listen there.
            let addr = port.parse().expect("an address");
            if !soon(|| !net::accepts(addr, true)) {
                left.push(format!("somebody listens on {port}"));
            }
        }
        let _ = fs::remove_file(self.folder.join("ports"));
        for file in files(&self.folder) {
            let name = file.strip_prefix(&self.folder).expect("it is inside");
            let half = name.to_string_lossy().starts_with(HALF);
            if !half && !DESCRIBED.iter().any(|it| Path::new(it) == name) {
                left.push(format!("the file {}", name.display()));
            }
        }
        left
    }
}

impl Drop for Round {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            match entry.path().is_dir() {
                true => waiting.push(entry.path()),
                false => found.push(entry.path()),
            }
        }
    }
    found
}

/// Waits for the end of a check, but no longer than `most`; whether it ended by itself.
fn ends_within(check: &mut Child, most: Duration) -> bool {
    let until = Instant::now() + most;
    while Instant::now() < until {
        if check.try_wait().expect("it can be asked").is_some() {
            return true;
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
    false
}

/// One check, which is struck after `strike`, if at all: how it ended, and what it left behind.
fn round(number: usize, server: &str, strike: Option<(Duration, &str)>) -> (String, Vec<String>) {
    let round = Round::new(number);
    let mut check = round.start(server);
    // A program that has just been started has no environment yet for a moment; one that has ended has none.
    let has_ended = |check: &mut Child| check.try_wait().expect("it can be asked").is_some();
    assert!(
        soon(|| !round.processes().is_empty() || has_ended(&mut check)),
        "its processes can be found"
    );
    let mut struck = false;
    if let Some((moment, name)) = strike
        && !ends_within(&mut check, moment)
    {
        struck = signal(name, check.id());
    }
    assert!(ends_within(&mut check, DEADLINE), "{server}: hangs");
    let left = round.left();
    let left = left
        .into_iter()
        .map(|it| format!("{server} {strike:?}: {it}"));
    let status = check.wait().expect("it has ended");
    let end = match struck {
        true => "struck".to_string(),
        false => status.to_string(),
    };
    (end, left.collect())
}

#[test]
fn nothing_is_left_of_many_checks_a_third_of_them_interrupted() {
    let rounds = std::env::var("WIRELAB_ROUNDS").ok();
    let rounds = rounds.map_or(12, |text| text.parse().expect("WIRELAB_ROUNDS is a number"));
    let mut dice = Dice::new();
    let rounds = (0..rounds).map(|number| {
        let mut server = dice.one_of(&SERVERS);
        let moment = Duration::from_micros(dice.below(300_000) as u64);
        let strike = (number % 3 == 0).then_some((moment, dice.one_of(&["INT", "KILL"])));
        // A check waits ten seconds for one that never listens: that one is always struck.
        if server.ends_with("never-listens") && strike.is_none() {
            server = SERVERS[0];
        }
        (number, server, strike)
    });
    let queue = Mutex::new(rounds.collect::<Vec<_>>());
    let done = Mutex::new((BTreeMap::<String, usize>::new(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some((number, server, strike)) = queue.lock().unwrap().pop() else {
                        return;
                    };
                    let (end, left) = round(number, server, strike);
                    let mut done = done.lock().unwrap();
                    *done.0.entry(end).or_default() += 1;
                    done.1.extend(left);
                }
            });
        }
    });
    let (ends, left) = done.into_inner().unwrap();
    println!("{ends:?}");
    assert!(left.is_empty(), "{left:#?}");
}

/// The process that ends what is left after a SIGKILL needs no more tools than a bare machine has.
#[test]
fn what_left_the_group_ends_after_a_kill_on_a_bare_path() {
    let round = Round::new(1_000_000);
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("leftovers-tools");
    let _ = fs::remove_dir_all(&tools);
    fs::create_dir(&tools).expect("a folder");
    for tool in ["timeout", "cat", "tr", "sleep"] {
        std::os::unix::fs::symlink(which(tool).expect("coreutils are there"), tools.join(tool))
            .expect("a link");
    }
    let server = r#"timeout 1000 "$1" never-listens & timeout 1000 "$1" never-listens"#;
    let mut check = round.command(server).env("PATH", &tools).spawn().unwrap();
    let both = || {
        let run = round.processes();
        let out = run
            .iter()
            .filter(|it| it.contains("never-listens") && !it.contains("timeout"));
        out.count() == 2
    };
    let run = soon(both);
    let killed = signal("KILL", check.id());
    check.wait().expect("it has ended");
    assert!(run && killed, "{:?}", round.processes());
    assert_eq!(round.left(), Vec::<String>::new());
}
