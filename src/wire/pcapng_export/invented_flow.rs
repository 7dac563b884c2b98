//! The state of one TCP connection while its packets are invented: how much each side has sent, and which side
//! has ended.
//!
//! Rule 1: sequence numbers follow RFC 9293 section 3.4: SYN, FIN and each byte count one.
//! Rule 2: everything that uses a sequence number is acknowledged at once, until one side resets.
//! Rule 3: each step returns whether TCP allows it. A step that TCP does not allow writes nothing.

use core::net::SocketAddr;

use super::packet::{ACK, FIN, PSH, Packet, RST, SYN};
use super::{Out, Who};

/// Stands at every packet that the transcript has no line for.
const INVENTED: &str = "invented";

const CLIENT_ISN: u32 = 0x1000_0000;
const SERVER_ISN: u32 = 0x2000_0000;

/// How far the connection has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FlowState {
    /// The SYN was sent.
    Calling,
    /// A side that has not ended may send.
    Open,
    /// One side reset it: nothing is acknowledged any more. Bytes on their way still come.
    Broken,
    /// It was never answered.
    Refused,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    NotYet,
    Fin,
    Rst,
}

/// One direction.
struct FlowDirection {
    address: SocketAddr,
    /// The sequence number of what it sends next.
    next: u32,
    ended: End,
}

/// A connection.
pub struct Flow {
    state: FlowState,
    client: FlowDirection,
    server: FlowDirection,
}

impl Flow {
    /// The client's SYN.
    pub fn call(out: &mut Out, client: SocketAddr, server: SocketAddr) -> Flow {
        let side = |address, next| FlowDirection {
            address,
            next,
            ended: End::NotYet,
        };
        let mut flow = Flow {
            state: FlowState::Calling,
            client: side(client, CLIENT_ISN),
            server: side(server, SERVER_ISN),
        };
        flow.send(out, Who::Client, SYN, &[], Some(INVENTED));
        flow
    }

    /// The server's SYN+ACK and the client's ACK, unless they were sent before.
    pub fn answer(&mut self, out: &mut Out) {
        if self.state == FlowState::Calling {
            self.send(out, Who::Server, SYN | ACK, &[], Some(INVENTED));
            self.state = FlowState::Open;
            self.acknowledge(out, Who::Client);
        }
    }

    /// The bytes of one chunk, cut into segments; the last one is pushed.
    pub fn bytes<'a>(
        &mut self,
        out: &mut Out,
        who: Who,
        segments: impl Iterator<Item = &'a [u8]>,
        comment: Option<&str>,
    ) -> bool {
        self.answer(out);
        if !self.may_send(who) {
            return false;
        }
        let mut segments = segments.peekable();
        while let Some(segment) = segments.next() {
            let push = if segments.peek().is_none() { PSH } else { 0 };
            self.send(out, who, push | ACK, segment, comment);
            self.acknowledge(out, who.other());
        }
        true
    }

    /// A FIN, and an ACK back.
    pub fn fin(&mut self, out: &mut Out, who: Who) -> bool {
        self.answer(out);
        if !self.may_send(who) {
            return false;
        }
        self.send(out, who, FIN | ACK, &[], None);
        self.acknowledge(out, who.other());
        self.side(who).ended = End::Fin;
        true
    }

    /// A reset. It may follow one's own FIN, and the other's reset.
    pub fn rst(&mut self, out: &mut Out, who: Who) -> bool {
        self.answer(out);
        if self.state == FlowState::Refused || self.side(who).ended == End::Rst {
            return false;
        }
        self.send(out, who, RST | ACK, &[], None);
        self.side(who).ended = End::Rst;
        self.state = FlowState::Broken;
        true
    }

    /// A reset in answer to the SYN. Nobody listens, so it has no number of its own: RFC 9293
    /// section 3.10.7.1 says 0.
    pub fn refuse(&mut self, out: &mut Out) -> bool {
        if self.state != FlowState::Calling {
            return false;
        }
        self.server.next = 0;
        self.send(out, Who::Server, RST | ACK, &[], None);
        self.state = FlowState::Refused;
        true
    }

    fn may_send(&mut self, who: Who) -> bool {
        self.state != FlowState::Refused && self.side(who).ended == End::NotYet
    }

    fn acknowledge(&mut self, out: &mut Out, who: Who) {
        if self.state == FlowState::Open {
            self.send(out, who, ACK, &[], Some(INVENTED));
        }
    }

    /// One packet. The sender's numbers advance by what it carries.
    fn send(&mut self, out: &mut Out, who: Who, flags: u8, payload: &[u8], comment: Option<&str>) {
        let (from, to) = match who {
            Who::Client => (&mut self.client, &self.server),
            Who::Server => (&mut self.server, &self.client),
        };
        let packet = Packet {
            from: from.address,
            to: to.address,
            seq: from.next,
            ack: if flags & ACK == 0 { 0 } else { to.next },
            flags,
            payload,
        };
        out.packet(&packet, comment);
        let counts_one = u32::from(flags & (SYN | FIN) != 0);
        from.next = from.next.wrapping_add(payload.len() as u32 + counts_one);
    }

    fn side(&mut self, who: Who) -> &mut FlowDirection {
        match who {
            Who::Client => &mut self.client,
            Who::Server => &mut self.server,
        }
    }
}
