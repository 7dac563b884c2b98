//! What in a request decides about its answer: the fault for which it is refused, or the form that is allowed.
//!
//! Rule: each text names bytes of the request that came. Where two mistakes of a program look the same from
//! outside, the text says "either".

use super::{count, shown};
use crate::check::lenient_http_reader::{Message, find, upto};
use crate::http::target::decode_lenient;

/// The fault of a request that must be refused with `want`, where its bytes show it.
pub(super) fn fault(request: &Message, want: u16) -> Option<String> {
    let measured = |what: &str, length: usize| {
        format!(
            "Its {what} has {}. Either your program has no limit for that, or a larger one.",
            count(length, "byte")
        )
    };
    match want {
        414 => Some(measured("request line", request.first_line().len())),
        431 => Some(measured("head", request.head.len())),
        400 if bare_line_ends(request) => Some(
            "Its lines end in \\n alone, and a line of a head ends in \\r\\n. Another program may read such a message \
             in another way."
                .to_string(),
        ),
        501 => small_method(request),
        _ => None,
    }
}

/// Whether a line of the head ends without its CR.
fn bare_line_ends(request: &Message) -> bool {
    let mut lines = request.lines();
    lines.any(|line| line.ends_with(b"\n") && !line.ends_with(b"\r\n"))
}

/// A method that is known in capital letters.
fn small_method(request: &Message) -> Option<String> {
    let method = request.first_line().split(|&byte| byte == b' ').next()?;
    let capital = method.to_ascii_uppercase();
    let known = matches!(
        &capital[..],
        b"GET" | b"HEAD" | b"POST" | b"PUT" | b"DELETE"
    );
    (known && capital != method).then(|| {
        format!(
            "Upper and lower case matter in a method: `{}` is not `{}`.",
            shown(method),
            shown(&capital)
        )
    })
}

/// Why a request that a program refused with `have` is allowed, where its bytes show it.
pub(super) fn allowed(request: &Message, have: u16) -> Option<String> {
    let old = request.first_line().ends_with(b"HTTP/1.0");
    let target = request.target().unwrap_or_default();
    match have {
        400 if old && request.field("Host").is_none() => {
            Some("A request of HTTP/1.0 need not have a Host line.".to_string())
        }
        404 if target.contains(&b'+') => {
            Some("In a path `+` is a plus sign, and not a space.".to_string())
        }
        416 => {
            let range = request.field("Range")?;
            Some(format!(
                "Look at `Range: {}`: a range that ends before it begins is none, and the server ignores it.",
                shown(range)
            ))
            .filter(|_| ends_before_it_begins(range))
        }
        _ => None,
    }
}

/// `bytes=9-5`.
fn ends_before_it_begins(range: &[u8]) -> bool {
    let text = std::str::from_utf8(range).unwrap_or_default();
    let ends = text
        .strip_prefix("bytes=")
        .and_then(|ends| ends.split_once('-'));
    let number = |text: &str| text.parse::<u64>().ok();
    ends.and_then(|(first, last)| Some(number(first)? > number(last)?)) == Some(true)
}

/// What about the path decides for 400: a slash that is encoded, or a percent sign without two hex digits.
pub(super) fn faulty_path(request: &Message, want: u16) -> String {
    let target = request.target().unwrap_or_default().to_ascii_lowercase();
    let percents = target.split(|&byte| byte == b'%').skip(1);
    let mut bad = percents.filter(|behind| {
        let digits = behind.first_chunk::<2>();
        !digits.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    });
    if want != 400 {
        return String::new();
    }
    if let Some(behind) = bad.next() {
        return format!(
            " In this path two hexadecimal digits are due behind a `%`, and `{}` stands there. A function that reads \
             a number often takes a sign too, or stops at the first byte that it does not know.",
            shown(upto(behind, 2))
        );
    }
    match find(&target, b"%2f").is_some() {
        true => {
            " In this path `%2f` is a slash inside a name. Cut the path at its slashes first, and decode each piece \
             then: a piece that contains a slash gets 400."
                .to_string()
        }
        false => String::new(),
    }
}

/// What became of a target on its way, where the part that differs shows it.
pub(super) fn changed_target(want: &[u8], have: &[u8]) -> Option<String> {
    if decode_lenient(want) == have {
        let text = "it is decoded. What is encoded in a URL stays as it is: the server decodes it";
        return Some(text.to_string());
    }
    let (long, short, what) = match want.len() > have.len() {
        true => (want, have, "is lost"),
        false => (have, want, "is added"),
    };
    let pairs = long.iter().zip(short);
    let before = pairs.take_while(|(a, b)| a == b).count();
    let behind = long.iter().rev().zip(short.iter().rev());
    let behind = behind.take_while(|(a, b)| a == b).count();
    let part = long.get(before..long.len().checked_sub(short.len())? + before)?;
    let one = before + behind >= short.len() && !part.is_empty();
    one.then(|| format!("`{}` {what}", shown(part)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::lenient_http_reader::message;

    #[test]
    fn a_part_that_is_lost_or_added_is_named() {
        let change = |want: &str, have: &str| changed_target(want.as_bytes(), have.as_bytes());
        let lost = change("/12:30/menu", "/12/menu");
        assert_eq!(lost.as_deref(), Some("`:30` is lost"));
        let added = change("/menu", "/menu:8080");
        assert_eq!(added.as_deref(), Some("`:8080` is added"));
        assert!(change("/a%20b", "/a b").unwrap().contains("decoded"));
        assert_eq!(change("/menu", "/soup"), None);
        assert_eq!(change("/abc", "/xbcd"), None);
    }

    #[test]
    fn the_fault_is_read_from_the_request() {
        let fault = |request: &str, want| fault(&message(request.as_bytes()), want);
        let text = fault("GET /taco HTTP/1.1\r\n\r\n", 414).unwrap();
        assert!(text.contains("18 bytes"), "{text}");
        let text = fault("GET / HTTP/1.1\nHost: a\n\n", 400).unwrap();
        assert!(text.contains("\\n alone"), "{text}");
        assert_eq!(fault("GET / HTTP/1.1\r\n\r\n", 400), None);
        let text = fault("get / HTTP/1.1\r\n\r\n", 501).unwrap();
        assert!(text.contains("`get` is not `GET`"), "{text}");
        assert_eq!(fault("BREW / HTTP/1.1\r\n\r\n", 501), None);
    }

    #[test]
    fn what_is_allowed_is_read_from_the_request() {
        let allowed = |request: &str, have| allowed(&message(request.as_bytes()), have);
        assert!(allowed("GET / HTTP/1.0\r\n\r\n", 400).is_some());
        assert!(allowed("GET / HTTP/1.1\r\n\r\n", 400).is_none());
        assert!(allowed("GET /a+b HTTP/1.1\r\n\r\n", 404).is_some());
        let backwards = "GET / HTTP/1.1\r\nRange: bytes=9-5\r\n\r\n";
        assert!(allowed(backwards, 416).unwrap().contains("bytes=9-5"));
        let forwards = "GET / HTTP/1.1\r\nRange: bytes=5-9\r\n\r\n";
        assert!(allowed(forwards, 416).is_none());
    }
}
