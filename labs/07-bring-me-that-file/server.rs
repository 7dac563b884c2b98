//! Lab 7 · Bring me that file · the server: it reads one line, sends the bytes of the file that the
//! line names, and hangs up.
//!
//!     cargo run --bin lab07-server [ADDR]          without ADDR: 127.0.0.1:8007
//!
//! It gives away the files of one folder: WIRELAB_ROOT, or else labs/07-bring-me-that-file/files.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

const LONGEST_LINE: usize = 8_000; // bytes; a guest who never ends the line must not fill our memory
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8007");
    let folder = std::env::var_os("WIRELAB_ROOT").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| PathBuf::from("labs/07-bring-me-that-file/files"));
    if !folder.is_dir() {
        let folder = folder.display();
        eprintln!("lab07-server: no folder {folder}: start me where the project lies, or name");
        eprintln!("  a folder of yours in the environment variable WIRELAB_ROOT");
        return ExitCode::from(2);
    }
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lab07-server: {}", why_not(addr, &error));
            let wrong_use = error.kind() == ErrorKind::InvalidInput;
            return ExitCode::from(if wrong_use { 2 } else { 1 });
        }
    };
    match listener.local_addr() {
        Ok(place) => println!("listening on {place}"),
        Err(error) => eprintln!("lab07-server: where am I? {error}"),
    }
    for guest in listener.incoming() {
        match guest.and_then(|guest| serve(&guest, &folder)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this guest waited for {PATIENCE:?}, as we did; the next one, please")
            }
            Err(error) => eprintln!("this guest went wrong: {error}; the next one, please"),
        }
    }
    ExitCode::SUCCESS
}

/// One line in, one file out. Returning closes the connection, and that is the end of the file.
fn serve(mut guest: &TcpStream, folder: &Path) -> io::Result<String> {
    guest.set_read_timeout(Some(PATIENCE))?;
    guest.set_write_timeout(Some(PATIENCE))?;

    let line = read_line(guest)?;
    if line.is_empty() {
        return Ok("a guest came and left without a word".to_string());
    }
    let asked = line.trim_ascii_end().escape_ascii();
    let path = file_name(&line).map(|name| folder.join(name));
    let path = path.filter(|path| fs::metadata(path).is_ok_and(|about| about.is_file()));
    let Some(mut file) = path.and_then(|path| File::open(path).ok()) else {
        // In 1991 there was no other way to say it. The client cannot tell this from a file.
        guest.write_all(b"no such file here\n")?;
        return Ok(format!("{asked} -> no such file here"));
    };
    // From the disk to the wire, piece by piece, whatever the bytes are. Nothing before, nothing after.
    let bytes = io::copy(&mut file, &mut guest)?;
    Ok(format!("{asked} -> {bytes} bytes"))
}

/// Everything up to the first newline; what comes after it is not ours to know.
fn read_line(mut guest: &TcpStream) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut piece = [0; 4096];
    while !line.contains(&b'\n') {
        let n = guest.read(&mut piece)?;
        if n == 0 && line.is_empty() {
            return Ok(line);
        }
        if n == 0 || line.len() > LONGEST_LINE {
            let error = format!("{} bytes and no newline: this is no request", line.len());
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        line.extend_from_slice(&piece[..n]);
    }
    let end = line.iter().position(|byte| *byte == b'\n');
    line.truncate(end.map_or(line.len(), |at| at + 1));
    Ok(line)
}

/// The file that a line such as `GET /menu.txt` asks for. One rule keeps a stranger in the folder: a
/// name is made of letters, digits, `-`, `_` and dots, and begins with no dot. No `/` is in it, and no `..`.
fn file_name(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    let path = line.strip_prefix("GET ")?.split_ascii_whitespace().next()?;
    let name = path.strip_prefix('/')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (!name.is_empty() && !name.starts_with('.') && name.chars().all(plain)).then_some(name)
}

fn why_not(addr: &str, error: &io::Error) -> String {
    let advice = match error.kind() {
        ErrorKind::InvalidInput => "it is no address: write HOST:PORT, like 127.0.0.1:8007",
        ErrorKind::AddrInUse => "it is taken: stop who listens there, or give another port",
        ErrorKind::PermissionDenied => "ports below 1024 are for the system: take 8007",
        ErrorKind::AddrNotAvailable => "this machine has no such address: take 127.0.0.1",
        _ => return format!("cannot listen on {addr}: {error}"),
    };
    format!("{addr}: {advice}")
}
