//! Mistakes that the first wrong byte shows: line ends, escapes, start lines, field lines.

use super::{Cause, Row, count, shown};
use super::{Close, Evidence};
use crate::check::Side;
use crate::check::lenient_http_reader::{
    find, from, is_request, is_response, is_token, message, split_once, upto,
};
use crate::http::target::decode_lenient;

pub(super) const TABLE: &[Row] = &[
    ("W03", literal_escapes),
    ("W36", byte_order_mark),
    ("W05", lf_cr),
    ("W01", lf_only),
    ("W04", indented),
    ("W09", space_colon),
    ("W07", status_line),
    ("W08", request_line),
    ("W02", no_blank_line),
    ("W06", no_host),
    ("W31", no_newline),
    ("W37", no_close_field),
    ("W38", letter_case),
];

/// `\`, `r`, `\`, `n` as four characters where the wire has `\r\n`; or `\`, `n` where it has `\n`.
fn literal_escapes(evidence: &Evidence) -> Option<Cause> {
    let (have, want) = (&evidence.have().bytes, &evidence.want().bytes);
    for (written, meant) in [(&b"\\r\\n"[..], "0d 0a"), (&b"\\n"[..], "0a")] {
        let at = find(have, written).filter(|_| find(want, written).is_none());
        let Some(at) = at.filter(|&at| at <= evidence.at() + written.len()) else {
            continue;
        };
        let around = from(upto(have, at + written.len()), at.saturating_sub(12));
        return Cause::likely(format!(
            "you sent {} characters in place of {}: in `{}` each `\\\\` is a real backslash. Your program did not \
             turn the escapes into bytes.",
            written.len(),
            if meant.len() > 2 {
                format!("the two bytes {meant}")
            } else {
                format!("the one byte {meant}")
            },
            shown(around),
        ));
    }
    None
}

/// EF BB BF in front of everything.
fn byte_order_mark(evidence: &Evidence) -> Option<Cause> {
    let rest = evidence.have().bytes.strip_prefix(b"\xef\xbb\xbf")?;
    let same = evidence.want().bytes.first() == rest.first();
    same.then_some(())?;
    Cause::likely(format!(
        "the three bytes ef bb bf, a byte order mark, stand before your first word. The text after them, `{}`, is \
         right. Editors put the mark into files that they save as \"UTF-8 with BOM\".",
        shown(upto(rest, 16))
    ))
}

fn lf_cr(evidence: &Evidence) -> Option<Cause> {
    let (rest, missing) = (evidence.rest(), evidence.missing());
    // A line that ends in LF may be followed by an empty one that ends in CR LF.
    let both_ends = rest.starts_with(b"\n\r\n") && missing.starts_with(b"\r\n\r\n");
    let swapped = rest.starts_with(b"\n\r") && missing.starts_with(b"\r\n") && !both_ends;
    swapped.then_some(())?;
    Cause::likely(format!(
        "CR and LF are swapped: byte {} is \\n, and the next byte is \\r. A line ends first with \\r (carriage \
         return, 0d), and then with \\n (line feed, 0a).",
        evidence.at() + 1
    ))
}

/// A CR is missing before an LF, and putting it there makes what follows right at least to the end of
/// the next line.
fn lf_only(evidence: &Evidence) -> Option<Cause> {
    let rest = evidence.rest();
    let missing = evidence.missing();
    let lf = rest.first() == Some(&b'\n') && missing.starts_with(b"\r\n");
    (lf && evidence.is_http()).then_some(())?;
    let (rest, missing) = (from(rest, 1), from(missing, 2));
    let agrees = rest.iter().zip(missing).take_while(|(a, b)| a == b).count();
    let next_line = missing
        .iter()
        .position(|&byte| byte == b'\r')
        .unwrap_or(missing.len());
    (agrees == rest.len() || agrees >= next_line).then_some(())?;
    let head = message(&evidence.have().bytes).head;
    let bare = head
        .split_inclusive(|&byte| byte == b'\n')
        .filter(|line| !line.ends_with(b"\r\n"))
        .count();
    let line = shown(evidence.line());
    let place = match bare {
        // In a body, a chunk's size or a trailer.
        0 => format!("0a stands without 0d at the end of `{line}`"),
        _ => format!(
            "0a stands without 0d at the end of {} of your head. The first of them is `{line}`",
            count(bare, "line")
        ),
    };
    Cause::likely(format!(
        "your lines end in \\n: {place}. A line of HTTP ends in \\r\\n, the two bytes 0d 0a. Many programs accept \
         \\n alone, so your program may have worked before."
    ))
}

