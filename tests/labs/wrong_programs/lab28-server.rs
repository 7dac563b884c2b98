//! A server of one page and one form, with std alone.
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

type Tables = Arc<Mutex<BTreeMap<String, Vec<String>>>>;

fn ticket() -> String {
    let mut bytes = [0; 16];
    let mut source = std::fs::File::open("/dev/urandom").expect("a source of random bytes");
    source.read_exact(&mut bytes).expect("16 bytes");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn decode(text: &[u8]) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text);
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).filter(|two| two.iter().all(u8::is_ascii_hexdigit)).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        (rest, _) = match (first, byte) {
            (b'%', Some(byte)) => (&after[2..], bytes.push(byte)),
            (b'+', _) => (after, bytes.push(b' ')),
            _ => (after, bytes.push(*first)),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn dish(body: &[u8]) -> String {
    let pairs = body.split(|byte| *byte == b'&').map(|pair| pair.splitn(2, |byte| *byte == b'='));
    let mut values = pairs.filter_map(|mut parts| (decode(parts.next()?) == "dish").then(|| decode(parts.next().unwrap_or(b""))));
    values.next().unwrap_or_default()
}

fn page(order: &[String]) -> String {
    let items = order.iter().map(|dish| format!("<li>{}</li>\n", dish.replace('&', "&amp;").replace('<', "&lt;")));
    let listed = format!("<ol>\n{}</ol>\n", items.collect::<String>());
    let listed = if order.is_empty() { "<p>Nothing yet.</p>\n" } else { &listed };
    let form = "<form method=post action=/order>\n<input name=dish> <button>Order</button>\n</form>\n";
    format!("<!doctype html>\n<title>Your table</title>\n{listed}{form}")
}

fn say(mut client: &TcpStream, status: &str, fields: &str, body: &str) -> std::io::Result<()> {
    let kind = if status.starts_with("200") { "html" } else { "plain" };
    let kind = format!("Content-Type: text/{kind}; charset=utf-8\r\n");
    let kind = if body.is_empty() { "" } else { &kind };
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{fields}{kind}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    client.write_all((head + body).as_bytes())
}

fn answer(client: &TcpStream, reader: &mut impl BufRead, tables: &Tables) -> std::io::Result<()> {
    let (mut first, mut cookie, mut length) = (String::new(), String::new(), None);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "cookie" => cookie = value.trim().to_string(),
            "content-length" => length = value.trim().parse().ok(),
            _ => {}
        }
    }
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    if method == "POST" && length.is_none() {
        return say(client, "411 Length Required", "", "how many bytes is the form?\n");
    }
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    match (method, target) {
        ("GET", "/") | ("POST", "/order") => {}
        (_, "/") => return say(client, "405 Method Not Allowed", "Allow: GET\r\n", "only GET is allowed here\n"),
        (_, "/order") => return say(client, "405 Method Not Allowed", "Allow: POST\r\n", "only POST is allowed here\n"),
        _ => return say(client, "404 Not Found", "", "no such page\n"),
    }
    let dish = dish(&body);
    if method == "POST" && dish.trim().is_empty() {
        return say(client, "400 Bad Request", "", "name a dish\n");
    }
    let mut tables = tables.lock().expect("no panic at the tables");
    let mut brought = cookie.split(';').filter_map(|pair| pair.trim().strip_prefix("ticket="));
    let known = brought.next().filter(|brought| tables.contains_key(*brought)).map(str::to_string);
    let is_new = known.is_none();
    let ticket = known.unwrap_or_else(ticket);
    let fields = format!("Set-Cookie: ticket={ticket}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax\r\n");
    let fields = if is_new { fields } else { String::new() };
    let order = tables.entry(ticket).or_default();
    if method == "GET" {
        return say(client, "200 OK", &fields, &page(order));
    }
    order.push(dish);
    say(client, "303 See Other", &(fields + "Location: /\r\n"), "")
}

fn main() {
    let addr = std::env::var("WIRELAB_ADDR").expect("an address");
    let listener = TcpListener::bind(addr).expect("a port");
    let tables = Tables::default();
    for client in listener.incoming().flatten() {
        let tables = Arc::clone(&tables);
        std::thread::spawn(move || {
            let mut reader = BufReader::new(&client);
            let _ = answer(&client, &mut reader, &tables);
            let _ = client.shutdown(Shutdown::Write);
            let _ = reader.read_to_end(&mut Vec::new());
        });
    }
}
