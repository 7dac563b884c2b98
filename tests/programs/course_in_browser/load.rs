//! A thousand events a second: a reader gets every row in its order, a page shows them all, and the memory stays
//! bounded.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use wirelab::json::Json;

use super::tap::{page_addr, started_tap};
use super::visitor::token_at;
use crate::support::soon;
use crate::support::webdriver::Browser;

/// Messages that are sent and come back: each makes two rows. `WIRELAB_LONG` asks for the 20 seconds of the design.
fn messages() -> usize {
    match std::env::var_os("WIRELAB_LONG") {
        Some(_) => 10_000,
        None => 1_000,
    }
}

/// Two rows each.
const PACE: Duration = Duration::from_millis(2);

/// More memory than this the process never has: 4 MiB of rows, the recording, and itself.
const MOST_MEMORY: u64 = 64 * 1024 * 1024;

/// A server that sends everything back.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let addr = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut back = stream.try_clone().expect("another handle");
            let _ = std::io::copy(&mut &stream, &mut back);
        }
    });
    addr
}

/// Sends the messages at the pace of the design, each when the one before is back.
fn send(tap: SocketAddr) -> Duration {
    let mut stream = TcpStream::connect(tap).expect("the tap listens");
    stream.set_nodelay(true).expect("an option");
    let begun = Instant::now();
    for number in 0..messages() {
        let message = format!("message {number:06}\n");
        stream.write_all(message.as_bytes()).expect("it is taken");
        let mut back = vec![0; message.len()];
        stream.read_exact(&mut back).expect("it comes back");
        assert_eq!(back, message.as_bytes());
        let next = PACE * (number as u32 + 1);
        // a slow peer: the pace of the design
        thread::sleep(next.saturating_sub(begun.elapsed()));
    }
    begun.elapsed()
}

/// Reads the stream of the tap until the last message is back; how many rows of bytes there were.
fn read(page: SocketAddr, token: &str) -> usize {
    let mut stream = TcpStream::connect(page).expect("it listens");
    let deadline = Some(Duration::from_secs(60));
    stream.set_read_timeout(deadline).expect("a deadline");
    let request =
        format!("GET /events?of=tap&after=tap.0&token={token} HTTP/1.1\r\nHost: {page}\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it is taken");
    let last = format!("message {:06}", messages() - 1);
    let (mut rows, mut id) = (0, 0);
    for line in BufReader::new(stream).lines() {
        let line = line.expect("a line in time");
        if let Some(next) = line.strip_prefix("id: tap.") {
            id += 1;
            assert_eq!(next.parse(), Ok(id), "a row is missing");
        }
        rows += line.matches("data-n=").count();
        if line.contains("class=\"row s\"") && line.contains(&last) {
            return rows;
        }
    }
    panic!("the stream ended after {rows} rows");
}

/// Bytes of memory that a process has now.
#[cfg(target_os = "linux")]
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.expect("a number") * 1024
}

#[test]
#[cfg(target_os = "linux")]
fn a_thousand_rows_a_second_are_all_shown_and_memory_does_not_grow() {
    let (tap, url) = started_tap(echo());
    let page = page_addr(&url);
    let browser = super::in_browser::browser_is_here().then(|| Browser::start("load"));
    if let Some(browser) = &browser {
        browser.go(&url);
    }
    let token = token_at(page, "/tap");
    let reader = thread::spawn(move || read(page, &token));
    let addr = tap.addr;
    let sender = thread::spawn(move || send(addr));
    let mut most = 0;
    let all_is_sent = soon(|| {
        most = most.max(memory(tap.id()));
        sender.is_finished()
    });
    assert!(all_is_sent, "a message does not come back");
    let took = sender.join().expect("all was sent");
    let rows = 2 * messages();
    assert_eq!(reader.join().expect("all was read"), rows);
    most = most.max(memory(tap.id()));
    println!("{rows} rows in {took:?}; most memory {most} bytes");
    assert!(most < MOST_MEMORY, "{most} bytes");
    if let Some(browser) = &browser {
        let all = format!("return document.querySelectorAll('#tap [data-n]').length === {rows}");
        assert!(
            soon(|| browser.js(&all) == Json::Word("true")),
            "the page lacks rows"
        );
    }
}
