//! Lab 17 · your server. It sends files, but its answers do not describe the files, and it ignores the
//! method. Write `answer`. The rest is finished.
//!
//! The server's folder is WIRELAB_ROOT. WIRELAB_NOW is the time for Date, in seconds since 1970. Without
//! WIRELAB_NOW, use the clock of the system. `wirelab::http::date::format` writes a date, if you do not want to
//! write it yourself, and `wirelab::http::write::reason` has the words after a status number.
//! Check it with: cargo lab check 17

use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use wirelab::http::target;

/// The whole answer to a request: `method`, `target` and `version` are the three words of its first line.
fn answer(root: &Path, method: &str, target: &str, version: &str) -> Vec<u8> {
    eprintln!("{method} {target} {version}");
    // Here: test the version and the method; send the date and the type; send no body for HEAD.
    let path = target.split('?').next().unwrap_or_default();
    match find(root, path).and_then(|file| fs::read(file).ok()) {
        Some(body) => {
            let head = format!(
                "HTTP/1.1 200 OK\r\n\
                 Content-Length: {}\r\n\
                 Connection: close\r\n\
                 \r\n",
                body.len()
            );
            [head.as_bytes(), &body].concat()
        }
        // Here: a refusal needs the same header lines and a body.
        None => b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec(),
    }
}

/// The file that a path names (lab 16). Finished.
fn find(root: &Path, path: &str) -> Option<PathBuf> {
    let (names, is_folder) = target::names(path.as_bytes()).ok()?;
    let names: Result<PathBuf, _> = names.into_iter().map(String::from_utf8).collect();
    let real = fs::canonicalize(root.join(names.ok()?)).ok()?;
    (!is_folder && real.is_file() && real.starts_with(root)).then_some(real)
}

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let root = std::env::var("WIRELAB_ROOT");
    let root = root.unwrap_or("labs/17-saying-what-it-is/files".to_string());
    let root = fs::canonicalize(root)?;
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8017"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client, &root)) {
            eprintln!("this client failed: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(mut client: &TcpStream, root: &Path) -> io::Result<()> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let n = client.read(&mut piece)?;
        if n == 0 || head.len() > 65_536 {
            return Ok(());
        }
        head.extend_from_slice(&piece[..n]);
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let mut word = || words.next().unwrap_or_default();
    client.write_all(&answer(root, word(), word(), word()))
}
