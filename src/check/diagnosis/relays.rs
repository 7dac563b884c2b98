//! Mistakes of a relay: a program between a client and a server that passes on bytes as they come.
//!
//! Rule: what a relay got on one leg is compared with what it sent on the other. A text about a lost or changed
//! byte shows this byte.

use super::difference_place::Spot;
use super::{Cause, Close, Evidence, Middle, Row, count, shown};
use crate::check::lenient_http_reader::{from, upto};
use crate::wire::{Event, Who};

pub(super) const TABLE: &[Row] = &[
    ("W19", relay_waits_for_the_client),
    ("W25", relay_calls_nobody),
    ("W151", loses_bytes),
    ("W35", ends_the_wrong_side),
    ("W35", relay_closes_both),
    ("W19", relay_in_turns),
];

/// Asked after what names a byte: a relay has changed one.
pub(super) const CHANGES: &[Row] = &[("W151", changes_bytes)];

/// What became of bytes on their way through a relay: one sentence without a full stop.
fn change(spot: &Spot) -> String {
    if let Some(extra) = spot.added() {
        return format!("your relay added `{}`", shown(upto(spot.rest, extra)));
    }
    let after = match spot.before.len() {
        0 => "at the beginning".to_string(),
        length => format!("after {}", count(length, "byte")),
    };
    if spot.rest.is_empty() {
        return format!("the last bytes, `{}`, are lost", shown(spot.missing));
    }
    let whole = |rest| [spot.line_before(), rest].concat();
    match spot.lost() {
        Some(lost) if lost > 40 => format!("{after} {} are lost", count(lost, "byte")),
        Some(lost) => format!("{after} `{}` is lost", shown(upto(spot.missing, lost))),
        None => format!(
            "your relay got `{}`, but passed on `{}`",
            shown(&whole(spot.line_missing())),
            shown(&whole(spot.line_rest()))
        ),
    }
}

/// The client and its end were passed on, and fewer bytes than the client had sent.
fn loses_bytes(evidence: &Evidence) -> Option<Cause> {
    let middle = evidence
        .middle
        .as_ref()
        .filter(|_| is_byte_relay(evidence))?;
    let passed = middle.behind(Who::Client);
    let ended = middle.has_behind(Event::Fin) && evidence.conn() == 1;
    let fewer = !passed.is_empty() && passed.len() < evidence.heard().len();
    (ended && fewer && evidence.cut_short() && evidence.fin_said()).then_some(())?;
    Cause::likely(format!(
        "the client sent {}, but only {} came to the server behind your relay before the end: {}. A relay must pass \
         on every byte unchanged.",
        count(evidence.heard().len(), "byte"),
        passed.len(),
        change(&Spot::of(evidence.heard(), &passed))
    ))
}

/// On one leg other bytes came out than went in on the other.
fn changes_bytes(evidence: &Evidence) -> Option<Cause> {
    let relay = evidence
        .middle
        .as_ref()
        .is_some_and(|middle| !middle.is_proxy());
    let differs = !evidence.rest().is_empty() && !evidence.missing().is_empty();
    (relay && differs && !evidence.early()).then_some(())?;
    let spot = Spot::of(&evidence.want().bytes, &evidence.have().bytes);
    Cause::likely(format!(
        "{}. A relay must pass on every byte unchanged, and must not add bytes of its own.",
        change(&spot)
    ))
}

/// The client's end came back to the client, and did not go to the server.
fn ends_the_wrong_side(evidence: &Evidence) -> Option<Cause> {
    let closed = evidence.have().close == Close::Fin && evidence.cut_short();
    let alive = evidence.process.ending.is_none() && !relay_alone(evidence);
    let middle = evidence
        .middle
        .as_ref()
        .filter(|_| is_byte_relay(evidence))?;
    let ends = [Event::Fin, Event::Rst].map(|event| middle.has_behind(event));
    (closed && alive && evidence.fin_said() && ends == [false, false]).then_some(())?;
    Cause::likely(
        "the client had ended its direction to your relay. Then your relay ended its direction to the client, but it \
         did not end its direction to the server. After a read of 0 bytes on one connection, shut down writing on \
         the other connection.",
    )
}

