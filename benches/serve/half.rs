//! Two thousand clients that have said half a request each, and one honest client after the other.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use crate::servers::{NGINX, Server};
use crate::support::{median, three};

const GUESTS: usize = 2000;
const HONEST: usize = 500;

/// What one round of one server showed.
#[derive(Clone, Copy)]
pub struct Figures {
    /// How long the honest client waited who came right behind the crowd, in milliseconds.
    first: f64,
    /// The median of the times of an honest request on a connection of its own, in milliseconds.
    middle: f64,
    /// The longest of them.
    longest: f64,
    /// Resident memory with all clients there, in MiB.
    memory: f64,
}

/// One round.
pub fn measure(server: &Server) -> Figures {
    let clients: Vec<TcpStream> = (0..GUESTS)
        .map(|_| {
            let mut client = TcpStream::connect(server.addr).expect("the server accepts");
            let half = b"GET /small.txt HTTP/1.1\r\nHost: tacos.example\r\n";
            client.write_all(half).expect("the server listens");
            client
        })
        .collect();
    // Clients are accepted in their order: when this one is answered, all others are inside.
    let first = honest(server);
    let mut times: Vec<f64> = (0..HONEST).map(|_| honest(server)).collect();
    let memory = server.memory();
    drop(clients);
    times.sort_by(f64::total_cmp);
    Figures {
        first,
        middle: times[HONEST / 2],
        longest: times[HONEST - 1],
        memory,
    }
}

/// Milliseconds from the call to the last byte.
fn honest(server: &Server) -> f64 {
    let begun = Instant::now();
    let mut client = TcpStream::connect(server.addr).expect("the server accepts");
    let request = b"GET /small.txt HTTP/1.1\r\nHost: tacos.example\r\nConnection: close\r\n\r\n";
    client.write_all(request).expect("the server listens");
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).expect("the server answers");
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "an honest answer");
    begun.elapsed().as_secs_f64() * 1000.0
}

/// The last table.
pub fn show(servers: &[Server], figures: &[Vec<Figures>]) {
    println!("An honest request while {GUESTS} clients have said half of one each");
    println!(
        "  {:<14} {:>20} {:>5} {:>10} {:>8} {:>6} {:>5}",
        "", "milliseconds", "ratio", "longest ms", "first ms", "MiB", "ratio"
    );
    let of = |index: usize, what: fn(&Figures) -> f64| -> Vec<f64> {
        figures[index].iter().map(what).collect()
    };
    let (middle, memory) = (|it: &Figures| it.middle, |it: &Figures| it.memory);
    for (index, server) in servers.iter().enumerate() {
        let longest = of(index, |it| it.longest);
        println!(
            "  {:<14} {:>20} {:>5.2} {:>10.1} {:>8.1} {:>6.1} {:>5.2}",
            server.name,
            three(&of(index, middle)),
            median(&of(index, middle)) / median(&of(NGINX, middle)),
            longest.into_iter().fold(0.0, f64::max),
            median(&of(index, |it| it.first)),
            median(&of(index, memory)),
            median(&of(index, memory)) / median(&of(NGINX, memory)),
        );
    }
    println!();
}
