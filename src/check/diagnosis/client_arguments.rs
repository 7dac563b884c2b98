//! Mistakes in what a client does with its argument.

use super::crashes::complaint;
use super::diagnosis_input::line_at;
use super::wrong_decisions::bare;
use super::{Cause, Close, Evidence, Row, count, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::{find, from};
use crate::check::program::Ending;

pub(super) const TABLE: &[Row] = &[("W123", argument), ("W123", empty_argument)];

/// What `WIRELAB_ARG` may be, after the order that was to come.
const NO_ARGUMENT: &str =
    "was expected. Without an argument WIRELAB_ARG may be empty. An empty text is not an order";

/// A client of a line protocol sends something else than its argument says.
fn argument(evidence: &Evidence) -> Option<Cause> {
    let script = &evidence.expectation.script;
    let plain = evidence.side() == Side::Client && !evidence.is_http() && !script.has_datagrams();
    (plain && evidence.want().bytes.contains(&b'\n') && !evidence.late()).then_some(())?;
    let (line, due) = (bare(evidence.line()), bare(evidence.wanted_line()));
    let text = if evidence.cut_short() && evidence.at() > 0 && evidence.at_line_start() {
        missing_lines(evidence, due)?
    } else if evidence.cut_short() || evidence.right_bytes() {
        return None;
    } else if line.is_empty() && evidence.at() == 0 {
        empty_order(evidence, due)
    } else if let Some(rest) = due
        .strip_prefix(line)
        .and_then(|rest| rest.strip_prefix(b" "))
    {
        if let Some(cause) = word_by_word(evidence, rest, due) {
            return Some(cause);
        }
        format!(
            "your order is `{}`, but `{}` was expected. You sent only the first part of several words.",
            shown(line),
            shown(due)
        )
    } else if !due.is_empty()
        && line.starts_with(due)
        && line.contains(&b',')
        && !due.contains(&b',')
    {
        format!(
            "you sent `{}` as one line. Commas separate the orders of the argument. Send each order as its own line.",
            shown(line)
        )
    } else if line.trim_ascii() == due && line.starts_with(b" ") && evidence.at() > 0 {
        format!(
            "your order `{}` begins with a space. This space stands after the comma in the argument. It is not a \
             part of the order.",
            shown(line)
        )
    } else if let Some(text) = cut_argument(evidence, line, due) {
        text
    } else if let Some(arg) = other_order(evidence, line, due) {
        format!(
            "your order is `{}`, but `{}` was expected. The argument is `{}`. Your program gets the argument in \
             WIRELAB_ARG and on the command line.",
            shown(line),
            shown(due),
            shown(arg.as_bytes())
        )
    } else {
        return None;
    };
    Cause::likely(text)
}

/// The words of one order came as several lines.
fn word_by_word(evidence: &Evidence, rest: &[u8], due: &[u8]) -> Option<Cause> {
    let next = from(evidence.rest(), 1);
    let lines = rest.starts_with(line_at(next, 0).trim_ascii()) && next.contains(&b'\n');
    lines.then_some(())?;
    Cause::likely(format!(
        "you sent `{}` as several lines, one line for each word. An order is one line with all its words. Only commas \
         separate the orders of the argument.",
        shown(due)
    ))
}

/// Whole lines came, then the beginning of one, and nothing after it.
fn cut_argument(evidence: &Evidence, line: &[u8], due: &[u8]) -> Option<String> {
    let left = evidence.want().bytes.len().saturating_sub(evidence.at());
    let middle =
        evidence.have().bytes.len() > evidence.line().len() && left > evidence.wanted_line().len();
    let last = due.starts_with(line) && evidence.rest().trim_ascii().is_empty();
    let arg = evidence.expectation.script.heading("arg")?;
    (last && middle).then(|| {
        format!(
            "your orders end in the middle of an order: you sent `{}`, but `{}` was expected, and you sent nothing more. \
             Perhaps a buffer of your program is too small for the argument, which has {}.",
            shown(line),
            shown(due),
            count(arg.len(), "byte")
        )
    })
}

/// A client without an argument sends no order, or an empty one in its body.
fn empty_argument(evidence: &Evidence) -> Option<Cause> {
    let client = evidence.side() == Side::Client && evidence.middle.is_none();
    let given = evidence.expectation.script.heading("arg").is_some();
    (client && !given && complaint(evidence).is_none()).then_some(())?;
    if evidence.is_http() {
        let exchange = evidence.exchange()?;
        let (due, body) = (exchange.want.body?, exchange.have.body?);
        (!bare(due).is_empty() && bare(body).is_empty()).then_some(())?;
        return Cause::likely(format!(
            "your order is an empty line, but `{}` {NO_ARGUMENT}.",
            shown(bare(due))
        ));
    }
    let nothing = evidence.have().bytes.is_empty() && evidence.have().close != Close::Open;
    let due = bare(line_at(&evidence.want().bytes, 0));
    let done = evidence.process.ending == Some(Ending::Status(0));
    (nothing && done && evidence.process.connected && !due.is_empty()).then_some(())?;
    Cause::likely(format!(
        "your client connected, sent nothing, and ended its direction, but `{}` {NO_ARGUMENT}.",
        shown(due)
    ))
}

/// An empty line came in the place of the first order.
fn empty_order(evidence: &Evidence, due: &[u8]) -> String {
    let of = match evidence.expectation.script.heading("arg") {
        Some(_) => "is the order in the argument",
        None => NO_ARGUMENT,
    };
    format!("your order is an empty line, but `{}` {of}.", shown(due))
}

/// The client sent some of the lines that were due, and closed.
fn missing_lines(evidence: &Evidence, due: &[u8]) -> Option<String> {
    let lines = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'\n').count();
    // One that keeps the connection open may wait for something before it goes on.
    let over = evidence.have().close != Close::Open;
    let failed = |ending| ending != Ending::Status(0);
    (over && !evidence.process.ending.is_some_and(failed)).then_some(())?;
    Some(format!(
        "you sent {} of {}. The line `{}` and all lines after it are missing. Send one line for each order of the \
         argument.",
        lines(&evidence.have().bytes),
        count(lines(&evidence.want().bytes), "line"),
        shown(due)
    ))
}

/// The argument, where the order that is due stands in it, and not the one that came.
fn other_order<'a>(evidence: &'a Evidence, line: &[u8], due: &[u8]) -> Option<&'a str> {
    let arg = evidence.expectation.script.heading("arg")?;
    let inside = |order: &[u8]| find(arg.as_bytes(), order).is_some();
    let text = std::str::from_utf8(line).is_ok_and(|line| !line.is_empty());
    let other = line.first() != due.first();
    (text && other && evidence.at_line_start() && inside(due) && !inside(line)).then_some(arg)
}
