//! Mistakes in what a program decides: its bytes are whole, but they are those of another case. And mistakes in
//! what a client does with its argument and with the answer.
//!
//! Rule: these come after all mistakes that name a byte. A text says what was due and what came; it does not say
//! which line of the program decided.

use super::diagnosis_input::line_at;
use super::{Cause, Evidence, Row, count, shown};
use crate::check::lenient_http_reader::{find, from, message, upto};
use crate::check::program::Ending;
use crate::check::{Problem, Side};
use crate::net::Weather;
use crate::wire::{Entry, Who};

pub(super) const TABLE: &[Row] = &[("W121", repeats_the_question)];

/// A line without its end.
pub(super) fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The first bytes of an answer are missing, and the others are right.
fn without_its_beginning(evidence: &Evidence, came: &[u8], due: &[u8]) -> Option<Cause> {
    let missing = due.strip_suffix(came)?;
    (!missing.is_empty() && !bare(came).is_empty() && !evidence.passes_in_calm()).then_some(())?;
    Cause::likely(format!(
        "you answered `{}`, but `{}` was expected. Only the beginning is missing: `{}`. Print the bytes of the \
         request that your program keeps, and look at the place where it cuts them.",
        shown(bare(came)),
        shown(bare(due)),
        shown(missing)
    ))
}

/// A server without HTTP sends a whole answer, and it is the one to another request.
pub(super) fn other_answer(evidence: &Evidence) -> Option<Cause> {
    let script = &evidence.expectation.script;
    let plain = evidence.side() == Side::Server && !evidence.is_http() && !script.has_datagrams();
    (plain && evidence.middle.is_none() && !evidence.heard().is_empty()).then_some(())?;
    // The difference may lie in the last of the four bytes of a length.
    let before = upto(&evidence.want().bytes, evidence.at());
    let framed = before.ends_with(&[0; 3]);
    (framed || evidence.at_line_start()).then_some(())?;
    let (came, due) = (
        sentence(evidence.rest(), framed),
        sentence(evidence.missing(), framed),
    );
    let text =
        std::str::from_utf8(came).is_ok_and(|text| text.trim().chars().all(|c| !c.is_control()));
    if let Some(cause) = without_its_beginning(evidence, came, due).filter(|_| text) {
        return Some(cause);
    }
    // A part of what is due is no sentence of its own.
    let text = text && find(due, bare(came)).is_none();
    // Two sentences may begin alike; without a length the other rules look at the byte that differs.
    let sentences = framed && !came.starts_with(due) && !due.starts_with(came);
    let other = !came.is_empty() && !due.is_empty() && (came.first() != due.first() || sentences);
    (text && other && !evidence.passes_in_calm()).then_some(())?;
    let asked = bare(line_at(evidence.heard(), 0));
    if came.starts_with(b"HTTP/") {
        return Cause::likely(format!(
            "you answered `{}` with a head of HTTP, `{}`. This lab's protocol has no head. So `{}` was expected at \
             once.",
            shown(asked),
            shown(bare(came)),
            shown(bare(due))
        ));
    }
    let last = match framed {
        true => "the last request".to_string(),
        false => format!("`{}`", shown(asked)),
    };
    let why = match asked.starts_with(b"GET /") {
        true => {
            "Perhaps your program looked for a different name, or in a different folder than WIRELAB_ROOT, or its \
             own rules do not allow this name. Print the name with its invisible bytes"
        }
        false => {
            "Print the texts that your program compares before it chooses an answer, with their invisible bytes"
        }
    };
    Cause::likely(format!(
        "you answered {last} with `{}`, but `{}` was expected. The answer is complete, so probably no byte was lost. \
         Either your program took a wrong decision, or its words are not the words in the README.{} {why}.",
        shown(bare(came)),
        shown(bare(due)),
        match framed {
            true => length_of_the_last(evidence),
            false => same_as_before(evidence, came, asked),
        }
    ))
}

/// The first sentence of these bytes: a line, or after a byte that says its length.
fn sentence(bytes: &[u8], framed: bool) -> &[u8] {
    match (framed, bytes.split_first()) {
        (true, Some((length, text))) => upto(text, usize::from(*length)),
        _ => line_at(bytes, 0),
    }
}

