//! Mistakes in the ends of lines outside a head: one too many, or another one.

use super::{Cause, Evidence, count, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::message;

/// A line end after a file that does not belong to it.
pub(super) fn adds_newline(evidence: &Evidence) -> Option<Cause> {
    let extra = evidence.extra();
    let http = message(&evidence.want().bytes).body.is_some();
    (!http && !evidence.want().bytes.is_empty() && matches!(extra, b"\n" | b"\r\n"))
        .then_some(())?;
    let file = evidence.side() == Side::Server && evidence.heard().starts_with(b"GET ");
    let what = match file {
        true => "which is not in the file. So the copy differs from the file",
        false => {
            "which was not expected. The other side may take it for the beginning of the next message"
        }
    };
    Cause::likely(format!(
        "your first {} are right. After them came one more line end, `{}`, {what}.",
        count(evidence.want().bytes.len(), "byte"),
        shown(extra)
    ))
}

/// `\n` became `\r\n` on its way, or the other way round.
pub(super) fn translated(evidence: &Evidence) -> Option<Cause> {
    let spot = evidence.spot();
    // A conversation of datagrams stops at the first wrong one.
    let last = evidence.expectation.script.has_datagrams() && spot.rest == b"\r\n";
    let added = spot.rest.starts_with(b"\r\n")
        && spot.missing.starts_with(b"\n")
        && (last || spot.goes_on(1, 0));
    let lost =
        spot.rest.starts_with(b"\n") && spot.missing.starts_with(b"\r\n") && spot.goes_on(0, 1);
    let (due, came) = match (added, lost) {
        (true, _) => ("\\n", "\\r\\n"),
        (_, true) => ("\\r\\n", "\\n"),
        _ => return None,
    };
    let place = match spot.line_before() {
        [] => format!("at byte {}", spot.before.len() + 1),
        line => format!("after `{}`", shown(line)),
    };
    let what = format!("{place}, `{due}` was expected, but you sent `{came}`.");
    let file = evidence.side() == Side::Server && evidence.heard().starts_with(b"GET ");
    if !file {
        return Cause::in_case(
            "written",
            format!(
                "{what} Either your program writes `{came}` itself, or a call translated the line end."
            ),
        );
    }
    let why = match added {
        true => {
            "Either a call translated the line ends, or your program writes these line ends itself. Each byte that \
             you add to a file damages it. In a picture the byte 0a is not a line end."
        }
        false => "Probably a call translated the line ends. Send every byte of the file unchanged.",
    };
    Cause::likely(format!("{what} {why}"))
}
