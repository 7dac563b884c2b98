//! Parses what a rule allows, a line of text: statuses, whether the connection stays open, and what the
//! response must contain.
//!
//! ```text
//! @allow 2xx close; Connection ~ close
//! ```
//!
//! First comes one status for each request of the case, or `none`. Then, if it matters, comes the state of the
//! connection. Then come checks of the last response, each after a `;`. `http2` and `upgraded` stand alone.
//!
//! Rule: this module only parses. [`super::verdict`] decides whether a response fits.

/// One outcome that a rule allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// As it stands in the file.
    pub text: &'static str,
    /// What the server speaks afterwards.
    pub speaks: Protocol,
    /// For each request, the statuses that are allowed; empty: no response.
    pub statuses: Vec<Vec<Status>>,
    /// How the connection goes on; `None`: it persists or closes, as the server likes.
    pub then: Option<Then>,
    /// What must hold for the last response.
    pub checks: Vec<Check>,
}

/// The protocol of what the server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.
    Http1,
    /// `http2`: frames of HTTP/2, without a response of HTTP/1.1 before.
    Http2,
    /// `upgraded`: a 101 with its Upgrade field, then anything.
    Upgraded,
}

/// A status, or a class of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// `404`
    Exactly(u16),
    /// `!405`: any other one.
    Not(u16),
    /// `4xx` is 4
    Class(u16),
    /// `any`
    Any,
    /// `read`: any but those that say that the request was not understood, 400, 408 and 500; these
    /// too, if the server answers an ordinary POST so.
    Read,
}

/// How the connection goes on after the responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The server closes it.
    Close,
    /// The server resets it: its last response may be lost (RFC 9112 section 9.6).
    Reset,
    /// The next request is answered.
    Persist,
    /// Nothing happens for as long as we wait.
    Open,
}

/// Something that must hold for a response.
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
    /// `interim 100`: such a response came before.
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
pub struct BadExpectation(pub String);

impl Expectation {
    /// Reads what stands after `@allow`.
    pub fn parse(line: &'static str) -> Result<Expectation, BadExpectation> {
        let mut parts = line.split(';');
        let outcome = parts.next().unwrap_or_default().trim();
        let mut allow = Expectation {
            text: line,
            speaks: Protocol::Http1,
            statuses: Vec::new(),
            then: None,
            checks: Vec::new(),
        };
        for word in outcome.split(' ') {
            match word {
                "none" => {}
                "http2" => allow.speaks = Protocol::Http2,
                "upgraded" => allow.speaks = Protocol::Upgraded,
                "close" => allow.then = Some(Then::Close),
                "reset" => allow.then = Some(Then::Reset),
                "persist" => allow.then = Some(Then::Persist),
                "open" => allow.then = Some(Then::Open),
                _ => {
                    let all: Option<Vec<Status>> = word.split('/').map(Status::parse).collect();
                    let bad = || BadExpectation(format!("`{word}` in `{line}` is no status"));
                    allow.statuses.push(all.ok_or_else(bad)?);
                }
            }
        }
        for part in parts {
            let bad = || BadExpectation(format!("`{part}` in `{line}` is no check"));
            allow.checks.push(check(part.trim()).ok_or_else(bad)?);
        }
        Ok(allow)
    }

    /// Whether it compares with the plain GET, which must be the same each time then.
    pub fn compares(&self) -> bool {
        let compares = |check: &Check| {
            matches!(
                check,
                Check::Same(_) | Check::BodyWhole | Check::BodyPart(..) | Check::Is(..)
            )
        };
        self.checks.iter().any(compares)
    }
}

impl Status {
    fn parse(word: &str) -> Option<Status> {
        match word {
            "any" => return Some(Status::Any),
            "read" => return Some(Status::Read),
            _ => {}
        }
        if let Some(other) = word.strip_prefix('!') {
            return other.parse().ok().map(Status::Not);
        }
        match word.strip_suffix("xx") {
            Some(class) => class.parse().ok().map(Status::Class),
            None => word.parse().ok().map(Status::Exactly),
        }
    }

    /// Whether it allows this one, where an ordinary POST gets `post`.
    pub fn has(self, status: u16, post: u16) -> bool {
        match self {
            Status::Exactly(one) => one == status,
            Status::Not(one) => one != status,
            Status::Class(class) => class == status / 100,
            Status::Any => true,
            Status::Read => !matches!(status, 400 | 408 | 500) || status == post,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_an_expectation() {
        let allow = Expectation::parse("4xx/501 2xx close; no Date; body part 0 1").unwrap();
        assert_eq!(allow.statuses.len(), 2);
        assert_eq!(allow.then, Some(Then::Close));
        assert_eq!(
            allow.checks,
            [Check::Lacks("Date"), Check::BodyPart("0", "1")]
        );
        assert!(allow.compares());
        assert!(
            Expectation::parse("none reset")
                .unwrap()
                .statuses
                .is_empty()
        );
        for bad in ["tacos", "2xx; tacos", "4yy", "!x"] {
            assert!(Expectation::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_status_allows_what_its_word_says() {
        let allows = |word: &str, status| Status::parse(word).unwrap().has(status, 400);
        assert!(allows("4xx", 418) && !allows("4xx", 500));
        assert!(allows("!405", 404) && !allows("!405", 405));
        // An ordinary POST gets 400 here, so 400 says nothing; 500 does.
        assert!(allows("read", 400) && !allows("read", 500));
    }
}
