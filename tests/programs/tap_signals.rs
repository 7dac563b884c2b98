//! A tap that is ended by a signal while its clients go on, and one whose faults a person changes at a terminal.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::peers::{DEADLINE, free_listener};
use crate::support::{bin, have, ignores_interrupts, processes, signal, soon};
use wirelab::import::import;
use wirelab::net::{Serving, serve};
use wirelab::wire::{Transcript, Who};

/// A server that says each line back.
fn echo() -> Serving {
    let serving = serve(free_listener(), 20, |client| {
        let mut stream = client.stream;
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if stream.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    });
    serving.unwrap()
}

fn folder(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tap-signals-{test}"));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn address(line: &str) -> SocketAddr {
    let addr = line.trim_end().strip_prefix("listening on ");
    let addr = addr.unwrap_or_else(|| panic!("{line:?}"));
    addr.parse().unwrap()
}

/// Questions and answers until the connection is gone; `enough` are waited for.
fn talk(addr: SocketAddr, enough: usize) -> thread::JoinHandle<()> {
    let (tell, told) = std::sync::mpsc::channel();
    let talking = thread::spawn(move || {
        let mut stream = TcpStream::connect(addr).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut answer = [0; 8];
        loop {
            let asked = stream.write_all(b"3 tacos\n");
            if asked.and_then(|()| stream.read_exact(&mut answer)).is_err() {
                return;
            }
            let _ = tell.send(());
        }
    });
    for _ in 0..enough {
        told.recv_timeout(DEADLINE).expect("an answer");
    }
    talking
}

