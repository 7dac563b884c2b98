//! `cargo bench --bench serve`: requests a second and CPU a request of `wirelab serve` and of nginx
//! (one worker, sendfile, no access log, no open-file cache), in turns. The server runs on one core,
//! wrk on another. `WIRELAB_ROUNDS` and `WIRELAB_SECONDS` make it shorter or longer.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What wrk does: a name for the table, connections, file, further options.
const ROWS: [(&str, &str, &str, &[&str]); 6] = [
    ("1 connection", "1", "small.txt", &[]),
    ("64 connections", "64", "small.txt", &[]),
    ("512 connections", "512", "small.txt", &[]),
    ("close, 32", "32", "small.txt", &["-H", "Connection: close"]),
    ("64 KiB, 64", "64", "middle.bin", &[]),
    ("100 MiB, 4", "4", "large.bin", &[]),
];

/// A server under test; it ends with the value.
struct Server {
    child: Child,
    /// The process that serves: nginx's worker is a child of what we started.
    worker: u32,
    port: u16,
}

/// What one round of one server showed.
#[derive(Clone, Copy)]
struct Figures {
    /// Requests a second.
    rate: f64,
    /// Microseconds of CPU a request.
    cpu: f64,
}

fn main() {
    for tool in ["nginx", "wrk", "taskset"] {
        let path = std::env::var_os("PATH").unwrap_or_default();
        if !std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()) {
            println!("serve: skipped, {tool} is not installed");
            return;
        }
    }
    let rounds = number("WIRELAB_ROUNDS", 7);
    let seconds = number("WIRELAB_SECONDS", 2);
    let folder = folder();
    let nginx = nginx(&folder);
    let ours = ours(&folder);
    println!(
        "serve: {rounds} rounds of {seconds} s in turns; min / median / max; ratio of the medians\n"
    );
    println!(
        "{:<16} {:<9} {:>24} {:>24} {:>6}",
        "row", "", "wirelab", "nginx", "ratio"
    );
    for (name, connections, file, options) in ROWS {
        let (mut our, mut their) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            for (server, figures) in [(&ours, &mut our), (&nginx, &mut their)] {
                figures.push(measure(server, connections, file, options, seconds));
            }
        }
        let line = |name: &str, what: &str, of: fn(&Figures) -> f64| {
            let (our, their) = (sorted(&our, of), sorted(&their, of));
            let ratio = our[our.len() / 2] / their[their.len() / 2];
            println!(
                "{name:<16} {what:<9} {:>24} {:>24} {ratio:>6.2}",
                three(&our),
                three(&their)
            );
        };
        line(name, "req/s", |figures| figures.rate);
        line("", "CPU us", |figures| figures.cpu);
        if connections == "512" {
            let (our, their) = (memory(ours.worker), memory(nginx.worker));
            println!(
                "{:<16} {:<9} {our:>24} {their:>24} {:>6.2}",
                "",
                "KiB now",
                our as f64 / their as f64
            );
        }
    }
    println!("\nA higher rate is better, a lower CPU time is better.");
}

fn number(name: &str, otherwise: usize) -> usize {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The folder that both serve.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-serve");
    fs::create_dir_all(folder.join("www")).expect("the folder can be made");
    let file = |name: &str, length: usize| {
        fs::write(folder.join("www").join(name), vec![b'x'; length]).expect("there is room");
    };
    file("small.txt", 1024);
    file("middle.bin", 64 * 1024);
    file("large.bin", 100 * 1024 * 1024);
    folder
}

fn ours(folder: &Path) -> Server {
    let mut child = Command::new("taskset")
        .args(["-c", "0", env!("CARGO_BIN_EXE_wirelab"), "serve"])
        .arg(folder.join("www"))
        .args(["--port", "0", "--quiet"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("taskset starts");
    let mut line = String::new();
    let stdout = child.stdout.as_mut().expect("stdout is piped");
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("the first line comes");
    let port = line
        .trim_end()
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok());
    Server {
        worker: child.id(),
        child,
        port: port.expect("the first line ends in the port"),
    }
}

fn nginx(folder: &Path) -> Server {
    let port = wirelab::net::free_port([127, 0, 0, 1].into()).expect("a port is free");
    let own = folder.display();
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {own}/{name};"))
        .concat();
    let text = format!(
        "daemon off; worker_processes 1; pid {own}/pid; events {{ worker_connections 4096; }}\n\
         http {{ access_log off; sendfile on; keepalive_requests 100000000; {paths}\n\
         server {{ listen 127.0.0.1:{port}; root {own}/www; }} }}\n"
    );
    fs::write(folder.join("nginx.conf"), text).expect("the folder can be written");
    let child = Command::new("taskset")
        .args(["-c", "0", "nginx", "-e", "stderr", "-c"])
        .arg(folder.join("nginx.conf"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("taskset starts");
    let mut server = Server {
        worker: 0,
        child,
        port,
    };
    // It listens before it has a worker.
    let deadline = Instant::now() + Duration::from_secs(10);
    while server.worker == 0 || TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < deadline, "nginx does not start");
        let path = format!("/proc/{0}/task/{0}/children", server.child.id());
        let children = fs::read_to_string(path).unwrap_or_default();
        let first = children.split_whitespace().next();
        server.worker = first.and_then(|word| word.parse().ok()).unwrap_or(0);
        thread::yield_now();
    }
    server
}

/// One round of wrk.
fn measure(
    server: &Server,
    connections: &str,
    file: &str,
    options: &[&str],
    seconds: usize,
) -> Figures {
    let before = ticks(server.worker);
    let done = Command::new("taskset")
        .args([
            "-c",
            "1",
            "wrk",
            "-t1",
            "-c",
            connections,
            "-d",
            &format!("{seconds}s"),
        ])
        .args(options)
        .arg(format!("http://127.0.0.1:{}/{file}", server.port))
        .output()
        .expect("wrk starts");
    let spent = ticks(server.worker) - before;
    let text = String::from_utf8_lossy(&done.stdout);
    // "  12345 requests in 2.00s, 14.05MB read"
    let line = text
        .lines()
        .find(|line| line.contains(" requests in "))
        .unwrap_or_default();
    let requests: f64 = line
        .split_whitespace()
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or(0.0);
    Figures {
        rate: requests / seconds as f64,
        // A tick is 10 ms (sysconf(3), _SC_CLK_TCK).
        cpu: spent as f64 * 10_000.0 / requests.max(1.0),
    }
}

/// CPU time of a process in ticks: the 14th and 15th word of its line (proc(5)).
fn ticks(process: u32) -> u64 {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let behind_name = line.rsplit(')').next().unwrap_or_default();
    let words = behind_name.split_whitespace().skip(11).take(2);
    words.filter_map(|word| word.parse::<u64>().ok()).sum()
}

/// Resident memory in KiB.
fn memory(process: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmRSS:"));
    let word = line.and_then(|line| line.split_whitespace().nth(1));
    word.and_then(|word| word.parse().ok()).unwrap_or(0)
}

fn sorted(figures: &[Figures], of: fn(&Figures) -> f64) -> Vec<f64> {
    let mut values: Vec<f64> = figures.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values
}

fn three(values: &[f64]) -> String {
    let (least, most) = (values[0], values[values.len() - 1]);
    let digits = if most < 100.0 { 1 } else { 0 };
    format!(
        "{least:.digits$} / {:.digits$} / {most:.digits$}",
        values[values.len() / 2]
    )
}

impl Drop for Server {
    fn drop(&mut self) {
        // nginx's master ends its worker when it is asked to (TERM); killed, it could not.
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}
