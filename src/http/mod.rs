//! HTTP/1.1 as text: parses bytes into values, and writes values as bytes (RFC 9110, RFC 9112).
//!
//! Rule 1: no sockets, no files, no clock, and nothing of `wire`. The functions get the time and the content of
//! files as arguments.
//! Rule 2: incomplete input is a result ([`Parsed::NeedMore`]), never an error.
//! Rule 3: everything that RFC 9112 lets a server refuse is refused, as a [`Fault`] with its place.
//!
//! Read the files in this order; together they explain HTTP/1.1 from the bytes up:
//!
//! 1. [`fault`]: all faults that a message can have, as one table.
//! 2. [`grammar`]: the character classes.
//! 3. [`headers`]: fields, names without case, values that are lists.
//! 4. [`head`]: the start line and the header section of a request or a response.
//! 5. [`target`]: the four forms of a request's target, the `Host` rule, percent-encoding, dots.
//! 6. [`framing`]: where the body of a message ends, in eight rules.
//! 7. [`chunked`]: a body that announces its length piece by piece.
//! 8. [`state`]: what each side may send next, as a table, and why a connection closes; then [`sans_io_connection`],
//!    which uses the table.
//! 9. [`write`](mod@write): status lines, fields, reason phrases.
//! 10. [`date`], [`media`], [`conditional`], [`range`]: what the fields of a file server mean.
//! 11. [`url`]: URLs, and how a link on a page is resolved.
//! 12. [`values_to_mask`]: finds the secrets in a recording.
//!
//! Not here: content codings, HTTP/2, HTTP/3, cookies, authentication, caches, and any proxy's
//! part of the protocol.

pub mod chunked;
pub mod conditional;
pub mod date;
pub mod fault;
mod field_section;
pub mod framing;
pub mod grammar;
pub mod head;
pub mod headers;
mod ignored_differences;
pub mod media;
pub mod range;
pub mod same_message;
pub mod sans_io_connection;
pub mod state;
pub mod target;
pub mod url;
pub mod values_to_mask;
pub mod write;

pub use fault::{Fault, Wrong};
pub use head::{RequestHead, ResponseHead, Version};
pub use headers::Fields;

/// The answer of every parser here that may be given a part of its input.
///
/// After `NeedMore` the parser is called again with the same bytes and more after them; nothing
/// was used up. What follows the first `used` bytes was not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed<T> {
    /// So far nothing is wrong, and the end has not come.
    NeedMore,
    /// A value, and how many bytes of the input it took.
    Done {
        /// What the bytes mean.
        value: T,
        /// How many bytes it took, from the first one given.
        used: usize,
    },
}
