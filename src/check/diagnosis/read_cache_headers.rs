//! What an answer says about storing it and about its age, as far as a cause needs it.
//!
//! Rule: this is not a cache. It says in words what stands in a message, and names a reason only where the message
//! has one.

use super::exchanges_on_both_legs::Exchange;
use super::shown;
use crate::check::lenient_http_reader::{Message, message};

/// The elements of `Cache-Control`, in small letters.
pub(super) fn directives(message: &Message) -> Vec<String> {
    let elements = message.elements("Cache-Control").into_iter();
    elements
        .map(|element| element.to_ascii_lowercase())
        .filter(|element| !element.is_empty())
        .collect()
}

/// Whether `Cache-Control` is written in a way that not every program reads: in capital letters, with quotes, in
/// several lines, or with a directive that is not known to this course.
pub(super) fn strange_directives(message: &Message) -> bool {
    const KNOWN: [&str; 8] = [
        "max-age",
        "s-maxage",
        "public",
        "private",
        "no-cache",
        "no-store",
        "must-revalidate",
        "proxy-revalidate",
    ];
    let lines = message
        .fields()
        .filter(|(name, _)| name.eq_ignore_ascii_case(b"Cache-Control"));
    let lines: Vec<&[u8]> = lines.map(|(_, value)| value).collect();
    let plain = |byte: &u8| !byte.is_ascii_uppercase() && *byte != b'"';
    let unknown = directives(message).iter().any(|one| {
        let name = one.split('=').next().unwrap_or_default();
        !KNOWN.contains(&name)
    });
    lines.len() > 1 || unknown || !lines.iter().all(|line| line.iter().all(plain))
}

/// `Age`, where it is a number.
pub(super) fn age_of(answer: &Message) -> Option<u64> {
    let age = answer.field("Age")?;
    std::str::from_utf8(age).ok()?.parse().ok()
}

/// What an answer says about its lifetime and its age: "says `max-age=60` and `Age: 30`".
pub(super) fn freshness(answer: &Message) -> String {
    let lines = ["Cache-Control", "Expires", "Date", "Age"];
    let fields = answer.fields().filter_map(|(name, value)| {
        let known = lines
            .iter()
            .find(|line| name.eq_ignore_ascii_case(line.as_bytes()))?;
        Some(match *known {
            "Cache-Control" => format!("`{}`", shown(value)),
            known => format!("`{known}: {}`", shown(value)),
        })
    });
    let fields: Vec<String> = fields.collect();
    match fields.is_empty() {
        true => "has no line that says how long it is fresh".to_string(),
        false => format!("says {}", fields.join(" and ")),
    }
}

/// Why an answer must not be stored.
pub(super) struct NotStored {
    /// The case of the page W108.
    pub case: &'static str,
    /// In words.
    pub why: &'static str,
}

/// Why the answer of an exchange must not be stored, where something in it says so.
pub(super) fn storing_is_wrong(exchange: &Exchange) -> Option<NotStored> {
    let (request, answer) = (exchange.http(), message(&exchange.answer));
    let (says, asks) = (directives(&answer), directives(&request));
    let has = |word: &str| {
        let mut words = says
            .iter()
            .map(|one| one.split('=').next().unwrap_or_default());
        words.any(|one| one == word)
    };
    let shared = has("public") || has("s-maxage") || has("must-revalidate");
    let lives =
        has("max-age") || has("s-maxage") || has("no-cache") || answer.field("Expires").is_some();
    let cut = |length| answer.body.is_some_and(|body| body.len() < length);
    let (case, why) = match () {
        () if exchange.method() != b"GET" => ("other", "it answers a method other than GET"),
        () if has("private") => (
            "private",
            "it contains `private`, so it is for one client, but a cache serves many clients",
        ),
        () if has("no-store") => ("no-store", "it contains `no-store`"),
        () if answer.status() != Some(200) => ("other", "its status is not 200"),
        () if answer.field("Set-Cookie").is_some() => ("other", "it sets a cookie for one client"),
        () if request.field("Authorization").is_some() && !shared => (
            "authorization",
            "its request had `Authorization`, so it is for one user",
        ),
        () if asks.iter().any(|element| element == "no-store") => (
            "request-no-store",
            "the request for it contained `no-store`",
        ),
        () if answer.length().is_some_and(cut) => ("incomplete", "it was not complete"),
        () if answer.length().is_none() => (
            "incomplete",
            "it has no `Content-Length`, so in this lab a cache must not store it",
        ),
        () if !lives => ("other", "it has no line that says how long it is fresh"),
        () => return None,
    };
    Some(NotStored { case, why })
}
