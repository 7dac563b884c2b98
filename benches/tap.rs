//! `cargo bench --bench tap`: what it costs to stand between. 256 MiB one way, and 20,000 questions
//! with their answers, through `wirelab tap`, through socat as it is and with a large buffer, and straight;
//! through a tap that saves text, one that saves random bytes, one with a fault, and a socat that saves the bytes
//! as they are. Who saves begins a new file in each round, in the memory of the file before: otherwise the
//! figure is how fast the system finds memory and the disk takes it. Who relays runs on one core, client and
//! server on another. Each round is cut into slices, which the ways take in turns, so
//! that what else the machine does hits all of them. `WIRELAB_ROUNDS` makes it shorter or longer.

mod support;

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

use support::{Running, have, median, number, on_core, peak_memory, stay_on_core, three};

/// Bytes that a round pours through each way.
const POURED: usize = 256 * 1024 * 1024;
/// The same where they become hex rows, 4.4 bytes for each: with more of them all that is measured is how
/// soon the system slows down those who write faster than the disk does.
const POURED_AS_HEX: usize = POURED / 8;
const PIECE: usize = 256 * 1024;
const PING_PONGS: usize = 20_000;
/// How often the ways take turns in a round.
const SLICES: usize = 16;
/// The length of a question, and of an answer.
const SMALL: usize = 64;
/// The tap that saves bytes which are written as hex rows.
const RANDOM: &str = "tap --save, random";

/// A way from the client to the server.
struct Way {
    name: &'static str,
    addr: SocketAddr,
    /// Who stands between.
    between: Option<Running>,
    /// Starts it once more, with a new file; `None` if it saves nothing.
    again: Option<Again>,
    /// Most memory that one of those before has had, in KiB.
    peak: u64,
    /// MiB a second, one figure a round.
    mebibytes: Vec<f64>,
    /// Questions a second, one figure a round.
    questions: Vec<f64>,
}

/// Starts a way whose file is not there.
type Again = Box<dyn Fn() -> (SocketAddr, Running)>;

fn main() {
    if !have("socat") {
        println!("tap: skipped, socat is not installed");
        return;
    }
    let rounds = number("WIRELAB_ROUNDS", 7);
    stay_on_core("1");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let server = listener.local_addr().expect("it has an address");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let saved = |name: &str| folder.join(name);
    let swap = ["--swap", "no such text", "x"].map(OsStr::new);
    let mut ways: Vec<Way> = [
        way("direct", server, None),
        socat("socat", server, &[]),
        socat("socat -b 65536", server, &["-b", "65536"]),
        socat_that_saves(server, saved("socat.raw")),
        tap("tap", server, &[]),
        tap_that_saves("tap --save", server, saved("text.wire")),
        tap_that_saves(RANDOM, server, saved("random.wire")),
        tap("tap --swap", server, &swap),
    ]
    .into_iter()
    .chain(mitmdump(server))
    .collect();
    for _ in 0..rounds {
        ways.iter_mut().for_each(Way::start_again);
        let (hex, plain): (Vec<&mut Way>, Vec<&mut Way>) =
            ways.iter_mut().partition(|way| way.name == RANDOM);
        let keep = |poured: usize| {
            move |way: &mut Way, seconds: f64| {
                way.mebibytes.push((poured >> 20) as f64 / seconds);
            }
        };
        let open_plain = |a, b| pour(a, b, text(), POURED);
        round(&listener, plain, open_plain, keep(POURED));
        let open_hex = |a, b| pour(a, b, random(), POURED_AS_HEX);
        round(&listener, hex, open_hex, keep(POURED_AS_HEX));
        let asking = ways.iter_mut().collect();
        round(&listener, asking, ask, |way, seconds| {
            way.questions.push(PING_PONGS as f64 / seconds);
        });
    }
    show(&ways, rounds);
    for name in ["socat.raw", "text.wire", "random.wire"] {
        let _ = std::fs::remove_file(saved(name));
    }
}

fn way(name: &'static str, addr: SocketAddr, between: Option<Running>) -> Way {
    Way {
        name,
        addr,
        between,
        again: None,
        peak: 0,
        mebibytes: Vec::new(),
        questions: Vec::new(),
    }
}

