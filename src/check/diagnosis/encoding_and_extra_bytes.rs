//! Mistakes in a text: a value was turned into wrong bytes, or bytes were added or lost.
//!
//! Rule: an extra or missing byte or letter is named only if all later bytes are as expected.

use super::difference_place::Spot;
use super::{Cause, Close, Evidence, Row, count, dns_messages, shown};
use crate::check::lenient_http_reader::{find, from, message, upto};

pub(super) const TABLE: &[Row] = &[
    ("W75", text_form),
    ("W86", charset),
    ("W86", bytes_as_letters),
    ("W34", letter_lost),
    ("W34", bytes_left_out),
    ("W53", outer_spaces),
    ("W76", newline_kept),
    ("W77", added_space),
    ("W78", nul),
    ("W31", body_newline),
];

/// What a language writes when it shows a value, and what it is.
const FORMS: [(&str, &str); 14] = [
    ("b'", "bytes as Python shows them"),
    ("b\"", "bytes as Python shows them"),
    ("bytearray(", "bytes as Python shows them"),
    ("[object Object]", "an object as JavaScript shows it"),
    ("<Buffer ", "a Buffer as Node shows it"),
    (
        "[object Promise]",
        "a promise of JavaScript that the program did not await",
    ),
    ("undefined", "the value undefined of JavaScript"),
    ("NaN", "the value NaN, which is not a number"),
    ("Some(", "an Option as Rust shows it"),
    ("Ok(", "a Result as Rust shows it"),
    ("None", "the value None"),
    ("%!", "a format that does not fit its value, as Go shows it"),
    ("&{", "a structure as Go shows it"),
    ("<_io.", "an object as Python shows it"),
];

/// A value was formatted for a person where its bytes belong.
fn text_form(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    let came = [
        from(
            spot.line_before(),
            spot.line_before().len().saturating_sub(2),
        ),
        spot.line_rest(),
    ]
    .concat();
    let wanted = spot.line_missing();
    let found = FORMS.iter().find(|(form, _)| {
        word_at(&came, form.as_bytes()).is_some_and(|at| at <= 4)
            && find(wanted, form.as_bytes()).is_none()
    });
    let what = match found {
        Some((_, what)) => (*what).to_string(),
        None => of_numbers(&spot).or_else(|| quoted(&spot))?,
    };
    Cause::likely(format!(
        "`{}` contains {what}. This is the text form of a value, which is made for people to read. `{}` was \
         expected. If you format a value into a text, you may not get its bytes.",
        shown(
            [spot.line_before(), spot.line_rest()]
                .concat()
                .trim_ascii_end()
        ),
        shown([spot.line_before(), wanted].concat().trim_ascii_end())
    ))
}

/// Where a form stands by itself: the `None` of `If-None-Match` is a part of a name.
fn word_at(text: &[u8], form: &[u8]) -> Option<usize> {
    let at = find(text, form)?;
    let in_name =
        |byte: Option<&u8>| byte.is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'-');
    let begins = in_name(form.first()) && in_name(at.checked_sub(1).and_then(|at| text.get(at)));
    let ends = in_name(form.last()) && in_name(text.get(at + form.len()));
    (!begins && !ends).then_some(at)
}

/// The numbers of the bytes that were expected: `[51 32 116]`, `51,32,116`, `33207461`.
fn of_numbers(spot: &Spot) -> Option<String> {
    let [first, second, third, ..] = spot.missing else {
        return None;
    };
    let forms = [
        format!("[{first} {second} {third}"),
        format!("[{first}, {second}, {third}"),
        format!("{first},{second},{third}"),
        format!("{first:02x}{second:02x}{third:02x}"),
        format!("{first:02x} {second:02x} {third:02x}"),
    ];
    let found = forms
        .iter()
        .any(|form| spot.rest.starts_with(form.as_bytes()));
    found.then(|| "the numbers of the bytes".to_string())
}

/// The text itself, in quotes.
fn quoted(spot: &Spot) -> Option<String> {
    let quotes = matches!(spot.rest.first(), Some(b'"' | b'\''));
    let whole = spot.missing.len() >= 3 && spot.goes_on(1, 0);
    (quotes && whole).then(|| "a text in quotes".to_string())
}

