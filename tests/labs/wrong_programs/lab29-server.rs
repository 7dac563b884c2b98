//! A load balancer for two servers, with std alone.
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};

const LONGEST: u64 = 1_000_000; // bytes of one message

struct Server {
    addr: String,
    ready: bool,
}

/// The first line and the other lines, each with its end; the empty line is not here.
struct Message {
    first: Vec<u8>,
    lines: Vec<Vec<u8>>,
    body: Vec<u8>,
}

enum Asked {
    Answer(Message),
    NobodyThere,
    HungUp,
}

fn main() -> io::Result<()> {
    let told = |name| std::env::var(name).unwrap_or_default();
    let addr = told("WIRELAB_ADDR");
    let mut addrs: Vec<String> = told("WIRELAB_ARG").split_whitespace().map(String::from).collect();
    let proxy = addrs.iter().any(|word| word == "proxy");
    addrs.retain(|word| word != "proxy");
    let mut servers: Vec<Server> = addrs.into_iter().map(|addr| Server { addr, ready: true }).collect();
    let listener = TcpListener::bind(addr)?;
    println!("listening on {}", listener.local_addr()?);

    let mut turn = 0;
    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client, &mut servers, &mut turn, proxy)) {
            eprintln!("this client failed: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(mut client: &TcpStream, servers: &mut [Server], turn: &mut usize, proxy: bool) -> io::Result<()> {
    let mut reader = BufReader::new(client);
    let mut ip = client.peer_addr()?.ip().to_string();
    let mut answer = None;
    if proxy {
        let mut line = Vec::new();
        reader.by_ref().take(107).read_until(b'\n', &mut line)?;
        match read_proxy(&line) {
            Ok(Some(other)) => ip = other,
            Ok(None) => {}
            Err(why) => answer = Some(own(400, "Bad Request", why)),
        }
    }
    let answer = match answer {
        Some(answer) => answer,
        None => match read_message(&mut reader, false)? {
            Some(request) => handle(request, &ip, servers, turn),
            None => return Ok(()),
        },
    };
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Write)?;
    io::copy(&mut reader.take(LONGEST), &mut io::sink())?;
    Ok(())
}

fn read_proxy(line: &[u8]) -> Result<Option<String>, &'static str> {
    let Some(rest) = line.strip_prefix(b"PROXY ") else {
        return Err("this port wants a PROXY line first");
    };
    let Some(rest) = rest.strip_suffix(b"\r\n") else {
        return Err("a PROXY line has at most 107 bytes, and ends in CR LF");
    };
    let cannot = "this PROXY line cannot be read";
    let rest = std::str::from_utf8(rest).map_err(|_| cannot)?;
    let words: Vec<&str> = rest.split(' ').collect();
    if words[0] == "UNKNOWN" {
        return Ok(None);
    }
    let [family, from, to, port, port2] = words[..] else {
        return Err(cannot);
    };
    let fits = |a: &str| match family {
        "TCP4" => a.parse::<Ipv4Addr>().is_ok(),
        "TCP6" => a.parse::<Ipv6Addr>().is_ok(),
        _ => false,
    };
    let good_port = |p: &str| p.parse::<u16>().is_ok_and(|port| port.to_string() == p);
    if fits(from) && fits(to) && good_port(port) && good_port(port2) {
        Ok(Some(from.to_string()))
    } else {
        Err(cannot)
    }
}

fn own(status: u16, reason: &str, sentence: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{sentence}\n",
        sentence.len() + 1
    )
    .into_bytes()
}

fn name(line: &[u8]) -> String {
    let end = line.iter().position(|&b| b == b':').unwrap_or(line.len());
    String::from_utf8_lossy(&line[..end]).trim().to_ascii_lowercase()
}

fn value(line: &[u8]) -> String {
    let start = line.iter().position(|&b| b == b':').map_or(line.len(), |at| at + 1);
    String::from_utf8_lossy(&line[start..]).trim().to_string()
}

impl Message {
    fn all(&self, wanted: &str) -> Vec<String> {
        self.lines.iter().filter(|l| name(l) == wanted).map(|l| value(l)).collect()
    }

    fn drop_connection(&mut self) {
        let mut gone = vec!["connection".to_string()];
        for v in self.all("connection") {
            gone.extend(v.split(',').map(|n| n.trim().to_ascii_lowercase()));
        }
        self.lines.retain(|l| !gone.contains(&name(l)));
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = self.first.clone();
        out.extend(self.lines.concat());
        out.extend(b"\r\n");
        out.extend(&self.body);
        out
    }
}

