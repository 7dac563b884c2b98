//! Lab 6 · your client. Whatever goes wrong, it says "error", and when nobody opens it waits for
//! minutes. Teach it four words.
//!
//! For the address that it is told it prints one line, the address and a word: `closed`, `no answer`,
//! `busy`, or `open`.
//! Check it with: cargo lab check 6

use std::io::Read;
use std::net::TcpStream;

fn main() {
    let addr = std::env::args().nth(1);
    let addr = addr.as_deref().unwrap_or("127.0.0.1:8006");

    // Here: how long do we wait, and who decides that? Which error was it?
    let Ok(mut server) = TcpStream::connect(addr) else {
        println!("{addr} error");
        return;
    };
    // Here: the door has opened. Does anybody speak?
    match server.read(&mut [0; 64]) {
        Ok(1..) => println!("{addr} open"),
        _ => println!("{addr} error"),
    }
}
