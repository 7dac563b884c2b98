//! What came is what was expected, but for one part that is missing or too many, or for the order of its lines.
//!
//! Rule: a part is named only if what follows it is as expected. These are asked after all mistakes that have a
//! name of their own.

use super::place::Spot;
use super::{Cause, Evidence, Row, shown};
use crate::check::Side;
use crate::check::lenient_message::{find, from, upto};
use crate::limits;

pub(super) const TABLE: &[Row] = &[
    ("W124", answered_already),
    ("W135", other_order),
    ("W135", part_missing),
    ("W135", part_added),
];

/// The bodies where both are whole, else what was to be sent on the connection of the difference.
fn texts(evidence: &Evidence) -> (&[u8], &[u8]) {
    let exchange = evidence.exchange();
    let bodies = exchange.and_then(|it| Some((it.want.body?, it.have.body?)));
    bodies.unwrap_or((&evidence.want().bytes, &evidence.have().bytes))
}

/// The same lines, in another order.
fn other_order(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = texts(evidence);
    let lines = |text| -> Vec<&[u8]> { <[u8]>::split(text, |&byte| byte == b'\n').collect() };
    let (mut due, mut came) = (lines(want), lines(have));
    let first = due.iter().zip(&came).find(|(due, came)| due != came);
    let (due_line, line) = first.map(|(due, came)| (shown(due), shown(came)))?;
    due.sort_unstable();
    came.sort_unstable();
    (due == came && evidence.side() == Side::Server).then_some(())?;
    Cause::likely(format!(
        "all lines are there, and they stand in another order: `{line}` came where `{due_line}` belongs."
    ))
}

/// The shortest part of `longer` behind which both go on alike, to the end of the line at least.
fn part(longer: &[u8], goes_on: impl Fn(usize) -> bool) -> Option<&[u8]> {
    let line = longer.iter().position(|&byte| byte == b'\n');
    let most = line.unwrap_or(longer.len()).min(limits::LONGEST_PART);
    let length = (1..=most).find(|&length| goes_on(length))?;
    Some(upto(longer, length))
}

/// Where a part is missing or too many: the text before it, in words.
fn place(spot: &Spot) -> String {
    match spot.line_before() {
        [] => "at the beginning of the line".to_string(),
        before => format!("after `{}`", shown(before)),
    }
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(char::is_control))
}

/// A part of the text is left out.
fn part_missing(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    (!spot.rest.is_empty() && !evidence.passes_in_calm()).then_some(())?;
    let lost = part(spot.missing, |length| spot.goes_on(0, length))?;
    is_text(lost).then_some(())?;
    Cause::likely(format!(
        "`{}` is missing {}. What follows it is as expected.",
        shown(lost),
        place(&spot)
    ))
}

/// A part is put in.
fn part_added(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    (!spot.missing.is_empty() && !evidence.passes_in_calm()).then_some(())?;
    let extra = part(spot.rest, |length| spot.goes_on(length, 0))?;
    is_text(extra).then_some(())?;
    Cause::likely(format!(
        "`{}` is too many {}. What follows it is as expected.",
        shown(extra),
        place(&spot)
    ))
}

/// A message that was answered before stands in front of the next one.
fn answered_already(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    let server = evidence.side() == Side::Server && !evidence.is_http() && evidence.at() > 0;
    let mut earlier = evidence.heard().split(|&byte| byte == b'\n');
    let old = earlier.find(|line| {
        let again = spot.rest.strip_prefix(*line).unwrap_or_default();
        let line_again = !line.is_empty() && again.starts_with(spot.line_missing());
        line_again && find(upto(evidence.heard(), spot.before.len()), line).is_some()
    });
    let old = old.filter(|_| server && spot.line_before().is_empty())?;
    Cause::likely(format!(
        "`{}` stands before the answer `{}`, and it was answered already. Your program keeps it, so it is read again \
         with the next message: take what is answered out of the buffer, with its line end.",
        shown(old),
        shown(from(spot.line_missing(), 0).trim_ascii_end())
    ))
}