/// How long the last request is, by the length in front of it.
fn length_of_the_last(evidence: &Evidence) -> String {
    let heard = evidence.heard();
    let line = heard.iter().position(|&byte| byte == b'\n');
    let last = from(heard, line.map_or(0, |line| line + 1));
    let said = last
        .first_chunk::<4>()
        .map(|four| u32::from_be_bytes(*four));
    let length = said.and_then(|said| usize::try_from(said).ok());
    match length.filter(|length| last.len() == length + 4) {
        Some(length) if from(last, 4).contains(&b'\n') => format!(
            " The last request has {}. One of them is a newline, which is a byte of the name.",
            count(length, "byte")
        ),
        Some(length) => format!(" The last request has {}.", count(length, "byte")),
        None => String::new(),
    }
}

/// Whether an earlier client, who had asked something else, got the same.
fn same_as_before(evidence: &Evidence, came: &[u8], asked: &[u8]) -> String {
    let conns = evidence.got.connections().into_iter();
    let mut before = conns
        .filter(|conn| *conn < evidence.conn())
        .filter_map(|conn| {
            let other = evidence.got.bytes_of(conn, Who::Client);
            let other = bare(line_at(&other, 0)).to_vec();
            let same = line_at(&evidence.got.bytes_of(conn, Who::Server), 0) == came;
            (same && other != asked && !other.is_empty()).then_some(other)
        });
    match before.next() {
        Some(other) => format!(" You gave the same answer to `{}`.", shown(&other)),
        None => String::new(),
    }
}

/// The whole sentence that is due, and then words of the question.
fn repeats_the_question(evidence: &Evidence) -> Option<Cause> {
    let plain = evidence.side() == Side::Server && !evidence.is_http() && evidence.middle.is_none();
    let (line, due) = (bare(evidence.line()), bare(evidence.wanted_line()));
    let added = line.strip_prefix(due).filter(|_| plain && due.len() > 1)?;
    let asked = bare(line_at(
        evidence.heard(),
        evidence.heard().len().saturating_sub(1),
    ));
    (asked.len() > 1 && find(added, asked).is_some() && find(due, asked).is_none()).then_some(())?;
    Cause::likely(format!(
        "`{}` is the whole answer, but then you sent `{}`. The client had sent these words. The README says word for \
         word which answer belongs here.",
        shown(due),
        shown(added)
    ))
}

/// A client that has said everything right prints another text than it should.
pub(super) fn prints_other(evidence: &Evidence) -> Option<Cause> {
    matches!(evidence.problem, Some(Problem::Prints(_))).then_some(())?;
    let prints = evidence.process.prints.as_ref()?;
    let (due, printed) = (prints.wanted.trim_end(), prints.printed.trim_end());
    let say = |text: &str| shown(text.as_bytes());
    let wanted = say(due);
    let around = printed.split_once(due).filter(|_| !due.is_empty());
    let what = if printed == due {
        let how = match prints.printed.ends_with('\n') {
            true => "more white space",
            false => "no line end",
        };
        format!("your program printed `{wanted}`, but {how} came after it")
    } else if due.is_empty() {
        format!(
            "nothing belongs on the standard output here, but your program printed `{}`",
            say(printed)
        )
    } else if printed.is_empty() {
        format!("`{wanted}` belongs on the standard output, but your program printed nothing there")
    } else if let Some((before, after)) = around {
        let extra = if before.is_empty() { after } else { before };
        format!(
            "your program printed `{}` besides `{}`",
            say(extra.trim()),
            say(due)
        )
    } else if let Some(part) = printed_a_part(evidence, due, printed) {
        part
    } else if in_order(due, printed) && printed.lines().count() > due.lines().count() {
        if evidence.got.has_datagrams() || pieces_heard(evidence) < 2 {
            return Cause::likely(format!(
                "`{wanted}` was expected, but your program printed the same text on several lines."
            ));
        }
        format!(
            "`{}` came in several pieces, and your program printed some text after each piece. Collect the whole \
             answer first, and then print it once",
            say(due)
        )
    } else {
        format!(
            "`{}` was expected, but your program printed `{}`",
            say(due),
            say(printed)
        )
    };
    let also = took_it_for_wrong(evidence, printed).unwrap_or_default();
    Cause::likely(format!(
        "{what}. {also}All bytes on the wire are right, so look at what your program prints."
    ))
}

