//! A client of DNS that found the right records, and printed too few of their addresses, or another form of them.
//!
//! Rule: the addresses are compared with the records of the conversation, one by one.

use std::net::IpAddr;

use super::dns_client_output::read;
use super::{Cause, Evidence, Row};
use crate::check::lenient_dns_reader::{Message, Record, address, text};
use crate::wire::Entry;

pub(super) const TABLE: &[Row] = &[("W114", one_of_several), ("W125", shorter_form)];

/// The right addresses of IPv6 in another form.
fn shorter_form(evidence: &Evidence) -> Option<Cause> {
    let read = read(evidence)?;
    let parsed = |words: &[String]| -> Vec<Option<IpAddr>> {
        words.iter().map(|word| word.parse().ok()).collect()
    };
    let same = parsed(&read.wanted) == parsed(&read.printed) && !read.printed.is_empty();
    let (due, got) = read
        .wanted
        .iter()
        .zip(&read.printed)
        .find(|(due, got)| due != got)?;
    (same && read.wants_addresses()).then_some(())?;
    Cause::likely(format!(
        "you printed `{got}`, but `{due}` was expected. Both texts are the same address. This lab prints an IPv6 \
         address as eight groups, without zeros in front."
    ))
}

fn one_of_several(evidence: &Evidence) -> Option<Cause> {
    let read = read(evidence).filter(|read| !read.gave_up)?;
    let some = !read.printed.is_empty() && read.printed.len() < read.wanted.len();
    (some && read.wants_addresses() && read.extra().next().is_none()).then_some(())?;
    let missing = read.wanted.iter().find(|word| !read.printed.contains(word));
    let fits = |(message, record): &(&Message, &Record)| {
        let name = message.asked.as_ref().map(|asked| &asked.labels);
        let same = name == Some(&record.owner.labels) && message.kind() == Some(record.kind);
        same && record.class == 1 && address(&record.data).as_ref() == missing
    };
    if let Some((_, record)) = read.records().find(fits) {
        return Cause::likely(format!(
            "{}, but {} is missing. The record of this address has the name, the type and the class of your \
             question. Either you stop before this record, or you compare the name {} wrongly. In a name, capital and \
             small letters mean the same.",
            read.did(),
            missing?,
            text(&record.owner.labels)
        ));
    }
    Cause::likely(format!(
        "{}, but more addresses were expected. The header says how many records there are. Each record may have a \
         different name, type or address.",
        read.did()
    ))
}

/// What a client did after a message that does not fit: it sent a question again, or went on.
pub(super) fn what_then(evidence: &Evidence) -> &'static str {
    let who = evidence.side().who();
    let entries = evidence.got.entries().iter();
    let asked = entries.filter_map(|entry| match entry {
        Entry::Chunk(chunk) if chunk.who == who => Some(chunk.exact()),
        _ => None,
    });
    let asked: Vec<Vec<u8>> = asked.collect();
    if asked.windows(2).any(|two| two.first() == two.last()) {
        return "you asked again, although the right answer came after this message. Ignore a message that does not fit, \
                and listen for the rest of the time";
    }
    "probably you took it for your answer. Compare the question in a message with your own question, and wait for the \
     right answer"
}
