//! Mistakes of programs that speak UDP, through a network that loses, doubles and reorders.
//!
//! Rule: what the network did is in the transcript, behind the datagram that it did it to; a cause names it.

use super::Evidence;
use super::wrong_decisions::printed_an_earlier_list;
use super::{Cause, Row, shown};
use crate::check::Side;
use crate::check::lenient_http_reader::{from, upto};
use crate::limits;
use crate::wire::{DifferenceKind, Entry, Event, Who};

pub(super) const TABLE: &[Row] = &[
    ("W117", cut_otherwise),
    ("W94", repeats_at_once),
    ("W93", believes_an_old_answer),
    ("W93", printed_an_earlier_list),
    ("W118", other_number),
    ("W91", never_repeats),
    ("W92", waits_for_ever),
    ("W97", one_list_for_all),
    ("W95", counts_a_repetition),
    ("W119", next_not_taken),
    ("W96", takes_what_is_too_early),
    ("W96", keeps_what_is_too_early),
    ("W98", answers_not_each),
];

/// One datagram of the recording.
struct Datagram {
    who: Who,
    bytes: Vec<u8>,
    fate: Option<Event>,
}

/// What was said on the connection of the difference; none for a conversation without datagrams.
fn datagrams(evidence: &Evidence) -> Option<Vec<Datagram>> {
    evidence.expectation.script.has_datagrams().then_some(())?;
    let entries = evidence.got.entries().iter().enumerate();
    let all = entries.filter_map(|(at, entry)| match entry {
        Entry::Chunk(chunk) if chunk.conn == evidence.conn() => Some(Datagram {
            who: chunk.who,
            bytes: chunk.exact(),
            fate: evidence.got.fate_at(at),
        }),
        _ => None,
    });
    Some(all.collect())
}

/// The last thing that the other side said before the program's last datagram, or at all if it is silent;
/// and how many datagrams were said before that.
struct Scene {
    said: Vec<Datagram>,
    /// The datagrams before the one that is wrong or missing.
    before: usize,
}

fn scene(evidence: &Evidence) -> Option<Scene> {
    let said = datagrams(evidence)?;
    let who = evidence.side().who();
    let mut own = 0;
    // The difference is in the datagram of this side that holds its byte.
    let at = evidence.difference().map_or(usize::MAX, |it| it.offset);
    let wrong = said.iter().position(|datagram| {
        if datagram.who == who {
            own += datagram.bytes.len();
        }
        datagram.who == who && own > at
    });
    let before = wrong.unwrap_or(said.len());
    Some(Scene { said, before })
}

impl Scene {
    fn earlier(&self) -> &[Datagram] {
        self.said.get(..self.before).unwrap_or_default()
    }

    /// The last datagram of this side before the place.
    fn last(&self, who: Who) -> Option<&Datagram> {
        self.earlier().iter().rfind(|datagram| datagram.who == who)
    }

    /// What is wrong; none when it is missing.
    fn wrong(&self) -> Option<&Datagram> {
        self.said.get(self.before)
    }

    /// Whether the client's last question has no answer that arrived: in words, which of the two was lost.
    fn lost(&self) -> Option<&'static str> {
        let asked = self
            .earlier()
            .iter()
            .rposition(|it| it.who == Who::Client)?;
        let mut after = self.earlier().get(asked..)?.iter();
        let question = after.next()?;
        if question.fate == Some(Event::Drop) {
            return Some("lost your datagram");
        }
        let arrives = |answer: &Datagram| !matches!(answer.fate, Some(Event::Drop | Event::Swap));
        (!after.any(arrives)).then_some("lost or delayed the answer to your datagram")
    }

    /// Whether the client has repeated a datagram anywhere.
    fn repeats(&self) -> bool {
        let own: Vec<&Datagram> = self
            .earlier()
            .iter()
            .filter(|it| it.who == Who::Client)
            .collect();
        own.windows(2)
            .any(|two| matches!(two, [a, b] if a.bytes == b.bytes))
    }

    /// Whether the client's last datagram is one that the server has had before.
    fn is_repetition(&self) -> bool {
        let own = self.earlier().iter().rev();
        let mut own = own.filter(|it| it.who == Who::Client);
        let Some(last) = own.next() else {
            return false;
        };
        let had = |it: &Datagram| it.fate != Some(Event::Drop) && it.bytes == last.bytes;
        last.fate == Some(Event::Double) || own.any(had)
    }
}

