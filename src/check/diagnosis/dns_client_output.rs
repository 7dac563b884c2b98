//! Mistakes of a client that reads answers of DNS, seen in what it prints.
//!
//! Rule: a cause names the record or the message of the conversation that the printed words come from.

use super::dns_client_addresses::what_then;
use super::dns_messages::{messages, speaks_dns};
use super::encoding_and_extra_bytes::capital;
use super::{Cause, Evidence, Row, count, shown};
use crate::check::lenient_dns_reader::{BadName, Message, Record, address, text};
use crate::check::{Problem, Side};
use crate::wire::Who;

pub(super) const TABLE: &[Row] = &[
    ("W115", |evidence| asks_on(evidence, Last::Cut)),
    ("W112", |evidence| asks_on(evidence, Last::Circle)),
    ("W113", |evidence| asks_on(evidence, Last::Broken)),
    ("W141", |evidence| asks_on(evidence, Last::TooLong)),
    ("W116", |evidence| asks_on(evidence, Last::Code)),
    ("W115", cut_is_ignored),
    ("W112", circle_is_followed),
    ("W141", long_name_is_not_seen),
    ("W141", longest_name_is_refused),
    ("W113", end_is_not_seen),
    ("W116", another_answer),
    ("W114", another_record),
    ("W114", alias_is_not_followed),
    ("W112", pointer_is_not_followed),
];

/// What a client heard and printed.
pub(super) struct Read {
    /// What it should have printed.
    pub(super) wanted: Vec<String>,
    /// What it printed.
    pub(super) printed: Vec<String>,
    /// The same as one line.
    line: String,
    /// The messages that answer one of its questions, and all others.
    answers: Vec<Message>,
    others: Vec<Message>,
    /// Whether it never ends.
    runs: bool,
    /// Whether it ended without its last question.
    pub(super) gave_up: bool,
}

pub(super) fn read(evidence: &Evidence) -> Option<Read> {
    let tcp = speaks_dns(evidence)?;
    let runs = matches!(evidence.problem, Some(Problem::StillRuns));
    // One that has given up after an answer prints why, and does not ask on.
    let gave_up = evidence.difference().is_some()
        && evidence.cut_short()
        && evidence.process.ending.is_some();
    let printed = gave_up || matches!(evidence.problem, Some(Problem::Prints(_)));
    (evidence.side() == Side::Client && (runs || printed)).then_some(())?;
    let all = |who| {
        let all = messages(&evidence.got, evidence.conn(), who, tcp);
        all.into_iter()
            .map(|(before, bytes)| (before, Message::read(&bytes)))
    };
    let asked: Vec<Message> = all(Who::Client).filter_map(|(_, read)| read).collect();
    let (mut answers, mut others) = (Vec::new(), Vec::new());
    for (before, message) in all(Who::Server) {
        let (Some(message), Some(query)) = (message, asked.get(before.saturating_sub(1))) else {
            continue;
        };
        match message.answers(query) {
            true => answers.push(message),
            false => others.push(message),
        }
    }
    let prints = evidence.process.prints.as_ref()?;
    let words =
        |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_string).collect() };
    (!gave_up || !prints.printed.trim().is_empty()).then_some(())?;
    Some(Read {
        wanted: words(&prints.wanted),
        printed: words(&prints.printed),
        line: prints.wanted.trim_end().to_string(),
        answers,
        others,
        runs,
        gave_up,
    })
}

impl Read {
    /// What it did, for a sentence.
    pub(super) fn did(&self) -> String {
        match (self.runs, self.printed.is_empty()) {
            (true, _) => "your client does not end".to_string(),
            (_, true) => "you printed nothing".to_string(),
            _ => format!("you printed `{}`", shown(self.printed.join(" ").as_bytes())),
        }
    }

    /// The words that should not have been printed.
    pub(super) fn extra(&self) -> impl Iterator<Item = &String> {
        self.printed
            .iter()
            .filter(|word| !self.wanted.contains(word))
    }

    pub(super) fn records(&self) -> impl Iterator<Item = (&Message, &Record)> {
        let of = |message| move |record| (message, record);
        self.answers
            .iter()
            .flat_map(move |message| message.records.iter().map(of(message)))
    }

    /// Whether an address is due at all.
    pub(super) fn wants_addresses(&self) -> bool {
        self.wanted
            .first()
            .is_some_and(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))
    }
}

/// Why an answer is the last one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// TC is set.
    Cut,
    /// A pointer does not lead to the front.
    Circle,
    /// It cannot be read to its end.
    Broken,
    /// A name has more than 255 bytes.
    TooLong,
    /// The code is not 0.
    Code,
}

