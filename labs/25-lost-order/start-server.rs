//! Lab 25 · your server. It counts every datagram as a new order. Change it: it must count each order once, in order.
//!
//! A datagram is `NUMBER ORDER\n`. The server accepts an order only if its number is one more than the number of
//! orders that it has from this client. Each datagram gets an answer, even if the order is not accepted:
//! `ack N ORDER …\n`, the N accepted orders. Each client has a separate list.
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

        // Here: is the number of this order the next number, a lower number, or a higher number?
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
