//! A server that shows which header lines it has understood: `name: [value]`, and at the end the members of a list.
//!
//! Rule: a text compares a line of the answer with the header line of the request from which it was made.

use super::wrong_values::body_lines;
use super::{Cause, Evidence, Row, shown};
use crate::check::lenient_http_reader::{find, from};

pub(super) const TABLE: &[Row] = &[("W53", member_with_blanks)];

/// The texts in brackets of a line, in order.
fn in_brackets(line: &[u8]) -> Vec<&[u8]> {
    let pieces = line.split(|&byte| byte == b'[').skip(1);
    pieces
        .filter_map(|piece| piece.split(|&byte| byte == b']').next())
        .collect()
}

/// The words of a text, without its blanks.
fn words(text: &[u8]) -> Vec<&[u8]> {
    let words = text.split(|byte| b" \t".contains(byte));
    words.filter(|word| !word.is_empty()).collect()
}

/// The words of a text, without its blanks and its commas.
fn without_commas(text: &[u8]) -> Vec<u8> {
    let bytes = text.iter().copied();
    bytes.filter(|byte| !b" \t,".contains(byte)).collect()
}

/// The lines that differ first, if both name values in brackets and begin with the same name.
fn lines(evidence: &Evidence) -> Option<(Vec<u8>, Vec<u8>)> {
    let (wanted, got) = body_lines(evidence)?;
    let name = |line: &[u8]| -> Vec<u8> {
        let end = find(line, b":").unwrap_or(line.len());
        line.get(..end).unwrap_or_default().to_vec()
    };
    let shows = find(&wanted, b"[").is_some() && find(&got, b"[").is_some();
    (shows && name(&wanted) == name(&got)).then_some((wanted, got))
}

/// White space around a member of a list was taken for a part of it.
fn member_with_blanks(evidence: &Evidence) -> Option<Cause> {
    let (wanted, got) = lines(evidence)?;
    let (wanted, got) = (in_brackets(&wanted), in_brackets(&got));
    let trimmed: Vec<&[u8]> = got.iter().map(|member| member.trim_ascii()).collect();
    let member = got.iter().find(|member| member.trim_ascii() != **member)?;
    (wanted.len() > 1 && trimmed == wanted).then_some(())?;
    Cause::likely(format!(
        "your list has the member `{}`. The white space around a member is not a part of the member, so it must be \
         `{}`.",
        shown(member),
        shown(member.trim_ascii())
    ))
}

/// A value, or the list of several values, is another one than in the request.
pub(super) fn changed_value(evidence: &Evidence) -> Option<Cause> {
    let (wanted_line, got_line) = lines(evidence)?;
    let (wanted, got) = (in_brackets(&wanted_line), in_brackets(&got_line));
    let request = evidence.exchange()?.request()?;
    let why = match (&wanted[..], &got[..]) {
        ([due], [came]) if words(due) == words(came) => {
            "White space inside a value is a part of the value, so it must not change".to_string()
        }
        ([due], [came])
            if without_commas(due) == without_commas(came) && due.contains(&b',') =>
        {
            "The answer must show a value as it came, with its commas and the white space inside. Only a list of \
             several values is cut at its commas"
                .to_string()
        }
        ([_], [_]) => return None,
        (due, came) if due == came => {
            "The members are right, but the form of the line is wrong. Each member stands in brackets with a space \
             before it, and nothing else stands between two members"
                .to_string()
        }
        (due, came) if sorted(due) == sorted(came) => {
            "The members are right, but their order is wrong. The list has the order of the lines, and in each line \
             the order of its members"
                .to_string()
        }
        (due, came) => {
            let lines = request.fields().map(|(_, value)| value);
            let values: Vec<&[u8]> = lines
                .filter(|value| members(value).iter().any(|member| due.contains(member)))
                .collect();
            let one = values.iter().find(|value| members(value) == came)?;
            (values.len() > 1).then_some(())?;
            format!(
                "Your members come from only one line, with the value `{}`. The values of all lines with this name \
                 make the list",
                shown(one)
            )
        }
    };
    Cause::likely(format!(
        "your answer has the line `{}`, but `{}` was expected. {why}.",
        shown(&got_line),
        shown(&wanted_line)
    ))
}

fn sorted<'a>(members: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let mut members = members.to_vec();
    members.sort_unstable();
    members
}

/// The members of one value.
fn members(value: &[u8]) -> Vec<&[u8]> {
    let members = value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    members.filter(|member| !member.is_empty()).collect()
}

/// Whether a refusal is the one that this check expects for another fault: then a request may have two.
pub(super) fn refusal_of_another_fault(evidence: &Evidence) -> Option<&'static str> {
    let exchange = evidence.exchange()?;
    let (want, have) = (exchange.want.status()?, exchange.have.status()?);
    let body = exchange.have.body?;
    let known = want == have && evidence.expectation.refusals.iter().any(|it| it == body);
    known.then_some(
        " Your sentence is the right one for another fault. If a request has two faults, the README says which of them \
         decides the answer.",
    )
}

/// Which header lines of a right request a server may have refused with these words.
pub(super) fn lines_for_refusal(
    request: &crate::check::lenient_http_reader::Message,
    said: &[u8],
) -> Option<String> {
    let bare = |line: &[u8]| shown(line.trim_ascii_end());
    let lines: Vec<&[u8]> = request.lines().skip(1).collect();
    let name = |line: &[u8]| find(line, b":").map_or(0, |colon| colon);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let says = |word: &[u8]| find(said, word).is_some();
    if says(b"space") {
        return None;
    }
    if says(b"colon") {
        let line = lines.iter().find(|line| {
            find(line, b":").is_some_and(|at| line.get(at + 1).is_some_and(|next| *next != b' '))
        })?;
        return Some(format!(
            "Look at the line `{}`. After its colon there is no space, and a space is not required there.",
            bare(line)
        ));
    }
    says(b"name").then_some(())?;
    let mark = lines
        .iter()
        .find(|line| !line.get(..name(line)).unwrap_or_default().iter().all(plain));
    let colons = lines
        .iter()
        .find(|line| from(line, name(line) + 1).contains(&b':'));
    match (mark, colons) {
        (Some(mark), Some(colons)) => Some(format!(
            "Either your rule for names does not allow the name in `{}`, or you cut the line `{}` at a later colon \
             and not at its first.",
            bare(mark),
            bare(colons)
        )),
        (Some(mark), None) => Some(format!("Look at the name in the line `{}`.", bare(mark))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::lenient_http_reader::message;

    #[test]
    fn the_lines_that_a_refusal_may_mean_are_named() {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\nSalsa:verde\r\nNote: at 10:00\r\nT_4: x\r\n\r\n";
        let about = |said: &str| lines_for_refusal(&message(head), said.as_bytes());
        assert!(
            about("a line has no colon")
                .unwrap()
                .contains("`Salsa:verde`")
        );
        let name = about("a name is empty or has a forbidden byte").unwrap();
        assert!(
            name.contains("`T_4: x`") && name.contains("`Note: at 10:00`"),
            "{name}"
        );
        assert_eq!(about("white space before the colon"), None);
    }
}
