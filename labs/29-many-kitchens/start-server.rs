//! Lab 29 · your load balancer. It gives one request to the first server, the next one to the second. But the servers
//! believe that each client is the balancer, and if a server dies, its clients get no answer.
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
    // Here: GET /health is about all servers.
    // Here: what if nobody listens there, or the server closes in the middle of its answer? And if the request is a
    // POST?
    let answer = ask(&request, server)?;
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Write)?;
    io::copy(&mut client.take(LONGEST), &mut io::sink())?;
    Ok(())
}

/// The head of a request. (A POST has a body, too: read as many bytes as its Content-Length says.)
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

/// Asks the server, which closes after its answer.
fn ask(request: &str, server: &str) -> io::Result<Vec<u8>> {
    // Here: which client asks? The server sees only our address. And who wrote the X-Forwarded-For line?
    let mut server = TcpStream::connect(server)?;
    server.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    // Here: is the answer whole? Its Content-Length says how many bytes the body has.
    server.take(LONGEST).read_to_end(&mut answer)?;
    Ok(answer)
}
