//! Mistakes of a cache: an answer is given to the wrong client, stored although it must not be, too old, without
//! its age, or not given although it is fresh; or the server is not asked whether a stored answer is still right.
//!
//! Rule: each of them is about the first exchange that is not as it should be, and says which stored answer it
//! means: the newest one with the same body, and of these one to the same URL.

use super::exchanges_on_both_legs::{Exchange, first_wrong};
use super::read_cache_headers::{
    NotStored, age_of, directives, freshness, storing_is_wrong, strange_directives,
};
use super::{Cause, Evidence, Row, shown};
use crate::check::lenient_http_reader::{Message, message};
use crate::wire::{DifferenceKind, Who};

pub(super) const TABLE: &[Row] = &[
    ("W111", asks_again),
    ("W139", asks_although_not_wanted),
    ("W108", stored_forbidden),
    ("W107", wrong_variant),
    ("W110", too_old),
    ("W108", asks_about_forbidden),
    ("W138", asks_without_tag),
    ("W138", not_modified_is_passed_on),
    ("W138", not_refreshed),
    ("W109", wrong_age),
];

/// The first wrong exchange of a cache, which has one server behind it, and those before it.
fn cache(evidence: &Evidence) -> Option<(Exchange<'_>, Vec<Exchange<'_>>)> {
    let (now, earlier) = first_wrong(evidence)?;
    let arg = now.middle.script.heading("arg").unwrap_or_default();
    (arg.matches("{upstream").count() == 1).then_some((now, earlier))
}

/// Whether two requests are about the same URL.
fn same_url(one: &Message, other: &Message) -> bool {
    one.target() == other.target() && one.field("Host") == other.field("Host")
}

/// The first field that `Vary` of the earlier answer names, and that has another value now.
fn varies(now: &Message, earlier: &Exchange) -> Option<String> {
    let old = earlier.http();
    let names = message(&earlier.answer).elements("Vary");
    let mut names = names.into_iter();
    names.find(|name| name == "*" || now.field(name) != old.field(name))
}

/// The earlier exchange whose answer was given now from the store, although the server should be asked.
fn given_again(evidence: &Evidence) -> Option<(Exchange<'_>, Exchange<'_>)> {
    let (now, earlier) = cache(evidence)?;
    (!now.should_ask.is_empty() && now.asked.is_empty()).then_some(())?;
    let body = message(&now.answer).body.filter(|body| !body.is_empty())?;
    let request = now.http();
    let fits = |other: &Exchange| {
        let same = same_url(&request, &other.http());
        (same, same && varies(&request, other).is_none())
    };
    let same = earlier.into_iter().enumerate();
    let same = same.filter(|(_, other)| message(&other.answer).body == Some(body));
    let (_, old) = same.max_by_key(|(at, other)| (fits(other), *at))?;
    Some((now, old))
}

/// An answer was stored that must not be.
fn stored_forbidden(evidence: &Evidence) -> Option<Cause> {
    let (now, old) = given_again(evidence)?;
    let same = same_url(&now.http(), &old.http()) && now.method() == b"GET";
    same.then_some(())?;
    let NotStored { case, why } = storing_is_wrong(&old)?;
    let line = shown(now.http().first_line());
    Cause::in_case(
        case,
        format!(
            "`{line}` was answered from the store, and the server was not asked. This answer must not be stored: \
             {why}."
        ),
    )
}

/// The stored answer belongs to another request.
fn wrong_variant(evidence: &Evidence) -> Option<Cause> {
    let (now, old) = given_again(evidence)?;
    let (new, earlier) = (now.http(), old.http());
    let what = match () {
        () if now.method() != old.method() => {
            format!("the method {}", shown(old.method()))
        }
        () if new.target() != earlier.target() => "another target".to_string(),
        () if new.field("Host") != earlier.field("Host") => "another host".to_string(),
        () => match &varies(&new, &old)?[..] {
            "*" => "an answer with `Vary: *`, which fits no other request".to_string(),
            name => format!("another value of `{name}`, which its `Vary` names"),
        },
    };
    Cause::likely(format!(
        "`{}` was answered from the store with the answer to an earlier request. That request had {what}. So this \
         client gets an answer that is for another request.",
        shown(new.first_line())
    ))
}

/// A request with another method that the server accepted after this answer had come.
fn changed_since<'a>(now: &Exchange, earlier: &'a [Exchange]) -> Option<(&'a Exchange<'a>, u16)> {
    let same = earlier.iter().rev();
    let mut same = same.filter(|other| same_url(&now.http(), &other.http()));
    let last = same.find(|other| other.method() != b"HEAD")?;
    let status = message(&last.answer).status()?;
    (last.method() == b"POST").then_some((last, status))
}

