//! Makes a transcript of captured datagrams: each is a chunk of its own, in the order of the capture.
//!
//! Rule: who sends first between two ends is the client, and its datagrams and the answers are one connection.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use super::link::Datagram;
use super::written::Written;
use crate::wire::{Conn, Transcript, Who};

/// All datagrams of a capture.
#[derive(Default)]
pub struct Datagrams {
    /// The number of a client and a server.
    known: BTreeMap<(SocketAddr, SocketAddr), Conn>,
    written: Written,
}

impl Datagrams {
    /// Takes the next datagram of the capture.
    pub fn datagram(&mut self, time: Duration, datagram: &Datagram) {
        let (from, to) = (datagram.from, datagram.to);
        let (who, conn) = match (self.known.get(&(from, to)), self.known.get(&(to, from))) {
            (Some(conn), _) => (Who::Client, *conn),
            (None, Some(conn)) => (Who::Server, *conn),
            (None, None) => {
                self.written.connections += 1;
                let conn = self.written.connections;
                self.known.insert((from, to), conn);
                self.written.ends(from, to);
                (Who::Client, conn)
            }
        };
        self.written.time(time);
        if datagram.cut > 0 {
            self.written.note_missing(datagram.cut);
        }
        let transcript = &mut self.written.transcript;
        transcript.push_datagram(conn, who, datagram.payload);
        if datagram.cut > 0 {
            self.written.mask(conn, who, datagram.cut);
        }
    }

    /// Puts a note at this place.
    pub fn note(&mut self, text: &str) {
        self.written.transcript.push_note(text);
    }

    /// The transcript of all of them.
    pub fn finish(self) -> Transcript {
        self.written.headings(Some("udp"))
    }
}
