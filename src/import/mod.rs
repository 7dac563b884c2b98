//! Turns recordings of other programs into transcripts: captures (pcap, pcapng) of TCP or UDP, and HAR files.
//!
//! Rule 1: the input is bytes and the output is a transcript. This module opens no file and reads no clock.
//! Rule 2: a damaged capture is not an error: the readable part is kept, and notes say what is missing.
//! Rule 3: a length in a file is used only up to the end of the file.

mod capture;
mod har;
mod kind;
mod link;
mod tcp;
mod udp;
mod written;

use crate::plural::count_of;
use std::fmt;

use crate::wire::Transcript;

pub use kind::kind_of;

/// Why a file does not become a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// A capture without one TCP segment or UDP datagram that can be read; how many packets it has.
    NoTransport(usize),
    /// A capture of this link type, which is not read.
    LinkType(u32),
    /// Text that should be JSON, and is none from this byte on.
    Json(usize),
    /// JSON without `log.entries`.
    NotHar,
    /// A HAR file without an entry that can be read.
    NoEntries,
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImportError::NoTransport(0) => {
                f.write_str("a capture without a packet: capture while the programs send")
            }
            ImportError::NoTransport(packets) => write!(
                f,
                "a capture of {}, without TCP and UDP: only these two are read",
                count_of(*packets, "packet")
            ),
            ImportError::LinkType(number) => write!(
                f,
                "a capture of link type {number}, which is not read: Ethernet, Linux cooked (v1, \
                 v2), loopback and raw IP are"
            ),
            ImportError::Json(at) => write!(
                f,
                "begins as JSON, and is not JSON from byte {at} on: give the whole HAR file"
            ),
            ImportError::NotHar => {
                f.write_str("JSON, but not a HAR file: it has no log.entries (save it as HAR)")
            }
            ImportError::NoEntries => f.write_str("a HAR file without a request: record again"),
        }
    }
}

impl std::error::Error for ImportError {}

/// The transcript in a capture or a HAR file; `None` when the bytes are neither.
pub fn import(bytes: &[u8]) -> Option<Result<Transcript, ImportError>> {
    if capture::is_capture(bytes) {
        return Some(capture::transcript(bytes));
    }
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    (first == Some(&b'{')).then(|| har::transcript(text))
}
