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
use std::time::Duration;

const LONGEST_LINE: usize = 8_000; // bytes; a client that never ends the line must not fill our memory
const PATIENCE: Duration = Duration::from_secs(5);

/// One line in, one file out. Returning closes the connection, and that is the end of the file.
fn serve(mut client: &TcpStream, folder: &Path) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;

    let line = read_line(client)?;
    if line.is_empty() {
        return Ok("a client came and left without a word".to_string());
    }
    let asked = line.trim_ascii_end().escape_ascii();
    let path = file_name(&line).map(|name| folder.join(name));
    let path = path.filter(|path| fs::metadata(path).is_ok_and(|about| about.is_file()));
    let Some(mut file) = path.and_then(|path| File::open(path).ok()) else {
        // This protocol has no other way to say it. The client cannot tell this from a file.
        client.write_all(b"no such file here\n")?;
        return Ok(format!("{asked} -> no such file here"));
    };
    // From the disk to the wire, piece by piece, whatever the bytes are. Nothing before, nothing after.
    let bytes = io::copy(&mut file, &mut client)?;
    Ok(format!("{asked} -> {bytes} bytes"))
}

/// Everything up to the first newline; what comes after it is ignored.
fn read_line(mut client: &TcpStream) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut piece = [0; 4096];
    while !line.contains(&b'\n') {
        let n = client.read(&mut piece)?;
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

/// The file that a line such as `GET /menu.txt` asks for. One rule keeps all requests in the folder: a
/// name is made of letters, digits, `-`, `_` and dots, and begins with no dot. No `/` is in it, and no `..`.
fn file_name(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    let path = line.strip_prefix("GET ")?.split_ascii_whitespace().next()?;
    let name = path.strip_prefix('/')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (!name.is_empty() && !name.starts_with('.') && name.chars().all(plain)).then_some(name)
}

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8007");
    let folder = std::env::var("WIRELAB_ROOT");
    let folder = folder.unwrap_or("labs/07-bring-me-that-file/files".to_string());
    let folder = PathBuf::from(folder);
    if !folder.is_dir() {
        let folder = folder.display();
        eprintln!("lab07-server: no folder {folder}: start me where the project lies, or name");
        eprintln!("  a folder of yours in the environment variable WIRELAB_ROOT");
        std::process::exit(2);
    }
    let listener = TcpListener::bind(addr).unwrap_or_else(|error| give_up(addr, &error));
    if let Ok(place) = listener.local_addr() {
        println!("listening on {place}");
    }
    for client in listener.incoming() {
        match client.and_then(|client| serve(&client, &folder)) {
            Ok(log) => eprintln!("{log}"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                eprintln!("this client sent nothing for {PATIENCE:?}; the next one, please")
            }
            Err(error) => eprintln!("this client failed: {error}; the next one, please"),
        }
    }
}

/// Without a place to listen nobody can be served: says why not, and ends the program.
fn give_up(addr: &str, error: &io::Error) -> ! {
    let system = error.to_string();
    let (status, why) = match error.kind() {
        ErrorKind::InvalidInput => (2, "is no address: write HOST:PORT"),
        ErrorKind::AddrInUse => (1, "is taken: stop its program, or take another port"),
        ErrorKind::PermissionDenied => (1, "is reserved: take a port above 1023"),
        ErrorKind::AddrNotAvailable => (1, "is not an address of this machine"),
        _ => (1, &system[..]),
    };
    eprintln!("lab07-server: {addr} {why}");
    std::process::exit(status)
}
