//! Lab 26 · The phone book · the client reads an answer (RFC 1035 section 4.1).

use super::name;

const A: u16 = 1;
const CNAME: u16 = 5;
const IN: u16 = 1;
const HEADER: usize = 12; // bytes

/// Whether this message answers this question: it is an answer, it has the same ID, and it repeats the question. An
/// error need not repeat the question, because a server that cannot read the question cannot repeat it.
pub fn answers(message: &[u8], query: &[u8]) -> bool {
    let Some(header) = message.get(..HEADER) else {
        return false;
    };
    let same = |part: &[u8]| part.eq_ignore_ascii_case(query.get(HEADER..).unwrap_or_default());
    let question = message.get(HEADER..query.len());
    let repeats = header[4..6] == [0, 1] && question.is_some_and(same);
    header[..2] == query[..2]
        && header[2] & 0x80 != 0
        && (repeats || !matches!(code(message), 0 | 3))
}

fn code(message: &[u8]) -> u8 {
    message.get(3).map_or(0, |flags| flags & 0x0f)
}

/// The addresses in an answer to this question. Error: the words to print.
pub fn addresses(message: &[u8], query: &[u8]) -> Result<Vec<String>, String> {
    match code(message) {
        0 if message[2] & 0x02 != 0 => return Err("truncated".to_string()),
        0 => {}
        3 => return Err("no such name".to_string()),
        other => return Err(format!("error {other}")),
    }
    records(message, query).map_err(|why| {
        eprintln!("lab26-client: {why}");
        "broken answer".to_string()
    })
}

/// Reads all records. We use a record if it has the wanted name: the name of the question, or the name to which a
/// CNAME before this record points.
fn records(message: &[u8], query: &[u8]) -> Result<Vec<String>, String> {
    let (mut wanted, end) = name::read(query, HEADER)?;
    let kind = number(query, end)?;
    let mut found = Vec::new();
    let mut at = query.len();
    for _ in 0..number(message, 6)? {
        let (owner, end) = name::read(message, at)?;
        let (its_kind, class) = (number(message, end)?, number(message, end + 2)?);
        let length = usize::from(number(message, end + 8)?); // after the four bytes of the TTL
        let data = message
            .get(end + 10..end + 10 + length)
            .ok_or("a record goes on behind the end")?;
        at = end + 10 + length;
        if owner != wanted || class != IN {
            continue;
        }
        match data {
            _ if its_kind == CNAME => (wanted, _) = name::read(message, end + 10)?,
            _ if its_kind != kind => {}
            [a, b, c, d] if kind == A => found.push(format!("{a}.{b}.{c}.{d}")),
            data if data.len() == 16 && kind != A => {
                let parts = data
                    .chunks_exact(2)
                    .map(|two| format!("{:x}", u16::from_be_bytes([two[0], two[1]])));
                found.push(parts.collect::<Vec<_>>().join(":"));
            }
            _ => return Err(format!("an address of {length} bytes")),
        }
    }
    Ok(found)
}

/// The two bytes at a place, as a number.
fn number(message: &[u8], at: usize) -> Result<u16, String> {
    let bytes = message
        .get(at..at + 2)
        .and_then(|bytes| bytes.try_into().ok());
    Ok(u16::from_be_bytes(
        bytes.ok_or("the message ends in the middle of a record")?,
    ))
}
