//! Mistakes of a file server: it sends files that it must not send, or its answers lack header lines.

use super::Evidence;
use super::difference_place::is_status_line;
use super::{Cause, Row, count, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::{Message, field, find, from, message, upto};
use crate::http::date;
use crate::http::target::decode_lenient;

pub(super) const TABLE: &[Row] = &[
    ("W55", outside),
    ("W55", outside_1991),
    ("W54", slash_in_name),
    ("W56", not_decoded),
    ("W58", local_date),
];

/// Asked after the statuses: what is missing in an answer of the right kind.
pub(super) const FIELDS: &[Row] = &[("W57", missing_field)];

/// The target of the first request that was sent to the program, when both answers begin here.
fn target(evidence: &Evidence) -> Option<&[u8]> {
    evidence.exchange()?.request()?.target()
}

/// If-Range is ignored, or a range past the end is not cut.
pub(super) fn range_rules(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence
        .exchange()
        .filter(|_| evidence.side() == Side::Server)?;
    let (want, have) = exchange.statuses()?;
    let request = exchange.request()?;
    let range = request.field("Range")?;
    if let Some(tag) = request
        .field("If-Range")
        .filter(|_| (want, have) == (200, 206))
    {
        return Cause::likely(format!(
            "the request has `Range: {}` and `If-Range: {}`. The value of If-Range does not fit this file, but you \
             sent a part. In this case ignore the range, and send the whole file.",
            shown(range),
            shown(tag)
        ));
    }
    let (wanted, got) = (
        exchange.want.field("Content-Range"),
        exchange.have.field("Content-Range"),
    );
    let due = want == 206 && matches!(have, 200 | 206 | 416) && wanted != got;
    let wanted = wanted.filter(|_| due)?;
    let past = last_of(range)
        .zip(last_of(wanted))
        .is_some_and(|(asked, last)| asked > last);
    past.then_some(())?;
    let yours = match got {
        Some(got) => format!("Your answer has `{}`", shown(got)),
        None => format!("You answered {have}"),
    };
    let why = match range.starts_with(b"bytes=-") {
        true => "asks for more last bytes than the file has. Send the whole file as the part",
        false => {
            "asks for bytes after the end of the file. Send the part up to the end of the file"
        }
    };
    Cause::likely(format!(
        "the line `Range: {}` {why}: `Content-Range: {}`. {yours}.",
        shown(range),
        shown(wanted)
    ))
}

/// The number after the first `-`, up to a `/`.
fn last_of(range: &[u8]) -> Option<u64> {
    let behind = range.iter().position(|&byte| byte == b'-')? + 1;
    let text = std::str::from_utf8(range.get(behind..)?).ok()?;
    text.split('/').next()?.parse().ok()
}

/// A path that must not lead to a file did lead to one.
fn outside(evidence: &Evidence) -> Option<Cause> {
    let target = target(evidence)?;
    let exchange = evidence.exchange()?;
    let (want, have) = (exchange.want, exchange.have);
    let given_away = matches!(want.status()?, 400 | 404) && have.status()? == 200;
    given_away.then_some(())?;
    let small = target.to_ascii_lowercase();
    let has = |what: &[u8]| find(&small, what).is_some();
    // A name that is decoded twice and stays inside the folder leads nowhere out of it.
    (!has(b"%25") || has(b"%252e") || has(b"..")).then_some(())?;
    // Nor does a hidden name.
    let last = small.rsplit(|&byte| byte == b'/').next();
    let hidden = last.is_some_and(|last| last.starts_with(b".") && !last.starts_with(b".."));
    // Nor does the path of a folder.
    (!hidden && last != Some(&b""[..])).then_some(())?;
    let how = if has(b"%252e") {
        "Probably you decoded the path twice. The first decoding turned %25 into a percent sign. The second decoding \
         made two dots, and you did not test the path after the second decoding."
    } else if has(b"%2f") {
        "The path contains an encoded slash, %2f. If you decode the whole path before you cut it, you take the \
         encoded slash for a real slash."
    } else if !has(b"..") && has(b"%2e") {
        "In this path `%2e` stands for a dot. Probably its two dots led out of your folder. If you look for `..` before \
         you decode the path, you look too early."
    } else if has(b"..") {
        "The path contains two dots, which mean one folder up. Probably they led out of your folder. If you compare \
         two paths, compare whole names: the name of one folder may begin with the name of another folder."
    } else if small.starts_with(b"//") {
        "The path begins with two slashes. If you remove one slash, the rest still begins with a slash. If you join \
         such a rest to your folder, the result may be the rest alone, without your folder."
    } else if has(b"%00") {
        "The path contains a NUL, a byte 00. Some functions take a NUL for the end of the name, and other functions \
         do not."
    } else if want.status()? == 400 {
        return None; // nothing is wrong with this path: something else in the request is (W54)
    } else if small.iter().filter(|&&byte| byte == b'/').count() < 2 || has(b"%3f") {
        return None; // its text shows no way out, and there is no folder in it that could be a link
    } else {
        "Either the path contains a symbolic link that leads out of your folder, or no file has this name."
    };
    Cause::likely(format!(
        "you answered `{}` with a file, `{}`, but no file belongs to this path. {how}",
        shown(target),
        shown(have.body.unwrap_or_default().trim_ascii_end())
    ))
}

/// The same without HTTP: a question in the form of 1991, and a file where a short refusal belongs.
fn outside_1991(evidence: &Evidence) -> Option<Cause> {
    let line = message(evidence.heard()).first_line();
    let target = line.strip_prefix(b"GET ")?;
    let (want, have) = (&evidence.want().bytes, &evidence.have().bytes);
    let refusal = want.len() < 40 && want.ends_with(b"\n");
    let file = have.len() > 100 || have.iter().filter(|&&byte| byte == b'\n').count() > 1;
    let out = find(target, b"..").is_some() && refusal && file && evidence.at() < 3;
    (evidence.side() == Side::Server && out).then_some(())?;
    Cause::likely(format!(
        "you answered `{}` with a file of {}, but no file belongs to this path. The path contains two dots, which \
         mean one folder up. Probably they led out of your folder.",
        shown(target),
        count(have.len(), "byte")
    ))
}

/// A name with a slash in it got a file, in the form of 1991.
fn slash_in_name(evidence: &Evidence) -> Option<Cause> {
    let line = message(evidence.heard()).first_line();
    let target = line.strip_prefix(b"GET /")?;
    let (want, have) = (&evidence.want().bytes, &evidence.have().bytes);
    let why = match target {
        [b'.', ..] => {
            "The name of this file begins with a dot. In this lab the server sends no such file"
        }
        _ => {
            "After its first slash this path has one more slash, and the name of a file contains no slash. Test the name \
             as it came, before you change it or join it with a folder"
        }
    };
    let forbidden = target.contains(&b'/') || target.starts_with(b".");
    let name = forbidden && find(target, b"..").is_none() && !evidence.is_http();
    let served = evidence.at() == 0 && !evidence.cut_short() && !have.is_empty() && want != have;
    (evidence.side() == Side::Server && name && served).then_some(())?;
    let first = have.split(|&byte| byte == b'\n').next()?;
    Cause::likely(format!(
        "you answered `{}` with `{}`, but `{}` was expected. {why}.",
        shown(line),
        shown(first),
        shown(want.trim_ascii_end())
    ))
}

/// A path with percent signs found nothing.
fn not_decoded(evidence: &Evidence) -> Option<Cause> {
    let target = target(evidence)?;
    let encoded = target.iter().position(|&byte| byte == b'%')?;
    let (want, have) = evidence.exchange()?.statuses()?;
    (want == 200 && matches!(have, 400 | 404)).then_some(())?;
    let percent = find(target, b"%25").is_some();
    let twice = match (percent, have) {
        (false, _) => "",
        (true, 400) => {
            " The name still contains a percent sign after one decoding. Either you decoded the name again, or you \
             tested its percent signs after the decoding."
        }
        (true, _) => {
            " Either you did not decode the name, or you decoded it twice. One decoding turns %25 into a percent \
             sign, and this percent sign is a part of the name."
        }
    };
    let letters = match decode_lenient(target).is_ascii() {
        true => "",
        false => {
            " The decoded bytes are UTF-8. Decode all bytes first, and then turn the bytes into text."
        }
    };
    let escape = upto(from(target, encoded), 3);
    let capital = match escape.iter().any(u8::is_ascii_uppercase) {
        true => " The digits from A to F may be capital or small letters.",
        false => "",
    };
    Cause::likely(format!(
        "the path `{}` is the name of a file that exists, but you answered {have}. In this path `{}` is one byte, \
         written as a percent sign and two hexadecimal digits.{capital}{twice}{letters}",
        shown(target),
        shown(escape)
    ))
}

/// The date is another one.
fn local_date(evidence: &Evidence) -> Option<Cause> {
    let (_, wanted) = field(evidence.wanted_line()).filter(|(name, _)| *name == b"Date")?;
    let (_, value) = field(evidence.line()).filter(|(name, _)| *name == b"Date")?;
    let wanted = date::parse(wanted, 0)?;
    let Some(said) = date::parse(value, wanted) else {
        return Cause::likely(format!(
            "your Date is `{}`. A server writes the date in 29 bytes, with English names and with GMT at the end: \
             `{}`.{}",
            shown(value),
            date::format(wanted),
            match date::format(wanted).replacen(", 0", ", ", 1).as_bytes() == value {
                true => " A day below 10 has a zero in front.",
                false => "",
            }
        ));
    };
    if date::format(said).as_bytes() != value {
        return Cause::likely(format!(
            "your Date `{}` has one of the two old forms. A program must read these forms, but must not write them. \
             Write `{}`.",
            shown(value),
            date::format(said)
        ));
    }
    let off = said - wanted;
    let zone = off % 900 == 0 && off.abs() <= 14 * 3600;
    let why = match zone {
        true => format!(
            "The difference is {} minutes. Probably you sent local time, but a Date must be in GMT.",
            off / 60
        ),
        false => {
            "The check gives the time in WIRELAB_NOW. Either your program used a different clock, or it sent the \
             time of a different event, for example of the last change of the file."
                .to_string()
        }
    };
    Cause::likely(format!(
        "your Date is `{}`, but it should be `{}`. {why}",
        shown(value),
        date::format(wanted)
    ))
}

/// The answer in which the first difference lies lacks a header line.
fn missing_field(evidence: &Evidence) -> Option<Cause> {
    let line = evidence.wanted_line();
    // A line with a hole in it has no end here.
    let whole = line.ends_with(b"\r\n") || evidence.expectation.script.has_masks();
    let (name, _) = field(line).filter(|_| whole)?;
    let answer = answer_at(&evidence.have().bytes, evidence.at())?;
    let missing = answer.body.is_some() && answer.field(std::str::from_utf8(name).ok()?).is_none();
    (evidence.side() == Side::Server && missing).then_some(())?;
    // A line behind the last chunk is there, too.
    let here = field(evidence.line()).is_some_and(|(came, _)| came.eq_ignore_ascii_case(name));
    (!here).then_some(())?;
    if name.eq_ignore_ascii_case(b"Connection") && find(line, b"keep-alive").is_some() {
        return Cause::likely(format!(
            "your answer `{}` does not have the line `{}`. The client of HTTP/1.0 asked you to keep the connection \
             open. Without this line the client must expect that you close.",
            shown(answer.first_line()),
            shown(line.trim_ascii_end())
        ));
    }
    let what_for = WHAT_FOR
        .iter()
        .find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()));
    Cause::likely(format!(
        "your answer `{}` has no `{}`. {}",
        shown(answer.first_line()),
        shown(name),
        what_for.map_or("", |(_, text)| text)
    ))
}

