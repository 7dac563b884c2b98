//! The first difference between the received and the expected bytes, as a value.
//!
//! Rule 1: the value contains everything that a report needs (the place in every way of counting, the bytes of
//! both from there on, how the conversation ended), so that a report does not read the transcripts again.

use crate::plural::count_of;
use std::fmt;
use std::time::Duration;

use crate::wire::{Conn, Event, Mask, Who};

/// The first difference between an expected transcript and what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The connection.
    pub conn: Conn,
    /// The side whose bytes, ending or time is not as expected.
    pub who: Who,
    /// What kind of difference it is.
    pub what: DifferenceKind,
    /// How many entries of the expected transcript agreed before this one.
    pub agreed: usize,
    /// How many bytes of this direction agreed; the first wrong byte counted from 0.
    pub offset: usize,
    /// How many bytes were expected of this direction in all; `None` when masks leave it open.
    pub total: Option<usize>,
    /// The wire line of this direction that the first wrong byte stands in, counted from 1.
    pub line: usize,
    /// The byte in that wire line, counted from 1.
    pub column: usize,
    /// The bytes of that wire line that agreed: `column - 1` of them.
    pub line_so_far: Vec<u8>,
    /// What should have come at `offset`.
    pub expected: Wanted,
    /// What came in this direction from `offset` on, to its end.
    pub got: Vec<u8>,
    /// How this direction ended: `Fin`, `Rst` or `Refuse`; `None` when it is still open.
    pub ended: Option<Event>,
    /// How long the other side waited in vain at last, when it wrote a `timeout`.
    pub silence: Option<Duration>,
}

/// What to do about [`DifferenceKind::TooLoose`].
pub const LOOSE: &str = "give the holes before the digest exact lengths";

/// The kinds of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// A byte that does not fit.
    Bytes,
    /// All that came fits, and it is not all: a matter of time, or of an early end.
    Short,
    /// Everything expected came, or everything before the other side's turn, and then more.
    Extra,
    /// The right thing before the other side had sent or done what comes first.
    Early,
    /// All bytes agree; a datagram ends elsewhere. The place is the end that is not right.
    Boundary,
    /// All bytes agree; how the connection began or ended does not.
    Ending,
    /// The comparison stopped here: a digest after holes may begin at more places than are tried.
    TooLoose,
    /// The time between two steps is not within the bounds asked for.
    Gap {
        /// What it was.
        measured: Duration,
    },
}

/// What should have come at the place of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// These bytes, up to the next mask or the end of the direction.
    Bytes(Vec<u8>),
    /// Something that this mask matches.
    Mask(Mask),
    /// This event.
    Event(Event),
    /// The other side's turn.
    OtherSide,
    /// Nothing more, and the connection still open.
    Open,
    /// A pause within these bounds.
    Pause(Duration, Duration),
}

impl Difference {
    /// Whether what came is a strict prefix of what was expected.
    pub fn is_prefix(&self) -> bool {
        self.what == DifferenceKind::Short
    }
}

impl fmt::Display for Difference {
    /// One line, for a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self.who {
            Who::Client => "the client",
            Who::Server => "the server",
        };
        let at = self.offset + 1;
        match self.what {
            DifferenceKind::Bytes => write!(
                f,
                "{who}'s bytes are wrong from byte {at} on (line {}, byte {} of it)",
                self.line, self.column
            )?,
            DifferenceKind::Short => {
                write!(f, "{who}'s bytes stop after {}", self.offset)?;
                if let Some(total) = self.total {
                    write!(f, " of {total}")?;
                }
                write!(f, ", {}", ending_text(self.ended))?;
            }
            DifferenceKind::Extra if self.got.is_empty() => {
                write!(f, "{who} does more than was expected")?
            }
            DifferenceKind::Extra => write!(
                f,
                "{who} sent more than was expected, from byte {at} on ({})",
                count_of(self.got.len(), "byte")
            )?,
            DifferenceKind::Early => {
                write!(f, "{who} did not wait for the other side at byte {at}")?
            }
            DifferenceKind::Boundary => write!(
                f,
                "{who}'s bytes are right, but not cut into datagrams as expected at byte {at}"
            )?,
            DifferenceKind::Ending => {
                let wanted = match &self.expected {
                    Wanted::Event(event) => Some(*event),
                    _ => None,
                };
                write!(
                    f,
                    "{who}'s side should be {}, and is {}",
                    ending_text(wanted),
                    ending_text(self.ended)
                )?;
            }
            DifferenceKind::TooLoose => write!(
                f,
                "the pattern is too loose for {who}'s bytes from byte {at} on: {LOOSE}"
            )?,
            DifferenceKind::Gap { measured } => write!(
                f,
                "{who} took {} ms before byte {at}, outside the bounds",
                measured.as_millis()
            )?,
        }
        match self.conn {
            1 => Ok(()),
            conn => write!(f, " [connection {conn}]"),
        }
    }
}

fn ending_text(ended: Option<Event>) -> &'static str {
    match ended {
        Some(Event::Fin) => "closed (fin)",
        Some(Event::Rst) => "reset (rst)",
        Some(Event::Refuse) => "refused",
        Some(Event::Connect) => "connected",
        Some(Event::Timeout(_)) => "timed out",
        Some(Event::Drop | Event::Double | Event::Swap) => "still open",
        None => "still open",
    }
}
