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
    ("W138", length_of_304),
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
            "you answered `{line}` from your store, and did not ask the server. You must not store this answer: \
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
        () if new.target() != earlier.target() => "a different target".to_string(),
        () if new.field("Host") != earlier.field("Host") => "a different host".to_string(),
        () => match &varies(&new, &old)?[..] {
            "*" => "an answer with `Vary: *`, and such an answer fits no other request".to_string(),
            name => format!(
                "a different value of `{name}`, and the `Vary` of its answer names `{name}`"
            ),
        },
    };
    Cause::likely(format!(
        "you answered `{}` from your store with the answer to an earlier request. The earlier request had {what}. So \
         this client gets an answer that is for a different request.",
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
            "you answered `{line}` from your store, and did not ask the server. Before that, `{post}` was answered \
             with {status}. The POST may have changed the page, so its stored answer must be removed."
        );
        return Cause::in_case("changed", text);
    }
    let asks = directives(&now.http());
    let wish = match asks.is_empty() {
        true => String::new(),
        false => format!(" The request contains `{}`.", asks.join(", ")),
    };
    let case = if asks.is_empty() { "" } else { "request" };
    let text = format!(
        "you answered `{line}` from your store, and did not ask the server. The stored answer {}.{wish} Ask the \
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
            " After that answer, `{line}` was answered with {status}. This status means that the request failed and \
             changed nothing."
        )
    });
    let wish = match asks.is_empty() {
        true => String::new(),
        false => format!(
            " The client's request contains `{}`, and the stored answer fulfils this.",
            asks.join(", ")
        ),
    };
    let text = format!(
        "you sent `{}` to the server, although an earlier answer fits and is still fresh. That answer \
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
        "the client's request `{}` contains `only-if-cached`, but you asked the server. This directive allows only a \
         stored answer. You have no stored answer that you may send, so answer 504 at once.",
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
            "you asked the server with `{mark}`. So your store contains the answer that this line names. But you \
             must not store this answer: {why}."
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
            format!(" The answer {status} to the request before this one does not change the store.")
        }
        _ if directives(&message(&stored.answer))
            .iter()
            .any(|word| word == "no-cache") =>
        {
            " The stored answer contains `no-cache`. You may store such an answer, but you must ask the server \
             before each use.".to_string()
        }
        _ => String::new(),
    };
    Cause::likely(format!(
        "you sent `{}` to the server without the line `{name}: {}`. Your store should contain an answer with this \
         value. So ask the server only whether that answer is still right.{why}",
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
        "you passed the server's 304 on to the client of `{}`. But this client did not ask whether a stored answer \
         is still right. Your program asked this. The 304 says that your stored answer is still right, so send the \
         stored answer.",
        shown(now.http().first_line())
    ))
}

/// The `Content-Length` of a 304 was taken for that of a body that follows, or for that of the stored answer.
fn length_of_304(evidence: &Evidence) -> Option<Cause> {
    let (now, said) = confirmed(evidence)?;
    let have = message(&now.answer);
    let length = message(&said).field("Content-Length")?.to_vec();
    (message(&now.wanted).field("Content-Length") != Some(&length)).then_some(())?;
    let says = format!("the server's 304 says `Content-Length: {}`", shown(&length));
    match have.status() {
        Some(200)
            if have
                .elements("Content-Length")
                .iter()
                .any(|it| it.as_bytes() == length) =>
        {
            Cause::in_case(
                "length",
                format!(
                    "{says}, and your answer has this line, too. The body of the stored answer is the same as before. So \
                 ignore the Content-Length of a 304, and keep the stored one."
                ),
            )
        }
        Some(200) => None,
        status => Cause::in_case(
            "length",
            format!(
                "{says}, and your answer to `{}` {}. Probably your program waits for a body of so many bytes. A 304 has no \
             body, whatever its Content-Length says (RFC 9112, section 6.3).",
                shown(now.http().first_line()),
                match status {
                    Some(status) => format!("is {status}"),
                    None => "did not come".to_string(),
                }
            ),
        ),
    }
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
                "the server's 304 has just come, but your answer has `Age: {old}` and not {new}. The lines of a 304 \
                 replace the stored lines of the same names, and the stored `Age` is removed."
            ))
        });
    };
    let (name, value) = (shown(name), shown(value));
    let yours = have.field(&name).map(shown);
    let yours = yours.map_or("does not have this line".to_string(), |own| {
        format!("says `{own}`")
    });
    Cause::likely(format!(
        "the server's 304 contains `{name}: {value}`, but your answer {yours}. The lines of a 304 replace the stored \
         lines of the same names."
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
            "your answer from the store has `Age: {}`, but it is {age} old. The age begins when the server made the \
             answer. Compute it from the `Age` and the `Date` of the answer and from the time in your store.",
            shown(said)
        ),
        None => format!(
            "your answer from the store has no line `Age`. It is {age} old. Each answer from a store needs this line, even \
             if the age is 0: the line says that the answer comes from a cache, and how old it is."
        ),
    })
}
