//! Mistakes about reading and writing a stream: one read need not give a whole message, and one write may write
//! a part.

use super::crashes::{complaint, says_closed_socket};
use super::wrong_decisions::shared_buffer;
use super::{Cause, Language, Row, count, shown};
use super::{Close, Evidence, Tried};
use crate::check::Side;
use crate::check::lenient_http_reader::{
    Message, find, from, head_length, is_request, message, messages, upto,
};
use crate::net::Weather;
use crate::wire::{Chunk, DifferenceKind, Entry};

/// Asked first of all that is wrong on the wire when the same conversation passes delivered otherwise.
pub(super) const DELIVERY: &[Row] = &[
    ("W124", shared_buffer),
    ("W34", cut_letter),
    ("W34", letter_in_pieces),
    ("W18", one_read_for_several),
    ("W33", rest_lost_in_pieces),
    ("W18", one_read_in_pieces),
];

pub(super) const TABLE: &[Row] = &[
    ("W34", cut_letter),
    ("W22", whole_buffer),
    ("W21", lost_in_buffer),
    ("W33", loses_the_rest),
    ("W18", single_read),
    ("W18", first_bytes),
    ("W32", answers_twice),
    ("W23", short_write),
];

/// NULs where something else, or nothing, should come.
fn whole_buffer(evidence: &Evidence) -> Option<Cause> {
    let nuls = evidence
        .rest()
        .iter()
        .take_while(|&&byte| byte == 0)
        .count();
    let wanted = evidence.missing().first() == Some(&0);
    // What a buffer held before, or never, comes behind the end of a C text.
    let leftover = evidence.extra().len() >= 16 && nuls > 0;
    if leftover && nuls < 8 {
        return Cause::likely(format!(
            "after your {} come {} more. The first of them is a NUL, a byte 00, which ends a text in C. Probably you \
             sent the whole buffer, but only a part of it is filled. The other bytes are older contents of your \
             memory.",
            count(evidence.at(), "byte"),
            count(evidence.extra().len(), "byte")
        ));
    }
    (nuls >= 8 && !wanted).then_some(())?;
    let whole = evidence.at() + nuls;
    let round = if whole.is_power_of_two() {
        format!(", so {} came in all", count(whole, "byte"))
    } else {
        String::new()
    };
    Cause::likely(format!(
        "after your {} come {}, which are bytes 00{round}. Probably you sent the whole buffer, but the read filled \
         only a part of it.",
        count(evidence.at(), "byte"),
        count(nuls, "NUL")
    ))
}

/// A message with a body hangs when both come together, and passes when the body comes later.
fn lost_in_buffer(evidence: &Evidence) -> Option<Cause> {
    let body = message(evidence.heard())
        .body
        .is_some_and(|body| !body.is_empty());
    let hangs = evidence.silence().is_some() && !evidence.right_bytes();
    let apart = evidence.tries.apart == Some(Tried::Passed);
    let http = is_request(evidence.heard()) || evidence.heard().starts_with(b"HTTP/");
    (http && body && hangs && apart && one_message(evidence)).then_some(())?;
    Cause::proven(
        "your program was right when the body came a moment after the head. When both came together, your program \
         waited for a body that had already come. Either a buffered reader had read the body together with the head, \
         and then you read from the connection itself. Or you discarded the bytes after the head.",
    )
}

/// Half a letter was dropped, or made the answer end, and nothing of that happens in calm weather.
fn letter_in_pieces(evidence: &Evidence) -> Option<Cause> {
    let letter = evidence
        .missing()
        .first()
        .is_some_and(|byte| !byte.is_ascii());
    let inside = upto(&evidence.have().bytes, evidence.at())
        .last()
        .is_some_and(|byte| !byte.is_ascii());
    let pieces = evidence.in_pieces() && evidence.passes_in_calm();
    (pieces && (letter || inside)).then_some(())?;
    Cause::proven(format!(
        "your answer is right if the bytes come in one piece. If they come in several pieces, your answer is wrong \
         at the letter `{}`. A read may end in the middle of a letter. Turn bytes into text only when all bytes of a \
         line have come.",
        shown(upto(evidence.missing(), 2))
    ))
}

