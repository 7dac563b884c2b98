//! Lab 26 · The phone book · the server reads a question and makes the answer (RFC 1035 section 4.1).

use super::name;
use super::zone::{HEADER, IN, Record, look_up};

const TTL: [u8; 4] = [0, 0, 1, 44]; // 300 seconds, for which an answer may be kept

/// The code of an answer: the last four bits of the flags.
#[derive(Clone, Copy, PartialEq)]
pub enum Code {
    Fine = 0,
    FormatError = 1,
    NoSuchName = 3,
    NotImplemented = 4,
    Refused = 5,
}

/// The answer to a message, at most `most` bytes long, and a line for the log. Bytes that are not a message get no
/// answer. An answer gets no answer, because otherwise two servers could answer each other for ever.
pub fn answer(message: &[u8], most: usize) -> (Option<Vec<u8>>, String) {
    let Some(&[_, _, flags, _, high, low, ..]) = message.get(..HEADER) else {
        return (None, format!("{} bytes are no message", message.len()));
    };
    if flags & 0x80 != 0 {
        return (None, "this is an answer, not a question".to_string());
    }
    let error = |code, why: String| (Some(write(message, &[], code, &[])), why);
    if flags & 0x78 != 0 {
        return error(
            Code::NotImplemented,
            "this is no standard query".to_string(),
        );
    }
    if [high, low] != [0, 1] {
        return error(Code::FormatError, "there must be one question".to_string());
    }
    let (asked, end) = match name::read(message, HEADER) {
        Ok((asked, end)) if end - HEADER == asked.len() => (asked, end),
        Ok(_) => {
            let why = "a pointer, and nothing stands before the question";
            return error(Code::FormatError, why.to_string());
        }
        Err(why) => return error(Code::FormatError, why),
    };
    let Some(&[high, low, class_high, class_low]) = message.get(end..end + 4) else {
        return error(Code::FormatError, "no type or no class".to_string());
    };
    let kind = u16::from_be_bytes([high, low]);
    let (code, records) = match [class_high, class_low] {
        IN => look_up(&asked, kind),
        _ => (Code::Refused, Vec::new()),
    };
    let question = message.get(HEADER..end + 4).unwrap_or_default();
    let (name, count) = (name::text(&asked), records.len());
    let said = format!("{name} type {kind}: code {}, {count} records", code as u8);
    let mut answer = write(message, question, code, &records);
    if answer.len() <= most {
        return (Some(answer), said);
    }
    answer = write(message, question, code, &[]);
    answer[2] |= 0x02; // TC: the answer does not fit; the client may ask again over TCP
    (Some(answer), said + ", too many")
}

/// Header, question and records. ID, opcode and RD are those of the question.
fn write(message: &[u8], question: &[u8], code: Code, records: &[Record]) -> Vec<u8> {
    let own = matches!(code, Code::Fine | Code::NoSuchName); // AA: the zone is ours
    let flags = 0x80 | message[2] & 0x79 | if own { 0x04 } else { 0 };
    let mut answer = vec![message[0], message[1], flags, code as u8];
    answer.extend([0, u8::from(!question.is_empty()), 0, records.len() as u8]);
    answer.extend([0; 4]);
    answer.extend(question);
    for (at, kind, data) in records {
        answer.extend([0xc0, *at]); // a pointer: the name begins at this byte
        answer.extend(kind.to_be_bytes());
        answer.extend(IN);
        answer.extend(TTL);
        answer.extend((data.len() as u16).to_be_bytes());
        answer.extend(data);
    }
    answer
}
