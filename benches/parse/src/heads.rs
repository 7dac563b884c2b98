//! Six heads as real programs send them, from curl's to one with 60 fields.

/// A head and where it is from.
pub struct Head {
    /// At most 12 letters.
    pub name: &'static str,
    /// Request line, fields, empty line.
    pub bytes: Vec<u8>,
}

/// The six heads, the shortest first.
pub fn all() -> Vec<Head> {
    let head = |name, lines: Vec<String>| Head {
        name,
        bytes: (lines.join("\r\n") + "\r\n\r\n").into_bytes(),
    };
    vec![
        head("curl", lines(CURL)),
        head("wrk", lines(WRK)),
        head("firefox", lines(FIREFOX)),
        head("chromium", lines(CHROMIUM)),
        head("cookies", with_cookies()),
        head("60 fields", sixty()),
    ]
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_string).collect()
}

const CURL: &str = "\
GET / HTTP/1.1
Host: localhost:8080
User-Agent: curl/8.14.1
Accept: */*";

const WRK: &str = "\
GET /index.html HTTP/1.1
Host: 127.0.0.1:8080
Connection: keep-alive
X-Request: 1";

const FIREFOX: &str = "\
GET /labs/09-smallest-answer/ladder.svg HTTP/1.1
Host: localhost:8024
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0
Accept: image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5
Accept-Language: en-US,en;q=0.5
Accept-Encoding: gzip, deflate, br, zstd
Connection: keep-alive
Referer: http://localhost:8024/labs/09-smallest-answer/
Sec-Fetch-Dest: image
Sec-Fetch-Mode: no-cors
Sec-Fetch-Site: same-origin
Priority: u=4, i";

const CHROMIUM: &str = "\
GET /menu/tacos?day=monday&size=3&sauce=green HTTP/1.1
Host: tacos.example:8080
Connection: keep-alive
Cache-Control: max-age=0
sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"
sec-ch-ua-mobile: ?0
sec-ch-ua-platform: \"Linux\"
Upgrade-Insecure-Requests: 1
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8
Sec-Fetch-Site: none
Sec-Fetch-Mode: navigate
Sec-Fetch-User: ?1
Sec-Fetch-Dest: document
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: en-US,en;q=0.9,es;q=0.8
If-None-Match: \"66f1c2a0-2f8\"
If-Modified-Since: Mon, 23 Sep 2024 19:31:28 GMT";

/// Chromium's with two kilobytes of cookies, as on a site with many helpers.
fn with_cookies() -> Vec<String> {
    let mut lines = lines(CHROMIUM);
    let cookies: Vec<String> = (0..24)
        .map(|n| {
            format!(
                "_site_{n}=GA1.{n}.{}.{}",
                n * 48_271 + 100_000,
                "4f2c9a7e".repeat(8)
            )
        })
        .collect();
    lines.push(format!("Cookie: {}", cookies.join("; ")));
    lines
}

/// What a request can look like behind a row of proxies, each of which adds its own.
fn sixty() -> Vec<String> {
    let mut lines = lines(CHROMIUM);
    lines.push("X-Forwarded-For: 203.0.113.7, 198.51.100.23, 192.0.2.41".to_string());
    lines.push("X-Forwarded-Proto: https".to_string());
    lines.push("Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_string());
    let names = ["Id", "Region", "Tenant", "Flags", "Deadline", "Route"];
    for n in 0.. {
        if lines.len() == 61 {
            return lines;
        }
        let name = names[n % names.len()];
        let value = "abcdef0123456789".repeat(n % 4 + 1);
        lines.push(format!("X-Edge-{name}-{n}: {value}"));
    }
    lines
}