fn is_client(evidence: &Evidence) -> Option<Scene> {
    scene(evidence).filter(|_| evidence.side() == Side::Client && evidence.difference().is_some())
}

fn is_server(evidence: &Evidence) -> Option<Scene> {
    scene(evidence).filter(|_| evidence.side() == Side::Server && evidence.difference().is_some())
}

fn cut_otherwise(evidence: &Evidence) -> Option<Cause> {
    let scene = scene(evidence)?;
    (evidence.difference()?.what == DifferenceKind::Boundary).then_some(())?;
    // A byte more or less is another mistake: without the cuts all bytes are right.
    let (have, want) = (&evidence.have().bytes, &evidence.want().bytes);
    (have.starts_with(want) || want.starts_with(have)).then_some(())?;
    let wrong = scene.wrong().or(scene.said.last())?;
    Cause::likely(format!(
        "all bytes are right, but they are cut into other datagrams, near `{}`. Each send is one datagram, and each \
         datagram is one message.",
        shown(&wrong.bytes)
    ))
}

fn repeats_at_once(evidence: &Evidence) -> Option<Cause> {
    let scene = is_client(evidence)?;
    let last = scene.last(Who::Client)?;
    let own = scene.said.iter().filter(|it| it.who == Who::Client);
    let same = own.filter(|it| it.bytes == last.bytes).count();
    (same > limits::MOST_REPEATS).then_some(())?;
    Cause::likely(format!(
        "you sent `{}` {same} times. An answer needs some time; a client that does not wait for it fills the network \
         with copies.",
        shown(&last.bytes)
    ))
}

/// It knows how to repeat, and went on although its last order was not acknowledged.
fn believes_an_old_answer(evidence: &Evidence) -> Option<Cause> {
    let scene = is_client(evidence)?;
    let (wrong, last, lost) = (scene.wrong()?, scene.last(Who::Client)?, scene.lost()?);
    (scene.repeats() && wrong.bytes != last.bytes).then_some(())?;
    Cause::likely(format!(
        "the network {lost} `{}`, and you went on with `{}`, although you do repeat other orders. Probably an older \
         answer came a second time, or late, and you took it for the answer to this order.",
        shown(&last.bytes),
        shown(&wrong.bytes)
    ))
}

fn never_repeats(evidence: &Evidence) -> Option<Cause> {
    let scene = is_client(evidence)?;
    let (last, lost) = (scene.last(Who::Client)?, scene.lost()?);
    let last = shown(&last.bytes);
    match scene.wrong() {
        Some(wrong) => Cause::likely(format!(
            "the network {lost} `{last}`, and you went on with `{}`. The send before succeeded, and that says only \
             that your own system had the datagram.",
            shown(&wrong.bytes)
        )),
        None => {
            evidence.process.ending?;
            let own = scene.said.iter().filter(|it| it.who == Who::Client);
            let tries = own.filter(|it| shown(&it.bytes) == last).count();
            Cause::likely(match tries {
                0 | 1 => format!(
                    "the network {lost} `{last}`, and your client ended. One loss is not the end: the same datagram \
                     may arrive the next time."
                ),
                tries => format!(
                    "you sent `{last}` {tries} times, the network {lost} the last time, and your client ended. That \
                     is too early: the next one may arrive."
                ),
            })
        }
    }
}