/// None: the other side closed before the message was whole. `no_body`: as in an answer to HEAD.
fn read_message(reader: &mut impl BufRead, no_body: bool) -> io::Result<Option<Message>> {
    let mut reader = reader.take(LONGEST);
    let mut message = Message { first: Vec::new(), lines: Vec::new(), body: Vec::new() };
    reader.read_until(b'\n', &mut message.first)?;
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            return Ok(None);
        }
        if line == b"\r\n" || line == b"\n" {
            break;
        }
        message.lines.push(line);
    }
    let is_answer = message.first.starts_with(b"HTTP/");
    let status = status(&message);
    if no_body || is_answer && (status / 100 == 1 || status == 204 || status == 304) {
        return Ok(Some(message));
    }
    match message.all("content-length").first() {
        Some(length) => {
            let Ok(length) = length.parse::<u64>() else {
                return Ok(None);
            };
            reader.by_ref().take(length).read_to_end(&mut message.body)?;
            if (message.body.len() as u64) < length {
                return Ok(None);
            }
        }
        None if is_answer => {
            reader.read_to_end(&mut message.body)?;
        }
        None => {}
    }
    Ok(Some(message))
}

fn status(message: &Message) -> u16 {
    let first = String::from_utf8_lossy(&message.first);
    first.split(' ').nth(1).and_then(|s| s.trim().parse().ok()).unwrap_or(0)
}

fn handle(mut request: Message, ip: &str, servers: &mut [Server], turn: &mut usize) -> Vec<u8> {
    if request.all("host").len() != 1 {
        return own(400, "Bad Request", "send one Host line");
    }
    if !request.all("transfer-encoding").is_empty() {
        return own(411, "Length Required", "say a Content-Length");
    }
    let start = String::from_utf8_lossy(&request.first).to_string();
    let method = start.split(' ').next().unwrap_or_default();
    request.drop_connection();
    request.lines.retain(|l| name(l) != "x-forwarded-for");
    request.lines.push(format!("X-Forwarded-For: {ip}\r\n").into_bytes());
    request.lines.push(b"Via: 1.1 balancer\r\n".to_vec());
    request.lines.push(b"Connection: close\r\n".to_vec());
    let bytes = request.bytes();

    if start.starts_with("GET /health ") {
        return health(&bytes, servers);
    }
    forward(&bytes, method, servers, turn)
}

fn health(bytes: &[u8], servers: &mut [Server]) -> Vec<u8> {
    let mut count = 0;
    for server in servers.iter_mut() {
        server.ready = matches!(ask(bytes, &server.addr, false), Asked::Answer(a) if status(&a) == 200);
        count += server.ready as usize;
    }
    let text = format!("{count} of {} servers are ready", servers.len());
    match count {
        0 => own(503, "Service Unavailable", &text),
        _ => own(200, "OK", &text),
    }
}

fn forward(bytes: &[u8], method: &str, servers: &[Server], turn: &mut usize) -> Vec<u8> {
    let begin = *turn;
    *turn += 1;
    let twice = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].contains(&method);
    let mut hung_up = false;
    for n in 0..servers.len() {
        let server = &servers[(begin + n) % servers.len()];
        if !server.ready {
            continue;
        }
        match ask(bytes, &server.addr, method == "HEAD") {
            Asked::Answer(mut answer) => {
                answer.drop_connection();
                answer.lines.push(b"Connection: close\r\n".to_vec());
                return answer.bytes();
            }
            Asked::NobodyThere => {}
            Asked::HungUp => {
                hung_up = true;
                if !twice {
                    break;
                }
            }
        }
    }
    if hung_up {
        own(502, "Bad Gateway", "the server hung up in the middle of its answer")
    } else {
        own(503, "Service Unavailable", "no server is ready")
    }
}

fn ask(request: &[u8], addr: &str, head: bool) -> Asked {
    let Ok(mut server) = TcpStream::connect(addr) else {
        return Asked::NobodyThere;
    };
    if server.write_all(request).is_err() {
        return Asked::HungUp;
    }
    match read_message(&mut BufReader::new(server), head) {
        Ok(Some(answer)) => Asked::Answer(answer),
        _ => Asked::HungUp,
    }
}
