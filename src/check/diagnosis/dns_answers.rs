//! Mistakes of a DNS server in what it answers at all: messages that are no questions, names at the longest length,
//! TCP, and the records of the book.
//!
//! Rule: an answer is compared record by record, and only where both can be read to their end. So a cause says which
//! record it is about, and not which byte.

use super::dns_messages::{Wrong, answer, messages, speaks_dns, wrong};
use super::{Cause, Close, Evidence, Row, count, shown};
use crate::check::Side;
use crate::check::lenient_dns_reader::{BadName, HEADER, Message, Record, name, number, text};
use crate::check::lenient_http_reader::{from, upto};
use crate::wire::{Event, Who};

pub(super) const TABLE: &[Row] = &[
    ("W145", no_tcp),
    ("W143", one_question),
    ("W142", answers_no_question),
    ("W116", other_question_of_a_client),
    ("W141", longest_name),
    ("W144", other_records),
];

/// Asked after what is wrong before the records.
pub(super) const LATER: &[Row] = &[("W112", no_pointer)];

/// The longest name, with all lengths and the final 0 (RFC 1035 section 2.3.4).
const LONGEST_NAME: usize = 255;

/// Nobody listens for TCP at the port at which datagrams are answered.
fn no_tcp(evidence: &Evidence) -> Option<Cause> {
    let tcp = speaks_dns(evidence)? && evidence.side() == Side::Server;
    let refused = evidence.got.has_event(|_, _, event| event == Event::Refuse);
    let runs = evidence.process.ending.is_none() && evidence.process.elsewhere.is_empty();
    (tcp && refused && runs).then_some(())?;
    Cause::likely(
        "nobody listens for TCP connections at this port. UDP and TCP have separate ports. A socket for datagrams \
         does not accept connections. So a server needs two sockets with the same port number.",
    )
}

/// Over TCP the first answers are right, and then the connection is closed.
fn one_question(evidence: &Evidence) -> Option<Cause> {
    let tcp = speaks_dns(evidence)? && evidence.side() == Side::Server;
    let closed = evidence.have().close != Close::Open && evidence.process.ending.is_none();
    (tcp && closed && evidence.cut_short()).then_some(())?;
    let (conn, who) = (evidence.conn(), Who::Server);
    let due = messages(&evidence.expectation.script, conn, who, true);
    let said = messages(&evidence.got, conn, who, true);
    let all_right = said.iter().zip(&due).all(|(said, due)| said.1 == due.1);
    (all_right && !said.is_empty() && said.len() < due.len()).then_some(())?;
    Cause::likely(format!(
        "you closed the connection after {} of {} answers. Over TCP a client may ask several questions on one \
         connection. Read the next length and the next message until the client has closed.",
        said.len(),
        due.len()
    ))
}

/// An answer to a message that is an answer itself, or that has no header.
fn answers_no_question(evidence: &Evidence) -> Option<Cause> {
    let wrong = wrong(evidence).filter(|_| evidence.side() == Side::Server)?;
    let (id, due) = (number(&wrong.got, 0)?, number(&wrong.wanted, 0)?);
    let heard = messages(&evidence.got, evidence.conn(), Who::Client, wrong.tcp);
    let mut heard = heard.iter().map(|(_, bytes)| bytes);
    let asked = heard.find(|bytes| id != due && number(bytes, 0) == Some(id))?;
    let what = match Message::read(asked) {
        None => format!(
            "a message of {} bytes, which is too short for a header",
            asked.len()
        ),
        Some(read) if read.is_answer() => {
            "a message with the bit QR (80 hex in byte 2), and this bit means an answer".to_string()
        }
        Some(_) => return None,
    };
    Cause::likely(format!(
        "you answered {what}. Such a message asks no question. If two servers answered answers, they would send each \
         other datagrams for ever."
    ))
}

/// The flags of a client's question, or its type.
fn other_question_of_a_client(evidence: &Evidence) -> Option<Cause> {
    let wrong = wrong(evidence).filter(|_| evidence.side() == Side::Client)?;
    let (due, said) = (Message::read(&wrong.wanted)?, Message::read(&wrong.got)?);
    (due.id == said.id && !said.is_answer()).then_some(())?;
    let name = |message: &Message| message.asked.as_ref().map(|asked| asked.labels.clone());
    if due.flags != said.flags {
        let text = format!(
            "bytes 2 and 3 of your question are {:04x}, but {:04x} was expected. The bit RD (01 hex in byte 2) asks \
             the server to find the answer. All other bits are 0.",
            said.flags, due.flags
        );
        return Cause::in_case("client-flags", text);
    }
    let (kind, right) = (said.kind()?, due.kind()?);
    (kind != right && name(&due) == name(&said) && due.id == said.id).then_some(())?;
    let (said, due) = (type_name(kind), type_name(right));
    let text = format!(
        "your question asks for {said}, but {due} was expected. Ask for A first, and then for AAAA with the next ID."
    );
    Cause::in_case("client-type", text)
}