/// The rest of a read is thrown away, which shows only when several messages come in one piece.
fn rest_lost_in_pieces(evidence: &Evidence) -> Option<Cause> {
    let glue = evidence.passes_in_calm() && evidence.weather() == Weather::Glue;
    glue.then(|| loses_the_rest(evidence)).flatten()
}

/// One read is taken for one message, which shows only in pieces.
fn one_read_in_pieces(evidence: &Evidence) -> Option<Cause> {
    evidence
        .passes_in_calm()
        .then(|| single_read(evidence))
        .flatten()
}

/// Two messages came together, and the second was never answered.
fn loses_the_rest(evidence: &Evidence) -> Option<Cause> {
    let stopped = evidence.cut_short() && evidence.have().bytes.ends_with(b"\n");
    let server = evidence.side() == Side::Server && stopped && evidence.together().len() > 1;
    // A clean end or a silence; a crash and a reset are other stories.
    let still_there = evidence.process.ending.is_none()
        && evidence.have().close != Close::Rst
        && !evidence.left_early();
    (server && still_there).then_some(())?;
    let lost = shown(
        evidence
            .together()
            .last()
            .map(Vec::as_slice)
            .unwrap_or_default(),
    );
    // Apart, the first answer may come before the second message is sent: its bytes are what counts.
    let apart = evidence.tries.apart.is_some_and(Tried::is_right);
    let proven = apart || evidence.passes_in_calm();
    let refuted = evidence.tries.apart.is_some() && !proven;
    (!refuted).then_some(())?;
    let text = format!(
        "two messages arrived in one piece, but the second message, `{lost}`, got no answer. Either your program \
         discarded the bytes after the end of the first message, or it looks for only one message after each read."
    );
    Some(Cause {
        text,
        proven,
        case: "",
    })
}

/// Several messages in one piece give another answer than the same messages one by one.
fn one_read_for_several(evidence: &Evidence) -> Option<Cause> {
    let apart = evidence.tries.apart.is_some_and(Tried::is_right);
    let whole = matches!(evidence.weather(), Weather::Calm | Weather::Glue);
    let several = whole && evidence.together().len() > 1 && apart;
    let other = !evidence.cut_short() && evidence.at() < evidence.want().bytes.len();
    (evidence.side() == Side::Server && several && other).then_some(())?;
    // The lines of half a head are no messages, and an answer at a wrong time says nothing about a read.
    let lines = |one: &Vec<u8>| evidence.is_http() && head_length(one).is_none();
    let timed = matches!(evidence.difference()?.what, DifferenceKind::Gap { .. });
    (!timed && !evidence.together().iter().any(lines)).then_some(())?;
    if let Some(joined) = single_read(evidence) {
        return Some(joined);
    }
    Cause::proven(format!(
        "your program answered {} correctly when they came one by one. It did not when they came in one piece. Your \
         program takes the bytes of one read for one message. TCP has no messages. A read gives the bytes that have \
         arrived, which may be several messages.",
        count(evidence.together().len(), "message")
    ))
}

/// Whether the program says that it used a socket after it had closed it.
fn uses_closed_socket(evidence: &Evidence) -> bool {
    complaint(evidence).is_some_and(|said| says_closed_socket(&said))
}

