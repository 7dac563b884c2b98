//! Mistakes of programs that speak DNS: in the bytes of a message, over UDP and over TCP.
//!
//! Rule: nothing is said where the script has no question of DNS. What a client printed is looked at in
//! `dns_client_output`.

use super::{Cause, Evidence, Row, count, dns_answers};
use crate::check::Side;
use crate::check::lenient_dns_reader::{BadName, HEADER, Message, name, number};
use crate::check::lenient_http_reader::{from, upto};
use crate::wire::{Conn, Entry, Transcript, Who};

pub(super) const TABLE: &[Row] = &[
    ("W113", length_of_a_message),
    ("W113", length_inside),
    ("W112", pointer_in_a_question),
    ("W115", too_long_for_a_datagram),
    ("W116", other_id),
    ("W114", dns_answers::other_zone),
    ("W116", other_header),
    ("W116", other_question),
];

/// The longest answer over UDP (RFC 1035 section 4.2.1).
const LONGEST_DATAGRAM: usize = 512;

/// One message that is wrong.
pub(super) struct Wrong {
    /// What the program should have said.
    pub wanted: Vec<u8>,
    /// What it said; empty when it said nothing.
    pub got: Vec<u8>,
    /// The last message that it heard before.
    pub heard: Vec<u8>,
    /// Whether each message is behind its length.
    pub tcp: bool,
}

impl Wrong {
    /// At which byte what it said differs; `None` where it only ends too early or too late.
    pub fn first_difference(&self) -> Option<usize> {
        let mut pairs = self.wanted.iter().zip(&self.got);
        pairs.position(|(wanted, got)| wanted != got)
    }
}

/// The messages of one side, and how many the other side had said before each.
pub(super) fn messages(
    transcript: &Transcript,
    conn: Conn,
    who: Who,
    tcp: bool,
) -> Vec<(usize, Vec<u8>)> {
    if tcp {
        let (bytes, mut all) = (transcript.bytes_of(conn, who), Vec::new());
        let mut rest = &bytes[..];
        while let Some(length) = number(rest, 0) {
            let end = 2 + usize::from(length);
            all.push((all.len() + 1, upto(from(rest, 2), end - 2).to_vec()));
            rest = from(rest, end);
        }
        return all;
    }
    let (mut before, mut all) = (0, Vec::new());
    for entry in transcript.entries() {
        match entry {
            Entry::Chunk(chunk) if chunk.conn != conn => {}
            Entry::Chunk(chunk) if chunk.who == who => all.push((before, chunk.exact())),
            Entry::Chunk(_) => before += 1,
            _ => {}
        }
    }
    all
}

/// Whether the client of the script asks a question of DNS, and whether over TCP.
pub(super) fn is_dns(script: &Transcript) -> Option<bool> {
    let tcp = !script.has_datagrams();
    let asked = messages(script, 1, Who::Client, tcp);
    let is_question = |(_, bytes): &(usize, Vec<u8>)| {
        let read = Message::read(bytes).filter(|read| !read.is_answer());
        number(bytes, 4) == Some(1) && read.is_some_and(|read| read.asked.is_some())
    };
    asked.iter().any(is_question).then_some(tcp)
}

/// The same for a run. What is right in one piece, and wrong in several, is no mistake of DNS.
pub(super) fn speaks_dns(evidence: &Evidence) -> Option<bool> {
    let delivery = evidence.in_pieces() && evidence.passes_in_calm();
    is_dns(&evidence.expectation.script).filter(|_| !delivery)
}