/// A question that comes after an answer after which nothing more is to be asked.
fn asks_on(evidence: &Evidence, why: Last) -> Option<Cause> {
    let script = &evidence.expectation.script;
    let tcp = speaks_dns(evidence).filter(|_| evidence.side() == Side::Client)?;
    evidence.difference()?;
    let more = evidence.extra();
    let all = messages(script, evidence.conn(), Who::Server, tcp);
    let last = Message::read(&all.last()?.1)?;
    let (found, text) = match (last.code(), last.bad) {
        (0, _) if last.is_cut() => (
            Last::Cut,
            "has the bit TC, so it was cut and has no addresses",
        ),
        (0, Some(BadName::Pointer(_))) => (
            Last::Circle,
            "has a pointer that does not lead to an earlier byte, so it cannot be read",
        ),
        (0, Some(BadName::TooLong)) => (
            Last::TooLong,
            "has a name of more than 255 bytes, so it is broken",
        ),
        (0, Some(_)) => (
            Last::Broken,
            "has a length or a count that points past its end",
        ),
        (0, None) if has_address_of_another_size(&last) => (
            Last::Broken,
            "has an address whose data do not have 4 bytes (A) or 16 bytes (AAAA)",
        ),
        (0, None) => return None,
        _ => (
            Last::Code,
            "has a code that is not 0, so it reports an error",
        ),
    };
    (found == why && !more.is_empty()).then_some(())?;
    Cause::likely(format!(
        "the last answer of the server {text}. A client must end after such an answer, but you sent {} more.",
        count(more.len(), "byte")
    ))
}

/// Whether the data of a record that was asked for are no address.
fn has_address_of_another_size(message: &Message) -> bool {
    let kind = message.kind();
    let mut asked = message
        .records
        .iter()
        .filter(|record| Some(record.kind) == kind);
    asked.any(|record| match record.kind {
        1 => record.data.len() != 4,
        28 => record.data.len() != 16,
        _ => false,
    })
}

fn cut_is_ignored(evidence: &Evidence) -> Option<Cause> {
    let read = read(evidence).filter(|read| read.line == "truncated")?;
    read.answers.iter().find(|answer| answer.is_cut())?;
    Cause::likely(format!(
        "the answer has the bit TC (02 hex in byte 2). It was cut, because it did not fit into a datagram. {} Such \
         an answer does not have all records, and may have no record.",
        sentence(&read.did())
    ))
}

fn circle_is_followed(evidence: &Evidence) -> Option<Cause> {
    let read = read(evidence).filter(|read| read.line == "broken answer")?;
    let mut bad = read.answers.iter().filter_map(|answer| answer.bad);
    let at = bad.find_map(|bad| match bad {
        BadName::Pointer(at) => Some(at),
        _ => None,
    })?;
    Cause::likely(format!(
        "the pointer at byte {at} of the answer does not lead to an earlier place, so `broken answer` was expected. \
         A reader that follows this pointer may never end. {}",
        sentence(&read.did())
    ))
}

fn long_name_is_not_seen(evidence: &Evidence) -> Option<Cause> {
    let read = read(evidence).filter(|read| read.line == "broken answer")?;
    let mut bad = read.answers.iter().filter_map(|answer| answer.bad);
    bad.find(|bad| *bad == BadName::TooLong)?;
    Cause::likely(format!(
        "a name in the answer has more than 255 bytes when its pointers are followed, so `broken answer` was \
         expected. {}",
        sentence(&read.did())
    ))
}

/// A name of 255 bytes is taken for one that is too long.
fn longest_name_is_refused(evidence: &Evidence) -> Option<Cause> {
    let read = read(evidence).filter(|read| read.wants_addresses())?;
    let broken = read.printed.join(" ") == "broken answer";
    let longest = read
        .records()
        .map(|(_, record)| record.owner.labels.len())
        .max()?;
    (broken && longest == 255).then_some(())?;
    Cause::likely(
        "you printed `broken answer`. A name in this answer has 255 bytes when its pointers are followed, with all \
         lengths and the final 0. A name of 255 bytes is allowed.",
    )
}

fn end_is_not_seen(evidence: &Evidence) -> Option<Cause> {
    let read = read(evidence).filter(|read| read.line == "broken answer")?;
    let bad = read.answers.iter().find_map(|answer| answer.bad)?;
    (bad != BadName::TooLong).then_some(())?;
    Cause::likely(format!(
        "a length or a count in the answer points past the end of the answer, so `broken answer` was expected. {}",
        sentence(&read.did())
    ))
}

/// `You printed …`.
fn sentence(words: &str) -> String {
    capital(words) + "."
}