/// One read was taken for one message.
fn single_read(evidence: &Evidence) -> Option<Cause> {
    // A run that took too long was neither silent nor wrong.
    let unfinished = evidence.cut_short() && evidence.have().close == Close::Open;
    (!unfinished || evidence.silence().is_some()).then_some(())?;
    let unasked = evidence.tries.mute.is_some_and(Tried::is_right);
    // What does not fail a second time has another reason than the delivery.
    let steady = !matches!(evidence.tries.again, Some(Tried::Passed));
    if evidence.passes_in_calm() && !unasked && steady && !uses_closed_socket(evidence) {
        let how = match evidence.weather() {
            Weather::Dribble => {
                "the conversation passes if each message comes in one piece, but fails if it comes \
                 byte by byte"
            }
            Weather::Glue => {
                "the conversation passes if each piece is one message, but fails if several messages come in one \
                 piece"
            }
            Weather::Slow => {
                "the conversation passes without pauses, but fails if the messages come in pieces with pauses \
                 between them"
            }
            _ => return None,
        };
        let sent = sent_before_it(evidence);
        let whole_lines = sent.ends_with(b"\n");
        let one = sent.iter().filter(|&&byte| byte == b'\n').count() == 1;
        if whole_lines && one && evidence.is_http() {
            return Cause::likely(format!(
                "{how}. Your answer came when only `{}` had been sent. Probably your program answers after the first \
                 line. Read to the end of the message, which is the empty line in HTTP.",
                shown(sent.trim_ascii_end())
            ));
        }
        let why = match whole_lines {
            true => {
                "Either your program takes one read for one message, or it answers before it has the whole message"
            }
            false => "Your program takes one read for one message",
        };
        return Cause::proven(format!(
            "{how}. {why}. TCP has no messages. A read gives the bytes that have arrived: perhaps one byte, or two \
             messages and a half."
        ));
    }
    // Several lines came in one piece, and stand in the answer as if they were one.
    let joined = evidence.together().concat();
    let joined = joined.strip_suffix(b"\n").unwrap_or(&joined);
    let as_one = evidence.together().len() > 1 && find(&evidence.have().bytes, joined).is_some();
    (as_one && find(&evidence.want().bytes, joined).is_none()).then_some(())?;
    Cause::likely(format!(
        "{} came in one piece, but you took them for one message: your answer contains `{}` unchanged. Either your \
         program takes one read for one message, or it only tests whether its bytes end in a newline. TCP has no \
         messages. A read gives the bytes that have arrived.",
        count(evidence.together().len(), "message"),
        shown(joined)
    ))
}

/// What had been sent when the first byte of an early answer came.
fn sent_before_it(evidence: &Evidence) -> Vec<u8> {
    if !evidence.early() {
        return Vec::new();
    }
    let (conn, who) = (evidence.conn(), evidence.side().who());
    let chunks = evidence
        .got
        .entries()
        .iter()
        .filter_map(|entry| match entry {
            Entry::Chunk(chunk) if chunk.conn == conn => Some(chunk),
            _ => None,
        });
    let before = chunks.take_while(|chunk| chunk.who != who);
    before.flat_map(Chunk::exact).collect()
}

/// The answer has only the first bytes of the question, and goes on as if they were all.
fn first_bytes(evidence: &Evidence) -> Option<Cause> {
    let plain = evidence.side() == Side::Server && !evidence.is_http() && evidence.middle.is_none();
    (plain && !evidence.in_pieces() && !evidence.passes_in_calm()).then_some(())?;
    let heard = evidence.heard();
    let asked = upto(heard, heard.iter().position(|&byte| byte == b'\n')?);
    let tail = evidence.want().bytes.strip_prefix(asked)?;
    let have = &evidence.have().bytes;
    let taken = evidence.at();
    // What ends between two words was probably cut at the blank.
    let in_word = asked.get(taken).is_some_and(|&next| next != b' ');
    let part = taken > 0 && in_word && have.starts_with(upto(asked, taken));
    (part && tail.len() > 1 && from(have, taken) == tail).then_some(())?;
    Cause::likely(format!(
        "your answer has only the first {} of the request `{}`, which has {} and a line end. Either your program \
         reads at most this number of bytes, or it takes the first bytes for the whole request. Read until the line \
         end has come.",
        count(taken, "byte"),
        shown(asked),
        count(asked.len(), "byte")
    ))
}

/// Everything is right, and then comes another answer.
fn answers_twice(evidence: &Evidence) -> Option<Cause> {
    let extra = evidence.extra();
    let http = evidence.want().bytes.starts_with(b"HTTP/");
    let whole = if http {
        extra.starts_with(b"HTTP/")
    } else {
        extra.len() > 1 && extra.ends_with(b"\n")
    };
    (evidence.side() == Side::Server && whole && !evidence.want().bytes.is_empty()).then_some(())?;
    if http && let Some(last) = last_request_but_not_the_last_one(evidence) {
        return Cause::likely(format!(
            "your answer to `{}` was complete, but then {} more came: `{}`. That request contains `Connection: \
             close`, so the server closes after its answer. It must not answer a later request, even if a later \
             request has arrived.",
            shown(last.first_line()),
            count(extra.len(), "byte"),
            shown(extra)
        ));
    }
    if http && message(extra).status() == Some(408) {
        return Cause::in_case(
            "silence",
            "your answer was complete, and the client sent no other request. After a time you answered this silence with \
             408. The client takes the 408 for the answer to its next request. Close the connection without an answer.",
        );
    }
    Cause::likely(format!(
        "your answer was complete after {}, but then {} more came: `{}`. A request has one answer. The client takes \
         a second answer for the answer to its next request.",
        count(evidence.want().bytes.len(), "byte"),
        count(extra.len(), "byte"),
        shown(extra)
    ))
}

