//! Mistakes in values, not in the form: lengths that are believed, files read as text, header values.

use super::crashes::{NO_TEXT, complaint};
use super::difference_place::Exchange;
use super::echoed_fields::refusal_of_another_fault;
use super::request_details::{fault, why_refused};
use super::{Cause, Row, count, dns_messages, host_line, line_ends, shown};
use super::{Close, Evidence};
use crate::check::lenient_http_reader::{field, find, from, message, split_once, upto};
use crate::check::{Problem, Side};

pub(super) const TABLE: &[Row] = &[
    ("W46", one_word),
    ("W47", no_patience),
    ("W49", line_ends::adds_newline),
    ("W50", line_ends::translated),
    ("W54", not_refused),
    ("W51", cut_at_colon),
    ("W52", last_wins),
    ("W62", host_line::other_host),
];

/// Asked before the error messages of the program, and before the causes of a silence that nothing explains.
pub(super) const FIRST: &[Row] = &[
    ("W48", text_only),
    ("W45", any_length),
    ("W54", waits_for_a_faulty_length),
];

/// It waits for as many bytes as the untrusted length announces.
fn any_length(evidence: &Evidence) -> Option<Cause> {
    const MANY: u64 = 100_000_000;
    (evidence.side() == Side::Server && evidence.cut_short() && evidence.silence().is_some())
        .then_some(())?;
    if let Some(waits) = waits_for_a_refused_body(evidence) {
        return Some(waits);
    }
    let prefix = evidence
        .heard()
        .last_chunk::<4>()
        .map(|four| u64::from(u32::from_be_bytes(*four)));
    let http = message(evidence.heard())
        .field("Content-Length")
        .map(|value| {
            let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
            let number = std::str::from_utf8(value).unwrap_or_default().parse();
            if digits {
                number.unwrap_or(u64::MAX)
            } else {
                0
            }
        });
    let binary = evidence.heard().last().is_some_and(|byte| !byte.is_ascii());
    let said = http
        .or(prefix.filter(|_| binary))
        .filter(|&said| said >= MANY)?;
    let signed = match http.is_none() && said > u64::from(u32::MAX / 2) {
        true => {
            " Either you read before you compare the length with a limit, or you take the length for a signed \
             number. As a signed number, ff ff ff ff is -1."
        }
        false => "",
    };
    Cause::likely(format!(
        "the other side announced {}. A refusal was expected, but you wait.{signed} The length comes from outside, \
         so it may be any number. If you trust every length, you may wait for ever, or reserve memory that you do \
         not have.",
        count(usize::try_from(said).unwrap_or(usize::MAX), "byte")
    ))
}

/// A client that should tell failures apart prints another word than it should.
fn one_word(evidence: &Evidence) -> Option<Cause> {
    let prints = evidence.process.prints.as_ref()?;
    let address = format!("{} ", evidence.process.address);
    let wanted = prints.wanted.trim_end().strip_prefix(&address)?;
    let printed = prints.printed.trim_end().strip_prefix(&address)?;
    // What it printed after we had closed on it says nothing about its wait.
    let waited = evidence.silence().is_some();
    (wanted != printed && !printed.is_empty() && !waited).then_some(())?;
    if let Some(greeting) = Some(evidence.heard()).filter(|heard| !heard.is_empty()) {
        return Cause::likely(format!(
            "the server greeted your client with `{}`. Your program printed `{}`, but `{}` was expected. Every \
             greeting has the same meaning here, so do not compare its words.",
            shown(greeting),
            shown(printed.as_bytes()),
            shown(wanted.as_bytes())
        ));
    }
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    if letters(wanted) == letters(printed) {
        return Cause::in_case(
            "spelling",
            format!(
                "your program knows what happened, but it printed `{}`. The word of this lab is `{}`.",
                shown(printed.as_bytes()),
                shown(wanted.as_bytes())
            ),
        );
    }
    Cause::likely(format!(
        "your program printed `{}`, but `{}` was expected. There are three different failures: nobody listens, no \
         answer comes, or the server is busy. A different call fails in each case, or the kind of the error is \
         different. The user must act differently for each failure.",
        shown(printed.as_bytes()),
        shown(wanted.as_bytes())
    ))
}

