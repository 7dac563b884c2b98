//! Mistakes with forms (WHATWG URL, section 5): text that is not decoded, cut or escaped as it should be.
//!
//! Rule: a cause names the text that was typed and what has become of it on the page.

use super::cookies_and_forms::both;
use super::values_from_the_other_side::another_field;
use super::{Cause, Evidence, Row, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::Message;
use crate::http::target::decode_form;

pub(super) const TABLE: &[Row] = &[("W101", form_text), ("W101", written_form)];

/// The dishes on a page.
pub(super) fn dishes<'a>(page: &Message<'a>) -> Vec<&'a [u8]> {
    let lines = page.body.unwrap_or_default().split(|byte| *byte == b'\n');
    let items = lines.filter_map(|line| line.strip_prefix(b"<li>"));
    items
        .filter_map(|item| item.strip_suffix(b"</li>"))
        .collect()
}

/// The page has as many dishes as it should, and one of them is written otherwise.
fn form_text(evidence: &Evidence) -> Option<Cause> {
    let (want, have, _) = both(evidence, Side::Server)?;
    let (due, got) = (dishes(&want), dishes(&have));
    let mut pairs = due.iter().zip(&got).filter(|(due, got)| due != got);
    let (due, got) = pairs.next().filter(|_| due.len() == got.len())?;
    let (dish, read) = (unescaped(due), unescaped(got));
    let what = match () {
        _ if *got == dish.as_slice() => {
            "your program put this text into the page unchanged. In HTML `&` is written `&amp;`, and `<` is written \
             `&lt;`"
        }
        _ if read == dish => {
            "your text means the same in HTML. But in this lab's page only `&` and `<` are written in this way, and \
             no other letter"
        }
        _ if decode_form(&read) == dish => {
            "your program did not decode the text completely. In a form `+` is a space, and `%` with two hex digits \
             is one byte"
        }
        _ if unescaped(&read) == dish => {
            "your program escaped the text twice. Replace each `&` first, and then replace each `<`"
        }
        _ if without_percent(&dish) == read => {
            "your text has lost a `%`. If two hex digits do not follow a `%`, the `%` stays as it is"
        }
        _ if decode_form(&dish) == read && dish.contains(&b'+') => {
            "either your program decoded the text twice, or it replaced `+` after it had decoded `%2B`"
        }
        _ if decode_form(&dish) == read => "your program decoded the text twice",
        _ if dish.starts_with(&read) && dish.get(read.len()) == Some(&b'=') => {
            "your program cut the field at each `=`. Only the first `=` of a field ends its name, and the rest is \
             the value"
        }
        _ if another_field(evidence, &dish, &read) => {
            "the form has several fields with the name `dish`, and in this lab the first of them counts"
        }
        _ if dish.starts_with(&read) && dish.get(read.len()) == Some(&b'&') => {
            "your program decoded the form before it cut the form. So `%26` became `&`, and ended the field"
        }
        _ => return None,
    };
    Cause::likely(format!(
        "`{}` was ordered, but on your page it is `{}`: {what}.",
        shown(&dish),
        shown(got)
    ))
}

fn without_percent(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|&byte| byte != b'%').collect()
}

/// The client's form means the same, and is written otherwise.
fn written_form(evidence: &Evidence) -> Option<Cause> {
    let (want, have, _) = both(evidence, Side::Client)?;
    let form = |message: &Message| {
        let name = message.field("Content-Type").unwrap_or_default();
        name.starts_with(b"application/x-www-form-urlencoded")
    };
    let (due, got) = (want.body?, have.body?);
    (form(&want) && form(&have) && due != got && decode_form(due) == decode_form(got))
        .then_some(())?;
    Cause::likely(format!(
        "your form is `{}`, but `{}` was expected. Both mean the same. But a browser writes a space as `+`, and \
         leaves letters, digits and `*-._` as they are. It writes each other byte as `%` and two hexadecimal digits, \
         with capital letters.",
        shown(got),
        shown(due)
    ))
}

/// The text behind `&amp;` and `&lt;`.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let mut text = text.into_owned();
    for (entity, letter) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, letter);
    }
    text.into_bytes()
}
