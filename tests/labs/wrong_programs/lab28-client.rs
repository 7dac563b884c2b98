//! A client that keeps cookies, with std alone.

use std::io::{self, Error, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let told = |name| std::env::var(name).unwrap_or_default();
    let (addr, dish) = (told("WIRELAB_ADDR"), told("WIRELAB_ARG"));

    let mut jar = Jar::new();
    ask(&addr, "GET", "/", "", &mut jar)?;
    let form = format!("dish={}", encode(&dish));
    let (_, location) = ask(&addr, "POST", "/order", &form, &mut jar)?;
    if let Some(path) = location {
        let (body, _) = ask(&addr, "GET", &path, "", &mut jar)?;
        print!("{body}");
    }
    Ok(())
}

struct Cookie {
    name: String,
    value: String,
    path: String,
}
type Jar = Vec<Cookie>;

fn keep(jar: &mut Jar, line: &str, asked: &str) {
    let mut parts = line.split(';');
    let Some((name, value)) = parts.next().and_then(|p| p.split_once('=')) else {
        return;
    };
    let (name, value) = (name.trim().to_string(), value.trim().to_string());
    let mut path = match asked.rsplit_once('/') {
        Some((path, _)) if !path.is_empty() => path.to_string(),
        _ => "/".to_string(),
    };
    let mut gone = false;
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key.trim().to_ascii_lowercase().as_str() {
            "path" => path = value.trim().to_string(),
            "max-age" => gone = value.trim().parse::<i64>().is_ok_and(|n| n <= 0),
            _ => {}
        }
    }
    let old = jar.iter().position(|c| c.name == name && c.path == path);
    match old {
        Some(at) if gone => {
            jar.remove(at);
        }
        Some(at) => jar[at].value = value,
        None if gone => {}
        None => jar.push(Cookie { name, value, path }),
    }
}

fn cookies_for(jar: &Jar, path: &str) -> String {
    let mut fit: Vec<&Cookie> = jar
        .iter()
        .filter(|c| {
            path.strip_prefix(c.path.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || c.path.ends_with('/'))
        })
        .collect();
    fit.sort_by_key(|c| std::cmp::Reverse(c.path.len()));
    if fit.is_empty() {
        return String::new();
    }
    let all: Vec<String> = fit.iter().map(|c| format!("{}={}", c.name, c.value)).collect();
    format!("Cookie: {}\r\n", all.join("; "))
}

/// One connection, one request; the body of the answer, and its Location.
fn ask(
    addr: &str,
    method: &str,
    path: &str,
    body: &str,
    jar: &mut Jar,
) -> io::Result<(String, Option<String>)> {
    let mut server = TcpStream::connect(addr)?;
    let cookie = cookies_for(jar, path.split('?').next().unwrap_or(path));
    let form = match method {
        "POST" => {
            format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", body.len())
        }
        _ => String::new(),
    };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: tacos.example\r\n{cookie}{form}Connection: close\r\n\r\n{body}"
    );
    server.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    server.take(1_000_000).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(Error::other("this is no HTTP answer"))?;
    let mut location = None;
    for (name, value) in head.lines().filter_map(|line| line.split_once(':')) {
        match name.to_ascii_lowercase().as_str() {
            "location" => location = Some(value.trim().to_string()),
            "set-cookie" => keep(jar, value.trim(), path),
            _ => {}
        }
    }
    Ok((body.to_string(), location))
}

/// As a browser writes a form: letters, digits and `*-._` stay, a space is `+`, each other byte is `%XX`.
fn encode(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'*' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        b' ' => "+".to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}
