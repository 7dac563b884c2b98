//! The value of a transcript: the bytes and events of one or more connections, in order.
//!
//! Rule 1: consecutive bytes of one side on one connection are one chunk. Only a gap, an event, bytes of the
//! other side or another connection end the chunk. Notes and blank lines do not.
//! Rule 2: the value is always in normal form (no empty bytes, no two `Bytes` pieces side by side, no
//! note at a chunk's end, whole microseconds, notes of one line), because the only way to add to it
//! is [`Transcript::push_bytes`] and its neighbours. The laws
//! `parse(render(x)) == x` and `render(parse(render(x))) == render(x)` rest on that.

use std::time::Duration;

use super::pattern::Element;

/// Who spoke or acted. `Client` opened the connection, `Server` accepted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// Written `C`.
    Client,
    /// Written `S`.
    Server,
}

impl Who {
    /// `C` or `S`, the first character of every line that this side owns.
    pub fn letter(self) -> char {
        match self {
            Who::Client => 'C',
            Who::Server => 'S',
        }
    }

    /// The other side.
    pub fn other(self) -> Who {
        match self {
            Who::Client => Who::Server,
            Who::Server => Who::Client,
        }
    }
}

/// The number of a connection in its transcript: 1, 2, 3 … in the order of their `connect`.
pub type Conn = u32;

/// Something that happened to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The client's connection stands (SYN, SYN+ACK, ACK).
    Connect,
    /// Nobody listened (SYN answered by RST).
    Refuse,
    /// This side will send no more (FIN).
    Fin,
    /// This side broke the connection off (RST).
    Rst,
    /// This side waited so long for the other and saw nothing. Whole microseconds.
    Timeout(Duration),
    /// The network lost this side's last datagram.
    Drop,
    /// The network delivered this side's last datagram twice.
    Double,
    /// The network delivered this side's last datagram after the next one.
    Swap,
}

impl Event {
    /// Whether it says what the network did to the datagram before it.
    pub fn is_fate(self) -> bool {
        matches!(self, Event::Drop | Event::Double | Event::Swap)
    }
}

/// Time that passed since the previous line; whole microseconds. It also ends a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// `~`: a new chunk, no time told.
    Untimed,
    /// `~ 50.2ms`
    Exactly(Duration),
    /// `~ 10ms..20ms`, in a pattern.
    Between(Duration, Duration),
    /// `~ end`: recording stopped here, with the connection still open.
    End,
}

/// A hole in a pattern, and what it matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mask {
    /// `\{date}`: an IMF-fixdate, exactly 29 bytes, validated (RFC 9110 section 5.6.7).
    Date,
    /// `\{port}`: 1*DIGIT, at most 65535.
    Port,
    /// `\{int}`: 1*DIGIT.
    Int,
    /// `\{hex}`: 1*HEXDIG.
    Hex,
    /// `\{any}`: any number of bytes that are neither CR nor LF.
    Any,
    /// `\{line}`: the rest of this wire line, its line end included.
    Line,
    /// `\{12 bytes}` (then `min == max`), `\{1..4096 bytes}`.
    Bytes {
        /// Fewest bytes that match.
        min: u64,
        /// Most bytes that match.
        max: u64,
    },
    /// `\{1048206 bytes sha256:4a84662c5216a2e7}`: exactly these bytes.
    Digest {
        /// How many bytes.
        bytes: u64,
        /// 16 to 64 lower-case hex digits that the SHA-256 of the bytes begins with.
        sha256: String,
    },
    /// `\{masked 24 bytes}`: a secret that was left out when saving.
    Masked {
        /// How many bytes were left out.
        bytes: u64,
    },
    /// `\{32 hex}`: exactly so many hex digits. `\{32 hex unlike ticket}`: and at most half of them are the
    /// same, at the same place, as in the value with this name.
    Digits {
        /// How many digits.
        count: u64,
        /// The name of the other value; once that is known, the value itself.
        unlike: Option<String>,
    },
    /// `\{32 hex as ticket}`: what the mask matches, and the bytes get a name. Only a mask with a fixed
    /// length can have one.
    Named {
        /// `\{32 hex}`, `\{16 bytes}`.
        mask: Box<Mask>,
        /// One word of letters, digits and `-`.
        name: String,
    },
    /// `\{the ticket}`: the bytes that got this name earlier in the conversation.
    The {
        /// The name.
        name: String,
    },
}

