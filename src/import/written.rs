//! Writes the transcript of a capture: times, gaps, and the two ends of each connection.

use crate::plural::count_are;
use std::net::SocketAddr;
use std::time::Duration;

use crate::wire::{Conn, Gap, Mask, Transcript, Who, recording_info};

/// The transcript so far.
#[derive(Default)]
pub(super) struct Written {
    pub(super) transcript: Transcript,
    /// When it began, and when the last step was.
    pub(super) start: Option<Duration>,
    pub(super) last: Duration,
    pub(super) connections: Conn,
    /// The server of all connections, if there is one.
    pub(super) server: Option<SocketAddr>,
    pub(super) client: Option<SocketAddr>,
    pub(super) several_servers: bool,
}

impl Written {
    /// Writes the time that has passed.
    pub(super) fn time(&mut self, now: Duration) {
        match self.start {
            None => (self.start, self.last) = (Some(now), now),
            Some(_) => {
                let passed = now.saturating_sub(self.last);
                self.last = self.last.max(now);
                self.transcript.push_gap(Gap::Exactly(passed));
            }
        }
    }

    /// Writes that bytes of a stream are missing: a mask of that many bytes, apart from the bytes behind it.
    pub(super) fn gap(&mut self, time: Duration, conn: Conn, who: Who, missing: usize) {
        self.time(time);
        self.note_missing(missing);
        self.mask(conn, who, missing);
        self.transcript.push_gap(Gap::Untimed);
    }

    pub(super) fn note_missing(&mut self, missing: usize) {
        let text = format!("{} missing in the capture", count_are(missing, "byte"));
        self.transcript.push_note(&text);
    }

    /// Stands for this many bytes.
    pub(super) fn mask(&mut self, conn: Conn, who: Who, missing: usize) {
        let (min, max) = (missing as u64, missing as u64);
        self.transcript
            .push_mask(conn, who, Mask::Bytes { min, max });
    }

    /// Says between whom the next connection is.
    pub(super) fn ends(&mut self, client: SocketAddr, server: SocketAddr) {
        if self.client.is_none() {
            (self.client, self.server) = (Some(client), Some(server));
            return;
        }
        let other = (self.server != Some(server)).then_some(server);
        self.several_servers |= other.is_some();
        self.transcript
            .push_note(&recording_info::ends_note(client, other));
    }

    /// The whole transcript, with the name of another transport than TCP.
    pub(super) fn headings(self, transport: Option<&str>) -> Transcript {
        let mut whole = Transcript::new();
        whole.push_heading("wire", "1");
        if let Some(transport) = transport {
            whole.push_heading("transport", transport);
        }
        whole.push_heading("seen-by", "capture");
        recording_info::push_headings(&mut whole, self.start, self.client, self.server);
        whole.append(self.transcript);
        whole
    }
}
