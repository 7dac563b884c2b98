//! Every limit of the project in one place, each with its unit, its reason and a precedent. This file does not
//! know which module uses a number. A length from the wire never causes an allocation larger than the limit
//! here.

mod check;
mod client;
mod course;
mod http;
mod net;
mod probe;
mod server;
mod tools;
pub mod web;

use std::time::Duration;

pub use check::*;
pub use client::*;
pub use course::*;
pub use http::*;
pub use net::*;
pub use probe::*;
pub use server::*;
pub use tools::*;

/// How long a lab's server gives a client for a whole request, head and body (labs 21 and 22).
/// Reason: a byte a second would hold a thread for days. Precedent: Apache 20 s and a second more for
/// each 500 bytes; our bodies are small.
pub const REQUEST_DEADLINE: Duration = Duration::from_secs(10);

/// How long one read or write may wait before it counts as silence.
/// Reason: a hung peer must not hang a learner. Precedent: CodeCrafters' and curl's tests use
/// seconds, too; on loopback an answer takes well under a millisecond.
pub const IO_DEADLINE: Duration = Duration::from_secs(5);

/// How many finished handshakes may wait for `accept` (listen(2)).
/// Reason: a burst of clients must not be refused. Precedent: 128, what Rust's own listener asks for.
pub const BACKLOG: u32 = 128;

/// Most bytes that one read takes.
/// Reason: a bounded buffer a direction. Precedent: 64 KiB, the default capacity of a Linux pipe.
pub const CHUNK: usize = 64 * 1024;

/// How often a wait without another end looks whether it should stop.
/// Reason: short for a human, long for a processor.
pub const STOP_POLL: Duration = Duration::from_millis(200);

/// How often something is looked at for which the system has no event.
/// Reason: shorter than a human or a test notices, and a thousandth of a processor.
pub const POLL_INTERVAL: Duration = Duration::from_millis(1);