/// A client that should give up on a silent peer, and does not.
fn no_patience(evidence: &Evidence) -> Option<Cause> {
    let client =
        evidence.side() == Side::Client && evidence.right_bytes() && evidence.heard().is_empty();
    let waits = evidence.want().close == Close::Fin && evidence.have().close == Close::Open;
    if matches!(evidence.problem, Some(Problem::StillRuns)) && !evidence.process.connected {
        return Cause::likely(
            "your client tried to connect, no answer came, and your client still waited. Either its connect has no \
             time limit, or the limit is too long. Without a limit it waits until the system gives up, which may \
             take a minute or more.",
        );
    }
    let silent = evidence
        .silence()
        .filter(|_| evidence.want().bytes.is_empty())?;
    (client && waits).then_some(())?;
    Cause::likely(format!(
        "the server accepted your connection and sent nothing, and you still waited after {} ms. Either your wait \
         has no time limit, or the limit is too long. Without a limit you may wait for ever.",
        silent.as_millis()
    ))
}

/// Nothing comes of a file that is no text.
fn text_only(evidence: &Evidence) -> Option<Cause> {
    let valid = match std::str::from_utf8(&evidence.want().bytes) {
        Ok(_) => return None,
        Err(error) => error.valid_up_to(),
    };
    let said = &evidence.process.said;
    let says_so = NO_TEXT.iter().any(|sign| said.contains(sign));
    // A relay has many reasons to stop; only its own words tell this one.
    let another = !says_so && (complaint(evidence).is_some() || evidence.is_relay());
    let stops = evidence.cut_short()
        && !another
        && evidence.have().bytes.len() <= valid
        && evidence.have().close != Close::Open;
    // A server of DNS has no file.
    let file = dns_messages::is_dns(&evidence.expectation.script).is_none();
    (evidence.side() == Side::Server && stops && file).then_some(())?;
    let byte = upto(from(&evidence.want().bytes, valid), 1);
    Cause::likely(format!(
        "the right answer contains the byte `{}`, which is not UTF-8 text. {} of your answer came. Probably your \
         program reads or sends the file as text, and failed at this byte. Many files are not text, so read and send \
         them as bytes.",
        shown(byte),
        match evidence.have().bytes.len() {
            0 => "Nothing".to_string(),
            length => count(length, "byte"),
        }
    ))
}

/// A length above the limit, or a size of a chunk that no memory has, was announced, and the program waits for
/// the bytes where a refusal is due.
fn waits_for_a_refused_body(evidence: &Evidence) -> Option<Cause> {
    // A pattern need not say which refusal it is.
    let refused = message(&evidence.want().bytes)
        .status()
        .filter(|&status| status >= 100)
        .unwrap_or(400);
    let request = message(evidence.heard());
    let waits = (400..500).contains(&refused) && evidence.have().bytes.is_empty();
    let said = match request.field("Content-Length") {
        Some(value) if refused == 413 => value,
        Some(_) => return None,
        None if request.chunked() => {
            let body = request.body?;
            let size = body.split(|&byte| b";\r\n".contains(&byte)).next()?;
            (size.len() > 8 && size.iter().all(u8::is_ascii_hexdigit)).then_some(size)?
        }
        None => return None,
    };
    waits.then_some(())?;
    Cause::likely(format!(
        "the client announced `{}` bytes. This number is too large, but your program waits for the bytes. Refuse the \
         request as soon as the number has come. The number comes from outside, so it may be any number.",
        shown(said)
    ))
}