/// A part of a chunk, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Exact bytes, never empty.
    Bytes(Vec<u8>),
    /// A hole (then the transcript is a pattern: it checks, it does not replay).
    Mask(Mask),
    /// `# text` after the `\n` of a wire line.
    Remark(String),
    /// `# text` on a line of its own between two lines of this chunk.
    Note(String),
    /// An empty text line between two lines of this chunk.
    Blank,
}

impl Piece {
    /// What the matcher compares; `None` for notes.
    pub(crate) fn element(&self) -> Option<Element<'_>> {
        match self {
            Piece::Bytes(bytes) => Some(Element::Bytes(bytes)),
            Piece::Mask(mask) => Some(Element::Mask(mask)),
            Piece::Remark(_) | Piece::Note(_) | Piece::Blank => None,
        }
    }
}

/// The bytes that one side sent without interruption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The sender.
    pub who: Who,
    /// The connection.
    pub conn: Conn,
    /// Bytes, masks and notes, in order.
    pub pieces: Vec<Piece>,
}

/// One step of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Bytes of one side.
    Chunk(Chunk),
    /// Something happened to a connection, and who did it.
    Event {
        /// Who did it.
        who: Who,
        /// The connection.
        conn: Conn,
        /// What it was.
        event: Event,
    },
    /// Time passed, or recording stopped.
    Gap(Gap),
    /// `# text` between steps.
    Note(String),
    /// An empty text line between steps.
    Blank,
}

/// The exact bytes of one or more connections in both directions, in order, and how each side
/// ended them. See the module's rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// `@key text` lines before everything else, in order.
    pub headings: Vec<(String, String)>,
    entries: Vec<Entry>,
}

impl Transcript {
    /// An empty transcript.
    pub fn new() -> Transcript {
        Transcript::default()
    }

    /// The steps, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The text of the first heading with this key, without `@`.
    pub fn heading(&self, key: &str) -> Option<&str> {
        let found = self.headings.iter().find(|(k, _)| k == key);
        found.map(|(_, text)| text.as_str())
    }

    /// Adds bytes; they join the chunk before when nothing has ended it.
    pub fn push_bytes(&mut self, conn: Conn, who: Who, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        // The short way for what comes most: more of the same.
        if let Some(Entry::Chunk(chunk)) = self.entries.last_mut()
            && (chunk.conn, chunk.who) == (conn, who)
            && let Some(Piece::Bytes(last)) = chunk.pieces.last_mut()
        {
            return last.extend_from_slice(bytes);
        }
        let pieces = self.open_chunk(conn, who);
        if let Some(Piece::Bytes(last)) = pieces.last_mut() {
            last.extend_from_slice(bytes);
        } else {
            pieces.push(Piece::Bytes(bytes.to_vec()));
        }
    }

    /// Adds a hole to the chunk of this sender. A range that stands the wrong way round is turned,
    /// and the hex digits of a digest become lower case.
    pub fn push_mask(&mut self, conn: Conn, who: Who, mask: Mask) {
        let mask = match mask {
            Mask::Bytes { min, max } => Mask::Bytes {
                min: min.min(max),
                max: min.max(max),
            },
            Mask::Digest { bytes, sha256 } => Mask::Digest {
                bytes,
                sha256: sha256.to_ascii_lowercase(),
            },
            other => other,
        };
        self.open_chunk(conn, who).push(Piece::Mask(mask));
    }

    /// Adds an event. What is finer than a microsecond is cut off.
    pub fn push_event(&mut self, conn: Conn, who: Who, event: Event) {
        let event = match event {
            Event::Timeout(waited) => Event::Timeout(whole_micros(waited)),
            other => other,
        };
        self.entries.push(Entry::Event { who, conn, event });
    }

    /// Adds a gap; what follows is a new chunk. What is finer than a microsecond is cut off, and a
    /// range that stands the wrong way round is turned.
    pub fn push_gap(&mut self, gap: Gap) {
        let gap = match gap {
            Gap::Exactly(time) => Gap::Exactly(whole_micros(time)),
            Gap::Between(a, b) => Gap::Between(whole_micros(a.min(b)), whole_micros(a.max(b))),
            Gap::Untimed | Gap::End => gap,
        };
        self.entries.push(Entry::Gap(gap));
    }