pub(super) fn wrong(evidence: &Evidence) -> Option<Wrong> {
    let script = &evidence.expectation.script;
    let tcp = speaks_dns(evidence)?;
    evidence.difference()?;
    let (conn, who) = (evidence.conn(), evidence.side().who());
    let wanted = messages(script, conn, who, tcp);
    let got = messages(&evidence.got, conn, who, tcp);
    let got = |at: usize| got.get(at).map(|(_, bytes)| bytes.clone());
    let mut pairs = wanted.iter().enumerate();
    let (at, (before, wanted)) =
        pairs.find(|(at, (_, wanted))| got(*at).as_ref() != Some(wanted))?;
    let heard = messages(script, conn, who.other(), tcp);
    let heard = before.checked_sub(1).and_then(|last| heard.get(last));
    Some(Wrong {
        wanted: wanted.clone(),
        got: got(at).unwrap_or_default(),
        heard: heard.map(|(_, bytes)| bytes.clone()).unwrap_or_default(),
        tcp,
    })
}

/// The same for a server, with its question.
pub(super) fn answer(evidence: &Evidence) -> Option<(Wrong, Message)> {
    let wrong = wrong(evidence).filter(|_| evidence.side() == Side::Server)?;
    let query = Message::read(&wrong.heard)?;
    Some((wrong, query))
}

/// The two bytes before a message over TCP; or such bytes before a datagram.
fn length_of_a_message(evidence: &Evidence) -> Option<Cause> {
    let tcp = speaks_dns(evidence)?;
    evidence.difference()?;
    if !tcp {
        let wrong = wrong(evidence)?;
        let behind = wrong.got.strip_suffix(&wrong.wanted[..])?;
        (behind.len() == 2).then_some(())?;
        return Cause::likely(
            "your datagram begins with a length of two bytes. Over UDP each datagram is one message, so it needs no \
             length. A length stands before a message only over TCP.",
        );
    }
    let (want, have) = (&evidence.want().bytes, &evidence.have().bytes);
    // Where the message begins in which the first difference lies.
    let mut start = 0;
    while let Some(length) = number(want, start) {
        let end = start + 2 + usize::from(length);
        if evidence.at() < end {
            break;
        }
        start = end;
    }
    let (due, message) = (number(want, start)?, from(want, start + 2));
    let (rest, said) = (from(have, start), number(have, start)?);
    let begins = |bytes: &[u8]| !bytes.is_empty() && bytes.starts_with(upto(message, 4));
    // The length may be right, and the message another one.
    let own = Message::read(upto(from(rest, 2), usize::from(said)));
    let fits = own.is_some_and(|own| own.bad.is_none() && own.end == usize::from(said));
    if said == due || fits {
        return None;
    }
    let how = if begins(rest) {
        "Your message begins at once, without a length".to_string()
    } else if said == due.swap_bytes() {
        format!("Your length is {said}, because its bytes are in the wrong order")
    } else if said == due + 2 {
        format!("Your length is {said}, because it counts its own two bytes, too")
    } else {
        format!("Yours is {said}")
    };
    Cause::likely(format!(
        "over TCP a length of two bytes stands before each message, with the high byte first. Here the length must \
         be {due}, for the {} of the message. {how}.",
        count(usize::from(due), "byte")
    ))
}

/// The places in a message that hold a length: of labels (1 byte), of a record's data (2 bytes).
fn lengths(message: &[u8]) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    let mut at = HEADER;
    while let Some(&length @ 1..64) = message.get(at) {
        places.push((at, 1));
        at += 1 + usize::from(length);
    }
    let read = Message::read(message);
    let records = read.iter().flat_map(|read| &read.records);
    places.extend(records.map(|record| (record.data_at - 2, 2)));
    places
}

/// The length of a label or of a record.
fn length_inside(evidence: &Evidence) -> Option<Cause> {
    let wrong = wrong(evidence)?;
    let at = wrong.first_difference()?;
    let mut places = lengths(&wrong.wanted).into_iter();
    let (place, width) = places.find(|(place, width)| (*place..place + width).contains(&at))?;
    let (behind, mine) = (place + width, from(&wrong.got, place));
    // What it counts is right.
    let counted = upto(from(&wrong.wanted, behind), 2);
    from(&wrong.got, behind)
        .starts_with(counted)
        .then_some(())?;
    let value = |bytes: &[u8]| {
        upto(bytes, width)
            .iter()
            .fold(0, |sum, byte| sum * 256 + usize::from(*byte))
    };
    let (due, said) = (value(from(&wrong.wanted, place)), value(mine));
    let what = match width {
        1 => "a label",
        _ => "the data of a record",
    };
    let itself = match said == due + width {
        true => " Your length counts itself, too.",
        false => "",
    };
    Cause::likely(format!(
        "the length of {what}, at byte {place} of your message, is {said}, but it must count {}.{itself}",
        count(due, "byte")
    ))
}