/// A request with `Connection: close`, behind which others came.
fn last_request_but_not_the_last_one(evidence: &Evidence) -> Option<Message<'_>> {
    let asked = messages(evidence.heard());
    let (_, before) = asked.split_last()?;
    let mut before = before.iter().map(|bytes| message(bytes));
    before.find(|request| {
        let value = request.field("Connection").unwrap_or_default();
        value.eq_ignore_ascii_case(b"close")
    })
}

/// A long answer stops in the middle, and then the connection is closed.
fn short_write(evidence: &Evidence) -> Option<Cause> {
    const LONG: usize = 16 * 1024;
    let (have, want) = (evidence.have().bytes.len(), evidence.want().bytes.len());
    let cut = evidence.cut_short() && evidence.have().close != Close::Open;
    let alive = evidence.process.ending.is_none() && evidence.process.said.trim().is_empty();
    let body = evidence.exchange().and_then(|it| it.have.body);
    let sent = body.map_or(have, <[u8]>::len);
    if evidence.cut_short()
        && have == 8
        && evidence.process.language.is_none_or(|it| it == Language::C)
    {
        return Cause::likely(format!(
            "your bytes stop after 8 of {}. In C, `sizeof` of a pointer to a text is the size of the pointer, often \
             8. The function `strlen` gives the length of the text.",
            count(want, "byte")
        ));
    }
    let block = sent >= 100
        && (sent.is_power_of_two()
            || sent.is_multiple_of(1000)
            || sent.is_multiple_of(100) && sent <= 1000);
    if cut && block && alive && evidence.side() == Side::Server && !evidence.passes_in_calm() {
        return Cause::likely(format!(
            "your bytes stop at {} of {}, and then you closed. The number {} may be the size of a buffer. Probably \
             you read or wrote only once. But a file may be longer than one buffer.",
            count(have, "byte"),
            count(want, "byte"),
            count(sent, "byte")
        ));
    }
    (cut && want > LONG && have >= 512 && evidence.process.ending.is_none()).then_some(())?;
    Cause::likely(format!(
        "your bytes stop at {} of {}, and then you closed. Probably a write took only a part of your bytes. A write \
         returns how many bytes it took.",
        count(have, "byte"),
        count(want, "byte")
    ))
}

/// Whether everything that was sent to the program is one message.
fn one_message(evidence: &Evidence) -> bool {
    evidence.together().len() <= 1
}
/// U+FFFD where a letter of several bytes should stand.
fn cut_letter(evidence: &Evidence) -> Option<Cause> {
    const REPLACEMENT: &[u8] = b"\xef\xbf\xbd";
    let spot = evidence.spot();
    let lead = from(spot.before, spot.before.len().saturating_sub(2));
    let mark = [lead, upto(spot.rest, 8)].concat();
    let near = find(&mark, REPLACEMENT)? <= 2;
    let wanted = spot.missing.first().is_some_and(|byte| !byte.is_ascii());
    (near && wanted && find(&evidence.want().bytes, REPLACEMENT).is_none()).then_some(())?;
    let letter = spot.missing;
    let length = letter
        .iter()
        .skip(1)
        .take_while(|byte| (0x80..0xc0).contains(*byte))
        .count()
        + 1;
    Cause::likely(format!(
        "your answer has `{}` at the place of the bytes `{}`. This is the replacement character (U+FFFD). Your \
         program turned bytes into text, either before all bytes of a letter had come, or although they were not \
         UTF-8. The original bytes are lost.",
        shown(REPLACEMENT),
        shown(upto(letter, length))
    ))
}
