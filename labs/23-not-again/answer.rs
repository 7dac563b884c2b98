//! Lab 23 · Not again, and only a bite · the answers: the header lines of a file, and the part of the file that
//! the client asks for.

use std::fs;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use wirelab::http::{RequestHead, date, write};
use wirelab::wire::sha256;

use crate::asked::{File, Wish, wish};

/// The answer, in bytes, to a request without a body.
pub fn answer(head: &RequestHead, root: &str, closes: bool) -> io::Result<Vec<u8>> {
    if !matches!(head.method, b"GET" | b"HEAD") {
        return Ok(no(501, "GET and HEAD are all that we know", "", closes));
    }
    // Names are as in lab 7: one folder, and no dot at the beginning.
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let name = head.target.strip_prefix(b"/").unwrap_or_default();
    let fine = !name.is_empty() && name.iter().all(plain) && !name.starts_with(b".");
    let path = format!("{root}/{}", String::from_utf8_lossy(name));
    if !fine || !fs::metadata(&path).is_ok_and(|about| about.is_file()) {
        return Ok(no(404, "no such file here", "", closes));
    }
    let bytes = fs::read(&path)?;
    let now = now();
    let file = File {
        tag: tag(&bytes),
        // If the file is newer than the clock, Last-Modified is the time of the clock.
        modified: seconds(fs::metadata(&path)?.modified()?).min(now),
        length: bytes.len() as u64,
    };
    let wish = wish(head, &file, now);
    let length = file.length;
    let (status, part, range) = match wish {
        Wish::All => (200, &bytes[..], String::new()),
        Wish::Nothing => (304, &[][..], String::new()),
        Wish::Part(first, last) => (
            206,
            &bytes[first as usize..=last as usize],
            format!("Content-Range: bytes {first}-{last}/{length}\r\n"),
        ),
        Wish::Outside => {
            let range = format!("Content-Range: bytes */{length}\r\n");
            return Ok(no(416, "the file is not that long", &range, closes));
        }
    };
    let mut fields = format!("ETag: {}\r\n", file.tag);
    // A client that gets a 304, or a 206 after If-Range, knows these lines already.
    if status != 304 && head.fields.get("if-range").is_none_or(|_| status == 200) {
        let modified = date::format(file.modified);
        fields += &format!("Last-Modified: {modified}\r\nAccept-Ranges: bytes\r\n");
    }
    if status != 304 {
        fields += &format!("{range}Content-Length: {}\r\n", part.len());
    }
    let body = if head.method == b"HEAD" { &[] } else { part };
    Ok(in_bytes(status, &fields, body, closes))
}

/// A refusal: a status, a sentence as the body, and additional header lines.
pub fn no(status: u16, why: &str, fields: &str, closes: bool) -> Vec<u8> {
    let fields = format!("{fields}Content-Length: {}\r\n", why.len() + 1);
    in_bytes(status, &fields, format!("{why}\n").as_bytes(), closes)
}

fn in_bytes(status: u16, fields: &str, body: &[u8], closes: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    write::status_line(&mut bytes, status);
    let close = if closes { "Connection: close\r\n" } else { "" };
    let date = date::format(now());
    bytes.extend(format!("Date: {date}\r\n{fields}{close}\r\n").bytes());
    bytes.extend(body);
    bytes
}

/// The file's tag, made from its bytes: the first sixteen digits of the SHA-256 of these bytes.
fn tag(bytes: &[u8]) -> String {
    format!("\"{}\"", &sha256::hex(bytes)[..16])
}

/// Whether WIRELAB_NOW, if it is set, is a second before the year 10000. The dates of HTTP have years of four digits.
pub fn now_is_valid() -> bool {
    let told = std::env::var("WIRELAB_NOW").ok();
    told.is_none_or(|text| {
        text.parse()
            .is_ok_and(|now: i64| (0..253_402_300_800).contains(&now))
    })
}

fn now() -> i64 {
    let told = std::env::var("WIRELAB_NOW").ok();
    let told = told.and_then(|text| text.parse().ok());
    told.unwrap_or_else(|| seconds(SystemTime::now()))
}

/// Seconds since 1970; 0 for an earlier time.
fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
