//! The header lines or the first line of a message are correct HTTP, and others than this lab's.
//!
//! Rule: asked after all others. "This is correct HTTP" stands only where the head breaks no rule of the standard.

use super::difference_place::Exchange;
use super::header_values::rule_of;
use super::{Cause, Evidence, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::{
    Message, field, from, is_request, is_response, message, upto,
};

/// The names of all fields, in order and in small letters.
fn names(message: &Message) -> Vec<Vec<u8>> {
    message
        .fields()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect()
}

const REASSURING: &str = "Other programs may understand this message. But the check compares every byte with the \
    conversation of this lab.";

/// The header lines are right by themselves, and others than this lab's: their order, one more, another value.
pub(super) fn other_lines(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let (want, have) = (exchange.want, exchange.have);
    let same_first = want.first_line() == have.first_line();
    let in_head = have
        .body
        .is_some_and(|body| evidence.rest().len() > body.len());
    let well_formed = have
        .lines()
        .skip(1)
        .all(|line| field(line).is_some() && line.ends_with(b"\r\n"));
    (same_first && in_head && well_formed && evidence.is_http()).then_some(())?;
    let (wanted, came) = (due_names(evidence, &want), names(&have));
    let line = shown(evidence.line().trim_ascii_end());
    let due = shown(evidence.wanted_line().trim_ascii_end());
    let (name, _) = field(evidence.line()).unwrap_or_default();
    let what = if same_field(evidence.wanted_line(), name) && wanted == came {
        let what = match line == due {
            true => format!(
                "your line `{}…` has a wrong value: {}.",
                shown(name),
                later_part(evidence)
            ),
            false => format!("your line is `{line}`, but this lab's line is `{due}`."),
        };
        if let Some(rule) = rule_of(evidence, name).filter(|_| line != due) {
            return Cause::likely(format!("{what} {rule}"));
        }
        what
    } else {
        match other_names(evidence, &exchange, &wanted, &came)? {
            (text, true) => text,
            (text, false) => return Cause::likely(text),
        }
    };
    Cause::likely(format!("{what} {REASSURING}"))
}

/// What is wrong with the names of the header lines, and whether the head is still correct HTTP.
fn other_names(
    evidence: &Evidence,
    exchange: &Exchange,
    wanted: &[Vec<u8>],
    came: &[Vec<u8>],
) -> Option<(String, bool)> {
    let line = shown(evidence.line().trim_ascii_end());
    let due = shown(evidence.wanted_line().trim_ascii_end());
    let times = |names: &[Vec<u8>], name: &[u8]| names.iter().filter(|it| *it == name).count();
    let mut extra = came.iter().filter(|name| times(wanted, name) == 0);
    let mut lost = wanted.iter().filter(|name| times(came, name) == 0);
    let mut twice = came
        .iter()
        .filter(|name| times(came, name) > times(wanted, name));
    if let Some(name) = extra.next() {
        let spelled = exchange
            .have
            .fields()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))?
            .0;
        if let Some(why) = extra_line(exchange, name) {
            let text = format!("your line `{}` does not belong here. {why}", shown(spelled));
            return Some((text, false));
        }
        let what = match evidence.side() {
            Side::Server => "answer",
            Side::Client => "request",
        };
        let text = format!(
            "your line `{}` does not belong in this {what} of the lab's conversation.",
            shown(spelled)
        );
        return Some((text, true));
    }
    if let Some(name) = lost.next() {
        let spelled = exchange
            .want
            .fields()
            .find(|(own, _)| own.eq_ignore_ascii_case(name));
        let spelled = spelled.map_or(&name[..], |(own, _)| own);
        let text = format!("this lab's line `{}` is missing.", shown(spelled));
        return Some((text, true));
    }
    if let Some(name) = twice.next() {
        let text = format!(
            "your head has {} lines with the name `{}`, but {} was expected.",
            times(came, name),
            shown(name),
            times(wanted, name)
        );
        return Some((text, false));
    }
    let text = format!(
        "your header lines are in the wrong order: `{line}` came, but `{due}` was expected at this place."
    );
    (wanted != came).then_some((text, true))
}

/// The names of the fields that were expected. After a hole of a pattern `want` ends, and the script says the rest.
fn due_names(evidence: &Evidence, want: &Message) -> Vec<Vec<u8>> {
    let script = &evidence.expectation.script;
    if !script.has_masks() {
        return names(want);
    }
    let all = script.bytes_of(evidence.conn(), evidence.side().who());
    let begins = |bytes: &[u8]| -> Vec<usize> {
        // A body need not end in a line end, so an answer may begin in the middle of a line.
        (0..bytes.len())
            .filter(|&at| is_response(from(bytes, at)))
            .collect()
    };
    let before = begins(upto(&evidence.have().bytes, evidence.at())).len();
    match begins(&all).get(before.saturating_sub(1)) {
        Some(&start) if evidence.side() == Side::Server => names(&message(from(&all, start))),
        _ => names(want),
    }
}

/// What a line says that should not be there, where that matters to the client.
fn extra_line(exchange: &Exchange, name: &[u8]) -> Option<&'static str> {
    let asked = exchange.request()?;
    let status = exchange.have.status()?;
    match &name.to_ascii_lowercase()[..] {
        b"connection"
            if exchange
                .have
                .elements("Connection")
                .iter()
                .any(|word| word == "close") =>
        {
            Some(
                "It says that you close after this answer, but in this conversation the connection stays open.",
            )
        }
        b"last-modified" | b"accept-ranges"
            if status == 206 && asked.field("If-Range").is_some() =>
        {
            Some(
                "The request has `If-Range`, so the client already has this line from the answer that brought the \
                 first part.",
            )
        }
        _ => None,
    }
}

/// Whether the line is a field of that name.
fn same_field(line: &[u8], name: &[u8]) -> bool {
    field(line).is_some_and(|(due, _)| due.eq_ignore_ascii_case(name))
}

/// What came and what was due in a long line, from the difference on.
fn later_part(evidence: &Evidence) -> String {
    let spot = evidence.spot();
    format!(
        "`{}` came, but `{}` was expected",
        shown(spot.line_rest().trim_ascii_end()),
        shown(spot.line_missing().trim_ascii_end())
    )
}

/// The first line is right by itself, and another one: its reason, its version, its target.
pub(super) fn other_first_line(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange()?;
    let (line, due) = (exchange.have.first_line(), exchange.want.first_line());
    let (what, same) = match evidence.side() {
        Side::Server => {
            let same = exchange.statuses().is_some_and(|(want, have)| want == have);
            ("status", same)
        }
        Side::Client => ("request", is_request(&evidence.have().bytes)),
    };
    (same && line != due && evidence.is_http()).then_some(())?;
    Cause::likely(format!(
        "your {what} line is `{}`, but this lab's line is `{}`. {REASSURING}",
        shown(line),
        shown(due)
    ))
}
