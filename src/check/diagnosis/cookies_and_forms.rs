//! Mistakes with cookies and forms: a client that is not recognised, tickets that can be guessed, text that is
//! not decoded, cookies that go where they do not belong.
//!
//! Rule: nothing is said of a conversation without `Cookie` or `Set-Cookie` in what was expected or came.

use super::forms::dishes;
use super::values_from_the_other_side::{
    given, given_at_once, not_this_value, same_name_elsewhere, spelled_otherwise,
};
use super::{Cause, Evidence, Row, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::{Message, field, message, split_once};
use crate::wire::{Mask, Wanted, Who};

pub(super) const TABLE: &[Row] = &[
    ("W100", guessable),
    ("W99", no_ticket),
    ("W99", ticket_in_refusal),
    ("W99", new_ticket),
    ("W102", page_after_post),
    ("W99", other_table),
    ("W104", attributes_back),
    ("W99", thrown_away),
    ("W103", wrong_cookies),
];

/// The message that was due and the one that came, for one side.
pub(super) fn both(
    evidence: &Evidence,
    side: Side,
) -> Option<(Message<'_>, Message<'_>, Message<'_>)> {
    let exchange = evidence.exchange()?;
    let asked = message(exchange.asked.unwrap_or_default());
    (evidence.side() == side).then_some((exchange.want, exchange.have, asked))
}

/// A ticket that follows from another one, or a very short one.
fn guessable(evidence: &Evidence) -> Option<Cause> {
    let Some(Wanted::Mask(Mask::Named { mask, .. })) =
        evidence.difference().map(|found| &found.expected)
    else {
        return None;
    };
    let Mask::Digits { count, unlike } = &**mask else {
        return None;
    };
    let (name, value) = field(evidence.line())?;
    let set = name.eq_ignore_ascii_case(b"set-cookie");
    let (_, value) = split_once(value, b'=').filter(|_| set)?;
    let value = value
        .split(|byte| matches!(byte, b';' | b'\r' | b'\n'))
        .next()?;
    let digits = value.len() as u64 == *count && value.iter().all(u8::is_ascii_hexdigit);
    match unlike {
        Some(other) if digits && other.as_bytes() == value => Cause::likely(format!(
            "two clients got the same ticket, `{}`. So the second client sees the orders of the first client.",
            shown(value)
        )),
        Some(other) if digits => {
            let same = value.iter().zip(other.bytes()).filter(|(a, b)| **a == *b);
            Cause::likely(format!(
                "one client got the ticket `{other}`, and the next client got `{}`. In these tickets {} of {count} \
                 digits are the same, each at the same place. If an attacker has one ticket, the attacker can guess \
                 the next one.",
                shown(value),
                same.count()
            ))
        }
        _ if value.len() < 16 => Cause::likely(format!(
            "your ticket is `{}`. An attacker can try all values of such a short ticket. The ticket must be 16 \
             random bytes, written as {count} hex digits.",
            shown(value)
        )),
        _ if value.len() as u64 != *count => Cause::in_case(
            "form",
            format!(
                "your ticket `{}` has {} characters, but {count} were expected: 16 random bytes, written as hex digits. \
                 This length alone does not make a ticket unsafe.",
                shown(value),
                value.len()
            ),
        ),
        _ => None,
    }
}

/// A new client, and no ticket for it.
fn no_ticket(evidence: &Evidence) -> Option<Cause> {
    let (want, have, asked) = both(evidence, Side::Server)?;
    let due = want.field("Set-Cookie").is_some() && have.field("Set-Cookie").is_none();
    (due && have.status().is_some() && have.status() == want.status()).then_some(())?;
    let brought = match asked.field("Cookie") {
        None => "the request had no Cookie line".to_string(),
        Some(cookie) => {
            let set = want.field("Set-Cookie").unwrap_or_default();
            let name = split_once(set, b'=').map_or(set, |(name, _)| name);
            let named = |pair: &&[u8]| split_once(pair, b'=').is_some_and(|(own, _)| own == name);
            let what = match pairs(cookie).iter().any(named) {
                true => "but your server gave no client such a ticket".to_string(),
                false => format!("which has no cookie with the name `{}`", shown(name)),
            };
            format!("the request had `Cookie: {}`, {what}", shown(cookie))
        }
    };
    Cause::likely(format!(
        "{brought}. Your answer has no line Set-Cookie, so you cannot recognise this client when it comes again."
    ))
}

/// A known client, and another ticket for it.
fn new_ticket(evidence: &Evidence) -> Option<Cause> {
    let (want, have, asked) = both(evidence, Side::Server)?;
    let cookie = asked.field("Cookie")?;
    let again = want.field("Set-Cookie").is_none() && have.field("Set-Cookie").is_some();
    (again && have.status() == want.status()).then_some(())?;
    let set = have
        .field("Set-Cookie")
        .and_then(|set| pairs(set).first().copied());
    if set.is_some_and(|set| pairs(cookie).contains(&set)) {
        return Cause::likely(format!(
            "the client came back with `Cookie: {}`, and you gave it the same ticket again. Only a client without a \
             ticket gets a Set-Cookie line.",
            shown(cookie)
        ));
    }
    Cause::likely(format!(
        "the client came back with `Cookie: {}`, the ticket that you gave it. But you gave it a new ticket. Either \
         you did not find the old ticket, or you give a ticket with each answer. If you did not find it, look at the \
         place where you store the tickets, and at the code that reads this line.",
        shown(cookie)
    ))
}

/// A client that is refused needs no ticket.
fn ticket_in_refusal(evidence: &Evidence) -> Option<Cause> {
    let (want, have, _) = both(evidence, Side::Server)?;
    let status = have.status().filter(|status| *status >= 400)?;
    let ticket = want.field("Set-Cookie").is_none() && have.field("Set-Cookie").is_some();
    (ticket && want.status() == Some(status)).then_some(())?;
    Cause::likely(format!(
        "you refused the request with {status}, but you sent a ticket. In this lab a refusal has no line Set-Cookie."
    ))
}

/// A form that is answered with a page.
fn page_after_post(evidence: &Evidence) -> Option<Cause> {
    let (want, have, asked) = both(evidence, Side::Server)?;
    let status = have.status().filter(|status| (200..300).contains(status))?;
    (want.status() == Some(303) && asked.first_line().starts_with(b"POST ")).then_some(())?;
    Cause::likely(format!(
        "you answered the form with {status}. When a user reloads a page, the browser sends its last request again. \
         So a reload of this page would send the order again. After an answer 303 the last request is a GET."
    ))
}

/// The page of another table, or of none.
fn other_table(evidence: &Evidence) -> Option<Cause> {
    let (want, have, asked) = both(evidence, Side::Server)?;
    let (due, got) = (dishes(&want).len(), dishes(&have).len());
    (have.status() == Some(200) && want.status() == Some(200) && due != got).then_some(())?;
    let Some(cookie) = asked.field("Cookie") else {
        return (due == 0).then_some(()).and_then(|()| {
            Cause::likely(format!(
                "this client came without a ticket, but its page shows {}. A new client has ordered nothing yet. \
                 Store the orders of each client under its ticket.",
                match got {
                    1 => "1 dish".to_string(),
                    got => format!("{got} dishes"),
                }
            ))
        });
    };
    let what = match got < due {
        true if came_with_several_of_one_name(evidence) => {
            "A request had several cookies with the same name, and in this lab the first of them counts. Either you \
             used a different one, or you stored the orders at a place where this request does not find them"
        }
        true => {
            "Probably you stored the orders at a place where this request does not find them. Store the orders under \
             the ticket, and keep them after the connection has ended"
        }
        false => {
            "Either some of these dishes belong to other clients, or you counted an order twice. Store the orders of \
             each ticket separately"
        }
    };
    Cause::likely(format!(
        "with `Cookie: {}` {} ordered, but your page shows {got}. {what}.",
        shown(cookie),
        if due == 1 {
            "1 dish was".to_string()
        } else {
            format!("{due} dishes were")
        }
    ))
}

/// `Cookie: ticket=…; Path=/; HttpOnly`.
fn attributes_back(evidence: &Evidence) -> Option<Cause> {
    let (_, have, _) = both(evidence, Side::Client)?;
    let cookie = have.field("Cookie")?;
    let names = [
        "path", "max-age", "httponly", "samesite", "expires", "domain", "secure",
    ];
    let is_attribute = |pair: &&[u8]| {
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
        names
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
    };
    let found = pairs(cookie).into_iter().find(is_attribute)?;
    Cause::likely(format!(
        "your Cookie line contains `{}`. This is an attribute, and the attributes of a cookie are only for the \
         client. Send back only the name and the value, which stand before the first semicolon.",
        shown(found)
    ))
}

/// `a=1` and `b=2` of `a=1; b=2`.
fn pairs(cookie: &[u8]) -> Vec<&[u8]> {
    let parts = cookie.split(|byte| *byte == b';');
    parts.map(<[u8]>::trim_ascii).collect()
}

/// Whether a request up to this one had two cookies with one name.
fn came_with_several_of_one_name(evidence: &Evidence) -> bool {
    let conns = evidence.got.connections().into_iter();
    let mut before = conns.filter(|conn| *conn <= evidence.conn());
    before.any(|conn| {
        let bytes = evidence.got.bytes_of(conn, Who::Client);
        message(&bytes)
            .field("Cookie")
            .is_some_and(several_of_one_name)
    })
}

/// Whether two cookies of the line have one name.
fn several_of_one_name(cookie: &[u8]) -> bool {
    let mut names: Vec<&[u8]> = pairs(cookie)
        .into_iter()
        .filter_map(|pair| Some(split_once(pair, b'=')?.0))
        .collect();
    names.sort_unstable();
    names.windows(2).any(|two| matches!(two, [a, b] if a == b))
}

/// Cookies were given, and none comes back.
fn thrown_away(evidence: &Evidence) -> Option<Cause> {
    let (want, have, _) = both(evidence, Side::Client)?;
    let due = want
        .field("Cookie")
        .filter(|_| have.field("Cookie").is_none())?;
    (!have.first_line().is_empty() && have.target() == want.target()).then_some(())?;
    Cause::likely(format!(
        "the server gave you cookies, but this request has no Cookie line. The line `Cookie: {}` was expected. \
         Without this line the server does not recognise you.{}",
        shown(due),
        given_at_once(evidence)
    ))
}

/// A cookie too many, one too few, or an old value.
fn wrong_cookies(evidence: &Evidence) -> Option<Cause> {
    let (want, have, _) = both(evidence, Side::Client)?;
    (have.target() == want.target()).then_some(())?;
    let due = want.field("Cookie").map(pairs).unwrap_or_default();
    let got = have.field("Cookie").map(pairs).unwrap_or_default();
    let path = shown(want.target().unwrap_or_default());
    if let Some(form) = written_otherwise(want.field("Cookie"), have.field("Cookie")) {
        return Cause::likely(form);
    }
    let name =
        |pair: &[u8]| split_once(pair, b'=').map_or(pair.to_vec(), |(name, _)| name.to_vec());
    if let Some(pair) = got.iter().find(|pair| !due.contains(pair)) {
        let other = due.iter().find(|due| name(due) == name(pair));
        let why = match other {
            Some(due) => not_this_value(evidence, pair, due),
            None => given(evidence, &name(pair)),
        };
        return Cause::likely(format!(
            "you sent the cookie `{}` to `{path}`, but {why}.",
            shown(pair)
        ));
    }
    let missing = due.iter().find(|pair| !got.contains(pair))?;
    let is_cookie = |(name, _): &(&[u8], &[u8])| name.eq_ignore_ascii_case(b"cookie");
    let lines = have.fields().filter(is_cookie).count();
    if lines > 1 {
        return Cause::likely(format!(
            "your request has {lines} Cookie lines. A request has all its cookies in one line, with `; ` between two \
             cookies."
        ));
    }
    Cause::likely(format!(
        "the cookie `{}` belongs to `{path}`, but your Cookie line does not contain it.{}{}",
        shown(missing),
        spelled_otherwise(evidence, missing),
        same_name_elsewhere(evidence, missing)
    ))
}

/// What is wrong with a Cookie line that has the right cookies, or none.
fn written_otherwise(due: Option<&[u8]>, line: Option<&[u8]>) -> Option<String> {
    let line = line?;
    let without_spaces = |text: &[u8], apart: &[u8]| -> Vec<u8> {
        let kept = text.iter().filter(|byte| **byte != b' ');
        kept.map(|byte| match apart.contains(byte) {
            true => b';',
            false => *byte,
        })
        .collect()
    };
    if line.trim_ascii().is_empty() {
        return Some(
            "your request has a Cookie line without a cookie. If no cookie belongs to a request, leave out the line."
                .to_string(),
        );
    }
    let due = due.filter(|due| *due != line)?;
    if without_spaces(due, b";") == without_spaces(line, b",;") {
        return Some(format!(
            "your line is `Cookie: {}`. Write a semicolon and a space, `; `, between two cookies.",
            shown(line)
        ));
    }
    let (mut sorted, mut own) = (pairs(due), pairs(line));
    sorted.sort_unstable();
    own.sort_unstable();
    (sorted == own).then(|| {
        format!(
            "the cookies are right, but their order is wrong: `{}` came, but `{}` was expected. The cookie with the \
             longest path comes first. If two paths have the same length, the older cookie comes first. A new value \
             does not make a cookie newer.",
            shown(line),
            shown(due)
        )
    })
}
