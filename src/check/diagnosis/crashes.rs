//! What the program printed before it ended, and how it ended: an exception, a panic, a signal.
//!
//! Rule: the program's own error message comes before every guess from the wire. It is quoted, and nothing is
//! added to it.

use super::{Cause, Close, Evidence, Row, Tried, count, shown};
use crate::check::Problem;
use crate::check::Side;
use crate::check::lenient_http_reader::{message, messages};
use crate::check::program::Ending;
use crate::check::stderr_summary::last_words;
use crate::net::Weather;

pub(super) const TABLE: &[Row] = &[
    ("W34", not_decoded),
    ("W41", broken_pipe),
    ("W70", chunks_unread),
    ("W27", worker_died),
    ("W27", workers_used_up),
    ("W61", failed_request),
    ("W85", left_early),
    ("W89", failed_start),
    ("W88", all_is_well),
];

/// Asked after what a redirect explains.
pub(super) const LATER: &[Row] = &[("W89", failed_client)];

/// Signs that bytes were no text in the charset in which they were read.
pub(super) const NO_TEXT: [&str; 6] = [
    "UnicodeDecodeError",
    "stream did not contain valid UTF-8",
    "invalid utf-8 sequence",
    "incomplete utf-8 byte sequence",
    "FromUtf8Error",
    "The encoded data was not valid",
];

/// The last words of the program that tell of an error, in one line.
pub(super) fn complaint(evidence: &Evidence) -> Option<String> {
    said_in(&evidence.process.said)
}

/// Whether the words are about a socket that the program itself had closed: Python's and C's EBADF, Go's words.
pub(super) fn says_closed_socket(said: &str) -> bool {
    let signs = ["Bad file descriptor", "use of closed", "EBADF"];
    signs.iter().any(|sign| said.contains(sign))
}

fn said_in(stderr: &str) -> Option<String> {
    let line = last_words(stderr).complaint?;
    Some(shown_text(&line))
}

/// A sentence of the program, not longer than two lines.
fn shown_text(line: &str) -> String {
    let visible = line
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c });
    visible.filter(|&c| c != '`').take(150).collect()
}

/// Whether bytes of the program are missing, and it has closed.
fn cut_off(evidence: &Evidence) -> bool {
    evidence.cut_short() && evidence.have().close != Close::Open
}

/// Bytes that arrived in pieces, or that are no text, were decoded.
fn not_decoded(evidence: &Evidence) -> Option<Cause> {
    let stderr = &evidence.process.stderr;
    let sign = NO_TEXT.iter().any(|sign| stderr.contains(sign));
    let is_text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
    let text = is_text(evidence.heard()) && is_text(&evidence.want().bytes);
    (sign && cut_off(evidence) && text).then_some(())?;
    let said = complaint(evidence)?;
    let why = if said.contains("'ascii'") {
        "The bytes that came are correct UTF-8. But some of their letters are not in ASCII."
    } else if evidence.passes_in_calm() {
        "The bytes that came are correct UTF-8. But if they come in pieces, a read may end in the middle of a letter."
    } else {
        "All bytes that came are correct UTF-8 together. But a read may end in the middle of a letter. Then the \
         bytes of this one read are not correct UTF-8."
    };
    Cause::likely(format!(
        "your program printed the error `{said}`, and its answer ended there. {why}"
    ))
}

/// The program wrote to a connection that was gone, and did not survive it.
fn broken_pipe(evidence: &Evidence) -> Option<Cause> {
    let ending = evidence.process.ending?;
    let signs = ["BrokenPipe", "Broken pipe", "EPIPE", "broken pipe"];
    let said = signs
        .iter()
        .any(|sign| evidence.process.stderr.contains(sign));
    let pipe = ending == Ending::Signal(13) || said;
    (evidence.side() == Side::Server && pipe).then_some(())?;
    Cause::likely(format!(
        "your program ended ({ending}) after a broken pipe. Probably it wrote to a connection whose client had \
         closed. Such a write fails with an error. The system also sends the signal SIGPIPE to the program. If the \
         program does not ignore this signal, the signal ends the program."
    ))
}

