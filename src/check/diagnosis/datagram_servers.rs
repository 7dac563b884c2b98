//! Mistakes of a server of datagrams: what it counts, what it takes, and what its answers name.
//!
//! Rule: an answer is compared with the datagram that came last, and with what the network did to it.

use super::datagram_clients::{Datagram, Scene, numbered, scene};
use super::{Cause, Evidence, Row, count, shown};
use crate::check::Side;
use crate::wire::Who;

pub(super) const TABLE: &[Row] = &[
    ("W146", not_all_orders),
    ("W97", one_list_for_all),
    ("W95", counts_a_repetition),
    ("W119", next_not_taken),
    ("W96", takes_what_is_too_early),
    ("W96", keeps_what_is_too_early),
    ("W98", answers_not_each),
];

fn is_server(evidence: &Evidence) -> Option<Scene> {
    scene(evidence).filter(|_| evidence.side() == Side::Server && evidence.difference().is_some())
}

/// The words of a line.
fn words(bytes: &[u8]) -> Vec<&[u8]> {
    let words = bytes.split(u8::is_ascii_whitespace);
    words.filter(|word| !word.is_empty()).collect()
}

/// The number of orders is right, and some of them are not named, or they are named in another order.
fn not_all_orders(evidence: &Evidence) -> Option<Cause> {
    let scene = is_server(evidence)?;
    let said = &scene.wrong()?.bytes;
    let (due, got) = (words(evidence.wanted_line()), words(said));
    let ([ack, number, due @ ..], [same, its, got @ ..]) = (&due[..], &got[..]) else {
        return None;
    };
    let is_number = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    if ack == same && number != its && due == got && is_number(its) {
        return Cause::likely(format!(
            "your answer `{}` names {}, but its number is `{}`. This number says how many orders have come without a \
             gap. It is not the number of the next order.",
            shown(said),
            count(due.len(), "order"),
            shown(its)
        ));
    }
    let is_list = ack == same && number == its && is_number(number);
    let mut left = due.to_vec();
    let all_due = got.iter().all(|word| {
        let at = left.iter().position(|it| it == word);
        at.map(|at| left.remove(at)).is_some()
    });
    (is_list && all_due && due != got).then_some(())?;
    let how = match left.is_empty() {
        true => "them, but not in the order of their numbers".to_string(),
        false if got.is_empty() => "none of them".to_string(),
        false => format!("only {} of them", got.len()),
    };
    Cause::likely(format!(
        "your answer `{}` counts {}, but names {how}. Each answer must name all orders that have come, in the order \
         of their numbers. The client may not have got the earlier answers, because the network may lose them.",
        shown(said),
        count(due.len(), "order")
    ))
}

/// The first answer of a conversation names what another client has ordered.
fn one_list_for_all(evidence: &Evidence) -> Option<Cause> {
    let scene = is_server(evidence)?;
    let (wrong, asked) = (scene.wrong()?, scene.last(Who::Client)?);
    // Orders are lines; a message of another kind has no list in it.
    let first = scene.last(Who::Server).is_none() && asked.bytes.ends_with(b"\n");
    let longer = wrong.bytes.len() > evidence.wanted_line().len() + 1;
    (first && longer && !scene.is_repetition()).then_some(())?;
    Cause::likely(format!(
        "the first datagram of this client was `{}`. Your answer was `{}`, which is longer than the right answer. \
         Probably it contains orders of an earlier client. Each receive gives the sender's address and port: keep one \
         list for each address and port.",
        shown(&asked.bytes),
        shown(&wrong.bytes)
    ))
}

fn counts_a_repetition(evidence: &Evidence) -> Option<Cause> {
    let scene = is_server(evidence)?;
    let (wrong, asked) = (scene.wrong()?, scene.last(Who::Client)?);
    scene.is_repetition().then_some(())?;
    let mut own = scene.earlier().iter().filter(|it| it.who == Who::Server);
    let as_before = own.clone().any(|it| it.bytes == wrong.bytes);
    if as_before
        && own
            .next_back()
            .is_some_and(|last| last.bytes != wrong.bytes)
    {
        return Cause::likely(format!(
            "`{}` came a second time, and you gave the same answer `{}` as the first time. But more orders have come \
             since the first time. Each answer must name all orders that have come.",
            shown(&asked.bytes),
            shown(&wrong.bytes)
        ));
    }
    Cause::likely(format!(
        "`{}` came a second time, and you answered `{}`. Either the client has repeated this order because an answer \
         did not come, or the network has doubled the datagram. The number of the order shows that you have it \
         already.",
        shown(&asked.bytes),
        shown(&wrong.bytes)
    ))
}

