//! How a server treats many connections: all of them at once, each its fair share, and the cost of a request
//! as they become more.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::load::{self, Row};
use crate::servers::{NGINX, Server, WIRELAB};
use crate::support::{median, three};

const GET: &[u8] = b"GET /small.txt HTTP/1.1\r\nHost: tacos.example\r\n\r\n";
/// Length of the file.
const CONTENT: usize = 1024;
/// So many connections come at once.
const AT_ONCE: usize = 512;
/// So many connections are compared with each other.
const SHARING: usize = 64;
/// At so many connections the cost of a request is measured.
const GROWTH: [&str; 5] = ["1", "10", "100", "1000", "5000"];

/// Milliseconds until each of [`AT_ONCE`] connections that ask at once has its answer.
pub fn all_at_once(server: &Server) -> f64 {
    let begun = Instant::now();
    let mut crowd: Vec<TcpStream> = (0..AT_ONCE).map(|_| ask(server.addr)).collect();
    for client in &mut crowd {
        answer(client).expect("the server answers");
    }
    begun.elapsed().as_secs_f64() * 1000.0
}

/// The requests that the slowest of [`SHARING`] connections gets answered, as a part of the fastest one's.
pub fn fair_share(server: &Server, seconds: usize) -> f64 {
    let (over, hung_up) = (AtomicBool::new(false), AtomicUsize::new(0));
    let connections: Vec<TcpStream> = (0..SHARING).map(|_| call(server.addr)).collect();
    let counts: Vec<usize> = thread::scope(|scope| {
        let (over, hung_up) = (&over, &hung_up);
        let count = |mut client: TcpStream| {
            let mut answers = 0;
            while !over.load(Ordering::Relaxed) {
                let asked = client.write_all(GET).and_then(|()| answer(&mut client));
                match asked {
                    Ok(()) => answers += 1,
                    // A server may close between two answers (RFC 9112 section 9.5): the client calls again.
                    Err(_) => {
                        hung_up.fetch_add(1, Ordering::Relaxed);
                        client = call(server.addr);
                    }
                }
            }
            answers
        };
        let running: Vec<_> = connections
            .into_iter()
            .map(|client| scope.spawn(move || count(client)))
            .collect();
        thread::sleep(Duration::from_secs(seconds as u64));
        over.store(true, Ordering::Relaxed);
        let ended = running
            .into_iter()
            .map(|it| it.join().expect("no client panics"));
        ended.collect()
    });
    match hung_up.into_inner() {
        0 => {}
        count => println!("{} closed {count} connections between answers", server.name),
    }
    let (least, most) = (counts.iter().min(), counts.iter().max());
    *least.unwrap_or(&0) as f64 / (*most.unwrap_or(&1)).max(1) as f64
}

/// A table of one figure a server.
pub fn show(title: &str, servers: &[Server], figures: &[Vec<f64>]) {
    println!("{title}");
    for (server, own) in servers
        .iter()
        .zip(figures)
        .filter(|(_, own)| !own.is_empty())
    {
        let ratio = median(own) / median(&figures[NGINX]);
        println!("  {:<15} {:>24} {ratio:>5.2}", server.name, three(own));
    }
    println!();
}

/// The cost of a request in microseconds of CPU, at more and more connections.
pub fn growth(servers: &[Server], rounds: usize, seconds: usize) {
    println!("Microseconds of CPU a request, at so many connections");
    println!(
        "  {:<15} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "", "1", "10", "100", "1,000", "5,000"
    );
    let mut figures = vec![vec![Vec::new(); GROWTH.len()]; 2];
    for _ in 0..rounds {
        for (at, connections) in GROWTH.iter().enumerate() {
            for index in [WIRELAB, NGINX] {
                let row = Row::of(connections);
                figures[index][at].push(load::measure(&servers[index], &row, seconds).cpu);
            }
        }
    }
    for index in [WIRELAB, NGINX] {
        let costs = figures[index]
            .iter()
            .map(|it| format!(" {:>8.1}", median(it)));
        println!("  {:<15}{}", servers[index].name, costs.collect::<String>());
    }
    println!();
}

fn call(addr: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(addr).expect("the server accepts");
    client.set_nodelay(true).expect("it is a socket");
    client
}

fn ask(addr: SocketAddr) -> TcpStream {
    let mut client = call(addr);
    client.write_all(GET).expect("the server listens");
    client
}

/// Reads one answer. All servers send the head with the content, or before it. Errors: the server closed before it.
fn answer(client: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    let mut got = 0;
    loop {
        match client.read(&mut buffer[got..]) {
            Ok(0) | Err(_) if got > 0 => panic!("an answer was cut off after {got} bytes"),
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => got += count,
            Err(error) => return Err(error),
        }
        let head = buffer[..got]
            .windows(4)
            .position(|four| four == b"\r\n\r\n");
        if head.is_some_and(|head| got >= head + 4 + CONTENT) {
            return Ok(());
        }
    }
}
