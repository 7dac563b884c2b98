//! What a rule allows: statuses, how the connection goes on, and what must stand in the answer.

use crate::http::conditional::Tag;
use crate::http::date;
use crate::probe::answers::Answer;
use crate::probe::baseline::Facts;

/// One outcome that a rule allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// As it stands in the file.
    pub text: &'static str,
    /// For each request, the statuses that are allowed; empty: no answer.
    pub statuses: Vec<Vec<Status>>,
    /// How the connection goes on; `None`: it persists or closes, as the server likes.
    pub then: Option<Then>,
    /// What must hold for the last answer.
    pub checks: Vec<Check>,
}

/// A status, or a class of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// `404`
    Exactly(u16),
    /// `4xx` is 4
    Class(u16),
    /// `any`
    Any,
    /// `read`: any but those that say that the request was not understood, 400, 408 and 500.
    Read,
}

/// How the connection goes on behind the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The server closes it.
    Close,
    /// The next request is answered.
    Persist,
    /// Nothing happens for as long as we wait.
    Open,
}

/// Something that must hold for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// `has FIELD`
    Has(&'static str),
    /// `no FIELD`
    Lacks(&'static str),
    /// `FIELD = VALUE`, and the value may name what the server has: `bytes 0-0/{length}`.
    Is(&'static str, &'static str),
    /// `FIELD ~ ELEMENT`: the list has it, without regard to case.
    Lists(&'static str, &'static str),
    /// `same FIELD`: what a plain GET gives.
    Same(&'static str),
    /// `date FIELD`: an IMF-fixdate.
    Date(&'static str),
    /// `tag FIELD`: an entity tag.
    Tag(&'static str),
    /// `body empty`
    BodyEmpty,
    /// `body some`
    BodySome,
    /// `body whole`: what a plain GET gives.
    BodyWhole,
    /// `body part FIRST LAST`: that part of it; `{last}` is its last byte.
    BodyPart(&'static str, &'static str),
    /// `body without TEXT`
    BodyWithout(&'static str),
    /// `interim 100`: such an answer came before.
    Interim(u16),
    /// `no interim`
    NoInterim,
    /// `version 1.1`
    Version11,
    /// `length`: a Content-Length or chunks say where the body ends.
    Length,
}

/// Why a line makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadAllow(pub String);

impl Allow {
    /// Reads what stands behind `@allow`.
    pub fn parse(line: &'static str) -> Result<Allow, BadAllow> {
        let mut parts = line.split(';');
        let outcome = parts.next().unwrap_or_default().trim();
        let mut allow = Allow {
            text: line,
            statuses: Vec::new(),
            then: None,
            checks: Vec::new(),
        };
        for word in outcome.split(' ') {
            match word {
                "none" => {}
                "close" => allow.then = Some(Then::Close),
                "persist" => allow.then = Some(Then::Persist),
                "open" => allow.then = Some(Then::Open),
                _ => {
                    let all: Option<Vec<Status>> = word.split('/').map(Status::parse).collect();
                    let bad = || BadAllow(format!("`{word}` in `{line}` is no status"));
                    allow.statuses.push(all.ok_or_else(bad)?);
                }
            }
        }
        for part in parts {
            let bad = || BadAllow(format!("`{part}` in `{line}` is no check"));
            allow.checks.push(check(part.trim()).ok_or_else(bad)?);
        }
        Ok(allow)
    }
}

impl Status {
    fn parse(word: &str) -> Option<Status> {
        match word {
            "any" => return Some(Status::Any),
            "read" => return Some(Status::Read),
            _ => {}
        }
        match word.strip_suffix("xx") {
            Some(class) => class.parse().ok().map(Status::Class),
            None => word.parse().ok().map(Status::Exactly),
        }
    }

    /// Whether it allows this one.
    pub fn has(self, status: u16) -> bool {
        match self {
            Status::Exactly(one) => one == status,
            Status::Class(class) => class == status / 100,
            Status::Any => true,
            Status::Read => !matches!(status, 400 | 408 | 500),
        }
    }
}

/// The notation of [`Check`].
fn check(text: &'static str) -> Option<Check> {
    if let Some((field, value)) = text.split_once(" = ") {
        return Some(Check::Is(field, value));
    }
    if let Some((field, element)) = text.split_once(" ~ ") {
        return Some(Check::Lists(field, element));
    }
    let words: Vec<&'static str> = text.split(' ').collect();
    Some(match words[..] {
        ["interim", "100"] => Check::Interim(100),
        ["no", "interim"] => Check::NoInterim,
        ["has", field] => Check::Has(field),
        ["no", field] => Check::Lacks(field),
        ["same", field] => Check::Same(field),
        ["date", field] => Check::Date(field),
        ["tag", field] => Check::Tag(field),
        ["body", "empty"] => Check::BodyEmpty,
        ["body", "some"] => Check::BodySome,
        ["body", "whole"] => Check::BodyWhole,
        ["body", "part", first, last] => Check::BodyPart(first, last),
        ["body", "without", text] => Check::BodyWithout(text),
        ["version", "1.1"] => Check::Version11,
        ["length"] => Check::Length,
        _ => return None,
    })
}

impl Check {
    /// What is wrong with the answer, if something is.
    pub fn failure(&self, answer: &Answer, facts: &Facts) -> Option<String> {
        let value = |field: &str| answer.field(field);
        let shown = |value: Option<&[u8]>| match value {
            Some(value) => format!("is {}", value.escape_ascii()),
            None => "is missing".to_string(),
        };
        let (holds, why) = match *self {
            Check::Has(field) => (value(field).is_some(), format!("{field} is missing")),
            Check::Lacks(field) => (
                value(field).is_none(),
                format!("{field} must not stand there"),
            ),
            Check::Is(field, wanted) => {
                let wanted = facts.fill(wanted);
                let is = value(field) == Some(wanted.as_bytes());
                (is, format!("{field} {}, not {wanted}", shown(value(field))))
            }
            Check::Lists(field, element) => (
                answer.lists(field, element),
                format!("{field} {}, without {element}", shown(value(field))),
            ),
            Check::Same(field) => (
                value(field) == facts.plain.field(field),
                format!(
                    "{field} {}; in the answer to GET it {}",
                    shown(value(field)),
                    shown(facts.plain.field(field))
                ),
            ),
            Check::Date(field) => (
                value(field).is_some_and(is_date),
                format!("{field} {}, which is no date", shown(value(field))),
            ),
            Check::Tag(field) => (
                value(field).is_none_or(is_tag),
                format!("{field} {}, which is no entity tag", shown(value(field))),
            ),
            Check::Interim(status) => (
                answer.interim.contains(&status),
                format!("no {status} came first"),
            ),
            Check::NoInterim => (
                answer.interim.is_empty(),
                format!("{:?} came first", answer.interim),
            ),
            Check::Version11 => (answer.version_11, "it says HTTP/1.0".to_string()),
            Check::Length => (
                answer.has_length,
                "its body ends with the connection".to_string(),
            ),
            _ => return self.body_failure(answer, facts),
        };
        (!holds).then_some(why)
    }

    /// The same for the checks of a body.
    fn body_failure(&self, answer: &Answer, facts: &Facts) -> Option<String> {
        let body = &answer.body[..];
        let (whole, size) = (&facts.plain.body[..], body.len());
        let number = |text: &str| facts.fill(text).parse::<usize>().unwrap_or(usize::MAX);
        let (holds, wanted) = match *self {
            Check::BodyEmpty => (body.is_empty(), "none".to_string()),
            Check::BodySome => (!body.is_empty(), "some".to_string()),
            Check::BodyWhole => (body == whole, "that of a plain GET".to_string()),
            Check::BodyPart(first, last) => {
                let (first, last) = (number(first), number(last));
                let part = whole.get(first..last.saturating_add(1));
                (part == Some(body), format!("bytes {first} to {last}"))
            }
            Check::BodyWithout(text) => (
                !body.windows(text.len()).any(|part| part == text.as_bytes()),
                format!("one without {text}"),
            ),
            _ => return None,
        };
        (!holds).then(|| format!("its body of {size} bytes is not {wanted}"))
    }
}

/// `IMF-fixdate` (RFC 9110 section 5.6.7): what its own seconds are written as.
fn is_date(value: &[u8]) -> bool {
    value.ends_with(b" GMT")
        && date::parse(value, 0).is_some_and(|time| date::format(time).as_bytes() == value)
}

/// `entity-tag` (RFC 9110 section 8.8.3).
fn is_tag(value: &[u8]) -> bool {
    Tag::parse(value).is_some()
}