/// A line begins with white space, and after it stands what should stand there.
fn indented(evidence: &Evidence) -> Option<Cause> {
    let line = evidence.line();
    let blank = line
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let same = line.get(blank) == evidence.wanted_line().first();
    (evidence.is_http() && evidence.at_line_start() && blank > 0 && same).then_some(())?;
    Cause::likely(format!(
        "your line begins with {}: `{}`. If you write a text on several lines of your source, the indentation of \
         these lines is a part of the text. Then your program sends it.",
        count(blank, "blank"),
        shown(line)
    ))
}

/// White space between a field name and its colon.
fn space_colon(evidence: &Evidence) -> Option<Cause> {
    let line = evidence.line();
    let (before, _) = split_once(line, b':')?;
    let name = before.trim_ascii_end();
    let wanted = evidence.wanted_line();
    let token = !name.is_empty() && name.iter().all(|&byte| is_token(byte));
    let spaced = token && name.len() < before.len() && wanted.get(name.len()) == Some(&b':');
    (evidence.is_http() && spaced).then_some(())?;
    Cause::likely(format!(
        "there is a space between the name `{}` and its colon. A server must answer 400 to such a line. If two \
         programs read the line differently, an attacker can use the difference.",
        shown(name)
    ))
}

/// The first line of a response does not match `HTTP/1.1 SP 3DIGIT SP [reason]`.
fn status_line(evidence: &Evidence) -> Option<Cause> {
    let have = message(&evidence.have().bytes);
    let line = have.lines().next().unwrap_or_default();
    let text = line.strip_suffix(b"\r\n").unwrap_or(line);
    let ours =
        is_response(&evidence.want().bytes) && evidence.at() <= text.len() && !text.is_empty();
    // A record of TLS: its kind and its version (RFC 8446 section 5.1).
    let tls = matches!(text, [0x14..=0x17, 3, ..]);
    (ours && (line.ends_with(b"\n") || tls) && !is_status_line(text)).then_some(())?;
    let what = match text {
        _ if tls => {
            "these bytes are TLS, the protocol of https, but this conversation does not use TLS"
        }
        _ if find(
            message(&evidence.want().bytes).body.unwrap_or_default(),
            line,
        ) == Some(0) =>
        {
            "this line is the beginning of the body. Send the status line and the header lines first, then an empty \
             line, and then the body"
        }
        _ if !text.starts_with(b"HTTP/") => "it does not begin with the version",
        _ if text.len() == 12 && from(text, 9).iter().all(u8::is_ascii_digit) => {
            "the space after the number is missing. This space must be there even if no reason follows"
        }
        _ if text.get(8) == Some(&b' ')
            && text
                .get(9..12)
                .is_some_and(|code| code.iter().all(u8::is_ascii_digit)) =>
        {
            "its version is not the expected version. The server writes its own version, also if the request has a \
             different version"
        }
        _ => "its form is different",
    };
    Cause::likely(format!(
        "a status line consists of the version, a space, three digits, a space, and a reason: `HTTP/1.1 200 OK`. \
         Your line is `{}`: {what}.",
        shown(text)
    ))
}

fn is_status_line(text: &[u8]) -> bool {
    let version = text.starts_with(b"HTTP/1.") && text.get(7).is_some_and(u8::is_ascii_digit);
    let digits = text
        .get(9..12)
        .is_some_and(|code| code.iter().all(u8::is_ascii_digit));
    version && text.get(8) == Some(&b' ') && digits && text.get(12) == Some(&b' ')
}

