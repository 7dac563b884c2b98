//! Decides whether an exchange is one of the outcomes that the rule allows, and checks some rules that always
//! apply.
//!
//! Rule: the text about a failure contains only what was observed.

use crate::http::conditional::Tag;
use crate::http::date;
use crate::net::player::End;
use crate::plural::count_of;
use crate::probe::answers::{Answer, Other};
use crate::probe::case::{Case, Level};
use crate::probe::exchange::Exchange;
use crate::probe::expectation::{Check, Expectation, Protocol, Status, Then};
use crate::probe::server_features::Baseline;

/// Why a case failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// How grave: that of the case, or more if requests are taken for others.
    pub level: Level,
    /// What many cases may fail by; `None`: the rule of the case itself.
    pub cause: Option<Cause>,
    /// In one sentence.
    pub why: String,
}

/// What many cases may fail by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The server says something else than HTTP/1.
    Speaks(&'static str),
    /// It closes the connection where it may go on.
    Closes,
    /// It closes the connection without a response.
    Drops,
    /// It sends more than anybody asked for.
    Floods,
    /// It says `close`, and does not close.
    Lingers,
    /// It died.
    Dies,
}

/// Why a case failed; `None`: it passed.
pub fn failure(case: &Case, seen: &Exchange, baseline: &Baseline) -> Option<Failure> {
    let other = seen.answers.other;
    let speaks = |allow: &&Expectation| match allow.speaks {
        Protocol::Http1 => false,
        Protocol::Http2 => other == Some(Other::Http2) && seen.answers.whole.is_empty(),
        Protocol::Upgraded => other == Some(Other::Upgraded),
    };
    if case.allow.iter().any(|allow| speaks(&allow)) {
        return None;
    }
    if let Some(failure) = always(case, seen) {
        return Some(failure);
    }
    let mut nearest = None;
    for allow in &case.allow {
        if !fits(allow, case, seen, baseline.post) {
            continue;
        }
        let nothing = Answer {
            interim: seen.answers.interim.clone(),
            ..Answer::default()
        };
        let mut answers = seen.answers.whole.iter().take(case.asks.len());
        let last = answers.next_back().unwrap_or(&nothing);
        let mut checks = allow.checks.iter();
        match checks.find_map(|check| broken(check, last, baseline)) {
            None => return None,
            found => nearest = nearest.or(found),
        }
    }
    let failed = |cause, why| Failure {
        level: case.level,
        cause,
        why,
    };
    match nearest {
        Some(why) => Some(failed(None, why)),
        None => Some(failed(cause(case, seen, baseline.post), story(case, seen))),
    }
}

/// What no rule allows, whatever the case is about.
fn always(case: &Case, seen: &Exchange) -> Option<Failure> {
    let (answers, asked) = (&seen.answers, case.asks.len());
    let failed = |level, cause, why: String| Some(Failure { level, cause, why });
    if seen.flooded {
        let why = "it sends more than the requests asked for; the rest was not read".to_string();
        return failed(Level::Must, Some(Cause::Floods), why);
    }
    match answers.other {
        Some(other @ (Other::Http09 | Other::Http2 | Other::Tls)) => {
            let cause = Cause::Speaks(match other {
                Other::Http2 => "HTTP/2",
                Other::Tls => "TLS",
                _ => "HTTP/0.9",
            });
            // It may be a refusal in another language: only the form of it is wrong for certain.
            let level = match case.level {
                Level::Note => Level::Note,
                _ => Level::Should,
            };
            return failed(level, Some(cause), other.to_string());
        }
        Some(Other::BodyAfter(_)) if answers.whole.len() > asked => {
            let why = "the HEAD after it was misread: it got a body (9112 11.2)";
            return failed(misread_level(case), None, why.to_string());
        }
        Some(other @ Other::BodyAfter(what)) => {
            let cause = Some(Cause::Speaks(what));
            return failed(Level::Must, cause, other.to_string());
        }
        Some(other @ Other::Upgraded) => return failed(case.level, None, other.to_string()),
        Some(Other::Tunnel) | None => {}
    }
    if let Some(fault) = answers.fault {
        let why = format!("the response is not HTTP: {fault}");
        return failed(Level::Must, None, why);
    }
    misread(case, seen).or_else(|| {
        let says_close = answers.whole.iter().take(asked).any(|it| it.closes);
        let may_stay = case
            .allow
            .iter()
            .any(|allow| allow.then == Some(Then::Open));
        let tunnel = answers.other == Some(Other::Tunnel);
        let stays = says_close && seen.end == End::Open && !may_stay && !tunnel;
        let why = "it sent `close` and did not close (9112 9.6)".to_string();
        if stays {
            failed(Level::Must, Some(Cause::Lingers), why)
        } else {
            None
        }
    })
}

