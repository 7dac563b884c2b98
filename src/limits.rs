//! Every limit of the project in one place, each with its unit, its reason and a precedent.
//! This file knows the numbers and not who uses them; nothing that came from the wire sizes an
//! allocation beyond what stands here.

use std::time::Duration;

/// Longest line of an order, in bytes, that a lab's server collects before it refuses (labs 1-7).
/// Reason: a guest who never sends a newline must not fill our memory.
/// Precedent: 8,000 octets that RFC 9112 section 3 recommends for a request line.
pub const MAX_LINE: usize = 8_000;

/// How long one read or write may wait before it counts as silence.
/// Reason: a hung peer must not hang a learner. Precedent: CodeCrafters' and curl's tests use
/// seconds, too; on loopback an answer takes well under a millisecond.
pub const IO_DEADLINE: Duration = Duration::from_secs(5);

/// Most bytes that the repeats `\{N*…}` of one transcript may grow to together.
/// Reason: a line of twenty characters must not fill the memory. Precedent: the labs' largest body
/// is 10 MB; zip readers bound what they unpack, too.
pub const MAX_REPEATED: u64 = 256 * 1024 * 1024;
