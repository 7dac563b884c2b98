//! Every limit of the project in one place, each with its unit, its reason and a precedent.
//! This file knows the numbers and not who uses them; nothing that came from the wire sizes an
//! allocation beyond what stands here.

mod tools;
pub mod web;

use std::time::Duration;

pub use tools::*;

mod probe;
pub use probe::*;

/// Longest line of an order, in bytes, that a lab's server collects before it refuses (labs 1-7).
/// Reason: a client that never sends a newline must not fill our memory.
/// Precedent: 8,000 octets that RFC 9112 section 3 recommends for a request line.
pub const MAX_LINE: usize = 8_000;

/// How long a lab's server gives a client for a whole request, head and body (labs 21 and 22).
/// Reason: a byte a second would hold a thread for days. Precedent: Apache 20 s and a second more for
/// each 500 bytes; our bodies are small.
pub const REQUEST_DEADLINE: Duration = Duration::from_secs(10);

/// How long one read or write may wait before it counts as silence.
/// Reason: a hung peer must not hang a learner. Precedent: CodeCrafters' and curl's tests use
/// seconds, too; on loopback an answer takes well under a millisecond.
pub const IO_DEADLINE: Duration = Duration::from_secs(5);

/// Bytes kept from the beginning of a program's output, and as many from its end.
/// Reason: a program that prints 1 GB must not fill our memory; an error message stands at one of the
/// ends. Precedent: a pipe on Linux holds 64 KiB (pipe(7)).
pub const KEPT_OUTPUT: usize = 64 * 1024;

/// After so many bytes without a line end a server may refuse a request that must be refused.
/// Reason: less than any limit of a lab for a line, more than any line that is right.
pub const REFUSED_UNHEARD: usize = 2000;

/// How many further redirects a client is given that follows more of them than it should.
/// Reason: whether it stops at all; browsers stop after 20.
pub const CHECK_MORE_REDIRECTS: usize = 25;

/// The largest source file or compiled program, in bytes, that a diagnosis looks at.
/// Reason: a small program in Go has 2 MiB.
pub const SOURCE_BYTES: u64 = 4 * 1024 * 1024;

/// How long a server that was started may take until it listens.
/// Reason: `go run` and `cargo run` compile first, which takes seconds.
pub const START_DEADLINE: Duration = Duration::from_secs(10);

/// The same for a program of our own kind, which is compiled already, and for its first connection.
/// Reason: it needs some milliseconds, on a busy machine or a slow disk a second or two; one that is kept
/// from working gets more (see `net::IdleTimer`).
pub const OWN_START_DEADLINE: Duration = Duration::from_secs(3);

/// How long readiness is read from the system's table of sockets alone.
/// Reason: a program in a container is not in that table, so then a connection is tried, too; that
/// one is a client already, so a program on a busy machine must have had time to start.
pub const READY_BY_TABLE: Duration = Duration::from_secs(3);

/// How long a program that closed its output may take to end.
/// Reason: the output closes a moment before the system reports the end.
pub const EXIT_AFTER_CLOSE: Duration = Duration::from_millis(200);

/// How long the guard of a program leaves it to us to reap one that ends at SIGTERM.
/// Reason: most do, within a millisecond; the guard, which can only look again and again, is slower.
pub const GUARD_GRACE: Duration = Duration::from_millis(20);

/// How long the guard of a program may take to end it, before we kill the one process ourselves.
/// Reason: a system whose `sh` or `kill` is broken must not hang us; the guard itself needs 250 ms.
pub const GUARD_DEADLINE: Duration = Duration::from_secs(2);

/// How many finished handshakes may wait for `accept` (listen(2)).
/// Reason: a burst of clients must not be refused. Precedent: 128, what Rust's own listener asks for.
pub const BACKLOG: u32 = 128;

/// How many connections one server or tap handles at a time; further ones wait in the backlog.
/// Reason: a thread and two descriptors each; the usual limit of descriptors is 1,024 (getrlimit(2)).
/// Precedent: 512 connections a worker in nginx's own default.
pub const MAX_CONNECTIONS: usize = 400;

