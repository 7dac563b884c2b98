//! What the other side had sent: the fields of a form, and the line that gave a cookie.
//!
//! Rule: facts from the bytes that came to the program.

use super::{Evidence, shown};
use crate::check::lenient_http_reader::{field, message, split_once};
use crate::http::target::decode_form;
use crate::wire::Who;

/// Whether a form that came has both as values of a field with one name.
pub(super) fn another_field(evidence: &Evidence, first: &[u8], other: &[u8]) -> bool {
    let conns = evidence.got.connections().into_iter();
    let mut forms = conns.map(|conn| evidence.got.bytes_of(conn, Who::Client));
    forms.any(|bytes| {
        let fields = message(&bytes).body.unwrap_or_default();
        let values: Vec<Vec<u8>> = fields
            .split(|&byte| byte == b'&')
            .filter_map(|field| split_once(field, b'='))
            .filter(|(name, _)| *name == b"dish")
            .map(|(_, value)| decode_form(value))
            .collect();
        let has = |value: &[u8]| values.iter().any(|it| it == value);
        values.len() > 1 && has(first) && has(other)
    })
}

/// How the line that gave this cookie was spelled, when it was not `Set-Cookie`.
pub(super) fn spelled_otherwise(evidence: &Evidence, pair: &[u8]) -> String {
    let conns = evidence.got.connections().into_iter();
    let answers = conns.map(|conn| evidence.got.bytes_of(conn, Who::Server));
    for bytes in answers {
        let lines = bytes
            .split_inclusive(|&byte| byte == b'\n')
            .filter_map(field);
        let mut givers = lines.filter(|(name, value)| {
            name.eq_ignore_ascii_case(b"Set-Cookie") && value.starts_with(pair)
        });
        if let Some((name, _)) = givers.next().filter(|(name, _)| *name != b"Set-Cookie") {
            return format!(
                " The server gave it in a line `{}`: in the name of a header line, upper and lower case mean the same.",
                shown(name)
            );
        }
    }
    String::new()
}