/// Another charset: one byte a letter, or each byte of UTF-8 taken for a letter.
fn charset(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    let lead = spot
        .before
        .iter()
        .rev()
        .take_while(|byte| !byte.is_ascii())
        .count()
        .min(3);
    let (want, have) = (
        [from(spot.before, spot.before.len() - lead), spot.missing].concat(),
        [from(spot.before, spot.before.len() - lead), spot.rest].concat(),
    );
    let text = valid_start(&want);
    let letter = text.chars().next().filter(|letter| !letter.is_ascii())?;
    let mut buffer = [0; 4];
    let bytes = letter.encode_utf8(&mut buffer).as_bytes();
    let twice: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    let after = from(&want, bytes.len());
    let latin = u8::try_from(u32::from(letter)).ok();
    let goes_on = |have: &[u8]| upto(have, 2) == upto(after, upto(have, 2).len());
    let why = if have.starts_with(twice.as_bytes()) {
        format!(
            "the program took each of its {} for a letter, and encoded it again. So it read a text in UTF-8 as \
             Latin-1",
            count(bytes.len(), "byte")
        )
    } else if latin.is_some() && have.first() == latin.as_ref() && goes_on(from(&have, 1)) {
        "the program wrote it in Latin-1, with one byte for each letter".to_string()
    } else if have.starts_with(upto(b"????", bytes.len())) && goes_on(from(&have, bytes.len())) {
        "a charset without these bytes replaced each of them by a question mark".to_string()
    } else if have.first() == Some(&b'?') && goes_on(have.trim_ascii_start().strip_prefix(b"?")?) {
        "a charset without this letter replaced it by a question mark".to_string()
    } else {
        return None;
    };
    Cause::likely(format!(
        "the letter {letter} is {} in UTF-8, `{}`, but `{}` came. {}.",
        count(bytes.len(), "byte"),
        shown(bytes),
        shown(upto(&have, 4)),
        capital(&why)
    ))
}

/// Bytes that are no text were read as Latin-1 and written as UTF-8.
fn bytes_as_letters(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    let byte = spot
        .missing
        .first()
        .copied()
        .filter(|byte| !byte.is_ascii())?;
    let letters = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|&byte| char::from(byte))
            .collect::<String>()
    };
    let twice = letters(&[byte]);
    let run = letters(upto(spot.missing, 3));
    let same = spot.rest.starts_with(run.as_bytes());
    (same && std::str::from_utf8(spot.missing).is_err()).then_some(())?;
    Cause::likely(format!(
        "the byte `{}` became `{}`. Probably your program read the bytes as letters of Latin-1, and wrote the \
         letters in UTF-8. Do not turn bytes into text: send the bytes that you read.",
        shown(&[byte]),
        shown(twice.as_bytes())
    ))
}

/// A letter of several bytes is left out; what follows it is there.
fn letter_lost(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    let text = valid_start(spot.missing);
    let letter = text.chars().next().filter(|letter| !letter.is_ascii())?;
    let lost = letter.len_utf8();
    let follows = !spot.rest.is_empty() && spot.goes_on(0, lost);
    follows.then_some(())?;
    let why = match evidence.in_pieces() {
        true => {
            "Either your program turned bytes into text before all of them had come, or it used a charset that does not \
             have this letter"
        }
        false => {
            "Probably your program used a charset without this letter, for example ASCII, and an option that leaves \
             such letters out"
        }
    };
    Cause::likely(format!(
        "the letter {letter} is missing: `{}` belongs after `{}`. {why}.",
        shown(upto(spot.missing, lost)),
        shown(spot.line_before())
    ))
}

/// All bytes came but those that are no text in UTF-8, or in ASCII.
fn bytes_left_out(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    let (want, have) = (
        [spot.before, spot.missing].concat(),
        [spot.before, spot.rest].concat(),
    );
    let utf8: String = want.utf8_chunks().map(|chunk| chunk.valid()).collect();
    let ascii: Vec<u8> = want.iter().copied().filter(u8::is_ascii).collect();
    let charset = match () {
        () if want == have || have.len() < 8 => return None,
        () if utf8.as_bytes() == have => "UTF-8",
        () if ascii == have => "ASCII",
        () => return None,
    };
    Cause::likely(format!(
        "your answer lost {}, of which `{}` is the first. All other bytes came. Probably your program turned the \
         bytes into text of {charset}, with an option that leaves out bytes that are not {charset}. A file consists \
         of bytes, so do not turn it into text.",
        count(want.len() - have.len(), "byte"),
        shown(upto(spot.missing, 1))
    ))
}

/// The text at the beginning of the bytes, up to the first that is no UTF-8.
fn valid_start(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(upto(bytes, error.valid_up_to())).unwrap_or_default(),
    }
}

/// The text with a capital letter at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Blanks where they are not expected, and then what is expected.
fn blanks(spot: &Spot) -> Option<usize> {
    let blanks = spot
        .rest
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    // Nothing need come after the line: a conversation of datagrams ends at the first wrong one.
    let same_line = from(spot.rest, blanks) == spot.line_missing() && !spot.missing.is_empty();
    (blanks > 0 && (same_line || spot.goes_on(blanks, 0))).then_some(blanks)
}

