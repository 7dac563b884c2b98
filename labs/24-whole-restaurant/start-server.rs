//! Lab 24 · your server. It gives the same answer to every request.
//!
//! You wrote the other parts in earlier labs: paths that stay in the folder (16), answers that say what they are (17),
//! connections that stay open (18), many clients at once (19), limits (20), bodies and chunks (21, 22), 304 and
//! 206 (23). Put these parts together, in the eight steps of the README. WIRELAB_ROOT contains the path of the
//! folder, and WIRELAB_NOW contains the time to use. Check your server with: cargo lab check 24

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8024"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        thread::Builder::new().spawn(|| {
            if let Err(error) = client.and_then(|client| serve(&client)) {
                eprintln!("this connection failed: {error}");
            }
        })?;
    }
    Ok(())
}

fn serve(mut client: &TcpStream) -> io::Result<()> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let n = client.read(&mut buffer)?;
        if n == 0 || head.len() > 16_000 {
            return Ok(());
        }
        head.extend_from_slice(&buffer[..n]);
    }

    // Here: which file, which method, which version, which part? And does the connection stay open?
    client.write_all(
        b"HTTP/1.1 200 OK\r\n\
          Content-Type: text/plain; charset=utf-8\r\n\
          Content-Length: 12\r\n\
          Connection: close\r\n\
          \r\n\
          three tacos\n",
    )
}
