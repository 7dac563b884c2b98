//! Puts captured segments together to the bytes that each side sent, in order.
//!
//! Rule 1: the first copy of a byte counts; a retransmission adds only new bytes (RFC 9293 section 3.10.7.4).
//! Sequence numbers wrap, so they are compared by their distance.
//! Rule 2: bytes that the other side acknowledged and the capture lacks are a gap: a mask of that many bytes
//! with a note. A gap is written when later segments of the connection cannot fill it any more.
//! Rule 3: memory is bounded by the size of the capture, because waiting segments are parts of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use super::link::Segment;
use super::written::Written;
use crate::limits;
use crate::wire::{Conn, Event, Gap, Transcript, Who};

/// So many segments of a connection may come after an acknowledged one that is missing, before it is
/// taken for lost: a capture may hold packets in another order than they came.
const PATIENCE: usize = 64;

/// All conversations of a capture.
#[derive(Default)]
pub struct Flows {
    /// By the two ends, the lower one first.
    open: BTreeMap<(SocketAddr, SocketAddr), Flow>,
    written: Written,
}

/// One connection.
struct Flow {
    client: SocketAddr,
    server: SocketAddr,
    /// Its number, as soon as something happened on it.
    conn: Option<Conn>,
    connected: bool,
    over: bool,
    /// What the client says, and what the server says.
    sides: [DirectionState; 2],
    /// When its last segment came.
    time: Duration,
}

/// One direction.
#[derive(Default)]
struct DirectionState {
    /// The sequence number of its SYN.
    isn: Option<u32>,
    /// The next byte; `None` before anything was seen of it.
    next: Option<u32>,
    /// The other side has acknowledged everything before this.
    acked: Option<u32>,
    /// Segments that wait for an earlier one, by their distance from `next` when they came.
    waiting: Vec<Piece>,
    /// Bytes in them.
    held: usize,
    /// Segments seen since something acknowledged was found missing.
    missed_since: usize,
    /// Where its FIN stands.
    fin: Option<u32>,
    fin_written: bool,
}

/// A part of a direction that came too early.
struct Piece {
    seq: u32,
    bytes: Vec<u8>,
    cut: usize,
}

/// The way from `from` to `to`, around the end of the numbers: negative when `to` is before `from`.
fn distance(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from) as i32
}

impl Flows {
    /// Takes the next segment of the capture.
    pub fn segment(&mut self, time: Duration, segment: &Segment) {
        let ends = match segment.from <= segment.to {
            true => (segment.from, segment.to),
            false => (segment.to, segment.from),
        };
        let again = self
            .open
            .get(&ends)
            .is_some_and(|flow| flow.begins_again(segment));
        if again && let Some(mut flow) = self.open.remove(&ends) {
            flow.finish(&mut self.written);
        }
        let flow = self
            .open
            .entry(ends)
            .or_insert_with(|| Flow::of(segment, time));
        flow.segment(time, segment, &mut self.written);
    }

    /// Puts a note at this place.
    pub fn note(&mut self, text: &str) {
        self.written.transcript.push_note(text);
    }

    /// The transcript of all of them.
    pub fn finish(mut self) -> Transcript {
        let mut left: Vec<Flow> = self.open.into_values().collect();
        left.sort_by_key(|flow| flow.conn.unwrap_or(Conn::MAX));
        let mut still_open = false;
        for flow in &mut left {
            flow.finish(&mut self.written);
            still_open |= flow.is_open();
        }
        if still_open {
            self.written.transcript.push_gap(Gap::End);
        }
        self.written.headings(None)
    }
}

impl Flow {
    /// Who sent a SYN is the client, who answered one the server; in the middle of a conversation the
    /// lower port is taken for the server's.
    fn of(segment: &Segment, time: Duration) -> Flow {
        let from_client = match (segment.syn, segment.ack) {
            (true, None) => true,
            (true, Some(_)) => false,
            _ => segment.from.port() >= segment.to.port(),
        };
        let (client, server) = match from_client {
            true => (segment.from, segment.to),
            false => (segment.to, segment.from),
        };
        Flow {
            client,
            server,
            conn: None,
            connected: false,
            over: false,
            sides: Default::default(),
            time,
        }
    }

    /// A SYN that is not that of this connection: the same ports once more.
    fn begins_again(&self, segment: &Segment) -> bool {
        let side = &self.sides[usize::from(segment.from == self.server)];
        segment.syn && segment.ack.is_none() && side.next.is_some() && side.isn != Some(segment.seq)
    }

    fn is_open(&self) -> bool {
        let ended = self.sides.iter().all(|side| side.fin_written);
        self.conn.is_some() && self.connected && !self.over && !ended
    }

    fn segment(&mut self, time: Duration, segment: &Segment, written: &mut Written) {
        self.time = time;
        let who = match segment.from == self.server {
            true => Who::Server,
            false => Who::Client,
        };
        if self.over {
            return;
        }
        let seq = match segment.syn {
            true => segment.seq.wrapping_add(1),
            false => segment.seq,
        };
        let [client, server] = &mut self.sides;
        let (side, other) = match who {
            Who::Client => (client, server),
            Who::Server => (server, client),
        };
        if segment.syn {
            side.isn = Some(segment.seq);
            side.next.get_or_insert(seq);
        }
        if let Some(ack) = segment.ack
            && other.acked.is_none_or(|before| distance(before, ack) > 0)
        {
            other.acked = Some(ack);
        }
        if segment.rst {
            return self.rst(who, segment, written);
        }
        if !segment.syn || segment.ack.is_some() || !segment.payload.is_empty() {
            self.connect(written);
        }
        self.take(who, seq, segment);
        for who in [Who::Client, Who::Server] {
            self.deliver(who, false, written);
        }
    }

