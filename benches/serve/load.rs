//! What wrk does, and what it saw.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::servers::Server;

/// A row of the table.
pub struct Row {
    /// As `WIRELAB_ROWS` calls it.
    pub name: &'static str,
    /// As the table calls it.
    pub title: &'static str,
    connections: &'static str,
    file: &'static str,
    close: bool,
    /// wrk's core; the server has core 0.
    core: &'static str,
}

const fn row(
    name: &'static str,
    title: &'static str,
    connections: &'static str,
    file: &'static str,
) -> Row {
    Row {
        name,
        title,
        connections,
        file,
        close: false,
        core: "1",
    }
}

/// The rows.
pub const ROWS: [Row; 6] = [
    Row {
        core: "0",
        ..row(
            "1",
            "1 connection, 1 KiB, wrk on the same core",
            "1",
            "small.txt",
        )
    },
    row("64", "64 connections, 1 KiB", "64", "small.txt"),
    row("512", "512 connections, 1 KiB", "512", "small.txt"),
    Row {
        close: true,
        ..row(
            "close",
            "32 connections, 1 KiB, Connection: close",
            "32",
            "small.txt",
        )
    },
    row("64k", "64 connections, 64 KiB", "64", "middle.bin"),
    row("100m", "1 connection, 100 MiB", "1", "large.bin"),
];

impl Row {
    /// Whether the servers that write a log are in this row.
    pub fn with_log(&self) -> bool {
        matches!(self.name, "64" | "close")
    }

    /// A row of the growth table.
    pub fn of(connections: &'static str) -> Row {
        row("growth", "", connections, "small.txt")
    }
}

/// What one round of one server showed.
#[derive(Clone, Copy)]
pub struct Figures {
    /// Requests a second.
    pub rate: f64,
    /// Microseconds of CPU a request.
    pub cpu: f64,
    /// 99 of 100 answers came within so many milliseconds.
    pub slowest: f64,
    /// Resident memory in the middle of the round, in MiB.
    pub memory: f64,
}

/// One round of wrk.
pub fn measure(server: &Server, row: &Row, seconds: usize) -> Figures {
    let before = server.ticks();
    let mut wrk = Command::new("taskset");
    wrk.args(["-c", row.core, "wrk", "-t1", "--latency"]);
    wrk.args(["-c", row.connections, "-d", &format!("{seconds}s")]);
    if row.close {
        wrk.args(["-H", "Connection: close"]);
    }
    let wrk = wrk
        .arg(format!("http://{}/{}", server.addr, row.file))
        .stdout(Stdio::piped())
        .spawn()
        .expect("wrk starts");
    thread::sleep(Duration::from_secs(seconds as u64) / 2);
    let memory = server.memory();
    let done = wrk.wait_with_output().expect("wrk ends");
    let spent = server.ticks() - before;
    let text = String::from_utf8_lossy(&done.stdout);
    // "  12345 requests in 2.00s, 14.05MB read"
    let line = text.lines().find(|line| line.contains(" requests in "));
    let word = line.and_then(|line| line.split_whitespace().next());
    let requests: f64 = word.and_then(|word| word.parse().ok()).unwrap_or(0.0);
    let slowest = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("99%"));
    Figures {
        rate: requests / seconds as f64,
        // A tick is 10 ms (sysconf(3), _SC_CLK_TCK).
        cpu: spent as f64 * 10_000.0 / requests.max(1.0),
        slowest: milliseconds(slowest.unwrap_or_default().trim()),
        memory,
    }
}

/// `87.00us`, `1.84ms`, `1.02s`
fn milliseconds(text: &str) -> f64 {
    for (unit, factor) in [("us", 0.001), ("ms", 1.0), ("s", 1000.0)] {
        if let Some(number) = text.strip_suffix(unit) {
            return number
                .parse()
                .map_or(f64::NAN, |number: f64| number * factor);
        }
    }
    f64::NAN
}