fn waits_for_ever(evidence: &Evidence) -> Option<Cause> {
    let scene = is_client(evidence)?;
    let (last, lost) = (scene.last(Who::Client)?, scene.lost()?);
    let silence = evidence
        .got
        .entries()
        .iter()
        .find_map(|entry| match entry {
            Entry::Event {
                event: Event::Timeout(time),
                ..
            } => Some(time.as_millis()),
            _ => None,
        })?;
    scene.wrong().is_none().then_some(())?;
    Cause::likely(format!(
        "the network {lost} `{}`, and you said nothing for {silence} ms. What was lost does not come by waiting: \
         after the time that the lab's page names the order has to be sent again.",
        shown(&last.bytes)
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
        "the first datagram of this client was `{}`, and your answer was `{}`: it has the orders of an earlier \
         client in it. Clients differ in the address and port that recv_from tells; each needs a list of its own.",
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
            "`{}` came a second time, and you answered `{}`, as the first time. Orders have come since then: each \
             answer names all orders that you have by now.",
            shown(&asked.bytes),
            shown(&wrong.bytes)
        ));
    }
    Cause::likely(format!(
        "`{}` came a second time, and you answered `{}`. It is the same order: the client repeats it because an \
         answer was lost, or the network doubled it. Its number tells that you have it.",
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
        "`{}` came before the order with the number before it, and you answered `{}`. That acknowledges an order that \
         never came: the client will not send it again, and it is lost for good.",
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
        "`{}` came before its turn, and your answer `{}` has it. The server does not keep such an order: the client \
         sends it again.",
        shown(&early.bytes),
        shown(&wrong.bytes)
    ))
}

/// The first word of a datagram as a number, and the rest.
fn numbered(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let number = std::str::from_utf8(upto(bytes, digits))
        .ok()?
        .parse()
        .ok()?;
    Some((number, from(bytes, digits)))
}

/// The right order with a number that is one too small or too large.
fn other_number(evidence: &Evidence) -> Option<Cause> {
    is_client(evidence)?;
    let (due, order) = numbered(evidence.wanted_line())?;
    let (said, same) = numbered(evidence.line())?;
    (same == order && said.abs_diff(due) == 1).then_some(())?;
    let scene = scene(evidence)?;
    let repeated = scene
        .last(Who::Client)
        .is_some_and(|it| it.bytes.trim_ascii_end() == evidence.wanted_line().trim_ascii_end());
    if repeated {
        return Cause::likely(format!(
            "you repeated the order, and gave it a new number: `{}`. An order that is sent again keeps its number, \
             `{}`. By the number the server sees that it is the same order.",
            shown(evidence.line()),
            shown(evidence.wanted_line())
        ));
    }
    Cause::likely(format!(
        "you sent `{}`, and `{}` is due: the orders are numbered from 1, and each number is one more than the one \
         before.",
        shown(evidence.line()),
        shown(evidence.wanted_line())
    ))
}

/// The order was the next one, and the answer is the one before.
fn next_not_taken(evidence: &Evidence) -> Option<Cause> {
    let scene = is_server(evidence)?;
    let (wrong, asked) = (scene.wrong()?, scene.last(Who::Client)?);
    let before = scene.last(Who::Server)?;
    (wrong.bytes == before.bytes && !evidence.wanted_line().starts_with(&before.bytes))
        .then_some(())?;
    let (number, order) = numbered(&asked.bytes)?;
    let same_name = |it: &&Datagram| numbered(&it.bytes).is_some_and(|(_, name)| name == order);
    let own = scene.earlier().iter().filter(|it| it.who == Who::Client);
    let again = own.filter(same_name).count() > 1;
    let why = match again {
        true => {
            " The same dish was ordered before, under another number: the number tells whether an order is new, and \
             the name does not."
        }
        false => "",
    };
    Cause::likely(format!(
        "`{}` was the next order, number {number}, and you answered `{}` as before: you did not take it.{why}",
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
        "`{}` {which}, and no answer came from the address to which it was sent. The client will send the same again and \
         again. Each datagram needs an answer, also one that changes nothing, and from the same socket.",
        shown(&asked.bytes)
    ))
}
