//! A cache, with std alone.
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

const LONGEST: u64 = 1_000_000; // bytes of one message
const TOO_LARGE: i64 = 2147483648;

#[derive(Clone)]
struct Message {
    first: Vec<u8>,
    lines: Vec<Vec<u8>>,
    body: Vec<u8>,
}

struct Stored {
    answer: Message,
    /// what `Vary` names, and the values of the request
    vary: Vec<(String, Vec<String>)>,
    /// its age when it came
    age: i64,
    came: i64,
}

type Store = HashMap<String, Vec<Stored>>;

fn now() -> i64 {
    match std::env::var("WIRELAB_NOW").ok().and_then(|t| t.parse().ok()) {
        Some(t) => t,
        None => std::time::UNIX_EPOCH.elapsed().map_or(0, |t| t.as_secs() as i64),
    }
}

fn main() -> io::Result<()> {
    let told = |name| std::env::var(name).unwrap_or_default();
    let (addr, upstream) = (told("WIRELAB_ADDR"), told("WIRELAB_ARG"));
    let listener = TcpListener::bind(addr)?;
    println!("listening on {}", listener.local_addr()?);

    let mut store = Store::new();
    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client, &upstream, &mut store)) {
            eprintln!("this client failed: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(mut client: &TcpStream, upstream: &str, store: &mut Store) -> io::Result<()> {
    let mut reader = BufReader::new(client);
    let Some(request) = read_message(&mut reader, false)? else {
        return Ok(());
    };
    let answer = handle(request, upstream, store);
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Write)?;
    io::copy(&mut reader.take(LONGEST), &mut io::sink())?;
    Ok(())
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

    fn get(&self, wanted: &str) -> Option<String> {
        self.all(wanted).into_iter().next()
    }

    fn drop_connection(&mut self) {
        let mut gone = vec!["connection".to_string()];
        for v in self.all("connection") {
            gone.extend(v.split(',').map(|n| n.trim().to_ascii_lowercase()));
        }
        self.lines.retain(|l| !gone.contains(&name(l)));
    }

    fn push(&mut self, line: String) {
        self.lines.push(format!("{line}\r\n").into_bytes());
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = self.first.clone();
        out.extend(self.lines.concat());
        out.extend(b"\r\n");
        out.extend(&self.body);
        out
    }

    fn directives(&self) -> Directives {
        let mut list = Vec::new();
        for line in self.all("cache-control") {
            let mut quoted = false;
            let parts = line.split(|c| {
                if c == '"' {
                    quoted = !quoted;
                }
                c == ',' && !quoted
            });
            for part in parts {
                let (name, arg) = match part.split_once('=') {
                    Some((n, a)) => (n, Some(a.trim().trim_matches('"').to_string())),
                    None => (part, None),
                };
                list.push((name.trim().to_ascii_lowercase(), arg));
            }
        }
        Directives(list)
    }

    fn status(&self) -> u16 {
        let first = String::from_utf8_lossy(&self.first);
        first.split(' ').nth(1).and_then(|s| s.trim().parse().ok()).unwrap_or(0)
    }
}

struct Directives(Vec<(String, Option<String>)>);

impl Directives {
    fn has(&self, wanted: &str) -> bool {
        self.0.iter().any(|(n, _)| n == wanted)
    }
    /// Some(None): it is there, but it is no number
    fn number(&self, wanted: &str) -> Option<Option<i64>> {
        let (_, arg) = self.0.iter().find(|(n, _)| n == wanted)?;
        Some(arg.as_ref().and_then(|a| number(a)))
    }
}