/// The first line of a request does not match `METHOD SP target SP HTTP/1.1`.
fn request_line(evidence: &Evidence) -> Option<Cause> {
    let wanted = message(&evidence.want().bytes).first_line();
    let line = message(&evidence.have().bytes).first_line();
    let ours =
        is_request(&evidence.want().bytes) && evidence.at() <= line.len() && !line.is_empty();
    // A line that is right so far and has no end is another story.
    let unfinished = evidence.cut_short() && !evidence.have().bytes.contains(&b'\n');
    (ours && !unfinished).then_some(())?;
    let words: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
    let version = words.last().copied().unwrap_or_default();
    let method = words.first().copied().unwrap_or_default();
    let what = match &words[..] {
        _ if words.iter().any(|word| word.is_empty()) => "there are two spaces where one belongs",
        [_] | [_, _] => "a word is missing. A request line has exactly three words",
        _ if decode_lenient(wanted) == line => {
            "you decoded the target. Send the encoded bytes of a URL as they are, because the server decodes them"
        }
        _ if words.len() > 3 => {
            "there are more than three words. A space in the target is written %20"
        }
        _ if method.iter().any(u8::is_ascii_lowercase) => {
            "the method is in small letters. The method `get` is not the method `GET`"
        }
        _ if version.eq_ignore_ascii_case(b"HTTP/1.1") && version != b"HTTP/1.1" => {
            "the version must be HTTP/1.1, in capital letters"
        }
        [_, target, _] if target.contains(&b'#') && !wanted.contains(&b'#') => {
            "the client must not send the part after the #"
        }
        [_, target, _] if target.starts_with(b"http") && !wanted.contains(&b':') => {
            "a client sends a whole URL only to a proxy. To a server it sends the path and the query"
        }
        _ if version == b"HTTP/1.0" && wanted.ends_with(b"HTTP/1.1") => {
            "the version is 1.0. In this version Host is not required, and a connection ends with the answer"
        }
        _ if !version.starts_with(b"HTTP/") => "the last word is not a version",
        [_, target, _] if !target.starts_with(b"/") && wanted.contains(&b'/') => {
            "a target begins with a slash. If the path is empty, send a slash alone, also before a `?`"
        }
        _ => return None,
    };
    Cause::likely(format!(
        "a request line consists of METHOD, space, target, space, HTTP/1.1. Your line is `{}`: {what}.",
        shown(line)
    ))
}

/// The empty line is missing: everything else goes on as if it were there, or nothing follows.
fn no_blank_line(evidence: &Evidence) -> Option<Cause> {
    let want = &evidence.want().bytes;
    let head = message(want);
    let body = head.body?;
    let here = evidence.at() == head.head.len() || evidence.at() == head.head.len() + 1;
    (evidence.is_http() && here).then_some(())?;
    let line = upto(&evidence.have().bytes, evidence.at())
        .rsplitn(3, |&b| b == b'\n')
        .nth(1)
        .unwrap_or_default();
    let last = shown(line.strip_suffix(b"\r").unwrap_or(line));
    if evidence.cut_short() {
        let after = match (evidence.silence(), evidence.have().close) {
            (Some(_), Close::Open) => {
                "Until it comes, the other side waits for more header lines. It waited in this conversation."
            }
            _ => "Then you closed.",
        };
        return Cause::likely(format!(
            "the head never ends. An empty line, which is \\r\\n alone, must follow the last header line. Your last \
             header line is `{last}`. {after}"
        ));
    }
    let rest = evidence
        .have()
        .bytes
        .get(head.head.len()..)
        .unwrap_or_default();
    let follows = !rest.is_empty() && (body.first() == rest.first() || rest == body);
    follows.then_some(())?;
    Cause::likely(format!(
        "the empty line between head and body is missing. Your body follows directly after `{last}`. So the other \
         side reads `{}` as one more header line.",
        shown(upto(rest, 24))
    ))
}

/// A request of version 1.1 without `Host`.
fn no_host(evidence: &Evidence) -> Option<Cause> {
    let have = message(&evidence.have().bytes);
    let wants = is_request(&evidence.want().bytes)
        && message(&evidence.want().bytes).field("Host").is_some();
    let body = have.body.unwrap_or_default();
    let host_there = body.to_ascii_lowercase().starts_with(b"host:");
    let without = is_request(&evidence.have().bytes)
        && have.body.is_some()
        && have.field("Host").is_none()
        && !host_there;
    (wants && without && evidence.at() <= have.head.len()).then_some(())?;
    Cause::likely(format!(
        "your request has no Host line. Every HTTP/1.1 request needs this line, also on your own machine, because \
         one server may have many sites. Your request has {} after `{}`.",
        count(have.lines().count() - 1, "header line"),
        shown(have.first_line())
    ))
}