/// A right order in chunks, and an error instead of an answer.
fn chunks_unread(evidence: &Evidence) -> Option<Cause> {
    let exchange = evidence.exchange().or_else(|| evidence.exchange_before())?;
    let request = last_request(evidence)?;
    let status = exchange.want.status()?;
    let chunked = message(request).chunked() && status < 400;
    (evidence.side() == Side::Server && chunked && cut_off(evidence)).then_some(())?;
    let said = complaint(evidence)?;
    Cause::likely(format!(
        "the order came in correct chunks. Your program printed the error `{said}`, and sent no complete answer. The \
         size of a chunk is a hexadecimal number, in small or capital letters. Ignore everything after a `;` in a \
         size line. The lines after the last chunk are trailers. The trailers belong to the message, too."
    ))
}

/// The request that was sent last.
fn last_request(evidence: &Evidence) -> Option<&[u8]> {
    messages(evidence.heard()).into_iter().next_back()
}

/// Several failures were answered, and the next one is not.
fn workers_used_up(evidence: &Evidence) -> Option<Cause> {
    let silent = evidence.silence().is_some() && evidence.have().bytes.is_empty();
    let alive = evidence.process.ending.is_none() && evidence.side() == Side::Server;
    (silent && alive && !evidence.heard().is_empty()).then_some(())?;
    let before = evidence.conn().saturating_sub(1);
    let failed = |conn| {
        let said = evidence.got.bytes_of(conn, evidence.side().who());
        message(&said).status() == Some(500)
    };
    (before > 1 && (1..=before).all(failed)).then_some(())?;
    let text = format!(
        "{before} requests got the answer 500, but the next request got no answer. Perhaps each failure ended one of \
         your threads after its answer, until no thread was left. A thread that catches a failure must serve the next \
         client."
    );
    Cause::in_case("workers", text)
}

/// Threads ended with an error when clients left, and now no thread answers.
fn worker_died(evidence: &Evidence) -> Option<Cause> {
    let silent = evidence.silence().is_some() && evidence.cut_short()
        || evidence.weather() == Weather::Ghost;
    let alive = evidence.process.ending.is_none();
    // What passes whole and fails in pieces has its cause in the pieces.
    let pieces = evidence.in_pieces() && evidence.passes_in_calm();
    (evidence.side() == Side::Server && silent && alive && !pieces && !evidence.heard().is_empty())
        .then_some(())?;
    let said = said_in(&evidence.process.stderr)?;
    let (case, rule) = match message(&evidence.want().bytes).status() {
        Some(500) => (
            "workers",
            "The client of a request that fails must still get the answer 500, and the thread must serve the next \
             client.",
        ),
        _ => (
            "",
            "A client that closes or sends nothing must not end the thread that serves it.",
        ),
    };
    let text = format!(
        "your program still runs, and printed the error `{said}`. A thread that ends with an error serves no more \
         clients. Perhaps each such error ended one thread, until no thread was left. {rule}"
    );
    Cause::in_case(case, text)
}

/// The program failed while it worked on a request, which got no answer.
fn failed_request(evidence: &Evidence) -> Option<Cause> {
    let broken = cut_off(evidence) || evidence.cut_short() && evidence.process.ending.is_some();
    let asked = !evidence.heard().is_empty();
    // A reset or a client without a word has its own pages, where the same conversation passes otherwise.
    let once = evidence.tries.again == Some(Tried::Passed);
    let own = matches!(evidence.weather(), Weather::Rude | Weather::Ghost)
        || evidence.passes_in_calm() && !once;
    (evidence.side() == Side::Server && broken && asked && !own).then_some(())?;
    let said = complaint(evidence);
    let ended = evidence
        .process
        .ending
        .map(|ending| format!("your program ended ({ending})"));
    let what = match (ended, said) {
        (Some(ended), Some(said)) => format!("{ended}. It printed the error `{said}`"),
        (Some(ended), None) => ended,
        (None, Some(said)) => {
            format!("your program printed the error `{said}`, and closed the connection")
        }
        (None, None) => return None,
    };
    let request = last_request(evidence).unwrap_or_default();
    let case = if evidence.is_http() { "" } else { "plain" };
    let text = format!(
        "{what}. The client had sent `{}` and got {}. No wrong byte came, so look for the reason in your program.",
        shown(message(request).first_line()),
        if evidence.have().bytes.is_empty() {
            "no answer"
        } else {
            "no whole answer"
        }
    );
    Cause::in_case(case, text)
}

