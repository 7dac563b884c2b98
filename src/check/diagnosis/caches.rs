//! Mistakes of a cache: an answer is given to the wrong client, stored although it must not be, too old, without
//! its age, or not given although it is fresh.
//!
//! Rule: each of them says which earlier answer on the front leg it is about. Whether the server was asked is read
//! from the recording of both legs: a connection behind the program between the request and its answer.

use super::{Cause, Evidence, Row, shown};
use crate::check::lenient_http::{Message, message};
use crate::wire::{Conn, DifferenceKind, Who};

pub(super) const TABLE: &[Row] = &[
    ("W111", asks_again),
    ("W108", stored_forbidden),
    ("W107", wrong_variant),
    ("W110", too_old),
    ("W109", wrong_age),
];

/// What a front connection is about.
struct Exchange {
    request: Vec<u8>,
    answer: Vec<u8>,
    /// Whether the server should have been asked, and whether it was.
    should_ask: bool,
    asked: bool,
}

/// The exchange that failed on the front leg with wrong words, and the earlier ones.
fn exchanges(evidence: &Evidence) -> Option<(Exchange, Vec<Exchange>)> {
    let middle = evidence.middle.as_ref().filter(|_| evidence.is_relay())?;
    let difference = evidence.difference()?;
    let conn = difference.conn;
    let one = |conn: Conn| Exchange {
        request: middle.got.bytes_of(conn, Who::Client),
        answer: middle.got.bytes_of(conn, Who::Server),
        should_ask: !middle.asked_for(&middle.script, conn).is_empty(),
        asked: !middle.asked_for(&middle.got, conn).is_empty(),
    };
    let front = middle.legs.front.iter().copied();
    let earlier = front.take_while(|other| *other != conn).map(one).collect();
    Some((one(conn), earlier))
}

fn is_http(request: &[u8]) -> bool {
    message(request).first_line().ends_with(b"HTTP/1.1")
}

/// The newest earlier exchange whose body came again, though the server should have been asked.
fn given_again(evidence: &Evidence) -> Option<(Exchange, Exchange)> {
    let (now, earlier) = exchanges(evidence)?;
    let from_store = now.should_ask && !now.asked && is_http(&now.request);
    let body = message(&now.answer)
        .body
        .filter(|body| !body.is_empty() && from_store)?;
    let mut earlier = earlier.into_iter().rev();
    let same = earlier.find(|other| message(&other.answer).body == Some(body))?;
    Some((now, same))
}

/// The elements of `Cache-Control`, in small letters.
fn directives(message: &Message) -> Vec<String> {
    let elements = message.elements("Cache-Control").into_iter();
    elements
        .map(|element| element.to_ascii_lowercase())
        .collect()
}

/// An answer was stored that must not be.
fn stored_forbidden(evidence: &Evidence) -> Option<Cause> {
    let (now, earlier) = given_again(evidence)?;
    let (request, answer) = (message(&earlier.request), message(&earlier.answer));
    let same = request.target() == message(&now.request).target();
    let says = directives(&answer);
    let has = |word: &str| says.iter().any(|element| element == word);
    let shared = has("public") || says.iter().any(|element| element.starts_with("s-maxage"));
    let asks = directives(&request);
    let why = match () {
        () if !same => return None,
        () if has("private") => "it says `private`: it is for one client, and a cache serves many",
        () if has("no-store") => "it says `no-store`",
        () if answer.status() != Some(200) => "its status is not 200",
        () if answer.field("Set-Cookie").is_some() => "it sets a cookie for one client",
        () if request.field("Authorization").is_some() && !shared => {
            "its request had `Authorization`: it is for one user"
        }
        () if asks.iter().any(|element| element == "no-store") => {
            "the client that asked for it said `no-store`"
        }
        () if answer
            .length()
            .is_some_and(|length| answer.body.is_some_and(|body| body.len() < length)) =>
        {
            "it was not whole"
        }
        () => return None,
    };
    Cause::likely(format!(
        "`{}` was answered from the store, and the server was not asked. The stored answer must not be stored: {why}.",
        shown(message(&now.request).first_line())
    ))
}

/// The stored answer belongs to another request.
fn wrong_variant(evidence: &Evidence) -> Option<Cause> {
    let (now, earlier) = given_again(evidence)?;
    let (new, old) = (message(&now.request), message(&earlier.request));
    let what = match () {
        () if new.target() != old.target() => "another target".to_string(),
        () if new.field("Host") != old.field("Host") => "another host".to_string(),
        () => {
            let vary = message(&earlier.answer).field("Vary")?;
            let vary = String::from_utf8_lossy(vary).into_owned();
            let mut names = vary.split(',').map(str::trim);
            let name = names.find(|name| *name == "*" || new.field(name) != old.field(name))?;
            match name {
                "*" => "`Vary: *`, which fits no other request".to_string(),
                name => format!("another value of `{name}`, which its `Vary` names"),
            }
        }
    };
    Cause::likely(format!(
        "`{}` was answered from the store with the answer to an earlier request. That one had {what}. So this client \
         gets what belongs to somebody else.",
        shown(new.first_line())
    ))
}

/// The stored answer may not be given any more without asking.
fn too_old(evidence: &Evidence) -> Option<Cause> {
    let (now, earlier) = given_again(evidence)?;
    let request = message(&now.request);
    let asks = directives(&request);
    let answer = message(&earlier.answer);
    let age = answer.field("Age").map(shown);
    let lifetime: Vec<String> = directives(&answer)
        .into_iter()
        .chain(
            answer
                .field("Expires")
                .map(|text| format!("Expires: {}", shown(text))),
        )
        .collect();
    let wish = match asks.is_empty() {
        true => String::new(),
        false => format!(" The client asked for `{}`.", asks.join(", ")),
    };
    let age = age.map_or(String::new(), |age| format!(" and came with `Age: {age}`"));
    Cause::likely(format!(
        "`{}` was answered from the store, and the server was not asked. The stored answer says `{}`{age}.{wish} It must \
         be checked with the server first.",
        shown(request.first_line()),
        lifetime.join(", ")
    ))
}

/// The server is asked though a fresh answer is stored.
fn asks_again(evidence: &Evidence) -> Option<Cause> {
    let (now, earlier) = exchanges(evidence)?;
    let fresh = !now.should_ask && now.asked && is_http(&now.request);
    let stored = earlier
        .iter()
        .any(|other| message(&other.request).target() == message(&now.request).target());
    (fresh && stored).then_some(())?;
    Cause::likely(format!(
        "`{}` was sent to the server behind you, although an answer that fits is stored and fresh.",
        shown(message(&now.request).first_line())
    ))
}

/// The stored answer is right, and its age is missing or another one.
fn wrong_age(evidence: &Evidence) -> Option<Cause> {
    let (now, _) = exchanges(evidence)?;
    let wanted = evidence.wanted_line().strip_prefix(b"Age: ")?;
    let bytes = evidence.difference()?.what == DifferenceKind::Bytes;
    (bytes && !now.asked).then_some(())?;
    let have = message(&now.answer);
    let wanted = match wanted.trim_ascii() {
        b"1" => "1 second".to_string(),
        other => format!("{} seconds", shown(other)),
    };
    Cause::likely(match have.field("Age") {
        Some(age) => format!(
            "the answer from the store has `Age: {}`, and it is {wanted} old. The age begins when the server \
             made the answer: its `Age` and its `Date` count, and the time in your store.",
            shown(age)
        ),
        None => format!(
            "the answer from the store has no `Age`, and it is {wanted} old. Without this line the next cache, \
             and the client, take it for new."
        ),
    })
}