/// The server saw other requests than those of the case and the marker.
fn misread(case: &Case, seen: &Exchange) -> Option<Failure> {
    let (whole, asked) = (&seen.answers.whole, case.asks.len());
    let most = asked + usize::from(seen.marked);
    if refuses_later(case, seen) {
        return None;
    }
    let why = match whole.get(asked) {
        _ if whole.len() > most => {
            let (came, asked) = (count_of(whole.len(), "response"), count_of(most, "request"));
            format!("{came} came to {asked} (9112 11.2)")
        }
        Some(marker) if marker.status / 100 != 2 => {
            let status = marker.status;
            format!("the GET after it was misread: it got {status} (9112 11.2)")
        }
        _ => return None,
    };
    Some(Failure {
        level: misread_level(case),
        cause: None,
        why,
    })
}

/// From section 5 on RFC 9112 says where a message ends: who differs there can be attacked.
fn misread_level(case: &Case) -> Level {
    let chapter = case.section.split('.').next().unwrap_or_default();
    match case.rfc == "9112" && ["5", "6", "7", "9"].contains(&chapter) {
        true => Level::Security,
        false => case.level,
    }
}

/// A faulty body that was refused after the response: 400 as a second one, and the end. The case asks
/// for the end, and no further request was served.
fn refuses_later(case: &Case, seen: &Exchange) -> bool {
    let whole = &seen.answers.whole;
    let closing = |allow: &Expectation| {
        allow.statuses.is_empty() || matches!(allow.then, Some(Then::Close | Then::Reset))
    };
    let refused = |answer: &Answer| matches!(answer.status, 400 | 408 | 413 | 431 | 501 | 505);
    case.allow.iter().all(closing)
        && whole.len() == case.asks.len() + 1
        && whole.last().is_some_and(refused)
        && seen.end != End::Open
}

/// Whether statuses and ending are those.
fn fits(allow: &Expectation, case: &Case, seen: &Exchange, post: u16) -> bool {
    if allow.speaks != Protocol::Http1 || !statuses_fit(allow, case, seen, post) {
        return false;
    }
    let answered = seen.marked && seen.answers.whole.len() > case.asks.len();
    let persists = answered && !refuses_later(case, seen);
    let closed = seen.end != End::Open && !persists;
    match allow.then {
        Some(Then::Close) => closed,
        Some(Then::Reset) => closed && seen.end == End::Rst,
        Some(Then::Persist) => persists,
        Some(Then::Open) => !closed && !persists,
        None => closed || persists || seen.answers.other == Some(Other::Tunnel),
    }
}

fn statuses_fit(allow: &Expectation, case: &Case, seen: &Exchange, post: u16) -> bool {
    let whole = &seen.answers.whole;
    let answers = whole.iter().take(case.asks.len());
    let same = |(wanted, got): (&Vec<Status>, &Answer)| {
        wanted.iter().any(|status| status.has(got.status, post))
    };
    allow.statuses.len() == answers.len() && allow.statuses.iter().zip(answers).all(same)
}

/// What many cases fail by, if this one does.
fn cause(case: &Case, seen: &Exchange, post: u16) -> Option<Cause> {
    let nothing = seen.answers.whole.is_empty() && !seen.answers.begun;
    let persistence = case
        .allow
        .iter()
        .any(|allow| allow.then == Some(Then::Persist) && statuses_fit(allow, case, seen, post));
    match seen.end {
        End::Open => None,
        _ if nothing => Some(Cause::Drops),
        _ if persistence => Some(Cause::Closes),
        _ => None,
    }
}

