//! What several tests share: starting a program of the course, and skipping where a tool is missing.

#![allow(dead_code, reason = "each test file uses some of it")]

pub mod browser;
pub mod course_folder;
pub mod peers;
mod programs;
pub mod readme;
mod tools;
pub mod webdriver;
pub mod wrong;

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Condvar, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

#[allow(unused_imports, reason = "each test file uses some of it")]
pub use programs::{WIRELAB, badpeer, bin};
#[allow(unused_imports, reason = "each test file uses some of it")]
pub use tools::{have, ignores_interrupts, processes, python, runs, signal, skip, which};

/// A program of the course that listens on a port of its own; it ends with the value.
pub struct Server {
    child: Child,
    /// Where it listens, as it said itself.
    pub addr: SocketAddr,
}

impl Server {
    /// Starts `program` on a port that the system chooses, and waits for its
    /// `listening on` line. Its log goes nowhere.
    pub fn start(program: &str) -> Server {
        Server::start_with(Command::new(bin(program)).arg("127.0.0.1:0"))
    }

    /// The same for a command that has its arguments already.
    pub fn start_with(command: &mut Command) -> Server {
        Server::start_logging_to(command, Stdio::null())
    }

    /// The same with a pipe for its log, which the test reads.
    pub fn start_logged(command: &mut Command) -> (Server, ChildStderr) {
        let mut server = Server::start_logging_to(command, Stdio::piped());
        let log = server.child.stderr.take().expect("stderr is piped");
        (server, log)
    }

    fn start_logging_to(command: &mut Command, log: Stdio) -> Server {
        let child = command
            // What clients leave there may stay; it is the build's folder.
            .env("TMPDIR", env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log);
        let mut child = child.spawn().expect("the program starts");
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("stdout is piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("its first line can be read");
        let said = line.trim_end().strip_prefix("listening on ");
        let addr = said.unwrap_or_else(|| panic!("its first line was {line:?}"));
        Server {
            child,
            addr: addr.parse().expect("an address"),
        }
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the program still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A course folder with an empty workbench, one for each test program: `WIRELAB_COURSE` names it where a test
/// starts a check, so that nothing is written into the learner's own workbench.
pub fn course() -> &'static Path {
    static COURSE: OnceLock<PathBuf> = OnceLock::new();
    COURSE.get_or_init(|| {
        let name = format!("course-{}", env!("CARGO_CRATE_NAME"));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        let bench = path.join("labs/workbench");
        std::fs::create_dir_all(bench.join("src/bin")).expect("a folder");
        std::fs::write(bench.join("Cargo.toml"), "").expect("a file");
        path
    })
}

/// Looks again and again until it is so. False when it is not after a time that is too long on any
/// machine. For what nobody tells us: that a process is gone, that another program listens.
pub fn soon(mut so: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + Duration::from_secs(120);
    while !so() {
        if Instant::now() > until {
            return false;
        }
        // between two looks: who looks without a pause takes the processor from those it waits for
        thread::sleep(Duration::from_millis(3));
    }
    true
}

/// Waits until somebody accepts at `addr`: of a server that does not say when it listens.
pub fn listens(addr: SocketAddr) -> bool {
    soon(|| TcpStream::connect(addr).is_ok())
}

/// Does something with each of these, several side by side: programs and sockets are mostly waited for.
/// The results come in the order of the items; the last begins first, as later labs take longer.
pub fn side_by_side<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let queue = Mutex::new(items.into_iter().enumerate().collect::<Vec<_>>());
    let done = Mutex::new(Vec::new());
    let hand = || {
        while let Some((place, item)) = { queue.lock().expect("no panic at the queue").pop() } {
            let turn = Turn::take();
            let result = work(item);
            drop(turn);
            let mut done = done.lock().expect("no panic beside the results");
            done.push((place, result));
        }
    };
    thread::scope(|scope| (0..hands()).for_each(|_| drop(scope.spawn(hand))));
    let mut done = done.into_inner().expect("no panic beside the results");
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

/// How many things are done at once, in all tests of a program together. It comes from the processors:
/// most of these things wait for a peer, but with more of them each waits longer for a processor.
fn hands() -> usize {
    const FOR_EACH_PROCESSOR: usize = 12;
    thread::available_parallelism().map_or(1, usize::from) * FOR_EACH_PROCESSOR
}

static BUSY: Mutex<usize> = Mutex::new(0);
static FREE: Condvar = Condvar::new();

/// The right to use one of the hands; it goes on with the value.
struct Turn;

impl Turn {
    fn take() -> Turn {
        let busy = BUSY.lock().expect("no panic at the count");
        let free = FREE.wait_while(busy, |busy| *busy >= hands());
        *free.expect("no panic at the count") += 1;
        Turn
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *BUSY.lock().expect("no panic at the count") -= 1;
        FREE.notify_one();
    }
}
