//! The limits of recording, reading and replaying: transcripts, captures, the tap.

use std::time::Duration;

/// Most bytes of one direction that wait for an earlier segment while a capture is read.
/// Reason: bytes that come so much later were lost. Precedent: the largest window without scaling is
/// 64 KiB, and with it rarely more than this (RFC 7323).
pub const MAX_HELD: usize = 16 * 1024 * 1024;

/// Deepest nesting of a JSON text that is read. Reason: the reader calls itself. Precedent: RFC 8259
/// section 9 allows a limit, and serde_json's is 128.
pub const MAX_NESTING: usize = 128;

/// Most bytes that one comparison hashes to find where a `\{N bytes sha256:…}` begins after holes.
/// Reason: a digest can only be tried, place by place; this is a tenth of a second of a processor.
pub const MAX_HASHED: usize = 32 * 1024 * 1024;

/// Most bytes of a direction that a tap with faults holds back. Reason: latency must not cost bandwidth:
/// this is 80 ms of 50 MB/s.
pub const HELD_BACK: usize = 4 * 1024 * 1024;

/// How long a tap waits for more bytes to join those before: in the weather `glue`, and where bytes may be
/// the beginning of something to swap. Reason: longer than two writes of one program are apart.
pub const GLUE_WAIT: Duration = Duration::from_millis(30);

/// How long the recording of one step may take before the tap says that the disk is slow.
/// Reason: the system's cache takes a step in microseconds; the relay waits meanwhile.
pub const SLOW_DISK: Duration = Duration::from_millis(250);

/// How many bytes may wait to be shown while a tap relays; further steps are counted, not shown.
/// Reason: a terminal that is slow, or stopped with Ctrl-S, must not stop the connections.
pub const UNSHOWN_BYTES: usize = 1024 * 1024;

/// How many steps of a talk by hand may wait to be shown; then the talk waits. Reason: if output is slow, input
/// is read slowly; with the longest chunks that is 16 MiB.
pub const UNSHOWN_EVENTS: usize = 256;

/// Most bytes of a recording that a tap keeps for its pictures and packets; the file of `--save` has no such
/// limit. Reason: bounded memory; nobody reads a longer picture.
pub const PICTURE_BYTES: usize = 8 * 1024 * 1024;

/// How long the screen of a tap waits for more to show at once.
/// Reason: nobody sees it, and a relay that is interrupted at each step takes twice as long.
pub const DISPLAY_BATCH: Duration = Duration::from_millis(20);

/// Longest secret, in bytes, that an export fills with `*` for `\{masked N bytes}`. Reason: N comes from an
/// untrusted file. Precedent: no server in wide use takes a longer field.
pub const MAX_SECRET: usize = 65_536;

/// Longest value, in bytes, that can have a name: `\{32 hex as ticket}`.
/// Reason: the player says so many bytes in its place, and a stranger wrote the count. Precedent: a client
/// must keep a cookie of 4096 bytes (RFC 6265 section 6.1).
pub const MAX_NAMED: u64 = 4096;

/// Longest transcript file that a command reads, in bytes.
/// Reason: a wrong name (`/dev/zero`) must not fill the memory. Precedent: [`MAX_REPEATED`].
pub const MAX_TRANSCRIPT_FILE: usize = 256 * 1024 * 1024;

/// Most bytes that the repeats `\{N*…}` of one transcript may grow to together.
/// Reason: a line of twenty characters must not fill the memory. Precedent: the labs' largest body
/// is 10 MB; zip readers bound what they unpack, too.
pub const MAX_REPEATED: u64 = 256 * 1024 * 1024;

/// How long `play` waits for a client, and how long it plays at a server. Reason: a person must start the
/// client by hand, and a long recording takes time to send.
pub const PLAY_TIMEOUT: Duration = Duration::from_secs(60);

/// How often in a row the weather `lossy` lets one exchange of datagrams fail.
/// Reason: a client that waits 50 ms before it repeats is done with 20 orders in 3 s, whatever happens.
pub const MOST_LOSSES: u32 = 3;

/// Most bytes of a datagram. Precedent: UDP has 16 bits for its length, the header of 8 included (RFC 768).
pub const DATAGRAM_BYTES: usize = 65_535;

/// Most bytes that a datagram carries over IPv4: its header and that of IP take 28 (RFC 768, RFC 791).
pub const DATAGRAM_PAYLOAD: usize = DATAGRAM_BYTES - 28;

/// How many datagrams are heard that come after the last one.
/// Reason: one shows the mistake; a peer that sends without end must not hold us.
pub const EXTRA_DATAGRAMS: usize = 8;

/// How often a client may repeat one question.
/// Reason: with 50 ms between them these are 10 s; a client that repeats without waiting has them at once.
pub const MOST_REPEATS: usize = 200;

/// How long one step of a wait for a datagram takes.
/// Reason: it bounds the error about when a datagram was sent, against the 50 ms after which it may be sent again.
pub const DATAGRAM_STEP: Duration = Duration::from_millis(2);

/// By how much the timer of a client may be early, of those 50 ms or more that it waits for an answer.
/// Reason: a timer of Windows has steps of 15.6 ms; that of Node.js rounds to whole milliseconds.
pub const TIMER_IS_EARLY: Duration = Duration::from_millis(20);

/// How many clients a recording relay for datagrams keeps apart.
/// Reason: each has a socket and a thread, and nobody says goodbye.
pub const DATAGRAM_CLIENTS: usize = 64;

/// Most bytes of an answer in the quiz; a longer line is no letter. Reason: a pipe must not fill the memory.
pub const MAX_ANSWER: u64 = 1024;
