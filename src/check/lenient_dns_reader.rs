//! A lenient reader of DNS messages (RFC 1035 section 4.1), even if they are wrong.
//!
//! Rule: it goes on as far as it can, and says where it stopped. No pointer is followed twice.

/// The bytes before the first question.
pub const HEADER: usize = 12;

/// A name in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Its labels behind their lengths, in small letters and without pointers.
    pub labels: Vec<u8>,
    /// Whether a part of it is a pointer.
    pub has_pointer: bool,
    /// Where the message goes on.
    pub end: usize,
}

/// Why a name cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadName {
    /// It goes on behind the end of the message.
    Cut,
    /// A pointer at this byte does not lead to the front.
    Pointer(usize),
    /// A length is neither a label's nor a pointer.
    Length,
    /// It has more than 255 bytes.
    TooLong,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it belongs to.
    pub owner: Name,
    /// Its type: 1 is A, 5 CNAME, 28 AAAA.
    pub kind: u16,
    /// Its class: 1 is the internet.
    pub class: u16,
    /// At which byte its data begin; the length of the data stands in the two bytes before.
    pub data_at: usize,
    /// Its data.
    pub data: Vec<u8>,
}

/// A message as far as it can be made out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The ID.
    pub id: u16,
    /// The two bytes with the flags and the code.
    pub flags: u16,
    /// The question as it stands there; empty without one.
    pub question: Vec<u8>,
    /// The name in the question.
    pub asked: Option<Name>,
    /// The answers that can be read.
    pub records: Vec<Record>,
    /// Where they end.
    pub end: usize,
    /// Why the rest cannot be read.
    pub bad: Option<BadName>,
}

/// The two bytes at a place, as a number.
pub fn number(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(two.try_into().ok()?))
}

/// Reads the name at `at`.
pub fn name(message: &[u8], at: usize) -> Result<Name, BadName> {
    let (mut labels, mut end) = (Vec::new(), None);
    let (mut next, mut earliest) = (at, at);
    loop {
        let length = *message.get(next).ok_or(BadName::Cut)?;
        if length >= 0xc0 {
            let target = usize::from(number(message, next).ok_or(BadName::Cut)? & 0x3fff);
            if target >= earliest {
                return Err(BadName::Pointer(next));
            }
            end = end.or(Some(next + 2));
            (next, earliest) = (target, target);
            continue;
        }
        let behind = next + 1 + usize::from(length);
        let label = message.get(next..behind).ok_or(BadName::Cut)?;
        labels.extend(label.to_ascii_lowercase());
        if length > 63 {
            return Err(BadName::Length);
        }
        if labels.len() > 255 {
            return Err(BadName::TooLong);
        }
        if length == 0 {
            return Ok(Name {
                labels,
                has_pointer: end.is_some(),
                end: end.unwrap_or(behind),
            });
        }
        next = behind;
    }
}

/// `tacos.example`, for people.
pub fn text(labels: &[u8]) -> String {
    let (mut parts, mut rest) = (Vec::new(), labels);
    while let Some((&length @ 1.., behind)) = rest.split_first() {
        let (label, more) = behind
            .split_at_checked(usize::from(length))
            .unwrap_or((behind, &[]));
        parts.push(label.escape_ascii().to_string());
        rest = more;
    }
    parts.join(".")
}

impl Message {
    /// Reads a message; `None` when it has no header.
    pub fn read(bytes: &[u8]) -> Option<Message> {
        let (id, flags) = (number(bytes, 0)?, number(bytes, 2)?);
        let (questions, answers) = (number(bytes, 4)?, number(bytes, 6)?);
        number(bytes, HEADER - 2)?;
        let mut message = Message {
            id,
            flags,
            question: Vec::new(),
            asked: None,
            records: Vec::new(),
            end: HEADER,
            bad: None,
        };
        message.bad = message.fill(bytes, questions, answers).err();
        Some(message)
    }

    fn fill(&mut self, bytes: &[u8], questions: u16, answers: u16) -> Result<(), BadName> {
        let mut at = HEADER;
        if questions > 0 {
            let asked = name(bytes, at)?;
            let end = asked.end + 4;
            self.question = bytes.get(at..end).ok_or(BadName::Cut)?.to_vec();
            self.asked = Some(asked);
            at = end;
            self.end = end;
        }
        for _ in 0..answers {
            let owner = name(bytes, at)?;
            let field = |more: usize| number(bytes, owner.end + more).ok_or(BadName::Cut);
            let (kind, class, length) = (field(0)?, field(2)?, usize::from(field(8)?));
            let data_at = owner.end + 10;
            at = data_at + length;
            self.records.push(Record {
                kind,
                class,
                data_at,
                data: bytes.get(data_at..at).ok_or(BadName::Cut)?.to_vec(),
                owner,
            });
            self.end = at;
        }
        Ok(())
    }

