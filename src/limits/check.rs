//! The limits of the check: its waits, and how much of a program's output it reads (src/check).

use std::time::Duration;

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

/// How long it may take us to read what a program has printed, once it has ended or rests.
/// Reason: it takes a millisecond, and on a busy machine some hundred; who keeps the output open is not waited for.
pub const OUTPUT_AFTER_END: Duration = Duration::from_secs(2);

/// How long the guard of a program leaves it to us to reap one that ends at SIGTERM.
/// Reason: most do, within a millisecond; the guard, which can only look again and again, is slower.
pub const GUARD_GRACE: Duration = Duration::from_millis(20);

/// How long the guard of a program may take to end it, before we kill the one process ourselves.
/// Reason: a system whose `sh` or `kill` is broken must not hang us; the guard itself needs 250 ms.
pub const GUARD_DEADLINE: Duration = Duration::from_secs(2);

/// How long a process that left its program's group may take to end at SIGTERM, before it is killed.
/// Reason: as much as the guard gives to those in the group.
pub const STRAY_GRACE: Duration = Duration::from_millis(250);

/// How long a process may be without an environment before it counts as one that has none.
/// Reason: between `fork` and the end of `exec` the system shows none, which takes a millisecond or two; few
/// processes have none for good.
pub const EXEC_GRACE: Duration = Duration::from_millis(30);

/// How long a program under check may be silent when it is its turn.
/// Reason: on loopback an answer takes well under a millisecond, an interpreter's first one some tens;
/// a program that is kept from working gets up to twelve times as long.
pub const CHECK_SILENCE: Duration = Duration::from_millis(500);

/// The same for a program in the middle.
/// Reason: a player on the other side of it must get the processor, too, before this side has its answer.
pub const CHECK_SILENCE_BETWEEN: Duration = Duration::from_secs(2);

/// The same for a further try after a failure. Reason: several tries must fit into the second that a check may
/// take.
pub const CHECK_RETRY_SILENCE: Duration = Duration::from_millis(250);

/// A server that started within this time is started again for each further try. Reason: an interpreter takes a
/// tenth of that, and on a busy machine a second; a command that compiles first takes longer.
pub const CHECK_RESTART: Duration = Duration::from_secs(3);

/// How long a client of datagrams may go on from its first one.
/// Reason: a client that never accepts an answer repeats its question for ever, ten times a second.
pub const CHECK_DATAGRAMS: Duration = Duration::from_secs(10);

/// How often a conversation is played again in which only a pause was too long.
/// Reason: on a machine with 50 programs for two processors a right one waited 6 s for its turn (measured).
pub const CHECK_LATE_AGAIN: usize = 3;

/// How long one run of a check may take in all, however busily bytes come.
/// Reason: a program that sends one byte a second must not hold the check for ever. A conversation byte by byte takes
/// some tenths of a second, and on a machine with 60 programs for two processors more than 10 seconds (measured).
pub const CHECK_RUN: Duration = Duration::from_secs(40);

/// How many programs run side by side for the checks of one process, for each processor.
/// Reason: they wait most of the time; measured, one keeps a processor busy for a tenth of its time. With 8 the checks of
/// all labs end a fifth sooner than with 4; with 12 no sooner than with 8.
pub const CHECK_SIDE_BY_SIDE: usize = 8;

/// How many checks run at once when several labs or sides are asked for, for each processor.
/// Reason: the same; and one check may consist of one long wait.
pub const CHECKS_AT_ONCE: usize = 2;

/// From this time on a conversation in which a server waits is played at a server of its own, beside others.
/// Reason: shorter waits are over before another server has started.
pub const CHECK_LONG_WAIT: Duration = Duration::from_secs(1);

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

/// How long a client may take that has to find out for itself that nobody answers. Reason: its own timeout is
/// half a second, once for the connection and once for the greeting.
pub const CHECK_CLIENT_GIVES_UP: Duration = Duration::from_secs(4);

/// How long a client that says nothing listens whether the server answers all the same.
/// Reason: an answer that needs no question comes at once.
pub const CHECK_UNASKED: Duration = Duration::from_millis(30);

/// The same after a run that went wrong.
/// Reason: a program that prints where it was when it died needs some hundred milliseconds for it.
pub const CHECK_LAST_WORDS: Duration = Duration::from_millis(200);