fn number(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(TOO_LARGE).min(TOO_LARGE))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn date(text: &str) -> Option<i64> {
    let words: Vec<&str> = text.split(' ').collect();
    let [_, day, month, year, time, "GMT"] = words[..] else {
        return None;
    };
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|m| *m == month)? as i64 + 1;
    let (day, year): (i64, i64) = (day.parse().ok()?, year.parse().ok()?);
    let clock: Vec<i64> = time.split(':').map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let [h, m, s] = clock[..] else { return None };
    // days from civil
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    let days = era * 146097 + doe - 719468;
    Some(days * 86400 + h * 3600 + m * 60 + s)
}

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
    let status = message.status();
    if no_body || is_answer && (status / 100 == 1 || status == 204 || status == 304) {
        return Ok(Some(message));
    }
    match message.get("content-length") {
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

/// None: the answer does not say how long it is fresh.
fn lifetime(answer: &Message) -> Option<i64> {
    let said = answer.directives();
    for which in ["s-maxage", "max-age"] {
        if let Some(n) = said.number(which) {
            return Some(n.unwrap_or(0));
        }
    }
    let expires = answer.get("expires")?;
    let since = answer.get("date").and_then(|d| date(&d));
    Some(date(&expires).zip(since).map_or(0, |(e, d)| e - d))
}

fn age_when_it_came(answer: &Message, now: i64) -> i64 {
    let age = answer.get("age").and_then(|a| number(&a)).unwrap_or(0);
    let apparent = answer.get("date").and_then(|d| date(&d)).map_or(0, |d| (now - d).max(0));
    age.max(apparent)
}

impl Stored {
    fn age_now(&self) -> i64 {
        (self.age + (now() - self.came)).clamp(0, TOO_LARGE)
    }

    fn may_be_given(&self, asked: &Directives) -> bool {
        let said = self.answer.directives();
        if said.has("no-cache") || asked.has("no-cache") {
            return false;
        }
        let age = self.age_now();
        let life = lifetime(&self.answer).unwrap_or(0);
        if age >= life {
            return false;
        }
        let number = |name| asked.number(name).flatten();
        number("max-age").is_none_or(|n| n > 0 && age <= n)
            && number("min-fresh").is_none_or(|n| life - age >= n)
    }

    /// What to ask the server. A client that compares a tag itself gets the answer to its own question.
    fn question(&self, request: &Message) -> Option<Vec<u8>> {
        let asks = ["if-none-match", "if-modified-since", "range"];
        if asks.iter().any(|one| request.get(one).is_some()) {
            return None;
        }
        let tag = self.answer.get("etag").map(|tag| format!("If-None-Match: {tag}\r\n"));
        let when = self.answer.get("last-modified");
        let line = tag.or(when.map(|when| format!("If-Modified-Since: {when}\r\n")))?;
        Some(line.into_bytes())
    }

    /// After a 304: its lines replace those of the same name.
    fn refresh(&mut self, fresh: &Message, now: i64) {
        let new: Vec<String> = fresh.lines.iter().map(|l| name(l)).collect();
        let length = |l: &[u8]| name(l) == "content-length";
        self.answer.lines.retain(|l| !new.contains(&name(l)) || length(l));
        self.answer.lines.extend(fresh.lines.iter().filter(|l| !length(l)).cloned());
        self.age = age_when_it_came(fresh, now);
        self.came = now;
    }

    fn give(&self, request: &Message) -> Vec<u8> {
        let mut answer = self.answer.clone();
        answer.lines.retain(|l| name(l) != "age");
        let tag = answer.get("etag");
        let asked = request.all("if-none-match").join(",");
        if tag.is_some_and(|tag| asked.split(',').any(|one| one.trim() == tag)) {
            answer.first = b"HTTP/1.1 304 Not Modified\r\n".to_vec();
            answer.lines.retain(|l| !name(l).starts_with("content-"));
            answer.body.clear();
        }
        answer.push(format!("Age: {}", self.age_now()));
        answer.push("Connection: close".to_string());
        answer.bytes()
    }
}

fn may_be_stored(request: &Message, answer: &Message) -> bool {
    let said = answer.directives();
    if answer.status() != 200
        || answer.get("content-length").is_none()
        || answer.get("set-cookie").is_some()
        || said.has("no-store")
        || said.has("private")
        || request.directives().has("no-store")
    {
        return false;
    }
    let shared = said.has("public") || said.has("s-maxage") || said.has("must-revalidate");
    if request.get("authorization").is_some() && !shared {
        return false;
    }
    lifetime(answer).is_some() || said.has("no-cache")
}

fn vary_of(request: &Message, answer: &Message) -> Vec<(String, Vec<String>)> {
    let names = answer.all("vary").join(",").to_ascii_lowercase();
    let names = names.split(',').map(|n| n.trim().to_string()).filter(|n| !n.is_empty());
    names.map(|n| (n.clone(), request.all(&n))).collect()
}

/// One question to the server; or the answer that says why there is none.
fn ask(request: &Message, head: bool, upstream: &str) -> Result<Message, Vec<u8>> {
    let Ok(mut server) = TcpStream::connect(upstream) else {
        return Err(own(504, "Gateway Timeout", "the server does not answer"));
    };
    let hung_up = || own(502, "Bad Gateway", "the server hung up in the middle of its answer");
    server.write_all(&request.bytes()).map_err(|_| hung_up())?;
    let answer = read_message(&mut BufReader::new(server), head);
    answer.ok().flatten().ok_or_else(hung_up)
}

/// Takes the place of the old answer, if this one may be stored.
fn put(list: &mut Vec<Stored>, old: Option<usize>, request: &Message, answer: &Message, now: i64) {
    if let Some(old) = old {
        list.remove(old);
    }
    if may_be_stored(request, answer) {
        list.push(Stored {
            vary: vary_of(request, answer),
            age: age_when_it_came(answer, now),
            came: now,
            answer: answer.clone(),
        });
    }
}

fn handle(request: Message, upstream: &str, store: &mut Store) -> Vec<u8> {
    let first = String::from_utf8_lossy(&request.first).to_string();
    let mut words = first.split(' ');
    let method = words.next().unwrap_or_default().to_string();
    let target = words.next().unwrap_or_default().to_string();
    let host = request.get("host").unwrap_or_default().to_ascii_lowercase();
    let key = format!("{host} {target}");
    let asked = request.directives();

    let list = store.entry(key.clone()).or_default();
    let mut at = None;
    if method == "GET" {
        at = list
            .iter()
            .rposition(|s| s.vary.iter().all(|(name, values)| name != "*" && request.all(name) == *values));
        if let Some(at) = at
            && list[at].may_be_given(&asked)
        {
            return list[at].give(&request);
        }
        if asked.has("only-if-cached") {
            return own(504, "Gateway Timeout", "nothing fresh is stored, and you asked for no more");
        }
    }

    let mut forward = request.clone();
    forward.drop_connection();
    let question = at.and_then(|at| list[at].question(&request));
    forward.lines.extend(question.clone());
    forward.push("Via: 1.1 cache".to_string());
    forward.push("Connection: close".to_string());

    let mut answer = match ask(&forward, method == "HEAD", upstream) {
        Ok(answer) => answer,
        Err(refusal) => return refusal,
    };
    answer.drop_connection();
    let now = now();
    let status = answer.status();

    if method == "GET" {
        if let (Some(at), 304, true) = (at, status, question.is_some()) {
            list[at].refresh(&answer, now);
            return list[at].give(&request);
        }
        if status == 200 {
            put(list, at, &request, &answer, now);
        }
    } else if method == "POST" && status < 400 {
        list.clear();
    }
    answer.push("Connection: close".to_string());
    answer.bytes()
}