/// A question whose name is no plain name, and that was not refused as one.
fn pointer_in_a_question(evidence: &Evidence) -> Option<Cause> {
    let (wrong, query) = answer(evidence)?;
    let read = name(&wrong.heard, HEADER);
    let circle = matches!(read, Err(BadName::Pointer(_)));
    let due = Message::read(&wrong.wanted)?.code() == 1;
    let same_code = Message::read(&wrong.got).is_some_and(|got| got.code() == 1);
    (circle && due && !same_code && query.asked.is_none()).then_some(())?;
    let did = match wrong.got.is_empty() {
        true => "you sent no answer",
        false => "your answer is not a format error",
    };
    Cause::likely(format!(
        "the name in the question has a pointer that does not lead to an earlier name. But {did}. If a program \
         follows such a pointer, it may read the same bytes again and again. A question cannot contain a right \
         pointer, because no name stands before its name. Answer such a question with the code 1."
    ))
}

fn too_long_for_a_datagram(evidence: &Evidence) -> Option<Cause> {
    let (wrong, _) = answer(evidence)?;
    let (wanted, got) = (Message::read(&wrong.wanted)?, Message::read(&wrong.got)?);
    if wrong.tcp && got.is_cut() && !wanted.is_cut() {
        return Cause::likely(
            "your answer over TCP has the bit TC, which says that it was cut. But over TCP a message may have 65,535 \
             bytes, so all records fit. A client that gets TC over TCP has no other way to ask.",
        );
    }
    (!wrong.tcp && wanted.is_cut()).then_some(())?;
    let length = count(wrong.got.len(), "byte");
    let how = match (got.is_cut(), wrong.got.len() > LONGEST_DATAGRAM) {
        (_, true) => format!("your answer is a datagram of {length}"),
        (false, _) => format!("your answer has {length} but no bit TC"),
        (true, _) => format!(
            "your answer has {length} and the bit TC, but it is not the header and the question alone"
        ),
    };
    Cause::likely(format!(
        "not all records of this answer fit into 512 bytes, but {how}. In this case send no records, and set TC (02 \
         hex in byte 2). TC tells the client to ask again over TCP."
    ))
}

/// The first two bytes.
fn other_id(evidence: &Evidence) -> Option<Cause> {
    let wrong = wrong(evidence)?;
    let (due, said) = (number(&wrong.wanted, 0)?, number(&wrong.got, 0)?);
    (due != said && wrong.got.len() >= HEADER).then_some(())?;
    match evidence.side() {
        Side::Server => Cause::likely(format!(
            "the question has the ID {due:04x}, but your answer has {said:04x}. If the ID of an answer is different, \
             the client takes it for the answer to a different question, and ignores it."
        )),
        // Another question, or the same one again, is another matter.
        Side::Client if from(&wrong.got, 2) == from(&wrong.wanted, 2) => Cause::likely(format!(
            "your question has the ID {said:04x}, but {due:04x} was expected, which is {due} in decimal. The high \
             byte of the ID comes first, and the second question has the next ID."
        )),
        Side::Client => None,
    }
}

/// Which rule for a question the message breaks.
fn why_format_error(heard: &[u8]) -> &'static str {
    match (
        number(heard, 4),
        Message::read(heard).and_then(|read| read.bad),
    ) {
        (Some(questions), _) if questions != 1 => {
            "The number of questions in the header of this message is not 1"
        }
        (_, Some(BadName::Length)) => "A length in the name of this question is from 64 to 191",
        (_, Some(BadName::TooLong)) => "The name in this question has more than 255 bytes",
        (_, Some(BadName::Pointer(_))) => "The name in this question has a pointer",
        (_, Some(BadName::Cut)) => "This message ends within its question",
        _ => "The message cannot be read to its end as one question",
    }
}

