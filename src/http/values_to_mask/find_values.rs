//! Finds the values in a text: a port, an entity tag, a parameter.

use std::ops::Range;

/// How much of this is the value of a parameter.
pub(super) fn parameter_end(text: &[u8]) -> usize {
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(byte, b'&' | b';' | b'#' | b'"' | b'\'' | b'<' | b'>')
    };
    text.iter().position(ends).unwrap_or(text.len())
}

/// What stands between the quotes of the first entity tag, if it is readable.
pub(super) fn tag(value: &[u8]) -> Option<Range<usize>> {
    let start = match value {
        [b'W', b'/', b'"', ..] => 3,
        [b'"', ..] => 1,
        _ => return None,
    };
    let inside = value.get(start..)?;
    let length = inside.iter().position(|byte| *byte == b'"')?;
    let readable = inside.get(..length)?.iter().all(u8::is_ascii_graphic);
    (readable && length > 0).then_some(start..start + length)
}

/// The digits after the last colon.
pub(in crate::http) fn port(authority: &[u8]) -> Option<Range<usize>> {
    let colon = authority.iter().rposition(|byte| *byte == b':')?;
    let digits = authority.get(colon + 1..)?;
    let good = (1..=5).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    good.then_some(colon + 1..authority.len())
}

/// The digits of the port of the first URL.
pub(in crate::http) fn port_in_url(value: &[u8]) -> Option<Range<usize>> {
    let scheme = value.windows(3).position(|three| three == b"://")? + 3;
    let rest = value.get(scheme..)?;
    let ends =
        |byte: &u8| matches!(byte, b'/' | b'?' | b'#' | b'>' | b'"') || byte.is_ascii_whitespace();
    let authority = rest.get(..rest.iter().position(ends).unwrap_or(rest.len()))?;
    let digits = port(authority)?;
    Some(scheme + digits.start..scheme + digits.end)
}
