//! Real servers: the labs', Python's, nginx's.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::server::{fetch, fetched, told};
use crate::support::{Server, bin, have, listens};
use wirelab::net::free_port;

/// A folder with one file of 300,000 bytes, named `big`.
fn folder(name: &str) -> (PathBuf, Vec<u8>) {
    let folder = std::env::temp_dir().join(format!("wirelab-fetch-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let bytes: Vec<u8> = (0..300_000u32)
        .map(|at| (at.wrapping_mul(at) >> 7) as u8)
        .collect();
    fs::write(folder.join("big"), &bytes).expect("a file");
    (folder, bytes)
}

/// A program that ends with the value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_labs() {
    let lab09 = Server::start("lab09-server");
    assert_eq!(
        fetched(&[&format!("http://{}/", lab09.addr)]),
        b"three tacos\n"
    );
    let lab14 = Server::start("lab14-server");
    assert_eq!(
        fetched(&[&format!("http://{}/menu", lab14.addr)]),
        b"three tacos\n"
    );
}

/// A part of a file, as an interrupted download leaves it, goes on at our own server.
#[test]
fn our_own_server_gives_the_rest() {
    let (folder, bytes) = folder("own");
    let mut command = Command::new(bin("wirelab"));
    command.arg("serve").arg(&folder).args(["--port", "0"]);
    let server = Server::start_with(&mut command);
    goes_on(&folder, &bytes, server.addr);
    let _ = fs::remove_dir_all(folder);
}

#[test]
fn nginx_gives_the_rest() {
    if !have(&["nginx"]) {
        return;
    }
    let (folder, bytes) = folder("nginx");
    // A port of its own for nginx, which cannot be asked which one the system chose.
    let port = free_port(Ipv4Addr::LOCALHOST.into()).expect("a port");
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port.number));
    let temp = |name| format!("{name}_temp_path {}/t;", folder.display());
    let temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(temp)
        .join(" ");
    let config = format!(
        "daemon off; master_process off; worker_processes 1; pid {0}/pid; error_log stderr crit;\n\
         events {{}}\nhttp {{ access_log off; {temps} server {{ listen {addr}; root {0}; }} }}\n",
        folder.display()
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, config).expect("a file");
    let mut command = Command::new("nginx");
    command
        .arg("-p")
        .arg(&folder)
        .arg("-c")
        .arg(&file)
        .stderr(Stdio::null());
    let _nginx = Running(command.spawn().expect("nginx starts"));
    assert!(listens(addr), "nginx does not listen");
    goes_on(&folder, &bytes, addr);
    let _ = fs::remove_dir_all(folder);
}

/// Fetches `big` whole, then from a part with the note of the first run.
fn goes_on(folder: &Path, bytes: &[u8], addr: SocketAddr) {
    let url = format!("http://{addr}/big");
    assert_eq!(fetched(&[&url]), bytes);
    let head = fetched(&["--head", &url]);
    let head = String::from_utf8_lossy(&head);
    let tag = head.lines().find_map(|line| line.strip_prefix("ETag: "));
    let tag = tag.unwrap_or_else(|| panic!("no ETag: {head}"));
    let out = folder.join("out");
    fs::write(folder.join("out.part"), &bytes[..100_000]).expect("a part");
    let note = format!("URL: {url}\nIf-Range: {tag}\nContent-Length: 300000\n");
    fs::write(folder.join("out.part-of"), note).expect("a note");
    let output = fetch(&["-o", &out.to_string_lossy(), &url]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(
        told(&output).contains("the first 100000 were there"),
        "{}",
        told(&output)
    );
    assert_eq!(fs::read(&out).expect("the file"), bytes);
}

/// Python's server knows no ranges, so it sends the whole, and that is taken.
#[test]
fn python_sends_the_whole() {
    if !have(&["python3"]) {
        return;
    }
    let (folder, bytes) = folder("python");
    let mut command = Command::new("python3");
    command.args(["-u", "-m", "http.server", "--bind", "127.0.0.1", "0"]);
    command
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut python = Running(command.spawn().expect("python starts"));
    let stdout = python.0.stdout.as_mut().expect("stdout is piped");
    let mut line = String::new();
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("its first line");
    // Serving HTTP on 127.0.0.1 port 36123 (http://127.0.0.1:36123/) ...
    let port = line.split_whitespace().nth(5).unwrap_or_default();
    let url = format!("http://127.0.0.1:{port}/big");
    assert_eq!(fetched(&[&url]), bytes);
    let out = folder.join("out");
    fs::write(folder.join("out.part"), &bytes[..100_000]).expect("a part");
    let note = format!("URL: {url}\nIf-Range: \"of another time\"\nContent-Length: 300000\n");
    fs::write(folder.join("out.part-of"), note).expect("a note");
    let output = fetch(&["-o", &out.to_string_lossy(), &url]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(fs::read(&out).expect("the file"), bytes);
    let _ = fs::remove_dir_all(folder);
}
