//! A client that repeats each order until it is acknowledged, with std alone.
use std::io;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

fn main() -> io::Result<()> {
    let told = |name| std::env::var(name).unwrap_or_default();
    let (addr, orders) = (told("WIRELAB_ADDR"), told("WIRELAB_ARG"));
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(&addr)?;

    let mut has = String::new();
    for (number, order) in (1usize..).zip(orders.split_whitespace()) {
        'send: loop {
            socket.send(format!("{number} {order}\n").as_bytes())?;
            let end = Instant::now() + Duration::from_millis(50);
            loop {
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    continue 'send;
                }
                socket.set_read_timeout(Some(left))?;
                let mut answer = [0; 2_000];
                let length = match socket.recv(&mut answer) {
                    Ok(n) => n,
                    Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                        continue 'send;
                    }
                    Err(e) => return Err(e),
                };
                let answer = String::from_utf8_lossy(&answer[..length]);
                let mut parts = answer.trim_end().splitn(3, ' ');
                if parts.next() != Some("ack") {
                    continue;
                }
                let Some(Ok(n)) = parts.next().map(|n| n.parse::<usize>()) else {
                    continue;
                };
                if n >= number {
                    has = parts.next().unwrap_or("").to_string();
                    break 'send;
                }
            }
        }
    }
    println!("{has}");
    Ok(())
}
