//! Connections to a server: carries out the learner's acts until all connections have ended, and says how they
//! ended.
//!
//! Rule 1: a connection keeps the number that it has in the box. A number that was used is not used again.
//! Rule 2: the acts are carried out in their order. Nothing waits without looking whether the learner is still
//! there.

use crate::plural::count_of;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::acts::{Act, Delivery};
use crate::limits;
use crate::net::player::{End, FailedWrite};
use crate::net::{Cause, Recorder, Session};
use crate::wire::Conn;

/// What came of the connections.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    /// How they ended, or why none was made, in a sentence.
    pub sentence: String,
    /// Nobody listened.
    pub missed: bool,
}

/// How one connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ended {
    /// The server sent its FIN, and we sent ours.
    Fin,
    /// The server reset it.
    Rst,
    /// We reset it.
    OurRst,
    /// We closed it while it was open; why.
    Closed(&'static str),
    /// The server took only so many of our bytes.
    Stuck(u64),
    /// It was not made.
    NotMade { refused: bool, why: String },
}

struct Open {
    session: Session,
    /// How many bytes the server had sent before our last act.
    heard: u64,
}

struct Connections<'a> {
    addr: SocketAddr,
    datagrams: bool,
    recorder: &'a Recorder,
    open: BTreeMap<Conn, Open>,
    ended: BTreeMap<Conn, Ended>,
    pending: VecDeque<(Act, Delivery)>,
    /// When the act began that is carried out: for those that wait.
    begun: Instant,
    /// All bytes that were said.
    said: Vec<u8>,
}

