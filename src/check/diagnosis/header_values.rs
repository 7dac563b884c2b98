//! Which rule a header line of an answer follows, where its value is not a matter of taste; and answers that came in
//! the order of another request.
//!
//! Rule: a sentence about the request or about an earlier answer stands only where their bytes show it.

use super::{Cause, Evidence, Row, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::{find, message, upto};
use crate::http::date;

/// Asked before what a read gives: here no byte was lost.
pub(super) const TABLE: &[Row] = &[("W63", answer_of_another)];

/// What a client does with a value, or where the value comes from.
pub(super) fn rule_of(evidence: &Evidence, name: &[u8]) -> Option<String> {
    let text = match &name.to_ascii_lowercase()[..] {
        b"content-type" => format!(
            "The client trusts this line. The lab's README says which type belongs here.{}",
            several_dots(evidence)
        ),
        b"connection" if evidence.side() == Side::Client => {
            "This line says whether the connection stays open after the answer.".to_string()
        }
        b"connection" => format!(
            "This line says whether the connection stays open. Its value depends on the version and on the \
             `Connection` line of the request.{}",
            capitals(evidence)
        ),
        b"location" => format!(
            "The client sends its next request to this place.{}{}",
            given_before(evidence),
            lower_number(evidence)
        ),
        b"last-modified" => later_than_its_answer(evidence)?,
        b"content-range" => "The client puts the part into its copy at the place that these numbers name. The \
            numbers are the first byte, the last byte, and after the `/` the length of the whole file."
            .to_string(),
        _ => return None,
    };
    Some(text)
}

/// The file's name has more than one dot.
fn several_dots(evidence: &Evidence) -> &'static str {
    let target = evidence
        .exchange()
        .and_then(|exchange| exchange.request()?.target());
    let name = target.and_then(|target| target.rsplit(|&byte| byte == b'/').next());
    let dots = |name: &[u8]| name.iter().filter(|&&byte| byte == b'.').count();
    match name.is_some_and(|name| dots(name) > 1) {
        true => {
            " The name of this file has several dots. The ending of a name begins at its last dot."
        }
        false => "",
    }
}

/// The wanted line ends in a lower number.
fn lower_number(evidence: &Evidence) -> &'static str {
    let number = |line: &[u8]| {
        let line = line.trim_ascii_end();
        let digits = line.iter().rev().take_while(|byte| byte.is_ascii_digit());
        let (name, digits) = line.split_at(line.len() - digits.count());
        let value: Option<u64> = std::str::from_utf8(digits).ok()?.parse().ok();
        Some((name.to_vec(), value?))
    };
    match (number(evidence.wanted_line()), number(evidence.line())) {
        (Some((due, low)), Some((name, high))) if due == name && low < high => {
            " A lower number is free. Do not only count: test which names are taken."
        }
        _ => "",
    }
}

/// The request's `Connection` line has capital letters.
fn capitals(evidence: &Evidence) -> String {
    let value = evidence
        .exchange()
        .and_then(|exchange| exchange.request()?.field("Connection"));
    match value.filter(|value| value.iter().any(u8::is_ascii_uppercase)) {
        Some(value) => format!(
            " This request contains `{}`, and upper and lower case mean the same in it.",
            shown(value)
        ),
        None => String::new(),
    }
}

/// An earlier answer on this connection had the same line.
fn given_before(evidence: &Evidence) -> &'static str {
    let before = upto(&evidence.have().bytes, evidence.at());
    let line = before.iter().rposition(|&byte| byte == b'\n');
    let earlier = upto(before, line.unwrap_or(0));
    match find(earlier, evidence.line()).is_some() {
        true => {
            " You gave the same name before. The new file would replace the file that has this name. Use a name that \
             is free."
        }
        false => "",
    }
}

/// A file that is newer than the clock of its server.
fn later_than_its_answer(evidence: &Evidence) -> Option<String> {
    let have = evidence.exchange()?.have;
    let day = |name: &str| date::parse(have.field(name)?, 0);
    (day("Last-Modified")? > day("Date")?).then(|| {
        "Your Last-Modified is later than the `Date` of the same answer. A server must not send such a time. If the \
         file is newer than your clock, send the time of the clock."
            .to_string()
    })
}

/// Several requests came without a pause, and the answer to a later one stands here.
fn answer_of_another(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence
        .exchange()
        .filter(|_| evidence.side() == Side::Server)?;
    let body = exchange
        .have
        .body
        .and_then(|body| body.get(..exchange.have.length()?));
    let body = body.filter(|body| !body.is_empty())?;
    let asked = exchange.asked?;
    let together = evidence.together();
    let place = together.iter().position(|one| one == asked)?;
    let waiting = together.len() - place - 1;
    (waiting > 0).then_some(())?;
    let later = find(evidence.missing(), &[b"\r\n\r\n", body].concat())?;
    let here = find(evidence.missing(), b"\r\n\r\n")?;
    // The answer that was due comes, too: behind it. (Otherwise a request is lost: W18, W33.)
    let due = exchange
        .want
        .body
        .filter(|due| *due != body && !due.is_empty())?;
    let behind = find(evidence.rest(), &[b"\r\n\r\n", due].concat());
    (later > here && behind.is_some()).then_some(())?;
    Cause::likely(format!(
        "the answer `{}` belongs to a later request. The client sent `{}` together with {}. You did not send the \
         answers in the order of the requests.",
        shown(body),
        shown(message(asked).first_line()),
        match waiting {
            1 => "one more request".to_string(),
            more => format!("{more} more requests"),
        }
    ))
}
