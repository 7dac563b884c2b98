//! A reader of ClientHellos with std alone.
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

const NOT_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 28\r\n\
    Connection: close\r\n\r\nthis port speaks https: TLS\n";

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], u8> {
    let (taken, after) = rest.split_at_checked(count).ok_or(50)?;
    *rest = after;
    Ok(taken)
}

fn number(rest: &mut &[u8], bytes: usize) -> Result<usize, u8> {
    Ok(take(rest, bytes)?.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte)))
}

fn list<'a>(rest: &mut &'a [u8], bytes: usize) -> Result<&'a [u8], u8> {
    let length = number(rest, bytes)?;
    take(rest, length)
}

fn judge(body: &[u8]) -> Result<u8, u8> {
    let mut rest = body;
    let mut version = number(&mut rest, 2)?;
    take(&mut rest, 32)?;
    let session = list(&mut rest, 1)?;
    let ciphers = list(&mut rest, 2)?;
    let methods = list(&mut rest, 1)?;
    let mut extensions = if rest.is_empty() { rest } else { list(&mut rest, 2)? };
    let pairs = |list: &[u8]| !list.is_empty() && list.len() % 2 == 0;
    if session.len() > 32 || !rest.is_empty() || !pairs(ciphers) || methods.is_empty() {
        return Err(50);
    }
    let (mut site, mut protocols) = (None, None);
    while !extensions.is_empty() {
        let kind = number(&mut extensions, 2)?;
        let mut inside = list(&mut extensions, 2)?;
        if kind == 0 {
            let mut names = list(&mut inside, 2)?;
            let host_name = number(&mut names, 1)? == 0;
            let name = list(&mut names, 2)?;
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_".contains(byte);
            if !host_name || name.is_empty() || !name.iter().all(plain) || !names.is_empty() {
                return Err(50);
            }
            site = Some(String::from_utf8_lossy(name).to_lowercase());
        } else if kind == 16 {
            let mut names = list(&mut inside, 2)?;
            let mut all = Vec::new();
            while !names.is_empty() {
                all.push(list(&mut names, 1)?);
            }
            if all.is_empty() || all.contains(&&b""[..]) {
                return Err(50);
            }
            protocols = Some(all);
        } else if kind == 43 {
            let mut offered = list(&mut inside, 1)?;
            version = 0;
            if !pairs(offered) || !inside.is_empty() {
                return Err(50);
            }
            while !offered.is_empty() {
                let one = number(&mut offered, 2)?;
                version = if one & 0x0f0f == 0x0a0a { version } else { version.max(one) };
            }
        }
    }
    Ok(match (site.as_deref(), protocols) {
        _ if version < 0x0303 => 70,
        (None, _) => 109,
        (Some(name), _) if name != "tacos.example" => 112,
        (_, Some(all)) if !all.contains(&&b"http/1.1"[..]) => 120,
        _ => 40,
    })
}

fn message(first: u8, client: &mut impl Read) -> std::io::Result<Result<Vec<u8>, u8>> {
    let (mut kind, mut whole) = (first, Vec::new());
    loop {
        let mut header = [0; 4];
        client.read_exact(&mut header)?;
        let length = usize::from(header[2]) * 256 + usize::from(header[3]);
        if length > 16384 {
            return Ok(Err(22));
        }
        let mut content = vec![0; length];
        client.read_exact(&mut content)?;
        whole.extend(content);
        if kind != 22 || length == 0 || whole.first() != Some(&1) {
            return Ok(Err(10));
        }
        if let [1, a, b, c, body @ ..] = &whole[..] {
            let wanted = usize::from(*a) * 65536 + usize::from(*b) * 256 + usize::from(*c);
            if body.len() >= wanted {
                return Ok(if body.len() > wanted { Err(50) } else { Ok(body.to_vec()) });
            }
        }
        let mut next = [0];
        client.read_exact(&mut next)?;
        kind = next[0];
    }
}

fn serve(mut client: &TcpStream) -> std::io::Result<()> {
    let mut first = [0];
    client.read_exact(&mut first)?;
    if first[0].is_ascii_alphabetic() {
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte)? > 0 {
            head.push(byte[0]);
        }
        client.write_all(NOT_TLS)?;
    } else {
        let alert = message(first[0], &mut client)?.and_then(|body| judge(&body));
        let alert = alert.unwrap_or_else(|alert| alert);
        client.write_all(&[21, 3, 3, 0, 2, 2, alert])?;
    }
    client.shutdown(Shutdown::Write)?;
    client.read_to_end(&mut Vec::new())?;
    Ok(())
}

fn main() {
    let addr = std::env::var("WIRELAB_ADDR").expect("an address");
    let listener = TcpListener::bind(addr).expect("a port");
    for client in listener.incoming().flatten() {
        std::thread::spawn(move || drop(serve(&client)));
    }
}
