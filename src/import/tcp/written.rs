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

    pub(super) fn gap(&mut self, time: Duration, conn: Conn, who: Who, missing: usize) {
        self.time(time);
        let bytes = missing as u64;
        let text = format!("{} missing in the capture", count_are(missing, "byte"));
        self.transcript.push_note(&text);
        self.transcript.push_mask(
            conn,
            who,
            Mask::Bytes {
                min: bytes,
                max: bytes,
            },
        );
        self.transcript.push_gap(Gap::Untimed);
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

    pub(super) fn headings(self) -> Transcript {
        let mut whole = Transcript::new();
        whole.push_heading("wire", "1");
        whole.push_heading("seen-by", "capture");
        recording_info::push_headings(&mut whole, self.start, self.client, self.server);
        whole.append(self.transcript);
        whole
    }
}
