//! Lab 26 · your client. It prints the last four bytes of an answer as the address. Change it: it must read the whole
//! answer.
//!
//! The arguments are ADDR NAME udp|tcp ID. Ask for the type A with this ID, and then for AAAA (28) with the
//! next ID. Print all addresses of the name in one line. The README has the form of a message, and what to print
//! if there is no address.
//! Check it with: cargo lab check 26 --client

use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let word = |at: usize, or: &'static str| words.get(at).map_or(or, |word| word.as_str());
    let name = word(1, "tacos.example");
    let id: u16 = word(3, "6699")
        .parse()
        .expect("an ID is a number up to 65535");

    // Here: with `tcp` both questions go over one TCP connection, each with its length before it.
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(word(0, "127.0.0.1:8026"))?;

    let mut found = Vec::new();
    for (id, kind) in [(id, 1), (id.wrapping_add(1), 28)] {
        let mut query = id.to_be_bytes().to_vec();
        query.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        for label in name.split('.') {
            query.push(label.len() as u8);
            query.extend(label.as_bytes());
        }
        query.extend([0, 0, kind, 0, 1]);
        socket.send(&query)?;

        // Here: what if no answer comes in time? Does this message answer the question? Which records does it have?
        let mut answer = [0; 65_535];
        let length = socket.recv(&mut answer)?;
        if let [.., a, b, c, d] = answer[..length] {
            found.push(format!("{a}.{b}.{c}.{d}"));
        }
    }
    println!("{}", found.join(" "));
    Ok(())
}
