//! Transcripts: the value, the text form, the comparison and the pictures.
//!
//! Rule 1: this module does not know HTTP. A transcript may contain any bytes.
//! Rule 2: this module opens no socket and no file, and reads no clock. The caller gives the times.

mod abridged;
mod compare;
mod connection_filter;
mod datagrams;
mod ladder;
mod legs;
mod mermaid_and_markdown;
mod named_values;
pub mod notation;
mod pattern;
mod pcapng_export;
pub mod picture_label;
pub mod recording_info;
mod restore_masked;
pub mod sha256;
mod step_queries;
mod svg;
mod svg_play;
mod transcript;
mod websocket_frames;
mod xml;

pub use compare::{Difference, DifferenceKind, LOOSE, Wanted, compare, compare_side};
pub use ladder::{Ink, LADDER_WIDTHS, Ladder, ladder, ladder_within};
pub use legs::{Leg, Legs};
pub use named_values::Captures;
pub use notation::{ParseError, ParseFault, chunk_lines, duration_text};
pub(crate) use pattern::{Element, match_all};
pub use pcapng_export::{PcapngError, PcapngOptions, PcapngWriter, pcapng, whole_blocks};
pub use restore_masked::{Hole, was_note};
pub use svg::{SvgWriter, svg};
pub use svg_play::svg_play;
pub use transcript::{Chunk, Conn, Entry, Event, Gap, Mask, Piece, Transcript, Who};
pub use websocket_frames::{Frame, frames};
pub use xml::xml_text;