/// Most bytes that one read takes.
/// Reason: a bounded buffer a direction. Precedent: 64 KiB, the default capacity of a Linux pipe.
pub const CHUNK: usize = 64 * 1024;

/// Most bytes that one read of a tap takes, which is also the longest chunk of its recording.
/// Reason: a step has fixed costs in the relay and in the file. Measured on one core, in nanoseconds a
/// byte: 0.60 to pass bytes on and 1.43 to save them as well with 64 KiB; 0.37 and 0.93 with 256 KiB.
pub const TAP_CHUNK: usize = 256 * 1024;

/// How often a wait without another end looks whether it should stop.
/// Reason: short for a human, long for a processor.
pub const STOP_POLL: Duration = Duration::from_millis(200);

/// Most bytes that wait in the system until we read them.
/// Reason: who has read that many has read all that were there before. Precedent: 6 MiB, the largest
/// receive buffer that Linux gives on its own (tcp(7), `tcp_rmem`).
pub const RECEIVE_QUEUE: u64 = 6 * 1024 * 1024;

/// How often something is looked at for which the system has no event.
/// Reason: shorter than a human or a test notices, and a thousandth of a processor.
pub const POLL_INTERVAL: Duration = Duration::from_millis(1);

// What a message may take up (src/http).

/// Largest head of a message: start line and header section, in bytes.
/// Reason: a head is held in memory whole, once a connection, and cookies grow.
/// Precedent: h11 16 KiB, nginx 4 buffers of 8 KiB, Apache 100 lines of 8 KiB.
pub const MAX_HEAD: usize = 64 * 1024;

/// Longest start line in bytes, without its CR LF.
/// Precedent: RFC 9112 section 3 recommends at least 8,000.
pub const MAX_START_LINE: usize = 8_000;

/// Longest method in bytes. Reason: longer ones are known to nobody, and RFC 9112 section 3 wants
/// 501 for them. The longest registered one, UPDATEREDIRECTREF, has 17.
pub const MAX_METHOD: usize = 32;

/// Most fields in one header or trailer section.
/// Precedent: Apache's LimitRequestFields 100, httparse's callers 64 to 100.
pub const MAX_FIELDS: usize = 100;

/// Most empty lines before a request line that are passed over.
/// Reason: RFC 9112 section 2.2 wants at least one; some old clients sent one after a body.
pub const MAX_EMPTY_LINES: usize = 4;

/// Longest line with a chunk's size and extensions, in bytes, its CR LF included.
/// Reason: the line is read again from its beginning when more of it comes, so this also bounds
/// the work a byte that dribbles in can cause. Precedent: Go's net/http allows 4,096.
pub const MAX_CHUNK_LINE: usize = 1024;

/// Most bytes of chunk extensions in one message.
/// Reason: extensions are thrown away, so a body could consist of them for ever.
/// Precedent: Go's net/http stops at 16 KiB over what the data justifies.
pub const MAX_CHUNK_EXTENSIONS: usize = 16 * 1024;

/// Largest trailer section of a chunked body, in bytes.
/// Reason: it is read again from its beginning when more of it comes, so the limit bounds the work.
/// Precedent: Node allows 16 KiB for a header section of any kind.
pub const MAX_TRAILERS: usize = 8 * 1024;

/// Most ranges of one Range field that are answered one by one; with more, the whole file is sent.
/// Reason: RFC 9110 section 17.15, many small ranges are an attack. Precedent: Apache 200.
pub const MAX_RANGES: usize = 16;

/// How long the player looks for further bytes when its script is over and the peer has not hung up.
/// Reason: a byte too many comes right behind the others, or never.
pub const EXTRA_BYTES_WAIT: Duration = Duration::from_millis(100);

/// Most bytes beyond the expected ones that the player takes before it hangs up.
/// Reason: a peer that sends without end; no report shows more than its first lines.
pub const MAX_EXTRA: usize = 1024 * 1024;

