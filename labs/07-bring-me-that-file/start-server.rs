//! Lab 7 · your server. It sends the menu, but it cannot send a picture. Make it send any file
//! unchanged.
//!
//! Its files are in the folder WIRELAB_ROOT. A file that is not there, or a name that is not allowed,
//! gets `no such file here\n`; that part is finished. Check it with: cargo lab check 7

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let folder = std::env::var("WIRELAB_ROOT");
    let folder = folder.unwrap_or("labs/07-bring-me-that-file/files".to_string());
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8007"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client, Path::new(&folder))) {
            eprintln!("this client failed: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(mut client: &TcpStream, folder: &Path) -> io::Result<()> {
    let mut line = Vec::new();
    BufReader::new(client.take(8_000)).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(());
    }
    let path = file_name(&line).map(|name| folder.join(name));
    let Some(path) = path.filter(|path| path.is_file()) else {
        return client.write_all(b"no such file here\n");
    };

    // Here: this works for a menu. What does it do with a picture?
    let text = fs::read_to_string(path)?;
    client.write_all(text.as_bytes())
}

/// The file that a line such as `GET /menu.txt` asks for. A name is made of letters, digits, `-`, `_`
/// and dots, and begins with no dot: no path leads out of the folder.
fn file_name(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    let path = line.strip_prefix("GET ")?.split_ascii_whitespace().next()?;
    let name = path.strip_prefix('/')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (!name.is_empty() && !name.starts_with('.') && name.chars().all(plain)).then_some(name)
}
