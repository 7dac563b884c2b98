//! Lab 19 · your server. Four threads share the work, as in some tutorials. Four clients that send nothing
//! end all four threads. Write a server that no client can stop, and that refuses clients if no place is free.
//!
//! You need eight threads, and places for 24 more clients that wait. Check it with: cargo lab check 19

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8019"))?;
    println!("listening on {}", listener.local_addr()?);
    std::panic::set_hook(Box::new(|what| eprintln!("a thread ends: {what}")));

    // Here: this queue has no limit.
    let (sender, queue) = mpsc::channel::<TcpStream>();
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..4 {
        let queue = Arc::clone(&queue);
        thread::spawn(move || {
            loop {
                let client = queue.lock().unwrap().recv().unwrap();
                // Here: what happens to this thread when `serve` panics?
                serve(&client);
            }
        });
    }
    for client in listener.incoming() {
        let _ = sender.send(client?);
    }
    Ok(())
}

/// Answers one request after the other. `GET /share/3` shares twelve tacos among three people.
fn serve(mut client: &TcpStream) {
    let mut lines = BufReader::new(client).lines();
    loop {
        // Here: a client may close without a request, close in the middle of a request, or send nothing.
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
            Some(people) => ("200 OK", format!("{} tacos each\n", 12 / people)),
            None => (
                "404 Not Found",
                "ask for /share/ and a number\n".to_string(),
            ),
        };
        let close = if stays { "" } else { "Connection: close\r\n" };
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{close}\r\n{body}");
        client.write_all(answer.as_bytes()).unwrap();
        if !stays {
            return;
        }
    }
}
