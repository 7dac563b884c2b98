//! `cargo bench --bench tap`: what it costs to stand between. One GiB one way, and 20,000 questions
//! with their answers, through `wirelab tap`, through plain socat, and straight. Who relays runs on one
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

const GIBIBYTE: usize = 1024 * 1024 * 1024;
const PIECE: usize = 256 * 1024;
const PING_PONGS: usize = 20_000;
/// How often the ways take turns in a round.
const SLICES: usize = 16;
/// The length of a question, and of an answer.
const SMALL: usize = 64;
/// The tap that keeps a file.
const SAVING: &str = "tap --save";

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
    let saved = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench.wire");
    let save = ["--save".as_ref(), saved.as_os_str()];
    let mut ways = [
        way("direct", server, None),
        socat(server),
        tap("tap", server, &[]),
        tap(SAVING, server, &save),
    ];
    for _ in 0..rounds {
        // A GiB a round would fill the disk.
        let pouring = ways.iter_mut().filter(|way| way.name != SAVING).collect();
        round(&listener, pouring, pour, |way, seconds| {
            way.mebibytes.push(1024.0 / seconds);
        });
        let asking = ways.iter_mut().collect();
        round(&listener, asking, ask, |way, seconds| {
            way.questions.push(PING_PONGS as f64 / seconds);
        });
    }
    let _ = std::fs::remove_file(saved);
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

/// Plain socat: one process a connection, its own buffer of 8 KiB, no options.
fn socat(server: SocketAddr) -> Way {
    let held = wirelab::net::free_port([127, 0, 0, 1].into()).expect("a port is free");
    let port = held.number;
    let mut command = on_core("0", "socat");
    command.arg(format!("TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork"));
    let child = command.arg(format!("TCP:{server}")).spawn();
    let running = Running(child.expect("socat starts"));
    while wirelab::net::listeners(port).is_some_and(|found| found.is_empty()) {
        thread::yield_now();
    }
    way(
        "socat",
        SocketAddr::from(([127, 0, 0, 1], port)),
        Some(running),
    )
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

/// A connection from end to end, and what to do with it for one slice.
type Slice = Box<dyn FnMut()>;

/// One round: all ways in turns, each on one connection; `keep` gets the seconds that each took in all.
fn round(
    listener: &TcpListener,
    mut ways: Vec<&mut Way>,
    open: fn(TcpStream, TcpStream) -> Slice,
    keep: fn(&mut Way, f64),
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

/// A slice is a part of the GiB, from the first byte's write to the last byte's read.
fn pour(mut client: TcpStream, mut accepted: TcpStream) -> Slice {
    let (tell, told): (_, Receiver<()>) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = vec![0; PIECE];
        let mut count = 0;
        loop {
            let read = accepted.read(&mut buffer).expect("bytes come");
            count += read;
            if count == GIBIBYTE / SLICES {
                count = 0;
                let _ = tell.send(());
            }
            assert!(count < GIBIBYTE / SLICES, "nothing is added");
            if read == 0 {
                return;
            }
        }
    });
    let piece = text();
    Box::new(move || {
        for _ in 0..GIBIBYTE / SLICES / PIECE {
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
    println!("tap: {rounds} rounds in turns; min / median / max; ratio of the medians to socat\n");
    println!(
        "{:<12} {:>24} {:>6} {:>28} {:>6} {:>9}",
        "", "MiB/s, 1 GiB one way", "ratio", "questions/s, 20,000", "ratio", "peak KiB"
    );
    let plain = &ways[1];
    for way in ways {
        let memory = way
            .between
            .as_ref()
            .map(|it| peak_memory(it.0.id()).to_string());
        println!(
            "{:<12} {} {} {:>9}",
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