/// An address that only a message has which answers another question.
fn another_answer(evidence: &Evidence) -> Option<Cause> {
    let read = read(evidence)?;
    let from = |word: &String| {
        let has = |message: &&Message| {
            message
                .records
                .iter()
                .any(|record| address(&record.data).as_ref() == Some(word))
        };
        let mut own = read.answers.iter();
        (!own.any(|message| has(&message))).then_some(())?;
        read.others.iter().find(has)
    };
    let mut found = read.extra().filter_map(|word| Some((word, from(word)?)));
    let twice = read.printed.len() > 1
        && read
            .printed
            .windows(2)
            .any(|two| matches!(two, [a, b] if a == b));
    if let Some((word, message)) = found.next() {
        let name = message
            .asked
            .as_ref()
            .map_or(String::new(), |asked| text(&asked.labels));
        let what = match message.is_answer() {
            true => "That message is not the answer to your question",
            false => {
                "That message has no bit QR (80 hex in byte 2), so it is a question and not an answer"
            }
        };
        return Cause::likely(format!(
            "you printed {word}, which comes from a message with the ID {:04x} about {name}. {what}. Ignore such a \
             message, and wait for the right answer.",
            message.id
        ));
    }
    let missing = read.wanted.iter().any(|word| !read.printed.contains(word));
    let mut same_id = read.others.iter().filter(|other| {
        let mut answers = read.answers.iter();
        answers.any(|answer| answer.id == other.id)
    });
    if let Some(asked) = same_id.next().and_then(|other| other.asked.as_ref())
        && missing
        && read.wants_addresses()
    {
        return Cause::likely(format!(
            "{}, but addresses are missing. A message with the right ID came first. It was about {}, and {}.",
            read.did(),
            text(&asked.labels),
            what_then(evidence)
        ));
    }
    (twice && !read.others.is_empty()).then_some(())?;
    Cause::likely(
        "the answer to your first question came again while you waited for the answer to your second question. You \
         took the old answer for the new one. The ID of an answer shows which question it answers.",
    )
}

/// An address of a record with another name, type or class; or bytes from a fixed place.
fn another_record(evidence: &Evidence) -> Option<Cause> {
    let read = read(evidence)?;
    let last_four = |data: &[u8]| address(data.get(data.len().checked_sub(4)?..)?);
    for word in read.extra() {
        let mut records = read.records();
        let whole = records.find(|(_, record)| address(&record.data).as_ref() == Some(word));
        if let Some((message, record)) = whole {
            let owner = text(&record.owner.labels);
            let (kind, class) = (record.kind, record.class);
            let asked = message.kind().unwrap_or_default();
            let mut aliases = message.records.iter();
            let strange = aliases.find(|record| record.kind == 5 && record.class != 1);
            let strange = strange.map_or(String::new(), |record| {
                format!(
                    " This answer also has a CNAME of the class {}, which leads to another name. Ignore a record \
                     with such a class.",
                    record.class
                )
            });
            return Cause::likely(format!(
                "you printed {word}. The record of this address has the name {owner}, the type {kind} and the class \
                 {class}. You asked for the type {asked}. Compare the name, the type and the class of a record with \
                 your question.{strange}"
            ));
        }
        let mut records = read.records();
        if let Some((_, record)) =
            records.find(|(_, record)| last_four(&record.data).as_ref() == Some(word))
        {
            return Cause::likely(format!(
                "you printed {word}. These are the last four bytes of a record with {} of data and the type {}. Read \
                 the length and the type of each record: only they say where an address begins and how long it is.",
                count(record.data.len(), "byte"),
                record.kind
            ));
        }
    }
    None
}

/// Whether it printed that there is nothing, although there is.
fn found_nothing(read: &Read) -> bool {
    let line = read.printed.join(" ");
    read.wants_addresses() && matches!(&line[..], "no address" | "broken answer" | "")
}

fn alias_is_not_followed(evidence: &Evidence) -> Option<Cause> {
    let read = read(evidence).filter(|read| found_nothing(read) && !read.runs)?;
    let (_, alias) = read.records().find(|(_, record)| record.kind == 5)?;
    Cause::likely(format!(
        "{}, but the answer has addresses. The answer says that {} is an alias (CNAME). So the addresses have the \
         name to which the alias leads, and not the name in your question.",
        read.did(),
        text(&alias.owner.labels)
    ))
}

fn pointer_is_not_followed(evidence: &Evidence) -> Option<Cause> {
    let read = read(evidence).filter(|read| found_nothing(read) && !read.runs)?;
    // A program that ended with an error of its own says more itself.
    evidence.process.stderr.trim().is_empty().then_some(())?;
    read.records()
        .find(|(_, record)| record.owner.has_pointer)?;
    Cause::likely(format!(
        "{}, but the answer has addresses. In a record, a pointer may stand in place of the name or of a label. A \
         pointer has two bytes, and the first byte is c0 (hex) or more. It leads to the name at an earlier place in \
         the message.",
        read.did()
    ))
}
