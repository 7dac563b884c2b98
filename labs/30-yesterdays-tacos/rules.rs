//! Lab 30 · Yesterday's tacos · the rules of RFC 9111 as functions: which answers we may store, the age of an
//! answer, and its lifetime. Times are seconds since 1970.

use wirelab::http::date;

use crate::cache::Stored;
use crate::message::Message;

/// A directive of `Cache-Control`: its argument, or "" without one. In names, capital and small letters mean the same
/// (section 5.2). An argument may be in quotes.
pub fn directive<'a>(message: &'a Message, wanted: &str) -> Option<&'a str> {
    message.list("cache-control").find_map(|element| {
        let (name, argument) = element.split_once('=').unwrap_or((element, ""));
        name.eq_ignore_ascii_case(wanted)
            .then(|| argument.trim_matches('"'))
    })
}

/// A number of seconds. A number that is too large is 2^31 (section 1.2.2). `None`: the text is not a number.
pub fn seconds(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let most = 1 << 31;
    digits.then(|| text.parse().unwrap_or(most).min(most))
}

/// Whether a shared cache may store this answer (section 3).
pub fn may_store(request: &Message, answer: &Message) -> bool {
    let says = |name| directive(answer, name).is_some();
    let shared = says("public") || says("s-maxage") || says("must-revalidate");
    request.method() == "GET"
        && answer.status() == 200 // we store no other status
        && answer.measured // without a length we cannot know whether a body is complete (section 3.3)
        && directive(request, "no-store").is_none()
        && !says("no-store")
        && !says("private")
        && answer.get("set-cookie").is_none() // stricter than the standard: section 7.3 allows it
        && !answer.list("vary").any(|name| name == "*")
        && (request.get("authorization").is_none() || shared) // section 3.5
        && (says("max-age") || says("s-maxage") || says("no-cache") || answer.get("expires").is_some())
}

/// The lifetime of an answer in seconds (section 4.2.1). 0 if it is not a number.
pub fn lifetime(answer: &Message, now: i64) -> i64 {
    let shared = directive(answer, "s-maxage").or(directive(answer, "max-age"));
    let date = |name| {
        answer
            .get(name)
            .and_then(|text| date::parse(text.as_bytes(), now))
    };
    match shared {
        Some(text) => seconds(text).unwrap_or(0),
        None => match (date("expires"), date("date")) {
            (Some(expires), Some(date)) => (expires - date).max(0),
            _ => 0,
        },
    }
}

/// The age of an answer that came at the time `at` (section 4.2.3).
pub fn age(answer: &Message, at: i64, now: i64) -> i64 {
    let date = answer
        .get("date")
        .and_then(|text| date::parse(text.as_bytes(), now));
    let apparent = date.map_or(0, |date| (at - date).max(0));
    let told = answer
        .get("age")
        .map_or(0, |text| seconds(text).unwrap_or(0));
    apparent.max(told) + (now - at).max(0)
}

/// Whether we may send a stored answer without asking the server (section 4).
pub fn is_usable(stored: &Stored, request: &Message, now: i64) -> bool {
    let (age, lifetime) = (
        age(&stored.answer, stored.at, now),
        lifetime(&stored.answer, now),
    );
    let number = |name| directive(request, name).and_then(seconds);
    age < lifetime
        && directive(&stored.answer, "no-cache").is_none()
        && directive(request, "no-cache").is_none()
        && number("max-age").is_none_or(|most| age <= most && most > 0)
        && number("min-fresh").is_none_or(|least| lifetime - age >= least)
}

/// The line that asks the server whether the stored answer is still right (section 4.3.1); "" if the
/// answer has no ETag and no Last-Modified.
pub fn question(stored: &Stored) -> String {
    let validators = [
        ("etag", "If-None-Match"),
        ("last-modified", "If-Modified-Since"),
    ];
    let mut lines = validators.iter().filter_map(|(field, line)| {
        let value = stored.answer.get(field)?;
        Some(format!("{line}: {value}\r\n"))
    });
    lines.next().unwrap_or_default()
}
