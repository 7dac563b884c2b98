//! The bytes of one TCP or UDP packet, IP header first, with true checksums.
//!
//! Sources: RFC 791 section 3.1 (IPv4), RFC 8200 section 3 (IPv6), RFC 9293 section 3.1 (TCP), RFC 768 (UDP).
//! No options anywhere: both headers have their smallest size.

use core::net::{IpAddr, SocketAddr};

/// The control bits that are used here.
pub const FIN: u8 = 0x01;
pub const SYN: u8 = 0x02;
pub const RST: u8 = 0x04;
pub const PSH: u8 = 0x08;
pub const ACK: u8 = 0x10;

const PROTOCOL_TCP: u8 = 6;
const PROTOCOL_UDP: u8 = 17;
const HOPS: u8 = 64;
const DONT_FRAGMENT: u16 = 0x4000;
/// Every packet offers the largest window that needs no option.
const WINDOW: u16 = u16::MAX;
const TCP_HEADER: usize = 20;
const IPV4_HEADER: usize = 20;
const UDP_HEADER: usize = 8;

/// Most bytes that one packet carries: an IPv4 packet is at most 65,535 bytes long. IPv6 could carry
/// 20 more; both are cut alike, and both stay below [`WINDOW`].
pub const MAX_PAYLOAD: usize = u16::MAX as usize - IPV4_HEADER - TCP_HEADER;

/// What one packet says.
pub struct Packet<'a> {
    /// Who sends it. Of the same IP version as `to`.
    pub from: SocketAddr,
    /// Who receives it.
    pub to: SocketAddr,
    /// Number of the first byte, or of the SYN or FIN.
    pub seq: u32,
    /// Number of the next byte that the sender awaits; 0 without [`ACK`].
    pub ack: u32,
    /// [`FIN`], [`SYN`], [`RST`], [`PSH`], [`ACK`].
    pub flags: u8,
    /// At most [`MAX_PAYLOAD`] bytes.
    pub payload: &'a [u8],
}

impl Packet<'_> {
    /// The whole packet as it stands on a link without a link layer. `id` is the IPv4
    /// identification; IPv6 has none.
    pub fn bytes(&self, id: u16) -> Vec<u8> {
        let segment = self.segment();
        in_ip(id, PROTOCOL_TCP, (self.from, self.to), &segment)
    }

    fn segment(&self) -> Vec<u8> {
        let offset_in_words = (TCP_HEADER / 4) as u8;
        let urgent = 0u16;
        let mut segment = Vec::with_capacity(TCP_HEADER + self.payload.len());
        segment.extend_from_slice(&self.from.port().to_be_bytes());
        segment.extend_from_slice(&self.to.port().to_be_bytes());
        segment.extend_from_slice(&self.seq.to_be_bytes());
        segment.extend_from_slice(&self.ack.to_be_bytes());
        segment.extend_from_slice(&[offset_in_words << 4, self.flags]);
        segment.extend_from_slice(&WINDOW.to_be_bytes());
        segment.extend_from_slice(&[0, 0]);
        segment.extend_from_slice(&urgent.to_be_bytes());
        segment.extend_from_slice(self.payload);
        let pseudo = pseudo_header(PROTOCOL_TCP, (self.from, self.to), segment.len());
        let sum = checksum(&[&pseudo, &segment]);
        segment[16..18].copy_from_slice(&sum.to_be_bytes());
        segment
    }
}

/// One UDP packet with at most [`crate::limits::DATAGRAM_PAYLOAD`] bytes; the ends are of the same IP version.
pub fn datagram(id: u16, ends: (SocketAddr, SocketAddr), payload: &[u8]) -> Vec<u8> {
    let length = UDP_HEADER + payload.len();
    let mut udp = Vec::with_capacity(length);
    udp.extend_from_slice(&ends.0.port().to_be_bytes());
    udp.extend_from_slice(&ends.1.port().to_be_bytes());
    udp.extend_from_slice(&(length as u16).to_be_bytes());
    udp.extend_from_slice(&[0, 0]);
    udp.extend_from_slice(payload);
    // A sum of 0 is sent as all ones: 0 says that there is none (RFC 768).
    let sum = match checksum(&[&pseudo_header(PROTOCOL_UDP, ends, length), &udp]) {
        0 => u16::MAX,
        sum => sum,
    };
    udp[6..8].copy_from_slice(&sum.to_be_bytes());
    in_ip(id, PROTOCOL_UDP, ends, &udp)
}

/// The IP packet around a segment or a datagram.
fn in_ip(id: u16, protocol: u8, (from, to): (SocketAddr, SocketAddr), inside: &[u8]) -> Vec<u8> {
    let mut packet = match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            ipv4_header(id, protocol, inside.len(), from.octets(), to.octets())
        }
        (from, to) => ipv6_header(protocol, inside.len(), ipv6(from), ipv6(to)),
    };
    packet.extend_from_slice(inside);
    packet
}

