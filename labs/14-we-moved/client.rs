//! Lab 14 · We moved · the client: it sends a request, and follows the redirects that it gets.
//!
//!     cargo run --bin lab14-client [URL [METHOD]]  without: http://127.0.0.1:8014/menu, GET

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use wirelab::http::url::{Web, resolve};

const MOST_HOPS: u32 = 5; // two redirects that name each other have no end
const LONGEST_ANSWER: u64 = 1_000_000; // bytes
const PATIENCE: Duration = Duration::from_secs(5);

/// Follows redirects, up to the first answer that is not a redirect. Returns the body of that answer.
fn follow(mut url: String, mut method: String) -> Result<Vec<u8>, String> {
    for _ in 0..=MOST_HOPS {
        let web = Web::parse(&url).map_err(|why| format!("{url}: {why}"))?;
        let answer = ask(&method, &web).map_err(|error| format!("{url}: {}", in_words(&error)))?;
        let (status, location, body) = read(&answer).ok_or(format!("{url}: no HTTP answer"))?;
        match (status, location) {
            (301 | 302 | 303 | 307 | 308, Some(location)) => {
                // The value is a reference: a whole URL, or a part of a URL.
                let next = resolve(&url, &location);
                eprintln!("{method} {url}\n    {status}, Location: {location}");
                url = next;
                // After 307 and 308 the method stays, after 303 it is GET. After 301 and 302 a POST becomes a
                // GET, too: the first standard said otherwise, but browsers send GET.
                if status == 303 || (status < 303 && method == "POST") {
                    method = "GET".to_string();
                }
            }
            (200, _) => return Ok(body),
            _ => return Err(format!("{url}: the server answers {status}")),
        }
    }
    Err(format!(
        "{url}: {MOST_HOPS} redirects followed, and the next answer is a redirect, too"
    ))
}

/// One connection, one request. `Host` contains the host of *this* URL, and not of the first URL.
fn ask(method: &str, web: &Web) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect((web.host.as_str(), web.port))?;
    server.set_read_timeout(Some(PATIENCE))?;
    let length = if method == "POST" {
        "Content-Length: 0\r\n"
    } else {
        ""
    };
    let request = format!(
        "{method} {} HTTP/1.1\r\n\
         Host: {}\r\n\
         {length}\
         Connection: close\r\n\
         \r\n",
        web.target, web.authority,
    );
    server.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    server.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    Ok(answer)
}

/// Status, `Location` and body of an answer; `None` if the answer is not HTTP. (Lab 10 has a full parser.)
fn read(answer: &[u8]) -> Option<(u16, Option<String>, Vec<u8>)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines
        .next()?
        .strip_prefix("HTTP/1.1 ")?
        .get(..3)?
        .parse()
        .ok()?;
    let mut fields = lines.filter_map(|line| line.split_once(':'));
    let location = fields.find(|(name, _)| name.eq_ignore_ascii_case("location"));
    let location = location.map(|(_, value)| value.trim().to_string());
    Some((status, location, answer[end + 4..].to_vec()))
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let url = words
        .next()
        .unwrap_or("http://127.0.0.1:8014/menu".to_string());
    let method = words.next().unwrap_or("GET".to_string());
    match follow(url, method) {
        Ok(body) => {
            print!("{}", String::from_utf8_lossy(&body));
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("lab14-client: {why}");
            ExitCode::FAILURE
        }
    }
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            "nobody listens there: start the server first, in another terminal".to_string()
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => format!("said nothing for {PATIENCE:?}"),
        ErrorKind::ConnectionReset => "broke the connection off in the middle".to_string(),
        _ => error.to_string(),
    }
}
