//! The limits of sockets, threads and waits (src/net).

use std::time::Duration;

/// How many connections one server or tap handles at a time; further ones wait in the backlog.
/// Reason: a thread and two descriptors each; the usual limit of descriptors is 1,024 (getrlimit(2)).
/// Precedent: 512 connections a worker in nginx's own default.
pub const MAX_CONNECTIONS: usize = 400;

/// Most bytes that one read of a tap takes, which is also the longest chunk of its recording.
/// Reason: a step has fixed costs in the relay and in the file. Measured on one core, in nanoseconds a
/// byte: 0.60 to pass bytes on and 1.43 to save them as well with 64 KiB; 0.37 and 0.93 with 256 KiB.
pub const TAP_CHUNK: usize = 256 * 1024;

/// Most bytes that wait in the system until we read them.
/// Reason: who has read that many has read all that were there before. Precedent: 6 MiB, the largest
/// receive buffer that Linux gives on its own (tcp(7), `tcp_rmem`).
pub const RECEIVE_QUEUE: u64 = 6 * 1024 * 1024;

/// How long the player looks for further bytes when its script is over and the peer has not closed.
/// Reason: a byte too many comes directly after the others, or never.
pub const EXTRA_BYTES_WAIT: Duration = Duration::from_millis(100);

/// A player beside a program in the middle looks so often whether the others are done. Reason: short beside the
/// time of a conversation, long beside the work of a look.
pub const BETWEEN_POLL: Duration = Duration::from_millis(10);

/// Unexpected connections behind a program in the middle that are heard. Reason: one tells what is wrong; a program
/// that connects again and again must not hold up the check.
pub const STRANGERS: usize = 8;

/// Most bytes beyond the expected ones that the player takes before it closes.
/// Reason: a peer that sends without end; no report shows more than its first lines.
pub const MAX_EXTRA: usize = 1024 * 1024;

/// Most bytes of one side of one connection that the player takes at all.
/// Reason: a mask may allow any number. Precedent: the same 256 MiB that repeats may grow to.
pub const MAX_RECEIVED: usize = 256 * 1024 * 1024;

/// How many bytes of a message the weather `dribble` sends one by one; and how many the reader of
/// `slow` takes slowly.
/// Reason: heads and small bodies whole, and a body of megabytes still within a second.
pub const WEATHER_BYTES: usize = 4 * 1024;

/// How long a segment lies alone where it matters: after the first byte of a connection and before
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

/// How long a byte that must be read alone waits for its reader, when nothing is seen of the reader: longer
/// than a reader that is kept from working by others. One that rests is not waited for.
pub const READ_ALONE_WAIT: Duration = Duration::from_millis(600);

/// How many bytes of a message are read alone at most, those inside of letters and line ends.
/// Reason: a head has some 20 of them, and a picture of 4 KB would have 2,000.
pub const READ_ALONE_BYTES: usize = 128;

/// How often a queue is looked at. Reason: a reader that is not kept from working takes some 20 microseconds.
pub const QUEUE_POLL: Duration = Duration::from_micros(20);

/// How often a silent program is looked at.
/// Reason: one look goes through all processes, which takes some milliseconds.
pub const IDLE_SAMPLE: Duration = Duration::from_millis(30);

/// How long a player waits at least until a server lets it in. Reason: a SYN that a full backlog has dropped is
/// repeated after a second (RFC 6298 section 2).
pub const CONNECT_RETRY_TIMEOUT: Duration = Duration::from_millis(1_500);

/// How long `nc --udp` waits for a further answer when its input has ended.
/// Reason: UDP has no end. Precedent: 1 s, what people give to `nc -u -w`.
pub const DATAGRAM_SILENCE: Duration = Duration::from_secs(1);

/// How long `nc -l` waits for further input when its client has ended its side.
/// Reason: a pipe whose writer still runs has no end either. Precedent: [`DATAGRAM_SILENCE`].
pub const INPUT_SILENCE: Duration = Duration::from_secs(1);

/// How long a person may talk to a server by hand.
/// Reason: nobody should be hurried, and nothing waits for ever.
pub const SESSION_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// How long to look whether a peer that was done before us takes our last words.
/// Reason: on loopback its reset comes back within the write, or a moment later on a busy machine.
pub const LATE_RESET_WAIT: Duration = Duration::from_millis(10);

/// How many clients the static server has at a time; further ones get 503. Reason: a thread each; past about
/// 16,380 threads std aborts the process (vm.max_map_count). Precedent: Apache's worker model, 400 by default,
/// thousands in practice.
pub const MAX_CLIENTS: usize = 8_000;

/// How many descriptors are left over for what is neither a connection nor a kept file: the standard
/// streams, the listener, files that are opened for one answer.
pub const SPARE_DESCRIPTORS: usize = 10;

