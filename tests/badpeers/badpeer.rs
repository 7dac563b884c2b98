//! Small programs with one named flaw each, for the tests of the check: `badpeer FLAW ADDR`.
//! Each listens on (or calls) ADDR, or the address in `WIRELAB_ADDR`, and serves until it is ended.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

type Serve = fn(TcpStream) -> std::io::Result<()>;

/// What a flaw's name stands for.
const SERVERS: &[(&str, Serve)] = &[("echo", echo)];

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let flaw = args.next().unwrap_or_default();
    let addr = args
        .next()
        .or(std::env::var("WIRELAB_ADDR").ok())
        .unwrap_or("127.0.0.1:0".to_string());
    let Some((_, serve)) = SERVERS.iter().find(|(name, _)| *name == flaw) else {
        eprintln!("badpeer: there is no flaw {flaw:?}");
        std::process::exit(2);
    };
    let listener = TcpListener::bind(&addr)?;
    println!("listening on {}", listener.local_addr()?);
    for guest in listener.incoming() {
        if let Err(error) = serve(guest?) {
            eprintln!("a guest left: {error}");
        }
    }
    Ok(())
}

/// No flaw: sends back what comes.
fn echo(mut guest: TcpStream) -> std::io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = guest.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        guest.write_all(&buffer[..n])?;
    }
}
