//! `cargo bench --bench tap`: what it costs to stand between. 256 MiB one way, and 20,000 questions
//! with their answers, through `wirelab tap`, through socat as it is and with a large buffer, and straight;
//! through a tap that saves text, one that saves random bytes, and one with a fault. Who relays runs on one
//! core, client and server on another. Each round is cut into slices, which the ways take in turns, so
//! that what else the machine does hits all of them. `WIRELAB_ROUNDS` makes it shorter or longer.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
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
    /// MiB a second, one figure a round.
    mebibytes: Vec<f64>,
    /// Questions a second, one figure a round.
    questions: Vec<f64>,
}

fn main() {
    if !have("socat") {
        println!("tap: skipped, socat is not installed");
        return;
    }
    let rounds = number("WIRELAB_ROUNDS", 7);
    stay_on_core("1");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let server = listener.local_addr().expect("it has an address");
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let saved = ["text.wire", "random.wire"].map(|name| folder.join(name));
    let save = |at: usize| ["--save".as_ref(), saved[at].as_os_str()];
    let swap = ["--swap", "no such text", "x"].map(std::ffi::OsStr::new);
    let mut ways: Vec<Way> = [
        way("direct", server, None),
        socat("socat", server, &[]),
        socat("socat -b 65536", server, &["-b", "65536"]),
        tap("tap", server, &[]),
        tap("tap --save", server, &save(0)),
        tap(RANDOM, server, &save(1)),
        tap("tap --swap", server, &swap),
    ]
    .into_iter()
    .chain(mitmdump(server))
    .collect();
    for _ in 0..rounds {
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
    for name in saved {
        let _ = std::fs::remove_file(name);
    }
    show(&ways, rounds);
}

fn way(name: &'static str, addr: SocketAddr, between: Option<Running>) -> Way {
    Way {
        name,
        addr,
        between,
        mebibytes: Vec::new(),
        questions: Vec::new(),
    }
}

/// socat: one process a connection; without options its buffer has 8 KiB.
fn socat(name: &'static str, server: SocketAddr, options: &[&str]) -> Way {
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
    way(
        name,
        SocketAddr::from(([127, 0, 0, 1], port)),
        Some(running),
    )
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
fn tap(name: &'static str, server: SocketAddr, options: &[&std::ffi::OsStr]) -> Way {
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
    way(name, addr.expect("it says where"), Some(Running(child)))
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
            .map(|it| peak_memory(it.0.id()).to_string());
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
