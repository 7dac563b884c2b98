//! The limits of the static server (src/files.rs, src/server.rs).

use std::time::Duration;

/// Most files that are kept for the next request.
/// Precedent: nginx's manual suggests 1,000 for `open_file_cache`.
pub const CACHED_FILES: usize = 512;

/// Which part of the limit of descriptors the kept files may take: one in so many.
/// Reason: the others are for connections, one each.
pub const CACHED_DESCRIPTORS_PART: usize = 8;

/// Up to this length, in bytes, a file is read whole and kept in memory.
/// Reason: a page with its pictures; one write with the head. Precedent: nginx's output_buffers, 64 KiB.
pub const MEMORY_FILE: u64 = 64 * 1024;

/// Most memory, in bytes, that the kept files take. Reason: it holds every file of a small site.
/// Precedent: 512 files of 64 KiB would be 32 MiB.
pub const CACHED_BYTES: usize = 16 * 1024 * 1024;

/// How long a cached file is valid after a request looked at its path. Reason: two walks along a path less a
/// request. Precedent: lighttpd's stat cache believes for 1 s.
pub const BELIEVED: Duration = Duration::from_millis(10);

/// How many requests in [`BELIEVED`] look for themselves all the same.
/// Reason: who saves a file and asks again at once sees the change; a thousandth of a busy server's requests.
pub const LOOKS: u32 = 8;

/// How long a file must have been unchanged before its stamp proves that it is.
/// Reason: two changes within one tick of the system's clock can have the same time. Precedent: the tick of
/// a kernel with 100 Hz, 10 ms.
pub const SETTLED: Duration = Duration::from_millis(10);

/// How often a small file is read again when it was changed while it was read; then 503.
pub const SNAPSHOT_TRIES: usize = 3;

/// How long it is believed that a kept file has no compressed neighbours.
/// Reason: two calls of the system less a request. Precedent: nginx's open_file_cache_valid, 60 s.
pub const PATH_REVALIDATE: Duration = Duration::from_secs(1);

/// Most lines on the page of a folder.
/// Reason: the page is held in memory, some 200 bytes a line.
pub const MAX_LISTED: usize = 10_000;

/// Memory, in bytes, that must be free before a folder is listed.
/// Reason: [`MAX_LISTED`] lines, once as names and once as a page.
pub const LISTING_MEMORY: usize = 8 * 1024 * 1024;

/// Most bytes of the access log that wait to be written; further lines are dropped and counted.
/// Reason: some 10,000 lines, a tenth of a second of the largest load. Precedent: nginx's `buffer=` of
/// access_log, 64 KiB a worker.
pub const LOG_QUEUE: usize = 1024 * 1024;

/// How far apart the access log is written under load.
/// Reason: nobody reads faster, and it costs a write for some hundred lines. Precedent: nginx's `flush=`.
pub const LOG_INTERVAL: Duration = Duration::from_millis(5);

/// So many lines in [`LOG_INTERVAL`] are written one by one, at once; with more, lines gather.
/// Reason: a person who stops the server finds every answer in its log.
pub const LOG_LINES_AT_ONCE: usize = 25;

/// Longest content, in bytes, of an answer that the accepting thread sends itself.
/// Reason: it never waits there. Precedent: Linux takes 16 KiB at least into a new connection (tcp(7)).
pub const AT_ONCE: u64 = 8 * 1024;

/// How many connections are closed at a time when descriptors are short, and how long each must have waited
/// for a request. Precedent: nginx's `worker_connections are not enough` reuses the 32 oldest.
pub const CLOSED_AT_ONCE: usize = 16;

/// See [`CLOSED_AT_ONCE`].
pub const CLOSED_AFTER: Duration = Duration::from_millis(300);

/// How many finished handshakes may wait for the static server's `accept`.
/// Reason: a browser's or a benchmark's burst must not be refused. Precedent: Linux caps it at
/// net.core.somaxconn, 4,096.
pub const SERVER_BACKLOG: u32 = 4_096;

/// How long a connection may stay open between two requests.
/// Precedent: nginx 75 s, Apache 5 s.
pub const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// How long a client may take for the whole head of a request, from its first byte on; then 408. Reason: half a
/// request for each connection slot is the cheapest attack. Precedent: Apache 20 to 40 s, nginx 60 s.
pub const HEAD_DEADLINE: Duration = Duration::from_secs(10);

/// Limit for discarding an unwanted body; after it, 408.
pub const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// Largest body, in bytes, that is read to its end and thrown away so that the connection can go on.
/// Reason: over that a new connection is cheaper. Precedent: Go's net/http 256 KiB.
pub const MAX_DISCARDED: u64 = 256 * 1024;

/// Bytes of a server's first read, and of each client's buffer for as long as its heads are no larger.
/// Reason: nearly every head fits, and a thousand clients take a megabyte. Precedent: nginx's
/// client_header_buffer_size, 1 KiB.
pub const FIRST_READ: usize = 1024;

/// Up to this length the bytes of an answer are copied after its head; longer ones are written from where
/// they are. Reason: a page of memory is copied faster than the kernel takes up a second buffer.
pub const SMALL_BODY: usize = 4 * 1024;

/// How many clients that speak TLS to `serve` it remembers, to say so once for each.
/// Reason: a browser tries an address many times, and a log is for a person.
pub const TLS_CLIENTS_TOLD: usize = 64;
