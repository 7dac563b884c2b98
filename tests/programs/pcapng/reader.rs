//! A small reader of pcapng, written from the format and not from the writer.

pub const FIN: u8 = 0x01;
pub const SYN: u8 = 0x02;
pub const RST: u8 = 0x04;
pub const PSH: u8 = 0x08;
pub const ACK: u8 = 0x10;

/// One packet as it stands in the file.
pub struct Seen {
    /// Since 1970.
    pub micros: u64,
    pub comment: Option<String>,
    /// From the IP header on.
    pub packet: Vec<u8>,
}

impl Seen {
    fn tcp(&self) -> &[u8] {
        match self.packet[0] >> 4 {
            4 => &self.packet[20..],
            6 => &self.packet[40..],
            version => panic!("IP version {version}"),
        }
    }

    /// Source and destination.
    pub fn ports(&self) -> (u16, u16) {
        let tcp = self.tcp();
        let port = |at: usize| u16::from_be_bytes([tcp[at], tcp[at + 1]]);
        (port(0), port(2))
    }

    pub fn acknowledges(&self) -> u32 {
        u32::from_be_bytes(self.tcp()[8..12].try_into().unwrap())
    }

    pub fn flags(&self) -> u8 {
        self.tcp()[13]
    }

    pub fn payload(&self) -> &[u8] {
        &self.tcp()[20..]
    }

    /// `C SYN`, `S PSH+ACK 8`; the server has port 8080.
    fn outline(&self) -> String {
        let names = [
            (FIN, "FIN"),
            (SYN, "SYN"),
            (RST, "RST"),
            (PSH, "PSH"),
            (ACK, "ACK"),
        ];
        let set = names.iter().filter(|(bit, _)| self.flags() & bit != 0);
        let flags: Vec<&str> = set.map(|(_, name)| *name).collect();
        let who = if self.ports().0 == 8080 { "S" } else { "C" };
        let count = match self.payload().len() {
            0 => String::new(),
            n => format!(" {n}"),
        };
        format!("{who} {}{count}", flags.join("+"))
    }
}

/// One short line a packet.
pub fn outline(seen: &[Seen]) -> Vec<String> {
    seen.iter().map(Seen::outline).collect()
}

/// A little-endian number of 32 bits.
pub fn word(bytes: &[u8]) -> usize {
    u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize
}

/// Type and body of every block; each must be padded, and say its length twice.
pub fn blocks(file: &[u8]) -> Vec<(usize, &[u8])> {
    let mut found = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        let length = word(&rest[4..]);
        assert_eq!(length % 4, 0, "a block ends on 32 bits");
        let (block, after) = rest.split_at(length);
        assert_eq!(word(&block[length - 4..]), length, "the length at the end");
        found.push((word(block), &block[8..length - 4]));
        rest = after;
    }
    found
}

/// The comment among the options, which an end must follow.
pub fn comment(options: &[u8]) -> Option<String> {
    if options.is_empty() {
        return None;
    }
    let length = usize::from(u16::from_le_bytes([options[2], options[3]]));
    let text = &options[4..4 + length];
    assert_eq!(options[..2], [1, 0], "a comment comes first");
    assert_eq!(options[4 + length.next_multiple_of(4)..], [0; 4], "the end");
    Some(String::from_utf8(text.to_vec()).unwrap())
}

/// Every packet, in order; the file must begin with a section and an interface.
pub fn packets(file: &[u8]) -> Vec<Seen> {
    let blocks = blocks(file);
    let kinds: Vec<usize> = blocks.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds[..2], [0x0a0d_0d0a, 1]);
    let read = |(kind, body): &(usize, &[u8])| {
        assert_eq!(*kind, 6);
        let length = word(&body[12..]);
        assert_eq!(word(&body[16..]), length, "captured whole");
        let options = 20 + length.next_multiple_of(4);
        Seen {
            micros: (word(&body[4..]) as u64) << 32 | word(&body[8..]) as u64,
            comment: comment(&body[options..]),
            packet: body[20..20 + length].to_vec(),
        }
    };
    blocks[2..].iter().map(read).collect()
}