/// White space around a value of a field was taken for a part of it.
fn outer_spaces(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    let extra = upto(spot.rest, blanks(&spot)?);
    let request = evidence.exchange()?.request()?;
    let line = request.lines().skip(1).find(|line| {
        let value = line
            .iter()
            .position(|&byte| byte == b':')
            .map(|colon| from(line, colon + 1));
        let value = value.unwrap_or_default();
        let value = value.strip_suffix(b"\r\n").unwrap_or(value);
        let inner = value.trim_ascii();
        let found =
            find(spot.missing, inner).is_some_and(|at| at == 0) || spot.before.ends_with(inner);
        value.len() > inner.len() && !inner.is_empty() && found && find(value, extra).is_some()
    })?;
    let (_, value) = crate::check::lenient_http_reader::field(line)?;
    Cause::likely(format!(
        "the white space around a value is not a part of the value. The value of the line `{}` is `{}`.",
        shown(line),
        shown(value)
    ))
}

/// The line end of the question stands in the middle of the answer.
fn newline_kept(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    let end = [&b"\r\n"[..], b"\n", b"\r"]
        .into_iter()
        .find(|end| spot.rest.starts_with(end))?;
    let body = message(evidence.heard()).body.is_none_or(<[u8]>::is_empty);
    let asked =
        find(evidence.heard(), spot.line_before()).is_some() && !spot.line_before().is_empty();
    let inside = !spot.missing.is_empty() && spot.goes_on(end.len(), 0);
    (inside && (asked || !body)).then_some(())?;
    Cause::likely(format!(
        "the line end of the line that you read, `{}`, is in the middle of your answer, after `{}`. When a program \
         reads a line, it often gets the line end, too.",
        shown(end),
        shown(spot.line_before())
    ))
}

/// A space too many, or one that is missing.
fn added_space(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    let side = |text: &[u8]| match text.trim_ascii_end() {
        [] => "at the end of the line".to_string(),
        text => format!("before `{}`", shown(text)),
    };
    let after = match spot.line_before() {
        [] => "at the beginning of the line".to_string(),
        text => format!("after `{}`", shown(text)),
    };
    if let Some(blanks) = blanks(&spot) {
        return Cause::likely(format!(
            "{} not expected: {after}, {}. Functions that print several values put a space between the values.",
            if blanks == 1 {
                "one space is".to_string()
            } else {
                format!("{blanks} blanks are")
            },
            side(spot.line_missing())
        ));
    }
    let gone = spot.missing.first().copied();
    let lost = !spot.rest.is_empty() && spot.goes_on(0, 1);
    let what = match gone.filter(|_| lost)? {
        b' ' => "a space".to_string(),
        sign if b",.;!?".contains(&sign) && !evidence.is_http() => {
            format!("`{}`", char::from(sign))
        }
        _ => return None,
    };
    Cause::likely(format!(
        "{what} is missing {after}, {}.",
        side(spot.line_rest())
    ))
}

/// The NUL at the end of a C string is sent; or bytes end at their first NUL.
fn nul(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    let nuls = spot.rest.iter().take_while(|&&byte| byte == 0).count();
    // A message of DNS is no text: half of its bytes are NUL.
    dns_messages::is_dns(&evidence.expectation.script)
        .is_none()
        .then_some(())?;
    let added = (1..8).contains(&nuls) && spot.missing.first() != Some(&0);
    if added && (spot.rest.len() == nuls || spot.goes_on(nuls, 0)) {
        return Cause::likely(format!(
            "{} {} after `{}`. In C a text ends in a NUL, a byte 00 that is not a part of the text. `strlen` does \
             not count this byte, but `sizeof` counts it.",
            count(nuls, "NUL byte"),
            if nuls == 1 { "stands" } else { "stand" },
            shown(last_line(spot.before))
        ));
    }
    let ended = evidence.have().close != Close::Open && evidence.cut_short();
    let ended = ended && !evidence.passes_in_calm() && evidence.process.said.trim().is_empty();
    let ends = spot.rest.is_empty() && spot.missing.first() == Some(&0) && ended;
    ends.then_some(())?;
    Cause::likely(format!(
        "your bytes end after {}, and the next expected byte is a NUL, a byte 00. Probably a function for texts took \
         this byte for the end. A file may contain any byte.",
        count(evidence.at(), "byte")
    ))
}

/// The last line, also when it is whole.
fn last_line(bytes: &[u8]) -> &[u8] {
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
    lines.next_back().unwrap_or_default()
}

/// The body lacks its last newline, and its length was counted without it.
fn body_newline(evidence: &Evidence) -> Option<Cause> {
    let bodies = evidence.exchange()?.bodies()?;
    (bodies.missing == b"\n" && bodies.rest.is_empty()).then_some(())?;
    Cause::likely(format!(
        "the newline after `{}`, at the end of the body, is missing.",
        shown(bodies.line_before())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_stands_by_itself() {
        let none = |text: &str| word_at(text.as_bytes(), b"None");
        assert_eq!(none("None tacos"), Some(0));
        assert_eq!(none("3: None"), Some(3));
        assert_eq!(none("If-None-Match: \"a\""), None);
        assert_eq!(none("Nonesuch"), None);
        assert_eq!(word_at(b"xb'3'", b"b'"), None);
        assert_eq!(word_at(b"<b'3'", b"b'"), Some(1));
    }
}