fn takes_what_is_too_early(evidence: &Evidence) -> Option<Cause> {
    let scene = is_server(evidence)?;
    let (wrong, asked) = (scene.wrong()?, scene.last(Who::Client)?);
    let before = scene.last(Who::Server)?;
    // A right server says again what it said before.
    let start = evidence
        .at()
        .checked_sub(evidence.difference()?.line_so_far.len())?;
    let wanted = evidence.want().bytes.get(start..)?;
    wanted.starts_with(&before.bytes).then_some(())?;
    Cause::likely(format!(
        "`{}` came, but an order with a lower number has not come. You answered `{}`, but the right answer is the \
         answer that you gave before. The number in an answer says that all orders up to this number have come. If \
         you count a missing order as received, the client never sends this missing order again.",
        shown(&asked.bytes),
        shown(&wrong.bytes)
    ))
}

/// The answer names an order that came before its turn, and that the client will send again.
fn keeps_what_is_too_early(evidence: &Evidence) -> Option<Cause> {
    let scene = is_server(evidence)?;
    let (wrong, asked) = (scene.wrong()?, scene.last(Who::Client)?);
    let words = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let words = bytes
            .split(u8::is_ascii_whitespace)
            .filter(|it| !it.is_empty());
        words.skip(2).map(<[u8]>::to_vec).collect()
    };
    let (due, got) = (words(evidence.wanted_line()), words(&wrong.bytes));
    let extra = got.get(due.len()).filter(|_| got.starts_with(&due))?;
    let (number, _) = numbered(&asked.bytes)?;
    let early = scene.earlier().iter().find(|it| {
        let order = numbered(&it.bytes).filter(|(other, _)| *other > number);
        it.who == Who::Client
            && order.is_some_and(|(_, name)| name.trim_ascii() == extra.as_slice())
    })?;
    Cause::likely(format!(
        "`{}` came before an order with a lower number, but your answer `{}` names it. Do not keep an order that \
         comes too early: the client sends it again.",
        shown(&early.bytes),
        shown(&wrong.bytes)
    ))
}

/// The order was the next one, and the answer is the one before.
fn next_not_taken(evidence: &Evidence) -> Option<Cause> {
    let scene = is_server(evidence)?;
    let (wrong, asked) = (scene.wrong()?, scene.last(Who::Client)?);
    let Some(before) = scene.last(Who::Server) else {
        let none = words(&wrong.bytes).get(1) == Some(&&b"0"[..]);
        let first = numbered(&asked.bytes).is_some_and(|(number, _)| number == 1);
        (none && first && !evidence.wanted_line().starts_with(&wrong.bytes)).then_some(())?;
        return Cause::likely(format!(
            "`{}` is the first order, with the number 1, but you answered `{}`. So you did not accept the order. \
             Look at the comparison of its number: in many languages a text is not equal to a number.",
            shown(&asked.bytes),
            shown(&wrong.bytes)
        ));
    };
    (wrong.bytes == before.bytes && !evidence.wanted_line().starts_with(&before.bytes))
        .then_some(())?;
    let (number, order) = numbered(&asked.bytes)?;
    let same_name = |it: &&Datagram| numbered(&it.bytes).is_some_and(|(_, name)| name == order);
    let own = scene.earlier().iter().filter(|it| it.who == Who::Client);
    let again = own.filter(same_name).count() > 1;
    let why = match again {
        true => {
            " The same dish was ordered before, with a different number. Only the number says whether an order is \
             new."
        }
        false => "",
    };
    Cause::likely(format!(
        "`{}` was the next order, with the number {number}. But you gave the same answer as before, `{}`. So you did \
         not accept the order.{why}",
        shown(&asked.bytes),
        shown(&wrong.bytes)
    ))
}

fn answers_not_each(evidence: &Evidence) -> Option<Cause> {
    let scene = is_server(evidence)?;
    let asked = scene.last(Who::Client)?;
    (scene.wrong().is_none() && evidence.silence().is_some()).then_some(())?;
    let which = match scene.is_repetition() {
        true => "came a second time",
        false => "came",
    };
    Cause::likely(format!(
        "`{}` {which}, but no answer came from the address to which it was sent. So the client sends the same \
         datagram again. Send the answer from the socket that received the datagram, also if the order is not new.",
        shown(&asked.bytes)
    ))
}
