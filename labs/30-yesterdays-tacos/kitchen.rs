//! Lab 30 · Yesterday's tacos · the kitchen: the server of this lab. Its answers say how long a cache may use them.
//! It prints each request that it gets.
//!
//!     cargo run --bin lab30-kitchen [ADDR]         without ADDR: 127.0.0.1:9030

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// The body and the header lines of each page. `es`: the client asks for Spanish. `name`: its cookie.
fn page(target: &str, es: bool, name: &str) -> (u16, String, String) {
    let menu = if es { "tres tacos\n" } else { "three tacos\n" };
    let tag = if es { "\"es-1\"" } else { "\"en-1\"" };
    let fresh = format!("Cache-Control: max-age=60\r\nETag: {tag}\r\n");
    match target {
        "/menu" => (
            200,
            menu.to_string(),
            format!("{fresh}Vary: Accept-Language\r\n"),
        ),
        // The same page without `Vary`. A cache cannot know that there are two menus.
        "/forgot" => (200, menu.to_string(), fresh),
        "/mine" => (
            200,
            format!("the order of {name}\n"),
            "Cache-Control: private, max-age=60\r\n".to_string(),
        ),
        _ => (404, "no such page\n".to_string(), String::new()),
    }
}

fn serve(mut client: &TcpStream, number: u32) -> io::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut lines = BufReader::new(client).take(8_192).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let (mut es, mut name) = (false, "nobody".to_string());
    for line in lines {
        let line = line?;
        match line.split_once(": ") {
            Some(("Accept-Language", value)) => es = value.starts_with("es"),
            Some(("Cookie", value)) => name = value.trim_start_matches("name=").to_string(),
            _ if line.is_empty() => break,
            _ => {}
        }
    }
    eprintln!("request {number}: {first}");
    let target = first.split(' ').nth(1).unwrap_or_default();
    let (status, body, fields) = page(target, es, &name);
    let reason = if status == 200 { "OK" } else { "Not Found" };
    let length = body.len();
    write!(
        client,
        "HTTP/1.1 {status} {reason}\r\n{fields}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

fn main() -> io::Result<()> {
    let addr = std::env::args()
        .nth(1)
        .unwrap_or("127.0.0.1:9030".to_string());
    let listener = TcpListener::bind(addr)?;
    println!("listening on {}", listener.local_addr()?);
    for (number, client) in (1..).zip(listener.incoming()) {
        thread::spawn(move || {
            if let Err(error) = client.and_then(|client| serve(&client, number)) {
                eprintln!("request {number}: {error}");
            }
        });
    }
    Ok(())
}
