//! Mistakes of clients that speak UDP, through a network that loses, doubles and reorders.
//!
//! Rule: what the network did is in the transcript, behind the datagram that it did it to; a cause names it.

use super::wrong_decisions::printed_an_earlier_list;
use super::{Cause, Row, shown};
use super::{Close, Evidence};
use crate::check::lenient_http_reader::{from, upto};
use crate::check::{Problem, Side};
use crate::limits;
use crate::wire::{DifferenceKind, Entry, Event, Who};

pub(super) const TABLE: &[Row] = &[
    ("W117", cut_otherwise),
    ("W94", repeats_at_once),
    ("W93", goes_on_without_its_answer),
    ("W93", believes_an_old_answer),
    ("W93", printed_an_earlier_list),
    ("W93", gives_up_with_answers),
    ("W118", other_number),
    ("W91", never_repeats),
    ("W91", ends_after_a_loss),
    ("W94", sends_after_the_end),
    ("W92", waits_for_ever),
    ("W92", waits_after_each_answer),
];

/// One datagram of the recording.
pub(super) struct Datagram {
    pub(super) who: Who,
    pub(super) bytes: Vec<u8>,
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
pub(super) struct Scene {
    said: Vec<Datagram>,
    /// The datagrams before the one that is wrong or missing.
    before: usize,
}

pub(super) fn scene(evidence: &Evidence) -> Option<Scene> {
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
    pub(super) fn earlier(&self) -> &[Datagram] {
        self.said.get(..self.before).unwrap_or_default()
    }

    /// The last datagram of this side before the place.
    pub(super) fn last(&self, who: Who) -> Option<&Datagram> {
        self.earlier().iter().rfind(|datagram| datagram.who == who)
    }

    /// What is wrong; none when it is missing.
    pub(super) fn wrong(&self) -> Option<&Datagram> {
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
    pub(super) fn is_repetition(&self) -> bool {
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

/// All bytes are right, but the last answer was lost, and the client ended without asking again.
fn ends_after_a_loss(evidence: &Evidence) -> Option<Cause> {
    let prints = matches!(evidence.problem, Some(Problem::Prints(_)));
    let scene = scene(evidence).filter(|_| prints && evidence.side() == Side::Client)?;
    let (last, lost) = (scene.last(Who::Client)?, scene.lost()?);
    Cause::likely(format!(
        "the network {lost} `{}`. Your client ended, and did not send the datagram again. Do not give up after one \
         loss: the same datagram may arrive the next time.",
        shown(&last.bytes)
    ))
}

/// An order that is acknowledged is sent once more, after all answers.
fn sends_after_the_end(evidence: &Evidence) -> Option<Cause> {
    let scene = is_client(evidence)?;
    let wrong = scene.wrong()?;
    let mut own = scene.earlier().iter().filter(|it| it.who == Who::Client);
    let again = own.any(|it| it.bytes == wrong.bytes) && !evidence.extra().is_empty();
    (again && scene.lost().is_none()).then_some(())?;
    Cause::likely(format!(
        "every order was acknowledged, but then you sent `{}` again. Send one order, wait for its ack, and then send \
         the next order. Perhaps you sent an order before the ack of the order before had come. Then some acks are \
         still unread.",
        shown(&wrong.bytes)
    ))
}

fn cut_otherwise(evidence: &Evidence) -> Option<Cause> {
    let scene = scene(evidence)?;
    (evidence.difference()?.what == DifferenceKind::Boundary).then_some(())?;
    // A byte more or less is another mistake: without the cuts all bytes are right.
    let (have, want) = (&evidence.have().bytes, &evidence.want().bytes);
    (have.starts_with(want) || want.starts_with(have)).then_some(())?;
    let wrong = scene.wrong().or(scene.said.last())?;
    Cause::likely(format!(
        "all bytes are right, but they are in different datagrams than expected, near `{}`. Each send makes one \
         datagram, and each datagram is one message.",
        shown(&wrong.bytes)
    ))
}

fn repeats_at_once(evidence: &Evidence) -> Option<Cause> {
    let scene = is_client(evidence)?;
    let last = scene.last(Who::Client)?;
    let own = scene.said.iter().filter(|it| it.who == Who::Client);
    let same = own.filter(|it| it.bytes == last.bytes).count();
    let wait = evidence.expectation.script.heading("repeat-after");
    if let Some(wait) = wait.filter(|_| same <= limits::MOST_REPEATS) {
        // A repetition that came in time is expected, and is not the wrong datagram.
        (scene.wrong()?.bytes == last.bytes).then_some(())?;
        let stale = scene.last(Who::Server).filter(|answer| {
            let of_earlier = scene.said.iter().filter(|it| it.bytes == answer.bytes);
            of_earlier.count() > 1 || answer.fate == Some(Event::Double)
        });
        let why = stale.map_or(String::new(), |answer| {
            format!(
                " Before that, the answer `{}` came a second time. This answer is not about your last datagram. \
                 Ignore such an answer, and wait until the time limit has passed.",
                shown(&answer.bytes)
            )
        });
        return Cause::likely(format!(
            "you sent `{}` again before {wait} ms had passed.{why}",
            shown(&last.bytes)
        ));
    }
    (same > limits::MOST_REPEATS).then_some(())?;
    Cause::likely(format!(
        "you sent `{}` {same} times. An answer needs some time. A client that does not wait for the answer fills the \
         network with copies of its datagram.",
        shown(&last.bytes)
    ))
}

/// It knows how to repeat, and went on although its last order was not acknowledged.
fn believes_an_old_answer(evidence: &Evidence) -> Option<Cause> {
    let scene = is_client(evidence)?;
    let (wrong, last, lost) = (scene.wrong()?, scene.last(Who::Client)?, scene.lost()?);
    (scene.repeats() && wrong.bytes != last.bytes).then_some(())?;
    Cause::likely(format!(
        "the network {lost} `{}`. You did not repeat this order, but sent `{}`. You have repeated an order before. \
         So probably an older answer came twice or late, and you took it for the answer to this order.",
        shown(&last.bytes),
        shown(&wrong.bytes)
    ))
}

/// It repeated an order, the answer came each time, and it gave up.
fn gives_up_with_answers(evidence: &Evidence) -> Option<Cause> {
    let scene = is_client(evidence).filter(|scene| scene.wrong().is_none() && scene.repeats())?;
    (evidence.process.died(Side::Client, Close::Fin) && scene.lost().is_none()).then_some(())?;
    let last = scene.last(Who::Client)?;
    let own = scene.said.iter().filter(|it| it.who == Who::Client);
    let tries = own.filter(|it| it.bytes == last.bytes).count();
    let asked = scene.said.iter().rposition(|it| it.who == Who::Client)?;
    let number = numbered(&last.bytes)?.0.to_string();
    let is_right = |it: &&Datagram| {
        let mut words = it.bytes.split(|&byte| byte == b' ').skip(1);
        words.next() == Some(number.as_bytes())
    };
    let answers = scene.said.get(asked + 1..)?;
    let right = answers.iter().find(is_right)?;
    let older = answers.first().filter(|it| !is_right(it));
    let why = older.map_or(String::new(), |it| {
        format!(
            " The older answer `{}` came before it. Ignore an older answer, and listen for the rest of the time.",
            shown(&it.bytes)
        )
    });
    Cause::likely(format!(
        "you sent `{}` {}, and then your client ended. The answer `{}` came, but your client did not use it.{why}",
        shown(&last.bytes),
        super::count(tries, "time"),
        shown(&right.bytes)
    ))
}

fn never_repeats(evidence: &Evidence) -> Option<Cause> {
    let scene = is_client(evidence)?;
    let (last, lost) = (scene.last(Who::Client)?, scene.lost()?);
    let last = shown(&last.bytes);
    match scene.wrong() {
        Some(wrong) => Cause::likely(format!(
            "the network {lost} `{last}`. You did not repeat this order, but sent `{}`. A successful send means only \
             that your own system has the datagram.",
            shown(&wrong.bytes)
        )),
        None => {
            evidence.process.ending?;
            let own = scene.said.iter().filter(|it| it.who == Who::Client);
            let tries = own.filter(|it| shown(&it.bytes) == last).count();
            Cause::likely(match tries {
                0 | 1 => format!(
                    "the network {lost} `{last}`, and your client ended. Do not give up after one loss: the same \
                     datagram may arrive the next time."
                ),
                tries => format!(
                    "you sent `{last}` {tries} times. The last time, the network {lost}. Then your client ended. The \
                     next datagram may arrive, so do not give up so early."
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
        "the network {lost} `{}`, and you sent nothing for {silence} ms. A lost datagram never arrives. Send the \
         order again after the time in the lab's README.",
        shown(&last.bytes)
    ))
}

/// A datagram that should have been sent again, because only answers came that are not about it: this datagram, the
/// last of these answers, and how many they were.
fn unanswered(evidence: &Evidence, scene: &Scene) -> Option<(String, String, usize)> {
    let last = scene.last(Who::Client)?;
    let due = evidence.wanted_line().trim_ascii_end();
    let answers = scene.earlier().iter().rev();
    let answers: Vec<&Datagram> = answers.take_while(|it| it.who == Who::Server).collect();
    let again = due == last.bytes.trim_ascii_end() && last.fate.is_none();
    let answer = answers.first().filter(|_| again)?;
    Some((shown(&last.bytes), shown(&answer.bytes), answers.len()))
}

/// It went on although only answers came that are not about its last datagram.
fn goes_on_without_its_answer(evidence: &Evidence) -> Option<Cause> {
    let scene = is_client(evidence)?;
    let wrong = shown(&scene.wrong()?.bytes);
    let (asked, answer, _) = unanswered(evidence, &scene)?;
    Cause::likely(format!(
        "after `{asked}` you got `{answer}`, and went on with `{wrong}`. This answer does not say that `{asked}` has \
         arrived. Either your program takes every answer for the right one, or it goes on when the right one has not \
         come in time."
    ))
}

/// It sent nothing while answers came that are not about its last datagram.
fn waits_after_each_answer(evidence: &Evidence) -> Option<Cause> {
    let scene = is_client(evidence)?;
    let wait = evidence.expectation.script.heading("repeat-after")?;
    let (asked, answer, times) = unanswered(evidence, &scene)?;
    (evidence.silence().is_some() && scene.wrong().is_none()).then_some(())?;
    Cause::likely(format!(
        "after `{asked}` you got `{answer}` ({}), and never sent `{asked}` again. This answer is not about it. Either \
         your client does not repeat an order after {wait} ms, or each such answer starts a new wait of {wait} ms.",
        super::count(times, "time")
    ))
}

/// The first word of a datagram as a number, and the rest.
pub(super) fn numbered(bytes: &[u8]) -> Option<(u64, &[u8])> {
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
            "you repeated the order with a new number: `{}`. A repeated order must keep its number: `{}`. Only the \
             number tells the server that it is the same order.",
            shown(evidence.line()),
            shown(evidence.wanted_line())
        ));
    }
    Cause::likely(format!(
        "you sent `{}`, but `{}` was expected. The first order has the number 1, and each later number is larger by \
         one than the number before.",
        shown(evidence.line()),
        shown(evidence.wanted_line())
    ))
}
