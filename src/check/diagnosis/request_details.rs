//! What in a request decides about its answer: the fault for which it is refused, or the form that is allowed.
//!
//! Rule: each text names bytes of the request that came. Where two mistakes of a program look the same from
//! outside, the text says "either".

use super::{count, shown};
use crate::check::lenient_http_reader::{Message, find, upto};
use crate::http::grammar::{FIELD_TEXT, is};
use crate::http::target::{decode_form, decode_lenient};

/// The fault of a request that must be refused with `want`, where its bytes show it.
pub(super) fn fault(request: &Message, want: u16) -> Option<String> {
    let measured = |what: &str, length: usize| {
        format!(
            "The {what} of the request has {}. Either your program has no limit for this length, or its limit is too \
             large.",
            count(length, "byte")
        )
    };
    match want {
        414 => Some(measured("request line", request.first_line().len())),
        431 => Some(measured("head", request.head.len())),
        408 if request.body.is_none() => Some(
            "The head of the request is not complete, because the empty line never came. Wait for the empty line \
             before you answer. But wait only until the time limit has passed."
                .to_string(),
        ),
        416 => Some(format!(
            "`Range: {}` asks for the last 0 bytes of the file. Such a part does not exist.",
            shown(request.field("Range").filter(|range| *range == b"bytes=-0")?)
        )),
        400 => broken_syntax(request),
        501 => small_method(request),
        _ => None,
    }
}

/// The fault for which a request gets 400.
fn broken_syntax(request: &Message) -> Option<String> {
    let hosts = field_count(request, b"Host");
    let has = |name| request.field(name).is_some();
    if hosts > 1 {
        Some(format!(
            "The request has {hosts} Host lines, so nobody can know which of them is meant."
        ))
    } else if has("Transfer-Encoding") && has("Content-Length") {
        let text = "The request has a Content-Length and a Transfer-Encoding. Two programs may disagree about where \
            such a message ends.";
        Some(text.to_string())
    } else if let Some((byte, line)) = control_byte(request) {
        Some(format!(
            "The line `{}` contains the control byte {byte:02x}. A value may contain only one control byte, the tab.",
            shown(line.trim_ascii_end())
        ))
    } else if let Some(size) = wrong_size(request) {
        Some(format!(
            "A chunk of the body begins with `{}`, which is not a number of hexadecimal digits. A function that \
             reads a number often accepts a sign or `0x`.",
            shown(size)
        ))
    } else {
        let text = "A line of the request's head ends in \\n alone, but it must end in \\r\\n. Another program may read \
            such a message in a different way.";
        bare_line_ends(request).then(|| text.to_string())
    }
}

/// A control byte in a header line that is whole, and the line.
fn control_byte<'a>(request: &Message<'a>) -> Option<(u8, &'a [u8])> {
    let control = |byte: &&u8| !is(**byte, FIELD_TEXT) && **byte != b'\r';
    request.lines().skip(1).find_map(|line| {
        let text = line.strip_suffix(b"\r\n")?;
        Some((*text.iter().find(control)?, text))
    })
}

/// The first size line of a body in chunks, where its size is no number.
fn wrong_size<'a>(request: &Message<'a>) -> Option<&'a [u8]> {
    let body = request.body.filter(|_| request.chunked())?;
    let line = body.split(|&byte| byte == b'\n').next()?;
    let size = line.split(|&byte| byte == b';').next()?.trim_ascii();
    let digits = !size.is_empty() && size.iter().all(u8::is_ascii_hexdigit);
    (!digits).then_some(size)
}

/// How many lines of the head have this name.
fn field_count(request: &Message, name: &[u8]) -> usize {
    request
        .fields()
        .filter(|(own, _)| own.eq_ignore_ascii_case(name))
        .count()
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
            "Upper and lower case matter in the name of a method: `{}` is not `{}`.",
            shown(method),
            shown(&capital)
        )
    })
}

