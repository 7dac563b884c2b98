//! Lab 26 · The phone book · the zone: its names and their records.

use std::net::Ipv6Addr;

use super::message::Code;
use super::name;

pub const HEADER: usize = 12; // bytes; the first question begins after the header
pub const IN: [u8; 2] = [0, 1]; // the class of the internet
const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;
const SITE: [u8; 4] = [192, 0, 2, 7];
const SITE_6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7);
const GUESTS: u8 = 32; // addresses of party.tacos.example: too many for 512 bytes

/// The byte of the message to which the record's name points, the type, the data.
pub type Record = (u8, u16, Vec<u8>);

/// The code and the records for a question. Each record's name is a pointer to the question's name, from byte 12 on, or
/// to the end of this name.
pub fn look_up(asked: &[u8], kind: u16) -> (Code, Vec<Record>) {
    let site = name::write("tacos.example").unwrap_or_default();
    let before = asked.strip_suffix(&site[..]);
    let Some(before) = before.filter(|before| is_labels(before)) else {
        return (Code::Refused, Vec::new());
    };
    let whole = HEADER as u8;
    let site = whole + before.len() as u8; // where `tacos.example` stands
    let addresses = match kind {
        A => vec![(site, A, SITE.to_vec())],
        AAAA => vec![(site, AAAA, SITE_6.octets().to_vec())],
        _ => Vec::new(),
    };
    let party = |last| (whole, A, vec![192, 0, 2, last]);
    let records = match before {
        b"" => addresses,
        // An alias: its data is a name, and this name is also a pointer.
        b"\x03www" => [vec![(whole, CNAME, vec![0xc0, site])], addresses].concat(),
        b"\x05party" if kind == A => (1..=GUESTS).map(party).collect(),
        b"\x05party" => Vec::new(),
        _ => return (Code::NoSuchName, Vec::new()),
    };
    (Code::Fine, records)
}

/// Whether these bytes are whole labels. A label may contain the bytes of `tacos.example`, and is not in the zone then.
fn is_labels(mut bytes: &[u8]) -> bool {
    while let Some((&length, rest)) = bytes.split_first() {
        let Some(rest) = rest.get(usize::from(length)..) else {
            return false;
        };
        bytes = rest;
    }
    true
}