#[test]
fn the_files_are_complete_after_a_signal_under_traffic() {
    for (name, saves) in [
        ("INT", true),
        ("INT", false),
        ("TERM", true),
        ("TERM", false),
    ] {
        let (server, folder) = (echo(), folder(&format!("{name}-{saves}")));
        let mut command = Command::new(bin("wirelab"));
        let upstream = server.address().to_string();
        command.args(["tap", "127.0.0.1:0", &upstream, "--svg", "F.svg"]);
        command.args(["--pcapng", "F.pcapng"]).current_dir(&folder);
        if saves {
            command.args(["--save", "F.wire"]);
        }
        let mut tap = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(tap.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let draining = thread::spawn(move || stdout.read_to_end(&mut Vec::new()));
        let talking = talk(address(&line), 200);
        assert!(signal(name, tap.id()));
        tap.wait().unwrap();
        talking.join().unwrap();
        draining.join().unwrap().unwrap();

        let packets = import(&fs::read(folder.join("F.pcapng")).unwrap());
        let packets = packets.expect("a capture").expect("readable");
        let said = packets.bytes_of(1, Who::Server);
        assert!(said.starts_with(&b"3 tacos\n".repeat(200)), "{name}");
        assert!(
            !packets.render().contains("the capture file is cut off"),
            "{name}"
        );
        let picture = fs::read_to_string(folder.join("F.svg")).unwrap();
        assert!(
            picture.starts_with("<svg") && picture.ends_with("</svg>\n"),
            "{name}"
        );
        assert!(picture.contains("3 tacos"), "{name}");
        if saves {
            let text = fs::read_to_string(folder.join("F.wire")).unwrap();
            let saved = Transcript::parse(&text).unwrap();
            let said = saved.bytes_of(1, Who::Server);
            assert!(said.starts_with(&b"3 tacos\n".repeat(200)), "{name}");
        }
        if have(&["tshark"]) {
            let mut tshark = Command::new("tshark");
            let read = tshark
                .args(["-r", "F.pcapng"])
                .current_dir(&folder)
                .output();
            let read = read.unwrap();
            let told = String::from_utf8_lossy(&read.stderr);
            assert!(
                read.status.success() && !told.contains("cut short"),
                "{told}"
            );
        }
    }
}

/// A program at a terminal of its own (script(1)): what is typed, and what it shows.
struct Terminal {
    child: Child,
    keys: std::process::ChildStdin,
}

impl Terminal {
    fn start(line: &str, folder: &Path, shown: &Path) -> Terminal {
        let mut command = Command::new("script");
        command.args(["-q", "-f", "-e", "-c", line]).arg(shown);
        command.current_dir(folder).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        let keys = child.stdin.take().unwrap();
        Terminal { child, keys }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn at_a_terminal_keys_change_the_faults() {
    if !have(&["script"]) || cfg!(not(target_os = "linux")) {
        return;
    }
    let (server, folder) = (echo(), folder("keys"));
    let (shown, saved) = (folder.join("shown.txt"), folder.join("F.wire"));
    let program = bin("wirelab");
    let line = format!(
        "'{}' tap 127.0.0.1:0 {} --keys --save F.wire",
        program.display(),
        server.address()
    );
    let mut terminal = Terminal::start(&line, &folder, &shown);
    let mut addr = None;
    assert!(soon(|| {
        let text = fs::read_to_string(&shown).unwrap_or_default();
        let whole = |line: &&str| line.starts_with("listening on ") && line.ends_with('\n');
        let line = text.split_inclusive('\n').find(whole);
        addr = line.map(address);
        addr.is_some()
    }));
    let addr = addr.unwrap();
    let recorded = |words: &str, times: usize| {
        let has = |text: String| text.matches(words).count() == times;
        let has = || fs::read_to_string(&saved).is_ok_and(has);
        assert!(soon(has), "{words}");
    };
    let ask = || {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(addr).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.write_all(b"3 tacos\n").unwrap();
        let mut answer = [0; 8];
        stream.read_exact(&mut answer).unwrap();
        (answer, begun.elapsed())
    };
    assert_eq!(&ask().0, b"3 tacos\n");
    terminal.press("latency 150ms\n");
    recorded("# fault: from now on latency 150ms", 1);
    let (answer, took) = ask();
    assert_eq!(&answer, b"3 tacos\n");
    assert!(took >= Duration::from_millis(300), "{took:?}");
    // The first letter is enough, and what is no fault changes nothing.
    terminal.press("o\nx 7\ns taco flan\n");
    recorded("# fault: none from now on", 1);
    recorded("# fault: from now on swap \"taco\" for \"flan\"", 1);
    let complained = |text: String| text.contains("`x 7` is not a fault");
    assert!(soon(|| fs::read_to_string(&shown).is_ok_and(complained)));
    assert_eq!(&ask().0, b"3 flans\n");
    terminal.press("off\n");
    recorded("# fault: none from now on", 2);
    assert_eq!(&ask().0, b"3 tacos\n");
    // Ctrl-C. If a shell has started these tests in the background, the tap ignores SIGINT as they do.
    terminal.press("\u{3}");
    if ignores_interrupts(std::process::id()) {
        let start = format!("{} tap", program.display());
        let all = processes().into_iter();
        all.filter(|(_, words)| words.starts_with(&start) && words.contains("--keys"))
            .for_each(|(pid, _)| assert!(signal("TERM", pid)));
    }
    assert!(soon(|| terminal.child.try_wait().unwrap().is_some()));
    let text = fs::read_to_string(&saved).unwrap();
    let whole = Transcript::parse(&text).unwrap();
    assert_eq!(whole.bytes_of(4, Who::Server), b"3 tacos\n");
}

/// Killed in the middle of a long transfer, at another moment each time: every byte that the server has got is in
/// the transcript and in the packets, and both files can be read.
#[test]
fn no_byte_that_was_relayed_is_lost_when_the_tap_is_killed() {
    let piece: Vec<u8> = (0..4000_u32)
        .flat_map(|number| match number % 400 {
            0 => (0..=255).collect(),
            _ => format!("order {number}: three tacos, and a flan\r\n").into_bytes(),
        })
        .collect();
    for round in 0..4 {
        let folder = folder(&format!("killed-{round}"));
        let (tell, told) = std::sync::mpsc::channel();
        let enough = (round + 1) * 200_000;
        let server = serve(free_listener(), 1, move |client| {
            let mut stream = client.stream;
            let mut buffer = vec![0; 1 << 16];
            let mut got = 0;
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                got += count;
                let _ = tell.send(Some(got));
            }
            let _ = tell.send(None);
        });
        let server = server.unwrap();
        let mut command = Command::new(bin("wirelab"));
        command.args(["tap", "127.0.0.1:0", &server.address().to_string()]);
        command.args(["--save", "F.wire", "--pcapng", "F.pcapng"]);
        command.current_dir(&folder).stdout(Stdio::piped());
        let mut tap = command.spawn().unwrap();
        let mut stdout = BufReader::new(tap.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let draining = thread::spawn(move || stdout.read_to_end(&mut Vec::new()));
        let (addr, said) = (address(&line), piece.clone());
        let client = thread::spawn(move || {
            let mut stream = TcpStream::connect(addr).unwrap();
            while stream.write_all(&said).is_ok() {}
        });
        let mut got = 0;
        while got < enough {
            got = told.recv_timeout(DEADLINE).unwrap().expect("bytes come");
        }
        tap.kill().unwrap();
        tap.wait().unwrap();
        // Until the server has read all that the tap had written.
        while let Some(count) = told.recv_timeout(DEADLINE).unwrap() {
            got = count;
        }
        client.join().unwrap();
        draining.join().unwrap().unwrap();
        let sent: Vec<u8> = piece.iter().copied().cycle().take(got).collect();
        for file in ["F.wire", "F.pcapng"] {
            let mut show = Command::new(bin("wirelab"));
            show.args(["show", file, "--raw", "C"]).current_dir(&folder);
            let shown = show.output().unwrap();
            let words = String::from_utf8_lossy(&shown.stderr);
            assert!(shown.status.success(), "{round}: {words}");
            assert!(
                shown.stdout.starts_with(&sent),
                "{round}: {file} has {} bytes, and the server got {got}",
                shown.stdout.len()
            );
        }
        if round == 3 && have(&["tshark"]) {
            let mut tshark = Command::new("tshark");
            tshark.args(["-r", "F.pcapng", "-qz", "follow,tcp,raw,0"]);
            let read = tshark.current_dir(&folder).output().unwrap();
            let told = String::from_utf8_lossy(&read.stderr);
            // It reads the whole packets, and says so if the last one is a part.
            assert!(
                read.status.success() || told.contains("cut short in the middle of a packet"),
                "{told}"
            );
        }
        let _ = fs::remove_dir_all(folder);
    }
}
