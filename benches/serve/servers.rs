//! The servers that are measured, each on one core, each with the same folder.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::book;
use crate::support::have;

/// The index in [`all`] of the one that all others are compared with.
pub const NGINX: usize = 1;
/// The first two indexes are those of the two that every row compares.
pub const WIRELAB: usize = 0;
/// The same two, with their logs written to a file.
pub const LOGGING: [usize; 2] = [4, 5];

/// A server under test; it ends with the value.
pub struct Server {
    /// As the table calls it.
    pub name: &'static str,
    /// Where it listens.
    pub addr: SocketAddr,
    child: Child,
    /// What it consists of: nginx's worker is a child of what we started.
    pub processes: Vec<u32>,
}

/// All of them, started; lighttpd is the last, where it is installed.
pub fn all() -> Vec<Server> {
    let folder = folder();
    let off = "access_log off;";
    let cache = "access_log off; open_file_cache max=512; open_file_cache_valid 1s;";
    let log = format!("access_log {}/nginx-access.log;", folder.display());
    let mut servers = vec![
        with_first_line("wirelab", wirelab(&folder, &["--quiet"])),
        nginx("nginx", &folder, off),
        nginx("nginx, cache", &folder, cache),
        with_first_line("thread a client", book::command(&folder.join("www"))),
        with_first_line("wirelab, log", logging(&folder)),
        nginx("nginx, log", &folder, &log),
    ];
    if have("lighttpd") {
        servers.push(lighttpd(&folder));
    }
    servers
}

/// The folder that all serve.
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

fn wirelab(folder: &Path, options: &[&str]) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "0", env!("CARGO_BIN_EXE_wirelab"), "serve"]);
    command.arg(folder.join("www"));
    command.args(["--port", "0"]).args(options);
    command
}

/// The same with its log in a file.
fn logging(folder: &Path) -> Command {
    let log =
        fs::File::create(folder.join("wirelab-access.log")).expect("the folder can be written");
    let mut command = wirelab(folder, &[]);
    command.stderr(log);
    command
}

fn lighttpd(folder: &Path) -> Server {
    let held = wirelab::net::free_port([127, 0, 0, 1].into()).expect("a port is free");
    let port = held.number;
    let www = folder.join("www");
    // It keeps only 16 bits of this number, and closes each connection after so many answers.
    let text = format!(
        "server.document-root = \"{}\"\nserver.bind = \"127.0.0.1\"\nserver.port = {port}\n\
         server.max-keep-alive-requests = 65535\nserver.max-connections = 16384\n\
         server.max-fds = 20000\nserver.max-keep-alive-idle = 60\n\
         mimetype.assign = (\".txt\" => \"text/plain\")\n",
        www.display()
    );
    let file = folder.join(format!("{port}.conf"));
    fs::write(&file, text).expect("the folder can be written");
    let child = Command::new("taskset")
        .args(["-c", "0", "lighttpd", "-D", "-f"])
        .arg(&file)
        .stderr(Stdio::null())
        .spawn()
        .expect("taskset starts");
    let server = Server {
        name: "lighttpd",
        addr: ([127, 0, 0, 1], port).into(),
        processes: vec![child.id()],
        child,
    };
    let deadline = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(server.addr).is_err() {
        assert!(Instant::now() < deadline, "lighttpd does not start");
        thread::yield_now();
    }
    server
}

/// A server that prints `listening on ADDR` first.
fn with_first_line(name: &'static str, mut command: Command) -> Server {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("taskset starts");
    let mut line = String::new();
    let stdout = child.stdout.as_mut().expect("stdout is piped");
    let read = BufReader::new(stdout).read_line(&mut line);
    let addr = line.trim_end().rsplit(' ').next().unwrap_or_default();
    Server {
        name,
        addr: addr
            .parse()
            .unwrap_or_else(|_| panic!("{name} says where: {read:?} {line:?}")),
        processes: vec![child.id()],
        child,
    }
}

/// nginx with one worker, for as many clients as `wirelab serve` has seats for.
fn nginx(name: &'static str, folder: &Path, more: &str) -> Server {
    let held = wirelab::net::free_port([127, 0, 0, 1].into()).expect("a port is free");
    let port = held.number;
    let own = folder.join(name.replace(", ", "-"));
    fs::create_dir_all(&own).expect("the folder can be made");
    // A program of its own, which shares its memory with no other nginx on this machine.
    let program = own.join("nginx");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).find(|folder| folder.join("nginx").is_file());
    fs::copy(found.expect("nginx is installed").join("nginx"), &program).expect("it is copied");
    let (own, www) = (own.display(), folder.join("www"));
    let www = www.display();
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {own}/{name};"))
        .concat();
    // A client that is read for takes one of them; 16,384 are the next power of two above our 8,000.
    let text = format!(
        "daemon off; worker_processes 1; pid {own}/pid; events {{ worker_connections 16384; }}\n\
         http {{ sendfile on; keepalive_requests 100000000; {paths} {more}\n\
         server {{ listen 127.0.0.1:{port}; root {www}; }} }}\n"
    );
    let file = folder.join(format!("{port}.conf"));
    fs::write(&file, text).expect("the folder can be written");
    let child = Command::new("taskset")
        .args(["-c", "0"])
        .arg(program)
        .args(["-e", "stderr", "-c"])
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("taskset starts");
    let mut server = Server {
        name,
        addr: ([127, 0, 0, 1], port).into(),
        processes: vec![child.id()],
        child,
    };
    // It listens before it has a worker.
    let deadline = Instant::now() + Duration::from_secs(10);
    while server.processes.len() < 2 || TcpStream::connect(server.addr).is_err() {
        if Instant::now() > deadline {
            let _ = server.child.kill();
            let mut said = String::new();
            let stderr = server.child.stderr.as_mut();
            let _ = stderr.map(|stderr| stderr.read_to_string(&mut said));
            panic!("nginx does not start: {said}");
        }
        let path = format!("/proc/{0}/task/{0}/children", server.child.id());
        let children = fs::read_to_string(path).unwrap_or_default();
        let workers = children.split_whitespace().flat_map(str::parse::<u32>);
        server.processes.truncate(1);
        server.processes.extend(workers);
        thread::yield_now();
    }
    let _ = fs::remove_file(file);
    server
}

impl Server {
    /// CPU time so far, in ticks of 10 ms: the 14th and 15th word of the line (proc(5)).
    pub fn ticks(&self) -> u64 {
        let of = |process: &u32| -> u64 {
            let line = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            let behind_name = line.rsplit(')').next().unwrap_or_default();
            let words = behind_name.split_whitespace().skip(11).take(2);
            words.filter_map(|word| word.parse::<u64>().ok()).sum()
        };
        self.processes.iter().map(of).sum()
    }

    /// Resident memory in MiB; what several processes share is counted once (Pss; proc(5)).
    pub fn memory(&self) -> f64 {
        let of = |process: &u32| -> f64 {
            let path = format!("/proc/{process}/smaps_rollup");
            let text = fs::read_to_string(path).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with("Pss:"));
            let word = line.and_then(|line| line.split_whitespace().nth(1));
            word.and_then(|word| word.parse().ok()).unwrap_or(0.0)
        };
        self.processes.iter().map(of).sum::<f64>() / 1024.0
    }
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