/// What happened, in words.
fn story(case: &Case, seen: &Exchange) -> String {
    let asked = case.asks.len();
    let whole = &seen.answers.whole;
    let statuses: Vec<String> = whole
        .iter()
        .take(asked)
        .map(|it| it.status.to_string())
        .collect();
    let got = match (&statuses[..], seen.answers.begun) {
        ([], false) => "no response".to_string(),
        ([], true) => "a response that is cut off".to_string(),
        (some, _) => some.join(" "),
    };
    if let Some(other @ Other::Tunnel) = seen.answers.other {
        return format!("{got}, {other}");
    }
    let then = match (seen.marked && whole.len() > asked, seen.end) {
        (true, _) => "then the next request is answered, too",
        (false, End::Fin) => "then the connection is closed",
        (false, End::Rst) => "then the connection is reset",
        (false, End::Open) if seen.marked => "then a timeout: the next request is not answered",
        (false, End::Open) => "then a timeout, still open",
    };
    format!("{got}, {then}")
}

/// What is wrong with the response, if something is.
fn broken(check: &Check, answer: &Answer, baseline: &Baseline) -> Option<String> {
    let value = |field: &str| answer.field(field);
    let shown = |value: Option<&[u8]>| match value {
        Some(value) => format!("is {}", value.escape_ascii()),
        None => "is missing".to_string(),
    };
    let plain = &baseline.plain;
    let (holds, why) = match *check {
        Check::Has(field) => (value(field).is_some(), format!("{field} is missing")),
        Check::Lacks(field) => (value(field).is_none(), format!("{field} is there")),
        Check::Is(field, wanted) => {
            let wanted = baseline.fill(wanted);
            let is = value(field) == Some(wanted.as_bytes());
            (is, format!("{field} {}, not {wanted}", shown(value(field))))
        }
        Check::Lists(field, element) => (
            answer.lists(field, element),
            format!("{field} {}, without {element}", shown(value(field))),
        ),
        Check::Same(field) => (
            value(field) == plain.field(field),
            format!(
                "{field} {}; in the response to GET it {}",
                shown(value(field)),
                shown(plain.field(field))
            ),
        ),
        Check::Date(field) => (
            value(field).is_some_and(is_date),
            match value(field) {
                None => format!("{field} is missing"),
                is => format!("{field} {}, which is not a date", shown(is)),
            },
        ),
        Check::Tag(field) => (
            value(field).is_none_or(|tag| Tag::parse(tag).is_some()),
            format!(
                "{field} {}, which is not an entity tag",
                shown(value(field))
            ),
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
        _ => return broken_body(check, answer, baseline),
    };
    (!holds).then_some(why)
}

/// The same for the checks of a body.
fn broken_body(check: &Check, answer: &Answer, baseline: &Baseline) -> Option<String> {
    let body = &answer.body[..];
    let (whole, size) = (&baseline.plain.body[..], body.len());
    let number = |text: &str| baseline.fill(text).parse::<usize>().unwrap_or(usize::MAX);
    let (holds, wanted) = match *check {
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
    (!holds).then(|| format!("its body of {} is not {wanted}", count_of(size, "byte")))
}

/// `IMF-fixdate` (RFC 9110 section 5.6.7): what its own seconds are written as.
fn is_date(value: &[u8]) -> bool {
    value.ends_with(b" GMT")
        && date::parse(value, 0).is_some_and(|time| date::format(time).as_bytes() == value)
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Cause::Speaks("HTTP/0.9") => write!(f, "it answers as HTTP/0.9, without status line"),
            Cause::Speaks("TLS") => write!(f, "it sends records of TLS"),
            Cause::Lingers => write!(f, "it does not close after `close`"),
            Cause::Speaks("HTTP/2") => write!(f, "it sends frames of HTTP/2"),
            Cause::Speaks(what) => write!(f, "it sends a body after {what}"),
            Cause::Closes => write!(f, "it closes a connection that may stay open"),
            Cause::Drops => write!(f, "it closes the connection without a response"),
            Cause::Floods => write!(f, "it sends more than the requests asked for"),
            Cause::Dies => write!(f, "the server died"),
        }
    }
}