/// Most bytes of one side of one connection that the player takes at all.
/// Reason: a mask may allow any number. Precedent: the same 256 MiB that repeats may grow to.
pub const MAX_RECEIVED: usize = 256 * 1024 * 1024;

/// How many bytes of a message the weather `dribble` sends one by one; and how many the reader of
/// `slow` takes slowly.
/// Reason: heads and small bodies whole, and a body of megabytes still within a second.
pub const WEATHER_BYTES: usize = 4 * 1024;

/// How long a segment lies alone where it matters: behind the first byte of a connection and before
/// the last byte of a message.
/// Reason: a peer that reads once must have read by then, on a busy machine too.
pub const SEGMENT_PAUSE: Duration = Duration::from_millis(15);

/// How long a peer is waited for, at most, that works on what it got: on a segment before the next one
/// comes, on a client before it is counted what it holds.
/// Reason: on a busy machine a peer gets its turn late; and one that never rests is not waited for.
pub const SETTLE_TIMEOUT: Duration = Duration::from_millis(200);

/// The receive buffer of the weather `slow`, in bytes; Linux doubles it.
/// Reason: a writer must notice that we are slow. Precedent: 2,304 is the least Linux gives (socket(7)
/// calls it 256, doubled, and the kernel adds its own overhead).
pub const SMALL_BUFFER: usize = 2 * 1024;

/// How long a program under check may be silent when it is its turn.
/// Reason: on loopback an answer takes well under a millisecond, an interpreter's first one some tens;
/// a program that is kept from working gets up to four times as long.
pub const CHECK_SILENCE: Duration = Duration::from_millis(500);

/// The same for a further try after a failure; and the start of a server that may be started anew.
/// Reason: several tries must fit into the second that a check may take.
pub const CHECK_RETRY_SILENCE: Duration = Duration::from_millis(250);

/// How long a byte that must be read alone waits for its reader, when nothing is seen of the reader: longer
/// than a reader that is kept from working by others. One that rests is not waited for.
pub const READ_ALONE_WAIT: Duration = Duration::from_millis(300);

/// How many bytes of a message are read alone at most, those inside of letters and line ends.
/// Reason: a head has some 20 of them, and a picture of 4 KB would have 2,000.
pub const READ_ALONE_BYTES: usize = 128;

/// How often a queue is looked at. Reason: a reader that is not kept from working takes some 20 microseconds.
pub const QUEUE_POLL: Duration = Duration::from_micros(20);

/// How often a silent program is looked at.
/// Reason: one look goes through all processes, which takes some milliseconds.
pub const IDLE_SAMPLE: Duration = Duration::from_millis(30);

/// How long a player waits at least until a server lets it in.
/// Reason: a knock that a full backlog has dropped is repeated after a second (RFC 6298 section 2).
pub const CONNECT_RETRY_TIMEOUT: Duration = Duration::from_millis(1_500);

/// How long one run of a check may take in all, however busily bytes come.
/// Reason: a program that sends one byte a second must not hold the check for ever.
pub const CHECK_RUN: Duration = Duration::from_secs(10);

/// How long a server is watched after a run: does it end?
/// Reason: a program that a run has killed is gone a moment after its connection.
pub const CHECK_EXIT_AFTER_RUN: Duration = Duration::from_millis(5);

/// How long a client may take to end once the conversation is over.
pub const CHECK_EXIT: Duration = Duration::from_millis(500);

/// How long the check listens for a client before it looks whether the client still runs.
pub const CLIENT_POLL: Duration = Duration::from_millis(50);

/// How long a server may take to let go of its clients before it counts as growing.
/// Reason: a thread that ends takes a moment to be gone.
pub const CHECK_SETTLE: Duration = Duration::from_millis(300);

/// How long a person may talk to a server by hand.
/// Reason: nobody should be hurried, and nothing waits for ever.
pub const SESSION_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a client may take that has to find out for itself that nobody answers.
/// Reason: its own patience is half a second, once for the door and once for the greeting.
pub const CHECK_CLIENT_GIVES_UP: Duration = Duration::from_secs(4);