/// A part of what was due, or of the whole answer, stands in its output.
fn printed_a_part(evidence: &Evidence, due: &str, printed: &str) -> Option<String> {
    let say = |text: &str| shown(text.as_bytes());
    if let Some((before, after)) = due.split_once(printed) {
        let lost = if before.is_empty() { after } else { before };
        return Some(format!(
            "your program printed only `{}`, but `{}` is missing",
            say(printed),
            say(lost)
        ));
    }
    evidence.heard().starts_with(printed.as_bytes()).then(|| {
        format!(
            "your program printed only the first {} of the answer, which has {}: `{}`. The text `{}` comes after that \
             part",
            count(printed.len(), "byte"),
            count(evidence.heard().len(), "byte"),
            say(printed),
            say(due)
        )
    })
}

/// A client that printed nothing, and ended with a failure, although the whole answer had come.
fn took_it_for_wrong(evidence: &Evidence, printed: &str) -> Option<String> {
    printed.is_empty().then_some(())?;
    let ending = evidence.process.ending?;
    let answer = message(evidence.heard());
    let length = answer.length()?;
    let whole = answer.body.map(<[u8]>::len) == Some(length);
    (ending != Ending::Status(0) && whole).then(|| {
        format!(
            "It ended with a failure ({ending}). But the answer announced {}, and all of them came. ",
            count(length, "byte")
        )
    })
}

/// In how many pieces the other side's bytes came.
fn pieces_heard(evidence: &Evidence) -> usize {
    let own = evidence.side().who();
    let entries = evidence.got.entries().iter();
    entries
        .filter(|entry| matches!(entry, Entry::Chunk(chunk) if chunk.who != own))
        .count()
}

/// Whether the letters of `text` stand in `printed` in their order, with others between them.
fn in_order(text: &str, printed: &str) -> bool {
    let mut letters = printed.chars();
    text.chars()
        .filter(|c| !c.is_whitespace())
        .all(|wanted| letters.any(|letter| letter == wanted))
}

/// Whether a client printed the list of an earlier acknowledgement: the words of it, and not all that were due.
pub(super) fn printed_an_earlier_list(evidence: &Evidence) -> Option<Cause> {
    let datagrams = evidence.expectation.script.has_datagrams();
    let prints = evidence.process.prints.as_ref().filter(|_| datagrams)?;
    let (due, printed) = (prints.wanted.trim_end(), prints.printed.trim_end());
    let rest = due.strip_prefix(printed)?;
    // An empty line is the list of an answer that has none.
    let empty = printed.is_empty() && prints.printed == "\n";
    (empty || !printed.is_empty() && rest.starts_with(' ')).then_some(())?;
    let mut lines = evidence.heard().split(|&byte| byte == b'\n');
    let list = match empty {
        true => b"ack 0".to_vec(),
        false => [b" ", printed.as_bytes()].concat(),
    };
    lines.any(|line| line.ends_with(&list)).then_some(())?;
    if empty {
        return Cause::likely(format!(
            "your client printed an empty line, but `{}` was expected. The earlier answer `ack 0` has an \
             empty list of orders. Probably you printed this list. Wait for the answer with the number of your last \
             order.",
            shown(due.as_bytes())
        ));
    }
    Cause::likely(format!(
        "your client printed `{}`, but `{}` was expected. An earlier answer contains the list that you printed. Look \
         at the number of each answer, and wait for the answer to your last order.",
        shown(printed.as_bytes()),
        shown(due.as_bytes())
    ))
}

/// What an earlier client had sent stands in front of this client's order.
pub(super) fn shared_buffer(evidence: &Evidence) -> Option<Cause> {
    let (want, have) = (&evidence.want().bytes, &evidence.have().bytes);
    let order = bare(line_at(evidence.heard(), 0));
    let wanted = line_at(want, 0);
    let rude = evidence.weather() == Weather::Rude && evidence.passes_in_calm();
    let server = evidence.side() == Side::Server && rude && !wanted.is_empty();
    let mut lengths = (1..=order.len()).filter(|_| server && have != want);
    let old = lengths.find(|&length| {
        have.starts_with(upto(order, length)) && from(have, length).starts_with(wanted)
    })?;
    (find(want, have).is_none()).then_some(())?;
    Cause::proven(format!(
        "the bytes `{}` stand before your answer. An earlier client had sent these bytes before it disconnected. \
         This client sent `{}`. Your program keeps the bytes of all connections in one place, but each connection \
         needs its own place.",
        shown(upto(order, old)),
        shown(order)
    ))
}
