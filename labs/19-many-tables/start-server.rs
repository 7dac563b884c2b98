//! Lab 19 · your server. Four waiters share the work, as many a tutorial does it. After four guests who said
//! nothing there is no waiter left. Make it survive everybody, and turn away whom it cannot serve.
//!
//! Eight waiters, and chairs for 24 who wait. Check it with: cargo lab check 19

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8019"))?;
    println!("listening on {}", listener.local_addr()?);
    std::panic::set_hook(Box::new(|what| eprintln!("a waiter drops dead: {what}")));

    // Here: how long may this queue become?
    let (door, queue) = mpsc::channel::<TcpStream>();
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..4 {
        let queue = Arc::clone(&queue);
        thread::spawn(move || {
            loop {
                let guest = queue.lock().unwrap().recv().unwrap();
                // Here: what becomes of this waiter when `serve` panics?
                serve(&guest);
            }
        });
    }
    for guest in listener.incoming() {
        let _ = door.send(guest?);
    }
    Ok(())
}

/// Answers request after request. `GET /share/3` says how many of twelve tacos each of three gets.
fn serve(mut guest: &TcpStream) {
    let mut lines = BufReader::new(guest).lines();
    loop {
        // Here: a guest may leave without a word, break off, or sleep at the table.
        let request = lines.next().unwrap().unwrap();
        let mut stays = true;
        loop {
            let line = lines.next().unwrap().unwrap();
            if line.is_empty() {
                break;
            }
            if line.eq_ignore_ascii_case("Connection: close") {
                stays = false;
            }
        }
        let path = request.split(' ').nth(1).unwrap();
        let number = path
            .strip_prefix("/share/")
            .and_then(|number| number.parse::<u32>().ok());
        let (status, body) = match number {
            Some(guests) => ("200 OK", format!("{} tacos each\n", 12 / guests)),
            None => (
                "404 Not Found",
                "ask for /share/ and a number\n".to_string(),
            ),
        };
        let close = if stays { "" } else { "Connection: close\r\n" };
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{close}\r\n{body}");
        guest.write_all(answer.as_bytes()).unwrap();
        if !stays {
            return;
        }
    }
}