/// What a server that does not refuse puts at risk: it depends on what was wrong.
pub(super) fn why_refused(status: u16) -> &'static str {
    match status {
        400 | 421 | 501 | 505 => {
            "Another program may read a faulty message in a different way. So refuse the message, and do not guess \
             what it means."
        }
        404 | 410 => {
            "Nothing on this server has this name. But a 2xx says that something has this name."
        }
        405 => "A 2xx tells the client that the server has done what the method asks for.",
        408 | 413 => {
            "The request exceeds a limit of time or of size. Without limits, one client can use all the time or \
             memory of the server."
        }
        411 => "This server accepts a body only if the request announces its length.",
        416 => {
            "The file has no such part. If you send a different part, the client puts it into its copy at a wrong \
             place."
        }
        _ => "A 2xx tells the client that the request succeeded.",
    }
}

/// Why a request that a program refused with `have` is allowed, where its bytes show it.
pub(super) fn allowed(request: &Message, have: u16) -> Option<String> {
    let old = request.first_line().ends_with(b"HTTP/1.0");
    let target = request.target().unwrap_or_default();
    match have {
        400 if old && request.field("Host").is_none() => {
            Some("A request of HTTP/1.0 need not have a Host line.".to_string())
        }
        400 if form(request).is_some() => Some(format!(
            "The form in the request is `{}`. Cut a form at each `&`, and each field at its first `=`.",
            shown(form(request)?)
        )),
        400 if unlike_name(request).is_some() => unlike_name(request),
        413 => request.length().map(|length| {
            format!(
                "The request announces {}. Look at the code that compares this length with your limit.",
                count(length, "byte")
            )
        }),
        404 if target.contains(&b'+') => {
            Some("In a path `+` means a plus sign. It means a space only in a form.".to_string())
        }
        404 if find(target, b"//").is_some() || find(target, b"/.").is_some() => Some(
            "In a path an empty piece and the piece `.` have no meaning, and `..` removes the piece before it.".to_string(),
        ),
        414 => Some(format!(
            "The request line has {}, which is within the limit.",
            count(request.first_line().len(), "byte")
        )),
        431 => Some(format!(
            "The head of the request has {}, which is within the limit.",
            count(request.head.len(), "byte")
        )),
        416 => {
            let range = request.field("Range")?;
            Some(format!(
                "Look at `Range: {}`. A range that ends before it begins is not a valid range, so the server ignores \
                 it.",
                shown(range)
            ))
            .filter(|_| ends_before_it_begins(range))
        }
        _ => None,
    }
}

