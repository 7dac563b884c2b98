//! An answer that did not come, where another try or the program's output shows why: it was printed, it comes only
//! to a program that has just been started, or the program waits for another end of the head.
//!
//! Rule: "proven" only where the same conversation, with this one thing changed, brought the answer.

use super::{Cause, Close, Evidence, Row, shown};
use crate::check::Side;
use crate::check::diagnosis::Tried;
use crate::check::lenient_http_reader::{find, message, upto};

/// Asked before the causes of a silence that nothing else explains.
pub(super) const TABLE: &[Row] = &[
    ("W147", after_others),
    ("W148", printed_not_sent),
    ("W149", other_end_of_head),
];

/// The shortest text that counts as the one that was due: shorter ones are printed for other reasons.
const SHORTEST: usize = 6;

/// The same conversation passes with a program that has just been started.
fn after_others(evidence: &Evidence) -> Option<Cause> {
    let waits = evidence.silence().is_some() && evidence.cut_short();
    let new = evidence.tries.again == Some(Tried::Passed);
    let server = evidence.side() == Side::Server && !evidence.in_pieces();
    (server && waits && new).then_some(())?;
    let asked = message(evidence.heard()).first_line();
    Cause::likely(format!(
        "the request `{}` got no answer, but a new copy of your program answered the same bytes. Probably earlier \
         clients left something behind in your program, or your program fails only sometimes. Look for a lock that \
         is not released, a thread that still waits, a place that stays used, or a variable that keeps an old value.",
        shown(asked)
    ))
}

/// What belongs on the connection stands on the standard output.
fn printed_not_sent(evidence: &Evidence) -> Option<Cause> {
    let nothing = evidence.have().bytes.is_empty() && evidence.process.connected;
    let want = &evidence.want().bytes;
    let (first, _) = want.split_at(want.iter().position(|&byte| byte == b'\n')?);
    let first = first.strip_suffix(b"\r").unwrap_or(first);
    let printed = find(evidence.process.stdout.as_bytes(), first).is_some();
    (nothing && printed && first.len() >= SHORTEST).then_some(())?;
    let then = match evidence.have().close {
        Close::Open => "and then both sides wait",
        _ => "and then you closed",
    };
    Cause::likely(format!(
        "your program printed `{}` on its standard output. It sent nothing on the connection, {then}. A print \
         function writes to the terminal. The other side reads only the bytes that you write to the socket.",
        shown(first)
    ))
}

/// The head was whole, and the answer came only after two bare line ends more.
fn other_end_of_head(evidence: &Evidence) -> Option<Cause> {
    (evidence.tries.bare_ends == Some(Tried::Passed) && evidence.cut_short()).then_some(())?;
    let heard = evidence.heard();
    let end = upto(heard, heard.len().saturating_sub(4)).len();
    Cause::proven(format!(
        "the request was complete, and ended in `{}`. No answer came until the check sent two more line ends, \
         `\\n\\n`. So your program waits for more than the end of the head, probably for two bytes \\n in a row. In \
         HTTP the end of a head has four bytes: \\r\\n\\r\\n.",
        shown(heard.get(end..).unwrap_or_default())
    ))
}
