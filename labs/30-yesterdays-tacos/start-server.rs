//! Lab 30 · your cache. It stores every answer for ever, and sends it to every client that asks for the
//! same path. So a client may get the menu of another client. Change it: it must follow the rules of the README.
//!
//! The second argument is the address of the server, and WIRELAB_NOW contains the time to use.
//! Check it with: cargo lab check 30

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

const LONGEST: u64 = 1_000_000; // bytes of one message

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8030".to_string());
    let upstream = words.next().unwrap_or("127.0.0.1:9030".to_string());
    let listener = TcpListener::bind(addr)?;
    println!("listening on {}", listener.local_addr()?);

    let mut stored = HashMap::new();
    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client, &upstream, &mut stored)) {
            eprintln!("this client failed: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(
    mut client: &TcpStream,
    upstream: &str,
    stored: &mut HashMap<String, Vec<u8>>,
) -> io::Result<()> {
    let request = read_request(client)?;
    let target = request.split(' ').nth(1).unwrap_or_default().to_string();
    let answer = match stored.get(&target) {
        // Here: for which request was this answer made? How old is the answer? May we send it? Add `Age`.
        Some(answer) => answer.clone(),
        None => {
            let answer = ask(&request, upstream)?;
            // Here: which answers must we not store?
            stored.insert(target, answer.clone());
            answer
        }
    };
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Write)?;
    io::copy(&mut client.take(LONGEST), &mut io::sink())?;
    Ok(())
}

/// Reads the head of a request. (A POST also has a body: read as many bytes as its Content-Length says.)
fn read_request(client: &TcpStream) -> io::Result<String> {
    let mut request = String::new();
    let mut reader = BufReader::new(client).take(LONGEST);
    while !request.ends_with("\r\n\r\n") {
        if reader.read_line(&mut request)? == 0 {
            break;
        }
    }
    Ok(request)
}

/// Sends the request to the server, with the line `Via`. The server closes after its answer.
fn ask(request: &str, upstream: &str) -> io::Result<Vec<u8>> {
    let request = request.replace(
        "Connection: close\r\n",
        "Via: 1.1 cache\r\nConnection: close\r\n",
    );
    let mut server = TcpStream::connect(upstream)?;
    server.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    // Here: is the answer complete? Its Content-Length says how many bytes the body has.
    server.take(LONGEST).read_to_end(&mut answer)?;
    Ok(answer)
}
