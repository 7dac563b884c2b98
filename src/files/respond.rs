//! The answer for a file that was found: preconditions, ranges, fields.
//!
//! Rule: if the state of a file is not certain, the answer has no tag, no date and no ranges.

use super::lookup::Found;
use super::{Content, Response, failed};
use crate::http::conditional::{self, PreconditionOutcome, Tag, Validators};
use crate::http::range::{self, Multipart, Range, Wish};
use crate::http::{RequestHead, date, write};

/// The answer for a file that is there: preconditions first, then ranges, in the order of RFC 9110
/// section 13.2.2.
#[inline(never)]
pub(super) fn file(head: &RequestHead<'_>, found: &Found, now: i64) -> Response {
    let kept = &found.file;
    // A file from the future is as old as the answer (RFC 9110 section 8.8.2.1).
    let modified = kept.modified.as_ref().map(|(since, _)| (*since).min(now));
    let current = Validators {
        tag: kept.tag.as_ref().and_then(|tag| Tag::parse(tag.as_bytes())),
        modified,
    };
    match conditional::evaluate(head, Some(current), now) {
        PreconditionOutcome::Proceed => {}
        PreconditionOutcome::Failed => return failed(),
        PreconditionOutcome::NotModified => {
            let mut fields = Vec::new();
            tag(&mut fields, found);
            vary(&mut fields, found);
            return Response::without_length(304, fields);
        }
    }
    let wish = match head.fields.only("range") {
        Some(value)
            if head.method == b"GET"
                && kept.tag.is_some()
                && conditional::range_counts(head.fields, current, now) =>
        {
            range::wish(value, kept.length)
        }
        _ => Wish::All,
    };
    match wish {
        Wish::All => whole(found, modified),
        Wish::Nothing => {
            let mut response = Response::error(416, "The file ends before the range begins.");
            let range = range::content_range_outside(kept.length);
            write::field(&mut response.fields, "Content-Range", range.as_bytes());
            response
        }
        Wish::Parts(parts) => {
            let mut fields = described(found, modified);
            match parts.as_slice() {
                [one] => {
                    let range = range::content_range(*one, kept.length);
                    write::field(&mut fields, "Content-Range", range.as_bytes());
                    part(206, fields, found, (one.first, one.length()))
                }
                _ => several(fields, found, &parts),
            }
        }
    }
}

/// All of a file. Nearly always its fields are written already.
fn whole(found: &Found, modified: Option<i64>) -> Response {
    let kept = &found.file;
    let written = kept.modified.as_ref().map(|(since, _)| *since);
    if !found.varies && modified == written {
        return Response {
            status: 200,
            fields: kept.fields.clone(),
            content: Content::Part {
                source: kept.source.clone(),
                first: 0,
            },
            length: kept.length,
        };
    }
    part(200, described(found, modified), found, (0, kept.length))
}

/// The fields that every answer with bytes of this file has.
fn described(found: &Found, modified: Option<i64>) -> Vec<u8> {
    let mut fields = Vec::with_capacity(256);
    match (modified, &found.file.modified) {
        (Some(modified), Some((since, date))) if modified == *since => {
            write::field(&mut fields, "Last-Modified", date.as_bytes());
        }
        (Some(modified), _) => {
            let date = date::format(modified);
            write::field(&mut fields, "Last-Modified", date.as_bytes());
        }
        (None, _) => {}
    }
    tag(&mut fields, found);
    if found.file.tag.is_some() {
        write::field(&mut fields, "Accept-Ranges", b"bytes");
    }
    vary(&mut fields, found);
    if let Some(encoding) = found.encoding {
        write::field(&mut fields, "Content-Encoding", encoding.as_bytes());
    }
    fields
}

/// A file from an offset on, so many bytes.
fn part(status: u16, mut fields: Vec<u8>, found: &Found, (first, length): (u64, u64)) -> Response {
    write::field(&mut fields, "Content-Type", found.media.as_bytes());
    write::field_number(&mut fields, "Content-Length", length);
    let source = found.file.source.clone();
    Response {
        status,
        fields,
        content: Content::Part { source, first },
        length,
    }
}

/// Several parts in one answer (RFC 9110 section 15.3.7.2).
#[cold]
fn several(mut fields: Vec<u8>, found: &Found, parts: &[Range]) -> Response {
    let boundary = boundary();
    let multipart = Multipart {
        boundary: &boundary,
        media: found.media,
        length: found.file.length,
    };
    let length = multipart.body_length(parts);
    write::field(
        &mut fields,
        "Content-Type",
        multipart.content_type().as_bytes(),
    );
    write::field_number(&mut fields, "Content-Length", length);
    let before = |range: &Range| (multipart.before(*range), *range);
    Response {
        status: 206,
        fields,
        content: Content::Parts {
            source: found.file.source.clone(),
            parts: parts.iter().map(before).collect(),
            end: multipart.end(),
        },
        length,
    }
}

/// Thirty-two hex digits that nobody can foresee, and so can have put into a file. std has no random
/// numbers, but it seeds its hash tables with some.
fn boundary() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", number(), number())
}

fn tag(fields: &mut Vec<u8>, found: &Found) {
    if let Some(tag) = &found.file.tag {
        write::field(fields, "ETag", tag.as_bytes());
    }
}

fn vary(fields: &mut Vec<u8>, found: &Found) {
    if found.varies {
        write::field(fields, "Vary", b"Accept-Encoding");
    }
}
