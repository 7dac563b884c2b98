//! The transcript: its value, its text, its comparison and its pictures.
//!
//! Rule 1: nothing here knows HTTP; a transcript stays true when the bytes are no HTTP.
//! Rule 2: nothing here opens a socket or a file, or reads the clock: times are given to it.

mod abridged;
mod captures;
mod compare;
mod excerpts;
mod filled;
mod ladder;
pub mod notation;
mod pattern;
mod pcapng;
pub mod picture_label;
pub mod recording_info;
pub mod sha256;
mod svg;
mod svg_play;
mod transcript;
mod websocket_frames;
mod xml;

pub use captures::Captures;
pub use compare::{Difference, DifferenceKind, LOOSE, Wanted, compare, compare_side};
pub use filled::{Hole, was_note};
pub use ladder::{Ink, Ladder, ladder, ladder_within};
pub use notation::{ParseError, ParseFault, chunk_lines, duration_text};
pub(crate) use pattern::{Element, match_all};
pub use pcapng::{PcapngError, PcapngOptions, PcapngWriter, pcapng};
pub use svg::{SvgWriter, svg};
pub use svg_play::svg_play;
pub use transcript::{Chunk, Conn, Entry, Event, Gap, Mask, Piece, Transcript, Who};
pub use websocket_frames::{Frame, frames};
pub use xml::xml_text;
