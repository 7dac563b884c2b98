//! A server of the kind that a first book on Rust builds: a thread a client, a file opened and read
//! whole for each request. It understands as much of HTTP as wrk needs.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

/// The word that makes this benchmark such a server.
pub const WORD: &str = "--thread-a-client";

/// Starts this very program as the server.
pub fn command(folder: &Path) -> Command {
    let own = std::env::current_exe().expect("this program has a path");
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(own).arg(WORD).arg(folder);
    command
}

/// Serves the folder that stands last on the command line.
pub fn serve() {
    let folder = PathBuf::from(std::env::args_os().next_back().expect("a folder is given"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let addr = listener.local_addr().expect("it has an address");
    println!("listening on {addr}");
    for stream in listener.incoming().flatten() {
        let folder = folder.clone();
        thread::spawn(move || client(&folder, stream));
    }
}

fn client(folder: &Path, mut stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let Ok(reading) = stream.try_clone() else {
        return;
    };
    let mut reading = BufReader::new(reading);
    loop {
        let (mut target, mut close) = (String::new(), false);
        loop {
            let mut line = String::new();
            if reading.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            close |= line.eq_ignore_ascii_case("connection: close\r\n");
            if target.is_empty() {
                target = line.split(' ').nth(1).unwrap_or_default().to_string();
            }
            if line == "\r\n" {
                break;
            }
        }
        let content = fs::read(folder.join(target.trim_start_matches('/'))).unwrap_or_default();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            content.len()
        );
        let answer = [head.as_bytes(), &content].concat();
        if stream.write_all(&answer).is_err() || close {
            return;
        }
    }
}