/// The stored answer may not be given any more without asking.
fn too_old(evidence: &Evidence) -> Option<Cause> {
    let (now, old) = given_again(evidence)?;
    let line = shown(now.http().first_line());
    let (_, earlier) = cache(evidence)?;
    if let Some((post, status)) = changed_since(&now, &earlier).filter(|(_, status)| *status < 400)
    {
        let post = shown(post.http().first_line());
        let text = format!(
            "`{line}` was answered from the store, and the server was not asked. Before that, `{post}` was answered \
             with {status}: the page may have changed, so its stored answer must be removed."
        );
        return Cause::in_case("changed", text);
    }
    let asks = directives(&now.http());
    let wish = match asks.is_empty() {
        true => String::new(),
        false => format!(" The client asked for `{}`.", asks.join(", ")),
    };
    let case = if asks.is_empty() { "" } else { "request" };
    let text = format!(
        "`{line}` was answered from the store, and the server was not asked. The stored answer {}.{wish} Ask the \
         server first whether this answer is still right.",
        freshness(&message(&old.answer))
    );
    Cause::in_case(case, text)
}

/// The newest stored answer that fits a request.
fn stored_for<'a>(now: &Exchange, earlier: &'a [Exchange<'a>]) -> Option<&'a Exchange<'a>> {
    let request = now.http();
    let mut newest = earlier.iter().rev();
    newest.find(|other| {
        same_url(&request, &other.http())
            && varies(&request, other).is_none()
            && message(&other.answer).status() == Some(200)
    })
}

/// The server is asked though a fresh answer is stored.
fn asks_again(evidence: &Evidence) -> Option<Cause> {
    let (now, earlier) = cache(evidence)?;
    (now.should_ask.is_empty() && !now.asked.is_empty()).then_some(())?;
    let stored = stored_for(&now, &earlier)?;
    let asks = directives(&now.http());
    let failed = changed_since(&now, &earlier);
    let case = match () {
        () if failed.is_some() => "failed",
        () if !asks.is_empty() => "request",
        () if strange_directives(&message(&stored.answer)) => "directives",
        () => "",
    };
    let failed = failed.map_or(String::new(), |(post, status)| {
        let line = shown(post.http().first_line());
        format!(
            " Since then `{line}` was answered with {status}: this request failed, and changed nothing."
        )
    });
    let wish = match asks.is_empty() {
        true => String::new(),
        false => format!(
            " The client said `{}`, and the stored answer satisfies that.",
            asks.join(", ")
        ),
    };
    let text = format!(
        "`{}` was sent to the server behind you, although an earlier answer fits and is still fresh. That answer \
         {}.{wish}{failed}",
        shown(now.http().first_line()),
        freshness(&message(&stored.answer))
    );
    Cause::in_case(case, text)
}

/// The client wanted an answer from the store or none.
fn asks_although_not_wanted(evidence: &Evidence) -> Option<Cause> {
    let (now, _) = cache(evidence)?;
    let only = directives(&now.http())
        .iter()
        .any(|word| word == "only-if-cached");
    (only && now.should_ask.is_empty() && !now.asked.is_empty()).then_some(())?;
    Cause::likely(format!(
        "the client said `only-if-cached` in `{}`, and you asked the server behind you. No stored answer may be sent \
         here, so answer 504 at once.",
        shown(now.http().first_line())
    ))
}

/// The field of a question whether a stored answer is still right: `If-None-Match` or `If-Modified-Since`.
fn question(request: &Message) -> Option<(&'static str, Vec<u8>)> {
    let names = ["If-None-Match", "If-Modified-Since"];
    let mut asked = names
        .into_iter()
        .filter_map(|name| Some((name, request.field(name)?.to_vec())));
    asked.next()
}

/// What the program asked the server, and what it should ask.
fn asked_and_due(now: &Exchange) -> Option<(Vec<u8>, Vec<u8>)> {
    let (asked, due) = now.pairs().next()?;
    Some((now.behind(asked, Who::Client), now.due(due, Who::Client)))
}

/// It asks about an answer that should not be in the store.
fn asks_about_forbidden(evidence: &Evidence) -> Option<Cause> {
    let (now, earlier) = cache(evidence)?;
    let (asked, due) = asked_and_due(&now)?;
    let (name, value) =
        question(&message(&asked)).filter(|_| question(&message(&due)).is_none())?;
    let stored = stored_for(&now, &earlier)?;
    let NotStored { case, why } = storing_is_wrong(stored)?;
    let mark = format!("{name}: {}", shown(&value));
    Cause::in_case(
        case,
        format!(
            "you asked the server with `{mark}`, so the answer with this mark is in your store. It must not be stored: \
             {why}."
        ),
    )
}