/// The bytes of a name at a place, where it can be read.
fn length_of(message: &[u8], at: usize) -> Option<usize> {
    name(message, at).ok().map(|name| name.labels.len())
}

/// A name of 255 bytes is refused, or a longer one is taken.
fn longest_name(evidence: &Evidence) -> Option<Cause> {
    let (wrong, _) = answer(evidence)?;
    let (due, said) = (Message::read(&wrong.wanted)?, Message::read(&wrong.got)?);
    let text = match name(&wrong.heard, HEADER) {
        Err(BadName::TooLong) if due.code() == 1 && said.code() != 1 => format!(
            "the name in the question has more than 255 bytes, but your answer has the code {}. A name has at most \
             255 bytes, with all lengths and the final 0. A longer name is a format error, which has the code 1.",
            said.code()
        ),
        Ok(_) if length_of(&wrong.heard, HEADER)? == LONGEST_NAME && said.code() == 1 && due.code() != 1 => {
            "the name in the question has 255 bytes, with all lengths and the final 0. Your answer has the code 1, \
             but a name of 255 bytes is allowed."
                .to_string()
        }
        _ => return None,
    };
    Cause::likely(text)
}

/// `A`, `AAAA`, `CNAME`, `the type 15`.
fn type_name(kind: u16) -> String {
    match kind {
        1 => "A".to_string(),
        5 => "CNAME".to_string(),
        28 => "AAAA".to_string(),
        other => format!("the type {other}"),
    }
}

/// A record without regard to how its names are written: owner, type, class, data.
type Entry = (Vec<u8>, u16, u16, Vec<u8>);

fn entry(message: &[u8], record: &Record) -> Entry {
    let alias = (record.kind == 5).then(|| name(message, record.data_at).ok());
    let data = alias
        .flatten()
        .map_or(record.data.clone(), |name| name.labels);
    (record.owner.labels.clone(), record.kind, record.class, data)
}

/// `www.tacos.example CNAME`.
fn shown_entry(entry: &Entry) -> String {
    format!("`{} {}`", text(&entry.0), type_name(entry.1))
}

/// How two records with the same name and type differ.
fn differ(mine: &Entry, due: &Entry) -> Option<String> {
    let same = mine.0 == due.0 && mine.1 == due.1;
    let what = match () {
        () if mine.2 != due.2 => {
            format!("the class {}, but the class {} was expected", mine.2, due.2)
        }
        () if mine.3.len() != due.3.len() => format!(
            "{} of data, but {} were expected",
            count(mine.3.len(), "byte"),
            due.3.len()
        ),
        () => "different data than the lab's table".to_string(),
    };
    same.then(|| format!("has the record {} with {what}", shown_entry(mine)))
}

/// How long a record may be kept: the four bytes before the length of its data.
fn seconds(message: &[u8], record: &Record) -> Option<u32> {
    let at = record.data_at.checked_sub(6)?;
    let (high, low) = (number(message, at)?, number(message, at + 2)?);
    Some(u32::from(high) << 16 | u32::from(low))
}

/// Right records with a wrong time to live.
fn kept_longer(wrong: &Wrong, said: &Message, due: &Message) -> Option<String> {
    let mut pairs = said.records.iter().zip(&due.records);
    let (said, due) = pairs.find_map(|(said, due)| {
        let (said, due) = (seconds(&wrong.got, said)?, seconds(&wrong.wanted, due)?);
        (said != due).then_some((said, due))
    })?;
    Some(format!(
        "says that a record may be kept for {said} seconds. The lab's table says {due} seconds"
    ))
}