impl Way {
    /// If it saves: ends it, removes its file, and starts it with a new one.
    fn start_again(&mut self) {
        if let Some(again) = &self.again {
            let peak = self.between.as_ref().map(|it| peak_memory(it.0.id()));
            self.peak = self.peak.max(peak.unwrap_or(0));
            self.between = None;
            let (addr, running) = again();
            (self.addr, self.between) = (addr, Some(running));
        }
    }
}

/// A way that saves to a file of its own; started by the first round.
fn saving(name: &'static str, server: SocketAddr, again: Again) -> Way {
    Way {
        again: Some(again),
        ..way(name, server, None)
    }
}

/// socat: one process a connection; without options its buffer has 8 KiB.
fn socat(name: &'static str, server: SocketAddr, options: &[&str]) -> Way {
    let options: Vec<&OsStr> = options.iter().map(OsStr::new).collect();
    let (addr, running) = start_socat(server, &options);
    way(name, addr, Some(running))
}

/// socat with a large buffer, and a file for what the client says (`-r`).
fn socat_that_saves(server: SocketAddr, file: PathBuf) -> Way {
    let again = move || {
        let _ = std::fs::remove_file(&file);
        let options = ["-b", "65536", "-r"].map(OsStr::new);
        start_socat(server, &[&options[..], &[file.as_os_str()]].concat())
    };
    saving("socat -b 65536 -r", server, Box::new(again))
}

fn start_socat(server: SocketAddr, options: &[&OsStr]) -> (SocketAddr, Running) {
    let held = wirelab::net::free_port([127, 0, 0, 1].into()).expect("a port is free");
    let port = held.number;
    let mut command = on_core("0", "socat");
    command
        .args(options)
        .arg(format!("TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork"));
    let child = command.arg(format!("TCP:{server}")).spawn();
    let running = Running(child.expect("socat starts"));
    while wirelab::net::listeners(port).is_some_and(|found| found.is_empty()) {
        thread::yield_now();
    }
    (SocketAddr::from(([127, 0, 0, 1], port)), running)
}

/// mitmdump as a relay of TCP, where it is installed (`pip install mitmproxy`).
fn mitmdump(server: SocketAddr) -> Option<Way> {
    if !have("mitmdump") {
        return None;
    }
    let held = wirelab::net::free_port([127, 0, 0, 1].into()).expect("a port is free");
    let port = held.number;
    let mut command = on_core("0", "mitmdump");
    command.args(["-q", "--listen-host", "127.0.0.1", "-p", &port.to_string()]);
    command.args(["--mode", &format!("reverse:tcp://{server}")]);
    let running = Running(command.spawn().expect("mitmdump starts"));
    while wirelab::net::listeners(port).is_some_and(|found| found.is_empty()) {
        thread::yield_now();
    }
    let addr = SocketAddr::from(([127, 0, 0, 1], port));
    Some(way("mitmdump", addr, Some(running)))
}

/// Our tap, whose screen nobody sees.
fn tap(name: &'static str, server: SocketAddr, options: &[&OsStr]) -> Way {
    let (addr, running) = start_tap(server, options);
    way(name, addr, Some(running))
}

fn tap_that_saves(name: &'static str, server: SocketAddr, file: PathBuf) -> Way {
    let again = move || {
        let _ = std::fs::remove_file(&file);
        start_tap(server, &["--save".as_ref(), file.as_os_str()])
    };
    saving(name, server, Box::new(again))
}

fn start_tap(server: SocketAddr, options: &[&OsStr]) -> (SocketAddr, Running) {
    let mut command = on_core("0", env!("CARGO_BIN_EXE_wirelab"));
    command.args(["tap", "127.0.0.1:0", &server.to_string()]);
    let child = command.args(options).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("the tap starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("its first line comes");
    let addr = line.trim_end().strip_prefix("listening on ");
    let addr = addr.and_then(|addr| addr.parse().ok());
    thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
    (addr.expect("it says where"), Running(child))
}

/// Lines of 64 letters that do not repeat themselves soon.
fn text() -> Vec<u8> {
    let mut state = 1u32;
    let letter = |at: usize| {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        match at % 64 {
            63 => b'\n',
            _ => b'a' + (state >> 16) as u8 % 26,
        }
    };
    (0..PIECE).map(letter).collect()
}

/// Bytes that look like chance.
fn random() -> Vec<u8> {
    let mut state = 1u64;
    let byte = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as u8
    };
    (0..PIECE).map(byte).collect()
}

