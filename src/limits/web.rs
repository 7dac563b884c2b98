//! The limits of the live lab and its event streams (src/course/web, src/server/events.rs).

use std::time::Duration;

/// How long a client may take nothing of an event stream.
/// Reason: a page that does not read loses its stream, soon; it comes back with `Last-Event-ID`.
pub const STREAM_WRITE: Duration = Duration::from_secs(5);

/// After so long without an event a stream says a comment.
/// Precedent: WHATWG HTML section 9.2.7 proposes "every 15 seconds or so", for proxies.
pub const STREAM_COMMENT: Duration = Duration::from_secs(15);

/// Pages that may be open at a time, each with a stream.
/// Reason: a thread and a log each; a browser itself opens 6 connections to a server.
pub const PAGES: usize = 8;

/// Runs, sessions and checks at a time. Reason: each starts programs.
pub const RUNS: usize = 4;

/// Bytes of events that are kept for each page, so that it can come back and miss none.
/// Reason: some thousand rows; 8 pages take 32 MB at most.
pub const PAGE_LOG: usize = 4 * 1024 * 1024;

/// How long a page may be without its stream before its programs end.
/// Reason: a page that reloads its stream comes back after half a second; one that is gone stays away.
pub const PAGE_GONE: Duration = Duration::from_secs(3);

/// The same for a page that said that it is hidden after others.
/// Reason: a learner edits, with the page in another tab; the check at each save goes on.
pub const PAGE_HIDDEN: Duration = Duration::from_secs(600);

/// Longest body of a form, in bytes. Reason: it holds what a learner types into a box.
pub const FORM: usize = 64 * 1024;

/// Most bytes that a learner says in one go, repeats spelled out.
/// Reason: enough for a body that no lab's server takes.
pub const SAID: usize = 4 * 1024 * 1024;

/// Most bytes of one conversation that a page shows; what comes after is counted.
/// Reason: a program that floods must not fill the page.
pub const SHOWN: usize = 1024 * 1024;

/// A server that has sent so many bytes more than a page shows is not listened to any longer.
/// Reason: it sends without end; on loopback this takes a fraction of a second.
pub const FLOOD: usize = 64 * 1024 * 1024;

/// How long a connection that a learner talks on may be without a word from either side.
pub const SESSION: Duration = Duration::from_secs(120);

/// Connections that the live lab serves at a time. Precedent: browsers open 6 a page.
pub const CLIENTS: usize = 128;

/// How long our own call waits, where a lab's client finds nobody (lab 6).
/// Reason: the lab's transcript says 500 ms, too.
pub const DEMO_CALL: Duration = Duration::from_millis(500);

/// How long after a connection the server is watched: does it end?
/// Reason: a program that panics needs up to a second to print where it was, on a busy machine.
pub const DYING: Duration = Duration::from_millis(1_500);

/// The highest number of a connection in the box: so many are open at a time at most.
/// Reason: each has a thread; lab 6 needs 4.
pub const AT_ONCE: u32 = 16;
