//! Lab 16 · your server. It joins its folder and the path of the request, and opens the result. Write
//! `find` by the seven steps in the README. The rest is finished.
//!
//! The server's folder is WIRELAB_ROOT. Check it with: cargo lab check 16

use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

/// The file that `path` names in the folder `root`, or the status and the words of a refusal:
/// `404 Not Found` with `no such file here`, or `400 Bad Request` and one of
/// `a % needs two hex digits`, `no file name holds a NUL`, `a slash hides in a name`.
fn find(root: &Path, path: &str) -> Result<PathBuf, (&'static str, &'static str)> {
    // Here: steps 2 to 7. (`serve` does step 1: it cuts off the query.)
    let place = PathBuf::from(format!("{}{path}", root.display()));
    if place.is_file() {
        return Ok(place);
    }
    Err(("404 Not Found", "no such file here"))
}

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let root = std::env::var("WIRELAB_ROOT");
    let root = root.unwrap_or("labs/16-only-those-files/files".to_string());
    let root = fs::canonicalize(root)?;
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8016"))?;
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
    // The second word of the request, up to the first ? in this word.
    let head = String::from_utf8_lossy(&head);
    let target = head.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();

    let (status, body) = match find(root, path) {
        Ok(file) => ("200 OK", fs::read(file)?),
        Err((status, why)) => (status, format!("{why}\n").into_bytes()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         \r\n",
        body.len()
    );
    client.write_all(&[head.as_bytes(), &body].concat())
}
