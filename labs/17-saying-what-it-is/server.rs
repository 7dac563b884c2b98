//! Lab 17 · Saying what it is · the server: it reads a request, and describes its answer in the head.
//! answer.rs and date.rs make the answer.
//!
//!     cargo run --bin lab17-server [ADDR]          without ADDR: 127.0.0.1:8017
//!
//! The folder is WIRELAB_ROOT. Without WIRELAB_ROOT: labs/17-saying-what-it-is/files. The current time is
//! WIRELAB_NOW, in seconds since 1970. Without WIRELAB_NOW: the clock of the system.

mod answer;
mod date;

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use answer::House;
use wirelab::http::{Parsed, head::HeadParser};
use wirelab::net;

const AT_ONCE: u64 = 65_536; // bytes of a file that one write sends together with the head
const PATIENCE: Duration = Duration::from_secs(5);
const FAREWELL: Duration = Duration::from_secs(1); // the longest wait of each read after the answer

/// One request, one answer. Returning closes the connection.
fn serve(mut client: &TcpStream, house: &House) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let (mut parser, mut heard, mut piece) = (HeadParser::new(), Vec::new(), [0; 4096]);
    let mut answer = loop {
        match parser.request(&heard) {
            Ok(Parsed::NeedMore) => {}
            Ok(Parsed::Done { value: head, .. }) => break house.answer(&head),
            // 400, 414, 431, 501, and 505 for a version that the server does not support.
            Err(fault) => break house.no(fault.status(), fault.wrong.rule().sentence),
        }
        let n = client.read(&mut piece)?;
        if n == 0 {
            return Ok(format!("left after {} bytes: no request", heard.len()));
        }
        heard.extend_from_slice(&piece[..n]);
    };
    // The answer to HEAD has the same head as for GET, with the same Content-Length, and no body.
    if heard.starts_with(b"HEAD ") {
        answer.body = Box::new(io::empty());
    }
    // Head and body in one write, unless the file is large; then a close in two steps (lab 5).
    let mut bytes = answer.head.into_bytes();
    answer.body.by_ref().take(AT_ONCE).read_to_end(&mut bytes)?;
    client.write_all(&bytes)?;
    let said = bytes.len() as u64 + io::copy(&mut answer.body, &mut client)?;
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(FAREWELL))?;
    let _ = io::copy(&mut client.take(16_000_000), &mut io::sink());

    let line = heard.split(|byte| *byte == b'\r').next().unwrap_or(&heard);
    let line = line[..line.len().min(60)].escape_ascii();
    Ok(format!("{line} -> {}, {said} bytes", answer.status))
}

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let (listener, place, house) = match open(addr.as_deref().unwrap_or("127.0.0.1:8017")) {
        Ok(open) => open,
        Err((code, why)) => {
            eprintln!("lab17-server: {why}");
            return ExitCode::from(code);
        }
    };
    println!("listening on {place}");
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client, &house)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this client sent nothing for {PATIENCE:?}; the next one, please")
            }
            Err(error) => eprintln!("this client failed: {error}; the next one, please"),
        }
    }
    ExitCode::SUCCESS
}

/// The listener, its address, the folder and the clock; or the exit status and the words of the error.
fn open(addr: &str) -> Result<(TcpListener, SocketAddr, House), (u8, String)> {
    let root = std::env::var("WIRELAB_ROOT");
    let root = root.unwrap_or("labs/17-saying-what-it-is/files".to_string());
    let folder = fs::canonicalize(&root).and_then(|root| fs::read_dir(&root).map(|_| root));
    let no_folder = |error| (2, format!("{root}: {error}: name a folder in WIRELAB_ROOT"));
    let root = folder.map_err(no_folder)?;

    let now = std::env::var("WIRELAB_NOW").ok();
    let seconds = now
        .as_ref()
        .map(|now| now.parse::<u64>().unwrap_or(u64::MAX));
    if seconds.is_some_and(|seconds| seconds > date::LAST) {
        let now = now.unwrap_or_default();
        return Err((
            2,
            format!("WIRELAB_NOW is {now:?}: write seconds since 1970"),
        ));
    }
    let addr = net::address(addr).map_err(|error| (2, error.to_string()))?;
    let listener = net::listen(addr, 128).map_err(|error| (1, error.to_string()))?;
    let place = listener.local_addr().unwrap_or(addr);
    Ok((listener, place, House { root, now: seconds }))
}
