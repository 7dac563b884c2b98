//! Lab 30 · Yesterday's tacos · the rules of RFC 9111 as functions: what may be stored, how old it is, and for how
//! long it is fresh. Times are seconds since 1970.

use wirelab::http::date;

use crate::cache::Stored;
use crate::message::Message;

/// A directive of `Cache-Control`: its argument, or "" without one. Names have no case (section 5.2), and an argument
/// may stand in quotes.
pub fn directive<'a>(message: &'a Message, wanted: &str) -> Option<&'a str> {
    message.list("cache-control").find_map(|element| {
        let (name, argument) = element.split_once('=').unwrap_or((element, ""));
        name.eq_ignore_ascii_case(wanted)
            .then(|| argument.trim_matches('"'))
    })
}

/// A number of seconds. One that is too large counts as 2^31 (section 1.2.2); no number is `None`.
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
        && answer.status() == 200 // we understand no other; 206 and 500 are passed on
        && answer.measured // of a body without a length nobody knows whether it is whole (section 3.3)
        && directive(request, "no-store").is_none()
        && !says("no-store")
        && !says("private")
        && answer.get("set-cookie").is_none() // more careful than the standard: section 7.3 allows it
        && !answer.list("vary").any(|name| name == "*")
        && (request.get("authorization").is_none() || shared) // section 3.5
        && (says("max-age") || says("s-maxage") || says("no-cache") || answer.get("expires").is_some())
}

/// For how many seconds an answer is fresh (section 4.2.1). What cannot be understood is stale.
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

/// How old an answer is that came at `at` (section 4.2.3).
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

/// Whether a stored answer may be given without asking the server (section 4).
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

/// The line that asks the server whether the stored answer is still right (section 4.3.1); "" when nothing in the
/// answer can be compared.
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