/// What the checksum covers besides the segment or datagram: RFC 9293 section 3.1 and RFC 768 for IPv4,
/// RFC 8200 section 8.1 for IPv6.
fn pseudo_header(protocol: u8, (from, to): (SocketAddr, SocketAddr), length: usize) -> Vec<u8> {
    let mut pseudo = Vec::new();
    match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            pseudo.extend_from_slice(&from.octets());
            pseudo.extend_from_slice(&to.octets());
            pseudo.extend_from_slice(&[0, protocol]);
            pseudo.extend_from_slice(&(length as u16).to_be_bytes());
        }
        (from, to) => {
            pseudo.extend_from_slice(&ipv6(from));
            pseudo.extend_from_slice(&ipv6(to));
            pseudo.extend_from_slice(&(length as u32).to_be_bytes());
            pseudo.extend_from_slice(&[0, 0, 0, protocol]);
        }
    }
    pseudo
}

/// Twenty bytes, with their own checksum.
fn ipv4_header(id: u16, protocol: u8, segment: usize, from: [u8; 4], to: [u8; 4]) -> Vec<u8> {
    let version_and_words = 0x40 | (IPV4_HEADER / 4) as u8;
    let service = 0;
    let mut header = Vec::with_capacity(IPV4_HEADER + segment);
    header.extend_from_slice(&[version_and_words, service]);
    header.extend_from_slice(&((IPV4_HEADER + segment) as u16).to_be_bytes());
    header.extend_from_slice(&id.to_be_bytes());
    header.extend_from_slice(&DONT_FRAGMENT.to_be_bytes());
    header.extend_from_slice(&[HOPS, protocol, 0, 0]);
    header.extend_from_slice(&from);
    header.extend_from_slice(&to);
    let sum = checksum(&[&header]);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
    header
}

/// Forty bytes: version 6, no traffic class, no flow label. IPv6 has no checksum of its own.
fn ipv6_header(protocol: u8, segment: usize, from: [u8; 16], to: [u8; 16]) -> Vec<u8> {
    let mut header = vec![0x60, 0, 0, 0];
    header.extend_from_slice(&(segment as u16).to_be_bytes());
    header.extend_from_slice(&[protocol, HOPS]);
    header.extend_from_slice(&from);
    header.extend_from_slice(&to);
    header
}

/// An IPv4 address among IPv6 ones is written `::ffff:a.b.c.d` (RFC 4291 section 2.5.5.2).
fn ipv6(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}

/// The internet checksum (RFC 1071 section 1) of the parts, of which only the last may be odd.
fn checksum(parts: &[&[u8]]) -> u16 {
    let mut sum = 0u64;
    for part in parts {
        for pair in part.chunks(2) {
            sum += u64::from(pair[0]) << 8 | u64::from(pair.get(1).copied().unwrap_or(0));
        }
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_syn_is_byte_for_byte_the_one_in_the_description() {
        let syn = Packet {
            from: "127.0.0.1:49152".parse().unwrap(),
            to: "127.0.0.2:8080".parse().unwrap(),
            seq: 0x1000_0000,
            ack: 0,
            flags: SYN,
            payload: &[],
        };
        let hex: Vec<String> = syn
            .bytes(1)
            .chunks(2)
            .map(|pair| format!("{:02x}{:02x}", pair[0], pair[1]))
            .collect();
        assert_eq!(
            hex.join(" "),
            "4500 0028 0001 4000 4006 3ccc 7f00 0001 7f00 0002 \
             c000 1f90 1000 0000 0000 0000 5002 ffff c24e 0000"
        );
    }

    #[test]
    fn a_checksum_over_its_own_packet_is_zero() {
        for (from, to) in [("10.0.0.1:1", "10.0.0.2:2"), ("[::1]:1", "[fe80::2]:2")] {
            let packet = Packet {
                from: from.parse().unwrap(),
                to: to.parse().unwrap(),
                seq: u32::MAX,
                ack: 5,
                flags: PSH | ACK,
                payload: b"an odd number of bytes!",
            };
            let segment = packet.segment();
            assert_eq!(packet.payload.len() % 2, 1);
            assert_eq!(
                checksum(&[
                    &pseudo_header(PROTOCOL_TCP, (packet.from, packet.to), segment.len()),
                    &segment
                ]),
                0
            );
            for payload in [&b"odd"[..], b"even", b""] {
                let ends = (packet.from, packet.to);
                let whole = datagram(7, ends, payload);
                let udp = &whole[whole.len() - UDP_HEADER - payload.len()..];
                assert_eq!(
                    udp[4..6],
                    ((UDP_HEADER + payload.len()) as u16).to_be_bytes()
                );
                let pseudo = pseudo_header(PROTOCOL_UDP, ends, udp.len());
                assert_eq!(checksum(&[&pseudo, udp]), 0);
            }
        }
    }
}
