//! Abridged transcripts: the middle of long runs is left out, for a README or a terminal.
//!
//! Rule 1: an abridged transcript is a pattern that still checks every byte, with a digest.

use super::notation::line_ends;
use super::{Entry, Mask, Piece, Transcript, sha256};

/// A run of more text lines than this loses its middle.
const LONGEST_RUN: usize = 18;
/// Lines kept at the start of a run; two are kept at its end.
const KEPT_AT_START: usize = 16;
/// Hex digits of a digest in a mask: 64 bits, the fewest that the notation takes.
const DIGEST_DIGITS: usize = 16;

impl Transcript {
    /// The same as a pattern: of exact bytes that take more than 18 text lines the first 16 and the
    /// last 2 stay, and `\{N bytes sha256:…}` stands for the middle.
    pub fn brief(&self) -> Transcript {
        let mut brief = Transcript::new();
        brief.headings = self.headings.clone();
        for entry in self.entries() {
            let Entry::Chunk(chunk) = entry else {
                brief.push_entry(entry);
                continue;
            };
            for piece in &chunk.pieces {
                let Piece::Bytes(bytes) = piece else {
                    brief.push_piece(chunk.conn, chunk.who, piece);
                    continue;
                };
                let ends = line_ends(chunk.who, chunk.conn, bytes);
                if ends.len() <= LONGEST_RUN {
                    brief.push_bytes(chunk.conn, chunk.who, bytes);
                    continue;
                }
                let (start, rest) = bytes.split_at(ends[KEPT_AT_START - 1]);
                let kept_at_end = LONGEST_RUN - KEPT_AT_START;
                let last = bytes.len() - ends[ends.len() - 1 - kept_at_end];
                let (middle, end) = rest.split_at(rest.len() - last);
                brief.push_bytes(chunk.conn, chunk.who, start);
                brief.push_mask(chunk.conn, chunk.who, digest_mask(middle));
                brief.push_bytes(chunk.conn, chunk.who, end);
            }
        }
        brief
    }

    /// The text of [`Transcript::brief`].
    pub fn render_brief(&self) -> String {
        self.brief().render()
    }
}

/// The mask that matches exactly these bytes.
fn digest_mask(bytes: &[u8]) -> Mask {
    let mut sha256 = sha256::hex(bytes);
    sha256.truncate(DIGEST_DIGITS);
    Mask::Digest {
        bytes: bytes.len() as u64,
        sha256,
    }
}