/// A relay ends both directions when one of them ends.
fn relay_closes_both(evidence: &Evidence) -> Option<Cause> {
    let closed = evidence.have().close != Close::Open && evidence.cut_short();
    let alive = evidence.process.ending.is_none() && !relay_alone(evidence);
    (is_byte_relay(evidence) && closed && alive && evidence.fin_said()).then_some(())?;
    Cause::likely(
        "the client had ended its direction, and then your relay closed the connection to the client in both \
         directions. But the answer of the server had not come completely. If one direction ends (a read of 0 \
         bytes), end only the same direction on the other connection.",
    )
}

/// A program in the middle that passes on bytes as they come; a proxy reads messages and changes them.
pub(super) fn is_byte_relay(evidence: &Evidence) -> bool {
    let middle = evidence.middle.as_ref();
    evidence.is_relay() && middle.is_some_and(|middle| !middle.is_proxy())
}

/// The server behind a relay saw no connection, or none for this client, who is not the first.
fn relay_alone(evidence: &Evidence) -> bool {
    let first = evidence.conn() == 1;
    let came = |middle: &Middle| match first {
        true => middle.has_behind(Event::Connect),
        false => !middle.asked_for(&middle.got, evidence.conn()).is_empty(),
    };
    evidence.is_relay() && !evidence.middle.as_ref().is_some_and(came)
}

/// A relay that connects to its server only when the client has sent something.
fn relay_waits_for_the_client(evidence: &Evidence) -> Option<Cause> {
    let middle = evidence.middle.as_ref();
    let middle = middle.filter(|_| is_byte_relay(evidence) && relay_alone(evidence))?;
    let waits = evidence.silence().is_some() && evidence.heard().is_empty();
    let due = !middle.asked_for(&middle.script, evidence.conn()).is_empty();
    (waits && due && evidence.have().bytes.is_empty()).then_some(())?;
    Cause::in_case(
        "connects-late",
        "the client had connected and sent nothing, and your relay made no connection to the server, which speaks first \
         here. Either your relay waits for bytes of the client before it connects, or it connects to another address.",
    )
}

/// A relay that never calls the server behind it.
fn relay_calls_nobody(evidence: &Evidence) -> Option<Cause> {
    let silent = evidence.have().bytes.is_empty() && !evidence.late();
    let middle = evidence.middle.as_ref()?;
    let due = !middle.asked_for(&middle.script, evidence.conn()).is_empty();
    (relay_alone(evidence) && silent && due).then_some(())?;
    if middle.has_behind(Event::Connect) {
        // A proxy may have failed before it wanted to connect.
        is_byte_relay(evidence).then_some(())?;
        return Cause::in_case(
            "relay",
            "this client came after another client, but your program made no connection to the server for it. Each \
             client needs its own connection to the server.",
        );
    }
    Cause::in_case(
        "relay",
        "your program did not connect to its server. The address of the server is the second argument of the command \
         line, and it is in WIRELAB_ARG, too.",
    )
}

/// A relay reads one side to its end, or waits for one side's answer, before it looks at the other.
fn relay_in_turns(evidence: &Evidence) -> Option<Cause> {
    let middle = evidence.middle.as_ref()?;
    let silent = evidence.silence().is_some() && is_byte_relay(evidence);
    silent.then_some(())?;
    let (asked, passed) = (evidence.heard(), middle.behind(Who::Client));
    let (answered, came) = (middle.behind(Who::Server), &evidence.have().bytes);
    if answered.len() > came.len() && middle.has_behind(Event::Fin) {
        return Cause::in_case(
            "relay",
            format!(
                "the server behind your relay has sent `{}`. Your relay had read the end of the client, and then it \
                 did not pass these bytes on. Either your program does not read from the server any more, or it \
                 keeps these bytes.",
                shown(from(&answered, came.len()))
            ),
        );
    }
    if answered.len() > came.len() {
        return Cause::in_case(
            "relay",
            format!(
                "the server behind your relay has sent `{}`, but your relay did not pass these bytes on. Probably \
                 your relay still waits for more bytes of the client, or for the client's end. It must pass on both \
                 directions at the same time.",
                shown(from(&answered, came.len()))
            ),
        );
    }
    let kept = asked.len() > passed.len() && evidence.cut_short();
    kept.then_some(())?;
    Cause::in_case(
        "relay",
        format!(
            "the client has sent `{}`, but the server behind your relay never got these bytes. Probably your relay \
             keeps them until the stream ends, until a line is complete, or until a buffer is full. Pass on each \
             piece as soon as it comes.",
            shown(from(asked, passed.len()))
        ),
    )
}
