//! Lab 25 · your client. It sends each order only once. Change it: it must repeat an order that is not acknowledged.
//!
//! The orders are the words after the address. Send them one after the other, as `1 tacos\n`,
//! `2 nachos\n` …, and wait for `ack N …` with the order's number before you send the next order. If this `ack`
//! does not come within 50 ms, send the order again. At the end print the orders of the last `ack`.
//! Check it with: cargo lab check 25 --client

use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let addr = words.next().unwrap_or("127.0.0.1:8025".to_string());
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(&addr)?;

    let mut has = String::new();
    for (number, order) in (1..).zip(words) {
        socket.send(format!("{number} {order}\n").as_bytes())?;

        // Here: what if no answer comes? And what if an old `ack` comes?
        let mut answer = [0; 2_000];
        let length = socket.recv(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer[..length]);
        if let Some((_ack, rest)) = answer.trim_end().split_once(' ')
            && let Some((_number, orders)) = rest.split_once(' ')
        {
            has = orders.to_string();
        }
    }
    println!("{has}");
    Ok(())
}