/// What the first bit of the flags that differs is for.
fn first_flag(differ: u16) -> &'static str {
    let bits = [
        (0x8000, "the bit QR (80 hex in byte 2), set in an answer"),
        (
            0x7800,
            "the opcode (78 hex in byte 2), copied from the question",
        ),
        (
            0x0400,
            "the bit AA (04 hex in byte 2), set only for names of your zone",
        ),
        (
            0x0200,
            "the bit TC (02 hex in byte 2), set in an answer that was cut",
        ),
        (
            0x0100,
            "the bit RD (01 hex in byte 2), copied from the question",
        ),
    ];
    let mut bits = bits.iter().filter(|(bit, _)| differ & bit != 0);
    bits.next()
        .map_or("the four high bits of byte 3, which are 0", |(_, what)| {
            what
        })
}

/// The other ten bytes of the header.
fn other_header(evidence: &Evidence) -> Option<Cause> {
    let (wrong, _) = answer(evidence)?;
    let at = wrong.first_difference()?;
    (at < HEADER && wrong.got.len() >= HEADER).then_some(())?;
    let (wanted, got) = (Message::read(&wrong.wanted)?, Message::read(&wrong.got)?);
    let (case, text) = match at {
        2 | 3 if wanted.code() != got.code() => {
            let why = match wanted.code() {
                0 => "The name is in the lab's table, and a type without a record is not an error",
                1 => why_format_error(&wrong.heard),
                3 => "The name belongs to the zone, but it is not in the lab's table",
                4 => "The opcode is not 0",
                _ => "The name is not in this zone, or the class is not 1",
            };
            let (said, due) = (got.code(), wanted.code());
            (
                "code",
                format!("your answer has the code {said}, but {due} was expected. {why}."),
            )
        }
        2 | 3 => {
            let what = first_flag(wanted.flags ^ got.flags);
            let (said, due) = (got.flags, wanted.flags);
            (
                "flags",
                format!("your flags are {said:04x}, but {due:04x} was expected. Look at {what}."),
            )
        }
        _ => {
            let which = (at / 2) * 2;
            let what = match which {
                4 => "questions",
                6 => "records in the answer",
                _ => "records after the answer",
            };
            let (said, due) = (number(&wrong.got, which)?, number(&wrong.wanted, which)?);
            (
                "counts",
                format!(
                    "the header of your answer announces {said} {what}, but {due} were expected.{}",
                    match wanted.code() {
                        1 | 4 => " An answer with the code 1 or 4 has only the header.",
                        _ => "",
                    }
                ),
            )
        }
    };
    Cause::in_case(case, text)
}

/// The question in the answer.
fn other_question(evidence: &Evidence) -> Option<Cause> {
    let (wrong, query) = answer(evidence)?;
    let question = &query.question[..];
    let (due, said) = (
        upto(from(&wrong.wanted, HEADER), question.len()),
        from(&wrong.got, HEADER),
    );
    let (behind, all) = (from(&wrong.heard, HEADER), from(&wrong.got, HEADER));
    if behind.len() > question.len() && all.starts_with(behind) && due == question {
        return Cause::in_case(
            "question",
            "your answer repeats everything that the client sent after the header. Repeat only the question, which \
             has a name, a type and a class. The bytes after the question are not a part of it.",
        );
    }
    let whole = wrong.got.len() >= HEADER && !question.is_empty();
    (whole && due == question && !said.starts_with(question)).then_some(())?;
    let how = match upto(said, question.len()).eq_ignore_ascii_case(question) {
        true => "your answer repeats it with other capital or small letters",
        false => "your answer does not repeat it",
    };
    let text = format!(
        "after the header an answer must repeat the question byte for byte, but {how}. The repeated question shows the \
         client which question was answered."
    );
    Cause::in_case("question", text)
}
