//! The limits of the probe and the storm (src/probe).

use std::time::Duration;

/// How long the probe waits for a server that is silent.
/// Reason: on loopback an answer takes milliseconds, and silence is an observation, too.
pub const PROBE_SILENCE: Duration = Duration::from_millis(1_000);

/// How long the probe looks for the end of a connection on which it was promised, by us alone.
/// Reason: the server has read `Connection: close` by then; cases of their own look at this end.
pub const PROBE_CLOSE_WAIT: Duration = Duration::from_millis(150);

/// How many times as long the probe waits when it tries a silent case again.
/// Reason: on a busy machine an answer comes late, and a false accusation costs more than a second.
pub const PROBE_PATIENCE: u32 = 3;

/// How many cases of a probe are under way at a time.
/// Reason: silent ones do not hold up the others; a server for a single person takes so many.
/// Precedent: browsers open 6 connections to a server.
pub const PROBE_AT_ONCE: usize = 6;

/// A server on this machine that takes so long for a plain GET is asked more at a time, if it bears that.
/// Reason: with 300 ms for a response the cases take one and a half minutes.
pub const PROBE_SLOW: Duration = Duration::from_millis(50);

/// How many cases are under way at a time then.
/// Reason: four times the usual; a test server answers that many clients.
pub const PROBE_WIDE: usize = 24;

/// How many responses a case takes, about: its own, the marker's, and those of cases that are tried again.
pub const PROBE_RESPONSES: u32 = 4;

/// A probe that takes longer than this says so at its start.
pub const PROBE_LONG: Duration = Duration::from_secs(10);

/// Largest page that the probe asks for again and again.
/// Reason: some cases ask for it ten times on one connection, and all of that is kept to compare.
pub const PROBE_PAGE: usize = 1024 * 1024;

/// Bytes that a server may send for each request beside its page: heads, error pages.
/// Reason: the largest error pages in use have some 10 KiB.
pub const PROBE_BESIDE: usize = 64 * 1024;

/// How often a case that got 429 or 503 is tried again before it is left out.
/// Reason: a limit for each second refuses some requests, not all; an overloaded server refuses each.
pub const PROBE_OVERLOAD_TRIES: usize = 3;

/// How often a control request is sent before its failure counts.
/// Reason: a connection may be lost for reasons of the moment.
pub const PROBE_CONTROL_TRIES: usize = 3;

/// After so many cases the probe looks whether a plain GET still gets its response.
/// Reason: a server that is overloaded or restarted in the middle gives wrong verdicts.
pub const PROBE_CONTROL_EVERY: usize = 50;

/// How often a server that dies is started again in one probe.
/// Reason: each time costs a start; who dies more often has been shown enough.
pub const PROBE_RESTARTS: usize = 20;

/// After so many honest requests without their answer a phase of a storm is over.
/// Reason: each waits its whole deadline, and ten say as much as a hundred.
pub const STORM_GIVE_UP: usize = 10;

/// How many of the last requests are suspects when the server dies.
/// Reason: each thread has one under way, and one before it.
pub const STORM_SUSPECTS: usize = 24;

/// How many findings of a storm are shown in full.
/// Reason: one bug gives thousands.
pub const STORM_FINDINGS: usize = 5;

/// How many honest requests are timed in each phase of a storm.
pub const STORM_CONTROL_REQUESTS: usize = 100;

/// How long a phase of a storm sends honest requests at most, when it has some times.
/// Reason: a server with 300 ms for an answer would take half a minute for each phase.
pub const STORM_CONTROL_TIME: Duration = Duration::from_secs(5);

/// How many honest requests are timed in each phase, however slow the server is.
/// Reason: a median of fewer says little.
pub const STORM_CONTROL_LEAST: usize = 10;

/// How many times as long as a plain request the storm waits for each request, at least.
/// Reason: random requests are read on the same connection, and other clients disturb.
pub const STORM_SLOWER: u32 = 4;

/// How long a server may take to let go of its clients before it counts as growing.
/// Reason: it lingers two seconds after a last answer, and a thread waits a while for its next client.
pub const STORM_SETTLE: Duration = Duration::from_secs(6);

/// How long a relay behind a proxy must be quiet before its record counts as whole.
/// Reason: on loopback a proxy forwards within a millisecond; a busy machine gets more.
pub const GRID_SETTLE: Duration = Duration::from_millis(50);

/// How often a pair of servers that disagrees is asked again, with twice the wait each time.
/// Reason: a response that is late looks like none; a pair that really disagrees does so each time.
pub const GRID_ROUNDS: u32 = 3;

/// How long a plain request to a server that answered before may take, when a pair is asked again.
/// Reason: a longer silence says something about the machine, and nothing about the message.
pub const GRID_CONTROL: Duration = Duration::from_secs(30);

/// How many times as long as that plain request took the wait is at least.
/// Reason: a message asks for several responses, and the machine may become slower meanwhile.
pub const GRID_SLOWER: u32 = 10;

/// How long a client under probe may take for one case.
/// Reason: a page comes within milliseconds; a client with a timeout of its own has seconds.
pub const CLIENT_PATIENCE: Duration = Duration::from_secs(10);

/// How many times as long as an ordinary page the client may take for a case, at least.
/// Reason: a machine may become that much busier in the middle of the cases.
pub const CLIENT_SLOWER: u32 = 10;

/// The longest that a client may take for a case, however slow its ordinary page is.
pub const CLIENT_LONGEST: Duration = Duration::from_secs(120);

/// How often a case that a client fails is tried.
/// Reason: what it did only once may be the machine's fault.
pub const CLIENT_TRIES: usize = 2;

/// A client that takes longer than this for an ordinary page is not probed.
/// Reason: 180 cases would take an hour. A client on a busy machine starts within some seconds.
pub const CLIENT_SLOW: Duration = Duration::from_secs(60);

/// How long a client may take for each of the other ordinary servers, at least, before it is not probed.
/// Reason: one that tries again for minutes would need them for each case (wget: 20 times, 200 s).
pub const CLIENT_CONTROL: Duration = Duration::from_secs(30);

/// Most requests of a client in one case.
/// Reason: a client that follows a loop for ever is judged by its number. Precedent: curl follows 50.
pub const CLIENT_REQUESTS: usize = 200;

/// Most bytes of a head without end.
/// Reason: a client that takes 64 MiB of head has no limit. Precedent: curl 300 KiB, Node 16 KiB.
pub const CLIENT_ENDLESS: usize = 64 * 1024 * 1024;
