//! Lab 23 · Not again, and only a bite · what a request asks for: the whole file, a part of the file, or nothing,
//! because the client has the file already.

use wirelab::http::{RequestHead, date};

/// What we know of a file without its bytes.
pub struct File {
    /// Its strong entity tag, with the quotes. The tag is made from the bytes of the file.
    pub tag: String,
    /// The time of the last change, in seconds since 1970.
    pub modified: i64,
    /// The number of bytes.
    pub length: u64,
}

/// What the answer must contain.
#[derive(Debug, PartialEq)]
pub enum Wish {
    /// 200: the whole file.
    All,
    /// 304: no body, because the client has the file already.
    Nothing,
    /// 206: from this byte to that byte, both included. The first byte is number 0.
    Part(u64, u64),
    /// 416: a part that does not exist.
    Outside,
}

/// Looks at the header lines in the order of RFC 9110, section 13.2.2. `now` is for dates with years of two digits.
pub fn wish(head: &RequestHead, file: &File, now: i64) -> Wish {
    let fields = head.fields;
    if fields.get("if-none-match").is_some() {
        // A list of tags, or * for any tag. W/ marks a weak tag; If-None-Match ignores this mark.
        let same = |one: &[u8]| one.strip_prefix(b"W/").unwrap_or(one) == file.tag.as_bytes();
        let mut tags = fields.list("if-none-match");
        if tags.any(|one| one.text == b"*" || same(one.text)) {
            return Wish::Nothing;
        }
    } else if let Some(text) = fields.only("if-modified-since") {
        // Only if the request has no tag: a date cannot show two changes within one second.
        if date::parse(text, now).is_some_and(|since| file.modified <= since) {
            return Wish::Nothing;
        }
    }
    let Some(range) = fields.only("range").filter(|_| head.method == b"GET") else {
        return Wish::All;
    };
    // If-Range: send the part if the tag is still the same, or else the whole new file. We accept only tags, because
    // a date is not exact enough.
    match fields.get("if-range") {
        Some(tag) if tag != file.tag.as_bytes() => Wish::All,
        _ => part(range, file.length),
    }
}

/// The part that a range names: `bytes=0-9` is ten bytes, `bytes=9-` all bytes from number 9 to the end, `bytes=-9`
/// the last nine. All other texts, also lists of parts, give All: a server may ignore a range (RFC 9110, section 14.2).
fn part(range: &[u8], length: u64) -> Wish {
    let text = std::str::from_utf8(range).unwrap_or_default();
    let Some((first, last)) = text
        .strip_prefix("bytes=")
        .and_then(|set| set.split_once('-'))
    else {
        return Wish::All;
    };
    let (first, last) = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => (first, last.min(length.saturating_sub(1))),
        (Some(first), None) if last.is_empty() => (first, length.saturating_sub(1)),
        (None, Some(0)) if first.is_empty() => return Wish::Outside,
        (None, Some(_)) if first.is_empty() && length == 0 => return Wish::All,
        (None, Some(n)) if first.is_empty() => (length.saturating_sub(n), length - 1),
        _ => return Wish::All,
    };
    if first < length {
        Wish::Part(first, last)
    } else {
        Wish::Outside
    }
}

/// 1*DIGIT. A number that is too large for a u64 becomes the largest u64.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}
