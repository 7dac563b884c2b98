//! What is asked of the steps of a transcript: the bytes of one side, the connections, the events.
//!
//! Rule: nothing is changed here; `transcript` builds transcripts.

use super::{Chunk, Conn, Entry, Event, Piece, Transcript, Who};

impl Chunk {
    /// Its bytes, joined; holes count as nothing.
    pub fn exact(&self) -> Vec<u8> {
        let bytes = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Bytes(bytes) => Some(&bytes[..]),
            _ => None,
        });
        bytes.collect::<Vec<_>>().concat()
    }
}

impl Entry {
    /// The connection of a step; none for times and notes.
    pub fn conn(&self) -> Option<Conn> {
        match self {
            Entry::Chunk(chunk) => Some(chunk.conn),
            Entry::Event { conn, .. } => Some(*conn),
            Entry::Gap(_) | Entry::Note(_) | Entry::Blank => None,
        }
    }
}

impl Transcript {
    /// Every byte that `who` sent on `conn`, joined; masks count as nothing (see [`Transcript::has_masks`]).
    pub fn bytes_of(&self, conn: Conn, who: Who) -> Vec<u8> {
        let mut all = Vec::new();
        for entry in self.entries() {
            if let Entry::Chunk(chunk) = entry
                && chunk.conn == conn
                && chunk.who == who
            {
                all.extend(chunk.exact());
            }
        }
        all
    }

    /// The numbers of the connections that occur, in order of first occurrence.
    pub fn connections(&self) -> Vec<Conn> {
        let mut seen = Vec::new();
        for conn in self.entries().iter().filter_map(Entry::conn) {
            if !seen.contains(&conn) {
                seen.push(conn);
            }
        }
        seen
    }

    /// Whether there is such an event, by its sender and its connection.
    pub fn has_event(&self, is: impl Fn(Who, Conn, Event) -> bool) -> bool {
        self.entries().iter().any(
            |entry| matches!(entry, Entry::Event { who, conn, event } if is(*who, *conn, *event)),
        )
    }

    /// Whether there is a hole anywhere: then this is a pattern, and cannot be replayed.
    pub fn has_masks(&self) -> bool {
        let chunks = self.entries().iter().filter_map(|entry| match entry {
            Entry::Chunk(chunk) => Some(chunk),
            _ => None,
        });
        chunks
            .flat_map(|chunk| &chunk.pieces)
            .any(|piece| matches!(piece, Piece::Mask(_)))
    }
}
