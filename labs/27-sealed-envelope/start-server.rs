//! Lab 27 · your server. It reads only once, and answers in HTTP. A client that speaks TLS cannot
//! read an HTTP answer.
//!
//! Read the whole ClientHello, find the name of the site, and answer with an alert. The README has the form
//! of a ClientHello, and the table of alerts. Check it with: cargo lab check 27

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8027"))?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client)) {
            eprintln!("this connection failed: {error}");
        }
    }
    Ok(())
}

fn serve(mut client: &TcpStream) -> io::Result<()> {
    // Here: a ClientHello may come in many pieces, and in several records.
    let mut hello = [0; 4096];
    let count = client.read(&mut hello)?;
    eprintln!("{count} bytes came, the first is {}", hello[0]);

    // Here: if the first byte is not a letter, the client speaks TLS. Which alert must you send?
    client.write_all(
        b"HTTP/1.1 400 Bad Request\r\n\
        Content-Type: text/plain\r\n\
        Content-Length: 28\r\n\
        Connection: close\r\n\
        \r\n\
        this port speaks https: TLS\n",
    )?;
    client.shutdown(Shutdown::Write)?;
    io::copy(&mut client, &mut io::sink())?;
    Ok(())
}

/// An alert record: type 21, version, length 2, level 2 (fatal), reason. Finished.
#[allow(dead_code)]
fn alert(reason: u8) -> [u8; 7] {
    [21, 3, 3, 0, 2, 2, reason]
}
