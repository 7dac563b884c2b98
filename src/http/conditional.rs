//! Validators and preconditions: requests that ask for a file only if it has changed (RFC 9110 sections 8.8 and
//! 13).
//!
//! ```text
//! entity-tag = [ weak ] opaque-tag, weak = %s"W/"                      ; section 8.8.3
//! opaque-tag = DQUOTE *etagc DQUOTE, etagc = %x21 / %x23-7E / obs-text
//! If-Match, If-None-Match = "*" / #entity-tag                          ; sections 13.1.1 and 13.1.2
//! ```
//!
//! Rule 1: the order is that of section 13.2.2: entity tags come before dates, and the preconditions against
//! lost updates come before those for caches.
//! Rule 2: a field with an invalid date is ignored (section 13.1.3), and so is a date field that came twice.

use super::date;
use super::{Fields, RequestHead};

/// An entity tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// `W/`: the same in meaning, perhaps not in bytes.
    pub weak: bool,
    /// What stands between the quotes.
    pub opaque: &'a [u8],
}

impl<'a> Tag<'a> {
    /// Reads `"abc"` or `W/"abc"`.
    pub fn parse(text: &'a [u8]) -> Option<Tag<'a>> {
        let (weak, quoted) = match text {
            [b'W', b'/', quoted @ ..] => (true, quoted),
            quoted => (false, quoted),
        };
        let [b'"', opaque @ .., b'"'] = quoted else {
            return None;
        };
        let fine = opaque
            .iter()
            .all(|&b| matches!(b, 0x21 | 0x23..=0x7e | 0x80..));
        fine.then_some(Tag { weak, opaque })
    }

    /// The same bytes for certain (section 8.8.3.2).
    pub fn same_strongly(&self, other: &Tag<'_>) -> bool {
        !self.weak && !other.weak && self.opaque == other.opaque
    }

    /// As good as the same (section 8.8.3.2).
    pub fn same_weakly(&self, other: &Tag<'_>) -> bool {
        self.opaque == other.opaque
    }
}

/// What a server knows about the thing that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validators<'a> {
    /// Its entity tag.
    pub tag: Option<Tag<'a>>,
    /// When it last changed, in seconds since 1970.
    pub modified: Option<i64>,
}

/// What the preconditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreconditionOutcome {
    /// Do what the method says.
    Proceed,
    /// Answer 304 (Not Modified).
    NotModified,
    /// Answer 412 (Precondition Failed).
    Failed,
}

/// Judges the preconditions of a request in the order of section 13.2.2, steps 1 to 4. `None` stands
/// for a thing that does not exist. `now` is for dates with two-digit years.
pub fn evaluate(
    head: &RequestHead<'_>,
    current: Option<Validators<'_>>,
    now: i64,
) -> PreconditionOutcome {
    let fields = head.fields;
    let date = |name| fields.only(name).and_then(|text| date::parse(text, now));
    let modified = current.and_then(|it| it.modified);
    let reading = matches!(head.method, b"GET" | b"HEAD");
    if has(fields, "if-match") {
        if !matches(fields, "if-match", current, |a, b| a.same_strongly(b)) {
            return PreconditionOutcome::Failed;
        }
    } else if let (Some(limit), Some(modified)) = (date("if-unmodified-since"), modified)
        && modified > limit
    {
        return PreconditionOutcome::Failed;
    }
    if has(fields, "if-none-match") {
        if matches(fields, "if-none-match", current, |a, b| a.same_weakly(b)) {
            return if reading {
                PreconditionOutcome::NotModified
            } else {
                PreconditionOutcome::Failed
            };
        }
    } else if reading
        && let (Some(limit), Some(modified)) = (date("if-modified-since"), modified)
        && modified <= limit
    {
        return PreconditionOutcome::NotModified;
    }
    PreconditionOutcome::Proceed
}

/// Whether `Range` counts: there is no `If-Range`, or it names exactly what we have (step 5, and
/// section 13.1.5).
///
/// A date counts only when it is a strong validator: at least a second lies between the change and
/// our answer's `Date`, so that no second change can hide in the same second (section 8.8.2.2).
pub fn range_counts(fields: Fields<'_>, current: Validators<'_>, now: i64) -> bool {
    if !has(fields, "if-range") {
        return true;
    }
    let Some(value) = fields.only("if-range") else {
        return false;
    };
    if let Some(asked) = Tag::parse(value) {
        return current.tag.is_some_and(|tag| tag.same_strongly(&asked));
    }
    let strong = |modified: &i64| *modified < now;
    let asked = date::parse(value, now);
    asked.is_some() && current.modified.filter(strong) == asked
}

/// What a client may write in `If-Range` to get the rest of an answer with these fields: its tag if that
/// is strong; without a tag, its date if that is (sections 13.1.5 and 8.8.2.2). `None`: nothing tells
/// this version from others.
pub fn for_if_range<'a>(fields: Fields<'a>, now: i64) -> Option<&'a [u8]> {
    if has(fields, "etag") {
        let text = fields.only("etag")?;
        return Tag::parse(text).filter(|tag| !tag.weak).map(|_| text);
    }
    let text = fields.only("last-modified")?;
    let modified = date::parse(text, now)?;
    let sent = date::parse(fields.only("date")?, now)?;
    (modified < sent).then_some(text)
}

fn has(fields: Fields<'_>, name: &str) -> bool {
    fields.all(name).next().is_some()
}

/// Whether the field is `*` and the thing exists, or one of its tags is the thing's.
fn matches(
    fields: Fields<'_>,
    name: &str,
    current: Option<Validators<'_>>,
    same: impl Fn(&Tag<'_>, &Tag<'_>) -> bool,
) -> bool {
    let Some(current) = current else {
        return false;
    };
    if fields.only(name) == Some(b"*") {
        return true;
    }
    let Some(tag) = current.tag else {
        return false;
    };
    fields
        .list(name)
        .filter_map(|element| Tag::parse(element.text))
        .any(|asked| same(&tag, &asked))
}