/// A client closed while the answer was still to come, or unread.
fn left_early(evidence: &Evidence) -> Option<Cause> {
    let said = evidence.right_bytes() && !evidence.want().bytes.is_empty();
    let reset = evidence.have().close == Close::Rst && evidence.want().close != Close::Rst;
    let left =
        reset || evidence.not_taken() || evidence.unheard() && evidence.have().close != Close::Open;
    let crashed =
        complaint(evidence).is_some() && evidence.process.ending != Some(Ending::Status(0));
    let expected = evidence.conn() <= evidence.connections();
    let client = evidence.side() == Side::Client && !crashed && !evidence.answer_owed() && expected;
    // A client that only listens, and leaves with what it should have read unread.
    if client && evidence.want().bytes.is_empty() && evidence.right_bytes() && reset {
        return Cause::likely(
            "your client closed the connection before it had read the server's first bytes. So your system sent a \
             reset (RST). Wait for these bytes until they come or your time limit has passed.",
        );
    }
    (client && said && left).then_some(())?;
    Cause::likely(
        "your request is right, but your client closed the connection before it had read the whole answer. If bytes \
         arrive after a program has closed, they are lost, and your system answers with a reset (RST). Close only \
         when you have read the whole answer.",
    )
}

/// A client failed before it had sent what it should.
fn failed_client(evidence: &Evidence) -> Option<Cause> {
    let ending = evidence
        .process
        .ending
        .filter(|ending| *ending != Ending::Status(0))?;
    let unprinted = matches!(evidence.problem, Some(Problem::Prints(_)));
    let missing = evidence.cut_short()
        || !evidence.process.connected
        || evidence.have().close == Close::Rst
        || evidence.not_taken()
        || unprinted;
    (evidence.side() == Side::Client && missing && evidence.problem.is_some()).then_some(())?;
    // A reset of ours is no error of its own. Before it connects, whatever it said is about something else.
    let said = complaint(evidence).or_else(|| last_line(evidence));
    let said = said.filter(|said| !said.contains("eset") && !said.contains("roken"))?;
    let when = match (evidence.process.connected, evidence.have().bytes.len()) {
        (false, _) => "before it connected",
        (true, 0) if !evidence.want().bytes.is_empty() => {
            "after it had connected, before its first byte"
        }
        (true, _) if evidence.right_bytes() => "after it had sent everything",
        (true, _) => "before it had sent everything",
    };
    const NO_NAME: [&str; 5] = [
        "gaierror",
        "Name or service",
        "no such host",
        "ENOTFOUND",
        "lookup address",
    ];
    let name = NO_NAME.iter().any(|sign| said.contains(sign)) && !evidence.process.connected;
    let why = match says_closed_socket(&said) {
        true => " It used a connection or a file that it had closed.".to_string(),
        false if name => format!(
            " It looked for a name that has no address. The check gave the address {} to it. Connect to this \
             address, even if a URL contains another host.",
            evidence.process.address
        ),
        false => String::new(),
    };
    Cause::likely(format!(
        "your client ended {when} ({ending}). It printed `{said}`.{why}"
    ))
}

/// The last line of a client that never connected, in a conversation in which it should.
fn last_line(evidence: &Evidence) -> Option<String> {
    let due = !evidence.want().bytes.is_empty() && !evidence.process.connected;
    let line = evidence.process.said.trim_end().lines().next_back();
    line.filter(|line| due && !line.trim().is_empty())
        .map(shown_text)
}

/// A server that ended before it listened.
fn failed_start(evidence: &Evidence) -> Option<Cause> {
    let ending = evidence
        .process
        .ending
        .filter(|_| evidence.problem.is_none())?;
    let said = complaint(evidence)?;
    Cause::likely(format!(
        "your program ended before it listened ({ending}). It printed the error `{said}`."
    ))
}

/// A client that should have failed says that all is well.
fn all_is_well(evidence: &Evidence) -> Option<Cause> {
    matches!(evidence.problem, Some(Problem::Exits(_))).then_some(())?;
    let answer = message(evidence.heard());
    let came = answer.body.unwrap_or_default().len();
    let why = match answer.length() {
        Some(length) if length != came && !answer.chunked() => {
            let only = if came < length { "only " } else { "" };
            format!(
                " The answer announced {}, but {only}{came} came before the end of the connection.",
                count(length, "byte")
            )
        }
        _ => String::new(),
    };
    Cause::likely(format!(
        "your client ended with status 0, which means success. But this conversation must end with a failure.{why} A \
         script that calls your client sees only the exit status."
    ))
}