/// The records of an answer that has the right code and the right question.
fn other_records(evidence: &Evidence) -> Option<Cause> {
    let (wrong, query) = answer(evidence)?;
    let (due, said) = (Message::read(&wrong.wanted)?, Message::read(&wrong.got)?);
    let readable = due.bad.is_none() && said.bad.is_none() && said.end == wrong.got.len();
    let same = !due.is_cut()
        && due.flags == said.flags
        && due.id == said.id
        && due.question == said.question;
    (readable && same && !said.question.is_empty()).then_some(())?;
    let all = |message: &Message, bytes: &[u8]| -> Vec<Entry> {
        message
            .records
            .iter()
            .map(|record| entry(bytes, record))
            .collect()
    };
    let (mine, right) = (all(&said, &wrong.got), all(&due, &wrong.wanted));
    let asked = format!(
        "{} of {}",
        type_name(query.kind()?),
        text(&query.asked?.labels)
    );
    let missing = right.iter().find(|one| !mine.contains(one));
    let extra = mine.iter().find(|one| !right.contains(one));
    let alike = missing.zip(extra).and_then(|(due, mine)| differ(mine, due));
    let how = match (missing, extra) {
        (Some(_), Some(_)) if alike.is_some() => alike.unwrap_or_default(),
        (Some(missing), Some(extra)) => format!(
            "has the record {}. The record {} with different data or a different name was expected",
            shown_entry(extra),
            shown_entry(missing)
        ),
        (Some(missing), None) => format!(
            "does not have the record {}. The lab's table has this record, and it answers the question",
            shown_entry(missing)
        ),
        (None, Some(extra)) => format!(
            "has the record {}, which does not answer the question",
            shown_entry(extra)
        ),
        _ if mine.len() != right.len() => {
            format!(
                "has {} records, but {} were expected",
                mine.len(),
                right.len()
            )
        }
        _ if mine != right => match right.iter().any(|one| one.1 == 5) {
            true => "has the right records in the wrong order: the alias comes first".to_string(),
            false => "has the right records, but not in the order of the lab's table".to_string(),
        },
        _ => kept_longer(&wrong, &said, &due)?,
    };
    Cause::likely(format!("the answer to the question for {asked} {how}."))
}

/// The name in a CNAME's data is right, and no pointer.
fn alias_in_full(wrong: &Wrong, at: usize) -> Option<String> {
    let (due, said) = (Message::read(&wrong.wanted)?, Message::read(&wrong.got)?);
    let mut pairs = due.records.iter().zip(&said.records);
    let (due, said) = pairs.find(|(due, _)| (due.data_at - 2..due.data_at + 2).contains(&at))?;
    let labels = |bytes: &[u8], at| name(bytes, at).ok().map(|name| name.labels);
    let same = labels(&wrong.wanted, due.data_at)? == labels(&wrong.got, said.data_at)?;
    (due.kind == 5 && same && said.data.len() > due.data.len()).then(|| {
        format!(
            "the name in the data of the CNAME has {}, but {} were expected. The message already contains this name \
             or its end. Write a pointer to that place.",
            count(said.data.len(), "byte"),
            due.data.len()
        )
    })
}

/// A name in the answer that is no pointer, or another one.
fn no_pointer(evidence: &Evidence) -> Option<Cause> {
    let (wrong, query) = answer(evidence)?;
    let at = wrong.first_difference()?;
    (at >= HEADER + query.question.len()).then_some(())?;
    if let Some(alias) = alias_in_full(&wrong, at) {
        return Cause::in_case("write", alias);
    }
    let place =
        (at.saturating_sub(1)..=at).find(|place| wrong.wanted.get(*place) == Some(&0xc0))?;
    let due = number(&wrong.wanted, place)? & 0x3fff;
    let said = from(&wrong.got, place);
    let how = match said.first() {
        Some(0xc0..) => format!("your pointer leads to byte {}", number(said, 0)? & 0x3fff),
        _ => "you wrote something else".to_string(),
    };
    Cause::in_case(
        "write",
        format!(
            "at byte {place} of your answer a pointer to byte {due} was expected, because the name already stands there. \
             But {how}. A pointer has two bytes: c0 and the place. The first byte of the message is byte 0. Over \
             TCP the message begins after its length."
        ),
    )
}

/// A code that says that the name was compared otherwise.
pub(super) fn other_zone(evidence: &Evidence) -> Option<Cause> {
    let (wrong, query) = answer(evidence)?;
    let (wanted, got) = (Message::read(&wrong.wanted)?, Message::read(&wrong.got)?);
    let labels = query.asked?.labels;
    let asked = text(&labels);
    let capital = query.question.iter().any(u8::is_ascii_uppercase);
    match (wanted.code(), got.code()) {
        (0, 3 | 5) if capital => Cause::in_case(
            "zone",
            format!(
                "the name in the question has capital letters, and your answer has the code {}. In names of DNS capital \
                 and small letters mean the same, so the zone contains {asked}.",
                got.code()
            ),
        ),
        (5, 0 | 3) if wrong.heard.ends_with(&[0, 1]) => Cause::in_case(
            "zone",
            format!(
                "{} is not in your zone, but your answer has the code {} and not 5. Compare the names label by label, \
                 from the end. If you compare letters, or texts with dots, you do not see where a label begins.",
                with_its_labels(&labels, &asked),
                got.code()
            ),
        ),
        _ => None,
    }
}

/// A name for a sentence; a dot inside a label is named, because it looks like the end of the label.
fn with_its_labels(question: &[u8], name: &str) -> String {
    let mut rest = question;
    while let Some((&length, behind)) = rest.split_first().filter(|(length, _)| **length > 0) {
        let label = upto(behind, usize::from(length));
        if label.contains(&b'.') {
            return format!("the name with the single label `{}`", shown(label));
        }
        rest = from(behind, usize::from(length));
    }
    name.to_string()
}
