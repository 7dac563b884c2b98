//! Lab 6 · your client. It says "error" for every failure, and it waits for minutes when nobody
//! answers. Teach it four words.
//!
//! It gets one address. It must print one line: the address, a space, and `closed`, `no answer`, `busy`
//! or `open`. It must wait at most half a second for each: the connection and the greeting.
//! Check it with: cargo lab check 6

use std::io::Read;
use std::net::TcpStream;

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8006");

    // Here: how long may this take? Which kind of error was it?
    let Ok(mut server) = TcpStream::connect(addr) else {
        println!("{addr} error");
        return;
    };
    // Here: the connection is there. Does a greeting come?
    match server.read(&mut [0; 64]) {
        Ok(1..) => println!("{addr} open"),
        _ => println!("{addr} error"),
    }
}