/// How long to look whether a peer that was done before us takes our last words.
/// Reason: on loopback its reset comes back within the write, or a moment later on a busy machine.
pub const LATE_RESET_WAIT: Duration = Duration::from_millis(10);

/// How long `play` waits for a client, and how long it plays at a server.
/// Reason: somebody has to start the client by hand; a long recording has to be said.
pub const PLAY_TIMEOUT: Duration = Duration::from_secs(60);

// What the static server may take up (src/files.rs, src/server.rs).

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

/// How long a kept file is believed after somebody looked at its path.
/// Reason: two walks along a path less a request. Precedent: lighttpd's stat cache believes for 1 s.
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

/// How many clients the static server has at a time; further ones are told 503.
/// Reason: a thread each; past about 16,380 threads std aborts the process (vm.max_map_count).
/// Precedent: Apache's worker model, 400 by default, thousands in practice.
pub const MAX_CLIENTS: usize = 8_000;

/// How many descriptors are left over for what is neither a connection nor a kept file: the standard
/// streams, the listener, files that are opened for one answer.
pub const SPARE_DESCRIPTORS: usize = 10;

/// How long the accepting thread goes on with a crowd before it gives the first of it a thread.
/// Reason: some hundred clients come and are answered in this time. A client whose answer takes a thread
/// waits no longer than a person notices.
pub const ACCEPT_BURST: Duration = Duration::from_millis(10);

/// Longest content, in bytes, of an answer that the accepting thread sends itself.
/// Reason: it never waits there. Precedent: Linux takes 16 KiB at least into a new connection (tcp(7)).
pub const AT_ONCE: u64 = 8 * 1024;

/// How many connections are closed at a time when descriptors are short, and how long each must have waited
/// for a request. Precedent: nginx's `worker_connections are not enough` reuses the 32 oldest.
pub const CLOSED_AT_ONCE: usize = 16;

/// See [`CLOSED_AT_ONCE`].
pub const CLOSED_AFTER: Duration = Duration::from_millis(300);

/// How much address space must be left, in bytes, before a client gets a new thread.
/// Reason: its stack, and as much again for what the system puts beside it.
pub const MEMORY_FOR_THREAD: u64 = 512 * 1024;

/// How much must be left besides for each thread that there is.
/// Reason: its buffers may still grow, to the limit of a head.
pub const MEMORY_FOR_EACH: u64 = 64 * 1024;

/// How much address space must be left, in bytes, before a client gets a larger buffer.
pub const MEMORY_RESERVE: u64 = 2 * 1024 * 1024;

/// How many clients more get a thread to be told that there is no room; over that they are dropped.
pub const MAX_REFUSED: usize = 64;

/// How many finished handshakes may wait for the static server's `accept`.
/// Reason: a browser's or a benchmark's burst must not be refused. Precedent: Linux caps it at
/// net.core.somaxconn, 4,096.
pub const SERVER_BACKLOG: u32 = 4_096;

/// The stack of a client's thread, in bytes. Reason: address space for `SEATS` of them; our deepest call
/// needs a tenth. Precedent: std's own default is 2 MiB.
pub const THREAD_STACK: usize = 256 * 1024;

/// How long a thread waits for its next client before it ends.
/// Reason: a new thread costs some 20 µs, and a crowd's threads must not stay when it has left.
/// Precedent: Java's cached pool waits 60 s, with nothing else to do in the meantime.
pub const IDLE_THREAD: Duration = Duration::from_secs(1);

/// After this time without it, a trouble of the accept loop is over; the next one is told again.
/// Reason: at the limit of descriptors it comes and goes with each client; a log must not fill.
pub const LOG_REPEAT_AFTER: Duration = Duration::from_secs(10);

/// How long a connection may stay open between two requests.
/// Precedent: nginx 75 s, Apache 5 s.
pub const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// How long a client may take for the whole head of a request, from its first byte on; then 408.
/// Reason: half a request a seat is the cheapest attack. Precedent: Apache 20 to 40 s, nginx 60 s.
pub const HEAD_DEADLINE: Duration = Duration::from_secs(10);

