//! Lab 21 · Bring your own food · the client. It asks the server before it sends a body. Then it fetches the
//! plate, and deletes it.
//!
//!     cargo run --bin lab21-client [ADDR [BYTES]]  without: 127.0.0.1:8021, three tacos

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use wirelab::http::{Parsed, head::HeadParser};
use wirelab::net;

const PATIENCE: Duration = Duration::from_secs(5);
const FOR_100: Duration = Duration::from_secs(3); // some servers never send 100: after this time we send the body

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8021".to_string());
    let heavy = words.next().filter(|word| !word.is_empty());
    let plate = match heavy.map(|word| word.parse()) {
        None => b"three tacos\n".to_vec(),
        Some(Ok(bytes @ 0..=100_000_000)) => vec![b'.'; bytes],
        Some(_) => {
            eprintln!("lab21-client: the second word is a number of bytes, at most 100000000");
            return ExitCode::from(2);
        }
    };
    let addr = net::address(&addr).map_err(|error| (2, error.to_string()));
    let server = addr.and_then(|addr| net::call(addr, PATIENCE).map_err(|e| (1, e.to_string())));
    match server.and_then(|server| visit(&server, &plate).map_err(|e| (1, in_words(&e)))) {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, why)) => {
            eprintln!("lab21-client: {why}");
            ExitCode::from(code)
        }
    }
}

fn visit(mut server: &TcpStream, plate: &[u8]) -> io::Result<()> {
    let mut received = Vec::new();
    let question = format!(
        "PUT /plate HTTP/1.1\r\n\
         Host: tacos.example\r\n\
         Content-Length: {}\r\n\
         Expect: 100-continue\r\n\
         \r\n",
        plate.len()
    );
    server.write_all(question.as_bytes())?;
    // So far we have sent only the head. The body may be large. The server's answer says whether to send the body.
    server.set_read_timeout(Some(FOR_100))?;
    let first = match answer(server, &mut received) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
        word => Some(word?),
    };
    server.set_read_timeout(Some(PATIENCE))?;
    let (status, body) = match first {
        Some((status, body)) if status >= 200 => (status, body),
        _ => {
            server.write_all(plate)?;
            answer(server, &mut received)?
        }
    };
    println!("PUT: {status}");
    if status >= 300 {
        server.read_to_end(&mut received)?;
        let why = String::from_utf8_lossy(&body);
        return Err(io::Error::other(why.trim_end()));
    }

    server.write_all(b"GET /plate HTTP/1.1\r\nHost: tacos.example\r\n\r\n")?;
    let (status, body) = answer(server, &mut received)?;
    println!("GET: {status}, {} bytes", body.len());

    server
        .write_all(b"DELETE /plate HTTP/1.1\r\nHost: tacos.example\r\nConnection: close\r\n\r\n")?;
    println!("DELETE: {}", answer(server, &mut received)?.0);
    server.read_to_end(&mut received)?; // the server closes first
    Ok(())
}

/// The next answer: its status and its body. Bytes that come after the answer stay in `received`.
fn answer(mut server: &TcpStream, received: &mut Vec<u8>) -> io::Result<(u16, Vec<u8>)> {
    let mut buffer = [0; 65_536];
    loop {
        // Parses from the beginning each time: the answers are short, so this costs little.
        if let Parsed::Done { value, used } = HeadParser::new()
            .response(received)
            .map_err(|fault| io::Error::other(fault.wrong.rule().sentence))?
        {
            let status = value.status;
            let length = value.fields.only("content-length").unwrap_or(b"0");
            let length: usize = String::from_utf8_lossy(length).parse().unwrap_or(0);
            if received.len() - used >= length {
                let body = received[used..used + length].to_vec();
                received.drain(..used + length);
                return Ok((status, body));
            }
        }
        let n = server.read(&mut buffer)?;
        if n == 0 || received.len() > 200_000_000 {
            return Err(io::Error::other(
                "the server closed in the middle of an answer",
            ));
        }
        received.extend_from_slice(&buffer[..n]);
    }
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::WouldBlock => format!("the server sent nothing for {PATIENCE:?}"),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            "the server reset the connection: look at its terminal".to_string()
        }
        _ => error.to_string(),
    }
}