/// A faulty length must be refused, and the program waits for a body instead.
fn waits_for_a_faulty_length(evidence: &Evidence) -> Option<Cause> {
    let refused = message(&evidence.want().bytes).status()? == 400;
    let request = message(evidence.heard());
    let value = request.field("Content-Length").filter(|_| refused)?;
    let faulty = value.is_empty() || !value.iter().all(u8::is_ascii_digit);
    let waits = evidence.have().bytes.is_empty() && evidence.silence().is_some();
    (evidence.side() == Side::Server && faulty && waits).then_some(())?;
    Cause::likely(format!(
        "`Content-Length: {}` does not consist of digits alone, so the answer must be 400. Your program sent \
         nothing. Probably it took the value for a number, and waits for the body.",
        shown(value)
    ))
}

/// A request that must be refused was served.
fn not_refused(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let (want, have) = exchange.statuses()?;
    let accepted =
        evidence.side() == Side::Server && (400..600).contains(&want) && (200..300).contains(&have);
    // Something that does not exist is no faulty request.
    let request = exchange.request()?;
    let missing = want == 404 && request.first_line().starts_with(b"DELETE ");
    // A gateway's 5xx may be the answer of a server behind it.
    let passed_on = want >= 500 && evidence.expectation.script.legs().is_some();
    (accepted && !missing && !passed_on).then_some(())?;
    let reason = exchange.want.body.unwrap_or_default();
    let reason = reason
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    if !reason.is_empty() && exchange.have.body == exchange.want.body {
        return Cause::likely(format!(
            "your body says why you refuse the request, `{}`. But your status is {have}, which says that the request \
             succeeded. The status of this refusal is {want}.",
            shown(reason)
        ));
    }
    if let Some(path) = unserved_path(&exchange, want) {
        return Cause::likely(path);
    }
    let because = match reason.is_empty() || reason.len() > 60 {
        true => String::new(),
        false => format!(" (\"{}\")", shown(reason)),
    };
    Cause::likely(format!(
        "you must refuse this request with {want}{because}, but you answered {have}. {}",
        fault(&request, want).unwrap_or_else(|| why_refused(want).to_string())
    ))
}

/// Why a path has no file, where its text says so.
fn unserved_path(exchange: &Exchange, want: u16) -> Option<String> {
    let target = exchange.request()?.target().filter(|_| want == 404)?;
    let path = target.split(|&byte| byte == b'?').next()?;
    let last = path.rsplit(|&byte| byte == b'/').next()?;
    let why = match last {
        b"" => "This path ends with a slash, so it is the path of a folder, and not of a file",
        [b'.', ..] if !last.starts_with(b"..") => {
            "The name of the file begins with a dot, and such a file is hidden"
        }
        _ if exchange
            .want
            .body
            .is_some_and(|body| body.starts_with(b"no plate has")) =>
        {
            "The name of a plate contains only letters, digits, `-`, `_` and dots, and no slash"
        }
        _ if find(&path.to_ascii_lowercase(), b"%3f").is_some() => {
            "After the decoding, `%3F` is a question mark in the name, and no file has such a name. Cut the query \
             off before you decode"
        }
        _ if find(path, b"%25").is_some() => {
            "After one decoding the name still contains a percent sign, and no file has such a name. Probably you \
             decoded it again"
        }
        _ => return None,
    };
    Some(format!(
        "you answered `{}` with {}, but 404 was expected. {why}.",
        shown(target),
        exchange.have.status()?
    ))
}

/// The lines in which the two bodies differ first, wanted and got. A wrong Content-Length that fits its
/// own body is a consequence, so the bodies are compared then.
pub(super) fn body_lines(evidence: &Evidence) -> Option<(Vec<u8>, Vec<u8>)> {
    let spot = evidence.exchange()?.bodies()?;
    let line = |rest: &[u8]| {
        let line = [spot.line_before(), rest].concat();
        line.strip_suffix(b"\n")
            .map_or(line.clone(), <[u8]>::to_vec)
    };
    Some((line(spot.line_missing()), line(spot.line_rest())))
}

