//! Writes a transcript as a pcapng file, so that tshark and Wireshark can open the recording of a proxy.
//!
//! Rule 1: bytes, their order and their times come from the transcript. Packet boundaries, ACKs, sequence
//! numbers, windows and handshakes are invented. The file says so, and so does every packet that has no line in
//! the transcript.
//! Rule 2: the same transcript gives the same file: this module reads no clock and uses no random number.
//! Rule 3: a step that TCP does not allow (bytes after a FIN of the same side) is an error, never an invalid
//! packet.
//!
//! What becomes of each line:
//!
//! | line | packets |
//! | --- | --- |
//! | `C connect` | SYN, SYN+ACK, ACK |
//! | a chunk | ACK segments of at most [`PcapngOptions::segment`] bytes, PSH in the last; an ACK back for each |
//! | `fin` | FIN+ACK, and an ACK back |
//! | `rst` | RST+ACK; from then on nobody acknowledges anything |
//! | `S refuse` | SYN, RST+ACK (a `connect` right before it becomes that SYN) |
//! | `C timeout` before anything else | a SYN that nobody answers |
//! | a chunk of `@transport udp` | one UDP packet; `drop` comments on it, `double` sends it again |
//! | `refuse` there, any other `timeout`, `~ end`, `~`, a note | nothing |
//! | `~ 50.2ms` | later packets are that much later; `~ 10ms..20ms` counts 10 ms |
//!
//! A connection whose `connect` was not recorded gets its handshake before its first line. A second
//! `connect` under the same number is a new connection, on a port of its own.

use core::net::SocketAddr;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Chunk, Conn, Entry, Event, Gap, Mask, Piece, Transcript, Who, recording_info};
use crate::limits::{DATAGRAM_PAYLOAD, MAX_SECRET};

mod block;
mod error;
mod invented_flow;
mod packet;
mod packet_settings;

pub use block::whole_blocks;
pub use error::PcapngError;
use invented_flow::Flow;
use packet::{MAX_PAYLOAD, Packet};
pub use packet_settings::PcapngOptions;

/// Stands in the file's first block.
const SECTION_COMMENT: &str = "Synthesised by wirelab from what a TCP proxy read and wrote. \
    Packet boundaries, ACKs, sequence numbers, windows and handshakes are invented; bytes, order \
    and times are real.";
/// Stands at every packet of a chunk from which a secret was left out.
const MASKED: &str = "masked: each * is one byte of a secret that was left out";

/// Stands at a datagram that never arrived, and at the second copy of one.
const LOST: &str = "lost: this datagram never arrived";
const DOUBLED: &str = "doubled: the network delivered this datagram twice";

/// The first of the dynamic ports (RFC 6335 section 6); each further connection takes the next one.
const FIRST_CLIENT_PORT: u16 = 49152;
/// Ports below are for well-known services; numbering goes on here after 65535.
const LOWEST_CLIENT_PORT: u16 = 1024;

/// The whole file. A secret that was masked with its length becomes as many `*`.
pub fn pcapng(transcript: &Transcript, options: &PcapngOptions) -> Result<Vec<u8>, PcapngError> {
    let entries = transcript.entries();
    let refused = refused_connects(entries);
    let mut writer = PcapngWriter::new(options.clone());
    for (at, entry) in entries.iter().enumerate() {
        match entry {
            Entry::Chunk(chunk) if options.datagrams => {
                let lost = transcript.fate_at(at) == Some(Event::Drop);
                writer.export.datagram(chunk, lost.then_some(LOST))?;
            }
            Entry::Event { conn, event, .. } if *event == Event::Connect => {
                writer.export.connect(*conn, refused.contains(&at));
            }
            other => writer.entry(other)?,
        }
    }
    Ok(writer.take())
}

/// The file as it grows: whole blocks, one step after the other.
pub struct PcapngWriter {
    export: Export,
}

impl PcapngWriter {
    /// Begins with the blocks that stand before the first packet.
    pub fn new(options: PcapngOptions) -> PcapngWriter {
        PcapngWriter {
            export: Export::new(options),
        }
    }

    /// The first packet's time, and whose it is; to be said before the first step.
    pub fn begin(&mut self, start: Duration, client: Option<SocketAddr>) {
        self.export.out.now = micros(start);
        self.export.next_ends = client.map(|client| (client, None));
    }

