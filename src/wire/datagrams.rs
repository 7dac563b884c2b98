//! Transcripts of datagrams: `@transport udp`.
//!
//! Rule: each chunk is one datagram, and never joins the next one; what the network did to it stands behind it.

use super::{Conn, Entry, Event, Gap, Transcript, Who};

impl Transcript {
    /// Whether each chunk is one UDP datagram (RFC 768): `@transport udp`. Then chunks never join, there is
    /// no `connect` and no `fin`, and [`Event::is_fate`] events say what the network did.
    pub fn has_datagrams(&self) -> bool {
        self.heading("transport") == Some("udp")
    }

    /// Adds one datagram of `who`: a chunk of its own.
    pub fn push_datagram(&mut self, conn: Conn, who: Who, bytes: &[u8]) {
        self.separate(conn, who);
        self.push_bytes(conn, who, bytes);
    }

    /// Ends the chunk of this side, if it has spoken last.
    pub(crate) fn separate(&mut self, conn: Conn, who: Who) {
        if self.speaks_last(conn, who) {
            self.push_gap(Gap::Untimed);
        }
    }

    /// Whether bytes of this side would join the chunk before.
    fn speaks_last(&self, conn: Conn, who: Who) -> bool {
        let is_aside = |entry: &&Entry| matches!(entry, Entry::Note(_) | Entry::Blank);
        let last = self.entries().iter().rev().find(|entry| !is_aside(entry));
        matches!(last, Some(Entry::Chunk(chunk)) if chunk.conn == conn && chunk.who == who)
    }

    /// What the network did to the datagram at this entry: the event that follows it at once.
    pub fn fate_at(&self, at: usize) -> Option<Event> {
        let Some(Entry::Chunk(chunk)) = self.entries().get(at) else {
            return None;
        };
        let passes =
            |entry: &&Entry| matches!(entry, Entry::Gap(_) | Entry::Note(_) | Entry::Blank);
        match self
            .entries()
            .iter()
            .skip(at + 1)
            .find(|entry| !passes(entry))
        {
            Some(Entry::Event { who, conn, event })
                if (*conn, *who) == (chunk.conn, chunk.who) && event.is_fate() =>
            {
                Some(*event)
            }
            _ => None,
        }
    }
}