/// What a client does with a field, for those that a server of files must not forget.
const WHAT_FOR: [(&str, &str); 8] = [
    (
        "Allow",
        "405 means that this method is not allowed here. Allow must list the methods that are allowed.",
    ),
    (
        "Connection",
        "A server that closes after its answer should say so. Otherwise the client may send its next request on a \
         closed connection.",
    ),
    (
        "ETag",
        "The tag tells the client to which of its copies this answer belongs.",
    ),
    (
        "Location",
        "Without this line the client does not know where the resource is.",
    ),
    (
        "Content-Length",
        "Without a length the end of the body is the end of the connection, also for an error. If the connection \
         stays open, the body never ends.",
    ),
    (
        "Content-Type",
        "Without this line a browser must guess the type of the body. If the guess is wrong, the browser may run a \
         text as a program.",
    ),
    (
        "Date",
        "A server that has a clock must send the time of its answer. A cache computes the age of its copy from this \
         time.",
    ),
    (
        "Retry-After",
        "Without this line all refused clients may try again at once.",
    ),
];

/// The response that the byte at `at` belongs to, and what follows it.
pub(super) fn answer_at(bytes: &[u8], at: usize) -> Option<Message<'_>> {
    // A body need not end in a line end, so an answer may begin in the middle of a line.
    let begins = |start: &usize| is_status_line(from(bytes, *start));
    let start = (0..=at.min(bytes.len())).rev().find(begins)?;
    Some(message(from(bytes, start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_at_a_byte_is_the_last_that_began_before_it() {
        let two = b"HTTP/1.1 200 OK\r\nA: 1\r\n\r\nbody\nHTTP/1.1 404 Not Found\r\nB: 2\r\n\r\n";
        assert_eq!(answer_at(two, 20).unwrap().status(), Some(200));
        assert_eq!(answer_at(two, 50).unwrap().status(), Some(404));
        assert_eq!(answer_at(b"tacos\n", 3), None);
    }
}
