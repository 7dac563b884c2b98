//! One message to many servers, and through a proxy: real ones agree, and a forgiving pair is named.

use std::fs;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::support::{Server, bin, have, listens};
use wirelab::net::{self, AcceptedClient, Serving};

/// Runs the command; the exit code and what it printed.
fn grid(words: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(bin("wirelab"))
        .arg("grid")
        .args(words)
        .output();
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("wirelab-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html"), "three tacos, coming up\n").unwrap();
    folder
}

fn strict(folder: &Path) -> Server {
    let mut command = Command::new(bin("wirelab"));
    let command = command.args(["serve", "--port", "0", "--quiet"]);
    Server::start_with(command.arg(folder))
}

/// What a server does with a POST.
#[derive(Clone, Copy)]
enum Mood {
    /// It reads the body that Content-Length names.
    Strict,
    /// It ends the request behind its head.
    Lenient,
    /// It says nothing until the client has gone.
    Silent,
}

/// A server that ends each request behind its head, or behind `0\r\n\r\n` if it names chunks, and never
/// looks at Content-Length; it answers each with 200, those to /smuggled with 404.
fn lenient() -> Serving {
    moody(|_| Mood::Lenient)
}

/// The same; `mood` says what it does with the first, the second, ... connection that begins with a POST.
fn moody(mood: impl Fn(usize) -> Mood + Send + Sync + 'static) -> Serving {
    let listener = net::listen("127.0.0.1:0".parse().unwrap(), 64).unwrap();
    let posts = AtomicUsize::new(0);
    let serve = move |client: AcceptedClient| {
        let mut stream = client.stream;
        let (mut heard, mut buffer) = (String::new(), [0; 4096]);
        let mut now = None;
        loop {
            while let Some(end) = heard.find("\r\n\r\n") {
                let (head, rest) = heard.split_at(end + 4);
                let chunked = head.to_lowercase().contains("chunked");
                let mood = match head.starts_with("POST") {
                    true => *now.get_or_insert_with(|| mood(posts.fetch_add(1, Relaxed))),
                    false => Mood::Lenient,
                };
                let length = head.split_once("Content-Length: ");
                let length = length.and_then(|(_, rest)| rest.lines().next()?.parse().ok());
                let body = match (chunked, rest.find("0\r\n\r\n")) {
                    _ if matches!(mood, Mood::Silent) => break,
                    (false, _) if matches!(mood, Mood::Strict) => match length {
                        Some(length) if rest.len() < length => break,
                        length => length.unwrap_or(0),
                    },
                    (false, _) => 0,
                    (true, Some(at)) => at + 5,
                    (true, None) => break,
                };
                let missing = head.contains("/smuggled") || head.contains("nothing-here");
                let status = if missing { "404 No" } else { "200 OK" };
                let close = head.contains("Connection: close");
                let field = if close { "Connection: close\r\n" } else { "" };
                let answer = format!("HTTP/1.1 {status}\r\n{field}Content-Length: 2\r\n\r\nhi");
                let answer = match head.starts_with("HEAD") {
                    true => answer.trim_end_matches("hi"),
                    false => &answer,
                };
                if stream.write_all(answer.as_bytes()).is_err() || close {
                    return;
                }
                heard = rest.split_at(body).1.to_string();
            }
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => return,
                Ok(count) => heard.push_str(&String::from_utf8_lossy(&buffer[..count])),
            }
        }
    };
    net::serve(listener, 64, serve).unwrap()
}

const FORGIVING: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/benches/servers/forgiving-proxy.py"
);
const RUN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/servers/run.sh");