/// Talks to a server until all connections have ended. `datagrams`: over UDP. `tell` hears from time to time what
/// was said, and says whether to go on.
pub fn talk(
    (addr, datagrams): (SocketAddr, bool),
    recorder: &Recorder,
    acts: &Receiver<(Vec<Act>, Delivery)>,
    tell: &dyn Fn(&[u8]) -> bool,
) -> Told {
    let mut all = Connections {
        addr,
        datagrams,
        recorder,
        open: BTreeMap::new(),
        ended: BTreeMap::new(),
        pending: VecDeque::new(),
        begun: Instant::now(),
        said: Vec::new(),
    };
    let mut since = Instant::now();
    let mut told = since;
    loop {
        match acts.recv_timeout(all.next_look()) {
            Ok((acts, delivery)) => {
                let acts = acts.into_iter().map(|act| (act, delivery));
                all.pending.extend(acts);
            }
            Err(RecvTimeoutError::Disconnected) => {
                return all.close("You closed the connection.");
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if all.act() {
            (since, told) = (Instant::now(), Instant::now());
        }
        all.look_at_ends();
        if all.are_over() {
            return all.told();
        }
        if told.elapsed() > limits::SETTLE_TIMEOUT {
            told = Instant::now();
            if !tell(&all.said) {
                return all.close("The server sent without end, so we closed the connection.");
            }
        }
        if since.elapsed() > limits::web::SESSION {
            return all.close("Nothing was sent for two minutes, so we closed the connection.");
        }
    }
}

impl Connections<'_> {
    /// How long until something may be done or seen.
    fn next_look(&self) -> Duration {
        match self.pending.front() {
            Some((act, _)) if !self.must_wait(act) => Duration::ZERO,
            _ => limits::DISPLAY_BATCH,
        }
    }

    /// Whether the time of this act has not come.
    fn must_wait(&self, act: &Act) -> bool {
        let waited = self.begun.elapsed();
        match act {
            Act::Pause(time) => waited < *time,
            Act::WaitEnds => !self.open.is_empty() && waited < limits::IO_DEADLINE,
            Act::Listen(conn) => self.open.get(conn).is_some_and(|open| {
                open.session.heard() == open.heard && waited < limits::IO_DEADLINE
            }),
            _ => false,
        }
    }

    /// Carries out the next act, if its time has come; whether it did.
    fn act(&mut self) -> bool {
        let Some((act, delivery)) = self.pending.pop_front() else {
            return false;
        };
        if self.must_wait(&act) {
            self.pending.push_front((act, delivery));
            return false;
        }
        self.begun = Instant::now();
        if let Some(conn) = act.conn() {
            self.open(conn);
        }
        match act {
            Act::Say(conn, bytes) => self.say(conn, &bytes, delivery),
            Act::Fin(conn) => {
                if let Some(open) = self.open.get_mut(&conn) {
                    open.heard = open.session.heard();
                    open.session.fin();
                }
            }
            Act::Rst(conn) => {
                if let Some(open) = self.open.remove(&conn) {
                    open.session.reset();
                    self.ended.insert(conn, Ended::OurRst);
                }
            }
            // Those that have not ended by now are closed, and no visit follows.
            Act::WaitEnds if !self.open.is_empty() => {
                self.pending.clear();
                self.close_open("The connection was still open after 5 s, so we closed it.");
            }
            Act::WaitEnds | Act::Connect(_) | Act::Listen(_) | Act::Pause(_) => {}
        }
        true
    }

    /// Opens a connection that was not opened before.
    fn open(&mut self, conn: Conn) {
        if self.open.contains_key(&conn) || self.ended.contains_key(&conn) {
            return;
        }
        self.recorder.number(&[conn], conn + 1);
        let session = match self.datagrams {
            true => Session::open_datagrams(self.addr, self.recorder),
            false => Session::open_within(self.addr, limits::web::DEMO_CALL, self.recorder),
        };
        match session {
            Ok(session) => drop(self.open.insert(conn, Open { session, heard: 0 })),
            Err(error) => {
                let refused = error.cause == Cause::Refused;
                let why = error.to_string();
                self.ended.insert(conn, Ended::NotMade { refused, why });
            }
        }
    }

    fn say(&mut self, conn: Conn, bytes: &[u8], delivery: Delivery) {
        let Some(open) = self.open.get_mut(&conn) else {
            return;
        };
        open.heard = open.session.heard();
        self.said.extend_from_slice(bytes);
        let cut = delivery.cut(bytes.len());
        if let Err(FailedWrite { after, .. }) =
            open.session.say_cut(bytes, cut, limits::IO_DEADLINE)
        {
            let end = match open.session.wait_end_for(limits::SETTLE_TIMEOUT) {
                End::Rst => Ended::Rst,
                End::Fin | End::Open => Ended::Stuck(after),
            };
            self.open.remove(&conn);
            self.ended.insert(conn, end);
        }
    }

    /// Connections that the server has ended, and that no act is left for.
    fn look_at_ends(&mut self) {
        let acts = |conn: &Conn| {
            self.pending
                .iter()
                .any(|(act, _)| act.conn() == Some(*conn))
        };
        let ends = self.open.iter().filter_map(|(conn, open)| {
            match open.session.wait_end_for(Duration::ZERO) {
                End::Rst => Some((*conn, Ended::Rst)),
                // A server that sends no more may still listen.
                End::Fin if !acts(conn) => Some((*conn, Ended::Fin)),
                End::Fin | End::Open => None,
            }
        });
        let ends: Vec<(Conn, Ended)> = ends.collect();
        for (conn, end) in ends {
            if let Some(open) = self.open.remove(&conn)
                && end == Ended::Fin
            {
                open.session.fin();
            }
            self.ended.insert(conn, end);
        }
    }

    fn are_over(&self) -> bool {
        self.open.is_empty() && self.pending.is_empty() && !self.ended.is_empty()
    }

    fn close_open(&mut self, why: &'static str) {
        for (conn, _) in std::mem::take(&mut self.open) {
            self.ended.insert(conn, Ended::Closed(why));
        }
    }

    /// Closes what is still open.
    fn close(mut self, why: &'static str) -> Told {
        self.close_open(why);
        self.told()
    }

    fn told(&self) -> Told {
        let refused = |end: &Ended| matches!(end, Ended::NotMade { refused: true, .. });
        let sentence = match self.ended.len() {
            0 => "No connection was made.".to_string(),
            1 => self.ended.values().map(Ended::sentence).collect(),
            count => self.counted(count),
        };
        Told {
            sentence,
            missed: self.ended.values().any(refused),
        }
    }

    /// How several connections ended.
    fn counted(&self, count: usize) -> String {
        let mut words: Vec<(&'static str, usize)> = vec![("FIN", 0), ("RST", 0)];
        for end in self.ended.values() {
            match words.iter_mut().find(|(word, _)| *word == end.word()) {
                Some((_, count)) => *count += 1,
                None => words.push((end.word(), 1)),
            }
        }
        let words: Vec<String> = words
            .iter()
            .map(|(word, count)| format!("{count} {word}"))
            .collect();
        format!("{}: {}.", count_of(count, "connection"), words.join(", "))
    }
}

impl Ended {
    fn sentence(&self) -> String {
        match self {
            Ended::Fin => "The server has ended its side (FIN), so we have ended ours.".to_string(),
            Ended::Rst => "The server broke the connection off (RST).".to_string(),
            Ended::OurRst => "You broke the connection off (RST).".to_string(),
            Ended::Closed(why) => why.to_string(),
            Ended::Stuck(after) => format!("The server took only {after} of our bytes."),
            Ended::NotMade { why, .. } => format!("The connection could not be made: {why}."),
        }
    }

    /// For a count of many.
    fn word(&self) -> &'static str {
        match self {
            Ended::Fin => "FIN",
            Ended::Rst => "RST",
            Ended::OurRst => "RST of ours",
            Ended::Closed(_) => "closed by us",
            Ended::Stuck(_) => "not read to the end",
            Ended::NotMade { refused: true, .. } => "refused",
            Ended::NotMade { .. } => "without an answer",
        }
    }
}
