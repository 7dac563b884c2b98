//! Random answers to the client: it ends each time, with an answer or a reason, and its memory does not grow.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wirelab::client::{Client, Request, Strictness};

use crate::dice::Dice;

/// Parts of answers, right and wrong.
const PIECES: [&[u8]; 34] = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 200 OK\r\n",
    b"HTTP/1.1 204 No Content\r\n",
    b"HTTP/1.1 304 \r\n",
    b"HTTP/1.1 206 Partial Content\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 999\r\n",
    b"HTTP/2 200\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 18446744073709551615\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 5, 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Content-Range: bytes 0-4/5\r\n",
    b"Location: /\r\n",
    b"Location: \xff\r\n",
    b"Connection: close\r\n",
    b" folded\r\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b"\0",
    b": ",
    b"X: y\r\n",
    b"5\r\ntacos\r\n",
    b"0\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"tacos",
    b"\xff\xfe",
    b";a=b",
    b"HTTP/1.1 301 M\r\n",
];

fn answer(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = Vec::new();
    if !dice.once_in(5) {
        bytes.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
    }
    for _ in 0..dice.below(9) {
        bytes.extend_from_slice(dice.one_of(&PIECES));
    }
    if dice.once_in(3) && !bytes.is_empty() {
        let at = dice.below(bytes.len());
        bytes[at] = dice.byte();
    }
    bytes
}

/// Reads a request's head, sends the answer, and leaves.
fn serve(mut stream: TcpStream, answer: &[u8]) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let (mut come, mut buffer) = (Vec::new(), [0; 1024]);
    while !come.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            count => come.extend_from_slice(&buffer[..count]),
        }
    }
    stream.write_all(answer)
}

/// Asks so many times; how many answers were whole.
fn ask(rounds: usize) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let url = format!("http://{addr}/");
    let mut dice = Dice::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (done, listener) = (&done, &listener);
        scope.spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if done.load(Ordering::SeqCst) {
                    return;
                }
                // A client that leaves early is no failure of the server's.
                let _ = serve(stream, &answer(&mut dice));
            }
        });
        let modes = [Strictness::Strict, Strictness::Usual, Strictness::Lenient];
        let mut whole = 0;
        for round in 0..rounds {
            let client = Client {
                patience: Duration::from_secs(30),
                request: Request::default(),
                deadline: Some(Duration::from_secs(60)),
                strictness: modes[round % modes.len()],
                recorder: None,
            };
            let body = |answer: wirelab::client::Answer| answer.body(&mut io::sink());
            match client.ask(&url, None).and_then(body) {
                Ok(_) => whole += 1,
                Err(failure) => assert!(!failure.to_string().is_empty()),
            }
        }
        done.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(addr));
        whole
    })
}

#[test]
fn a_thousand_random_answers_end_well() {
    assert!(ask(1_000) > 10);
}

#[test]
#[ignore = "a million answers take minutes"]
fn a_million_random_answers_end_well_and_memory_does_not_grow() {
    ask(10_000);
    let before = memory();
    let whole = ask(1_000_000);
    let after = memory();
    println!("{whole} of 1,000,000 were whole; memory {before} KiB before, {after} KiB after");
    assert!(after < before + 16 * 1024, "{before} {after}");
}

/// What this process has in memory, in KiB (proc(5)).
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