    /// Adds the packets of a step.
    pub fn entry(&mut self, entry: &Entry) -> Result<(), PcapngError> {
        let export = &mut self.export;
        match entry {
            Entry::Gap(gap) => export.out.wait(*gap),
            Entry::Chunk(chunk) if export.options.datagrams => export.datagram(chunk, None)?,
            Entry::Chunk(chunk) => export.chunk(chunk)?,
            Entry::Event { who, conn, event } => export.event(*who, *conn, *event)?,
            Entry::Note(text) => {
                if let Some(ends) = recording_info::ends_from(text) {
                    export.next_ends = Some(ends);
                }
            }
            Entry::Blank => {}
        }
        Ok(())
    }

    /// The blocks that were not taken yet.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.export.out.file)
    }
}

/// The places of each `connect` whose connection is refused next.
fn refused_connects(entries: &[Entry]) -> BTreeSet<usize> {
    let mut refused = BTreeSet::new();
    let mut refused_next: BTreeMap<Conn, bool> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate().rev() {
        let (conn, event) = match entry {
            Entry::Event { conn, event, .. } => (*conn, Some(*event)),
            Entry::Chunk(chunk) => (chunk.conn, None),
            _ => continue,
        };
        let next = refused_next.insert(conn, event == Some(Event::Refuse));
        if event == Some(Event::Connect) && next == Some(true) {
            refused.insert(at);
        }
    }
    refused
}

/// The file as far as it is written.
struct Out {
    file: Vec<u8>,
    /// Microseconds since 1970.
    now: u64,
    /// IPv4 identification of the last packet; it counts all packets of the file.
    id: u16,
}

impl Out {
    fn wait(&mut self, gap: Gap) {
        let passed = match gap {
            Gap::Exactly(passed) | Gap::Between(passed, _) => passed,
            Gap::Untimed | Gap::End => Duration::ZERO,
        };
        self.now = self.now.saturating_add(micros(passed));
    }

    /// Writes one packet, and gives it the next identification.
    fn packet(&mut self, packet: &Packet, comment: Option<&str>) {
        self.id = self.id.wrapping_add(1);
        let block = block::packet(self.now, &packet.bytes(self.id), comment);
        self.file.extend(block);
    }

    /// Writes one UDP packet, likewise.
    fn datagram(&mut self, ends: (SocketAddr, SocketAddr), payload: &[u8], comment: Option<&str>) {
        self.id = self.id.wrapping_add(1);
        let packet = packet::datagram(self.id, ends, payload);
        self.file.extend(block::packet(self.now, &packet, comment));
    }
}

/// The way from lines to packets.
struct Export {
    options: PcapngOptions,
    out: Out,
    next_port: u16,
    /// The two ends of the next connection, where a heading or a note names them.
    next_ends: Option<(SocketAddr, Option<SocketAddr>)>,
    flows: BTreeMap<Conn, Flow>,
    /// The two ends of each conversation of datagrams, and what was sent last.
    pairs: BTreeMap<Conn, (SocketAddr, SocketAddr)>,
    last: Option<(SocketAddr, SocketAddr, Vec<u8>)>,
}

impl Export {
    fn new(options: PcapngOptions) -> Export {
        let mut file = block::section_header(SECTION_COMMENT);
        file.extend(block::interface());
        let now = micros(options.start);
        Export {
            next_ends: options.first_client.map(|client| (client, None)),
            options,
            out: Out { file, now, id: 0 },
            next_port: FIRST_CLIENT_PORT,
            flows: BTreeMap::new(),
            pairs: BTreeMap::new(),
            last: None,
        }
    }

    /// A new connection; nobody answers its SYN when it is `refused`.
    fn connect(&mut self, conn: Conn, refused: bool) {
        let mut flow = self.call();
        if !refused {
            flow.answer(&mut self.out);
        }
        self.flows.insert(conn, flow);
    }

