//! Finds the TCP segment or the UDP datagram in the bytes of a captured frame.
//!
//! Rule 1: a length in a header is used only up to the end of the captured bytes. Padding after a packet is cut
//! off.
//! Rule 2: a frame without either, or with a fragment, is skipped, and the caller counts it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Range;

/// A segment as it was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Where it came from.
    pub from: SocketAddr,
    /// Where it went.
    pub to: SocketAddr,
    /// The sequence number of its SYN, or of its first byte.
    pub seq: u32,
    /// The acknowledgement number, where the flag is set.
    pub ack: Option<u32>,
    /// SYN, FIN, RST.
    pub syn: bool,
    /// See `syn`.
    pub fin: bool,
    /// See `syn`.
    pub rst: bool,
    /// The payload, as much of it as was captured.
    pub payload: &'a [u8],
    /// How many bytes of the payload were not captured (a snap length).
    pub cut: usize,
}

/// A datagram as it was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Where it came from.
    pub from: SocketAddr,
    /// Where it went.
    pub to: SocketAddr,
    /// The payload, as much of it as was captured.
    pub payload: &'a [u8],
    /// How many bytes of the payload were not captured (a snap length).
    pub cut: usize,
}

/// What a frame was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// A UDP datagram.
    Udp(Datagram<'a>),
    /// Something else, or a fragment of a packet.
    Other,
    /// A header that ends too early, or contradicts itself.
    Damaged,
}

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// The numbers of the two transport protocols (RFC 9293, RFC 768).
const TCP: u8 = 6;
const UDP: u8 = 17;

/// What a link type's frames carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// DLT_NULL and DLT_LOOP: four bytes with the address family.
    Loopback,
    /// DLT_EN10MB.
    Ethernet,
    /// DLT_RAW and its kin: an IP header comes first.
    Raw,
    /// DLT_LINUX_SLL.
    Cooked,
    /// DLT_LINUX_SLL2.
    Cooked2,
}

impl Link {
    /// The link type of this number (<https://www.tcpdump.org/linktypes.html>).
    pub fn of(number: u32) -> Option<Link> {
        match number {
            0 | 108 => Some(Link::Loopback),
            1 => Some(Link::Ethernet),
            12 | 14 | 101 | 228 | 229 => Some(Link::Raw),
            113 => Some(Link::Cooked),
            276 => Some(Link::Cooked2),
            _ => None,
        }
    }

    /// The frame's packet; `missing` bytes of the frame were not captured.
    pub fn frame<'a>(self, bytes: &'a [u8], missing: usize) -> Frame<'a> {
        let packet = match self {
            Link::Raw => Some(bytes),
            Link::Loopback => bytes.get(4..),
            Link::Ethernet => ethernet(bytes, 12),
            Link::Cooked => ethernet(bytes, 14),
            Link::Cooked2 => match bytes.get(..2) {
                Some(kind) if is_ip(kind) => bytes.get(20..),
                Some(_) => return Frame::Other,
                None => None,
            },
        };
        match packet {
            Some([]) if matches!(self, Link::Ethernet | Link::Cooked) => Frame::Other,
            Some(packet) => ip(packet, missing),
            None => Frame::Damaged,
        }
    }
}

/// Passes over the type at `at`, and over VLAN tags (IEEE 802.1Q). Empty for another protocol than IP.
fn ethernet(bytes: &[u8], mut at: usize) -> Option<&[u8]> {
    loop {
        match bytes.get(at..at + 2)? {
            [0x81, 0x00] | [0x88, 0xa8] | [0x91, 0x00] => at += 4,
            kind if is_ip(kind) => return bytes.get(at + 2..),
            _ => return Some(&[]),
        }
    }
}

fn is_ip(kind: &[u8]) -> bool {
    matches!(kind, [0x08, 0x00] | [0x86, 0xdd])
}

/// RFC 791 section 3.1, RFC 8200 section 3.
fn ip(packet: &[u8], missing: usize) -> Frame<'_> {
    match packet.first().map(|first| first >> 4) {
        Some(4) => ipv4(packet, missing),
        Some(6) => ipv6(packet, missing),
        Some(_) => Frame::Other,
        None => Frame::Damaged,
    }
}