    /// A reset ends it; in answer to a SYN it is a refusal.
    fn rst(&mut self, who: Who, segment: &Segment, written: &mut Written) {
        let before_any_answer = !self.connected && self.sides.iter().any(|side| side.isn.is_some());
        if before_any_answer && who == Who::Server && segment.ack.is_some() {
            self.number(written);
            self.act(who, Event::Refuse, written);
        } else {
            self.connect(written);
            for who in [Who::Client, Who::Server] {
                self.deliver(who, true, written);
            }
            self.act(who, Event::Rst, written);
        }
        self.over = true;
    }

    fn connect(&mut self, written: &mut Written) {
        if self.connected {
            return;
        }
        self.connected = true;
        self.number(written);
        if self.sides.iter().any(|side| side.isn.is_some()) {
            self.act(Who::Client, Event::Connect, written);
        } else {
            written.time(self.time);
            let conn = self.conn.unwrap_or(1);
            let text = format!("connection {conn} was open when the capture began");
            written.transcript.push_note(&text);
        }
    }

    /// Gives it a number, and says whose it is.
    fn number(&mut self, written: &mut Written) {
        if self.conn.is_none() {
            written.connections += 1;
            self.conn = Some(written.connections);
            written.ends(self.client, self.server);
        }
    }

    fn act(&mut self, who: Who, event: Event, written: &mut Written) {
        written.time(self.time);
        written
            .transcript
            .push_event(self.conn.unwrap_or(1), who, event);
    }

    /// Puts the bytes of a segment where they belong.
    fn take(&mut self, who: Who, seq: u32, segment: &Segment) {
        let side = &mut self.sides[usize::from(who == Who::Server)];
        let length = segment.payload.len() + segment.cut;
        let next = *side.next.get_or_insert(seq);
        let end = seq.wrapping_add(length as u32);
        if segment.fin {
            side.fin = Some(end);
        }
        if length == 0 || distance(next, end) <= 0 {
            return;
        }
        side.held += segment.payload.len();
        side.waiting.push(Piece {
            seq,
            bytes: segment.payload.to_vec(),
            cut: segment.cut,
        });
    }

    /// Writes what is in order; with `all`, what is not, too, with gaps between.
    fn deliver(&mut self, who: Who, all: bool, written: &mut Written) {
        let conn = self.conn.unwrap_or(1);
        let time = self.time;
        let side = &mut self.sides[usize::from(who == Who::Server)];
        let Some(mut next) = side.next else {
            return;
        };
        while let Some(piece) = side.first_piece(next) {
            let lead = distance(next, piece.seq);
            if lead > 0 && !all && !side.is_lost(next) {
                side.waiting.push(piece);
                break;
            }
            if lead > 0 {
                written.gap(time, conn, who, lead as usize);
                next = piece.seq;
            }
            side.missed_since = 0;
            side.held -= piece.bytes.len();
            // What came before is known already.
            let known = distance(piece.seq, next) as usize;
            let new = piece.bytes.get(known..).unwrap_or_default();
            if !new.is_empty() {
                written.time(time);
                written.transcript.push_bytes(conn, who, new);
            }
            let cut = piece
                .cut
                .saturating_sub(known.saturating_sub(piece.bytes.len()));
            if cut > 0 {
                written.gap(time, conn, who, cut);
            }
            next = next.wrapping_add((new.len() + cut) as u32);
        }
        let lost = side.acked.map_or(0, |acked| distance(next, acked));
        let fin = side.fin.map(|fin| distance(next, fin));
        if all && lost > 0 && fin != Some(0) {
            // The FIN counts one.
            let missing = fin.filter(|fin| *fin < lost).unwrap_or(lost);
            written.gap(time, conn, who, missing as usize);
            next = next.wrapping_add(missing as u32);
        }
        side.next = Some(next);
        let at_fin = side.fin.is_some_and(|fin| distance(next, fin) <= 0 || all);
        if at_fin && !side.fin_written {
            side.fin_written = true;
            self.act(who, Event::Fin, written);
        }
    }

    /// What waits is written, gaps and all.
    fn finish(&mut self, written: &mut Written) {
        if !self.over && self.conn.is_some() {
            for who in [Who::Client, Who::Server] {
                self.deliver(who, true, written);
            }
        } else if self.conn.is_none() {
            self.number(written);
            written.time(self.time);
            let conn = self.conn.unwrap_or(1);
            let text = format!("connection {conn}: this capture has no answer to its SYN");
            written.transcript.push_note(&text);
        }
    }
}

impl DirectionState {
    /// The waiting piece that comes first; pieces that bring nothing new go.
    fn first_piece(&mut self, next: u32) -> Option<Piece> {
        let ends_later = |piece: &Piece| {
            let length = (piece.bytes.len() + piece.cut) as u32;
            distance(next, piece.seq.wrapping_add(length)) > 0
        };
        self.waiting.retain(ends_later);
        let first = (0..self.waiting.len()).min_by_key(|at| {
            self.waiting
                .get(*at)
                .map(|piece| distance(next, piece.seq).max(0))
        })?;
        Some(self.waiting.remove(first))
    }

    /// Whether the bytes at `next` will not come any more.
    fn is_lost(&mut self, next: u32) -> bool {
        let acked = self.acked.is_some_and(|acked| distance(next, acked) > 0);
        self.missed_since += usize::from(acked);
        self.missed_since > PATIENCE || self.held > limits::MAX_HELD
    }
}