    fn event(&mut self, who: Who, conn: Conn, event: Event) -> Result<(), PcapngError> {
        match event {
            Event::Connect => self.connect(conn, false),
            Event::Timeout(_) if who == Who::Client && !self.flows.contains_key(&conn) => {
                self.connect(conn, true);
            }
            Event::Double => {
                if let Some((from, to, bytes)) = &self.last {
                    self.out.datagram((*from, *to), bytes, Some(DOUBLED));
                }
            }
            Event::Refuse if self.options.datagrams => {}
            Event::Timeout(_) | Event::Drop | Event::Swap => {}
            Event::Refuse => self.act(who, conn, Flow::refuse)?,
            Event::Fin => self.act(who, conn, |flow, out| flow.fin(out, who))?,
            Event::Rst => self.act(who, conn, |flow, out| flow.rst(out, who))?,
        }
        Ok(())
    }

    fn chunk(&mut self, chunk: &Chunk) -> Result<(), PcapngError> {
        let (who, conn) = (chunk.who, chunk.conn);
        let (bytes, masked) = bytes_of(&chunk.pieces).ok_or(PcapngError::Hole { who, conn })?;
        if bytes.is_empty() {
            return Ok(());
        }
        let comment = masked.then_some(MASKED);
        let segments = bytes.chunks(self.options.segment.clamp(1, MAX_PAYLOAD));
        self.act(who, conn, |flow, out| {
            flow.bytes(out, who, segments, comment)
        })
    }

    /// One UDP packet. Errors: a hole, or more bytes than a datagram can have.
    fn datagram(&mut self, chunk: &Chunk, lost: Option<&str>) -> Result<(), PcapngError> {
        let (who, conn) = (chunk.who, chunk.conn);
        let (bytes, masked) = bytes_of(&chunk.pieces).ok_or(PcapngError::Hole { who, conn })?;
        if bytes.len() > DATAGRAM_PAYLOAD {
            return Err(PcapngError::TooLong { who, conn });
        }
        let (client, server) = match self.pairs.get(&conn) {
            Some(ends) => *ends,
            None => {
                let ends = self.ends();
                *self.pairs.entry(conn).or_insert(ends)
            }
        };
        let (from, to) = match who {
            Who::Client => (client, server),
            Who::Server => (server, client),
        };
        let comment = lost.or(masked.then_some(MASKED));
        self.out.datagram((from, to), &bytes, comment);
        self.last = Some((from, to, bytes));
        Ok(())
    }

    /// Lets something happen on a connection, which is called first if it was never seen.
    fn act(
        &mut self,
        who: Who,
        conn: Conn,
        step: impl FnOnce(&mut Flow, &mut Out) -> bool,
    ) -> Result<(), PcapngError> {
        let mut flow = self.flows.remove(&conn).unwrap_or_else(|| self.call());
        let allowed = step(&mut flow, &mut self.out);
        self.flows.insert(conn, flow);
        match allowed {
            true => Ok(()),
            false => Err(PcapngError::AfterTheEnd { who, conn }),
        }
    }

    /// A SYN from the next port.
    fn call(&mut self) -> Flow {
        let (client, server) = self.ends();
        Flow::call(&mut self.out, client, server)
    }

    /// The two ends of the next connection. After some 64,000 connections the ports come again.
    fn ends(&mut self) -> (SocketAddr, SocketAddr) {
        if let Some((client, server)) = self.next_ends.take() {
            return (client, server.unwrap_or(self.options.server));
        }
        let port_after = |port: u16| port.checked_add(1).unwrap_or(LOWEST_CLIENT_PORT);
        let mut client = SocketAddr::new(self.options.client, self.next_port);
        if client == self.options.server {
            client.set_port(port_after(self.next_port));
        }
        self.next_port = port_after(client.port());
        (client, self.options.server)
    }
}

/// The bytes of a chunk, and whether some of them stand for a secret; `None` when a hole has no bytes.
fn bytes_of(pieces: &[Piece]) -> Option<(Vec<u8>, bool)> {
    let mut all = Vec::new();
    let mut masked = false;
    for piece in pieces {
        match piece {
            Piece::Bytes(bytes) => all.extend_from_slice(bytes),
            Piece::Mask(Mask::Masked { bytes }) => {
                let length = usize::try_from(*bytes).ok().filter(|n| *n <= MAX_SECRET)?;
                all.resize(all.len() + length, b'*');
                masked = true;
            }
            Piece::Mask(_) => return None,
            Piece::Remark(_) | Piece::Note(_) | Piece::Blank => {}
        }
    }
    Some((all, masked))
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
