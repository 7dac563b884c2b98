//! Lab 16 · Any file, but only those files · the server: it sends any file in its folder, and no file
//! from outside. path.rs finds the file of a path.
//!
//!     cargo run --bin lab16-server [ADDR]          without ADDR: 127.0.0.1:8016
//!
//! The folder is WIRELAB_ROOT. Without WIRELAB_ROOT: labs/16-only-those-files/files.

mod path;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use path::Refusal;
use wirelab::http::{Parsed, RequestHead, head::HeadParser, target, write};
use wirelab::net;

const AT_ONCE: u64 = 65_536; // bytes of a file that one write sends together with the head
const PATIENCE: Duration = Duration::from_secs(5);
const NO_FILE: (u16, &str) = (404, "no such file here");

/// One request, one answer. Returning closes the connection.
fn serve(mut client: &TcpStream, root: &Path) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let (mut parser, mut heard, mut piece) = (HeadParser::new(), Vec::new(), [0; 4096]);
    let found = loop {
        match parser.request(&heard) {
            Ok(Parsed::NeedMore) => {}
            Ok(Parsed::Done { value: head, .. }) => break find(&head, root),
            Err(fault) => break Err((fault.status(), fault.wrong.rule().sentence)),
        }
        let n = client.read(&mut piece)?;
        if n == 0 {
            return Ok(format!("left after {} bytes: no request", heard.len()));
        }
        heard.extend_from_slice(&piece[..n]);
    };
    let (status, said) = match found.and_then(|path| File::open(path).map_err(|_| NO_FILE)) {
        Ok(file) => (200, answer(client, 200, file.metadata()?.len(), file)?),
        Err((status, why)) => {
            let body = format!("{why}\n");
            (
                status,
                answer(client, status, body.len() as u64, body.as_bytes())?,
            )
        }
    };
    let line = heard.split(|byte| *byte == b'\r').next().unwrap_or(&heard);
    let line = line[..line.len().min(60)].escape_ascii();
    Ok(format!("{line} -> {status}, {said} bytes"))
}

/// The file that a request asks for, or the status and the words of the refusal.
fn find(head: &RequestHead, root: &Path) -> Result<PathBuf, (u16, &'static str)> {
    target::host_field(head.version, head.fields, 0)
        .map_err(|fault| (fault.status(), fault.wrong.rule().sentence))?;
    if head.method != b"GET" {
        return Err((501, "GET is all that we know"));
    }
    // The query, which begins at the first ?, is not part of the path.
    let path = head.target.split(|byte| *byte == b'?').next();
    path::find(root, path.unwrap_or_default()).map_err(|refusal| match refusal {
        Refusal::Bad(why) => (400, why),
        Refusal::NoFile => NO_FILE,
    })
}

/// Sends head and body, in one write unless the file is large. Then closes in two steps (lab 5).
fn answer(mut client: &TcpStream, status: u16, length: u64, body: impl Read) -> io::Result<u64> {
    let mut bytes = Vec::new();
    write::status_line(&mut bytes, status);
    bytes.extend(format!("Content-Length: {length}\r\nConnection: close\r\n\r\n").bytes());
    let mut body = body.take(length); // the file may grow while the server reads it
    body.by_ref().take(AT_ONCE).read_to_end(&mut bytes)?;
    client.write_all(&bytes)?;
    let said = bytes.len() as u64 + io::copy(&mut body, &mut client)?;
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(Duration::from_secs(1)))?;
    let _ = io::copy(&mut client.take(16_000_000), &mut io::sink());
    Ok(said)
}

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8016");
    let root = std::env::var("WIRELAB_ROOT").unwrap_or("labs/16-only-those-files/files".into());
    let (listener, place, root) = match open(addr, &root) {
        Ok(open) => open,
        Err((code, why)) => {
            eprintln!("lab16-server: {why}");
            return ExitCode::from(code);
        }
    };
    println!("listening on {place}");
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client, &root)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this client sent nothing for {PATIENCE:?}; the next one, please")
            }
            Err(error) => eprintln!("this client failed: {error}; the next one, please"),
        }
    }
    ExitCode::SUCCESS
}

/// The listener, its address and the folder; or the exit status and the words of the error.
fn open(addr: &str, root: &str) -> Result<(TcpListener, SocketAddr, PathBuf), (u8, String)> {
    let no_folder = |error| (2, format!("{root}: {error}: name a folder in WIRELAB_ROOT"));
    let folder = fs::canonicalize(root).and_then(|root| fs::read_dir(&root).map(|_| root));
    let folder = folder.map_err(no_folder)?;
    let addr = net::address(addr).map_err(|error| (2, error.to_string()))?;
    let listener = net::listen(addr, 128).map_err(|error| (1, error.to_string()))?;
    let place = listener.local_addr().unwrap_or(addr);
    Ok((listener, place, folder))
}