#[test]
fn servers_that_read_other_requests_are_named() {
    let folder = folder("grid");
    let (one, two) = (strict(&folder), strict(&folder));
    let lenient = lenient();
    let addrs = [one.addr, two.addr, lenient.address()].map(|addr| addr.to_string());
    let words = [
        &addrs[0][..],
        &addrs[1],
        &addrs[2],
        "--case",
        "body-of-post",
    ];
    let (code, text, error) = grid(&words);
    assert_eq!(code, Some(1), "{text}{error}");
    assert!(
        text.contains("  A B                      405; 1 request\n"),
        "{text}"
    );
    assert!(
        text.contains("  DISAGREE about where it ends: A and C\n"),
        "{text}"
    );
    assert!(
        text.contains("  DISAGREE about where it ends: B and C\n"),
        "{text}"
    );
    assert!(!text.contains("A and B\n"), "{text}");
    assert!(text.contains("    C> Content-Length: 30\\r\\n"), "{text}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn equal_servers_agree_about_every_message() {
    let folder = folder("grid-equal");
    let (one, two) = (strict(&folder), strict(&folder));
    let (code, text, _) = grid(&[&one.addr.to_string(), &two.addr.to_string()]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("no pair disagrees"), "{text}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_message_of_ones_own_is_compared() {
    let folder = folder("grid-own");
    let (strict, lenient) = (strict(&folder), lenient());
    let file = folder.join("own.wire");
    let own = "C connect\nC> POST / HTTP/1.1\\r\\n\nC> Host: a\\r\\n\nC> Content-Length: 24\\r\\n\nC> \\r\\n\n\
               C> HEAD / HTTP/1.1\\r\\n\nC> A: b\\r\\n\n";
    fs::write(&file, own).unwrap();
    let addrs = [strict.addr, lenient.address()].map(|addr| addr.to_string());
    let (code, text, error) = grid(&[&addrs[0], &addrs[1], "--say", file.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{text}{error}");
    assert!(text.contains("DISAGREE"), "{text}");
    fs::remove_dir_all(folder).unwrap();
}

/// The first two answers to the message come too late to be seen; so a silence is not taken for an answer.
#[test]
fn a_server_that_is_late_is_not_accused() {
    let folder = folder("grid-late");
    let strict = strict(&folder);
    // The first POST is that of the baseline.
    let late = moody(|post| match post {
        1 | 2 => Mood::Silent,
        _ => Mood::Strict,
    });
    let addrs = [strict.addr, late.address()].map(|addr| addr.to_string());
    let words = ["--case", "body-of-post", "--wait", "300"];
    let (code, text, error) = grid(&[&[&addrs[0][..], &addrs[1]], &words[..]].concat());
    assert_eq!(code, Some(0), "{text}{error}");
    assert!(
        text.contains("  B                        200; 1 request\n"),
        "{text}"
    );
    assert!(text.contains("no pair disagrees"), "{text}");
    fs::remove_dir_all(folder).unwrap();
}

/// It reads another message than its neighbour, once, and says nothing from then on; or it reads another
/// one each time. Nobody can tell what it would do in earnest.
#[test]
fn a_server_that_is_not_the_same_each_time_gets_no_verdict() {
    let folder = folder("grid-unsteady");
    let strict = strict(&folder);
    let falls_silent = moody(|post| match post {
        0 | 1 => Mood::Lenient,
        _ => Mood::Silent,
    });
    let changes = moody(|post| match post {
        3 => Mood::Strict,
        _ => Mood::Lenient,
    });
    for (server, verdict) in [
        (falls_silent, "no verdict: it is silent where it answered"),
        (changes, "no verdict: it does something else each time"),
    ] {
        let addrs = [strict.addr, server.address()].map(|addr| addr.to_string());
        let words = ["--case", "body-of-post", "--wait", "300"];
        let (code, text, error) = grid(&[&[&addrs[0][..], &addrs[1]], &words[..]].concat());
        assert_eq!(code, Some(0), "{text}{error}");
        assert!(text.contains(verdict), "{text}");
        assert!(!text.contains("DISAGREE"), "{text}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_forgiving_proxy_before_a_lenient_server_is_a_vulnerable_pair() {
    if !have(&["python3"]) {
        return;
    }
    let folder = folder("grid-through");
    let proxy = format!("python3 {FORGIVING} {{port}} {{upstream}}");
    let lenient = lenient();
    let addr = lenient.address().to_string();
    let (code, text, error) = grid(&[
        "--through",
        &proxy,
        &addr,
        "--cases",
        "6.1",
        "--wait",
        "300",
    ]);
    assert_eq!(code, Some(1), "{text}{error}");
    let named = format!("in front of {addr}: the server gave 3\n");
    assert!(text.contains(&named), "{text}");
    let part = "both-smuggle-behind-chunks";
    assert!(text.contains(part), "{text}");
    assert!(
        text.contains("    C> GET /smuggled HTTP/1.1\\r\\n"),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );

    // The same proxy before a strict server smuggles nothing.
    let strict = strict(&folder);
    let addr = strict.addr.to_string();
    let (code, text, error) = grid(&[
        "--through",
        &proxy,
        &addr,
        "--case",
        "both-smuggle-behind-chunks",
        "--wait",
        "300",
    ]);
    assert_eq!(code, Some(0), "{text}{error}");
    assert!(text.contains("the pair agrees"), "{text}");
    fs::remove_dir_all(folder).unwrap();
}

/// A real server from `benches/servers`, which ends with the value.
struct Real(Child, SocketAddr);

impl Real {
    fn start(name: &str, port: u16) -> Real {
        let child = Command::new(RUN)
            .args([name, &port.to_string()])
            .env("WIRELAB", bin("wirelab"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let addr = SocketAddr::from(([127, 0, 0, 1], port));
        assert!(listens(addr), "{name}");
        Real(child, addr)
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        // The script ends its server when it gets SIGTERM.
        let id = self.0.id().to_string();
        let _ = Command::new("kill").arg(&id).status();
        let _ = self.0.wait();
    }
}

#[test]
fn real_servers_and_real_pairs_are_not_accused() {
    if !have(&[
        "sh", "nginx", "haproxy", "apache2", "lighttpd", "node", "python3", "caddy",
    ]) {
        return;
    }
    let names = [
        "serve", "nginx", "haproxy", "apache", "lighttpd", "node", "python", "caddy",
    ];
    let ip = "127.0.0.1".parse().unwrap();
    let ports: Vec<net::Port> = names.iter().map(|_| net::free_port(ip).unwrap()).collect();
    let servers = names.iter().zip(&ports);
    let servers: Vec<Real> = servers
        .map(|(name, port)| Real::start(name, port.number))
        .collect();
    let addrs: Vec<String> = servers.iter().map(|server| server.1.to_string()).collect();
    let addrs: Vec<&str> = addrs.iter().map(|addr| &addr[..]).collect();
    let calm = |words: &[&str]| {
        let (code, text, error) = grid(words);
        let accused: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("DISAGREE") || line.starts_with("VULNERABLE"))
            .collect();
        let who: Vec<String> = names
            .iter()
            .zip(&addrs)
            .map(|(name, addr)| format!("{name} is {addr}"))
            .collect();
        assert!(
            code == Some(0) && accused.is_empty(),
            "grid {words:?} ended with {code:?} and accused {accused:#?}, where {who:#?}\n{error}\n{text}"
        );
    };
    calm(&addrs);
    for proxy in ["nginx", "haproxy", "caddy"] {
        let proxy = format!("{RUN} {proxy} {{port}} {{upstream}}");
        for behind in [addrs[0], addrs[5]] {
            calm(&["--through", &proxy, behind]);
        }
    }
}

/// A server that resets all connections after its first ones.
fn falls_ill(after: usize) -> Serving {
    let listener = net::listen("127.0.0.1:0".parse().unwrap(), 64).unwrap();
    let clients = AtomicUsize::new(0);
    let serve = move |client: AcceptedClient| {
        let mut stream = client.stream;
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).unwrap_or(0);
        let body = match buffer[..count].starts_with(b"HEAD") {
            true => "",
            false => "hi",
        };
        if clients.fetch_add(1, Relaxed) < after {
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n";
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    };
    net::serve(listener, 64, serve).unwrap()
}

#[test]
fn a_server_that_stops_answering_agrees_with_nobody() {
    // As many connections as the baseline needs, and some.
    let (well, ill) = (lenient(), falls_ill(14));
    let (one, other) = (well.address().to_string(), ill.address().to_string());
    let (code, text, error) = grid(&[&one, &other, "--cases", "6.3"]);
    assert_eq!(code, Some(3), "{text}{error}");
    assert!(error.contains("does not answer as before"), "{error}");
    assert!(!text.contains("no pair disagrees"), "{text}");
    let closed = net::Closed::at("127.0.0.1:0".parse().unwrap()).unwrap();
    let absent = closed.addr.to_string();
    let (code, _, error) = grid(&[&one, &absent]);
    assert_eq!(code, Some(3), "{error}");
    assert_eq!(error.matches(&absent).count(), 1, "{error}");
}

#[test]
fn wrong_use_is_told() {
    for (words, part) in [
        (&["127.0.0.1:1"][..], "name two or more"),
        (&["192.0.2.1:80", "127.0.0.1:1"], "another machine"),
        (
            &["--through", "127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:2"],
            "takes one server",
        ),
        (
            &["127.0.0.1:1", "127.0.0.1:2", "--case", "no-hots"],
            "did you mean no-host?",
        ),
        (
            &["127.0.0.1:1", "127.0.0.1:2", "--cases", "99"],
            "no case is chosen",
        ),
    ] {
        let (code, _, error) = grid(words);
        assert_eq!(code, Some(2), "{words:?}: {error}");
        assert!(error.contains(part), "{words:?}: {error}");
    }
}