/// A value ends where a colon stands in it.
fn cut_at_colon(evidence: &Evidence) -> Option<Cause> {
    let (wanted, got) = body_lines(evidence)?;
    let same = wanted.iter().zip(&got).take_while(|(a, b)| a == b).count();
    let value = message(evidence.heard())
        .lines()
        .skip(1)
        .filter_map(field)
        .find(|(_, value)| {
            let before = split_once(value, b':').map(|(before, _)| before);
            before.is_some_and(|before| upto(&wanted, same).ends_with(before))
        });
    let (name, value) = value.filter(|_| wanted.get(same) == Some(&b':'))?;
    Cause::likely(format!(
        "the value of `{}` is `{}`, but your value ends before a colon in it. Only the first colon of a line ends \
         the name. Later colons are a part of the value.",
        shown(name),
        shown(value)
    ))
}

/// Of two lines with the same name, only the second is left.
fn last_wins(evidence: &Evidence) -> Option<Cause> {
    let (wanted, got) = body_lines(evidence)?;
    let heard = message(evidence.heard());
    let fields: Vec<(&[u8], &[u8])> = heard.lines().skip(1).filter_map(field).collect();
    let twice = fields.iter().enumerate().find(|(index, (name, _))| {
        fields
            .iter()
            .skip(index + 1)
            .any(|(later, _)| later.eq_ignore_ascii_case(name))
    });
    let (_, (name, value)) = twice?;
    (find(&wanted, value).is_some() && find(&got, value).is_none()).then_some(())?;
    Cause::likely(format!(
        "the field `{}` came twice, but its first value, `{}`, is lost. Probably the second value has replaced the \
         first value. Two lines with the same name mean the same as one line with both values, in their order.",
        shown(name),
        shown(value)
    ))
}

/// All lines of the answer are right, and they stand in another order.
pub(super) fn other_order(evidence: &Evidence) -> Option<Cause> {
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        lines.map(<[u8]>::to_vec).collect()
    };
    let exchange = evidence
        .exchange()
        .filter(|_| evidence.side() == Side::Server)?;
    let (due, got) = (exchange.want.body?, exchange.have.body?);
    let (mut due, mut got) = (lines(due), lines(got));
    (due != got && due.len() > 1).then_some(())?;
    due.sort_unstable();
    got.sort_unstable();
    (due == got).then_some(())?;
    Cause::likely(format!(
        "each line of your body is right, but the lines are in the wrong order: `{}` came, but `{}` was expected at \
         this place.",
        shown(evidence.line()),
        shown(evidence.wanted_line())
    ))
}

/// The length is right for what was sent, but something else was to be sent.
pub(super) fn other_body(evidence: &Evidence) -> Option<Cause> {
    let (wanted, got) = body_lines(evidence)?;
    let in_length = field(evidence.line()).is_some_and(|(name, _)| name == b"Content-Length");
    let body = evidence.exchange().and_then(|it| it.have.body);
    let in_body = body.is_some_and(|body| evidence.rest().len() <= body.len());
    (in_length || in_body && evidence.side() == Side::Server).then_some(())?;
    // An empty member of a list, in the brackets of a server that shows its members.
    let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
    let rule = match text(&got).replace(" []", "") == text(&wanted).replace(" []", "") {
        true => {
            " An empty member of a list, for example between two commas, does not count as a member."
        }
        false => refusal_of_another_fault(evidence)
            .or_else(|| trimmed(&wanted, &got))
            .unwrap_or_default(),
    };
    Cause::likely(format!(
        "your Content-Length is right for the body that you sent. But the check expected a different body. The first \
         line that differs is `{}`, but `{}` was expected.{rule}",
        shown(&got),
        shown(&wanted)
    ))
}

/// One byte is lost that some functions take for white space.
fn trimmed(wanted: &[u8], got: &[u8]) -> Option<&'static str> {
    let place = wanted.iter().zip(got).take_while(|(a, b)| a == b).count();
    let (byte, rest) = from(wanted, place).split_first()?;
    (matches!(byte, 0x0b | 0x0c | 0x85 | 0xa0) && rest == from(got, place)).then_some(
        " The last byte of the value is lost. Some functions that cut off white space cut off more than spaces and tabs.",
    )
}