/// Content-Length in other letters than most clients write it.
fn unlike_name(request: &Message) -> Option<String> {
    let name = request.fields().map(|(name, _)| name);
    let mut name = name.filter(|name| name.eq_ignore_ascii_case(b"content-length"));
    let name = name.find(|name| *name != b"Content-Length")?;
    Some(format!(
        "The length is in the line `{}`. Upper and lower case mean the same in the name of a header line.",
        shown(name)
    ))
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

/// What in the request decides between two statuses, as a sentence after a space.
pub(super) fn decides(request: &Message, want: u16, have: u16) -> String {
    let path = match (want, have) {
        (400, _) => faulty_path(request),
        (404, 400 | 403) => harmless_path(request),
        _ => None,
    };
    let order = || match (want, have) {
        (505, 404 | 405 | 501) => {
            Some("Test the version first, before the method and the path.".to_string())
        }
        (405 | 501, 404) => Some("Test the method before the path.".to_string()),
        (411, 404 | 405) => {
            Some("The request has no Content-Length. Test this before the path.".to_string())
        }
        (200, 206) => several_parts(request),
        (414, 431) => Some(
            "Test the limit for the request line first, before the limit for the head.".to_string(),
        ),
        (400, 501) if request.field("Transfer-Encoding").is_some() => Some(format!(
            "The Transfer-Encoding of the request is `{}`. Test first whether `chunked` is the last coding.",
            shown(request.field("Transfer-Encoding")?)
        )),
        _ => None,
    };
    let found = path.or_else(order).or_else(|| fault(request, want));
    let found = found.or_else(|| empty_dish(request, want));
    found.map_or(String::new(), |text| format!(" {text}"))
}

/// A percent sign of the path without two hex digits behind it: what stands there.
fn bad_percent(target: &[u8]) -> Option<&[u8]> {
    let mut behind = target.split(|&byte| byte == b'%').skip(1);
    behind.find(|behind| {
        let digits = behind.first_chunk::<2>();
        !digits.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    })
}

/// What about the path decides for 400: a slash that is encoded, or a percent sign without two hex digits.
fn faulty_path(request: &Message) -> Option<String> {
    let target = request.target().unwrap_or_default().to_ascii_lowercase();
    if let Some(behind) = bad_percent(&target) {
        return Some(format!(
            "In this path two hexadecimal digits must follow a `%`, but `{}` follows. A function that reads a number \
             often accepts a plus or minus sign, too, or stops at the first byte that it does not know.",
            shown(upto(behind, 2))
        ));
    }
    find(&target, b"%2f")?;
    let text = "In this path `%2f` is a slash inside a name. Cut the path at its slashes first, and then decode each \
        piece. If a piece contains a slash after the decoding, answer 400.";
    Some(text.to_string())
}

/// Why a path that names no file is not refused in another way.
fn harmless_path(request: &Message) -> Option<String> {
    let target = request.target()?.to_ascii_lowercase();
    let text = if find(&target, b"%2f").is_some() {
        "In this path `%2f` is an encoded slash. In this lab such a path gets the same answer as a path without a \
         file."
    } else if target.contains(&b'%') && bad_percent(&target).is_none() {
        "In this path two hexadecimal digits follow each `%`. Upper and lower case mean the same in these digits. \
         Two dots at the root have no meaning, also when they are encoded."
    } else if target.starts_with(b"/../") {
        "The two dots are at the root of the site. No folder is above the root, so the dots have no meaning. Look \
         for the rest of the path."
    } else {
        return None;
    };
    Some(text.to_string())
}

/// A request for several parts of a file.
fn several_parts(request: &Message) -> Option<String> {
    let range = request
        .field("Range")
        .filter(|range| range.contains(&b','))?;
    Some(format!(
        "`Range: {}` asks for several parts. This lab's server ignores such a range.",
        shown(range)
    ))
}

/// A form whose dish has no letter.
fn empty_dish(request: &Message, want: u16) -> Option<String> {
    let form = form(request).filter(|_| want == 400)?;
    let dish = form
        .split(|&byte| byte == b'&')
        .find_map(|field| field.strip_prefix(b"dish="));
    let blank = dish.is_none_or(|dish| decode_form(dish).trim_ascii().is_empty());
    blank.then(|| {
        format!(
            "The form in the request is `{}`. It has no dish, or its dish contains only spaces.",
            shown(form)
        )
    })
}

/// The body of a form as browsers send it.
fn form<'a>(request: &Message<'a>) -> Option<&'a [u8]> {
    let kind = request.field("Content-Type")?;
    request
        .body
        .filter(|_| kind.starts_with(b"application/x-www-form-urlencoded"))
}

/// What became of a target on its way, where the part that differs shows it.
pub(super) fn changed_target(want: &[u8], have: &[u8]) -> Option<String> {
    let keep = "Send the encoded bytes of a URL as they are, because the server decodes them";
    if decode_lenient(want) == have {
        return Some(format!("you decoded the target. {keep}"));
    }
    if want != have && decode_lenient(want) == decode_lenient(have) {
        let same = want.iter().zip(have).take_while(|(a, b)| a == b).count();
        let escape = want
            .get(same..same + 3)
            .filter(|part| part.starts_with(b"%"))?;
        return Some(format!("you decoded `{}`. {keep}", shown(escape)));
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
    fn what_decides_between_two_statuses_is_read_from_the_request() {
        let decides = |request: &str, want, have| decides(&message(request.as_bytes()), want, have);
        let text = decides("EAT / HTTP/3.0\r\n\r\n", 505, 501);
        assert!(text.contains("Test the version first"), "{text}");
        let text = decides("GET /%2e%2e/a HTTP/1.1\r\n\r\n", 404, 400);
        assert!(text.contains("Upper and lower case"), "{text}");
        let text = decides("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, 404);
        assert!(text.contains("2 Host lines"), "{text}");
        let form = "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\n";
        let text = decides(&format!("{form}dish=++"), 400, 303);
        assert!(text.contains("only spaces"), "{text}");
        assert_eq!(decides(&format!("{form}dish=ab"), 400, 303), "");
        assert_eq!(decides("GET /a HTTP/1.1\r\n\r\n", 404, 403), "");
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