fn ipv4(packet: &[u8], missing: usize) -> Frame<'_> {
    let Some((header, _)) = packet.split_first_chunk::<20>() else {
        return Frame::Damaged;
    };
    let length = usize::from(header[0] & 15) * 4;
    // 0 stands there when the network card cuts the packet into segments (TSO).
    let total = match usize::from(u16::from_be_bytes([header[2], header[3]])) {
        0 => packet.len() + missing,
        total => total,
    };
    let fragment = u16::from_be_bytes([header[6], header[7]]) & 0x3fff != 0;
    if length < 20 || total < length {
        return Frame::Damaged;
    }
    if fragment {
        return Frame::Other;
    }
    let address = |at: usize| {
        let bytes = [header[at], header[at + 1], header[at + 2], header[at + 3]];
        IpAddr::V4(Ipv4Addr::from(bytes))
    };
    let ends = (address(12), address(16));
    body(header[9], packet, length..total, ends)
}

fn ipv6(packet: &[u8], missing: usize) -> Frame<'_> {
    let Some((header, _)) = packet.split_first_chunk::<40>() else {
        return Frame::Damaged;
    };
    let total = match usize::from(u16::from_be_bytes([header[4], header[5]])) {
        0 => packet.len() + missing,
        payload => 40 + payload,
    };
    let address = |at: usize| {
        let bytes = header
            .get(at..at + 16)
            .and_then(|bytes| bytes.try_into().ok());
        IpAddr::V6(Ipv6Addr::from(bytes.unwrap_or([0; 16])))
    };
    let ends = (address(8), address(24));
    let (mut next, mut at) = (header[6], 40);
    loop {
        let option = packet.get(at..).unwrap_or_default();
        let (kind, length) = match (next, option) {
            (TCP | UDP, _) => return body(next, packet, at..total, ends),
            // Hop by hop, routing, destination options: eight bytes, and so many times eight more.
            (0 | 43 | 60, [kind, eights, ..]) => (*kind, 8 + usize::from(*eights) * 8),
            (51, [kind, fours, ..]) => (*kind, 8 + usize::from(*fours) * 4),
            // A fragment that is the whole packet.
            (44, [kind, _, 0, flags, ..]) if flags & 0xf9 == 0 => (*kind, 8),
            (0 | 43 | 60 | 51, _) => return Frame::Damaged,
            _ => return Frame::Other,
        };
        (next, at) = (kind, at + length);
    }
}

/// The segment or datagram at `place` of a packet.
fn body(protocol: u8, packet: &[u8], place: Range<usize>, ends: (IpAddr, IpAddr)) -> Frame<'_> {
    let captured = packet.get(..place.end).unwrap_or(packet);
    let cut = place.end.saturating_sub(packet.len());
    let Some(bytes) = captured.get(place.start..) else {
        return Frame::Damaged;
    };
    let frame = match protocol {
        TCP => tcp(bytes, cut, ends).map(Frame::Tcp),
        UDP => udp(bytes, cut, ends).map(Frame::Udp),
        _ => Some(Frame::Other),
    };
    frame.unwrap_or(Frame::Damaged)
}

/// RFC 768.
fn udp(datagram: &[u8], cut: usize, (from, to): (IpAddr, IpAddr)) -> Option<Datagram<'_>> {
    let (header, rest) = datagram.split_first_chunk::<8>()?;
    let number = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let length = match usize::from(number(4)) {
        // A datagram that is longer than its field can say (RFC 2675 section 4).
        0 => rest.len() + cut,
        length => length.checked_sub(8)?,
    };
    let payload = rest.get(..length).unwrap_or(rest);
    Some(Datagram {
        from: SocketAddr::new(from, number(0)),
        to: SocketAddr::new(to, number(2)),
        payload,
        cut: cut.min(length - payload.len()),
    })
}

/// RFC 9293 section 3.1.
fn tcp(segment: &[u8], cut: usize, (from, to): (IpAddr, IpAddr)) -> Option<Segment<'_>> {
    let (header, _) = segment.split_first_chunk::<20>()?;
    let length = usize::from(header[12] >> 4) * 4;
    if length < 20 {
        return None;
    }
    let number = |at: usize| {
        u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    let port = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let flags = header[13];
    Some(Segment {
        from: SocketAddr::new(from, port(0)),
        to: SocketAddr::new(to, port(2)),
        seq: number(4),
        ack: (flags & ACK != 0).then(|| number(8)),
        syn: flags & SYN != 0,
        fin: flags & FIN != 0,
        rst: flags & RST != 0,
        payload: segment.get(length..).unwrap_or_default(),
        cut: cut.saturating_sub(length.saturating_sub(segment.len())),
    })
}
