//! Lab 3 · your server. It sends the menu by line and by closing. Make it send the menu by length, and
//! read an order by length.
//!
//! Four bytes, the biggest part first, say how many bytes follow. The length 0 ends the menu. The
//! answer has its length in front, too. An order of more than 8000 bytes gets `? at most 8000 bytes`.
//! Check it with: cargo lab check 3

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

const MENU: [&[u8]; 3] = [b"nachos", b"taco\ncon jalape\xc3\xb1o", b"flan"];

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8003"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client)) {
            eprintln!("this client failed: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(mut client: &TcpStream) -> io::Result<()> {
    let mut heard = BufReader::new(client);
    match read_line(&mut heard)?.trim_ascii() {
        b"menu by line" => {
            client.write_all(&[&MENU.join(&b'\n')[..], b"\n\n"].concat())?;
            let order = read_line(&mut heard)?;
            client.write_all(&[answer(order.trim_ascii()), b"\n".to_vec()].concat())
        }
        b"menu by length" => {
            // Here: each dish with its length in front, and a length of 0. This is still by line.
            client.write_all(&[&MENU.join(&b'\n')[..], b"\n\n"].concat())?;
            // Here: read a length, then as many bytes. Must you believe any length?
            let order = read_line(&mut heard)?;
            client.write_all(&answer(order.trim_ascii()))
        }
        b"menu by closing" => client.write_all(&MENU.concat()),
        _ => client.write_all(b"? menu by line, by length, or by closing\n"),
    }
}

fn answer(order: &[u8]) -> Vec<u8> {
    match MENU.contains(&order) {
        true => [order, b", coming up"].concat(),
        false => b"? no such dish".to_vec(),
    }
}

fn read_line(heard: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    heard.take(8_000).read_until(b'\n', &mut line)?;
    Ok(line)
}