/// How long a client may take for a body that nobody wants; then 408.
pub const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// Largest body, in bytes, that is read to its end and thrown away so that the connection can go on.
/// Reason: over that a new connection is cheaper. Precedent: Go's net/http 256 KiB.
pub const MAX_DISCARDED: u64 = 256 * 1024;

/// How long a client may take nothing of what we send.
/// Precedent: nginx's send_timeout 60 s, also between two writes and not for the whole.
pub const WRITE_DEADLINE: Duration = Duration::from_secs(20);

/// Bytes of a server's first read, and of each client's buffer for as long as its heads are no larger.
/// Reason: nearly every head fits, and a thousand clients take a megabyte. Precedent: nginx's
/// client_header_buffer_size, 1 KiB.
pub const FIRST_READ: usize = 1024;

/// How long a server that hung up listens on, and for how many bytes: see RFC 9112 section 9.6.
/// Precedent: nginx's lingering_timeout, 5 s.
pub const LINGER: Duration = Duration::from_secs(2);

/// See [`LINGER`].
pub const LINGER_BYTES: usize = 1024 * 1024;

/// Most bytes of a file in one call of the system.
/// Reason: the write deadline counts from call to call. Precedent: nginx's sendfile_max_chunk, 2 MiB.
pub const SENDFILE_MAX: usize = 2 * 1024 * 1024;

/// Up to this length the bytes of an answer are copied behind its head; longer ones are written from where
/// they are. Reason: a page of memory is copied faster than the kernel takes up a second buffer.
pub const SMALL_BODY: usize = 4 * 1024;

/// How many bytes at the end of a file are copied into the socket instead of lent to it.
/// Reason: until the other side has read them, the kernel reads lent bytes from the file itself, and a
/// change of the file would show in them. Precedent: Linux holds up to 4 MiB on our side and about as much
/// on the other (tcp(7), `tcp_wmem` and `tcp_rmem`).
pub const COPIED_TAIL: u64 = 8 * 1024 * 1024;

/// How long a client that says nothing listens whether the server answers all the same.
/// Reason: an answer that needs no question comes at once.
pub const CHECK_UNASKED: Duration = Duration::from_millis(30);

/// The same after a run that went wrong.
/// Reason: a program that prints where it was when it died needs some hundred milliseconds for it.
pub const CHECK_LAST_WORDS: Duration = Duration::from_millis(200);

// What a client may take up (src/client.rs).

/// Most times that a request is sent on.
/// Reason: two places that point at each other would keep us for ever. Precedent: Go's net/http 10.
pub const MAX_HOPS: u32 = 10;

/// Most informational answers before the real one. Reason: a server could send them without end.
pub const MAX_INFORMATIONAL: u32 = 16;

/// How long one address of a name may be silent while another is left to try.
/// Reason: a dead address must not cost our whole patience. Precedent: RFC 8305 section 5 calls the next
/// one after 250 ms, and lets the first go on.
pub const CONNECT_NEXT_ADDRESS: Duration = Duration::from_secs(1);

/// How long `fetch` waits for each thing that a server does.
/// Reason: a page may take a server some time. Precedent: nginx gives the servers behind it 60 s.
pub const FETCH_TIMEOUT: Duration = Duration::from_secs(30);

/// How many bytes of a body `fetch -v` shows; the others are counted.
/// Reason: the ladder is for reading.
pub const SHOWN_BODY: usize = 16 * 1024;

/// The longest report of one student, in bytes. Reason: a report on all labs has some 300 KB; a file of
/// 100 MB is none.
pub const CLASS_FILE: u64 = 4 << 20;

/// The most files that one class has. Reason: the biggest courses of the world have some thousand students.
pub const CLASS_FILES: usize = 10_000;

/// Longest file of a program whose hash stands on a bill, in bytes.
/// Reason: a word of a command may name any file. Precedent: a static Go program has some 10 MiB.
pub const MAX_PROGRAM_FILE: u64 = 64 * 1024 * 1024;