/// A connection from end to end, and what to do with it for one slice.
type Slice = Box<dyn FnMut()>;

/// One round: all ways in turns, each on one connection; `keep` gets the seconds that each took in all.
fn round(
    listener: &TcpListener,
    mut ways: Vec<&mut Way>,
    open: fn(TcpStream, TcpStream) -> Slice,
    keep: impl Fn(&mut Way, f64),
) {
    let mut slices: Vec<(Slice, f64)> = Vec::new();
    for way in &ways {
        let client = TcpStream::connect(way.addr).expect("somebody listens");
        let (accepted, _) = listener.accept().expect("the client comes");
        for stream in [&client, &accepted] {
            stream.set_nodelay(true).expect("an option");
        }
        slices.push((open(client, accepted), 0.0));
    }
    for _ in 0..SLICES {
        for (slice, seconds) in &mut slices {
            let started = Instant::now();
            slice();
            *seconds += started.elapsed().as_secs_f64();
        }
    }
    for (way, (_, seconds)) in ways.iter_mut().zip(slices) {
        keep(way, seconds);
    }
}

/// A slice is a part of these bytes, from the first byte's write to the last byte's read.
fn pour(mut client: TcpStream, mut accepted: TcpStream, piece: Vec<u8>, poured: usize) -> Slice {
    let (tell, told): (_, Receiver<()>) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = vec![0; PIECE];
        let mut count = 0;
        loop {
            let read = accepted.read(&mut buffer).expect("bytes come");
            count += read;
            if count == poured / SLICES {
                count = 0;
                let _ = tell.send(());
            }
            assert!(count < poured / SLICES, "nothing is added");
            if read == 0 {
                return;
            }
        }
    });
    Box::new(move || {
        for _ in 0..poured / SLICES / PIECE {
            client.write_all(&piece).expect("it is taken");
        }
        told.recv().expect("everything arrives");
    })
}

/// A slice is a part of the questions, each with its answer.
fn ask(mut client: TcpStream, mut accepted: TcpStream) -> Slice {
    thread::spawn(move || {
        let mut buffer = [0; SMALL];
        while accepted.read_exact(&mut buffer).is_ok() {
            accepted.write_all(&buffer).expect("it is taken");
        }
    });
    Box::new(move || {
        let mut buffer = [b'?'; SMALL];
        for _ in 0..PING_PONGS / SLICES {
            client.write_all(&buffer).expect("it is taken");
            client.read_exact(&mut buffer).expect("the answer comes");
        }
    })
}

fn show(ways: &[Way], rounds: usize) {
    println!(
        "tap: {rounds} rounds in turns; min / median / max; ratio of the medians to socat -b 65536\n"
    );
    println!(
        "{:<18} {:>24} {:>6} {:>28} {:>6} {:>9}",
        "", "MiB/s, one way", "ratio", "questions/s, 20,000", "ratio", "peak KiB"
    );
    let plain = &ways[2];
    for way in ways {
        let memory = way
            .between
            .as_ref()
            .map(|it| peak_memory(it.0.id()).max(way.peak).to_string());
        println!(
            "{:<18} {} {} {:>9}",
            way.name,
            cells(24, &way.mebibytes, &plain.mebibytes),
            cells(28, &way.questions, &plain.questions),
            memory.unwrap_or_default()
        );
    }
    println!("\nMore is better, of memory less. socat starts a process a connection; its peak is");
    println!("that of the one that listens.");
}

/// Figures in a column of this width, and their ratio; dashes when there are none.
fn cells(width: usize, figures: &[f64], plain: &[f64]) -> String {
    if figures.is_empty() {
        return format!("{:>width$} {:>6}", "-", "-");
    }
    let ratio = median(figures) / median(plain);
    format!("{:>width$} {ratio:>6.2}", three(figures))
}
