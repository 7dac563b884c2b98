//! Lab 28 · The coat-check ticket · forms: reads a form as a browser encodes it.

use super::answer::Refusal;
use wirelab::http::{RequestHead, grammar};

const LARGEST_BODY: u64 = 8_000; // bytes of a form
const MOST_FIELDS: usize = 100; // in one form

/// The number of bytes of the form.
pub fn length(head: &RequestHead) -> Result<u64, Refusal> {
    match head.fields.only("content-length").map(grammar::decimal) {
        None if head.method == b"POST" => Err((411, "", "how many bytes is the form?")),
        None => Ok(0),
        Some(Some(Some(length))) if length <= LARGEST_BODY => Ok(length),
        Some(None) => Err((400, "", "a length is made of digits")),
        Some(_) => Err((413, "", "a form has at most 8000 bytes")),
    }
}

/// The value of a field in a body of the type application/x-www-form-urlencoded (WHATWG URL section 5.1):
/// pairs `name=value` with `&` between them. Uses the first pair with this name. Error: a sentence.
pub fn field(body: &[u8], name: &str) -> Result<String, &'static str> {
    if body.split(|byte| *byte == b'&').count() > MOST_FIELDS {
        return Err("a form has at most 100 fields");
    }
    for pair in body.split(|byte| *byte == b'&') {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let (key, value) = (parts.next(), parts.next());
        if decode(key.unwrap_or_default()) == name {
            let value = decode(value.unwrap_or_default());
            return match value.trim().is_empty() {
                true => Err("name a dish"),
                false => Ok(value),
            };
        }
    }
    Err("name a dish")
}

/// Decodes a name or a value, after the form was cut: a `%26` is an `&` inside a value. `+` is a space. A `%`
/// without two hex digits does not change. Bytes that are not UTF-8 become U+FFFD.
fn decode(text: &[u8]) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    let digit = (digit as char).to_digit(16)?;
    u8::try_from(digit).ok()
}
