//! Restores the values of masks that a recording has left out and written in a note.
//!
//! If a value differs in the next recording (a date), a tap writes a mask, and puts the value itself into a
//! note after the line:
//!
//! ```text
//! S> Date: \{date}\r\n # was Sun, 06 Nov 1994 08:49:37 GMT
//! ```
//!
//! Rule 1: such a note belongs to the last mask of its line, and only if nothing but the rest of the line is
//! between the two. Rule 2: a value that does not match the mask is ignored.

use super::pattern::{Element, match_all};
use super::{Chunk, Conn, Entry, Mask, Piece, Transcript, Who};

/// What the note of a value begins with.
const WAS: &str = "was ";

/// The note for a value that a mask stands for; `None` where a note cannot hold it.
pub fn was_note(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    let readable = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    (readable && !text.ends_with(' ')).then(|| format!("{WAS}{text}"))
}

/// A mask on its way to its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Hole<'a> {
    /// Whose it is.
    pub who: Who,
    /// On which connection.
    pub conn: Conn,
    /// The mask.
    pub mask: &'a Mask,
    /// What the note says that stood there.
    pub was: Option<&'a str>,
}

impl Hole<'_> {
    /// The bytes in the note; those of a secret are `*`, as many as there were.
    pub fn recorded(&self) -> Option<Vec<u8>> {
        match (self.mask, self.was) {
            (Mask::Masked { bytes }, _) => {
                let length = usize::try_from(*bytes).ok();
                let length = length.filter(|length| *length <= crate::limits::MAX_SECRET);
                length.map(|length| vec![b'*'; length])
            }
            (_, was) => was.map(|was| was.as_bytes().to_vec()),
        }
    }
}

impl Transcript {
    /// The same with bytes in place of each mask for which `fill` has some. Notes of filled masks go.
    pub fn filled(&self, fill: impl Fn(&Hole) -> Option<Vec<u8>>) -> Transcript {
        let mut filled = Transcript::new();
        filled.headings = self.headings.clone();
        for entry in self.entries() {
            match entry {
                Entry::Chunk(chunk) => fill_chunk(&mut filled, chunk, &fill),
                other => filled.push_entry(other),
            }
        }
        filled
    }

    /// The same with the bytes that the notes tell, and `*` for secrets: what a picture of packets needs.
    pub fn recorded(&self) -> Transcript {
        self.filled(|hole| hole.recorded())
    }
}

fn fill_chunk(filled: &mut Transcript, chunk: &Chunk, fill: &impl Fn(&Hole) -> Option<Vec<u8>>) {
    let mut was_filled = false;
    for (at, piece) in chunk.pieces.iter().enumerate() {
        match piece {
            Piece::Mask(mask) => {
                let was = was_of(chunk, at, mask);
                let hole = Hole {
                    who: chunk.who,
                    conn: chunk.conn,
                    mask,
                    was,
                };
                let bytes = fill(&hole);
                was_filled = bytes.is_some() && was.is_some();
                match bytes {
                    Some(bytes) => filled.push_bytes(chunk.conn, chunk.who, &bytes),
                    None => filled.push_piece(chunk.conn, chunk.who, piece),
                }
            }
            Piece::Remark(text) if was_filled && text.starts_with(WAS) => was_filled = false,
            other => filled.push_piece(chunk.conn, chunk.who, other),
        }
    }
}

/// What the note says about the mask at `at`.
fn was_of<'a>(chunk: &'a Chunk, at: usize, mask: &Mask) -> Option<&'a str> {
    let (Piece::Bytes(rest), Piece::Remark(remark)) =
        (chunk.pieces.get(at + 1)?, chunk.pieces.get(at + 2)?)
    else {
        return None;
    };
    let one_line = rest.iter().filter(|byte| **byte == b'\n').count() == 1;
    let was = remark.strip_prefix(WAS).filter(|_| one_line)?;
    let fits = match_all(&[Element::Mask(mask)], was.as_bytes())
        .miss
        .is_none();
    fits.then_some(was)
}
