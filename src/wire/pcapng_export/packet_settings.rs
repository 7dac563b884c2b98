//! What the packets say besides the transcript: addresses, the time of the start, the longest segment.
//!
//! Rule: what no heading says has a default, so that the same transcript gives the same file.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::packet::MAX_PAYLOAD;
use crate::wire::{Transcript, recording_info};

/// What the packets say besides the transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcapngOptions {
    /// The address of every client that no note names; their ports are 49152, 49153 … in the order of
    /// connecting.
    pub client: IpAddr,
    /// Where the first client called from, if that is known.
    pub first_client: Option<SocketAddr>,
    /// The server. When one address is IPv4 and the other IPv6, both are written as IPv6.
    pub server: SocketAddr,
    /// When the transcript began, since 1970-01-01 00:00 UTC; whole microseconds count.
    pub start: Duration,
    /// Whether each chunk is one UDP datagram.
    pub datagrams: bool,
    /// Most bytes in one packet, 1 to 65,495. The default is the most: one chunk, one packet.
    pub segment: usize,
}

impl Default for PcapngOptions {
    fn default() -> PcapngOptions {
        PcapngOptions {
            client: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 1)),
            first_client: None,
            server: SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), 8080)),
            start: Duration::ZERO,
            datagrams: false,
            segment: MAX_PAYLOAD,
        }
    }
}

impl PcapngOptions {
    /// What the headings of a transcript say: `@at`, `@client`, `@server`; the rest is the default.
    pub fn of(transcript: &Transcript) -> PcapngOptions {
        let default = PcapngOptions::default();
        let end = |key| transcript.heading(key).and_then(|text| text.parse().ok());
        let start = transcript
            .heading(recording_info::AT)
            .and_then(recording_info::moment_from);
        PcapngOptions {
            first_client: end(recording_info::CLIENT),
            server: end(recording_info::SERVER).unwrap_or(default.server),
            start: start.unwrap_or(default.start),
            datagrams: transcript.has_datagrams(),
            ..default
        }
    }
}
