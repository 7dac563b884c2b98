//! The two formats of captures, pcap and pcapng: packets with their link type and time.
//!
//! Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. Both come in both byte orders.

use crate::plural::count_of;
use std::time::Duration;

use super::ImportError;
use super::link::{Frame, Link};
use super::tcp::Flows;
use super::udp::Datagrams;
use crate::wire::Transcript;

/// A captured packet.
struct Packet<'a> {
    link: u32,
    /// Since 1970-01-01 00:00 UTC.
    time: Duration,
    bytes: &'a [u8],
    /// How many more bytes it had on the wire.
    missing: usize,
}

/// What an interface of a pcapng file is like.
#[derive(Clone, Copy)]
struct Interface {
    link: u32,
    snap_length: u32,
    /// Units of its clock in a second.
    units: u64,
    /// Seconds to add to each time.
    offset: u64,
}

/// The byte order of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

/// The first four bytes of a pcap file: its byte order, and the units of its clock.
fn pcap_magic(bytes: &[u8]) -> Option<(Order, u64)> {
    match bytes.first_chunk::<4>()? {
        [0xd4, 0xc3, 0xb2, 0xa1] => Some((Order::Little, 1_000_000)),
        [0x4d, 0x3c, 0xb2, 0xa1] => Some((Order::Little, 1_000_000_000)),
        [0xa1, 0xb2, 0xc3, 0xd4] => Some((Order::Big, 1_000_000)),
        [0xa1, 0xb2, 0x3c, 0x4d] => Some((Order::Big, 1_000_000_000)),
        _ => None,
    }
}

/// Whether the file is a capture of one of the two formats.
pub fn is_capture(bytes: &[u8]) -> bool {
    pcap_magic(bytes).is_some() || bytes.starts_with(&SECTION_HEADER.to_be_bytes())
}

/// The conversations of a capture.
pub fn transcript(bytes: &[u8]) -> Result<Transcript, ImportError> {
    let mut seen = CaptureState::default();
    let whole = match pcap_magic(bytes) {
        Some((order, units)) => pcap(bytes, order, units, &mut seen),
        None => pcapng(bytes, &mut seen),
    };
    if whole.is_none() {
        seen.note("the capture file is cut off here: later packets are missing");
    }
    seen.transcript()
}

/// What was found so far.
#[derive(Default)]
struct CaptureState {
    flows: Flows,
    datagrams: Datagrams,
    packets: usize,
    segments: usize,
    udp: usize,
    other: usize,
    damaged: usize,
    unknown_link: Option<u32>,
}

impl CaptureState {
    fn packet(&mut self, packet: &Packet) {
        self.packets += 1;
        let Some(link) = Link::of(packet.link) else {
            self.unknown_link = Some(packet.link);
            return;
        };
        match link.frame(packet.bytes, packet.missing) {
            Frame::Tcp(segment) => {
                self.segments += 1;
                self.flows.segment(packet.time, &segment);
            }
            Frame::Udp(datagram) => {
                self.udp += 1;
                self.datagrams.datagram(packet.time, &datagram);
            }
            Frame::Other => self.other += 1,
            Frame::Damaged => self.damaged += 1,
        }
    }

    /// Puts a note at this place: in both transcripts, because it is not known yet which one is kept.
    fn note(&mut self, text: &str) {
        self.flows.note(text);
        self.datagrams.note(text);
    }

    /// A transcript has one transport: datagrams are left out if there is TCP.
    fn transcript(mut self) -> Result<Transcript, ImportError> {
        if self.segments + self.udp == 0 {
            return Err(match self.unknown_link {
                Some(number) => ImportError::LinkType(number),
                None => ImportError::NoTransport(self.packets),
            });
        }
        let datagrams = match self.segments {
            0 => 0,
            _ => self.udp,
        };
        for (count, what) in [
            (datagrams, "of UDP, beside TCP"),
            (self.other, "not TCP or UDP, or fragments"),
            (self.damaged, "with a damaged header"),
        ] {
            if count > 0 {
                self.note(&format!("left out: {} {what}", count_of(count, "packet")));
            }
        }
        Ok(match self.segments {
            0 => self.datagrams.finish(),
            _ => self.flows.finish(),
        })
    }
}

/// All records of a pcap file. `None` when it ends inside one.
fn pcap(bytes: &[u8], order: Order, units: u64, seen: &mut CaptureState) -> Option<()> {
    let mut reader = Reader { bytes, order };
    let header = reader.take(24)?;
    // The upper bits tell of checksums after the frames.
    let link = order.number(header.get(20..)?)? & 0x0fff_ffff;
    while !reader.bytes.is_empty() {
        let header = reader.take(16)?;
        let field = |at: usize| header.get(at..).and_then(|field| order.number(field));
        let (seconds, fraction) = (u64::from(field(0)?), u64::from(field(4)?));
        let (captured, length) = (field(8)? as usize, field(12)? as usize);
        // Of a last record that is cut off, what is there.
        let rest = reader.bytes;
        let whole = reader.take(captured);
        let nanos = fraction.saturating_mul(1_000_000_000 / units);
        seen.packet(&Packet {
            link,
            time: Duration::from_secs(seconds).saturating_add(Duration::from_nanos(nanos)),
            bytes: whole.unwrap_or(rest),
            missing: length.saturating_sub(whole.unwrap_or(rest).len()),
        });
        whole?;
    }
    Some(())
}

