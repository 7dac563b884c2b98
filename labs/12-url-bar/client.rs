//! Lab 12 · The URL bar · the client: it cuts a URL into parts, and sends the parts that the server needs.
//! url.rs cuts the URL.
//!
//!     cargo run --bin lab12-client [[ADDR] URL]
//!
//! With ADDR the client connects to ADDR: no name service has an address for tacos.example (lab 13 is
//! about names). Without ADDR the client connects to the host of the URL.
//! Without URL: http://tacos.example/menu?dish=taco#salsa

mod url;

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::time::Duration;

use url::Url;
use wirelab::net;

const LONGEST_ANSWER: u64 = 1_000_000; // bytes
const PATIENCE: Duration = Duration::from_secs(5);

fn ask(place: &str, url: &Url) -> io::Result<Vec<u8>> {
    let addr = net::address(place).map_err(io::Error::other)?;
    let mut server = net::call(addr, PATIENCE).map_err(io::Error::other)?;

    // Host contains the port only if the port is not 80.
    let (target, host) = (&url.target, &url.host);
    let host = match url.port {
        80 => host.to_string(),
        port => format!("{host}:{port}"),
    };
    let request = format!(
        "GET {target} HTTP/1.1\r\n\
         Host: {host}\r\n\
         Connection: close\r\n\
         \r\n"
    );
    server.write_all(request.as_bytes())?;

    let mut answer = Vec::new();
    server.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    Ok(answer)
}

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if !words.last().is_some_and(|word| word.contains("://")) {
        words.push("http://tacos.example/menu?dish=taco#salsa".to_string());
    }
    let url = &words[words.len() - 1];
    let url = match url::split(url) {
        Ok(parts) => parts,
        Err(why) => {
            eprintln!("lab12-client: {url}: {why}");
            return ExitCode::from(2);
        }
    };
    println!("I call      {}, port {}", url.host, url.port);
    println!("I ask for   {}", url.target);
    println!("I keep      #{}\n", url.fragment);
    let place = match &words[..] {
        [addr, _] => addr.clone(),
        _ => format!("{}:{}", url.host, url.port),
    };
    match ask(&place, &url) {
        Ok(answer) => {
            print!("{}", String::from_utf8_lossy(&answer));
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("lab12-client: {why}");
            ExitCode::FAILURE
        }
    }
}
