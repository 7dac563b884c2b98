//! Lab 25 · your server. It takes every datagram for a new order. Make it take each order once, in order.
//!
//! A datagram is `NUMBER ORDER\n`. It is the next order only if its number is one more than the number of orders that
//! have come from this client. Each datagram gets an answer, whatever its number is:
//! `ack N ORDER …\n`, the N orders that have come in order. Each client has orders of its own.
//! Check it with: cargo lab check 25 --server

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let socket = UdpSocket::bind(addr.as_deref().unwrap_or("127.0.0.1:8025"))?;
    println!("listening on {}", socket.local_addr()?);

    let mut clients: HashMap<SocketAddr, Vec<String>> = HashMap::new();
    let mut datagram = [0; 2_000];
    loop {
        let (length, client) = socket.recv_from(&mut datagram)?;
        let text = String::from_utf8_lossy(&datagram[..length]);
        let orders = clients.entry(client).or_default();

        // Here: is this the next order, an old one, or one that is too early?
        if let Some((_number, order)) = text.trim_end().split_once(' ') {
            orders.push(order.to_string());
        }

        let mut answer = format!("ack {}", orders.len());
        for order in &*orders {
            answer += &format!(" {order}");
        }
        answer += "\n";
        socket.send_to(answer.as_bytes(), client)?;
    }
}