    /// Adds a `@key text` line. Keys have no space; the text is one line (see `one_line`).
    pub fn push_heading(&mut self, key: &str, text: &str) {
        self.headings.push((key.to_string(), one_line(text)));
    }

    /// Adds a `# text` line of its own. It does not end a chunk: when the same side goes on, the
    /// note becomes a part of the chunk.
    pub fn push_note(&mut self, text: &str) {
        self.entries.push(Entry::Note(one_line(text)));
    }

    /// Adds an empty text line, which ends no chunk either. Those at the very end are not written.
    pub fn push_blank(&mut self) {
        self.entries.push(Entry::Blank);
    }

    /// Adds `# text` after the `\n` that was sent last. Where the last thing was not a `\n`, there
    /// is no place for it, and it becomes a note of its own.
    pub fn push_remark(&mut self, text: &str) {
        if let Some(Entry::Chunk(chunk)) = self.entries.last_mut()
            && let Some(Piece::Bytes(bytes)) = chunk.pieces.last()
            && bytes.ends_with(b"\n")
        {
            chunk.pieces.push(Piece::Remark(one_line(text)));
        } else {
            self.push_note(text);
        }
    }

    /// Adds a piece of a chunk by the way that belongs to its kind.
    pub fn push_piece(&mut self, conn: Conn, who: Who, piece: &Piece) {
        match piece {
            Piece::Bytes(bytes) => self.push_bytes(conn, who, bytes),
            Piece::Mask(mask) => self.push_mask(conn, who, mask.clone()),
            Piece::Remark(text) => self.push_remark(text),
            Piece::Note(text) => self.push_note(text),
            Piece::Blank => self.push_blank(),
        }
    }

    /// Adds a step; the pieces of a chunk join the chunk before when nothing has ended it.
    pub fn push_entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Chunk(chunk) => {
                for piece in &chunk.pieces {
                    self.push_piece(chunk.conn, chunk.who, piece);
                }
            }
            Entry::Event { who, conn, event } => self.push_event(*conn, *who, *event),
            Entry::Gap(gap) => self.push_gap(*gap),
            Entry::Note(text) => self.push_note(text),
            Entry::Blank => self.push_blank(),
        }
    }

    /// Adds all steps of another transcript.
    pub fn append(&mut self, other: Transcript) {
        match self.entries.is_empty() {
            true => self.entries = other.entries,
            false => other
                .entries
                .iter()
                .for_each(|entry| self.push_entry(entry)),
        }
    }

    /// Takes away the empty lines at the end: they are not part of the text form.
    pub(super) fn drop_last_blanks(&mut self) {
        while let Some(Entry::Blank) = self.entries.last() {
            self.entries.pop();
        }
    }

    /// The pieces of the chunk that `who` is saying on `conn`, a new one if need be. Notes and
    /// blank lines that were added since its last bytes move into it.
    fn open_chunk(&mut self, conn: Conn, who: Who) -> &mut Vec<Piece> {
        let is_aside = |entry: &Entry| matches!(entry, Entry::Note(_) | Entry::Blank);
        let end = self.entries.iter().rposition(|entry| !is_aside(entry));
        let same = end.filter(|&at| {
            matches!(&self.entries[at],
                Entry::Chunk(chunk) if chunk.conn == conn && chunk.who == who)
        });
        let at = same.unwrap_or_else(|| {
            let pieces = Vec::new();
            self.entries.push(Entry::Chunk(Chunk { who, conn, pieces }));
            self.entries.len() - 1
        });
        let asides = self.entries.split_off(at + 1);
        let Entry::Chunk(chunk) = &mut self.entries[at] else {
            unreachable!("the entry at {at} was found or made to be a chunk")
        };
        chunk
            .pieces
            .extend(asides.into_iter().map(|aside| match aside {
                Entry::Note(text) => Piece::Note(text),
                _ => Piece::Blank,
            }));
        &mut chunk.pieces
    }
}

/// The text as one line that survives an editor: control characters become spaces, and white space
/// at the end goes.
pub(super) fn one_line(text: &str) -> String {
    let spaced = text.replace(char::is_control, " ");
    spaced.trim_end().to_string()
}

/// Cut to whole microseconds, the finest that the notation can say; at most 584,000 years.
fn whole_micros(time: Duration) -> Duration {
    Duration::from_micros(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
}