    /// Whether it is an answer.
    pub fn is_answer(&self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// Whether the bit TC is set: the answer was cut.
    pub fn is_cut(&self) -> bool {
        self.flags & 0x0200 != 0
    }

    /// The code: 0 is fine.
    pub fn code(&self) -> u16 {
        self.flags & 0x000f
    }

    /// The type that is asked for.
    pub fn kind(&self) -> Option<u16> {
        number(&self.question, self.question.len().checked_sub(4)?)
    }

    /// Whether it is the answer to this question.
    pub fn answers(&self, query: &Message) -> bool {
        let same = self.question.eq_ignore_ascii_case(&query.question);
        self.is_answer() && self.id == query.id && (same || !matches!(self.code(), 0 | 3))
    }
}

/// An address as the labs print it; `None` when the data are of another length.
pub fn address(data: &[u8]) -> Option<String> {
    if let [a, b, c, d] = data {
        return Some(format!("{a}.{b}.{c}.{d}"));
    }
    let groups = data.chunks(2).map(|two| number(two, 0));
    let groups: Option<Vec<u16>> = groups.collect();
    let groups = groups.filter(|groups| groups.len() == 8)?;
    let groups: Vec<String> = groups.iter().map(|group| format!("{group:x}")).collect();
    Some(groups.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &[u8] = b"\x1a\x2b\x01\0\0\x01\0\0\0\0\0\0\x05Tacos\x07example\0\0\x01\0\x01";

    fn answer(records: &[&[u8]]) -> Vec<u8> {
        let mut bytes = [QUERY, &records.concat()].concat();
        (bytes[2], bytes[7]) = (0x85, records.len() as u8);
        bytes
    }

    #[test]
    fn an_answer_is_read_with_its_pointers() {
        let record: &[u8] = b"\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\0\x04\xc0\0\x02\x07";
        let alias: &[u8] = b"\x03www\xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x02\xc0\x0c";
        let read = Message::read(&answer(&[record, alias])).unwrap();
        let query = Message::read(QUERY).unwrap();
        assert!(read.answers(&query) && !query.answers(&read));
        assert_eq!((read.bad, read.code(), read.is_cut()), (None, 0, false));
        assert_eq!((read.kind(), read.end), (Some(1), 31 + 16 + 18));
        let [a, b] = &read.records[..] else {
            panic!("two records: {read:?}");
        };
        assert_eq!(address(&a.data).unwrap(), "192.0.2.7");
        assert_eq!((a.data_at, a.owner.has_pointer), (43, true));
        assert_eq!(text(&b.owner.labels), "www.tacos.example");
        assert_eq!(
            address(&[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]).unwrap(),
            "2001:db8:0:0:0:0:0:7"
        );
        assert_eq!(address(b"four!"), None);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let bad = |record: &[u8]| Message::read(&answer(&[record])).unwrap().bad;
        assert_eq!(bad(b"\xc0\x1f\0\x01\0\x01"), Some(BadName::Pointer(31)));
        assert_eq!(bad(b"\x01a\xc0\xff"), Some(BadName::Pointer(33)));
        assert_eq!(bad(b"\x40x"), Some(BadName::Cut));
        let long = [&[63; 64][..]; 4].concat();
        assert_eq!(bad(&[&long[..], &[0; 9]].concat()), Some(BadName::TooLong));
        assert_eq!(
            bad(b"\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\0\x05abcd"),
            Some(BadName::Cut)
        );
        assert_eq!(Message::read(&QUERY[..11]), None);
        for cut in HEADER..QUERY.len() {
            assert_eq!(
                Message::read(&QUERY[..cut]).unwrap().bad,
                Some(BadName::Cut)
            );
        }
    }

    #[test]
    fn no_bytes_are_too_strange() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..100_000 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let mut bytes = answer(&[b"\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\0\x04\xc0\0\x02\x07"]);
            for part in seed.to_le_bytes().chunks_exact(2) {
                let at = usize::from(part[0]) % bytes.len();
                bytes[at] = part[1];
            }
            bytes.truncate(usize::from(seed.to_le_bytes()[3]));
            if let Some(read) = Message::read(&bytes) {
                assert!(read.records.len() <= bytes.len());
            }
        }
    }
}
