//! Lab 23 · Not again, and only a bite · what a request asks for, of a file that we have: all of it, nothing
//! because the client has it already, or a part.

use wirelab::http::{RequestHead, date};

/// What we know of a file without its bytes.
pub struct File {
    /// Its strong entity tag, quotes included: another tag, other bytes.
    pub tag: String,
    /// When it last changed, in seconds since 1970.
    pub modified: i64,
    /// In bytes.
    pub length: u64,
}

/// What the answer should bring.
#[derive(Debug, PartialEq)]
pub enum Wish {
    /// 200: all of it.
    All,
    /// 304: the client has it already.
    Nothing,
    /// 206: from this byte to that one, both included, counted from 0.
    Part(u64, u64),
    /// 416: a part that does not exist.
    Outside,
}

/// The questions in the order of RFC 9110, section 13.2.2. `now` is for dates of two-digit years.
pub fn wish(head: &RequestHead, file: &File, now: i64) -> Wish {
    let fields = head.fields;
    if fields.get("if-none-match").is_some() {
        // A list of tags, or * for any. W/ in front would say: as good as this one. Good enough here.
        let same = |one: &[u8]| one.strip_prefix(b"W/").unwrap_or(one) == file.tag.as_bytes();
        let mut tags = fields.list("if-none-match");
        if tags.any(|one| one.text == b"*" || same(one.text)) {
            return Wish::Nothing;
        }
    } else if let Some(text) = fields.only("if-modified-since") {
        // Only when there is no tag to compare: a date cannot tell two changes within one second.
        if date::parse(text, now).is_some_and(|since| file.modified <= since) {
            return Wish::Nothing;
        }
    }
    let Some(range) = fields.only("range").filter(|_| head.method == b"GET") else {
        return Wish::All;
    };
    // "The rest, if it is still the same file. If not, all of the new one." A date is not sure enough.
    match fields.get("if-range") {
        Some(tag) if tag != file.tag.as_bytes() => Wish::All,
        _ => part(range, file.length),
    }
}

/// `bytes=0-9` are ten bytes, `bytes=9-` all from the tenth on, `bytes=-9` the last nine. What is no such
/// thing, several parts among it, is passed over: whoever asks for less may always get all.
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

/// 1*DIGIT; what is too large for a number is as large as a number can be.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}