/// All is right but one `\n` that is missing, in a conversation of plain lines.
fn no_newline(evidence: &Evidence) -> Option<Cause> {
    let (have, want) = (&evidence.have().bytes, &evidence.want().bytes);
    let lf = evidence.missing().starts_with(b"\n") && !evidence.is_http();
    (lf && evidence.at() > 0).then_some(())?;
    let mut mended = upto(have, evidence.at()).to_vec();
    mended.push(b'\n');
    mended.extend_from_slice(evidence.rest());
    want.starts_with(&mended).then_some(())?;
    if evidence.line().is_empty() {
        return Cause::likely(
            "the last newline is missing: an empty line must stand at the end. A reader that waits for this empty \
             line cannot know that no more lines come.",
        );
    }
    Cause::likely(format!(
        "the newline after `{}` is missing. A reader that waits for the end of the line cannot know that no more \
         bytes come.",
        shown(evidence.line())
    ))
}

/// Only the line `Connection: close` is missing.
fn no_close_field(evidence: &Evidence) -> Option<Cause> {
    let wanted = evidence.wanted_line();
    let want = &evidence.want().bytes;
    let start = upto(want, evidence.at())
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |lf| lf + 1);
    let closes = wanted.eq_ignore_ascii_case(b"Connection: close\r\n");
    let without = [upto(want, start), from(want, start + wanted.len())].concat();
    let same = !evidence.have().bytes.is_empty() && without == evidence.have().bytes;
    (closes && same).then_some(())?;
    Cause::likely(
        "the line `Connection: close\\r\\n` is missing. Everything else is right. A side that closes after a message \
         should announce this. Otherwise the other side may send its next message on a closed connection.",
    )
}

/// The line differs in upper and lower case alone.
fn letter_case(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    let line = [spot.line_before(), spot.line_rest()].concat();
    let wanted = [spot.line_before(), spot.line_missing()].concat();
    let small = |line: &[u8]| String::from_utf8_lossy(line).to_lowercase();
    let same = line != wanted && small(&line) == small(&wanted);
    same.then_some(())?;
    let (line, wanted) = (line.trim_ascii_end(), wanted.trim_ascii_end());
    let arg = evidence
        .expectation
        .script
        .heading("arg")
        .unwrap_or_default();
    let given = match evidence.side() {
        Side::Server => evidence.heard(),
        Side::Client => arg.as_bytes(),
    };
    let spelled = |word: &[u8]| !word.is_empty() && find(given, word).is_some();
    let (due, came) = (
        word_of(wanted, spot.line_before().len()),
        word_of(line, spot.line_before().len()),
    );
    let rule = match (spelled(due), spelled(came)) {
        (true, false) => format!(
            " You got `{}` in these letters. Send it in the same letters.",
            shown(due)
        ),
        (false, true) if due.to_ascii_lowercase() == due => format!(
            " You got `{}` in these letters. But in this answer it must be in small letters: `{}`.",
            shown(came),
            shown(due)
        ),
        _ => String::new(),
    };
    let case = if rule.is_empty() { "" } else { "given" };
    Cause::in_case(
        case,
        format!(
            "your line `{}` differs from the expected line only in upper and lower case. The check compares bytes, \
             and `{}` and `{}` are different bytes.{rule}",
            shown(line),
            shown(upto(spot.missing, 1)),
            shown(upto(spot.rest, 1))
        ),
    )
}

/// The word around a byte of a line: letters, digits, and marks of a name.
fn word_of(line: &[u8], at: usize) -> &[u8] {
    let part =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte) || !byte.is_ascii();
    let before = upto(line, at)
        .iter()
        .rev()
        .take_while(|byte| part(byte))
        .count();
    let behind = from(line, at).iter().take_while(|byte| part(byte)).count();
    upto(from(line, at - before), before + behind)
}
