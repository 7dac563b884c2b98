//! Lab 29 · your load balancer. It sends one request to the first server, and the next request to the second server.
//! But the servers see only the balancer's address, and if a server ends, its clients get no answer.
//!
//! The README has the rules. Check it with: cargo lab check 29

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

const LONGEST: u64 = 1_000_000; // bytes of one message

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8029".to_string());
    let mut servers: Vec<String> = words.collect();
    // Here: if the last word is `proxy`, each connection begins with a PROXY line.
    servers.retain(|word| word != "proxy");
    if servers.is_empty() {
        servers = ["127.0.0.1:9029", "127.0.0.1:9129"]
            .map(String::from)
            .into();
    }
    let listener = TcpListener::bind(addr)?;
    println!("listening on {}", listener.local_addr()?);

    for (next, client) in listener.incoming().enumerate() {
        let server = &servers[next % servers.len()];
        if let Err(error) = client.and_then(|client| serve(&client, server)) {
            eprintln!("this client failed: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(mut client: &TcpStream, server: &str) -> io::Result<()> {
    let request = read_request(client)?;
    // Here: send a GET /health to all servers.
    // Here: what if no server listens at this address? What if it closes in the middle of its answer? What of a POST?
    let answer = ask(&request, server)?;
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

/// Sends the request to the server. The server closes after its answer.
fn ask(request: &str, server: &str) -> io::Result<Vec<u8>> {
    // Here: which client sent this request? Who wrote the X-Forwarded-For line? The server sees only our address.
    let mut server = TcpStream::connect(server)?;
    server.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    // Here: is the answer complete? Its Content-Length says how many bytes the body has.
    server.take(LONGEST).read_to_end(&mut answer)?;
    Ok(answer)
}