/// A stale answer is stored, and the server is not asked about it with its tag or its date.
fn asks_without_tag(evidence: &Evidence) -> Option<Cause> {
    let (now, earlier) = cache(evidence)?;
    let (asked, due) = asked_and_due(&now)?;
    let (name, value) = question(&message(&due))?;
    let whole = message(&asked).body.is_some();
    let has = question(&message(&asked));
    (whole && has.is_none()).then_some(())?;
    let mut before = earlier.iter().rev();
    let last = before.find(|other| same_url(&now.http(), &other.http()))?;
    let stored = stored_for(&now, &earlier)?;
    let why = match message(&last.answer).status() {
        Some(status @ 500..) => {
            format!(" The answer {status} before this request changes nothing in the store.")
        }
        _ if directives(&message(&stored.answer))
            .iter()
            .any(|word| word == "no-cache") =>
        {
            " It says `no-cache`: store the answer, and ask each time.".to_string()
        }
        _ => String::new(),
    };
    Cause::likely(format!(
        "`{}` was sent to the server without `{name}: {}`. An answer with this mark belongs in your store. So ask \
         the server only whether that answer is still right.{why}",
        shown(now.http().first_line()),
        shown(&value)
    ))
}

/// The server's 304 answers the cache's question, and what it says.
fn confirmed(evidence: &Evidence) -> Option<(Exchange<'_>, Vec<u8>)> {
    let (now, _) = cache(evidence)?;
    let (asked, due) = asked_and_due(&now)?;
    let (_, due_conn) = now.pairs().next()?;
    let said = now.due(due_conn, Who::Server);
    let mine = message(&said).status() == Some(304) && asked == due;
    (mine && message(&now.wanted).status() == Some(200)).then_some((now, said))
}

fn not_modified_is_passed_on(evidence: &Evidence) -> Option<Cause> {
    let (now, _) = confirmed(evidence)?;
    (message(&now.answer).status() == Some(304)).then_some(())?;
    Cause::likely(format!(
        "you passed the server's 304 on to the client of `{}`. This client did not ask with a tag. You asked, for \
         your stored answer. The 304 says that it is still right, so send it.",
        shown(now.http().first_line())
    ))
}

/// The lines of the 304 are not in the answer from the store.
fn not_refreshed(evidence: &Evidence) -> Option<Cause> {
    let (now, said) = confirmed(evidence)?;
    let (have, wanted) = (message(&now.answer), message(&now.wanted));
    (have.status() == Some(200)).then_some(())?;
    let said = message(&said);
    let mut news = said.fields().filter(|(name, _)| {
        let name = String::from_utf8_lossy(name);
        have.field(&name) != wanted.field(&name)
    });
    let found = news.find(|(name, value)| {
        let name = String::from_utf8_lossy(name);
        wanted.field(&name) == Some(*value)
    });
    let Some((name, value)) = found else {
        let (old, new) = (age_of(&have), age_of(&wanted)?);
        return old.filter(|old| *old != new).and_then(|old| {
            Cause::likely(format!(
                "the server's 304 has just come, and your answer has `Age: {old}` and not {new}. The lines of a 304 \
                 replace those that are stored, and the old `Age` is removed."
            ))
        });
    };
    let (name, value) = (shown(name), shown(value));
    let yours = have.field(&name).map(shown);
    let yours = yours.map_or("has no such line".to_string(), |own| {
        format!("says `{own}`")
    });
    Cause::likely(format!(
        "the server's 304 says `{name}: {value}`, and your answer {yours}. The lines of a 304 replace those that are \
         stored."
    ))
}

/// The stored answer is right, and its age is missing or another one.
fn wrong_age(evidence: &Evidence) -> Option<Cause> {
    let (now, _) = cache(evidence)?;
    let bytes = evidence.difference()?.what == DifferenceKind::Bytes;
    let same_way = now.asked.len() == now.should_ask.len();
    (bytes && same_way && confirmed(evidence).is_none()).then_some(())?;
    let (have, due) = (message(&now.answer), message(&now.wanted));
    let age = age_of(&due)?;
    (have.status() == due.status() && age_of(&have) != Some(age)).then_some(())?;
    let age = match age {
        1 => "1 second".to_string(),
        other => format!("{other} seconds"),
    };
    Cause::likely(match have.field("Age") {
        Some(said) => format!(
            "the answer from the store has `Age: {}`, and it is {age} old. The age begins when the server \
             made the answer: its `Age` and its `Date` count, and the time in your store.",
            shown(said)
        ),
        None => format!(
            "the answer from the store has no `Age`, and it is {age} old. Without this line the next cache and the \
             client take the answer for new."
        ),
    })
}