/// How long the accepting thread goes on with a crowd before it gives the first of it a thread.
/// Reason: some hundred clients come and are answered in this time. A client whose answer takes a thread
/// waits no longer than a person notices.
pub const ACCEPT_BURST: Duration = Duration::from_millis(10);

/// How much address space must be left, in bytes, before a client gets a new thread.
/// Reason: its stack, and as much again for what the system puts beside it.
pub const MEMORY_FOR_THREAD: u64 = 512 * 1024;

/// How much must be left besides for each thread that there is.
/// Reason: its buffers may still grow, to the limit of a head.
pub const MEMORY_FOR_EACH: u64 = 64 * 1024;

/// How much address space must be left, in bytes, before a client gets a larger buffer.
pub const MEMORY_RESERVE: u64 = 2 * 1024 * 1024;

/// How many further clients get a thread that refuses them; over that they are closed without an answer.
pub const MAX_REFUSED: usize = 64;

/// Among more clients than these, one that was just answered is looked at in turn with others, and gets a thread if it
/// sends nothing for [`IN_TURN`]. Reason: measured with 64 connections that always ask, a thread for each costs a fifth
/// more time for a request, and its slowest answers take twice as long. Precedent: one browser opens 6 connections.
pub const CLIENTS_IN_THREADS: usize = 8;

/// See [`CLIENTS_IN_THREADS`]. Reason: a client that is still looked at gets its answer at most an eighth of this later,
/// and one that waits in a thread costs nothing.
pub const IN_TURN: Duration = Duration::from_millis(20);

/// When so many clients have come in a row, their first requests are waited for on the accepting thread. Reason: one
/// client that comes alone is answered without a pause.
pub const CLIENTS_IN_A_ROW: usize = 4;

/// So long the accepting thread waits for the first request of clients that came in a row. Reason: a program that makes
/// many connections sends within this time; a thread for each connection would cost a third more time (measured).
pub const FIRST_REQUEST: Duration = Duration::from_millis(2);

/// Up to so many clients, each has a thread while it says nothing; those of a larger crowd are
/// looked at in turn. Reason: a thread that waits takes 12 KiB, and a client that is looked at takes 1 KiB or 2 but
/// waits a little longer. Precedent: browsers open 6 connections, so these are 16 browsers.
pub const CLIENTS_WITH_THREADS: usize = 96;

/// A client of a crowd is looked at again after this part of the time that it has waited: one in so many.
/// Reason: it gets its answer later by at most this part.
pub const PARKED_PART: u32 = 8;

/// The shortest time between two looks at a client. Reason: the system's timers are no finer (prctl(2),
/// PR_SET_TIMERSLACK, 50 µs).
pub const PARKED_LEAST: Duration = Duration::from_micros(50);

/// The longest time between two looks at a client. Reason: nobody notices it, and 2,000 silent clients take a
/// twenty-fifth of a processor (measured).
pub const PARKED_MOST: Duration = Duration::from_millis(50);

/// The stack of a client's thread, in bytes. Reason: address space for `SEATS` of them; our deepest call
/// needs a tenth. Precedent: std's own default is 2 MiB.
pub const THREAD_STACK: usize = 256 * 1024;

/// How long a thread waits for its next client before it ends.
/// Reason: a new thread costs some 20 µs, and a crowd's threads must not stay when it has left.
/// Precedent: Java's cached pool waits 60 s, with nothing else to do in the meantime.
pub const IDLE_THREAD: Duration = Duration::from_secs(1);

/// After this time without it, a problem of the accept loop is over; the next one is reported again. Reason: at
/// the limit of descriptors it comes and goes with each client; a log must not fill.
pub const LOG_REPEAT_AFTER: Duration = Duration::from_secs(10);

/// How long a client may take nothing of what we send. The system counts it anew after each write of which it has
/// taken a part, so a client that stops reading amid large answers is given up after two to four times as long.
/// Precedent: nginx's send_timeout 60 s, also between two writes and not for the whole.
pub const WRITE_DEADLINE: Duration = Duration::from_secs(20);

/// How long a server that closed listens on, and for how many bytes: see RFC 9112 section 9.6.
/// Precedent: nginx's lingering_timeout, 5 s.
pub const LINGER: Duration = Duration::from_secs(2);

/// See [`LINGER`].
pub const LINGER_BYTES: usize = 1024 * 1024;

/// Most bytes of a file in one call of the system.
/// Reason: the write deadline counts from call to call. Precedent: nginx's sendfile_max_chunk, 2 MiB.
pub const SENDFILE_MAX: usize = 2 * 1024 * 1024;

/// How many bytes at the end of a file are copied into the socket instead of lent to it.
/// Reason: until the other side has read them, the kernel reads lent bytes from the file itself, and a
/// change of the file would show in them. Precedent: Linux holds up to 4 MiB on our side and about as much
/// on the other (tcp(7), `tcp_wmem` and `tcp_rmem`).
pub const COPIED_TAIL: u64 = 8 * 1024 * 1024;