/// All blocks of a pcapng file. `None` when it ends inside one, or one has an impossible length.
fn pcapng(bytes: &[u8], seen: &mut CaptureState) -> Option<()> {
    let order = Order::Little;
    let mut reader = Reader { bytes, order };
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut last = Duration::ZERO;
    while !reader.bytes.is_empty() {
        if reader.bytes.starts_with(&SECTION_HEADER.to_be_bytes()) {
            let magic = reader.bytes.get(8..12)?;
            reader.order = match Order::Big.number(magic)? == BYTE_ORDER_MAGIC {
                true => Order::Big,
                false => Order::Little,
            };
            interfaces.clear();
        }
        let order = reader.order;
        let kind = order.number(reader.bytes)?;
        let length = order.number(reader.bytes.get(4..)?)? as usize;
        let block = reader.take(length.next_multiple_of(4))?;
        let body = block.get(8..length.checked_sub(4)?)?;
        let packet = match kind {
            1 => {
                interfaces.extend(interface(body, order));
                None
            }
            2 => packet_block(body, order, &interfaces),
            3 => simple_packet(body, order, &interfaces, last),
            6 => enhanced_packet(body, order, &interfaces),
            _ => None,
        };
        if let Some(packet) = packet {
            last = packet.time;
            seen.packet(&packet);
        }
    }
    Some(())
}

/// Section 4.2 of the draft.
fn interface(body: &[u8], order: Order) -> Option<Interface> {
    let mut interface = Interface {
        link: order.number(body)? & 0xffff,
        snap_length: order.number(body.get(4..)?)?,
        units: 1_000_000,
        offset: 0,
    };
    if order == Order::Big {
        interface.link = order.number(body)? >> 16;
    }
    let mut options = body.get(8..).unwrap_or_default();
    while let Some((head, rest)) = options.split_at_checked(4) {
        let (code, length) = (order.short(head)?, order.short(head.get(2..)?)?);
        let length = usize::from(length);
        let value = rest.get(..length).unwrap_or_default();
        match (code, value) {
            (0, _) => break,
            // if_tsresol: a power of ten, or of two.
            (9, [resolution, ..]) => {
                let (base, power) = match resolution & 0x80 {
                    0 => (10u64, *resolution),
                    _ => (2, resolution & 0x7f),
                };
                interface.units = base.checked_pow(power.into()).unwrap_or(u64::MAX);
            }
            (14, [..]) if length == 8 => {
                let (one, other) = (order.number(value)?, order.number(value.get(4..)?)?);
                interface.offset = order.wide(one, other);
            }
            _ => {}
        }
        options = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(interface)
}

/// Section 4.3.
fn enhanced_packet<'a>(body: &'a [u8], order: Order, faces: &[Interface]) -> Option<Packet<'a>> {
    let number = |at: usize| body.get(at..).and_then(|field| order.number(field));
    let face = faces.get(number(0)? as usize)?;
    timed(
        face,
        (number(4)?, number(8)?),
        (number(12)?, number(16)?),
        body.get(20..)?,
    )
}

/// Appendix A: the obsolete block that the enhanced one replaced.
fn packet_block<'a>(body: &'a [u8], order: Order, faces: &[Interface]) -> Option<Packet<'a>> {
    let number = |at: usize| body.get(at..).and_then(|field| order.number(field));
    let face = faces.get(usize::from(order.short(body)?))?;
    timed(
        face,
        (number(4)?, number(8)?),
        (number(12)?, number(16)?),
        body.get(20..)?,
    )
}

fn timed<'a>(
    face: &Interface,
    (high, low): (u32, u32),
    (captured, length): (u32, u32),
    data: &'a [u8],
) -> Option<Packet<'a>> {
    let ticks = u64::from(high) << 32 | u64::from(low);
    let seconds = (ticks / face.units).saturating_add(face.offset);
    let nanos = u128::from(ticks % face.units) * 1_000_000_000 / u128::from(face.units);
    let bytes = data.get(..captured as usize).unwrap_or(data);
    Some(Packet {
        link: face.link,
        time: Duration::from_secs(seconds).saturating_add(Duration::from_nanos(nanos as u64)),
        bytes,
        missing: (length as usize).saturating_sub(bytes.len()),
    })
}

/// Section 4.4: it has no time, so it gets that of the packet before.
fn simple_packet<'a>(
    body: &'a [u8],
    order: Order,
    faces: &[Interface],
    time: Duration,
) -> Option<Packet<'a>> {
    let face = faces.first()?;
    let length = order.number(body)? as usize;
    let captured = match face.snap_length as usize {
        0 => length,
        snap => length.min(snap),
    };
    let data = body.get(4..)?;
    let bytes = data.get(..captured).unwrap_or(data);
    Some(Packet {
        link: face.link,
        time,
        bytes,
        missing: length.saturating_sub(bytes.len()),
    })
}

/// What is left of a file.
struct Reader<'a> {
    bytes: &'a [u8],
    order: Order,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }
}

impl Order {
    /// The first four bytes.
    fn number(self, bytes: &[u8]) -> Option<u32> {
        let bytes = *bytes.first_chunk::<4>()?;
        Some(match self {
            Order::Little => u32::from_le_bytes(bytes),
            Order::Big => u32::from_be_bytes(bytes),
        })
    }

    /// The first two bytes.
    fn short(self, bytes: &[u8]) -> Option<u16> {
        let bytes = *bytes.first_chunk::<2>()?;
        Some(match self {
            Order::Little => u16::from_le_bytes(bytes),
            Order::Big => u16::from_be_bytes(bytes),
        })
    }

    /// A number of 64 bits from its two halves, in the order of the file.
    fn wide(self, one: u32, other: u32) -> u64 {
        let (high, low) = match self {
            Order::Little => (other, one),
            Order::Big => (one, other),
        };
        u64::from(high) << 32 | u64::from(low)
    }
}
